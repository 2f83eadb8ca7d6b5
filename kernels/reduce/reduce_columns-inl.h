// Reductions of many adjacent columns at once, one chunk of rows at a time, with the bits of
// reducing each column alone.
// The tree over the lanes of a chunk is walked depth first: F(l, L) is the chain over the rows
// l, l + L, l + 2L, ..., and F(l, s) = F(l, 2s) + F(l + s, 2s). So only log2(L) rows of partial
// results exist at a time, and they stay in cache. F(0, 1) is the result.

#if defined(LANEWISE_KERNELS_REDUCE_REDUCE_COLUMNS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_REDUCE_REDUCE_COLUMNS_INL_H_
#undef LANEWISE_KERNELS_REDUCE_REDUCE_COLUMNS_INL_H_
#else
#define LANEWISE_KERNELS_REDUCE_REDUCE_COLUMNS_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/ops/ops-inl.h"
#include "kernels/reduce/reduce-inl.h"
#include "kernels/reduce/reduce_exact-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// Rows as `columns` is given them.
template <class T>
struct Rows {
  const char* base;
  const int64_t* offsets;
  size_t rows;
  size_t columns;
  const AccumulatorOf<T>* center;  // var only

  const T* At(size_t row) const { return reinterpret_cast<const T*>(base + offsets[row]); }
};

// Loads a full vector, or `count` lanes and zeros.
template <bool kPart, class D>
HWY_INLINE hn::Vec<D> LoadSome(D d, const hn::TFromD<D>* p, size_t count) {
  if constexpr (kPart)
    return hn::LoadN(d, p, count);
  else
    return hn::LoadU(d, p);
}
template <bool kPart, class D, class V>
HWY_INLINE void StoreSome(V v, D d, hn::TFromD<D>* p, size_t count) {
  if constexpr (kPart)
    hn::StoreN(v, d, p, count);
  else
    hn::StoreU(v, d, p);
}

// -------- sums of floating-point elements or squared deviations

template <class Op, bool kPart, class D, class V>
HWY_INLINE V ColumnTerm(D d, const hn::TFromD<D>* p, V center, size_t count) {
  const V v = LoadSome<kPart>(d, p, count);
  if constexpr (std::is_same_v<Op, Var>) {
    const V t = hn::Sub(v, center);
    return hn::Mul(t, t);
  } else {
    return v;
  }
}

// Adds kRows rows, L apart, to one vector of columns of dst; the first row starts the chain.
template <class Op, bool kFirst, int kRows, bool kPart, class T>
HWY_INLINE void ChainVector(const T* const* p, const T* center, size_t j, size_t count, T* dst) {
  const hn::ScalableTag<T> d;
  auto c = hn::Zero(d);
  if constexpr (std::is_same_v<Op, Var>) c = LoadSome<kPart>(d, center + j, count);
  auto v = hn::Zero(d);
  if constexpr (kFirst) {
    v = ColumnTerm<Op, kPart>(d, p[0] + j, c, count);
  } else {
    v = hn::Add(LoadSome<kPart>(d, dst + j, count), ColumnTerm<Op, kPart>(d, p[0] + j, c, count));
  }
  if constexpr (kRows > 1) v = hn::Add(v, ColumnTerm<Op, kPart>(d, p[1] + j, c, count));
  if constexpr (kRows > 2) {
    v = hn::Add(v, ColumnTerm<Op, kPart>(d, p[2] + j, c, count));
    v = hn::Add(v, ColumnTerm<Op, kPart>(d, p[3] + j, c, count));
  }
  if constexpr (kRows > 4) {
    v = hn::Add(v, ColumnTerm<Op, kPart>(d, p[4] + j, c, count));
    v = hn::Add(v, ColumnTerm<Op, kPart>(d, p[5] + j, c, count));
    v = hn::Add(v, ColumnTerm<Op, kPart>(d, p[6] + j, c, count));
    v = hn::Add(v, ColumnTerm<Op, kPart>(d, p[7] + j, c, count));
  }
  StoreSome<kPart>(v, d, dst + j, count);
}

// next: the first row of the pass that follows, or a.rows. Its rows are fetched to L2 meanwhile:
// each begins a new page, where the hardware's own prefetch would have to start anew.
template <class Op, bool kFirst, int kRows, class T>
HWY_NOINLINE void ChainPass(const Rows<T>& a, size_t row, size_t next, T* HWY_RESTRICT dst) {
  const T* p[kRows];
  for (int k = 0; k < kRows; ++k) p[k] = a.At(row + k * kTreeLanes<T>);
  const size_t lanes = hn::Lanes(hn::ScalableTag<T>());
  size_t j = 0;
  constexpr size_t kLine = 64 / sizeof(T);
  if (kRows == 8 && next + 7 * kTreeLanes<T> < a.rows && lanes <= kLine) {
    const T* ahead[8];
    for (int k = 0; k < 8; ++k) ahead[k] = a.At(next + k * kTreeLanes<T>);
#pragma GCC unroll 1
    for (; j + kLine <= a.columns; j += kLine) {
#pragma GCC unroll 8
      for (int k = 0; k < 8; ++k) __builtin_prefetch(ahead[k] + j, 0, 2);
      for (size_t i = 0; i < kLine; i += lanes) {
        ChainVector<Op, kFirst, kRows, false>(p, a.center, j + i, lanes, dst);
      }
    }
  }
#pragma GCC unroll 1
  for (; j + lanes <= a.columns; j += lanes) {
    ChainVector<Op, kFirst, kRows, false>(p, a.center, j, lanes, dst);
  }
  if (j != a.columns) ChainVector<Op, kFirst, kRows, true>(p, a.center, j, a.columns - j, dst);
}

