// Compiles the yardsticks once per target.

#include "benchmarks/yardstick.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benchmarks/yardstick.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "benchmarks/yardstick-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
Yardstick MakeYardstick() {
  return {&BestSum<float>, &BestSum<double>, &BestDot<float>, &BestDot<double>};
}
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
Yardstick BuildYardstick(int64_t target) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) return NAMESPACE::MakeYardstick();
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
  return {};
}
}  // namespace lanewise
#endif
