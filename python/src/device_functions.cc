// What Python (_gpu.py and its like) does with arrays on a device, and DeviceArray's operators.

#include <algorithm>
#include <string>

#include "device_call.h"
#include "info.h"
#include "ufuncs.h"

namespace lanewise_py {
namespace {

// An input as Python gives it: a DeviceArray, or a numpy scalar whose bytes are the value.
bool TakeInput(PyObject* object, DeviceInput* input, int* type_number) {
  if (IsDeviceArray(object)) {
    *input = {AsDeviceArray(object), 0};
    *type_number = input->array->dtype->type_num;
    return true;
  }
  if (!PyArray_IsScalar(object, Generic)) {
    PyErr_Format(PyExc_TypeError, "%R is neither a DeviceArray nor a numpy scalar", object);
    return false;
  }
  PyArray_Descr* descr = PyArray_DescrFromScalar(object);
  *input = {};
  *type_number = descr->type_num;
  if (PyDataType_ELSIZE(descr) <= static_cast<npy_intp>(sizeof(input->value))) {
    PyArray_ScalarAsCtype(object, &input->value);
  }
  Py_DECREF(descr);
  return true;
}

bool CheckedType(const char* name, int type_number, lw_dtype* dtype) {
  const int found = DtypeOf(type_number);
  *dtype = static_cast<lw_dtype>(found);
  if (found >= 0) return true;
  PyErr_Format(PyExc_TypeError, "%s: this dtype is not supported on a device", name);
  return false;
}

lw_view ViewOf(const DeviceArray& array) {
  return {array.data, array.ndim, array.shape, array.strides};
}

// Whether the arrays touch the same stretch of memory, other than element by element.
bool Overlap(const DeviceArray& a, const DeviceArray& b) {
  if (a.size == 0 || b.size == 0 || a.device != b.device) return false;
  if (a.data == b.data && a.ndim == b.ndim && std::equal(a.shape, a.shape + a.ndim, b.shape) &&
      std::equal(a.strides, a.strides + a.ndim, b.strides)) {
    return false;
  }
  int64_t a_low, a_bytes, b_low, b_bytes;
  Extent(a, &a_low, &a_bytes);
  Extent(b, &b_low, &b_bytes);
  const char *a_begin = a.data + a_low, *b_begin = b.data + b_low;
  return a_begin < b_begin + b_bytes && b_begin < a_begin + a_bytes;
}

// What an operator computes with; everything else may have an operator of its own.
bool IsOperand(PyObject* object) {
  return PyFloat_Check(object) || PyLong_Check(object) || PyComplex_Check(object) ||
         PyArray_Check(object) || PyArray_CheckScalar(object) || IsOnDevice(object);
}

// An operator is the function of its name in the package.
PyObject* Operate(const char* name, PyObject* a, PyObject* b) {
  if (b && (!IsOperand(a) || !IsOperand(b))) Py_RETURN_NOTIMPLEMENTED;
  const Ref package(PyImport_ImportModule("lanewise"));
  const Ref function(package ? PyObject_GetAttrString(package.get(), name) : nullptr);
  PyObject* const args[] = {a, b};
  return function ? PyObject_Vectorcall(function.get(), args, b ? 2 : 1, nullptr) : nullptr;
}

PyObject* Add(PyObject* a, PyObject* b) { return Operate("add", a, b); }
PyObject* Subtract(PyObject* a, PyObject* b) { return Operate("subtract", a, b); }
PyObject* Multiply(PyObject* a, PyObject* b) { return Operate("multiply", a, b); }
PyObject* Divide(PyObject* a, PyObject* b) { return Operate("divide", a, b); }

PyObject* Power(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  return Operate("pow", a, b);
}

PyObject* Negative(PyObject* a) { return Operate("negative", a, nullptr); }
PyObject* Absolute(PyObject* a) { return Operate("abs", a, nullptr); }

}  // namespace

PyNumberMethods* DeviceOperators() {
  static PyNumberMethods methods = [] {
    PyNumberMethods made = {};
    made.nb_add = &Add;
    made.nb_subtract = &Subtract;
    made.nb_multiply = &Multiply;
    made.nb_true_divide = &Divide;
    made.nb_power = &Power;
    made.nb_negative = &Negative;
    made.nb_absolute = &Absolute;
    return made;
  }();
  return &methods;
}

PyObject* CompareDeviceArrays(PyObject* a, PyObject* b, int operation) {
  switch (operation) {
    case Py_EQ:
      return Operate("equal", a, b);
    case Py_NE:
      return Operate("not_equal", a, b);
    case Py_LT:
      return Operate("less", a, b);
    case Py_LE:
      return Operate("less_equal", a, b);
    case Py_GT:
      return Operate("greater", a, b);
    default:
      return Operate("greater_equal", a, b);
  }
}

PyObject* DeviceArrays(PyObject*, PyObject* objects) {
  const Ref sequence(PySequence_Fast(objects, "device_arrays: not a sequence"));
  if (!sequence) return nullptr;
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence.get());
  const Ref arrays(PyList_New(count));
  if (!arrays) return nullptr;
  DeviceCall call;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* object = PySequence_Fast_GET_ITEM(sequence.get(), i);
    PyObject* array =
        IsOnDevice(object) ? reinterpret_cast<PyObject*>(call.Take(object)) : Py_NewRef(Py_None);
    if (!array) return nullptr;
    PyList_SET_ITEM(arrays.get(), i, array);
  }
  const Ref stream(call.stream_owner() ? Py_NewRef(call.stream_owner())
                                       : PyLong_FromUnsignedLongLong(StreamNumber(call.stream())));
  return stream ? PyTuple_Pack(2, stream.get(), arrays.get()) : nullptr;
}

