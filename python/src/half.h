// Loops for dtypes that a kernel has none of its own for.

#ifndef LANEWISE_PYTHON_HALF_H_
#define LANEWISE_PYTHON_HALF_H_

#include "kernels.h"

namespace lanewise_py {

// A loop on f16 or bf16 operands (and bool ones, as the dtypes say) that converts blocks to a wider
// float, runs the kernel there, and rounds the result once. Empty if the kernel has no loop for
// floats. The loop lives as long as the process.
Loop MakeHalfLoop(const Kernel& kernel, const lw_dtype* dtypes);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_HALF_H_
