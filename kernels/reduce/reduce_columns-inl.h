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

// Whether a part of a vector is loaded by one instruction; elsewhere it is so much code that rows
// are not unrolled for it.
inline constexpr bool kMaskedLoads = HWY_HAVE_SCALABLE || (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2);

// -------- the fixed tree

template <class T>
struct TreeRows : Rows<T> {
  const T* center;  // of a centred reduction
  WidenFn widen;    // of elements that are not stored as T: rows are widened first, 8 at a time,
  T* widened;       // to here

  // Row `row` as the k-th of those that are read together.
  HWY_INLINE const T* Read(size_t row, int k) const {
    if (HWY_LIKELY(!widen)) return this->At(row);
    T* to = widened + static_cast<size_t>(k) * this->columns;
    widen(this->base + this->offsets[row], this->columns, to);
    return to;
  }
};

// Joins rows p[0, count) with one vector of columns of dst; where a chain begins, dst is not read.
// For the last columns of a row, nothing is unrolled.
template <class R, class T>
HWY_NOINLINE void ChainLastVector(const T* const* p, int count, const T* center, bool first,
                                  size_t j, size_t columns, T* dst) {
  const hn::ScalableTag<T> d;
  auto c = hn::Zero(d), v = hn::Zero(d);
  if constexpr (!std::is_void_v<typename R::Center>) c = hn::LoadN(d, center + j, columns);
  if (!first) v = hn::LoadN(d, dst + j, columns);
#pragma GCC unroll 1
  for (int k = 0; k < count; ++k) {
    const auto x = hn::LoadN(d, p[k] + j, columns);
    const auto term = R::Term(d, x, x, c);
    v = first && k == 0 ? term : R::Join(d, v, term);
  }
  hn::StoreN(v, d, dst + j, columns);
}

template <class R, bool kPart, class T>
HWY_INLINE auto TermAt(const T* p, hn::Vec<hn::ScalableTag<T>> center, size_t columns) {
  const hn::ScalableTag<T> d;
  const auto x = LoadSome<kPart>(d, p, columns);
  return R::Term(d, x, x, center);
}

template <class R, int kRows, bool kPart, class T>
HWY_INLINE void ChainVector(const T* const* p, const T* center, bool first, size_t j,
                            size_t columns, T* dst) {
  const hn::ScalableTag<T> d;
  auto c = hn::Zero(d);
  if constexpr (!std::is_void_v<typename R::Center>) c = LoadSome<kPart>(d, center + j, columns);
  auto v = TermAt<R, kPart>(p[0] + j, c, columns);
  if (!first) v = R::Join(d, LoadSome<kPart>(d, dst + j, columns), v);
  if constexpr (kRows > 1) v = R::Join(d, v, TermAt<R, kPart>(p[1] + j, c, columns));
  if constexpr (kRows > 2) {
    v = R::Join(d, v, TermAt<R, kPart>(p[2] + j, c, columns));
    v = R::Join(d, v, TermAt<R, kPart>(p[3] + j, c, columns));
  }
  if constexpr (kRows > 4) {
    v = R::Join(d, v, TermAt<R, kPart>(p[4] + j, c, columns));
    v = R::Join(d, v, TermAt<R, kPart>(p[5] + j, c, columns));
    v = R::Join(d, v, TermAt<R, kPart>(p[6] + j, c, columns));
    v = R::Join(d, v, TermAt<R, kPart>(p[7] + j, c, columns));
  }
  StoreSome<kPart>(v, d, dst + j, columns);
}