// The lane that the depth-first walk comes to after lane l: its bits, read from the highest, plus
// one. After the last lane: the size of a chunk, a row that does not exist.
constexpr size_t NextLane(size_t l, size_t lanes) {
  size_t s = lanes / 2;
  for (; l & s; s /= 2) l ^= s;
  return s != 0 ? l | s : lanes * kTreeRows;
}

// Rows row, row + L, ... in passes of 8: more streams at once are slower from DRAM, fewer pass
// more often over dst.
template <class Op, class T>
void Chain(const Rows<T>& a, size_t row, T* dst) {
  constexpr size_t kL = kTreeLanes<T>;
  const size_t next_lane = NextLane(row, kL);
  size_t left = (a.rows - row + kL - 1) / kL;
  if (left >= 8) {
    ChainPass<Op, true, 8>(a, row, left >= 16 ? row + 8 * kL : next_lane, dst);
    row += 8 * kL, left -= 8;
  } else if (left >= 4) {
    ChainPass<Op, true, 4>(a, row, 0, dst);
    row += 4 * kL, left -= 4;
  } else {
    ChainPass<Op, true, 1>(a, row, 0, dst);
    row += kL, left -= 1;
  }
  for (; left >= 8; row += 8 * kL, left -= 8) {
    ChainPass<Op, false, 8>(a, row, left >= 16 ? row + 8 * kL : next_lane, dst);
  }
  if (left >= 4) {
    ChainPass<Op, false, 4>(a, row, 0, dst);
    row += 4 * kL, left -= 4;
  }
  if (left >= 2) {
    ChainPass<Op, false, 2>(a, row, 0, dst);
    row += 2 * kL, left -= 2;
  }
  if (left >= 1) ChainPass<Op, false, 1>(a, row, 0, dst);
}

template <class T>
HWY_NOINLINE void AddRow(T* HWY_RESTRICT acc, const T* HWY_RESTRICT other, size_t count) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t j = 0;
#pragma GCC unroll 1
  for (; j + lanes <= count; j += lanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, acc + j), hn::LoadU(d, other + j)), d, acc + j);
  }
  for (; j < count; ++j) acc[j] = acc[j] + other[j];
}

// F(l, s); l < rows. Lanes without a row are the identity: their subtree is left out.
template <class Op, class T>
void ColumnTree(const Rows<T>& a, size_t l, size_t s, T* dst, T* scratch) {
  if (s == kTreeLanes<T>) return Chain<Op>(a, l, dst);
  ColumnTree<Op>(a, l, 2 * s, dst, scratch);
  if (l + s >= a.rows) return;
  ColumnTree<Op>(a, l + s, 2 * s, scratch, scratch + a.columns);
  AddRow(dst, scratch, a.columns);
}

template <class Op, class T>
void TreeColumns(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                 const void* center, void* acc, void* scratch) {
  const Rows<T> a{static_cast<const char*>(base), offsets, rows, columns,
                  static_cast<const T*>(center)};
  ColumnTree<Op>(a, 0, 1, static_cast<T*>(acc), static_cast<T*>(scratch));
}

template <class T>
void TreeCombine(void* acc, const void* other, size_t count) {
  AddRow(static_cast<T*>(acc), static_cast<const T*>(other), count);
}

// -------- integer sums

template <bool kPart, class T, class D64>
HWY_INLINE hn::Vec<D64> WidenRow(D64 d64, const T* p, size_t count) {
  const hn::Rebind<T, D64> d;
  if constexpr (sizeof(T) == 8)
    return LoadSome<kPart>(d64, p, count);
  else
    return hn::PromoteTo(d64, LoadSome<kPart>(d, p, count));
}

template <bool kFirst, int kRows, bool kPart, class T>
HWY_INLINE void IntegerVector(const T* const* p, size_t j, size_t count, AccumulatorOf<T>* acc) {
  const hn::ScalableTag<AccumulatorOf<T>> d64;
  auto sum = kFirst ? hn::Zero(d64) : LoadSome<kPart>(d64, acc + j, count);
#pragma GCC unroll 8
  for (int k = 0; k < kRows; ++k) sum = hn::Add(sum, WidenRow<kPart>(d64, p[k] + j, count));
  StoreSome<kPart>(sum, d64, acc + j, count);
}

