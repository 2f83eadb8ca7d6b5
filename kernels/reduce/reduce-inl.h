// The fixed tree over contiguous memory, for reductions whose order matters: sum, mean, var, dot of
// floating-point elements. The order of joins is that of docs/numerics.md: L lanes, chunks of 32
// rows, a fold of the lanes, chunks joined by a binary tree. It does not depend on how many lanes a
// vector has: a row of L lanes is covered by 4, 8 or 16 vectors.

#if defined(LANEWISE_KERNELS_REDUCE_REDUCE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_REDUCE_REDUCE_INL_H_
#undef LANEWISE_KERNELS_REDUCE_REDUCE_INL_H_
#else
#define LANEWISE_KERNELS_REDUCE_REDUCE_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/loops/widen-inl.h"
#include "kernels/ops/ops-inl.h"
#include "kernels/reduce/reducer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class A>
inline constexpr size_t kTreeLanes = 256 / sizeof(A);
inline constexpr size_t kTreeRows = 32;
template <class A>
inline constexpr size_t kTreeChunk = kTreeLanes<A>* kTreeRows;

// -------- the terms of one reduction: elements, products, squared deviations

// Full(d, i): the vector of terms from element i on. Part: only `count` lanes exist, the others
// are the identity. Missing lanes repeat an existing element up to the last step, so that they
// raise no flag that it does not raise.
// T: what elements are stored as; f16 and bf16 are widened to A.
template <class R, class A, class T = A>
struct Terms {
  using Reduction = R;
  const StoredAs<T>* x;
  const StoredAs<T>* y;  // of two operands
  A center;              // of a centred reduction
  template <class D>
  HWY_INLINE hn::Vec<D> Full(D d, size_t i) const {
    if constexpr (kIsNarrow<T>) {
      static_assert(R::kPlain);
      return ops::WidenOne<T>(d, hn::LoadU(hn::Rebind<uint16_t, D>(), x + i));
    } else {
      return FullAsStored(d, i);
    }
  }
  template <class D>
  HWY_INLINE hn::Vec<D> FullAsStored(D d, size_t i) const {
    const auto first = hn::LoadU(d, x + i);
    if constexpr (R::kOperands == 2)
      return R::Term(d, first, hn::LoadU(d, y + i), hn::Set(d, center));
    else
      return R::Term(d, first, first, hn::Set(d, center));
  }
  template <class D>
  HWY_INLINE hn::Vec<D> Part(D d, size_t i, size_t count) const {
    if constexpr (kIsNarrow<T>) {
      const auto v = ops::WidenOne<T>(d, hn::LoadN(hn::Rebind<uint16_t, D>(), x + i, count));
      return hn::IfThenElse(hn::FirstN(d, count), v, R::Identity(d));
    } else if constexpr (R::kPlain) {
      return hn::LoadNOr(R::Identity(d), d, x + i, count);
    } else {
      const auto a = hn::LoadNOr(hn::Set(d, x[i]), d, x + i, count);
      auto b = a;
      if constexpr (R::kOperands == 2) b = hn::LoadNOr(hn::Set(d, y[i]), d, y + i, count);
      return hn::IfThenElse(hn::FirstN(d, count), R::Term(d, a, b, hn::Set(d, center)),
                            R::Identity(d));
    }
  }
};

// The same joins of what are terms already.
template <class R>
struct Plain : R {
  static constexpr bool kPlain = true;
  static constexpr int kOperands = 1;
  template <class D, class V>
  static HWY_INLINE V Term(D, V x, V, V) {
    return x;
  }
};

// -------- folding the lanes of one vector: lane l joins lane l + s, s = Lanes / 2 ... 1

