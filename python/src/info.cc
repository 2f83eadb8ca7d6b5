#include "info.h"

#include <string>
#include <vector>

#include "ufuncs.h"

namespace lanewise_py {
namespace {

const char* ShapeName(lw_shape shape) {
  switch (shape) {
    case LW_SHAPE_ELEMENTWISE:
      return "elementwise";
    case LW_SHAPE_REDUCE:
      return "reduce";
    case LW_SHAPE_REDUCE_TWO:
      return "reduce_two";
    case LW_SHAPE_ARG:
      return "arg";
    case LW_SHAPE_SCAN:
      return "scan";
    case LW_SHAPE_COMPRESS:
      return "compress";
    case LW_SHAPE_SEARCH:
      return "search";
  }
  return "unknown";
}

PyObject* DtypeNames(const lw_kernel_record& record) {
  const int operands = record.inputs + record.outputs;
  Ref names(PyTuple_New(operands));
  for (int i = 0; names && i < operands; ++i) {
    PyObject* name = PyUnicode_FromString(lw_dtype_name(record.dtypes[i]));
    if (!name) return nullptr;
    PyTuple_SET_ITEM(names.get(), i, name);
  }
  return names.release();
}

PyObject* DescribeKernel(const Kernel& kernel) {
  Ref records(PyList_New(0));
  if (!records) return nullptr;
  int since = 0;
  for (const lw_kernel_record& record : kernel.records) {
    const Ref names(DtypeNames(record));
    if (!names || PyList_Append(records.get(), names.get()) < 0) return nullptr;
    since = record.numerics_since > since ? record.numerics_since : since;
  }
  return Py_BuildValue("sssidiO", kernel.name, kernel.doc, ShapeName(kernel.shape), kernel.inputs,
                       kernel.MaxUlp(), since, records.get());
}

// Calls a text function of the C ABI twice: for the length, then for the text.
template <class Write>
PyObject* Text(Write write) {
  size_t length = 0;
  lw_status status = write(nullptr, size_t{0}, &length);
  if (status != LW_OK) return Raise(status);
  std::string text(length + 1, '\0');
  status = write(text.data(), text.size(), &length);
  if (status != LW_OK) return Raise(status);
  return PyUnicode_FromString(text.c_str());
}

}  // namespace

PyObject* Raise(lw_status status) {
  PyObject* type = PyExc_RuntimeError;
  switch (status) {
    case LW_ERR_MEMORY:
      type = PyExc_MemoryError;
      break;
    case LW_ERR_DTYPE:
      type = PyExc_TypeError;
      break;
    case LW_ERR_SIZE:
    case LW_ERR_SHAPE:
    case LW_ERR_OVERLAP:
    case LW_ERR_KERNEL:
    case LW_ERR_VALUE:
      type = PyExc_ValueError;
      break;
    default:
      break;
  }
  PyErr_SetString(type, lw_last_error());
  return nullptr;
}

PyObject* ListKernels(PyObject*, PyObject*) {
  Ref list(PyList_New(0));
  for (const Kernel& kernel : Kernels()) {
    const Ref entry(DescribeKernel(kernel));
    if (!list || !entry || PyList_Append(list.get(), entry.get()) < 0) return nullptr;
  }
  return list.release();
}

PyObject* ListDtypes(PyObject*, PyObject*) {
  Ref dtypes(PyDict_New());
  for (int i = LW_BOOL; dtypes && i <= LW_F64; ++i) {
    const int number = TypeNumberOf(static_cast<lw_dtype>(i));
    Ref numpy(number == NPY_NOTYPE ? Py_NewRef(Py_None)
                                   : reinterpret_cast<PyObject*>(PyArray_DescrFromType(number)));
    const Ref entry(numpy ? Py_BuildValue("iO", i, numpy.get()) : nullptr);
    const char* name = lw_dtype_name(static_cast<lw_dtype>(i));
    if (!entry || PyDict_SetItemString(dtypes.get(), name, entry.get()) < 0) return nullptr;
  }
  return dtypes.release();
}

PyObject* Promote(PyObject*, PyObject* args) {
  const char* names[2];
  if (!PyArg_ParseTuple(args, "ss:promote", &names[0], &names[1])) return nullptr;
  lw_dtype dtypes[2], result = LW_BOOL;
  for (int i = 0; i < 2; ++i) {
    const lw_status status = lw_dtype_parse(names[i], &dtypes[i]);
    if (status != LW_OK) return Raise(status);
  }
  const lw_status status = lw_promote(dtypes[0], dtypes[1], &result);
  return status != LW_OK ? Raise(status) : PyUnicode_FromString(lw_dtype_name(result));
}

PyObject* Explain(PyObject*, PyObject* args) {
  const char* name;
  PyObject* names;
  long long n;
  int json;
  if (!PyArg_ParseTuple(args, "sOLp:explain", &name, &names, &n, &json)) return nullptr;
  lw_kernel kernel;
  lw_status status = lw_find_kernel(name, &kernel);
  if (status != LW_OK) return Raise(status);
  lw_dtype dtypes[LW_MAX_OPERANDS] = {};
  if (names != Py_None) {
    const Ref sequence(PySequence_Fast(names, "explain: dtypes is not a sequence"));
    if (!sequence) return nullptr;
    const Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence.get());
    if (count > LW_MAX_OPERANDS) {
      PyErr_Format(PyExc_ValueError, "explain: %zd dtypes are too many", count);
      return nullptr;
    }
    for (Py_ssize_t i = 0; i < count; ++i) {
      const char* text = PyUnicode_AsUTF8(PySequence_Fast_GET_ITEM(sequence.get(), i));
      if (!text) return nullptr;
      status = lw_dtype_parse(text, &dtypes[i]);
      if (status != LW_OK) return Raise(status);
    }
  }
  const lw_dtype* given = names == Py_None ? nullptr : dtypes;
  return Text([&](char* buffer, size_t size, size_t* length) {
    return lw_explain(kernel, given, n, json, buffer, size, length);
  });
}

