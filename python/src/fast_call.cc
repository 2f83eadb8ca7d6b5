// Elementwise calls on plain arrays, past the machinery of ufuncs.

#include <algorithm>
#include <cmath>
#include <limits>

#include "fp_errors.h"
#include "function.h"
#include "info.h"
#include "ufuncs.h"

#include <numpy/arrayscalars.h>  // needs what numpy_api.h sets up

namespace lanewise_py {
namespace {

// A scalar operand, stored as the element type of the arrays beside it.
union Scalar {
  float f32;
  double f64;
};

bool IsPlainArray(PyObject* object) {
  return PyArray_CheckExact(object) && PyArray_ISCARRAY_RO(AsArray(object)) &&
         PyArray_DESCR(AsArray(object))->type_num < kTypeNumbers;
}

// Python's and NumPy's floats where NumPy 1 and 2 agree that the result keeps the array's dtype
// and the value is one of it.
bool TakeScalar(PyObject* object, int type_number, Scalar* scalar) {
  const bool is_float = PyFloat_CheckExact(object);
  if (type_number == NPY_DOUBLE && (is_float || Py_IS_TYPE(object, &PyDoubleArrType_Type))) {
    scalar->f64 = PyFloat_AS_DOUBLE(object);  // numpy.float64 is a float
    return true;
  }
  if (type_number != NPY_FLOAT) return false;
  if (is_float) {
    const double value = PyFloat_AS_DOUBLE(object);
    if (!(std::abs(value) <= std::numeric_limits<float>::max())) return false;
    scalar->f32 = static_cast<float>(value);
    return true;
  }
  if (!Py_IS_TYPE(object, &PyFloatArrType_Type)) return false;
  scalar->f32 = PyArrayScalar_VAL(object, Float);
  return true;
}

// An array of a native dtype whose memory ascends in the order of its axes, with gaps perhaps: a
// slice of a C-contiguous array. NumPy too gives results of such arrays in C order.
bool IsAscending(PyObject* object) {
  if (!PyArray_CheckExact(object)) return false;
  PyArrayObject* array = AsArray(object);
  if (!PyArray_ISBEHAVED_RO(array) || PyArray_DESCR(array)->type_num >= kTypeNumbers) return false;
  npy_intp outer = NPY_MAX_INTP;
  for (int i = 0; i < PyArray_NDIM(array); ++i) {
    if (PyArray_DIM(array, i) == 1) continue;
    const npy_intp stride = PyArray_STRIDE(array, i);
    if (stride <= 0 || stride > outer) return false;
    outer = stride;
  }
  return true;
}

bool SameShape(PyArrayObject* a, PyArrayObject* b) {
  return a == b || (PyArray_NDIM(a) == PyArray_NDIM(b) &&
                    PyArray_CompareLists(PyArray_DIMS(a), PyArray_DIMS(b), PyArray_NDIM(a)));
}

}  // namespace

FastTable* MakeFastTable(const Kernel& kernel, const PyUFuncObject& ufunc) {
  auto* table = new FastTable{kernel.name, kernel.id, kernel.inputs, {}};
  if (kernel.outputs > 1) return table;  // all its calls are the ufunc's business
  for (int t = 0; t < ufunc.ntypes; ++t) {
    const char* types = ufunc.types + t * ufunc.nargs;
    int numbers[LW_MAX_OPERANDS];
    std::copy(types, types + ufunc.nargs, numbers);
    const int element = numbers[kernel.inputs - 1];
    if (element >= kTypeNumbers || table->entries[element].loop) continue;
    const Loop loop = FindLoop(kernel, numbers);
    if (!loop) continue;
    table->entries[element].loop = loop;
    std::copy(types, types + ufunc.nargs, table->entries[element].types);
    for (int i = 0; i < ufunc.nargs; ++i) {
      const auto dtype = static_cast<lw_dtype>(DtypeOf(numbers[i]));
      table->entries[element].sizes[i] = static_cast<npy_intp>(lw_dtype_size(dtype));
      table->entries[element].dtypes[i] = dtype;
    }
    table->entries[element].maps = static_cast<bool>(kernel.Find(table->entries[element].dtypes));
    table->entries[element].output = PyArray_DescrFromType(types[kernel.inputs]);
  }
  return table;
}

namespace {

// The entry that serves a call whose dtype and shape an array decides; null if there is none.
const FastTable::Entry* EntryFor(const FastTable& table, PyArrayObject* model) {
  const FastTable::Entry& entry = table.entries[PyArray_DESCR(model)->type_num];
  return !entry.loop || (entry.place && *entry.place != entry.expected) ? nullptr : &entry;
}

// CallFast on slices of arrays: through lw_map, all axes in one call.
PyObject* CallAscending(const FastTable& table, PyObject* const* args) {
  const int inputs = table.inputs;
  PyArrayObject* model = nullptr;
  for (int i = inputs - 1; i >= 0 && !model; --i) {
    if (IsAscending(args[i])) model = AsArray(args[i]);
  }
  if (!model || PyArray_NDIM(model) == 0) return nullptr;
  const FastTable::Entry* entry = EntryFor(table, model);
  if (!entry || !entry->maps) return nullptr;
  lw_map_operand operands[LW_MAX_OPERANDS];
  Scalar scalars[LW_MAX_OPERANDS];
  for (int i = 0; i < inputs; ++i) {
    PyArrayObject* array = AsArray(args[i]);
    if (array == model || IsAscending(args[i])) {
      if (PyArray_DESCR(array)->type_num != entry->types[i] || !SameShape(array, model)) {
        return nullptr;
      }
      operands[i] = {PyArray_DATA(array), PyArray_STRIDES(array)};
    } else if (TakeScalar(args[i], entry->types[i], &scalars[i])) {
      operands[i] = {&scalars[i], nullptr};
    } else {
      return nullptr;
    }
  }
  Py_INCREF(entry->output);
  Ref result(PyArray_NewFromDescr(&PyArray_Type, entry->output, PyArray_NDIM(model),
                                  PyArray_DIMS(model), nullptr, nullptr, 0, nullptr));
  if (!result) return nullptr;
  PyArrayObject* out = AsArray(result.get());
  operands[inputs] = {PyArray_DATA(out), PyArray_STRIDES(out)};
  lw_status status;
  ClearFlags();
  {
    const AllowThreads allow(PyArray_SIZE(out) >= kAllowThreadsFrom);
    status = lw_map(table.kernel, entry->dtypes, operands, PyArray_NDIM(out), PyArray_DIMS(out),
                    nullptr);
  }
  const int raised = RaisedFlags();
  if (status != LW_OK) {
    Raise(status);
    return nullptr;
  }
  if (raised && !GiveErrors(table.name, raised)) return nullptr;
  return result.release();
}

}  // namespace

PyObject* CallFast(const FastTable& table, PyObject* const* args) {
  const int inputs = table.inputs;
  // The last array decides on dtype and shape.
  PyArrayObject* model = nullptr;
  for (int i = inputs - 1; i >= 0 && !model; --i) {
    if (IsPlainArray(args[i])) model = AsArray(args[i]);
  }
  // Zero-dimensional results are scalars: the ufunc's business.
  if (!model) return CallAscending(table, args);
  if (PyArray_NDIM(model) == 0) return nullptr;
  const FastTable::Entry* found = EntryFor(table, model);
  if (!found) return nullptr;
  const FastTable::Entry& entry = *found;

  char* data[LW_MAX_OPERANDS];
  npy_intp steps[LW_MAX_OPERANDS];
  Scalar scalars[LW_MAX_OPERANDS];
  for (int i = 0; i < inputs; ++i) {
    PyArrayObject* array = AsArray(args[i]);
    if (array == model || IsPlainArray(args[i])) {
      if (PyArray_DESCR(array)->type_num != entry.types[i] || !SameShape(array, model)) {
        return nullptr;
      }
      data[i] = PyArray_BYTES(array);
      steps[i] = entry.sizes[i];
    } else if (TakeScalar(args[i], entry.types[i], &scalars[i])) {
      data[i] = reinterpret_cast<char*>(&scalars[i]);
      steps[i] = 0;
    } else {
      return CallAscending(table, args);
    }
  }

  Py_INCREF(entry.output);
  PyObject* result = PyArray_NewFromDescr(&PyArray_Type, entry.output, PyArray_NDIM(model),
                                          PyArray_DIMS(model), nullptr, nullptr, 0, nullptr);
  if (!result) return nullptr;
  data[inputs] = PyArray_BYTES(AsArray(result));
  steps[inputs] = entry.sizes[inputs];
  const npy_intp n = PyArray_NDIM(model) == 1 ? PyArray_DIM(model, 0) : PyArray_SIZE(model);
  const Loop loop = entry.loop;  // unpatching clears the entries, maybe while Python's lock is free
  ClearFlags();
  {
    const AllowThreads allow(n >= kAllowThreadsFrom);
    loop.call(data, &n, steps, loop.context);
  }
  const int raised = RaisedFlags();
  if (raised && !GiveErrors(table.name, raised)) Py_CLEAR(result);
  return result;
}

}  // namespace lanewise_py
