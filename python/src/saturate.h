// Floating point to the integers that the library has no conversion to: 8 and 16 bits, and the
// unsigned ones. The same rule: truncated, saturated, NaN gives 0.

#ifndef LANEWISE_PYTHON_SATURATE_H_
#define LANEWISE_PYTHON_SATURATE_H_

#include "kernels.h"

namespace lanewise_py {

// A loop through the kernel's conversion to i32 or i64; empty if it is no such pair of dtypes.
Loop MakeSaturatingLoop(const Kernel& convert, lw_dtype from, lw_dtype to);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_SATURATE_H_
