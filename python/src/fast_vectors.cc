#include "fast_vectors.h"

#include <array>
#include <cstring>

#include "fp_errors.h"
#include "info.h"
#include "ufuncs.h"

namespace lanewise_py {
namespace {

bool IsPlain(PyObject* object) {
  return PyArray_CheckExact(object) && PyArray_ISCARRAY_RO(AsArray(object)) &&
         PyArray_DESCR(AsArray(object))->type_num < kTypeNumbers;
}

bool IsPlainVector(PyObject* object) {
  return IsPlain(object) && PyArray_NDIM(AsArray(object)) == 1;
}

// The type number of what a kernel gives for a vector; -1 if it does not take it.
int ResultOf(const Kernel& kernel, PyObject* object) {
  if (!IsPlainVector(object)) return -1;
  const int number = PyArray_DESCR(AsArray(object))->type_num, dtype = DtypeOf(number);
  for (const lw_kernel_record& record : kernel.records) {
    if (static_cast<int>(record.dtypes[0]) != dtype) continue;
    const lw_dtype result = record.dtypes[record.inputs];
    return result == record.dtypes[0] ? number : TypeNumberOf(result);
  }
  return -1;
}

// lw_call on contiguous operands; false if an exception is set. *count: of the elements written.
bool Run(const Kernel& kernel, const std::array<lw_dtype, 3>& dtypes,
         const std::array<void*, 3>& data, npy_intp n, npy_intp* count = nullptr) {
  lw_operand operands[3];
  for (int i = 0; i < 3; ++i) {
    operands[i] = {data[i], static_cast<int64_t>(lw_dtype_size(dtypes[i]))};
  }
  lw_status status;
  lw_call_options options = {sizeof(options), 0, 0, 0, 0, 0};
  ClearFlags();
  {
    const AllowThreads allow(n >= kAllowThreadsFrom);
    status = lw_call(kernel.id, dtypes.data(), operands, n, &options);
  }
  if (count) *count = options.result_count;
  const int raised = RaisedFlags();
  if (status != LW_OK) return Raise(status);
  return !raised || GiveErrors(kernel.name, raised);
}

PyObject* Scan(const Kernel& kernel, PyObject* const* args, Py_ssize_t count) {
  const int result = count == 1 ? ResultOf(kernel, args[0]) : -1;
  if (result < 0) return nullptr;
  PyArrayObject* in = AsArray(args[0]);
  Ref out(PyArray_SimpleNew(1, PyArray_DIMS(in), result));
  const auto dtype = static_cast<lw_dtype>(DtypeOf(PyArray_TYPE(in)));
  const auto sums = static_cast<lw_dtype>(DtypeOf(result));
  if (!out || !Run(kernel, {dtype, sums, sums},
                   {PyArray_DATA(in), PyArray_DATA(AsArray(out.get()))}, PyArray_SIZE(in))) {
    return nullptr;
  }
  return out.release();
}

PyObject* Dot(const Kernel& kernel, PyObject* const* args, Py_ssize_t count) {
  if (count != 2 || ResultOf(kernel, args[0]) < 0 || !IsPlainVector(args[1])) return nullptr;
  PyArrayObject *a = AsArray(args[0]), *b = AsArray(args[1]);
  if (PyArray_TYPE(a) != PyArray_TYPE(b) || PyArray_SIZE(a) != PyArray_SIZE(b)) return nullptr;
  const auto dtype = static_cast<lw_dtype>(DtypeOf(PyArray_TYPE(a)));
  alignas(8) char result[8] = {};
  if (!Run(kernel, {dtype, dtype, dtype}, {PyArray_DATA(a), PyArray_DATA(b), result},
           PyArray_SIZE(a))) {
    return nullptr;
  }
  return PyArray_Scalar(result, PyArray_DESCR(a), nullptr);
}

// The arguments are NumPy's (mask first), the kernel's operands are array, mask, result.
PyObject* Compress(const Kernel& kernel, PyObject* const* args, Py_ssize_t count) {
  if (count != 2 || !IsPlainVector(args[0]) || !IsPlainVector(args[1])) return nullptr;
  PyArrayObject *mask = AsArray(args[0]), *in = AsArray(args[1]);
  if (PyArray_TYPE(mask) != NPY_BOOL || PyArray_SIZE(mask) != PyArray_SIZE(in)) return nullptr;
  // Objects count their references, dates have a unit, and what else is not a number of the
  // library's is refused elsewhere.
  const int number = DtypeOf(PyArray_TYPE(in));
  if (number < 0) return nullptr;
  const auto dtype = static_cast<lw_dtype>(number);
  // Room for all, of which the system gives what is written, and cut off afterwards.
  Ref out(PyArray_SimpleNew(1, PyArray_DIMS(in), PyArray_TYPE(in)));
  npy_intp kept = 0;
  if (!out || !Run(kernel, {dtype, LW_BOOL, dtype},
                   {PyArray_DATA(in), PyArray_DATA(mask), PyArray_DATA(AsArray(out.get()))},
                   PyArray_SIZE(in), &kept)) {
    return nullptr;
  }
  PyArray_Dims shape = {&kept, 1};
  const Ref none(PyArray_Resize(AsArray(out.get()), &shape, 0, NPY_CORDER));
  return none ? out.release() : nullptr;
}

// 0 or 1 of the text "left" or "right"; -1 for anything else.
int IsRight(PyObject* side) {
  if (!PyUnicode_CheckExact(side)) return -1;
  if (PyUnicode_CompareWithASCIIString(side, "left") == 0) return 0;
  return PyUnicode_CompareWithASCIIString(side, "right") == 0 ? 1 : -1;
}

// A Python number of an array's dtype; false for others, and for those that are too large.
bool NumberOf(int type_number, PyObject* object, int64_t* bits) {
  if (type_number == NPY_DOUBLE &&
      (PyFloat_CheckExact(object) || PyArray_IsScalar(object, Double))) {
    const double value = PyFloat_AS_DOUBLE(object);
    std::memcpy(bits, &value, sizeof(value));
    return true;
  }
  if (type_number != NPY_INT64 || !PyLong_CheckExact(object)) return false;
  int overflow;
  *bits = PyLong_AsLongLongAndOverflow(object, &overflow);
  return overflow == 0;
}

// Sorted array, values, side; of plain arrays, or a plain array and a number.
PyObject* Search(const Kernel&, PyObject* const* args, Py_ssize_t count) {
  const int right = count == 2 ? 0 : count == 3 ? IsRight(args[2]) : -1;
  if (right < 0 || !IsPlainVector(args[0])) return nullptr;
  PyArrayObject* sorted = AsArray(args[0]);
  const int type_number = PyArray_TYPE(sorted), dtype = DtypeOf(type_number);
  if (dtype < 0) return nullptr;
  int64_t number, place;
  Ref out;
  const int64_t n = PyArray_SIZE(sorted), step = PyArray_ITEMSIZE(sorted), out_step = sizeof(place);
  const lw_view in = {PyArray_DATA(sorted), 1, &n, &step};
  int64_t size = 1;
  lw_view from = {&number, 1, &size, &step}, to = {&place, 1, &size, &out_step};
  if (IsPlain(args[1])) {
    PyArrayObject* values = AsArray(args[1]);
    if (PyArray_TYPE(values) != type_number || PyArray_NDIM(values) == 0) return nullptr;
    out = Ref(PyArray_SimpleNew(PyArray_NDIM(values), PyArray_DIMS(values), NPY_INT64));
    if (!out) return nullptr;
    size = PyArray_SIZE(values);
    from.data = PyArray_DATA(values);
    to.data = PyArray_DATA(AsArray(out.get()));
  } else if (!NumberOf(type_number, args[1], &number)) {
    return nullptr;
  }
  lw_status status;
  {
    const AllowThreads allow(size >= kAllowThreadsFrom);
    status = lw_searchsorted(static_cast<lw_dtype>(dtype), &in, &from, right, &to, nullptr);
  }
  if (status != LW_OK) return Raise(status);
  if (out) return out.release();
  const Ref descr(reinterpret_cast<PyObject*>(PyArray_DescrFromType(NPY_INT64)));
  return PyArray_Scalar(&place, reinterpret_cast<PyArray_Descr*>(descr.get()), nullptr);
}

// What a conversion looks up, found once.
struct Conversions {
  Ref numbers;  // type numbers by dtypes as they are commonly written: "f4", numpy.float32, float
  Loop loops[kTypeNumbers][kTypeNumbers];

