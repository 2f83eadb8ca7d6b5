// cumulative_sum of f16 and bf16: as f32, a superblock at a time that stays in L1, each result
// rounded once; what is carried on is not.

#if defined(LANEWISE_KERNELS_SCAN_SCAN_NARROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_SCAN_SCAN_NARROW_INL_H_
#undef LANEWISE_KERNELS_SCAN_SCAN_NARROW_INL_H_
#else
#define LANEWISE_KERNELS_SCAN_SCAN_NARROW_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/loops/widen-inl.h"
#include "kernels/scan/scan-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// A pair of vectors is the two halves of the elements, or the even and the odd ones.
template <class T>
HWY_INLINE void NarrowPair(const float* from, uint16_t* to, Raised& raised) {
  const hn::ScalableTag<float> d;
  auto a = hn::Undefined(d), b = a;
  if constexpr (ops::kByF16C<T>)
    a = hn::LoadU(d, from), b = hn::LoadU(d, from + hn::Lanes(d));
  else
    hn::LoadInterleaved2(d, from, a, b);
  ops::StorePair<T>(d, a, b, to, raised);
}

// Fewer elements, in copies that are filled up with zeros.
template <class T>
HWY_NOINLINE void NarrowRest(const float* from, size_t n, uint16_t* to, Raised& raised) {
  constexpr size_t kPair = 2 * HWY_MAX_LANES_D(hn::ScalableTag<float>);
  HWY_ALIGN float some[kPair] = {};
  HWY_ALIGN uint16_t rounded[kPair];
  hwy::CopyBytes(from, some, n * sizeof(float));
  NarrowPair<T>(some, rounded, raised);
  hwy::CopyBytes(rounded, to, n * sizeof(uint16_t));
}

template <class T>
HWY_INLINE void NarrowTo(const float* from, size_t n, uint16_t* to, Raised& raised) {
  const size_t pair = 2 * hn::Lanes(hn::ScalableTag<float>());
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + pair <= n; i += pair) NarrowPair<T>(from + i, to + i, raised);
  if (i != n) NarrowRest<T>(from + i, n - i, to + i, raised);
}

template <class T>
void NarrowTotal(const void* x, size_t n, void* total) {
  HWY_ALIGN float block[kScanBlock];
  WidenTo<T, float>(x, n, block);
  ScanTotal<float>(block, n, total);
}

template <class T>
void NarrowScan(const void* vx, size_t n, void* carry, void* vout) {
  HWY_ALIGN float block[kScanBlock];
  const auto* x = static_cast<const uint16_t*>(vx);
  auto* out = static_cast<uint16_t*>(vout);
  Raised raised;
  for (size_t i = 0; i < n; i += kScanBlock) {
    const size_t count = HWY_MIN(kScanBlock, n - i);
    WidenTo<T, float>(x + i, count, block);
    ScanLoop<float>(block, count, carry, block);
    NarrowTo<T>(block, count, out + i, raised);
  }
  if (HWY_UNLIKELY(raised.bits != 0)) ops::RaiseOverflow();
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
