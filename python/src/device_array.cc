#include "device_array.h"

#include <structmember.h>

#include <algorithm>
#include <new>

#include "device_call.h"
#include "info.h"

namespace lanewise_py {
namespace {

constexpr char kMemoryName[] = "lanewise.device_memory";

// What lw_gpu_alloc gave, and what lw_gpu_free wants.
struct Memory {
  void* address;
  size_t bytes;
  int32_t device;
  void* stream;
};

// In the child of a fork the memory is the parent's: lw_gpu_free refuses, and that is right.
void FreeMemory(PyObject* capsule) {
  auto* memory = static_cast<Memory*>(PyCapsule_GetPointer(capsule, kMemoryName));
  lw_gpu_free(memory->device, memory->address, memory->bytes, memory->stream);
  delete memory;
}

// A capsule that frees the memory in the order of the stream.
PyObject* NewMemory(size_t bytes, int32_t device, void* stream) {
  auto* memory = new (std::nothrow) Memory{nullptr, bytes, device, stream};
  if (!memory) return PyErr_NoMemory();
  lw_status status;
  {
    const AllowThreads allow(true);  // the first call loads the driver
    status = lw_gpu_alloc(device, bytes, stream, &memory->address);
  }
  PyObject* capsule =
      status == LW_OK ? PyCapsule_New(memory, kMemoryName, &FreeMemory) : Raise(status);
  if (!capsule) {
    if (status == LW_OK) lw_gpu_free(device, memory->address, bytes, stream);
    delete memory;
  }
  return capsule;
}

void Dealloc(PyObject* object) {
  auto* self = AsDeviceArray(object);
  // Kept over what follows: an exception that is set.
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  Py_XDECREF(reinterpret_cast<PyObject*>(self->dtype));
  Py_XDECREF(self->owner);         // first: frees on the stream
  Py_XDECREF(self->stream_owner);  // then the stream may go
  PyErr_Restore(type, value, traceback);
  Py_TYPE(object)->tp_free(object);
}

PyObject* Integers(const int64_t* values, int count) {
  Ref tuple(PyTuple_New(count));
  for (int i = 0; tuple && i < count; ++i) {
    PyObject* value = PyLong_FromLongLong(values[i]);
    if (!value) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), i, value);
  }
  return tuple.release();
}

PyObject* GetShape(PyObject* self, void*) {
  return Integers(AsDeviceArray(self)->shape, AsDeviceArray(self)->ndim);
}

PyObject* GetStrides(PyObject* self, void*) {
  return Integers(AsDeviceArray(self)->strides, AsDeviceArray(self)->ndim);
}

PyObject* GetBytes(PyObject* self, void*) {
  const DeviceArray& array = *AsDeviceArray(self);
  return PyLong_FromLongLong(array.size * PyDataType_ELSIZE(array.dtype));
}

PyObject* GetItemSize(PyObject* self, void*) {
  return PyLong_FromLongLong(PyDataType_ELSIZE(AsDeviceArray(self)->dtype));
}

PyObject* GetStream(PyObject* self, void*) {
  return PyLong_FromUnsignedLongLong(StreamNumber(AsDeviceArray(self)->stream));
}

PyObject* NoHostArray(PyObject*, PyObject*, PyObject*) {
  PyErr_SetString(PyExc_TypeError,
                  "a lanewise.DeviceArray does not become a NumPy array by itself, because that "
                  "copies from the device: call to_host()");
  return nullptr;
}

Py_ssize_t Length(PyObject* self) {
  const DeviceArray& array = *AsDeviceArray(self);
  if (array.ndim > 0) return static_cast<Py_ssize_t>(array.shape[0]);
  PyErr_SetString(PyExc_TypeError, "len() of unsized object");
  return -1;
}

PyObject* Represent(PyObject* self) {
  const Ref shape(GetShape(self, nullptr));
  const DeviceArray& array = *AsDeviceArray(self);
  return shape ? PyUnicode_FromFormat("<lanewise.DeviceArray of shape %R, dtype %S, on device %d>",
                                      shape.get(), array.dtype, array.device)
               : nullptr;
}

