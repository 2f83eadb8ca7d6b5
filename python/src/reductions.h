// Reductions and the other kernels that are not elementwise. Arrays come in checked and converted
// by Python: exact dtypes of the kernel, native byte order, aligned.

#ifndef LANEWISE_PYTHON_REDUCTIONS_H_
#define LANEWISE_PYTHON_REDUCTIONS_H_

#include "kernels.h"

namespace lanewise_py {

// reduce(name, array, axis_mask, out, ddof): out has the array's shape without the axes.
PyObject* ReduceArray(PyObject* module, PyObject* args);

// call(name, array, ...): lw_call on one-dimensional arrays of one length, inputs and then the
// output; the output may be shorter (dot, compress).
PyObject* CallOnVectors(PyObject* module, PyObject* args);

// scan(name, array, out, axis): a kernel that gives as many results as elements, along one axis.
PyObject* ScanArray(PyObject* module, PyObject* args);

// search(sorted, values, right, out): where the values belong in the sorted array.
PyObject* SearchArray(PyObject* module, PyObject* args);

// A fast call of a reduction over all of a plain array: a NumPy scalar, or null without an
// exception.
struct FastReduction {
  const char* name;
  lw_kernel kernel;
  signed char output[kTypeNumbers];  // type number of the result by that of the elements; or -1
};
FastReduction* MakeFastReduction(const Kernel& kernel);
PyObject* ReduceFast(const FastReduction& reduction, PyObject* object);
// The same over one axis, for an axis that is a Python integer.
PyObject* ReduceAxisFast(const FastReduction& reduction, PyObject* object, PyObject* axis_object);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_REDUCTIONS_H_
