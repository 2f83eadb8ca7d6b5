// Reading arrays of other libraries: CuPy's and PyTorch's through their attributes, which is
// several times as fast as the protocols; all others through DLPack or __cuda_array_interface__.

#include <algorithm>
#include <cstring>

#include "device_import.h"
#include "dlpack.h"
#include "info.h"

namespace lanewise_py {
namespace {

Ref Attribute(PyObject* object, const char* name) {
  return Ref(object ? PyObject_GetAttrString(object, name) : nullptr);
}

Ref Method(PyObject* object, const char* name) {
  return Ref(object ? PyObject_CallMethod(object, name, nullptr) : nullptr);
}

// Integers of a tuple or list; their number, or -1 with an exception.
int ReadIntegers(PyObject* object, int64_t* values) {
  const Ref sequence(object ? PySequence_Fast(object, "a shape or strides that are no sequence")
                            : nullptr);
  if (!sequence) return -1;
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence.get());
  if (count > LW_MAX_NDIM) {
    PyErr_Format(PyExc_ValueError, "more than %d dimensions", LW_MAX_NDIM);
    return -1;
  }
  for (Py_ssize_t i = 0; i < count; ++i) {
    values[i] = PyLong_AsLongLong(PySequence_Fast_GET_ITEM(sequence.get(), i));
    if (values[i] == -1 && PyErr_Occurred()) return -1;
  }
  return static_cast<int>(count);
}

// A view of this shape that keeps `owner`, with `dtype` (both borrowed).
DeviceArray* NewView(PyObject* shape, PyObject* dtype, PyObject* owner) {
  int64_t sizes[LW_MAX_NDIM];
  const int ndim = ReadIntegers(shape, sizes);
  if (ndim < 0 || !dtype) return nullptr;
  if (!PyArray_DescrCheck(dtype)) {
    PyErr_Format(PyExc_TypeError, "%R is not a numpy.dtype", dtype);
    return nullptr;
  }
  DeviceArray* view = NewDeviceView(ndim, sizes);
  if (!view) return nullptr;
  view->dtype = reinterpret_cast<PyArray_Descr*>(Py_NewRef(dtype));
  view->owner = Py_NewRef(owner);
  return view;
}

// Takes the strides, each times `unit`; false with an exception.
bool TakeStrides(DeviceArray* view, PyObject* strides, int64_t unit) {
  const int count = ReadIntegers(strides, view->strides);
  if (count < 0) return false;
  if (count != view->ndim) {
    PyErr_Format(PyExc_ValueError, "%d strides for %d dimensions", count, view->ndim);
    return false;
  }
  for (int i = 0; i < count; ++i) view->strides[i] *= unit;
  return true;
}

bool TakeAddress(DeviceArray* view, PyObject* address) {
  if (!address) return false;
  view->data = static_cast<char*>(PyLong_AsVoidPtr(address));
  return !PyErr_Occurred();
}

bool TakeDevice(DeviceArray* view, PyObject* device) {
  if (!device) return false;
  view->device = static_cast<int32_t>(PyLong_AsLong(device));
  return !PyErr_Occurred();
}

DeviceArray* Done(Ref view, bool complete) {
  return complete && !PyErr_Occurred() ? AsDeviceArray(view.release()) : nullptr;
}

// NumPy's dtype of DLPack's type; null with TypeError.
PyArray_Descr* DescrOf(dlpack::DataType type) {
  static constexpr struct {
    dlpack::TypeCode code;
    char kind;
  } kKinds[] = {{dlpack::kInt, 'i'},
                {dlpack::kUnsigned, 'u'},
                {dlpack::kFloat, 'f'},
                {dlpack::kComplex, 'c'},
                {dlpack::kBool, 'b'}};
  for (const auto& known : kKinds) {
    if (type.code != known.code || type.lanes != 1) continue;
    const Ref name(PyUnicode_FromFormat("%c%d", known.kind, type.bits / 8));
    PyArray_Descr* descr = nullptr;
    if (name && type.bits % 8 == 0 && PyArray_DescrConverter(name.get(), &descr)) return descr;
    PyErr_Clear();
  }
  PyErr_Format(PyExc_TypeError, "lanewise does not support %s (DLPack's type %d with %d bits)",
               type.code == dlpack::kBfloat ? "bfloat16" : "this dtype", type.code, type.bits);
  return nullptr;
}

DeviceArray* FromTensor(const dlpack::Tensor& tensor, bool read_only, PyObject* owner) {
  const Ref descr(reinterpret_cast<PyObject*>(DescrOf(tensor.dtype)));
  if (!descr) return nullptr;
  Ref view(reinterpret_cast<PyObject*>(NewDeviceView(tensor.ndim, tensor.shape)));
  if (!view) return nullptr;
  DeviceArray* made = AsDeviceArray(view.get());
  made->dtype = reinterpret_cast<PyArray_Descr*>(Py_NewRef(descr.get()));
  made->owner = Py_NewRef(owner);
  made->data = static_cast<char*>(tensor.data) + tensor.byte_offset;
  made->device = tensor.device.id;
  made->read_only = read_only;
  const int64_t item = tensor.dtype.bits / 8;
  SetContiguous(made, item);
  for (int i = 0; tensor.strides && i < tensor.ndim; ++i) {
    made->strides[i] = tensor.strides[i] * item;
  }
  return AsDeviceArray(view.release());
}

// The producer's capsule, made safe for `stream`.
Ref AskCapsule(PyObject* object, void* stream) {
  const Ref method(PyObject_GetAttrString(object, "__dlpack__"));
  const Ref none(PyTuple_New(0));
  if (!method || !none) return Ref();
  const Ref keywords(Py_BuildValue("{sKs(ii)}", "stream", StreamNumber(stream), "max_version",
                                   static_cast<int>(dlpack::kMajor),
                                   static_cast<int>(dlpack::kMinor)));
  if (!keywords) return Ref();
  Ref capsule(PyObject_Call(method.get(), none.get(), keywords.get()));
  if (capsule || !PyErr_ExceptionMatches(PyExc_TypeError)) return capsule;
  PyErr_Clear();  // a producer from before DLPack 1.0
  if (PyDict_DelItemString(keywords.get(), "max_version") < 0) return Ref();
  return Ref(PyObject_Call(method.get(), none.get(), keywords.get()));
}

// Where CUDA says that an address lies.
bool AskDevice(DeviceArray* view) {
  if (view->size == 0) return true;  // anywhere; the other arrays decide
  lw_gpu_memory memory;
  lw_status status;
  {
    const AllowThreads allow(true);  // the first question loads the driver
    status = lw_gpu_pointer_info(view->data, &memory, &view->device);
  }
  if (status != LW_OK) return Raise(status) != nullptr;
  if (memory == LW_GPU_MEMORY_DEVICE || memory == LW_GPU_MEMORY_MANAGED) return true;
  PyErr_SetString(PyExc_ValueError,
                  "__cuda_array_interface__ names an address that is not in device memory");
  return false;
}

// Byte order and dtype of a typestr; null with an exception.
Ref DescrOfTypestr(PyObject* typestr) {
  PyArray_Descr* descr = nullptr;
  if (!typestr || !PyArray_DescrConverter(typestr, &descr)) return Ref();
  Ref owned(reinterpret_cast<PyObject*>(descr));
  if (PyArray_ISNBO(descr->byteorder)) return owned;
  PyErr_Format(PyExc_TypeError, "lanewise does not support dtype %R on a device", descr);
  return Ref();
}

}  // namespace

