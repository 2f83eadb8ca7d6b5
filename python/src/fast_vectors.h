// Fast calls of kernels that are neither elementwise nor reductions of one array.

#ifndef LANEWISE_PYTHON_FAST_VECTORS_H_
#define LANEWISE_PYTHON_FAST_VECTORS_H_

#include "kernels.h"

namespace lanewise_py {

// Takes one call with positional arguments: the result, or null without an exception if the
// arguments are not plain arrays of the kernel's dtypes.
using FastVectors = PyObject* (*)(const Kernel& kernel, PyObject* const* args, Py_ssize_t count);

// cumulative_sum(x), compress(mask, x), dot(x, y), searchsorted(a, v, side), convert(x, dtype);
// null for other kernels.
FastVectors FindFastVectors(const Kernel& kernel);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_FAST_VECTORS_H_