PyObject* DeviceApply(PyObject*, PyObject* args) {
  const char* name;
  PyObject *given, *given_outs, *stream_object;
  if (!PyArg_ParseTuple(args, "sO!O!O:device_apply", &name, &PyTuple_Type, &given, &PyTuple_Type,
                        &given_outs, &stream_object)) {
    return nullptr;
  }
  const Kernel* kernel = FindKernel(name);
  if (!kernel) return nullptr;
  if (PyTuple_GET_SIZE(given) != kernel->inputs) {
    PyErr_Format(PyExc_TypeError, "%s takes %d inputs", name, kernel->inputs);
    return nullptr;
  }
  if (PyTuple_GET_SIZE(given_outs) != kernel->outputs) {
    PyErr_Format(PyExc_TypeError, "%s gives %d outputs", name, kernel->outputs);
    return nullptr;
  }
  DeviceInput inputs[LW_MAX_OPERANDS];
  lw_dtype dtypes[LW_MAX_OPERANDS];
  for (int i = 0; i < kernel->inputs; ++i) {
    int number;
    if (!TakeInput(PyTuple_GET_ITEM(given, i), &inputs[i], &number) ||
        !CheckedType(name, number, &dtypes[i])) {
      return nullptr;
    }
  }
  void* stream = StreamOf(stream_object);
  if (PyErr_Occurred()) return nullptr;
  DeviceArray* outs[LW_MAX_OPERANDS];
  for (int i = 0; i < kernel->outputs; ++i) {
    PyObject* const out = PyTuple_GET_ITEM(given_outs, i);
    if (!PyObject_TypeCheck(out, &DeviceArrayType)) {
      PyErr_Format(PyExc_TypeError, "%s: an output is no DeviceArray", name);
      return nullptr;
    }
    outs[i] = AsDeviceArray(out);
    if (!CheckedType(name, outs[i]->dtype->type_num, &dtypes[kernel->inputs + i])) return nullptr;
  }
  if (!RunOnDevice(*kernel, dtypes, inputs, outs, stream)) return nullptr;
  Py_RETURN_NONE;
}

