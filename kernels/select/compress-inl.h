// compress: the elements whose mask byte is not 0, packed in order. Moves bits only, so it is
// compiled once per element size.

#if defined(LANEWISE_KERNELS_SELECT_COMPRESS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_SELECT_COMPRESS_INL_H_
#undef LANEWISE_KERNELS_SELECT_COMPRESS_INL_H_
#else
#define LANEWISE_KERNELS_SELECT_COMPRESS_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

inline size_t CountNonZero(const void* mask, size_t n) {
  const uint8_t* m = static_cast<const uint8_t*>(mask);
  const hn::ScalableTag<uint8_t> d;
  const hn::Repartition<uint64_t, decltype(d)> d64;
  const size_t lanes = hn::Lanes(d);
  const auto one = hn::Set(d, uint8_t{1});
  auto total = hn::Zero(d64);
  size_t i = 0;
  while (i + lanes <= n) {
    // At most 255 ones fit a byte lane.
    const size_t end = HWY_MIN(n, i + 255 * lanes);
    auto ones = hn::Zero(d);
#pragma GCC unroll 1
    for (; i + lanes <= end; i += lanes) ones = hn::Add(ones, hn::Min(hn::LoadU(d, m + i), one));
    total = hn::Add(total, hn::SumsOf8(ones));
  }
  size_t count = static_cast<size_t>(hn::ReduceSum(d64, total));
  for (; i < n; ++i) count += m[i] != 0;
  return count;
}

// One element at a time without branches: the store goes to the next free place in any case.
// Stops when that place is behind the end of out; the selected elements are then all written.
template <class T>
HWY_INLINE void CompressScalar(const T* x, const uint8_t* mask, size_t i, size_t n, T* out,
                               size_t at, size_t capacity) {
  for (; i < n && at < capacity; ++i) {
    out[at] = x[i];
    at += mask[i] != 0;
  }
}

template <class D>
HWY_INLINE hn::Mask<D> NonZeroBytes(D d, const uint8_t* p) {
  const hn::Rebind<uint8_t, D> d8;
  return hn::Ne(hn::PromoteTo(d, hn::LoadU(d8, p)), hn::Zero(d));
}

template <class T>
void CompressLoop(const void* vx, const void* vmask, size_t n, void* vout, size_t capacity) {
  const T* x = static_cast<const T*>(vx);
  const uint8_t* mask = static_cast<const uint8_t*>(vmask);
  T* out = static_cast<T*>(vout);
  size_t i = 0, at = 0;
  // SSE2 has no shuffle by a register: there a vector takes 5 ns per element, a scalar 0.6.
  if constexpr (sizeof(T) >= 4 && HWY_TARGET != HWY_SSE2) {
    // Packed in a register and stored in full while a full vector has room: a compressing store
    // to memory takes about 140 cycles on Zen 4. In place is safe, as `at` never passes `i`.
    const hn::ScalableTag<T> d;
    const size_t lanes = hn::Lanes(d);
    for (; i + lanes <= n && at + lanes <= capacity; i += lanes) {
      const auto m = NonZeroBytes(d, mask + i);
      hn::StoreU(hn::Compress(hn::LoadU(d, x + i), m), d, out + at);
      at += hn::CountTrue(d, m);
    }
  }
  CompressScalar(x, mask, i, n, out, at, capacity);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
