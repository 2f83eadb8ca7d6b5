// DeviceArrays for other libraries: DLPack and the CUDA array interface.

#include <algorithm>
#include <new>

#include "device_array.h"
#include "dlpack.h"
#include "info.h"

namespace lanewise_py {
namespace {

// What lies behind an exported tensor, in either version of the structure.
template <class M>
struct Exported {
  M managed;
  int64_t shape[LW_MAX_NDIM], strides[LW_MAX_NDIM];
  PyObject* owner;
};

// May be called from any thread, and at exit when there is no interpreter any more.
template <class M>
void Delete(M* managed) {
  auto* exported = static_cast<Exported<M>*>(managed->context);
  if (Py_IsInitialized()) {
    const PyGILState_STATE state = TakeLock([] { return PyGILState_Ensure(); });
    Py_DECREF(exported->owner);
    PyGILState_Release(state);
  }
  delete exported;
}

// Of a capsule that nobody has consumed.
template <class M>
void DeleteCapsule(PyObject* capsule) {
  constexpr bool versioned = std::is_same_v<M, dlpack::ManagedVersioned>;
  const char* name = versioned ? dlpack::kNameVersioned : dlpack::kName;
  if (!PyCapsule_IsValid(capsule, name)) return;
  auto* managed = static_cast<M*>(PyCapsule_GetPointer(capsule, name));
  managed->deleter(managed);
}

bool TypeOf(const DeviceArray& array, dlpack::DataType* type) {
  const int64_t size = PyDataType_ELSIZE(array.dtype);
  type->bits = static_cast<uint8_t>(8 * size);
  type->lanes = 1;
  switch (array.dtype->kind) {
    case 'b':
      type->code = dlpack::kBool;
      return true;
    case 'i':
      type->code = dlpack::kInt;
      return true;
    case 'u':
      type->code = dlpack::kUnsigned;
      return true;
    case 'f':
      type->code = dlpack::kFloat;
      return true;
    case 'c':
      type->code = dlpack::kComplex;
      return true;
    default:
      PyErr_Format(PyExc_BufferError, "DLPack has no type for dtype %S", array.dtype);
      return false;
  }
}

template <class M>
PyObject* MakeCapsule(DeviceArray* array, dlpack::DataType type) {
  auto* exported = new (std::nothrow) Exported<M>{};
  if (!exported) return PyErr_NoMemory();
  const int64_t item = PyDataType_ELSIZE(array->dtype);
  std::copy(array->shape, array->shape + array->ndim, exported->shape);
  for (int i = 0; i < array->ndim; ++i) exported->strides[i] = array->strides[i] / item;
  exported->owner = Py_NewRef(reinterpret_cast<PyObject*>(array));
  M& managed = exported->managed;
  managed.context = exported;
  managed.deleter = &Delete<M>;
  managed.tensor = {array->data,
                    {dlpack::kCuda, array->device},
                    array->ndim,
                    type,
                    exported->shape,
                    exported->strides,
                    0};
  constexpr bool versioned = std::is_same_v<M, dlpack::ManagedVersioned>;
  if constexpr (versioned) {
    managed.version = {dlpack::kMajor, dlpack::kMinor};
    if (array->read_only) managed.flags = dlpack::kReadOnly;
  }
  PyObject* capsule = PyCapsule_New(&managed, versioned ? dlpack::kNameVersioned : dlpack::kName,
                                    &DeleteCapsule<M>);
  if (!capsule) Delete(&managed);
  return capsule;
}

// Lets the consumer's stream wait for the array, as the protocol asks for.
bool HandOver(const DeviceArray& array, PyObject* stream) {
  if (PyLong_Check(stream) && PyLong_AsLong(stream) == -1 && !PyErr_Occurred()) {
    return true;  // -1: the consumer looks after that itself
  }
  PyErr_Clear();  // of a number beyond long
  void* const consumer = StreamOf(stream);
  if (PyErr_Occurred()) return false;
  if (consumer == array.stream) return true;
  const lw_status status = lw_gpu_stream_wait(array.device, consumer, array.stream);
  return status == LW_OK || Raise(status);
}

bool SameDevice(const DeviceArray& array, PyObject* wanted) {
  if (wanted == Py_None) return true;
  int type, id;
  if (!PyArg_ParseTuple(wanted, "ii;dl_device: two integers", &type, &id)) return false;
  if (type == dlpack::kCuda && id == array.device) return true;
  PyErr_SetString(PyExc_BufferError,
                  "a lanewise.DeviceArray is exported on its own device only; to_host() copies");
  return false;
}

}  // namespace

PyObject* ExportDlpack(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* const kNames[] = {"stream", "max_version", "dl_device", "copy", nullptr};
  PyObject *stream = Py_None, *max_version = Py_None, *device = Py_None, *copy = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$OOOO:__dlpack__", const_cast<char**>(kNames),
                                   &stream, &max_version, &device, &copy)) {
    return nullptr;
  }
  DeviceArray* array = AsDeviceArray(self);
  unsigned major = 0, minor = 0;
  if (max_version != Py_None &&
      !PyArg_ParseTuple(max_version, "II;max_version: two integers", &major, &minor)) {
    return nullptr;
  }
  if (copy != Py_None && PyObject_IsTrue(copy)) {
    PyErr_SetString(PyExc_BufferError, "__dlpack__: a DeviceArray is exported without a copy only");
    return nullptr;
  }
  dlpack::DataType type;
  if (!SameDevice(*array, device) || !TypeOf(*array, &type)) return nullptr;
  if (array->read_only && major == 0) {
    PyErr_SetString(PyExc_BufferError,
                    "a read-only array is exported by DLPack 1.0 and newer only: give max_version");
    return nullptr;
  }
  if (!HandOver(*array, stream)) return nullptr;
  return major >= 1 ? MakeCapsule<dlpack::ManagedVersioned>(array, type)
                    : MakeCapsule<dlpack::Managed>(array, type);
}

PyObject* ExportDlpackDevice(PyObject* self, PyObject*) {
  return Py_BuildValue("(ii)", static_cast<int>(dlpack::kCuda), AsDeviceArray(self)->device);
}

PyObject* ExportCudaArray(PyObject* self, void*) {
  const DeviceArray& array = *AsDeviceArray(self);
  const Ref shape(PyObject_GetAttrString(self, "shape"));
  const Ref strides(PyObject_GetAttrString(self, "strides"));
  const Ref typestr(PyObject_GetAttrString(reinterpret_cast<PyObject*>(array.dtype), "str"));
  if (!shape || !strides || !typestr) return nullptr;
  return Py_BuildValue("{sO,sO,s(KO),sO,si,sK}", "shape", shape.get(), "typestr", typestr.get(),
                       "data",
                       static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(array.data)),
                       array.read_only ? Py_True : Py_False, "strides", strides.get(), "version", 3,
                       "stream", StreamNumber(array.stream));
}

}  // namespace lanewise_py
