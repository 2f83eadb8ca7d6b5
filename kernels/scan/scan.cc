// Compiles the scans once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/scan/scan.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/scan/scan.h"
#include "kernels/scan/scan-inl.h"
#include "kernels/scan/scan_integers-inl.h"
#include "kernels/scan/scan_narrow-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class T>
constexpr ScanLoops LoopsOf() {
  if constexpr (kIsNarrow<T>)
    return {&ScanStart<float>, &NarrowTotal<T>, &NarrowScan<T>, &ScanChain<float>, sizeof(float)};
  else if constexpr (std::is_floating_point_v<T>)
    return {&ScanStart<T>, &ScanTotal<T>, &ScanLoop<T>, &ScanChain<T>, sizeof(T)};
  else if constexpr (sizeof(T) == 8)  // the sign of 64 bits does not matter
    return {&ScanStart<uint64_t>, &TotalOfI64, &ScanLoop<int64_t>, &ScanChain<uint64_t>, 8};
  else
    return {&ScanStart<uint64_t>, &IntegerTotal<T>, &IntegerScan<T>, &ScanChain<uint64_t>, 8};
}

template <class T>
constexpr ScanLoops kScanLoops = LoopsOf<T>();

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
