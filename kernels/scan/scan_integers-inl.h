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
#include "kernels/ops/ops-inl.h"
#include "kernels/scan/scan-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// Elements of a block: 4 KiB of sums.
inline constexpr size_t kWidenBlock = 512;

// Writes n elements as i64 or, with the same bits, u64.
using WidenToI64Fn = void (*)(const void* from, size_t n, int64_t* to);

// One vector; of a boolean every byte but 0 counts as 1.
template <class T, class D, class V>
HWY_INLINE hn::Vec<D> ToI64(D d, V v) {
  const hn::Rebind<StoredAs<T>, D> narrow;
  const hn::Rebind<int32_t, D> d32;
  if constexpr (std::is_same_v<T, bool>) v = hn::Min(v, hn::Set(narrow, 1));
  if constexpr (std::is_same_v<T, uint32_t>)
    return hn::BitCast(d, hn::PromoteTo(hn::RebindToUnsigned<D>(), v));
  else if constexpr (sizeof(T) == 4)
    return hn::PromoteTo(d, v);
  else
    return hn::PromoteTo(d, hn::PromoteTo(d32, v));
}

template <class T>
void WidenToI64(const void* from, size_t n, int64_t* to) {
  const hn::ScalableTag<int64_t> d;
  const hn::Rebind<StoredAs<T>, decltype(d)> narrow;
  const size_t lanes = hn::Lanes(d);
  const auto* x = static_cast<const StoredAs<T>*>(from);
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    const auto a = hn::LoadU(narrow, x + i), b = hn::LoadU(narrow, x + i + lanes);
    hn::StoreU(ToI64<T>(d, a), d, to + i);
    hn::StoreU(ToI64<T>(d, b), d, to + i + lanes);
  }
#pragma GCC unroll 1
  for (; i < n; i += lanes) {
    const size_t count = HWY_MIN(lanes, n - i);
    hn::StoreN(ToI64<T>(d, hn::LoadN(narrow, x + i, count)), d, to + i, count);
  }
}

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

inline HWY_NOINLINE void ScanWidened(WidenToI64Fn widen, size_t size, const void* x, size_t n,
                                     void* carry, void* vout) {
  int64_t* out = static_cast<int64_t*>(vout);
  for (size_t i = 0; i < n; i += kWidenBlock) {
    const size_t count = HWY_MIN(kWidenBlock, n - i);
    widen(static_cast<const char*>(x) + i * size, count, out + i);
    ScanLoop<int64_t>(out + i, count, carry, out + i);
  }
}

inline HWY_NOINLINE void TotalWidened(WidenToI64Fn widen, size_t size, const void* x, size_t n,
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
  ScanWidened(&WidenToI64<T>, sizeof(T), x, n, carry, out);
}
template <class T>
void IntegerTotal(const void* x, size_t n, void* total) {
  TotalWidened(&WidenToI64<T>, sizeof(T), x, n, total);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
