// Kernels on DeviceArrays, and the way of a function's call to them.

#ifndef LANEWISE_PYTHON_DEVICE_CALL_H_
#define LANEWISE_PYTHON_DEVICE_CALL_H_

#include "device_import.h"

namespace lanewise_py {

struct FastTable;

// An input of a kernel: an array, or without one a value of the kernel's dtype.
struct DeviceInput {
  DeviceArray* array;
  uint64_t value;
};

// The shape to which the arrays broadcast; false with ValueError.
bool BroadcastShape(const char* name, const DeviceInput* inputs, int count, int* ndim,
                    int64_t* shape);

// Sets the exception of a failed call; a kernel that the GPU lacks is a TypeError. Gives null.
PyObject* RaiseOnDevice(const Kernel& kernel, const lw_dtype* dtypes, lw_status status);

// Queues a kernel on `stream`: an elementwise one over its outputs' shape, dot over its inputs'
// length. Streams of other arrays are waited for and made to wait, without stopping the host. false
// with an exception.
bool RunOnDevice(const Kernel& kernel, const lw_dtype* dtypes, const DeviceInput* inputs,
                 DeviceArray* const* outs, void* stream);

// f(array), f(array, number) and the like with the dtypes of one loop: the result, in the library
// of the first array; null without an exception if Python has to look closer.
PyObject* CallFastOnDevice(const FastTable& table, const Kernel& kernel, PyObject* const* args);

// All other calls: by Python.
PyObject* CallDeviceHook(PyObject* name, PyObject* const* args, Py_ssize_t count, PyObject* names);

// Functions of the module.
// device_arrays(objects): (stream, [DeviceArray, or None for what is no array on a device])
PyObject* DeviceArrays(PyObject* module, PyObject* objects);
// device_apply(name, inputs, outs, stream): inputs are DeviceArrays or numpy scalars of the loop's
// dtypes, outs as many DeviceArrays as the kernel has outputs.
PyObject* DeviceApply(PyObject* module, PyObject* args);
// device_reduce(name, array, axis_mask, out, ddof, stream)
PyObject* DeviceReduce(PyObject* module, PyObject* args);
// device_reinterpret(array, dtype): a view of the same bytes.
PyObject* DeviceReinterpret(PyObject* module, PyObject* args);
// device_overlap(inputs, out): whether out has to be written elsewhere first.
PyObject* DeviceOverlap(PyObject* module, PyObject* args);
// gpu_explain(initialise, json): text
PyObject* GpuExplain(PyObject* module, PyObject* args);

// Of the type DeviceArray: + - * / ** and comparisons, through the functions of these names.
PyNumberMethods* DeviceOperators();
PyObject* CompareDeviceArrays(PyObject* a, PyObject* b, int operation);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_DEVICE_CALL_H_