template <bool kFirst, int kRows, class T>
HWY_NOINLINE void IntegerPass(const Rows<T>& a, size_t row, AccumulatorOf<T>* HWY_RESTRICT acc) {
  const T* p[kRows];
  for (int k = 0; k < kRows; ++k) p[k] = a.At(row + k);
  const size_t lanes = hn::Lanes(hn::ScalableTag<AccumulatorOf<T>>());
  size_t j = 0;
#pragma GCC unroll 1
  for (; j + lanes <= a.columns; j += lanes) {
    IntegerVector<kFirst, kRows, false>(p, j, lanes, acc);
  }
  if (j != a.columns) IntegerVector<kFirst, kRows, true>(p, j, a.columns - j, acc);
}

template <class T>
void IntegerColumns(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                    const void*, void* vacc, void*) {
  using A = AccumulatorOf<T>;
  A* acc = static_cast<A*>(vacc);
  const Rows<T> a{static_cast<const char*>(base), offsets, rows, columns, nullptr};
  size_t row = 0;
  if (rows >= 8) {
    IntegerPass<true, 8>(a, 0, acc);
    for (row = 8; row + 8 <= rows; row += 8) IntegerPass<false, 8>(a, row, acc);
  } else {
    IntegerPass<true, 1>(a, 0, acc);
    row = 1;
  }
  for (; row < rows; ++row) IntegerPass<false, 1>(a, row, acc);
}

template <class A>
void IntegerCombine(void* vacc, const void* vother, size_t count) {
  using U = hwy::MakeUnsigned<A>;
  U* acc = static_cast<U*>(vacc);
  const U* other = static_cast<const U*>(vother);
  for (size_t j = 0; j < count; ++j) acc[j] += other[j];
}

// -------- minimum and maximum

template <class Op, bool kFirst, int kRows, bool kPart, class T>
HWY_INLINE void ExtremeVector(const T* const* p, size_t j, size_t count, T* acc) {
  const hn::ScalableTag<T> d;
  auto extreme = LoadSome<kPart>(d, p[0] + j, count);
  [[maybe_unused]] auto signs = extreme;
  [[maybe_unused]] auto nan = ops::IsNaN(extreme);
#pragma GCC unroll 8
  for (int k = 1; k < kRows; ++k) {
    const auto v = LoadSome<kPart>(d, p[k] + j, count);
    if constexpr (hwy::IsFloat<T>()) {
      signs = SignMerge<Op>(signs, v);
      nan = hn::Or(nan, ops::IsNaN(v));
    }
    extreme = Extreme<Op>(extreme, v);
  }
  if constexpr (hwy::IsFloat<T>()) extreme = FinishExtreme(d, extreme, signs, nan);
  if (!kFirst) extreme = ExtremeOfTwo<Op>(d, LoadSome<kPart>(d, acc + j, count), extreme);
  StoreSome<kPart>(extreme, d, acc + j, count);
}

template <class Op, bool kFirst, int kRows, class T>
HWY_NOINLINE void ExtremePass(const Rows<T>& a, size_t row, T* HWY_RESTRICT acc) {
  const T* p[kRows];
  for (int k = 0; k < kRows; ++k) p[k] = a.At(row + k);
  const size_t lanes = hn::Lanes(hn::ScalableTag<T>());
  size_t j = 0;
#pragma GCC unroll 1
  for (; j + lanes <= a.columns; j += lanes) {
    ExtremeVector<Op, kFirst, kRows, false>(p, j, lanes, acc);
  }
  if (j != a.columns) ExtremeVector<Op, kFirst, kRows, true>(p, j, a.columns - j, acc);
}

template <class Op, class T>
void ExtremeColumns(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                    const void*, void* vacc, void*) {
  T* acc = static_cast<T*>(vacc);
  const Rows<T> a{static_cast<const char*>(base), offsets, rows, columns, nullptr};
  size_t row = 0;
  if (rows >= 8) {
    ExtremePass<Op, true, 8>(a, 0, acc);
    for (row = 8; row + 8 <= rows; row += 8) ExtremePass<Op, false, 8>(a, row, acc);
  } else {
    ExtremePass<Op, true, 1>(a, 0, acc);
    row = 1;
  }
  for (; row < rows; ++row) ExtremePass<Op, false, 1>(a, row, acc);
}

template <class Op, class T>
void ExtremeCombine(void* vacc, const void* vother, size_t count) {
  T* acc = static_cast<T*>(vacc);
  const T* other = static_cast<const T*>(vother);
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t j = 0;
  for (; j + lanes <= count; j += lanes) {
    hn::StoreU(ExtremeOfTwo<Op>(d, hn::LoadU(d, acc + j), hn::LoadU(d, other + j)), d, acc + j);
  }
  if (j != count) {
    const auto a = hn::LoadN(d, acc + j, count - j), b = hn::LoadN(d, other + j, count - j);
    hn::StoreN(ExtremeOfTwo<Op>(d, a, b), d, acc + j, count - j);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
