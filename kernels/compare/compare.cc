// Compiles the compare family once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/compare/compare.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/compare/compare-inl.h"
#include "kernels/loops/map-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
void FillComparison(Table& table) { FillElementwise(table, Comparison{}); }
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void FillComparison(int64_t target, Table& table) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) NAMESPACE::FillComparison(table);
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
}
}  // namespace lanewise
#endif
