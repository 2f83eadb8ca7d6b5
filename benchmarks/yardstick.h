// Yardsticks: the fastest sum and dot that we can write when the order of additions is free and
// products may be fused. The library's own are measured against these, target by target.

#ifndef LANEWISE_BENCHMARKS_YARDSTICK_H_
#define LANEWISE_BENCHMARKS_YARDSTICK_H_

#include <cstddef>
#include <cstdint>

namespace lanewise {

struct Yardstick {
  float (*sum_f32)(const float* x, size_t n);
  double (*sum_f64)(const double* x, size_t n);
  float (*dot_f32)(const float* x, const float* y, size_t n);
  double (*dot_f64)(const double* x, const double* y, size_t n);
};

// The yardsticks of one compiled target; null pointers if it is not compiled.
Yardstick BuildYardstick(int64_t target);

}  // namespace lanewise

#endif  // LANEWISE_BENCHMARKS_YARDSTICK_H_