DeviceArray* ReadCupy(PyObject* object) {
  const Ref dtype = Attribute(object, "dtype");
  Ref view(
      reinterpret_cast<PyObject*>(NewView(Attribute(object, "shape").get(), dtype.get(), object)));
  const Ref memory = Attribute(object, "data");
  if (!view || !memory) return nullptr;
  DeviceArray* made = AsDeviceArray(view.get());
  const bool complete = TakeStrides(made, Attribute(object, "strides").get(), 1) &&
                        TakeAddress(made, Attribute(memory.get(), "ptr").get()) &&
                        TakeDevice(made, Attribute(memory.get(), "device_id").get());
  return Done(std::move(view), complete);
}

DeviceArray* ReadTorch(PyObject* object) {
  const Ref requires_grad = Attribute(object, "requires_grad");
  const Ref negated = Method(object, "is_neg");
  if (!requires_grad || !negated) return nullptr;
  if (PyObject_IsTrue(requires_grad.get()) || PyObject_IsTrue(negated.get())) {
    PyErr_SetString(PyExc_TypeError,
                    PyObject_IsTrue(requires_grad.get())
                        ? "lanewise has no gradients, and the tensor requires one: pass "
                          "tensor.detach()"
                        : "the tensor is negated lazily: pass tensor.resolve_neg()");
    return nullptr;
  }
  const Ref torch_dtype = Attribute(object, "dtype");
  static PyObject* dtypes = PyDict_New();  // torch.dtype -> numpy.dtype
  PyObject* known =
      torch_dtype && dtypes ? PyDict_GetItemWithError(dtypes, torch_dtype.get()) : nullptr;
  if (!torch_dtype || PyErr_Occurred()) return nullptr;
  Ref dtype = Ref::Borrow(known);
  if (!dtype) {
    dtype = Ref(PyObject_CallOneArg(g_device_hooks.torch_dtype, torch_dtype.get()));
    if (!dtype || PyDict_SetItem(dtypes, torch_dtype.get(), dtype.get()) < 0) return nullptr;
  }
  Ref view(
      reinterpret_cast<PyObject*>(NewView(Attribute(object, "shape").get(), dtype.get(), object)));
  if (!view) return nullptr;
  DeviceArray* made = AsDeviceArray(view.get());
  const bool complete =
      TakeStrides(made, Method(object, "stride").get(), PyDataType_ELSIZE(made->dtype)) &&
      TakeAddress(made, Method(object, "data_ptr").get()) &&
      TakeDevice(made, Method(object, "get_device").get());
  return Done(std::move(view), complete);
}

