#include "device_import.h"

#include "dlpack.h"

namespace lanewise_py {

DeviceHooks g_device_hooks = {};

namespace {

// Classes whose kind is known, from then on alive; a bound, because programs can make classes
// without end.
PyObject* g_kinds = nullptr;
constexpr Py_ssize_t kMostKinds = 1000;

// Without an exception, whatever the class does.
DeviceKind AskKind(PyTypeObject* type) {
  auto* key = reinterpret_cast<PyObject*>(type);
  if (!g_kinds || PyDict_GET_SIZE(g_kinds) > kMostKinds) Py_XSETREF(g_kinds, PyDict_New());
  PyObject* known = g_kinds ? PyDict_GetItemWithError(g_kinds, key) : nullptr;
  Ref kind = Ref::Borrow(known);
  if (!kind && !PyErr_Occurred()) {
    kind = Ref(PyObject_CallOneArg(g_device_hooks.kind, key));
    if (kind && g_kinds) PyDict_SetItem(g_kinds, key, kind.get());
  }
  const long value = kind ? PyLong_AsLong(kind.get()) : 0;
  if (PyErr_Occurred()) PyErr_Clear();
  return value > 0 ? static_cast<DeviceKind>(value) : DeviceKind::kNone;
}

DeviceKind KindOf(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  if (type == &DeviceArrayType) return DeviceKind::kOwn;
  // What calls are mostly made of.
  if (type == &PyArray_Type || type == &PyFloat_Type || type == &PyLong_Type ||
      type == &PyBool_Type || object == Py_None || type == &PyTuple_Type || type == &PyList_Type ||
      type == &PyUnicode_Type || PyArray_CheckScalar(object) || !g_device_hooks.kind) {
    return DeviceKind::kNone;
  }
  return AskKind(type);
}

bool Says(PyObject* object, DeviceKind kind) {
  switch (kind) {
    case DeviceKind::kNone:
      return false;
    case DeviceKind::kOwn:
    case DeviceKind::kCupy:
      return true;
    case DeviceKind::kTorch: {
      const Ref is_cuda(PyObject_GetAttrString(object, "is_cuda"));
      return is_cuda && PyObject_IsTrue(is_cuda.get()) == 1;
    }
    case DeviceKind::kDlpack: {
      const Ref device(PyObject_CallMethod(object, "__dlpack_device__", nullptr));
      const Ref type(device ? PySequence_GetItem(device.get(), 0) : nullptr);
      const long number = type ? PyLong_AsLong(type.get()) : -1;
      return number == dlpack::kCuda || number == dlpack::kCudaManaged;
    }
    case DeviceKind::kInterface: {
      const Ref interface(PyObject_GetAttrString(object, "__cuda_array_interface__"));
      return interface.get() != nullptr;
    }
  }
  return false;
}

}  // namespace

PyObject* SetDeviceHooks(PyObject*, PyObject* args) {
  DeviceHooks hooks;
  if (!PyArg_ParseTuple(args, "OOOOOO:set_device_hooks", &hooks.call, &hooks.kind, &hooks.stream,
                        &hooks.torch_dtype, &hooks.empty, &hooks.wrap)) {
    return nullptr;
  }
  Py_INCREF(args);  // for ever: the process has one set
  g_device_hooks = hooks;
  Py_RETURN_NONE;
}

bool IsOnDevice(PyObject* object) {
  const DeviceKind kind = KindOf(object);
  if (kind == DeviceKind::kNone) return false;
  const bool on_device = Says(object, kind);
  if (PyErr_Occurred()) PyErr_Clear();
  return on_device;
}

bool AnyOnDevice(PyObject* const* objects, Py_ssize_t count) {
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (IsOnDevice(objects[i])) return true;
  }
  return false;
}

bool DeviceCall::FindStream(PyObject* object, DeviceKind kind, void** stream) {
  *stream = stream_;
  if (kind != DeviceKind::kCupy && kind != DeviceKind::kTorch) return true;
  if (kind == first_kind_) return true;  // one library has one current stream
  const Ref number(PyObject_CallOneArg(g_device_hooks.stream, object));
  if (!number) return false;
  // Handles as CUDA has them: 0 is the default stream.
  void* const handle = PyLong_AsVoidPtr(number.get());
  if (PyErr_Occurred()) return false;
  *stream = StreamNumber(handle) == 1 ? nullptr : handle;
  return true;
}

DeviceArray* DeviceCall::Take(PyObject* object) {
  const DeviceKind kind = KindOf(object);
  void* stream;
  if (!FindStream(object, kind, &stream)) return nullptr;
  DeviceArray* array = nullptr;
  switch (kind) {
    case DeviceKind::kOwn:
      array = AsDeviceArray(Py_NewRef(object));
      break;
    case DeviceKind::kCupy:
    case DeviceKind::kTorch:
      array = kind == DeviceKind::kCupy ? ReadCupy(object) : ReadTorch(object);
      if (array) array->stream = stream;
      break;
    case DeviceKind::kDlpack:
      array = ReadDlpack(object, stream);
      break;
    default:
      array = ReadInterface(object, stream);
      break;
  }
  if (!array || first_) return array;
  first_ = object;
  first_kind_ = kind;
  stream_ = array->stream;
  stream_owner_ = array->stream_owner;
  device_ = array->device;
  return array;
}

}  // namespace lanewise_py
