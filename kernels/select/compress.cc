// Compiles compress once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/select/compress.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/select/compress.h"
#include "kernels/select/compress-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class U>
constexpr CompressLoops kCompressLoops = {&CountNonZero, &CompressLoop<U>};

template <class... Ts>
void FillCompress(Table& table, TypeList<Ts...>) {
  Slot* slot = table.slots.data() + FirstSlot(CompressBy::kId);
  ((slot++->compress = &kCompressLoops<hwy::UnsignedFromSize<sizeof(Ts)>>), ...);
}

void FillCompression(Table& table) { FillCompress(table, CompressBy::Types{}); }

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void FillCompression(int64_t target, Table& table) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) NAMESPACE::FillCompression(table);
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
}
}  // namespace lanewise
#endif
