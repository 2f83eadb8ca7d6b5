// Basic indexing of a DeviceArray: integers, slices, ... and None give views, as in NumPy.

#include "device_array.h"

namespace lanewise_py {
namespace {

struct Builder {
  const DeviceArray& from;
  DeviceArray view = {};  // data, shape and strides only
  int axis = 0;           // of `from`, the next one

  bool Add(int64_t size, int64_t stride) {
    if (view.ndim >= LW_MAX_NDIM) {
      PyErr_Format(PyExc_IndexError, "more than %d dimensions", LW_MAX_NDIM);
      return false;
    }
    view.shape[view.ndim] = size;
    view.strides[view.ndim++] = stride;
    return true;
  }

  bool TakeSlice(PyObject* slice) {
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0) return false;
    const Py_ssize_t size =
        PySlice_AdjustIndices(static_cast<Py_ssize_t>(from.shape[axis]), &start, &stop, step);
    if (size > 0) view.data += start * from.strides[axis];
    return Add(size, from.strides[axis++] * step);
  }

  bool TakeInteger(PyObject* index) {
    const Py_ssize_t given = PyNumber_AsSsize_t(index, PyExc_IndexError);
    if (given == -1 && PyErr_Occurred()) return false;
    const int64_t size = from.shape[axis], at = given < 0 ? given + size : given;
    if (at < 0 || at >= size) {
      PyErr_Format(PyExc_IndexError, "index %zd is out of bounds for axis %d with size %lld", given,
                   axis, static_cast<long long>(size));
      return false;
    }
    view.data += at * from.strides[axis++];
    return true;
  }

  bool TakeEllipsis(int axes) {
    for (; axes > 0; --axes, ++axis) {
      if (!Add(from.shape[axis], from.strides[axis])) return false;
    }
    return true;
  }

  bool Take(PyObject* item) {
    if (item == Py_None) return Add(1, 0);
    if (axis >= from.ndim) {
      PyErr_Format(PyExc_IndexError, "too many indices: array is %d-dimensional", from.ndim);
      return false;
    }
    if (PySlice_Check(item)) return TakeSlice(item);
    if (PyIndex_Check(item) && !PyBool_Check(item) && !PyArray_Check(item)) {
      return TakeInteger(item);
    }
    PyErr_Format(PyExc_TypeError,
                 "a DeviceArray is indexed with integers, slices, ... and None, not with %R",
                 Py_TYPE(item));
    return false;
  }
};

// The axes that an ellipsis stands for; -1 with an exception if there is more than one.
int EllipsisAxes(PyObject* items, int ndim) {
  int used = 0, ellipses = 0;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items); ++i) {
    PyObject* item = PyTuple_GET_ITEM(items, i);
    ellipses += item == Py_Ellipsis;
    used += item != Py_Ellipsis && item != Py_None;
  }
  if (ellipses > 1) {
    PyErr_SetString(PyExc_IndexError, "an index can only have a single ellipsis ('...')");
    return -1;
  }
  return used < ndim ? ndim - used : 0;
}

}  // namespace

PyObject* IndexDeviceArray(PyObject* self, PyObject* index) {
  DeviceArray* array = AsDeviceArray(self);
  const Ref items(PyTuple_Check(index) ? Py_NewRef(index) : PyTuple_Pack(1, index));
  if (!items) return nullptr;
  const int hidden = EllipsisAxes(items.get(), array->ndim);
  if (hidden < 0) return nullptr;
  Builder builder{*array};
  builder.view.data = array->data;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items.get()); ++i) {
    PyObject* item = PyTuple_GET_ITEM(items.get(), i);
    if (!(item == Py_Ellipsis ? builder.TakeEllipsis(hidden) : builder.Take(item))) return nullptr;
  }
  if (!builder.TakeEllipsis(array->ndim - builder.axis)) return nullptr;
  DeviceArray* view = NewDeviceView(builder.view.ndim, builder.view.shape);
  if (!view) return nullptr;
  for (int i = 0; i < view->ndim; ++i) view->strides[i] = builder.view.strides[i];
  view->data = builder.view.data;
  view->dtype =
      reinterpret_cast<PyArray_Descr*>(Py_NewRef(reinterpret_cast<PyObject*>(array->dtype)));
  view->owner = Py_NewRef(array->owner);
  view->stream_owner = Py_XNewRef(array->stream_owner);
  view->stream = array->stream;
  view->device = array->device;
  view->read_only = array->read_only;
  return reinterpret_cast<PyObject*>(view);
}

}  // namespace lanewise_py