  explicit Conversions(const Kernel& kernel) : numbers(PyDict_New()) {
    for (PyTypeObject* type : {&PyFloat_Type, &PyLong_Type, &PyBool_Type}) {
      Remember(Ref::Borrow(reinterpret_cast<PyObject*>(type)));
    }
    for (int from = 0; from < kTypeNumbers; ++from) {
      if (DtypeOf(from) < 0) continue;
      const Ref descr(reinterpret_cast<PyObject*>(PyArray_DescrFromType(from)));
      for (const char* spelling : {"type", "name", "char", "str"}) {
        const Ref text(PyObject_GetAttrString(descr.get(), spelling));
        Remember(text);
        // "<f4" is written "f4".
        if (spelling[0] == 's') Remember(Ref(PySequence_GetSlice(text.get(), 1, PY_SSIZE_T_MAX)));
      }
      for (int to = 0; to < kTypeNumbers; ++to) {
        const int numbers[] = {from, to};
        if (from != to) loops[from][to] = FindLoop(kernel, numbers);
      }
    }
  }

  // Files what NumPy takes a spelling for; without an entry the slow call takes it.
  // NOLINTNEXTLINE(readability-make-member-function-const): what it refers to does change.
  void Remember(const Ref& spelling) {
    PyArray_Descr* descr;
    if (!spelling || !PyArray_DescrConverter(spelling.get(), &descr)) return PyErr_Clear();
    const Ref number(PyLong_FromLong(descr->type_num));
    Py_DECREF(descr);
    if (!number || PyDict_SetItem(numbers.get(), spelling.get(), number.get()) < 0) PyErr_Clear();
  }

