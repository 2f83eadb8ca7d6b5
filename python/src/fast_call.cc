// The fast road of an elementwise call.

#include <algorithm>
#include <cmath>
#include <limits>

#include "fp_errors.h"
#include "function.h"
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

bool SameShape(PyArrayObject* a, PyArrayObject* b) {
  return a == b || (PyArray_NDIM(a) == PyArray_NDIM(b) &&
                    PyArray_CompareLists(PyArray_DIMS(a), PyArray_DIMS(b), PyArray_NDIM(a)));
}

}  // namespace

FastTable* MakeFastTable(const Kernel& kernel, const PyUFuncObject& ufunc) {
  auto* table = new FastTable{kernel.name, kernel.inputs, {}};
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
    }
    table->entries[element].output = PyArray_DescrFromType(types[kernel.inputs]);
  }
  return table;
}

PyObject* CallFast(const FastTable& table, PyObject* const* args) {
  const int inputs = table.inputs;
  // The last array decides on dtype and shape.
  PyArrayObject* model = nullptr;
  for (int i = inputs - 1; i >= 0 && !model; --i) {
    if (IsPlainArray(args[i])) model = AsArray(args[i]);
  }
  // Zero-dimensional results are scalars: the ufunc's business.
  if (!model || PyArray_NDIM(model) == 0) return nullptr;
  const FastTable::Entry& entry = table.entries[PyArray_DESCR(model)->type_num];
  if (!entry.loop || (entry.place && *entry.place != entry.expected)) return nullptr;

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
      return nullptr;
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