PyObject* DeviceReduce(PyObject*, PyObject* args) {
  const char* name;
  PyObject *in_object, *out_object, *stream_object;
  unsigned long long axes;
  lw_call_options call_options = {sizeof(call_options), 0, 0, 0, 0, 0};
  if (!PyArg_ParseTuple(args, "sO!KO!dO:device_reduce", &name, &DeviceArrayType, &in_object, &axes,
                        &DeviceArrayType, &out_object, &call_options.ddof, &stream_object)) {
    return nullptr;
  }
  const Kernel* kernel = FindKernel(name);
  const DeviceArray &in = *AsDeviceArray(in_object), &out = *AsDeviceArray(out_object);
  lw_dtype dtypes[2];
  if (!kernel || !CheckedType(name, in.dtype->type_num, &dtypes[0]) ||
      !CheckedType(name, out.dtype->type_num, &dtypes[1])) {
    return nullptr;
  }
  void* stream = StreamOf(stream_object);
  if (PyErr_Occurred()) return nullptr;
  if (out.read_only) {
    PyErr_Format(PyExc_ValueError, "lanewise.%s: the output array is read-only", name);
    return nullptr;
  }
  if (in.device != out.device) {
    PyErr_Format(PyExc_ValueError, "lanewise.%s: arrays lie on devices %d and %d", name, in.device,
                 out.device);
    return nullptr;
  }
  const lw_view from = ViewOf(in), to = ViewOf(out);
  const lw_gpu_options options = {sizeof(options), LW_GPU_DEVICE_KNOWN, stream, nullptr,
                                  out.device};
  lw_status status = lw_gpu_stream_wait(out.device, stream, in.stream);
  if (status == LW_OK) status = lw_gpu_stream_wait(out.device, stream, out.stream);
  if (status == LW_OK) {
    const AllowThreads allow(true);
    status = lw_gpu_reduce(kernel->id, dtypes[0], &from, axes, &to, &call_options, &options);
  }
  if (status == LW_OK) status = lw_gpu_stream_wait(out.device, in.stream, stream);
  if (status == LW_OK) status = lw_gpu_stream_wait(out.device, out.stream, stream);
  if (status != LW_OK) return RaiseOnDevice(*kernel, dtypes, status);
  Py_RETURN_NONE;
}

PyObject* DeviceReinterpret(PyObject*, PyObject* args) {
  PyObject *array, *dtype;
  if (!PyArg_ParseTuple(args, "O!O!:device_reinterpret", &DeviceArrayType, &array,
                        &PyArrayDescr_Type, &dtype)) {
    return nullptr;
  }
  auto* descr = reinterpret_cast<PyArray_Descr*>(dtype);
  if (PyDataType_ELSIZE(descr) != PyDataType_ELSIZE(AsDeviceArray(array)->dtype)) {
    PyErr_SetString(PyExc_ValueError, "device_reinterpret: the dtypes have different sizes");
    return nullptr;
  }
  Ref view(IndexDeviceArray(array, Py_Ellipsis));
  if (view) {
    PyArray_Descr*& held = AsDeviceArray(view.get())->dtype;
    Py_DECREF(reinterpret_cast<PyObject*>(held));
    held = reinterpret_cast<PyArray_Descr*>(Py_NewRef(dtype));
  }
  return view.release();
}

PyObject* DeviceOverlap(PyObject*, PyObject* args) {
  PyObject *inputs, *object;
  if (!PyArg_ParseTuple(args, "OO!:device_overlap", &inputs, &DeviceArrayType, &object)) {
    return nullptr;
  }
  const Ref sequence(PySequence_Fast(inputs, "device_overlap: not a sequence"));
  if (!sequence) return nullptr;
  bool any = false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence.get()); ++i) {
    PyObject* input = PySequence_Fast_GET_ITEM(sequence.get(), i);
    any |= IsDeviceArray(input) && Overlap(*AsDeviceArray(input), *AsDeviceArray(object));
  }
  return PyBool_FromLong(any);
}

PyObject* GpuExplain(PyObject*, PyObject* args) {
  int initialise, json;
  if (!PyArg_ParseTuple(args, "pp:gpu_explain", &initialise, &json)) return nullptr;
  std::string text(4096, '\0');
  size_t length = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    lw_status status;
    {
      const AllowThreads allow(true);  // the driver may take its time
      status = lw_gpu_explain(initialise, json, text.data(), text.size(), &length);
    }
    if (status == LW_OK && length < text.size()) return PyUnicode_FromString(text.c_str());
    if (attempt) return Raise(status);
    text.assign(length + 1, '\0');
  }
  Py_UNREACHABLE();
}

}  // namespace lanewise_py
