// lanewise.exp and its like: a callable whose common call takes no detour through NumPy's ufunc
// machinery, and which is that ufunc in everything else.

#ifndef LANEWISE_PYTHON_FUNCTION_H_
#define LANEWISE_PYTHON_FUNCTION_H_

#include "kernels.h"

namespace lanewise_py {

// The loops of an elementwise kernel by the type number of the last input.
struct FastTable {
  struct Entry {
    Loop loop;
    signed char types[LW_MAX_OPERANDS];  // inputs, then the output
    npy_intp sizes[LW_MAX_OPERANDS];     // bytes of their elements
    lw_dtype dtypes[LW_MAX_OPERANDS];    // the same for lw_map
    bool maps;                           // which the library has
    PyArray_Descr* output;
    // In the table of a patched ufunc of NumPy's: where the ufunc keeps this loop, and what must
    // stand there. Somebody may have put another loop in its place since.
    const PyUFuncGenericFunction* place;
    PyUFuncGenericFunction expected;
  };
  const char* name;
  lw_kernel kernel;
  int inputs;
  Entry entries[kTypeNumbers];
};

// Fills the table with the kernel's loops for the types of a ufunc; empty if it has two outputs.
FastTable* MakeFastTable(const Kernel& kernel, const PyUFuncObject& ufunc);

// The result if all arguments are plain arrays (aligned, native, of one shape, of ascending memory
// in the order of the axes) or, next to such an array, Python or NumPy scalars of its dtype; null
// without an exception if the ufunc has to take over.
PyObject* CallFast(const FastTable& table, PyObject* const* args);

// Function(name, doc, target, fallback, kernel=name): `target` answers for attributes (a ufunc, or
// None), `fallback` takes the calls that are not fast.
extern PyTypeObject FunctionType;

// with_default_floats(function, ...): function(...) in the default floating-point environment, as
// every Function is called.
PyObject* WithDefaultFloats(PyObject* module, PyObject* const* args, Py_ssize_t count,
                            PyObject* names);

// set_dtype_hook(function): called as hook(dtype) for arrays of a dtype that is not NumPy's own.
PyObject* SetDtypeHook(PyObject* module, PyObject* hook);

// set_error_hook(function): called as hook(name, exception type, args) when a call fails for its
// types; gives the result after all, raises a better exception, or gives None.
PyObject* SetErrorHook(PyObject* module, PyObject* hook);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_FUNCTION_H_
