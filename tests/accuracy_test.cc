// The error bounds of the math functions, on a sample (all of f32: accuracy_long.cc). Every
// target gives the same bits, so the best one of this machine speaks for all.

#include <gtest/gtest.h>

#include "accuracy_points.h"

namespace lanewise {
namespace {

constexpr lw_kernel kFunctions[] = {LW_EXP, LW_LOG, LW_SIN, LW_COS, LW_TANH};

void ExpectWithinBound(const char* what, lw_kernel kernel, const WorstCase& worst) {
  EXPECT_LE(worst.ulp, 1.0) << what << " of kernel " << kernel << " at " << worst.x << ", "
                            << worst.y;
  EXPECT_GT(worst.ulp, 0.0) << "nothing was compared";
}

TEST(Accuracy, F32Sample) {
  for (const lw_kernel kernel : kFunctions) {
    ExpectWithinBound("f32 sweep", kernel, SweepF32(kernel, 0, uint64_t{1} << 32, 4099));
  }
}

TEST(Accuracy, F32Points) {
  for (const lw_kernel kernel : kFunctions) {
    ExpectWithinBound("f32 points", kernel, CheckPoints<float>(kernel, 20000));
  }
}

TEST(Accuracy, F64Points) {
  for (const lw_kernel kernel : kFunctions) {
    ExpectWithinBound("f64 points", kernel, CheckPoints<double>(kernel, 40000));
  }
}

TEST(Accuracy, Pow) {
  ExpectWithinBound("f32 pow", LW_POW, CheckPoints<float>(LW_POW, 60000));
  ExpectWithinBound("f64 pow", LW_POW, CheckPoints<double>(LW_POW, 60000));
}

}  // namespace
}  // namespace lanewise
