// Integer sums, minimum and maximum of many adjacent columns at once: rows in any order, eight at a
// time.

#if defined(LANEWISE_KERNELS_REDUCE_REDUCE_COLUMNS_EXACT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_REDUCE_REDUCE_COLUMNS_EXACT_INL_H_
#undef LANEWISE_KERNELS_REDUCE_REDUCE_COLUMNS_EXACT_INL_H_
#else
#define LANEWISE_KERNELS_REDUCE_REDUCE_COLUMNS_EXACT_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/ops/ops-inl.h"
#include "kernels/reduce/reduce_columns-inl.h"
#include "kernels/reduce/reduce_exact-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// -------- integer sums

// Rows are added up in twice their width, as far as 8 of them fit, then in 64 bits.
template <class T>
struct RowSum {
  using Stored = StoredAs<T>;
  using Wide = hwy::MakeWide<std::conditional_t<sizeof(T) < 8, Stored, int32_t>>;
  using Type = std::conditional_t<(sizeof(T) < 8), Wide, Stored>;
};

template <class T, class D>
HWY_INLINE hn::Vec<D> WidenRow(D d, const StoredAs<T>* p) {
  const hn::Rebind<StoredAs<T>, D> narrow;
  if constexpr (std::is_same_v<T, bool>)
    return hn::PromoteTo(d, hn::Min(hn::LoadU(narrow, p), hn::Set(narrow, 1)));
  else if constexpr (sizeof(T) == 8)
    return hn::LoadU(d, p);
  else
    return hn::PromoteTo(d, hn::LoadU(narrow, p));
}

// One vector of sums of rows, to 64 bits.
template <class D, class A>
HWY_INLINE void AddToWide(D d, hn::Vec<D> sum, bool first, A* acc) {
  using M = hn::TFromD<D>;
  const hn::ScalableTag<A> d64;
  if constexpr (sizeof(M) == 8) {
    if (!first) sum = hn::Add(sum, hn::LoadU(d64, acc));
    hn::StoreU(sum, d64, acc);
  } else {
    HWY_ALIGN M sums[HWY_MAX_LANES_D(D)];
    hn::Store(sum, d, sums);
    const size_t lanes = hn::Lanes(d64);
    for (size_t k = 0; k < hn::Lanes(d); k += lanes) {
      const hn::Rebind<hwy::If<hwy::IsSigned<M>(), int64_t, uint64_t>, decltype(d64)> like;
      auto wide = hn::BitCast(
          d64, hn::PromoteTo(like, hn::LoadU(hn::Rebind<M, decltype(d64)>(), sums + k)));
      if (!first) wide = hn::Add(wide, hn::LoadU(d64, acc + k));
      hn::StoreU(wide, d64, acc + k);
    }
  }
}

// kRows rows; 0: `count` of them, one after the other.
template <class T, int kRows>
HWY_NOINLINE void IntegerPass(const Rows<StoredAs<T>>& a, size_t row, int count, bool first,
                              AccumulatorOf<T>* HWY_RESTRICT acc) {
  using A = AccumulatorOf<T>;
  const StoredAs<T>* p[8];
  for (int k = 0; k < count; ++k) p[k] = a.At(row + static_cast<size_t>(k));
  const hn::ScalableTag<typename RowSum<T>::Type> d;
  const size_t lanes = hn::Lanes(d);
  size_t j = 0;
#pragma GCC unroll 1
  for (; j + lanes <= a.columns; j += lanes) {
    auto sum = WidenRow<T>(d, p[0] + j);
    if constexpr (kRows != 0) {
#pragma GCC unroll 8
      for (int k = 1; k < kRows; ++k) sum = hn::Add(sum, WidenRow<T>(d, p[k] + j));
    } else {
#pragma GCC unroll 1
      for (int k = 1; k < count; ++k) sum = hn::Add(sum, WidenRow<T>(d, p[k] + j));
    }
    AddToWide(d, sum, first, acc + j);
  }
#pragma GCC unroll 1
  for (; j < a.columns; ++j) {
    using U = hwy::MakeUnsigned<A>;  // wraps
    U sum = first ? 0 : static_cast<U>(acc[j]);
#pragma GCC unroll 1
    for (int k = 0; k < count; ++k) sum += static_cast<U>(static_cast<A>(Counted<T>(p[k][j])));
    acc[j] = static_cast<A>(sum);
  }
}

template <class T>
void IntegerColumns(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                    const void*, void* vacc, void*) {
  auto* acc = static_cast<AccumulatorOf<T>*>(vacc);
  const Rows<StoredAs<T>> a{static_cast<const char*>(base), offsets, rows, columns};
  size_t row = 0;
  for (; row + 8 <= rows; row += 8) IntegerPass<T, 8>(a, row, 8, row == 0, acc);
  if (row < rows) IntegerPass<T, 0>(a, row, static_cast<int>(rows - row), row == 0, acc);
}

template <class A>
void IntegerJoin(void* vacc, const void* vother, size_t count) {
  using U = hwy::MakeUnsigned<A>;
  U* acc = static_cast<U*>(vacc);
  const U* other = static_cast<const U*>(vother);
  for (size_t j = 0; j < count; ++j) acc[j] += other[j];
}

