#include "reductions.h"

#include <algorithm>

#include "fp_errors.h"
#include "info.h"
#include "ufuncs.h"

namespace lanewise_py {
namespace {

static_assert(sizeof(npy_intp) == sizeof(int64_t), "shapes are handed over as they are");

// NumPy's shape as the library's: the same integers under another name.
const int64_t* AsInt64(const npy_intp* values) { return reinterpret_cast<const int64_t*>(values); }

lw_view ViewOf(PyArrayObject* array) {
  return {PyArray_DATA(array), PyArray_NDIM(array), AsInt64(PyArray_DIMS(array)),
          AsInt64(PyArray_STRIDES(array))};
}

// The array's dtype, or -1 with TypeError.
int CheckedDtype(const char* name, PyArrayObject* array) {
  const int dtype = DtypeOf(array);
  if (dtype < 0 || PyArray_ISBYTESWAPPED(array)) {
    PyErr_Format(PyExc_TypeError, "%s: dtype %R is not supported", name, PyArray_DESCR(array));
    return -1;
  }
  return dtype;
}

bool CheckNdim(const char* name, PyArrayObject* array) {
  if (PyArray_NDIM(array) <= LW_MAX_NDIM) return true;
  PyErr_Format(PyExc_ValueError, "%s: more than %d dimensions", name, LW_MAX_NDIM);
  return false;
}

// Whether an array may be written in place by the library.
bool CheckOutput(const char* name, PyArrayObject* out) {
  if (PyArray_ISBEHAVED(out)) return true;
  PyErr_Format(PyExc_ValueError, "%s: out is read-only, unaligned or byte-swapped", name);
  return false;
}

PyObject* Finish(const char* name, lw_status status, int raised) {
  if (status != LW_OK) return Raise(status);
  if (raised && !GiveErrors(name, raised)) return nullptr;
  Py_RETURN_NONE;
}

}  // namespace

PyObject* ReduceArray(PyObject*, PyObject* args) {
  const char* name;
  PyArrayObject *in, *out;
  unsigned long long axes;
  lw_call_options options = {sizeof(options), 0, 0, 0, 0, 0};
  if (!PyArg_ParseTuple(args, "sO!KO!d:reduce", &name, &PyArray_Type, &in, &axes, &PyArray_Type,
                        &out, &options.ddof)) {
    return nullptr;
  }
  const Kernel* kernel = FindKernel(name);
  if (!kernel) return nullptr;
  const int dtype = CheckedDtype(name, in);
  if (dtype < 0 || !CheckNdim(name, in) || !CheckOutput(name, out)) return nullptr;
  for (const lw_kernel_record& record : kernel->records) {
    if (record.dtypes[0] != dtype) continue;
    if (record.dtypes[1] != DtypeOf(out)) {
      PyErr_Format(PyExc_TypeError, "%s: the result does not go into dtype %R", name,
                   PyArray_DESCR(out));
      return nullptr;
    }
  }
  const lw_view from = ViewOf(in), to = ViewOf(out);
  lw_status status;
  ClearFlags();
  {
    const AllowThreads allow(PyArray_SIZE(in) >= kAllowThreadsFrom);
    status = lw_reduce(kernel->id, static_cast<lw_dtype>(dtype), &from, axes, &to, &options);
  }
  return Finish(name, status, RaisedFlags());
}

PyObject* CallOnVectors(PyObject*, PyObject* args) {
  const Py_ssize_t count = PyTuple_GET_SIZE(args);
  const char* name = count ? PyUnicode_AsUTF8(PyTuple_GET_ITEM(args, 0)) : nullptr;
  if (!name) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "call(name, array, ...)");
    return nullptr;
  }
  const Kernel* kernel = FindKernel(name);
  if (!kernel) return nullptr;
  if (count != kernel->inputs + 2) {
    PyErr_Format(PyExc_TypeError, "%s takes %d arrays", name, kernel->inputs + 1);
    return nullptr;
  }
  lw_dtype dtypes[LW_MAX_OPERANDS];
  lw_operand operands[LW_MAX_OPERANDS];
  npy_intp n = 0;
  for (int i = 0; i <= kernel->inputs; ++i) {
    PyObject* object = PyTuple_GET_ITEM(args, i + 1);
    if (!PyArray_Check(object) || PyArray_NDIM(AsArray(object)) != 1) {
      PyErr_Format(PyExc_TypeError, "%s: operand %d is not a one-dimensional array", name, i);
      return nullptr;
    }
    PyArrayObject* array = AsArray(object);
    const int dtype = CheckedDtype(name, array);
    if (dtype < 0) return nullptr;
    if (i == kernel->inputs && !CheckOutput(name, array)) return nullptr;
    if (i == 0) n = PyArray_DIM(array, 0);
    if (i < kernel->inputs && PyArray_DIM(array, 0) != n) {
      PyErr_Format(PyExc_ValueError, "%s: operands have %zd and %zd elements", name, n,
                   PyArray_DIM(array, 0));
      return nullptr;
    }
    dtypes[i] = static_cast<lw_dtype>(dtype);
    operands[i] = {PyArray_DATA(array), PyArray_STRIDE(array, 0)};
  }
  lw_status status;
  ClearFlags();
  {
    const AllowThreads allow(n >= kAllowThreadsFrom);
    status = lw_call(kernel->id, dtypes, operands, n, nullptr);
  }
  return Finish(name, status, RaisedFlags());
}

