// Elements that are not stored as they are joined: integers in f64 or, for products, in 64 bits.
// They are widened a chunk, or a row of columns, at a time, into memory that stays in L1, and go
// through the loops of the accumulators' type from there: one short loop for each type of element
// instead of all of them.

#if defined(LANEWISE_KERNELS_REDUCE_REDUCE_WIDEN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_REDUCE_REDUCE_WIDEN_INL_H_
#undef LANEWISE_KERNELS_REDUCE_REDUCE_WIDEN_INL_H_
#else
#define LANEWISE_KERNELS_REDUCE_REDUCE_WIDEN_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/ops/ops-inl.h"
#include "kernels/reduce/reduce_columns-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// One vector, each element rounded once.
template <class T, class D, class V>
HWY_INLINE hn::Vec<D> WidenVector(D d, V v) {
  const hn::Rebind<StoredAs<T>, D> narrow;
  if constexpr (std::is_same_v<T, bool>) v = hn::Min(v, hn::Set(narrow, 1));
  if constexpr (sizeof(T) == 8) {
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

template <class R, class T>
void WidenedContiguous(const void* x, const void*, size_t n, const void* center, void* acc) {
  using A = typename R::Accumulator;
  ReduceWidened<typename R::Joins>(&TreeContiguous<R, A>, &WidenTo<T, A>, sizeof(T), x, n, center,
                                   static_cast<A*>(acc));
}

template <class R, class T>
void WidenedColumns(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                    const void* center, void* acc, void* scratch) {
  using A = typename R::Accumulator;
  A* levels = static_cast<A*>(scratch);
  const TreeRows<A> a{{static_cast<const char*>(base), offsets, rows, columns},
                      static_cast<const A*>(center),
                      &WidenTo<T, A>,
                      levels + kTreeScratchRows<A> * columns};
  ColumnTree<R>(a, 0, 1, static_cast<A*>(acc), levels);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
