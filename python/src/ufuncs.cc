#include "ufuncs.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace lanewise_py {
namespace {

// What PyUFunc_FromFuncAndData wants: parallel arrays that live as long as the ufunc.
struct UfuncTable {
  std::vector<PyUFuncGenericFunction> loops;
  std::vector<void*> contexts;
  std::vector<char> types;
  std::string name, doc;

  void Add(PyUFuncGenericFunction loop, void* context, const int* type_numbers, int operands) {
    loops.push_back(loop);
    contexts.push_back(context);
    for (int i = 0; i < operands; ++i) types.push_back(static_cast<char>(type_numbers[i]));
  }
};

// NumPy declares its loop type with char** and npy_intp, the library with char** and intptr_t:
// the same types.
PyUFuncGenericFunction AsNumpy(lw_loop loop) {
  return reinterpret_cast<PyUFuncGenericFunction>(loop);
}

bool Supported(const int* type_numbers, int operands) {
  return std::all_of(type_numbers, type_numbers + operands,
                     [](int number) { return DtypeOf(number) >= 0; });
}

// The types of NumPy's own ufunc, in its order, with lanewise's loops where there are any.
void TakeTypes(const Kernel& kernel, const PyUFuncObject& like, UfuncTable* table) {
  for (int t = 0; t < like.ntypes; ++t) {
    int numbers[LW_MAX_OPERANDS] = {};
    for (int i = 0; i < like.nargs; ++i) numbers[i] = like.types[t * like.nargs + i];
    if (!Supported(numbers, like.nargs)) continue;
    if (const Loop loop = FindLoop(kernel, numbers)) {
      table->Add(AsNumpy(loop.call), loop.context, numbers, like.nargs);
    } else if (like.functions[t]) {
      table->Add(like.functions[t], like.data[t], numbers, like.nargs);
    }
  }
}

// Without a model: the kernel's signature with every element type in NumPy's order of promotion.
void MakeTypes(const Kernel& kernel, UfuncTable* table) {
  static constexpr char kOrder[] = {NPY_BOOL,      NPY_BYTE, NPY_UBYTE, NPY_SHORT, NPY_USHORT,
                                    NPY_INT,       NPY_UINT, NPY_LONG,  NPY_ULONG, NPY_LONGLONG,
                                    NPY_ULONGLONG, NPY_HALF, NPY_FLOAT, NPY_DOUBLE};
  const lw_kernel_record& model = kernel.records.front();
  const lw_dtype element = model.dtypes[kernel.inputs - 1];
  for (const char number : kOrder) {
    int numbers[LW_MAX_OPERANDS] = {};
    for (int i = 0; i < kernel.Operands(); ++i) {
      numbers[i] = model.dtypes[i] == element ? number : TypeNumberOf(model.dtypes[i]);
    }
    const Loop loop = FindLoop(kernel, numbers);
    if (loop) table->Add(AsNumpy(loop.call), loop.context, numbers, kernel.Operands());
  }
}

PyObject* FromTable(UfuncTable* table, int inputs, int outputs, int identity,
                    PyObject* identity_value) {
  if (table->loops.empty()) {
    delete table;
    Py_RETURN_NONE;
  }
  return PyUFunc_FromFuncAndDataAndSignatureAndIdentity(
      table->loops.data(), table->contexts.data(), table->types.data(),
      static_cast<int>(table->loops.size()), inputs, outputs, identity, table->name.c_str(),
      table->doc.c_str(), 0, nullptr, identity_value);
}

}  // namespace

const Kernel* FindKernel(const char* name) {
  for (const Kernel& kernel : Kernels()) {
    if (!std::strcmp(kernel.name, name)) return &kernel;
  }
  PyErr_Format(PyExc_KeyError, "no kernel is named '%s'", name);
  return nullptr;
}

Loop FindLoop(const Kernel& kernel, const int* type_numbers) {
  lw_dtype dtypes[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < kernel.Operands(); ++i) {
    const int dtype = DtypeOf(type_numbers[i]);
    if (dtype < 0) return {};
    dtypes[i] = static_cast<lw_dtype>(dtype);
  }
  return kernel.Find(dtypes);
}

