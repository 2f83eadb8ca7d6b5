// Compiles the convert family once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convert/convert.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/convert/convert_loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
void FillConversion(Table& table) { FillCasts(table, ConvertTo::Types{}); }
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void FillConversion(int64_t target, Table& table) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) NAMESPACE::FillConversion(table);
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
}
}  // namespace lanewise
#endif