  // The type number of a dtype as it is commonly written; -1 for other ways.
  int TypeNumber(PyObject* object) const {
    if (PyArray_DescrCheck(object)) {
      const auto* descr = reinterpret_cast<PyArray_Descr*>(object);
      if (!PyArray_ISNBO(descr->byteorder)) return -1;
      return descr->type_num < kTypeNumbers ? descr->type_num : -1;
    }
    if (!PyUnicode_CheckExact(object) && !PyType_Check(object)) return -1;
    PyObject* number = PyDict_GetItemWithError(numbers.get(), object);
    if (number) return static_cast<int>(PyLong_AsLong(number));
    PyErr_Clear();  // a type that cannot be hashed
    return -1;
  }
};

PyObject* Convert(const Kernel& kernel, PyObject* const* args, Py_ssize_t count) {
  if (count != 2 || !IsPlain(args[0]) || PyArray_NDIM(AsArray(args[0])) == 0) return nullptr;
  static const Conversions* conversions = new Conversions(kernel);
  PyArrayObject* in = AsArray(args[0]);
  const int to = conversions->TypeNumber(args[1]);
  if (to < 0) return nullptr;
  const Loop loop = conversions->loops[PyArray_TYPE(in)][to];
  if (!loop) return nullptr;
  Ref out(PyArray_SimpleNew(PyArray_NDIM(in), PyArray_DIMS(in), to));
  if (!out) return nullptr;
  char* data[] = {PyArray_BYTES(in), PyArray_BYTES(AsArray(out.get()))};
  const npy_intp n = PyArray_SIZE(in);
  const npy_intp steps[] = {PyArray_ITEMSIZE(in), PyArray_ITEMSIZE(AsArray(out.get()))};
  ClearFlags();
  {
    const AllowThreads allow(n >= kAllowThreadsFrom);
    loop.call(data, &n, steps, loop.context);
  }
  const int raised = RaisedFlags();
  if (raised && !GiveErrors("astype", raised)) return nullptr;
  return out.release();
}

}  // namespace

FastVectors FindFastVectors(const Kernel& kernel) {
  switch (kernel.shape) {
    case LW_SHAPE_SCAN:
      return &Scan;
    case LW_SHAPE_COMPRESS:
      return &Compress;
    case LW_SHAPE_REDUCE_TWO:
      return &Dot;
    case LW_SHAPE_SEARCH:
      return &Search;
    default:
      return kernel.id == LW_CONVERT ? &Convert : nullptr;
  }
}

}  // namespace lanewise_py