DeviceArray* ReadDlpack(PyObject* object, void* stream) {
  // Never renamed: the capsule itself deletes the tensor when the view lets it go.
  const Ref capsule = AskCapsule(object, stream);
  if (!capsule) return nullptr;
  const dlpack::Tensor* tensor;
  bool read_only = false;
  if (PyCapsule_IsValid(capsule.get(), dlpack::kNameVersioned)) {
    const auto* managed = static_cast<const dlpack::ManagedVersioned*>(
        PyCapsule_GetPointer(capsule.get(), dlpack::kNameVersioned));
    if (managed->version.major != dlpack::kMajor) {
      PyErr_Format(PyExc_BufferError, "__dlpack__ gave version %u of DLPack; lanewise reads %u",
                   managed->version.major, dlpack::kMajor);
      return nullptr;
    }
    tensor = &managed->tensor;
    read_only = managed->flags & dlpack::kReadOnly;
  } else {
    const auto* managed =
        static_cast<const dlpack::Managed*>(PyCapsule_GetPointer(capsule.get(), dlpack::kName));
    if (!managed) return nullptr;
    tensor = &managed->tensor;
  }
  if (tensor->device.type != dlpack::kCuda && tensor->device.type != dlpack::kCudaManaged) {
    PyErr_Format(PyExc_BufferError, "__dlpack__ gave an array on DLPack's device type %d",
                 tensor->device.type);
    return nullptr;
  }
  DeviceArray* view = FromTensor(*tensor, read_only, capsule.get());
  if (view) view->stream = stream;
  return view;
}

DeviceArray* ReadInterface(PyObject* object, void* stream) {
  const Ref interface = Attribute(object, "__cuda_array_interface__");
  if (!interface) return nullptr;
  if (!PyDict_Check(interface.get())) {
    PyErr_SetString(PyExc_TypeError, "__cuda_array_interface__ is not a dict");
    return nullptr;
  }
  // Borrowed, as the dict lives on; null if absent.
  const auto entry = [&](const char* name) { return PyDict_GetItemString(interface.get(), name); };
  PyObject *data = entry("data"), *strides = entry("strides"), *mask = entry("mask");
  if (!data || !PyTuple_Check(data) || PyTuple_GET_SIZE(data) != 2 || !entry("shape") ||
      !entry("typestr")) {
    PyErr_SetString(PyExc_TypeError, "__cuda_array_interface__ lacks data, shape or typestr");
    return nullptr;
  }
  if (mask && mask != Py_None) {
    PyErr_SetString(PyExc_TypeError, "lanewise does not support masked arrays on a device");
    return nullptr;
  }
  const Ref dtype = DescrOfTypestr(entry("typestr"));
  Ref view(dtype ? reinterpret_cast<PyObject*>(NewView(entry("shape"), dtype.get(), object))
                 : nullptr);
  if (!view) return nullptr;
  DeviceArray* made = AsDeviceArray(view.get());
  SetContiguous(made, PyDataType_ELSIZE(made->dtype));
  made->stream = stream;
  PyObject* producer = entry("stream");
  if (producer && producer != Py_None) made->stream = StreamOf(producer);
  made->read_only = PyObject_IsTrue(PyTuple_GET_ITEM(data, 1));
  const bool complete = !PyErr_Occurred() &&
                        (!strides || strides == Py_None || TakeStrides(made, strides, 1)) &&
                        TakeAddress(made, PyTuple_GET_ITEM(data, 0)) && AskDevice(made);
  return Done(std::move(view), complete);
}

}  // namespace lanewise_py