// Joins kRows rows, L apart, with dst; first: they begin the chain.
// next: the first row of the pass that follows, or a.rows. Its rows are fetched to L2 meanwhile:
// each begins a new page, where the hardware's own prefetch would have to start anew.
template <class R, int kRows, class T>
HWY_INLINE void ChainRows(const TreeRows<T>& a, size_t row, size_t next, bool first,
                          T* HWY_RESTRICT dst) {
  const T* p[kRows];
  for (int k = 0; k < kRows; ++k) p[k] = a.Read(row + k * kTreeLanes<T>, k);
  const size_t lanes = hn::Lanes(hn::ScalableTag<T>());
  size_t j = 0;
  constexpr size_t kLine = 64 / sizeof(T);
  if (kRows == 8 && !a.widen && next + 7 * kTreeLanes<T> < a.rows && lanes <= kLine) {
    const T* ahead[8];
    for (int k = 0; k < 8; ++k) ahead[k] = a.At(next + k * kTreeLanes<T>);
#pragma GCC unroll 1
    for (; j + kLine <= a.columns; j += kLine) {
#pragma GCC unroll 8
      for (int k = 0; k < 8; ++k) __builtin_prefetch(ahead[k] + j, 0, 2);
      for (size_t i = 0; i < kLine; i += lanes) {
        ChainVector<R, kRows, false>(p, a.center, first, j + i, lanes, dst);
      }
    }
  }
#pragma GCC unroll 1
  for (; j + lanes <= a.columns; j += lanes) {
    ChainVector<R, kRows, false>(p, a.center, first, j, lanes, dst);
  }
  if (j == a.columns) return;
  if constexpr (kRows > 1 && !kMaskedLoads)
    ChainLastVector<R>(p, kRows, a.center, first, j, a.columns - j, dst);
  else
    ChainVector<R, kRows, true>(p, a.center, first, j, a.columns - j, dst);
}
// Few rows are worth a loop of their own for the first ones.
template <class R, int kRows, class T>
HWY_NOINLINE void ChainPass(const TreeRows<T>& a, size_t row, size_t next, bool first, T* dst) {
  if (kRows <= 2 && first) return ChainRows<R, kRows>(a, row, next, true, dst);
  ChainRows<R, kRows>(a, row, next, kRows > 2 && first, dst);
}

// Rows of partial results of the lanes: a level each, and packed.
template <class A>
inline constexpr uint8_t kTreeScratchRows = sizeof(A) == 4 ? 6 : 5;

// The lane that the depth-first walk comes to after lane l: its bits, read from the highest, plus
// one. After the last lane: the size of a chunk, a row that does not exist.
constexpr size_t NextLane(size_t l, size_t lanes) {
  size_t s = lanes / 2;
  for (; l & s; s /= 2) l ^= s;
  return s != 0 ? l | s : lanes * kTreeRows;
}

// Rows row, row + L, ... in passes of 8: more streams at once are slower from DRAM, fewer pass
// more often over dst.
template <class R, class T>
void Chain(const TreeRows<T>& a, size_t row, T* dst) {
  constexpr size_t kL = kTreeLanes<T>;
  const size_t next_lane = NextLane(row, kL);
  size_t left = (a.rows - row + kL - 1) / kL;
  bool first = true;
  for (; left >= 8; row += 8 * kL, left -= 8, first = false) {
    ChainPass<R, 8>(a, row, left >= 16 ? row + 8 * kL : next_lane, first, dst);
  }
  if (left & 4) {
    ChainPass<R, 4>(a, row, 0, first, dst);
    row += 4 * kL, first = false;
  }
  if (left & 2) {
    ChainPass<R, 2>(a, row, 0, first, dst);
    row += 2 * kL, first = false;
  }
  if (left & 1) ChainPass<R, 1>(a, row, 0, first, dst);
}

template <class R, class T>
HWY_NOINLINE void JoinRow(T* HWY_RESTRICT acc, const T* HWY_RESTRICT other, size_t count) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t j = 0;
#pragma GCC unroll 1
  for (; j + lanes <= count; j += lanes) {
    hn::StoreU(R::Join(d, hn::LoadU(d, acc + j), hn::LoadU(d, other + j)), d, acc + j);
  }
#pragma GCC unroll 1
  for (; j < count; ++j) acc[j] = R::JoinOne(acc[j], other[j]);
}

// F(l, s); l < rows. Lanes without a row are the identity: their subtree is left out.
template <class R, class T>
void ColumnTree(const TreeRows<T>& a, size_t l, size_t s, T* dst, T* scratch) {
  if (s == kTreeLanes<T>) return Chain<R>(a, l, dst);
  ColumnTree<R>(a, l, 2 * s, dst, scratch);
  if (l + s >= a.rows) return;
  ColumnTree<R>(a, l + s, 2 * s, scratch, scratch + a.columns);
  JoinRow<typename R::Joins>(dst, scratch, a.columns);
}

template <class R, class T>
void TreeColumns(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                 const void* center, void* acc, void* scratch) {
  const TreeRows<T> a{{static_cast<const char*>(base), offsets, rows, columns},
                      static_cast<const T*>(center),
                      nullptr,
                      nullptr};
  ColumnTree<R>(a, 0, 1, static_cast<T*>(acc), static_cast<T*>(scratch));
}

template <class R, class T>
void CombineRows(void* acc, const void* other, size_t count) {
  JoinRow<R>(static_cast<T*>(acc), static_cast<const T*>(other), count);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