PyObject* ScanArray(PyObject*, PyObject* args) {
  const char* name;
  PyArrayObject *in, *out;
  int axis;
  if (!PyArg_ParseTuple(args, "sO!O!i:scan", &name, &PyArray_Type, &in, &PyArray_Type, &out,
                        &axis)) {
    return nullptr;
  }
  const Kernel* kernel = FindKernel(name);
  if (!kernel) return nullptr;
  const int from = CheckedDtype(name, in), to = CheckedDtype(name, out);
  if (from < 0 || to < 0 || !CheckOutput(name, out)) return nullptr;
  if (axis < 0 || axis >= PyArray_NDIM(in) || PyArray_NDIM(in) != PyArray_NDIM(out) ||
      !PyArray_CompareLists(PyArray_DIMS(in), PyArray_DIMS(out), PyArray_NDIM(in))) {
    PyErr_Format(PyExc_ValueError, "%s: the shapes or the axis do not fit", name);
    return nullptr;
  }
  int in_axis = axis, out_axis = axis;
  const Ref ins(PyArray_IterAllButAxis(reinterpret_cast<PyObject*>(in), &in_axis));
  const Ref outs(PyArray_IterAllButAxis(reinterpret_cast<PyObject*>(out), &out_axis));
  if (!ins || !outs) return nullptr;
  auto* i = reinterpret_cast<PyArrayIterObject*>(ins.get());
  auto* o = reinterpret_cast<PyArrayIterObject*>(outs.get());
  const lw_dtype dtypes[] = {static_cast<lw_dtype>(from), static_cast<lw_dtype>(to)};
  const npy_intp n = PyArray_DIM(in, axis);
  lw_status status = LW_OK;
  ClearFlags();
  {
    const AllowThreads allow(PyArray_SIZE(in) >= kAllowThreadsFrom);
    while (status == LW_OK && PyArray_ITER_NOTDONE(i)) {
      const lw_operand operands[] = {{PyArray_ITER_DATA(i), PyArray_STRIDE(in, axis)},
                                     {PyArray_ITER_DATA(o), PyArray_STRIDE(out, axis)}};
      status = lw_call(kernel->id, dtypes, operands, n, nullptr);
      PyArray_ITER_NEXT(i);
      PyArray_ITER_NEXT(o);
    }
  }
  return Finish(name, status, RaisedFlags());
}

PyObject* SearchArray(PyObject*, PyObject* args) {
  PyArrayObject *sorted, *values, *out;
  int right;
  if (!PyArg_ParseTuple(args, "O!O!pO!:search", &PyArray_Type, &sorted, &PyArray_Type, &values,
                        &right, &PyArray_Type, &out)) {
    return nullptr;
  }
  constexpr const char* kName = "searchsorted";
  const int dtype = CheckedDtype(kName, sorted);
  if (dtype < 0 || !CheckNdim(kName, values) || !CheckOutput(kName, out)) return nullptr;
  if (CheckedDtype(kName, values) != dtype || DtypeOf(PyArray_TYPE(out)) != LW_I64) {
    if (!PyErr_Occurred()) PyErr_Format(PyExc_TypeError, "%s: different dtypes", kName);
    return nullptr;
  }
  const lw_view in = ViewOf(sorted), from = ViewOf(values), to = ViewOf(out);
  lw_status status;
  {
    const AllowThreads allow(PyArray_SIZE(values) >= kAllowThreadsFrom);
    status = lw_searchsorted(static_cast<lw_dtype>(dtype), &in, &from, right, &to, nullptr);
  }
  return Finish(kName, status, 0);
}

