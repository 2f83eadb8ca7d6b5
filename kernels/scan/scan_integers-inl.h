// cumulative_sum of integers and booleans, exact in any order. Narrow elements are widened to 64
// bits, a block at a time that stays in L1, and go through the scan of i64 from there: one short
// loop for each type of element instead of a network.

#if defined(LANEWISE_KERNELS_SCAN_SCAN_INTEGERS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_SCAN_SCAN_INTEGERS_INL_H_
#undef LANEWISE_KERNELS_SCAN_SCAN_INTEGERS_INL_H_
#else
#define LANEWISE_KERNELS_SCAN_SCAN_INTEGERS_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/loops/widen-inl.h"
#include "kernels/scan/scan-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// Elements of a block: 4 KiB of sums.
inline constexpr size_t kWidenBlock = 512;

inline int64_t SumOfI64(const int64_t* x, size_t n) {
  const hn::ScalableTag<int64_t> d;
  const size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d), s1 = s0;
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    s0 = hn::Add(s0, hn::LoadU(d, x + i));
    s1 = hn::Add(s1, hn::LoadU(d, x + i + lanes));
  }
#pragma GCC unroll 1
  for (; i < n; i += lanes) s0 = hn::Add(s0, hn::LoadN(d, x + i, HWY_MIN(lanes, n - i)));
  return hn::ReduceSum(d, hn::Add(s0, s1));
}

inline void TotalOfI64(const void* x, size_t n, void* total) {
  *static_cast<int64_t*>(total) = SumOfI64(static_cast<const int64_t*>(x), n);
}

inline HWY_NOINLINE void ScanWidened(WidenFn widen, size_t size, const void* x, size_t n,
                                     void* carry, void* vout) {
  int64_t* out = static_cast<int64_t*>(vout);
  for (size_t i = 0; i < n; i += kWidenBlock) {
    const size_t count = HWY_MIN(kWidenBlock, n - i);
    widen(static_cast<const char*>(x) + i * size, count, out + i);
    ScanLoop<int64_t>(out + i, count, carry, out + i);
  }
}

inline HWY_NOINLINE void TotalWidened(WidenFn widen, size_t size, const void* x, size_t n,
                                      void* total) {
  HWY_ALIGN int64_t block[kWidenBlock];
  uint64_t sum = 0;  // wraps
  for (size_t i = 0; i < n; i += kWidenBlock) {
    const size_t count = HWY_MIN(kWidenBlock, n - i);
    widen(static_cast<const char*>(x) + i * size, count, block);
    sum += static_cast<uint64_t>(SumOfI64(block, count));
  }
  *static_cast<uint64_t*>(total) = sum;
}

template <class T>
void IntegerScan(const void* x, size_t n, void* carry, void* out) {
  ScanWidened(&WidenTo<T, int64_t>, sizeof(T), x, n, carry, out);
}
template <class T>
void IntegerTotal(const void* x, size_t n, void* total) {
  TotalWidened(&WidenTo<T, int64_t>, sizeof(T), x, n, total);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
