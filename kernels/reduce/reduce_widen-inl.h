// Elements that are not stored as they are added up: integers in f64. They are widened a chunk, or
// a row of columns, at a time, into memory that stays in L1, and go through the loops of the
// accumulators' type from there: one short loop for each type of element instead of all of them.

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
  const hn::Rebind<int32_t, D> d32;
  if constexpr (std::is_same_v<T, bool>) v = hn::Min(v, hn::Set(narrow, 1));
  if constexpr (sizeof(T) == 8)
    return hn::ConvertTo(d, v);
  else if constexpr (sizeof(T) == 4)
    return hn::PromoteTo(d, v);
  else
    return hn::PromoteTo(d, hn::PromoteTo(d32, v));
}

template <class T>
void WidenToF64(const void* from, size_t n, void* to) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<StoredAs<T>, decltype(d)> narrow;
  const size_t lanes = hn::Lanes(d);
  const auto* x = static_cast<const StoredAs<T>*>(from);
  double* out = static_cast<double*>(to);
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
  ReduceWidened<typename R::Joins>(&TreeContiguous<R, double>, &WidenToF64<T>, sizeof(T), x, n,
                                   center, static_cast<double*>(acc));
}

template <class R, class T>
void WidenedColumns(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                    const void* center, void* acc, void* scratch) {
  double* levels = static_cast<double*>(scratch);
  const TreeRows<double> a{{static_cast<const char*>(base), offsets, rows, columns},
                           static_cast<const double*>(center),
                           &WidenToF64<T>,
                           levels + kTreeScratchRows<double> * columns};
  ColumnTree<R>(a, 0, 1, static_cast<double*>(acc), levels);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
