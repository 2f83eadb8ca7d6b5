// Exact scalar fused multiply-add in integer arithmetic: the arbiter for targets without an FMA
// instruction, and for their lanes outside the range where error-free transforms are exact.
// Raises no exception flags, reads no rounding mode.

#ifndef LANEWISE_KERNELS_OPS_EXACT_FMA_H_
#define LANEWISE_KERNELS_OPS_EXACT_FMA_H_

namespace lanewise {

// x * y + z rounded once to nearest even; IEEE 754 special cases; quiet canonical NaN.
double ExactFma(double x, double y, double z);

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_OPS_EXACT_FMA_H_
