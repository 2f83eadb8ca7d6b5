// Compiles the copies once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/loops/copy.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/loops/copy-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
void FillCopies(Table& table) {
  table.copies = {CopyLoopsOf<uint8_t>(), CopyLoopsOf<uint16_t>(), CopyLoopsOf<uint32_t>(),
                  CopyLoopsOf<uint64_t>()};
  table.stream = &StreamBytes;
}
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void FillCopies(int64_t target, Table& table) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) NAMESPACE::FillCopies(table);
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
}
}  // namespace lanewise
#endif
