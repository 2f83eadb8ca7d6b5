#include "fp_errors.h"

namespace lanewise_py {

bool GiveErrors(const char* name, int flags) {
  if (flags == 0) return true;
  if (PyArray_RUNTIME_VERSION >= NPY_2_0_API_VERSION) {
    // PyUFunc_GiveFloatingpointErrors: in NumPy 2's table, but hidden from a module that also runs
    // on NumPy 1.
    using Give = int (*)(const char*, int);
    return reinterpret_cast<Give>(PyUFunc_API[46])(name, flags) == 0;
  }
  // NumPy 1: PyUFunc_GetPyValues and PyUFunc_handlefperr, which NumPy 2 removed.
  using GetValues = int (*)(char*, int*, int*, PyObject**);
  using Handle = int (*)(int, PyObject*, int, int*);
  int buffer_size, mask, first = 1;
  PyObject* handler = nullptr;
  if (reinterpret_cast<GetValues>(PyUFunc_API[25])(const_cast<char*>(name), &buffer_size, &mask,
                                                   &handler) < 0) {
    return false;
  }
  const int failed = reinterpret_cast<Handle>(PyUFunc_API[29])(mask, handler, flags, &first);
  Py_XDECREF(handler);
  return failed == 0;
}

}  // namespace lanewise_py