// Lanes above s must not be joined with anything but the identity: they could raise a flag of their
// own.
#if HWY_HAVE_SCALABLE
template <class R, class D, class V>
HWY_INLINE hn::TFromD<D> FoldVector(D d, V v) {
  for (size_t s = hn::Lanes(d) / 2; s != 0; s /= 2) {
    const auto upper = hn::SlideDownLanes(d, v, s);
    v = R::Join(d, v, hn::IfThenElse(hn::FirstN(d, s), upper, R::Identity(d)));
  }
  return hn::GetLane(v);
}
#else
template <class R, class D, class V>
HWY_INLINE hn::TFromD<D> FoldVector(D d, V v) {
  using T = hn::TFromD<D>;
  if constexpr (HWY_MAX_LANES_D(D) * sizeof(T) > 16) {
    const hn::Half<D> half;
    return FoldVector<R>(half, R::Join(half, hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  } else {
    if constexpr (sizeof(T) == 4 && R::kZeroIsQuiet)
      v = R::Join(d, v, hn::ShiftRightLanes<2>(d, v));  // zeros come in
    else if constexpr (sizeof(T) == 4)
      v = R::Join(d, v, hn::ConcatUpperUpper(d, R::Identity(d), v));
    const T lane1 = hn::ExtractLane(v, 1);
    return R::JoinOne(hn::GetLane(v), lane1);
  }
}
#endif

// -------- one strip: 4 or 8 adjacent vectors of every row

// Vectors of at most 64 bytes, so that a row has at least 4 of them.
template <class T>
using TreeTag = hn::CappedTag<T, 64 / sizeof(T)>;

template <class D, class S, class V>
HWY_INLINE void LoadQuad(D d, const S& s, size_t i, V& v0, V& v1, V& v2, V& v3) {
  const size_t lanes = hn::Lanes(d);
  v0 = s.Full(d, i);
  v1 = s.Full(d, i + lanes);
  v2 = s.Full(d, i + 2 * lanes);
  v3 = s.Full(d, i + 3 * lanes);
}

template <class D, class S, class V>
HWY_INLINE void AddQuad(D d, const S& s, size_t i, V& v0, V& v1, V& v2, V& v3) {
  const size_t lanes = hn::Lanes(d);
  v0 = S::Reduction::Join(d, v0, s.Full(d, i));
  v1 = S::Reduction::Join(d, v1, s.Full(d, i + lanes));
  v2 = S::Reduction::Join(d, v2, s.Full(d, i + 2 * lanes));
  v3 = S::Reduction::Join(d, v3, s.Full(d, i + 3 * lanes));
}

// Adds the vector at element i, if any of the elements before `end` are in it: `last` if it is not
// whole. Whether more may follow.
template <class D, class S, class V>
HWY_INLINE bool AddNext(D d, const S& s, size_t i, size_t end, V last, V& v) {
  if (i + hn::Lanes(d) <= end) {
    v = S::Reduction::Join(d, v, s.Full(d, i));
    return true;
  }
  if (i < end) v = S::Reduction::Join(d, v, last);
  return false;
}

// The vector that element `end` cuts, of a row that begins at element i.
template <class D, class S>
HWY_INLINE hn::Vec<D> LastOfRow(D d, const S& s, size_t i, size_t end) {
  const size_t count = (end - i) & (hn::Lanes(d) - 1);
  return count == 0 ? hn::Zero(d) : s.Part(d, end - count, count);
}

// Chains over the rows for the 4 vectors that start at element i of the first row; the chunk ends
// before element `end`.
template <class D, class S, class V>
HWY_INLINE void Chains4(D d, const S& s, size_t i, size_t end, size_t full_rows, V& v0, V& v1,
                        V& v2, V& v3) {
  constexpr size_t kRow = kTreeLanes<hn::TFromD<D>>;
  const size_t lanes = hn::Lanes(d);
  if (full_rows == 0) {
    v0 = v1 = v2 = v3 = S::Reduction::Identity(d);
  } else {
    LoadQuad(d, s, i, v0, v1, v2, v3);
    i += kRow;
  }
#pragma GCC unroll 1
  for (size_t r = 1; r < full_rows; ++r, i += kRow) AddQuad(d, s, i, v0, v1, v2, v3);
  if (i >= end) return;
  const V last = LastOfRow(d, s, i, end);
  (void)(AddNext(d, s, i, end, last, v0) && AddNext(d, s, i + lanes, end, last, v1) &&
         AddNext(d, s, i + 2 * lanes, end, last, v2) &&
         AddNext(d, s, i + 3 * lanes, end, last, v3));
}

// The same for 8 vectors.
template <class D, class S, class V>
HWY_INLINE void Chains8(D d, const S& s, size_t i, size_t end, size_t full_rows, V& v0, V& v1,
                        V& v2, V& v3, V& v4, V& v5, V& v6, V& v7) {
  constexpr size_t kRow = kTreeLanes<hn::TFromD<D>>;
  const size_t lanes = hn::Lanes(d), half = 4 * lanes;
  if (full_rows == 0) {
    v0 = v1 = v2 = v3 = v4 = v5 = v6 = v7 = S::Reduction::Identity(d);
  } else {
    LoadQuad(d, s, i, v0, v1, v2, v3);
    LoadQuad(d, s, i + half, v4, v5, v6, v7);
    i += kRow;
  }
#pragma GCC unroll 1
  for (size_t r = 1; r < full_rows; ++r, i += kRow) {
    AddQuad(d, s, i, v0, v1, v2, v3);
    AddQuad(d, s, i + half, v4, v5, v6, v7);
  }
  if (i >= end) return;
  const V last = LastOfRow(d, s, i, end);
  (void)(AddNext(d, s, i, end, last, v0) && AddNext(d, s, i + lanes, end, last, v1) &&
         AddNext(d, s, i + 2 * lanes, end, last, v2) &&
         AddNext(d, s, i + 3 * lanes, end, last, v3) && AddNext(d, s, i + half, end, last, v4) &&
         AddNext(d, s, i + half + lanes, end, last, v5) &&
         AddNext(d, s, i + half + 2 * lanes, end, last, v6) &&
         AddNext(d, s, i + half + 3 * lanes, end, last, v7));
}

// -------- one chunk: elements [begin, end), 1 <= end - begin <= kTreeChunk

template <class R, class D, class V>
HWY_INLINE hn::TFromD<D> FoldQuad(D d, V v0, V v1, V v2, V v3) {
  return FoldVector<R>(d, R::Join(d, R::Join(d, v0, v2), R::Join(d, v1, v3)));
}
// Vector k joins vector k + 4 first.
template <class R, class D, class V>
HWY_INLINE hn::TFromD<D> FoldOctet(D d, V v0, V v1, V v2, V v3, V v4, V v5, V v6, V v7) {
  return FoldQuad<R>(d, R::Join(d, v0, v4), R::Join(d, v1, v5), R::Join(d, v2, v6),
                     R::Join(d, v3, v7));
}

template <class D, class S>
HWY_INLINE hn::TFromD<D> ReduceChunk4(D d, const S& s, size_t begin, size_t end) {
  hn::Vec<D> v0, v1, v2, v3;
  Chains4(d, s, begin, end, (end - begin) / kTreeLanes<hn::TFromD<D>>, v0, v1, v2, v3);
  return FoldQuad<typename S::Reduction>(d, v0, v1, v2, v3);
}

template <class D, class S>
HWY_INLINE hn::TFromD<D> ReduceChunk8(D d, const S& s, size_t begin, size_t end) {
  hn::Vec<D> v0, v1, v2, v3, v4, v5, v6, v7;
  Chains8(d, s, begin, end, (end - begin) / kTreeLanes<hn::TFromD<D>>, v0, v1, v2, v3, v4, v5, v6,
          v7);
  return FoldOctet<typename S::Reduction>(d, v0, v1, v2, v3, v4, v5, v6, v7);
}

// Two strips of 8, one after the other through the same code: targets with 16 bytes per vector do
// not have 16 registers to spare.
template <class D, class S>
HWY_INLINE hn::TFromD<D> ReduceChunk16(D d, const S& s, size_t begin, size_t end) {
  using T = hn::TFromD<D>;
  const size_t lanes = hn::Lanes(d);
  const size_t row = kTreeLanes<T>;
  // The last row may end in the first strip: then the second has that row empty.
  const size_t full_rows = (end - begin) / row;
  HWY_ALIGN T upper[kTreeLanes<T> / 2];
  hn::Vec<D> v0, v1, v2, v3, v4, v5, v6, v7;
  for (size_t strip = row / 2;; strip = 0) {
    Chains8(d, s, begin + strip, end, full_rows, v0, v1, v2, v3, v4, v5, v6, v7);
    if (strip == 0) break;
    hn::Store(v0, d, upper);
    hn::Store(v1, d, upper + lanes);
    hn::Store(v2, d, upper + 2 * lanes);
    hn::Store(v3, d, upper + 3 * lanes);
    hn::Store(v4, d, upper + 4 * lanes);
    hn::Store(v5, d, upper + 5 * lanes);
    hn::Store(v6, d, upper + 6 * lanes);
    hn::Store(v7, d, upper + 7 * lanes);
  }
  const Terms<Plain<typename S::Reduction>, T> u{upper, nullptr, T(0)};
  AddQuad(d, u, 0, v0, v1, v2, v3);
  AddQuad(d, u, 4 * lanes, v4, v5, v6, v7);
  return FoldOctet<typename S::Reduction>(d, v0, v1, v2, v3, v4, v5, v6, v7);
}

template <class S, class T>
HWY_INLINE T ReduceChunk(const S& s, size_t begin, size_t end, T*) {
  const TreeTag<T> d;
  HWY_LANES_CONSTEXPR size_t lanes = hn::Lanes(d);
  // Elements that fit one vector: only the fold of that vector is left of the tree.
  if (end - begin <= lanes)
    return FoldVector<typename S::Reduction>(d, s.Part(d, begin, end - begin));
  if (kTreeLanes<T> == 16 * lanes) return ReduceChunk16(d, s, begin, end);
  if (kTreeLanes<T> == 8 * lanes) return ReduceChunk8(d, s, begin, end);
  return ReduceChunk4(d, s, begin, end);
}

// -------- many chunks

using TreeFn = void (*)(const void* x, const void* y, size_t n, const void* center, void* acc);

// T(0, chunks) with a binary counter: finished subtrees of equal size are joined at once, so the
// sizes on the stack fall; the last chunk is joined with what is left, from the right. That is the
// recursion that splits off the largest power of two. Once for all reductions with these joins.
// y: second operands, or null. widen: elements of `size` bytes to accumulators first, or null.
template <class R, class T>
HWY_NOINLINE void ReduceLong(TreeFn reduce, WidenFn widen, size_t size, const void* vx,
                             const void* vy, size_t n, const void* center, T* result) {
  HWY_ALIGN T block_x[kTreeChunk<T>];
  HWY_ALIGN T block_y[kTreeChunk<T>];
  T stack[8 * sizeof(size_t)];
  size_t top = 0, chunk = 0;
  T value;
  const char *x = static_cast<const char*>(vx), *y = static_cast<const char*>(vy);
  for (;; n -= kTreeChunk<T>, x += kTreeChunk<T> * size, y += y ? kTreeChunk<T> * size : 0) {
    const size_t count = HWY_MIN(n, kTreeChunk<T>);
    if (widen) {
      widen(x, count, block_x);
      if (y) widen(y, count, block_y);
      reduce(block_x, y ? block_y : nullptr, count, center, &value);
    } else {
      reduce(x, y, count, center, &value);
    }
    if (n <= kTreeChunk<T>) break;
    for (size_t b = ++chunk; (b & 1) == 0; b >>= 1) value = R::JoinOne(stack[--top], value);
    stack[top++] = value;
  }
  while (top != 0) value = R::JoinOne(stack[--top], value);
  *result = value;
}

template <class R, class A, class T = A>
void TreeContiguous(const void* vx, const void* vy, size_t n, const void* center, void* acc) {
  A* result = static_cast<A*>(acc);
  if (HWY_UNLIKELY(n > kTreeChunk<A>)) {
    return ReduceLong<typename R::Joins>(&TreeContiguous<R, A, T>, nullptr, sizeof(T), vx, vy, n,
                                         center, result);
  }
  const A middle = std::is_void_v<typename R::Center> ? A(0) : *static_cast<const A*>(center);
  const auto *x = static_cast<const StoredAs<T>*>(vx), *y = static_cast<const StoredAs<T>*>(vy);
  *result = ReduceChunk(Terms<R, A, T>{x, y, middle}, 0, n, result);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
