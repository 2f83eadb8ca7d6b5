// Compiles the scans once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/scan/scan.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/scan/scan.h"
#include "kernels/scan/scan-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class T>
constexpr ScanLoops kScanLoops = {&ScanStart<T>, &ScanTotal<T>, &ScanLoop<T>, &ScanChain<T>};

template <class... Ts>
void FillScan(Table& table, TypeList<Ts...>) {
  Slot* slot = table.slots.data() + FirstSlot(CumulativeSum::kId);
  ((slot++->scan = &kScanLoops<Ts>), ...);
}

void FillScanning(Table& table) { FillScan(table, CumulativeSum::Types{}); }

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void FillScanning(int64_t target, Table& table) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) NAMESPACE::FillScanning(table);
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
}
}  // namespace lanewise
#endif
