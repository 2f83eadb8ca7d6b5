#include "device_call.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "function.h"
#include "info.h"
#include "ufuncs.h"

namespace lanewise_py {
namespace {

// Makes work of `stream` from now on wait for `other`.
bool Wait(int32_t device, void* stream, void* other) {
  if (stream == other) return true;
  const lw_status status = lw_gpu_stream_wait(device, stream, other);
  return status == LW_OK || Raise(status);
}

// The strides with which an input is read over a shape; false with ValueError.
bool BroadcastStrides(const char* name, const DeviceArray& array, int ndim, const int64_t* shape,
                      int64_t* strides) {
  const int missing = ndim - array.ndim;
  bool fits = missing >= 0;
  for (int i = 0; fits && i < ndim; ++i) {
    const bool repeats = i < missing || (array.shape[i - missing] == 1 && shape[i] != 1);
    strides[i] = repeats ? 0 : array.strides[i - missing];
    fits = repeats || array.shape[i - missing] == shape[i];
  }
  if (!fits) PyErr_Format(PyExc_ValueError, "lanewise.%s: the shapes do not broadcast", name);
  return fits;
}

// A Python number that takes the array's dtype, as in NumPy 2, and is one of its values.
bool TakeNumber(PyObject* object, int type_number, uint64_t* value) {
  *value = 0;
  if (type_number == NPY_DOUBLE || type_number == NPY_FLOAT) {
    const bool integer = PyLong_CheckExact(object);
    if (!integer && !PyFloat_CheckExact(object)) return false;
    const double number = integer ? PyLong_AsDouble(object) : PyFloat_AS_DOUBLE(object);
    if (PyErr_Occurred()) {
      PyErr_Clear();
      return false;
    }
    if (type_number == NPY_DOUBLE) {
      std::memcpy(value, &number, sizeof(number));
      return true;
    }
    if (std::isfinite(number) && std::abs(number) > std::numeric_limits<float>::max()) return false;
    const auto rounded = static_cast<float>(number);
    // An integer rounds twice on this way, unless the double holds it.
    if (integer && std::abs(number) > 9007199254740992.0) return false;
    std::memcpy(value, &rounded, sizeof(rounded));
    return true;
  }
  if (!PyLong_CheckExact(object)) return false;
  int overflow;
  const long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
  if (overflow) return false;
  if (type_number == NPY_LONG || type_number == NPY_LONGLONG) {
    std::memcpy(value, &number, sizeof(number));
    return true;
  }
  if (type_number != NPY_INT || number != static_cast<int32_t>(number)) return false;
  const auto narrow = static_cast<int32_t>(number);
  std::memcpy(value, &narrow, sizeof(narrow));
  return true;
}

// The result of a call as an array of the first array's library, and as a DeviceArray.
struct Result {
  Ref array, device_array;
};

Result NewResult(DeviceCall* call, int ndim, const int64_t* shape, PyArray_Descr* dtype) {
  Result result;
  const DeviceKind kind = call->first_kind();
  if (kind == DeviceKind::kCupy || kind == DeviceKind::kTorch) {
    Ref sizes(PyTuple_New(ndim));
    for (int i = 0; sizes && i < ndim; ++i) {
      PyTuple_SET_ITEM(sizes.get(), i, PyLong_FromLongLong(shape[i]));
    }
    if (!sizes) return {};
    result.array = Ref(PyObject_CallFunctionObjArgs(g_device_hooks.empty, call->first(),
                                                    sizes.get(), dtype, nullptr));
    if (!result.array) return {};
    result.device_array = Ref(reinterpret_cast<PyObject*>(call->Take(result.array.get())));
    return result;
  }
  result.device_array = Ref(reinterpret_cast<PyObject*>(
      NewDeviceMemory(ndim, shape, dtype, call->device(), call->stream(), call->stream_owner())));
  return result;
}

// To be called after the kernel: consumers of some libraries look at the stream then.
PyObject* Deliver(const DeviceCall& call, Result result) {
  if (result.array) return result.array.release();
  if (call.first_kind() == DeviceKind::kOwn) return result.device_array.release();
  return PyObject_CallFunctionObjArgs(g_device_hooks.wrap, call.first(), result.device_array.get(),
                                      nullptr);
}

bool HasLoop(const Kernel& kernel, const lw_dtype* dtypes) {
  return std::any_of(kernel.records.begin(), kernel.records.end(), [&](const auto& record) {
    return std::equal(dtypes, dtypes + kernel.Operands(), record.dtypes);
  });
}

}  // namespace

PyObject* RaiseOnDevice(const Kernel& kernel, const lw_dtype* dtypes, lw_status status) {
  if (status != LW_ERR_UNSUPPORTED) return Raise(status);
  const std::string message = lw_last_error();
  int32_t has = 1;
  if (lw_gpu_has_kernel(kernel.id, dtypes, &has) == LW_OK && !has) {
    PyErr_Format(PyExc_TypeError, "lanewise.%s", message.c_str());
  } else {
    PyErr_SetString(PyExc_RuntimeError, message.c_str());
  }
  return nullptr;
}

bool BroadcastShape(const char* name, const DeviceInput* inputs, int count, int* ndim,
                    int64_t* shape) {
  *ndim = 0;
  for (int i = 0; i < count; ++i) {
    if (inputs[i].array) *ndim = std::max(*ndim, static_cast<int>(inputs[i].array->ndim));
  }
  std::fill(shape, shape + *ndim, 1);
  for (int i = 0; i < count; ++i) {
    if (!inputs[i].array) continue;
    const DeviceArray& array = *inputs[i].array;
    int64_t* sizes = shape + (*ndim - array.ndim);
    for (int k = 0; k < array.ndim; ++k) {
      if (sizes[k] == 1) sizes[k] = array.shape[k];
      if (array.shape[k] == 1 || array.shape[k] == sizes[k]) continue;
      PyErr_Format(PyExc_ValueError,
                   "lanewise.%s: the shapes do not broadcast: sizes %lld and %lld along an axis",
                   name, static_cast<long long>(sizes[k]), static_cast<long long>(array.shape[k]));
      return false;
    }
  }
  return true;
}

bool RunOnDevice(const Kernel& kernel, const lw_dtype* dtypes, const DeviceInput* inputs,
                 DeviceArray* const* outs, void* stream) {
  DeviceArray* const out = outs[0];
  for (int i = 0; i < kernel.outputs; ++i) {
    if (!outs[i]->read_only) continue;
    PyErr_Format(PyExc_ValueError, "lanewise.%s: the output array is read-only", kernel.name);
    return false;
  }
  const bool elementwise = kernel.shape == LW_SHAPE_ELEMENTWISE;
  const DeviceArray& model = elementwise ? *out : *inputs[0].array;
  lw_gpu_operand operands[LW_MAX_OPERANDS] = {};
  int64_t strides[LW_MAX_OPERANDS][LW_MAX_NDIM];
  for (int i = 0; i < kernel.inputs; ++i) {
    DeviceArray* array = inputs[i].array;
    operands[i].host_scalar = !array;
    operands[i].data = array ? static_cast<const void*>(array->data) : &inputs[i].value;
    if (!array) continue;
    operands[i].stride_bytes = strides[i];
    if (array->device != out->device) {
      PyErr_Format(PyExc_ValueError,
                   "lanewise.%s: arrays lie on devices %d and %d, and nothing is copied between "
                   "devices by itself: bring them to one first",
                   kernel.name, array->device, out->device);
      return false;
    }
    if (!BroadcastStrides(kernel.name, *array, model.ndim, model.shape, strides[i]) ||
        !Wait(out->device, stream, array->stream)) {
      return false;
    }
  }
  for (int i = 0; i < kernel.outputs; ++i) {
    operands[kernel.inputs + i].data = outs[i]->data;
    operands[kernel.inputs + i].stride_bytes = outs[i]->strides;
    if (!Wait(out->device, stream, outs[i]->stream)) return false;
  }
  const lw_gpu_options options = {sizeof(options), LW_GPU_DEVICE_KNOWN, stream, nullptr,
                                  out->device};
  lw_status status;
  {
    const AllowThreads allow(true);  // a launch waits while the device's queue is full
    status = lw_gpu_call(kernel.id, dtypes, operands, model.ndim, model.shape, &options);
  }
  if (status != LW_OK) return RaiseOnDevice(kernel, dtypes, status);
  // Whoever goes on with an array, or frees it, on its own stream does so after this.
  bool handed_on = true;
  for (int i = 0; i < kernel.outputs; ++i) {
    handed_on &= Wait(out->device, outs[i]->stream, stream);
  }
  for (int i = 0; i < kernel.inputs; ++i) {
    if (inputs[i].array) handed_on &= Wait(out->device, inputs[i].array->stream, stream);
  }
  return handed_on;
}

PyObject* CallFastOnDevice(const FastTable& table, const Kernel& kernel, PyObject* const* args) {
  DeviceCall call;
  Ref arrays[LW_MAX_OPERANDS];
  DeviceInput inputs[LW_MAX_OPERANDS] = {};
  const DeviceArray* model = nullptr;  // the last array decides on the dtype
  for (int i = 0; i < table.inputs; ++i) {
    if (!IsOnDevice(args[i])) continue;
    inputs[i].array = call.Take(args[i]);
    if (!inputs[i].array) return nullptr;
    arrays[i] = Ref(reinterpret_cast<PyObject*>(inputs[i].array));
    model = inputs[i].array;
  }
  if (!model || model->dtype->type_num >= kTypeNumbers) return nullptr;
  const FastTable::Entry& entry = table.entries[model->dtype->type_num];
  lw_dtype dtypes[LW_MAX_OPERANDS];
  if (!entry.loop) return nullptr;
  for (int i = 0; i <= table.inputs; ++i) {
    dtypes[i] = static_cast<lw_dtype>(DtypeOf(entry.types[i]));
  }
  if (!HasLoop(kernel, dtypes)) return nullptr;
  for (int i = 0; i < table.inputs; ++i) {
    const bool fits = inputs[i].array ? inputs[i].array->dtype->type_num == entry.types[i]
                                      : TakeNumber(args[i], entry.types[i], &inputs[i].value);
    if (!fits) return nullptr;
  }
  int ndim;
  int64_t shape[LW_MAX_NDIM];
  if (!BroadcastShape(table.name, inputs, table.inputs, &ndim, shape)) return nullptr;
  Result result = NewResult(&call, ndim, shape, entry.output);
  if (!result.device_array) return nullptr;
  DeviceArray* const out = AsDeviceArray(result.device_array.get());
  if (!RunOnDevice(kernel, dtypes, inputs, &out, call.stream())) return nullptr;
  return Deliver(call, std::move(result));
}

PyObject* CallDeviceHook(PyObject* name, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  const Ref positional(PyTuple_New(count));
  const Ref keywords(PyDict_New());
  if (!positional || !keywords) return nullptr;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyTuple_SET_ITEM(positional.get(), i, Py_NewRef(args[i]));
  }
  for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); ++i) {
    if (PyDict_SetItem(keywords.get(), PyTuple_GET_ITEM(names, i), args[count + i]) < 0) {
      return nullptr;
    }
  }
  return PyObject_CallFunctionObjArgs(g_device_hooks.call, name, positional.get(), keywords.get(),
                                      nullptr);
}

}  // namespace lanewise_py
