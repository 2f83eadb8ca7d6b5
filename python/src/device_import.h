// Arrays of any library on a GPU as DeviceArrays, and the stream on which a call of them runs.

#ifndef LANEWISE_PYTHON_DEVICE_IMPORT_H_
#define LANEWISE_PYTHON_DEVICE_IMPORT_H_

#include "device_array.h"

namespace lanewise_py {

// How a class hands out its arrays. Decided once per class, by Python (_gpu.py).
enum class DeviceKind : int {
  kNone = 0,  // not on a device, ever
  kOwn,
  kCupy,
  kTorch,
  kDlpack,     // where __dlpack_device__ says
  kInterface,  // __cuda_array_interface__ alone
};

// What the extension asks of Python about other libraries' arrays.
struct DeviceHooks {
  PyObject* call;         // (name, args, keywords): every call that is not the plain one
  PyObject* kind;         // (class): a DeviceKind
  PyObject* stream;       // (array of CuPy or PyTorch): its library's current stream
  PyObject* torch_dtype;  // (torch.dtype): a numpy.dtype
  PyObject* empty;        // (array, shape, dtype): a new array of its library and device, or None
  PyObject* wrap;         // (array, DeviceArray): the latter as an array of the former's library
};
extern DeviceHooks g_device_hooks;
// set_device_hooks(call, kind, stream, torch_dtype, empty, wrap)
PyObject* SetDeviceHooks(PyObject* module, PyObject* args);

// Whether an object is an array on a device. Cheap for NumPy's arrays and Python's own types. Never
// fails: what cannot say where it lies is not on a device.
bool IsOnDevice(PyObject* object);
bool AnyOnDevice(PyObject* const* objects, Py_ssize_t count);

// The arrays of one call. The first decides on the stream: its library's current one, or its own.
class DeviceCall {
 public:
  // The array as a DeviceArray (a new reference); null with an exception. IsOnDevice is true of it.
  DeviceArray* Take(PyObject* object);

  bool empty() const { return first_ == nullptr; }
  void* stream() const { return stream_; }
  PyObject* stream_owner() const { return stream_owner_; }  // borrowed; may be null
  int32_t device() const { return device_; }
  PyObject* first() const { return first_; }  // the array that came first; borrowed
  DeviceKind first_kind() const { return first_kind_; }

 private:
  bool FindStream(PyObject* object, DeviceKind kind, void** stream);

  PyObject* first_ = nullptr;
  DeviceKind first_kind_ = DeviceKind::kNone;
  void* stream_ = nullptr;
  PyObject* stream_owner_ = nullptr;
  int32_t device_ = 0;
};

// One array's reading, by its kind (device_read.cc); `stream` is the call's.
DeviceArray* ReadCupy(PyObject* object);
DeviceArray* ReadTorch(PyObject* object);
DeviceArray* ReadDlpack(PyObject* object, void* stream);
DeviceArray* ReadInterface(PyObject* object, void* stream);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_DEVICE_IMPORT_H_
