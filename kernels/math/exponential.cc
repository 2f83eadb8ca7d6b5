// Compiles the exponential family once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/math/exponential.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/math/exponential-inl.h"
#include "kernels/math/exponential_expm1-inl.h"
#include "kernels/math/exponential_tanh-inl.h"
#include "kernels/loops/map-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
void FillExponential(Table& table) { FillElementwise(table, Exponential{}); }
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void FillExponential(int64_t target, Table& table) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) NAMESPACE::FillExponential(table);
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
}
}  // namespace lanewise
#endif