PyObject* MakeUfunc(PyObject*, PyObject* args) {
  const char* name;
  PyObject* like_object;
  if (!PyArg_ParseTuple(args, "sO:make_ufunc", &name, &like_object)) return nullptr;
  const Kernel* kernel = FindKernel(name);
  if (!kernel) return nullptr;
  auto* table = new UfuncTable;  // lives as long as the ufunc: as the process
  table->name = kernel->name;
  table->doc = std::string(kernel->doc) + ".";
  if (like_object == Py_None) {
    MakeTypes(*kernel, table);
    return FromTable(table, kernel->inputs, kernel->outputs, PyUFunc_None, nullptr);
  }
  if (!PyObject_TypeCheck(like_object, &PyUFunc_Type)) {
    delete table;
    PyErr_SetString(PyExc_TypeError, "make_ufunc: like is neither a ufunc nor None");
    return nullptr;
  }
  const auto& like = *reinterpret_cast<PyUFuncObject*>(like_object);
  if (like.nin != kernel->inputs || like.nout != kernel->outputs) {
    delete table;
    PyErr_Format(PyExc_TypeError, "make_ufunc: %s has another number of operands", name);
    return nullptr;
  }
  TakeTypes(*kernel, like, table);
  PyObject* ufunc =
      FromTable(table, kernel->inputs, kernel->outputs, like.identity, like.identity_value);
  // Logic takes any two dtypes in NumPy, by a rule that no ufunc can be given; its resolver refuses
  // what that rule has handled. The list of types does what the rule does.
  const bool is_logic = !std::strncmp(name, "logical_", 8);
  if (ufunc && ufunc != Py_None && !is_logic) {
    // NumPy's rules beyond the list of types, e.g. no boolean subtract.
    reinterpret_cast<PyUFuncObject*>(ufunc)->type_resolver = like.type_resolver;
  }
  return ufunc;
}

PyObject* RegisterBfloat16(PyObject*, PyObject* args) {
  PyObject* ufunc;
  const char* name;
  int number;
  if (!PyArg_ParseTuple(args, "O!si:register_bfloat16", &PyUFunc_Type, &ufunc, &name, &number)) {
    return nullptr;
  }
  const Kernel* kernel = FindKernel(name);
  if (!kernel) return nullptr;
  for (const lw_kernel_record& record : kernel->records) {
    if (record.dtypes[kernel->inputs - 1] != LW_BF16) continue;
    int types[LW_MAX_OPERANDS] = {};
    for (int i = 0; i < kernel->Operands(); ++i) {
      types[i] = record.dtypes[i] == LW_BF16 ? number : TypeNumberOf(record.dtypes[i]);
    }
    const Loop loop = kernel->Find(record.dtypes);
    if (loop && PyUFunc_RegisterLoopForType(reinterpret_cast<PyUFuncObject*>(ufunc), number,
                                            AsNumpy(loop.call), types, loop.context) < 0) {
      return nullptr;
    }
  }
  Py_RETURN_NONE;
}

PyObject* MakeConverter(PyObject*, PyObject* arg) {
  const long to = PyLong_AsLong(arg);
  if (to == -1 && PyErr_Occurred()) return nullptr;
  const Kernel* kernel = FindKernel("convert");
  if (!kernel) return nullptr;
  auto* table = new UfuncTable;
  table->name = "astype";
  table->doc = std::string(kernel->doc) + ".";
  for (int from = 0; from < kTypeNumbers; ++from) {
    const int numbers[] = {from, static_cast<int>(to)};
    if (!Supported(numbers, 2)) continue;
    const Loop loop = FindLoop(*kernel, numbers);
    if (loop) table->Add(AsNumpy(loop.call), loop.context, numbers, 2);
  }
  return FromTable(table, 1, 1, PyUFunc_None, nullptr);
}

}  // namespace lanewise_py
