// Universal functions made from the kernel list.

#ifndef LANEWISE_PYTHON_UFUNCS_H_
#define LANEWISE_PYTHON_UFUNCS_H_

#include "kernels.h"

namespace lanewise_py {

// lanewise's loop for NumPy's type numbers (inputs, then outputs). Empty if there is none.
Loop FindLoop(const Kernel& kernel, const int* type_numbers);

// make_ufunc(name, like): a numpy.ufunc of this kernel. `like` is NumPy's ufunc of the same
// meaning, whose list of types it gets, or None.
PyObject* MakeUfunc(PyObject* module, PyObject* args);

// make_converter(dtype_number): a ufunc from every dtype that the library converts to this one, or
// None.
PyObject* MakeConverter(PyObject* module, PyObject* arg);

// register_bfloat16(ufunc, name, dtype_number): loops for ml_dtypes' bfloat16, where the kernel
// takes bf16.
PyObject* RegisterBfloat16(PyObject* module, PyObject* args);

// The kernel of this name; null with KeyError if there is none.
const Kernel* FindKernel(const char* name);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_UFUNCS_H_
