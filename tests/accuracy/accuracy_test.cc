// The error bounds of the math functions, on a sample (all of f32: accuracy_long.cc), and on all
// f16 and bf16. Every target gives the same bits, so the best one of this machine speaks for all.

#include <gtest/gtest.h>

#include "accuracy_points.h"

namespace lanewise {
namespace {

void ExpectWithinBound(const char* what, const lw_kernel_record& kernel, const WorstCase& worst) {
  EXPECT_LE(worst.ulp, kernel.max_ulp)
      << what << " of " << kernel.name << " at " << worst.x << ", " << worst.y
      << " (NaN: no function of tests/accuracy/accuracy_reference.cc is its contract's reference)";
  EXPECT_GT(worst.ulp, 0.0) << "nothing was compared";
}

TEST(Accuracy, F32Sample) {
  for (const lw_kernel_record& k : MathKernels()) {
    if (k.inputs > 1) continue;
    ExpectWithinBound("f32 sweep", k, SweepF32(k, 0, uint64_t{1} << 32, 4099));
  }
}

// Two arguments leave more room between the points.
TEST(Accuracy, F32Points) {
  for (const lw_kernel_record& k : MathKernels()) {
    ExpectWithinBound("f32 points", k, CheckPoints<float>(k, k.inputs > 1 ? 60000 : 20000));
  }
}

TEST(Accuracy, F64Points) {
  for (const lw_kernel_record& k : MathKernels()) {
    ExpectWithinBound("f64 points", k, CheckPoints<double>(k, k.inputs > 1 ? 60000 : 40000));
  }
}

// f32's result rounded once more: the bound is little above one half.
TEST(Accuracy, NarrowFloats) {
  for (const lw_dtype dtype : {LW_F16, LW_BF16}) {
    const auto kernels = MathKernels(dtype);
    EXPECT_FALSE(kernels.empty());
    for (const lw_kernel_record& k : kernels) {
      EXPECT_LT(k.max_ulp, 0.5002) << k.name;
      ExpectWithinBound(lw_dtype_name(dtype), k, CheckNarrow(k, 100000));
    }
  }
}

}  // namespace
}  // namespace lanewise
