// lanewise.DeviceArray: an array in the memory of a GPU. Arrays of other libraries become one, too,
// for the time of a call: a view that keeps the other array alive.

#ifndef LANEWISE_PYTHON_DEVICE_ARRAY_H_
#define LANEWISE_PYTHON_DEVICE_ARRAY_H_

#include "kernels.h"
#include "lanewise/lanewise_gpu.h"

namespace lanewise_py {

struct DeviceArray {
  PyObject_HEAD char* data;
  PyArray_Descr* dtype;    // native byte order
  PyObject* owner;         // keeps the memory
  PyObject* stream_owner;  // keeps the stream; may be null
  void* stream;            // on which the array's last work was queued; null: the default stream
  int64_t size;
  int32_t device;
  int32_t ndim;
  bool read_only;
  int64_t shape[LW_MAX_NDIM];
  int64_t strides[LW_MAX_NDIM];  // bytes
};

extern PyTypeObject DeviceArrayType;

inline DeviceArray* AsDeviceArray(PyObject* object) {
  return reinterpret_cast<DeviceArray*>(object);
}
inline bool IsDeviceArray(PyObject* object) { return Py_IS_TYPE(object, &DeviceArrayType); }

// A view without data, dtype and owner yet, and with strides of 0; null with an exception.
DeviceArray* NewDeviceView(int ndim, const int64_t* shape);
// Sets size, and C order's strides.
void SetContiguous(DeviceArray* array, int64_t item_size);
bool IsContiguous(const DeviceArray& array);
// Offset of the lowest byte that the array touches, and bytes up to the highest; size > 0.
void Extent(const DeviceArray& array, int64_t* low, int64_t* bytes);

// New memory on a device, in stream order; C order. Takes no reference of dtype.
DeviceArray* NewDeviceMemory(int ndim, const int64_t* shape, PyArray_Descr* dtype, int32_t device,
                             void* stream, PyObject* stream_owner);

// A stream as DLPack and the CUDA array interface number it (None, 1, 2, an address), or an object
// with such a number. null and PyErr_Occurred() if it is none.
void* StreamOf(PyObject* object);
// That number of a stream.
inline unsigned long long StreamNumber(void* stream) {
  return stream ? reinterpret_cast<uintptr_t>(stream) : 1;
}

// Functions of the module.
// to_device(array, device, stream): a copy of a C-contiguous numpy.ndarray; waits.
PyObject* ToDevice(PyObject* module, PyObject* args);
// device_empty(shape, dtype, device, stream)
PyObject* DeviceEmpty(PyObject* module, PyObject* args);
// to_host(device_array): a numpy.ndarray; waits.
PyObject* ToHost(PyObject* module, PyObject* object);

// DLPack and the CUDA array interface of the type (device_export.cc).
PyObject* ExportDlpack(PyObject* self, PyObject* args, PyObject* keywords);
PyObject* ExportDlpackDevice(PyObject* self, PyObject*);
PyObject* ExportCudaArray(PyObject* self, void*);
// self[...] (device_index.cc).
PyObject* IndexDeviceArray(PyObject* self, PyObject* index);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_DEVICE_ARRAY_H_