FastReduction* MakeFastReduction(const Kernel& kernel) {
  auto* reduction = new FastReduction{kernel.name, kernel.id, {}};
  std::fill(std::begin(reduction->output), std::end(reduction->output), -1);
  for (const lw_kernel_record& record : kernel.records) {
    // Where the result has the dtype that NumPy's function gives, too.
    if (record.dtypes[1] == LW_U64) continue;
    for (int number = 0; number < kTypeNumbers; ++number) {
      if (DtypeOf(number) != static_cast<int>(record.dtypes[0])) continue;
      const bool same = record.dtypes[0] == record.dtypes[1];
      reduction->output[number] =
          static_cast<signed char>(same ? number : TypeNumberOf(record.dtypes[1]));
    }
  }
  return reduction;
}

namespace {

// The type number of the result; -1 if the array is not for a fast call.
int FastOutput(const FastReduction& reduction, PyObject* object) {
  PyArrayObject* array = AsArray(object);
  if (!PyArray_CheckExact(object) || !PyArray_ISCARRAY_RO(array)) return -1;
  const int type_number = PyArray_DESCR(array)->type_num;
  // Empty arrays have errors and warnings of their own.
  if (type_number >= kTypeNumbers || PyArray_SIZE(array) == 0) return -1;
  return reduction.output[type_number];
}

// lw_reduce and what np.errstate wants; false if an exception is set.
bool RunFast(const FastReduction& reduction, PyArrayObject* array, const lw_view& from,
             uint64_t axes, const lw_view& to) {
  const auto dtype = static_cast<lw_dtype>(DtypeOf(PyArray_TYPE(array)));
  lw_status status;
  ClearFlags();
  {
    const AllowThreads allow(PyArray_SIZE(array) >= kAllowThreadsFrom);
    status = lw_reduce(reduction.kernel, dtype, &from, axes, &to, nullptr);
  }
  const int raised = RaisedFlags();
  if (status != LW_OK) return Raise(status);
  return !raised || GiveErrors(reduction.name, raised);
}

}  // namespace

PyObject* ReduceFast(const FastReduction& reduction, PyObject* object) {
  const int output = FastOutput(reduction, object);
  if (output < 0) return nullptr;
  PyArrayObject* array = AsArray(object);
  // C order makes the array one sequence.
  const int64_t n = PyArray_SIZE(array), stride = PyArray_ITEMSIZE(array);
  alignas(16) char result[16] = {};
  if (!RunFast(reduction, array, {PyArray_DATA(array), 1, &n, &stride}, 1,
               {result, 0, nullptr, nullptr})) {
    return nullptr;
  }
  PyArray_Descr* descr = PyArray_DescrFromType(output);
  PyObject* scalar = PyArray_Scalar(result, descr, nullptr);
  Py_DECREF(descr);
  return scalar;
}

PyObject* ReduceAxisFast(const FastReduction& reduction, PyObject* object, PyObject* axis_object) {
  const int output = FastOutput(reduction, object);
  if (output < 0 || !PyLong_CheckExact(axis_object)) return nullptr;
  PyArrayObject* array = AsArray(object);
  const int ndim = PyArray_NDIM(array);
  int overflow;
  long axis = PyLong_AsLongAndOverflow(axis_object, &overflow);
  if (axis < 0) axis += ndim;
  if (overflow || axis < 0 || axis >= ndim || ndim < 2 || ndim > LW_MAX_NDIM) return nullptr;
  npy_intp shape[LW_MAX_NDIM];
  std::copy(PyArray_DIMS(array), PyArray_DIMS(array) + axis, shape);
  std::copy(PyArray_DIMS(array) + axis + 1, PyArray_DIMS(array) + ndim, shape + axis);
  Ref result(PyArray_SimpleNew(ndim - 1, shape, output));
  if (!result || !RunFast(reduction, array, ViewOf(array), uint64_t{1} << axis,
                          ViewOf(AsArray(result.get())))) {
    return nullptr;
  }
  return result.release();
}

}  // namespace lanewise_py
