// lanewise._core: the library as Python sees it. Names, keywords and defaults are given to it in
// Python; here are calls, loops and memory.

#define LANEWISE_IMPORT_NUMPY
#include "device_call.h"
#include "function.h"
#include "info.h"
#include "reductions.h"
#include "ufuncs.h"

namespace lanewise_py {
namespace {

PyMethodDef g_functions[] = {
    {"kernels", &ListKernels, METH_NOARGS, nullptr},
    {"dtypes", &ListDtypes, METH_NOARGS, nullptr},
    {"promote", &Promote, METH_VARARGS, nullptr},
    {"make_ufunc", &MakeUfunc, METH_VARARGS, nullptr},
    {"make_converter", &MakeConverter, METH_O, nullptr},
    {"register_bfloat16", &RegisterBfloat16, METH_VARARGS, nullptr},
    {"set_dtype_hook", &SetDtypeHook, METH_O, nullptr},
    {"set_error_hook", &SetErrorHook, METH_O, nullptr},
    {"with_default_floats", reinterpret_cast<PyCFunction>(&WithDefaultFloats),
     METH_FASTCALL | METH_KEYWORDS, nullptr},
    {"reduce", &ReduceArray, METH_VARARGS, nullptr},
    {"call", &CallOnVectors, METH_VARARGS, nullptr},
    {"scan", &ScanArray, METH_VARARGS, nullptr},
    {"search", &SearchArray, METH_VARARGS, nullptr},
    {"explain", &Explain, METH_VARARGS, nullptr},
    {"machine", &Machine, METH_O, nullptr},
    {"machine_described", &MachineDescribed, METH_O, nullptr},
    {"targets", &Targets, METH_NOARGS, nullptr},
    {"current_target", &CurrentTarget, METH_NOARGS, nullptr},
    {"push_target", &PushTarget, METH_O, nullptr},
    {"pop_target", &PopTarget, METH_NOARGS, nullptr},
    {"set_threads", &SetThreads, METH_O, nullptr},
    {"push_threads", &PushThreads, METH_O, nullptr},
    {"pop_threads", &PopThreads, METH_NOARGS, nullptr},
    {"get_threads", &GetThreads, METH_NOARGS, nullptr},
    {"patch", &Patch, METH_VARARGS, nullptr},
    {"unpatch", &Unpatch, METH_NOARGS, nullptr},
    {"patched", &Patched, METH_O, nullptr},
    {"to_device", &ToDevice, METH_VARARGS, nullptr},
    {"to_host", &ToHost, METH_O, nullptr},
    {"set_device_hooks", &SetDeviceHooks, METH_VARARGS, nullptr},
    {"device_arrays", &DeviceArrays, METH_O, nullptr},
    {"device_empty", &DeviceEmpty, METH_VARARGS, nullptr},
    {"device_apply", &DeviceApply, METH_VARARGS, nullptr},
    {"device_reduce", &DeviceReduce, METH_VARARGS, nullptr},
    {"device_reinterpret", &DeviceReinterpret, METH_VARARGS, nullptr},
    {"device_overlap", &DeviceOverlap, METH_VARARGS, nullptr},
    {"gpu_explain", &GpuExplain, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef g_module = {PyModuleDef_HEAD_INIT,
                        "lanewise._core",
                        nullptr,
                        -1,
                        g_functions,
                        nullptr,
                        nullptr,
                        nullptr,
                        nullptr};

bool AddConstants(PyObject* module) {
  return PyModule_AddObjectRef(module, "Function", reinterpret_cast<PyObject*>(&FunctionType)) ==
             0 &&
         PyModule_AddObjectRef(module, "DeviceArray",
                               reinterpret_cast<PyObject*>(&DeviceArrayType)) == 0 &&
         PyModule_AddStringConstant(module, "version", lw_version()) == 0 &&
         PyModule_AddIntConstant(module, "numerics_version", lw_numerics_version()) == 0 &&
         PyModule_AddIntConstant(module, "abi_version", lw_abi_version()) == 0;
}

}  // namespace
}  // namespace lanewise_py

// NOLINTNEXTLINE(bugprone-reserved-identifier): Python makes it of the module's name, _core.
PyMODINIT_FUNC PyInit__core(void) {
  using namespace lanewise_py;  // NOLINT
  // Checked before NumPy is imported: it too lives in one interpreter only.
  if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
    PyErr_SetString(PyExc_ImportError,
                    "lanewise can be imported by the main interpreter only, not by a "
                    "subinterpreter (neither can NumPy)");
    return nullptr;
  }
  import_array1(nullptr);
  import_umath1(nullptr);
  if (PyType_Ready(&FunctionType) < 0 || PyType_Ready(&DeviceArrayType) < 0) return nullptr;
  // NumPy's operators leave those with a DeviceArray to it.
  if (PyDict_SetItemString(DeviceArrayType.tp_dict, "__array_ufunc__", Py_None) < 0) return nullptr;
  PyObject* module = PyModule_Create(&g_module);
  if (module && !AddConstants(module)) Py_CLEAR(module);
  return module;
}