// -------- minimum and maximum

template <class R, bool kPart, class D>
HWY_INLINE void AddRow(D d, const hn::TFromD<D>* p, size_t count, hn::Vec<D>& extreme,
                       hn::Vec<D>& signs, hn::Mask<D>& nan) {
  const auto v = KeyOf<R>(d, LoadSome<kPart>(d, p, count));
  if constexpr (hwy::IsFloat<hn::TFromD<D>>()) {
    signs = R::Signs(signs, v);
    nan = hn::Or(nan, ops::IsNaN(v));
  }
  extreme = R::Fast(extreme, v);
}

// One vector of columns of kRows rows, of all `count` if 0; of kPart the first `columns` lanes.
template <class R, int kRows, bool kPart, class D, class T>
HWY_INLINE void ExtremeVector(D d, const T* const* p, int count, bool first, size_t j,
                              size_t columns, T* acc) {
  auto extreme = KeyOf<R>(d, LoadSome<kPart>(d, p[0] + j, columns));
  auto signs = extreme;
  auto nan = ops::IsNaN(extreme);
  if constexpr (kRows != 0) {
#pragma GCC unroll 8
    for (int k = 1; k < kRows; ++k) AddRow<R, kPart>(d, p[k] + j, columns, extreme, signs, nan);
  } else {
#pragma GCC unroll 1
    for (int k = 1; k < count; ++k) AddRow<R, kPart>(d, p[k] + j, columns, extreme, signs, nan);
  }
  if constexpr (hwy::IsFloat<T>()) extreme = FinishExtreme(d, extreme, signs, nan);
  if (!first) extreme = R::Join(d, LoadSome<kPart>(d, acc + j, columns), extreme);
  StoreSome<kPart>(extreme, d, acc + j, columns);
}

// Whether a part of a vector is loaded and stored by one instruction.
template <class T>
inline constexpr bool kMasks = HWY_HAVE_SCALABLE ||
                               (HWY_ARCH_X86 && (HWY_TARGET <= HWY_AVX3 ||
                                                 (HWY_TARGET <= HWY_AVX2 && sizeof(T) >= 4)));

// Fewer columns than a vector has lanes.
template <class R, class T>
HWY_NOINLINE void ExtremeFewColumns(const T* const* p, int count, bool first, size_t columns,
                                    T* acc) {
  if constexpr (kMasks<T>) {
    ExtremeVector<R, 0, true>(hn::ScalableTag<T>(), p, count, first, 0, columns, acc);
  } else {
    constexpr size_t kHalf = HWY_MAX_LANES_D(hn::ScalableTag<T>) / 2;
    if (columns >= kHalf) {
      const hn::CappedTag<T, kHalf> half;
      ExtremeVector<R, 0, false>(half, p, count, first, 0, kHalf, acc);
      return ExtremeVector<R, 0, false>(half, p, count, first, columns - kHalf, kHalf, acc);
    }
    const hn::CappedTag<T, 1> one;
#pragma GCC unroll 1
    for (size_t j = 0; j < columns; ++j) {
      ExtremeVector<R, 0, false>(one, p, count, first, j, 1, acc);
    }
  }
}

template <class R, int kRows, class T>
HWY_NOINLINE void ExtremePass(const Rows<T>& a, size_t row, int count, bool first,
                              T* HWY_RESTRICT acc) {
  const T* p[8];
  for (int k = 0; k < count; ++k) p[k] = a.At(row + static_cast<size_t>(k));
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  if (a.columns < lanes) return ExtremeFewColumns<R>(p, count, first, a.columns, acc);
  // The last vector may take columns once more, which does not change their extremes.
  const size_t last = a.columns - lanes;
#pragma GCC unroll 1
  for (size_t j = 0; j < a.columns; j += lanes) {
    ExtremeVector<R, kRows, false>(d, p, count, first, HWY_MIN(j, last), lanes, acc);
  }
}

template <class R, class T>
void ExtremeColumns(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                    const void*, void* vacc, void*) {
  T* acc = static_cast<T*>(vacc);
  const Rows<T> a{static_cast<const char*>(base), offsets, rows, columns};
  size_t row = 0;
  for (; row + 8 <= rows; row += 8) ExtremePass<R, 8>(a, row, 8, row == 0, acc);
  if (row < rows) ExtremePass<R, 0>(a, row, static_cast<int>(rows - row), row == 0, acc);
}

template <class R, class T>
void ExactJoin(void* vacc, const void* vother, size_t count) {
  T* acc = static_cast<T*>(vacc);
  const T* other = static_cast<const T*>(vother);
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t j = 0;
#pragma GCC unroll 1
  for (; j + lanes <= count; j += lanes) {
    hn::StoreU(R::Join(d, hn::LoadU(d, acc + j), hn::LoadU(d, other + j)), d, acc + j);
  }
  const hn::CappedTag<T, 1> one;
#pragma GCC unroll 1
  for (; j < count; ++j) {
    hn::StoreU(R::Join(one, hn::LoadU(one, acc + j), hn::LoadU(one, other + j)), one, acc + j);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
