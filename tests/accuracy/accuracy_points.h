// Arguments for the accuracy tests: random and hard points, and f32 swept in order.

#ifndef LANEWISE_TESTS_ACCURACY_ACCURACY_POINTS_H_
#define LANEWISE_TESTS_ACCURACY_ACCURACY_POINTS_H_

#include <cstdint>
#include <vector>

#include "lanewise/lanewise.h"

namespace lanewise {

struct WorstCase {
  double ulp = 0;
  double x = 0, y = 0;
  void Update(double error, double at_x, double at_y = 0) {
    if (!(error <= ulp)) ulp = error, x = at_x, y = at_y;
  }
};

// The math functions of the kernel list for a dtype: elementwise, with a bound above that of plain
// arithmetic; of f16 and bf16 what f32 has.
std::vector<lw_kernel_record> MathKernels(lw_dtype dtype = LW_F32);

// All f32 bit patterns in [begin, end), every `step`-th: glibc's double function is the first
// judge, MPFR has the last word on everything beyond 0.9 ULP.
WorstCase SweepF32(const lw_kernel_record& kernel, uint64_t begin, uint64_t end, uint64_t step);

// `count` random points over the domain, and hard ones (edges of the ranges, near roots, near
// multiples of pi/2, subnormals, huge arguments, x near 1 with huge y), against MPFR. Domain and
// hard points are those of the kernel's contract. NaN ULP: there is no reference.
template <class T>
WorstCase CheckPoints(const lw_kernel_record& kernel, int64_t count);

// f16 or bf16, by the record's dtypes: all values, or `count` pairs of two arguments. As SweepF32.
WorstCase CheckNarrow(const lw_kernel_record& kernel, int64_t count);

}  // namespace lanewise

#endif  // LANEWISE_TESTS_ACCURACY_ACCURACY_POINTS_H_
