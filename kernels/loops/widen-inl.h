// Elements written in a wider type: integers and booleans as f64 or as integers of 64 bits, f16 and
// bf16 as f32, for loops that read those. Of a boolean every byte but 0 counts as 1.

#if defined(LANEWISE_KERNELS_LOOPS_WIDEN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_LOOPS_WIDEN_INL_H_
#undef LANEWISE_KERNELS_LOOPS_WIDEN_INL_H_
#else
#define LANEWISE_KERNELS_LOOPS_WIDEN_INL_H_
#endif

#include "kernels/ops/narrow_pairs-inl.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// Writes n elements, widened.
using WidenFn = void (*)(const void* from, size_t n, void* to);

// One vector, each element rounded once.
template <class T, class D, class V>
HWY_INLINE hn::Vec<D> WidenVector(D d, V v) {
  const hn::Rebind<StoredAs<T>, D> narrow;
  if constexpr (std::is_same_v<T, bool>) v = hn::Min(v, hn::Set(narrow, 1));
  if constexpr (kIsNarrow<T>) {
    return ops::WidenOne<T>(d, v);
  } else if constexpr (sizeof(T) == 8) {
    return hn::ConvertTo(d, v);
  } else if constexpr (!hwy::IsFloat<hn::TFromD<D>>()) {  // signs are extended
    using TI = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
    using T32 = std::conditional_t<std::is_signed_v<T>, int32_t, uint32_t>;
    const hn::Rebind<TI, D> di;
    if constexpr (sizeof(T) == 4)
      return hn::BitCast(d, hn::PromoteTo(di, v));
    else
      return hn::BitCast(d, hn::PromoteTo(di, hn::PromoteTo(hn::Rebind<T32, D>(), v)));
  } else if constexpr (sizeof(T) == 4) {
    return hn::PromoteTo(d, v);
  } else {
    return hn::PromoteTo(d, hn::PromoteTo(hn::Rebind<int32_t, D>(), v));
  }
}

template <class T, class A>
void WidenTo(const void* from, size_t n, void* to) {
  const hn::ScalableTag<A> d;
  const hn::Rebind<StoredAs<T>, decltype(d)> narrow;
  const size_t lanes = hn::Lanes(d);
  const auto* x = static_cast<const StoredAs<T>*>(from);
  A* out = static_cast<A*>(to);
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    hn::StoreU(WidenVector<T>(d, hn::LoadU(narrow, x + i)), d, out + i);
    hn::StoreU(WidenVector<T>(d, hn::LoadU(narrow, x + i + lanes)), d, out + i + lanes);
  }
#pragma GCC unroll 1
  for (; i < n; i += lanes) {
    const size_t count = HWY_MIN(lanes, n - i);
    hn::StoreN(WidenVector<T>(d, hn::LoadN(narrow, x + i, count)), d, out + i, count);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