PyObject* Machine(PyObject*, PyObject* format) {
  const long value = PyLong_AsLong(format);
  if (value == -1 && PyErr_Occurred()) return nullptr;
  return Text([&](char* buffer, size_t size, size_t* length) {
    return lw_machine(static_cast<int32_t>(value), buffer, size, length);
  });
}

PyObject* MachineDescribed(PyObject*, PyObject* pairs) {
  const Ref sequence(PySequence_Fast(pairs, "machine_described: not a sequence of pairs"));
  if (!sequence) return nullptr;
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence.get());
  std::vector<const char*> keys, values;
  for (Py_ssize_t i = 0; i < count; ++i) {
    const char *key, *value;
    if (!PyArg_ParseTuple(PySequence_Fast_GET_ITEM(sequence.get(), i), "ss", &key, &value))
      return nullptr;
    keys.push_back(key);
    values.push_back(value);
  }
  return Text([&](char* buffer, size_t size, size_t* length) {
    return lw_machine_described(static_cast<int32_t>(count), keys.data(), values.data(), buffer,
                                size, length);
  });
}

PyObject* Targets(PyObject*, PyObject*) {
  Ref list(PyList_New(0));
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    const Ref entry(Py_BuildValue("ss", lw_target_name(i), lw_target_reason(i)));
    if (!list || !entry || PyList_Append(list.get(), entry.get()) < 0) return nullptr;
  }
  return list.release();
}

PyObject* CurrentTarget(PyObject*, PyObject*) { return PyUnicode_FromString(lw_current_target()); }

PyObject* PushTarget(PyObject*, PyObject* name) {
  const char* text = PyUnicode_AsUTF8(name);
  if (!text) return nullptr;
  const lw_status status = lw_push_max_target(text);
  if (status != LW_OK) return Raise(status);
  Py_RETURN_NONE;
}

PyObject* PopTarget(PyObject*, PyObject*) {
  const lw_status status = lw_pop_max_target();
  if (status != LW_OK) return Raise(status);
  Py_RETURN_NONE;
}

namespace {

PyObject* LimitThreads(PyObject* limit, lw_status (*set)(int32_t)) {
  const long value = PyLong_AsLong(limit);
  if (value == -1 && PyErr_Occurred()) return nullptr;
  if (value > INT32_MAX) {
    PyErr_Format(PyExc_ValueError, "threads: %ld is too large", value);
    return nullptr;
  }
  const lw_status status = set(value < 0 ? -1 : static_cast<int32_t>(value));
  if (status != LW_OK) return Raise(status);
  Py_RETURN_NONE;
}

}  // namespace

PyObject* SetThreads(PyObject*, PyObject* limit) { return LimitThreads(limit, &lw_set_threads); }
PyObject* PushThreads(PyObject*, PyObject* limit) { return LimitThreads(limit, &lw_push_threads); }

PyObject* PopThreads(PyObject*, PyObject*) {
  const lw_status status = lw_pop_threads();
  if (status != LW_OK) return Raise(status);
  Py_RETURN_NONE;
}

PyObject* GetThreads(PyObject*, PyObject*) { return PyLong_FromLong(lw_get_threads()); }

}  // namespace lanewise_py