PyObject* ToHostMethod(PyObject* self, PyObject*) { return ToHost(nullptr, self); }

PyMethodDef g_methods[] = {
    {"to_host", &ToHostMethod, METH_NOARGS,
     "A copy as a numpy.ndarray. Waits until the array is computed."},
    {"__dlpack__", reinterpret_cast<PyCFunction>(&ExportDlpack), METH_VARARGS | METH_KEYWORDS,
     nullptr},
    {"__dlpack_device__", &ExportDlpackDevice, METH_NOARGS, nullptr},
    {"__array__", reinterpret_cast<PyCFunction>(&NoHostArray), METH_VARARGS | METH_KEYWORDS,
     nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef g_members[] = {
    {"dtype", T_OBJECT, offsetof(DeviceArray, dtype), READONLY, nullptr},
    {"ndim", T_INT, offsetof(DeviceArray, ndim), READONLY, nullptr},
    {"size", T_LONGLONG, offsetof(DeviceArray, size), READONLY, nullptr},
    {"device", T_INT, offsetof(DeviceArray, device), READONLY, "CUDA's ordinal of the device."},
    {nullptr, 0, 0, 0, nullptr},
};

PyGetSetDef g_properties[] = {
    {"shape", &GetShape, nullptr, nullptr, nullptr},
    {"strides", &GetStrides, nullptr, "In bytes.", nullptr},
    {"nbytes", &GetBytes, nullptr, nullptr, nullptr},
    {"itemsize", &GetItemSize, nullptr, nullptr, nullptr},
    {"stream", &GetStream, nullptr,
     "The CUDA stream of the array's work: 1 (default), 2 (default of the thread), or its address.",
     nullptr},
    {"__cuda_array_interface__", &ExportCudaArray, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

// Iteration goes through this.
PyObject* Item(PyObject* self, Py_ssize_t index) {
  const Ref number(PyLong_FromSsize_t(index));
  return number ? IndexDeviceArray(self, number.get()) : nullptr;
}

PySequenceMethods g_sequence = [] {
  PySequenceMethods methods = {};
  methods.sq_length = &Length;
  methods.sq_item = &Item;
  return methods;
}();

PyMappingMethods g_mapping = {&Length, &IndexDeviceArray, nullptr};

}  // namespace

DeviceArray* NewDeviceView(int ndim, const int64_t* shape) {
  if (ndim > LW_MAX_NDIM) {
    PyErr_Format(PyExc_ValueError, "more than %d dimensions", LW_MAX_NDIM);
    return nullptr;
  }
  auto* array = AsDeviceArray(DeviceArrayType.tp_alloc(&DeviceArrayType, 0));
  if (!array) return nullptr;
  array->ndim = ndim;
  array->size = 1;
  for (int i = 0; i < ndim; ++i) {
    array->shape[i] = shape[i];
    if (shape[i] < 0 || __builtin_mul_overflow(array->size, shape[i], &array->size)) {
      PyErr_SetString(PyExc_ValueError, "a shape with a negative or too large size");
      Py_DECREF(array);
      return nullptr;
    }
  }
  return array;
}

void SetContiguous(DeviceArray* array, int64_t item_size) {
  int64_t stride = item_size;
  for (int i = array->ndim - 1; i >= 0; --i) {
    array->strides[i] = stride;
    stride *= std::max<int64_t>(array->shape[i], 1);
  }
}

bool IsContiguous(const DeviceArray& array) {
  int64_t stride = PyDataType_ELSIZE(array.dtype);
  for (int i = array.ndim - 1; i >= 0; --i) {
    if (array.shape[i] > 1 && array.strides[i] != stride) return false;
    stride *= array.shape[i];
  }
  return true;
}

void Extent(const DeviceArray& array, int64_t* low, int64_t* bytes) {
  *low = 0;
  int64_t high = PyDataType_ELSIZE(array.dtype);
  for (int i = 0; i < array.ndim; ++i) {
    const int64_t span = (array.shape[i] - 1) * array.strides[i];
    (span < 0 ? *low : high) += span;
  }
  *bytes = high - *low;
}

DeviceArray* NewDeviceMemory(int ndim, const int64_t* shape, PyArray_Descr* dtype, int32_t device,
                             void* stream, PyObject* stream_owner) {
  const int64_t item = PyDataType_ELSIZE(dtype);
  Ref array(reinterpret_cast<PyObject*>(NewDeviceView(ndim, shape)));
  if (!array) return nullptr;
  DeviceArray* made = AsDeviceArray(array.get());
  int64_t bytes;
  if (__builtin_mul_overflow(made->size, item, &bytes)) {
    PyErr_SetString(PyExc_ValueError, "the array is too large");
    return nullptr;
  }
  made->owner = NewMemory(static_cast<size_t>(bytes), device, stream);
  if (!made->owner) return nullptr;
  made->data = static_cast<char*>(
      static_cast<Memory*>(PyCapsule_GetPointer(made->owner, kMemoryName))->address);
  made->dtype = reinterpret_cast<PyArray_Descr*>(Py_NewRef(reinterpret_cast<PyObject*>(dtype)));
  made->device = device;
  made->stream = stream;
  made->stream_owner = Py_XNewRef(stream_owner);
  SetContiguous(made, item);
  return AsDeviceArray(array.release());
}

void* StreamOf(PyObject* object) {
  if (object == Py_None) return nullptr;
  Ref number = Ref::Borrow(object);
  // torch.cuda.Stream, cupy.cuda.Stream, and what cuda.core proposes for all.
  for (const char* name : {"cuda_stream", "ptr"}) {
    if (PyLong_Check(number.get()) || !PyObject_HasAttrString(object, name)) continue;
    number = Ref(PyObject_GetAttrString(object, name));
    if (!number) return nullptr;
    // Here 0 is the default stream's handle.
    if (PyLong_Check(number.get()) && !PyObject_IsTrue(number.get())) return nullptr;
  }
  if (!PyLong_Check(number.get()) && PyObject_HasAttrString(object, "__cuda_stream__")) {
    const Ref pair(PyObject_CallMethod(object, "__cuda_stream__", nullptr));
    number = Ref(pair ? PySequence_GetItem(pair.get(), 1) : nullptr);
    if (!number) return nullptr;
    if (PyLong_Check(number.get()) && !PyObject_IsTrue(number.get())) return nullptr;
  }
  if (!PyLong_Check(number.get())) {
    PyErr_Format(PyExc_TypeError, "stream: %R is neither None, a number nor a CUDA stream", object);
    return nullptr;
  }
  const unsigned long long value = PyLong_AsUnsignedLongLong(number.get());
  if (PyErr_Occurred() || value == 0) {
    PyErr_Clear();
    PyErr_Format(PyExc_ValueError,
                 "stream: %R is no stream; the default stream is 1, the thread's is 2", object);
    return nullptr;
  }
  return value == 1 ? nullptr : reinterpret_cast<void*>(static_cast<uintptr_t>(value));
}

PyObject* ToDevice(PyObject*, PyObject* args) {
  PyArrayObject* array;
  int device;
  PyObject* stream_object;
  if (!PyArg_ParseTuple(args, "O!iO:to_device", &PyArray_Type, &array, &device, &stream_object)) {
    return nullptr;
  }
  void* stream = StreamOf(stream_object);
  if (PyErr_Occurred()) return nullptr;
  if (!PyArray_ISCARRAY_RO(array)) {
    PyErr_SetString(PyExc_ValueError, "to_device: the array is not contiguous");
    return nullptr;
  }
  Ref made(reinterpret_cast<PyObject*>(NewDeviceMemory(
      PyArray_NDIM(array), reinterpret_cast<const int64_t*>(PyArray_DIMS(array)),
      PyArray_DESCR(array), device, stream, stream_object == Py_None ? nullptr : stream_object)));
  if (!made) return nullptr;
  lw_status status;
  {
    const AllowThreads allow(true);
    status = lw_gpu_copy(device, AsDeviceArray(made.get())->data, PyArray_DATA(array),
                         static_cast<size_t>(PyArray_NBYTES(array)), LW_GPU_HOST_TO_DEVICE, stream);
    // The caller may change its array as soon as this returns.
    const lw_status waited = lw_gpu_synchronise(device, stream);
    if (status == LW_OK) status = waited;
  }
  return status == LW_OK ? made.release() : Raise(status);
}

PyObject* DeviceEmpty(PyObject*, PyObject* args) {
  PyArray_Dims shape;
  PyArray_Descr* dtype;
  int device;
  PyObject* stream_object;
  if (!PyArg_ParseTuple(args, "O&O!iO:device_empty", &PyArray_IntpConverter, &shape,
                        &PyArrayDescr_Type, &dtype, &device, &stream_object)) {
    return nullptr;
  }
  void* stream = StreamOf(stream_object);
  DeviceArray* made =
      PyErr_Occurred()
          ? nullptr
          : NewDeviceMemory(shape.len, reinterpret_cast<const int64_t*>(shape.ptr), dtype, device,
                            stream, stream_object == Py_None ? nullptr : stream_object);
  PyDimMem_FREE(shape.ptr);
  return reinterpret_cast<PyObject*>(made);
}

PyObject* ToHost(PyObject*, PyObject* object) {
  if (!IsDeviceArray(object)) {
    PyErr_Format(PyExc_TypeError, "to_host: %R is not a DeviceArray", Py_TYPE(object));
    return nullptr;
  }
  const DeviceArray& array = *AsDeviceArray(object);
  npy_intp dims[LW_MAX_NDIM], strides[LW_MAX_NDIM];
  std::copy(array.shape, array.shape + array.ndim, dims);
  std::copy(array.strides, array.strides + array.ndim, strides);
  auto dtype = [&] {
    return reinterpret_cast<PyArray_Descr*>(
        Py_NewRef(reinterpret_cast<PyObject*>(array.dtype)));  // what makes arrays takes one
  };
  const bool contiguous = IsContiguous(array);
  int64_t low = 0, bytes = array.size * PyDataType_ELSIZE(array.dtype);
  if (array.size > 0 && !contiguous) Extent(array, &low, &bytes);
  npy_intp length = bytes;
  Ref host(contiguous || array.size == 0 ? PyArray_NewFromDescr(&PyArray_Type, dtype(), array.ndim,
                                                                dims, nullptr, nullptr, 0, nullptr)
                                         : PyArray_SimpleNew(1, &length, NPY_UBYTE));
  if (!host) return nullptr;
  lw_status status;
  {
    const AllowThreads allow(true);
    status = lw_gpu_copy(array.device, PyArray_DATA(AsArray(host.get())), array.data + low,
                         static_cast<size_t>(bytes), LW_GPU_DEVICE_TO_HOST, array.stream);
    const lw_status waited = lw_gpu_synchronise(array.device, array.stream);
    if (status == LW_OK) status = waited;
  }
  if (status != LW_OK) return Raise(status);
  if (contiguous || array.size == 0) return host.release();
  const Ref view(PyArray_NewFromDescr(&PyArray_Type, dtype(), array.ndim, dims, strides,
                                      PyArray_BYTES(AsArray(host.get())) - low, 0, nullptr));
  return view ? PyArray_NewCopy(AsArray(view.get()), NPY_CORDER) : nullptr;
}

PyTypeObject DeviceArrayType = [] {
  PyTypeObject type = {PyVarObject_HEAD_INIT(nullptr, 0)};
  type.tp_name = "lanewise.DeviceArray";
  type.tp_basicsize = sizeof(DeviceArray);
  type.tp_flags = Py_TPFLAGS_DEFAULT;
  type.tp_doc =
      "An array in the memory of a GPU: what to_device() gives, and functions of lanewise give for "
      "it. Other libraries take it through DLPack or the CUDA array interface.";
  type.tp_dealloc = &Dealloc;
  type.tp_repr = &Represent;
  type.tp_as_sequence = &g_sequence;
  type.tp_as_mapping = &g_mapping;
  type.tp_as_number = DeviceOperators();
  type.tp_richcompare = &CompareDeviceArrays;
  type.tp_hash = &PyObject_HashNotImplemented;
  type.tp_methods = g_methods;
  type.tp_members = g_members;
  type.tp_getset = g_properties;
  return type;
}();

}  // namespace lanewise_py
