// The fixed tree over contiguous memory: sum, mean, var, dot of floating-point elements.
// The order of additions is that of docs/numerics.md: L lanes, chunks of 32 rows, a fold of the
// lanes, chunks joined by a binary tree. It does not depend on how many lanes a vector has: a
// row of L lanes is covered by 4, 8 or 16 vectors.

#if defined(LANEWISE_KERNELS_REDUCE_REDUCE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_REDUCE_REDUCE_INL_H_
#undef LANEWISE_KERNELS_REDUCE_REDUCE_INL_H_
#else
#define LANEWISE_KERNELS_REDUCE_REDUCE_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class A>
inline constexpr size_t kTreeLanes = 256 / sizeof(A);
inline constexpr size_t kTreeRows = 32;
template <class A>
inline constexpr size_t kTreeChunk = kTreeLanes<A>* kTreeRows;

// -------- what is added up: elements, products, squared deviations

// Full(d, i): the vector of terms from element i on. Part: only `count` lanes exist, the others
// are the identity. Missing lanes repeat an existing element up to the last step, so that they
// raise no flag that it does not raise.

template <class D>
HWY_INLINE hn::Vec<D> Identity(D d) {
  return hn::Set(d, hn::TFromD<D>(-0.0));  // x + -0.0 is x, for -0.0 too
}

template <class T>
struct Elements {
  const T* x;
  template <class D>
  HWY_INLINE hn::Vec<D> Full(D d, size_t i) const {
    return hn::LoadU(d, x + i);
  }
  template <class D>
  HWY_INLINE hn::Vec<D> Part(D d, size_t i, size_t count) const {
    return hn::LoadNOr(Identity(d), d, x + i, count);
  }
};

template <class T>
struct Products {
  const T* x;
  const T* y;
  template <class D>
  HWY_INLINE hn::Vec<D> Full(D d, size_t i) const {
    return hn::Mul(hn::LoadU(d, x + i), hn::LoadU(d, y + i));
  }
  template <class D>
  HWY_INLINE hn::Vec<D> Part(D d, size_t i, size_t count) const {
    const auto a = hn::LoadNOr(hn::Set(d, x[i]), d, x + i, count);
    const auto b = hn::LoadNOr(hn::Set(d, y[i]), d, y + i, count);
    return hn::IfThenElse(hn::FirstN(d, count), hn::Mul(a, b), Identity(d));
  }
};

template <class T>
struct Deviations {
  const T* x;
  T center;
  template <class D>
  HWY_INLINE hn::Vec<D> Full(D d, size_t i) const {
    const auto t = hn::Sub(hn::LoadU(d, x + i), hn::Set(d, center));
    return hn::Mul(t, t);
  }
  template <class D>
  HWY_INLINE hn::Vec<D> Part(D d, size_t i, size_t count) const {
    const auto t = hn::Sub(hn::LoadNOr(hn::Set(d, x[i]), d, x + i, count), hn::Set(d, center));
    return hn::IfThenElse(hn::FirstN(d, count), hn::Mul(t, t), Identity(d));
  }
};

// -------- folding the lanes of one vector: lane l += lane l + s, s = Lanes / 2 ... 1

// Lanes above s must not be added to anything: they could raise a flag of their own.
#if HWY_HAVE_SCALABLE
template <class D, class V>
HWY_INLINE hn::TFromD<D> FoldVector(D d, V v) {
  for (size_t s = hn::Lanes(d) / 2; s != 0; s /= 2) {
    v = hn::MaskedAddOr(v, hn::FirstN(d, s), v, hn::SlideDownLanes(d, v, s));
  }
  return hn::GetLane(v);
}
#else
template <class D, class V>
HWY_INLINE hn::TFromD<D> FoldVector(D d, V v) {
  using T = hn::TFromD<D>;
  if constexpr (HWY_MAX_LANES_D(D) * sizeof(T) > 16) {
    const hn::Half<D> half;
    return FoldVector(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  } else {
    if constexpr (sizeof(T) == 4) v = hn::Add(v, hn::ShiftRightLanes<2>(d, v));  // zeros come in
    const T lane1 = hn::ExtractLane(v, 1);
    return hn::GetLane(v) + lane1;
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
  v0 = hn::Add(v0, s.Full(d, i));
  v1 = hn::Add(v1, s.Full(d, i + lanes));
  v2 = hn::Add(v2, s.Full(d, i + 2 * lanes));
  v3 = hn::Add(v3, s.Full(d, i + 3 * lanes));
}

// The vector at element i, if any of the row's elements before `end` are in it.
template <class D, class S, class V>
HWY_INLINE void AddPart(D d, const S& s, size_t i, size_t end, V& v) {
  if (i >= end) return;
  const size_t count = end - i;
  v = hn::Add(v, count >= hn::Lanes(d) ? s.Full(d, i) : s.Part(d, i, count));
}

template <class D, class S, class V>
HWY_INLINE void AddPartQuad(D d, const S& s, size_t i, size_t end, V& v0, V& v1, V& v2, V& v3) {
  const size_t lanes = hn::Lanes(d);
  AddPart(d, s, i, end, v0);
  AddPart(d, s, i + lanes, end, v1);
  AddPart(d, s, i + 2 * lanes, end, v2);
  AddPart(d, s, i + 3 * lanes, end, v3);
}

// Chains over the rows for the 4 vectors that start at element i of the first row; the chunk ends
// before element `end`.
template <class D, class S, class V>
HWY_INLINE void Chains4(D d, const S& s, size_t i, size_t end, size_t full_rows, V& v0, V& v1,
                        V& v2, V& v3) {
  constexpr size_t kRow = kTreeLanes<hn::TFromD<D>>;
  if (full_rows == 0) {
    v0 = v1 = v2 = v3 = Identity(d);
  } else {
    LoadQuad(d, s, i, v0, v1, v2, v3);
    i += kRow;
  }
#pragma GCC unroll 1
  for (size_t r = 1; r < full_rows; ++r, i += kRow) AddQuad(d, s, i, v0, v1, v2, v3);
  AddPartQuad(d, s, i, end, v0, v1, v2, v3);
}

// The same for 8 vectors, folded to 4 (vector k += vector k + 4).
template <class D, class S, class V>
HWY_INLINE void Chains8(D d, const S& s, size_t i, size_t end, size_t full_rows, V& v0, V& v1,
                        V& v2, V& v3, V& v4, V& v5, V& v6, V& v7) {
  constexpr size_t kRow = kTreeLanes<hn::TFromD<D>>;
  const size_t half = 4 * hn::Lanes(d);
  if (full_rows == 0) {
    v0 = v1 = v2 = v3 = v4 = v5 = v6 = v7 = Identity(d);
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
  AddPartQuad(d, s, i, end, v0, v1, v2, v3);
  AddPartQuad(d, s, i + half, end, v4, v5, v6, v7);
}

// -------- one chunk: elements [begin, end), 1 <= end - begin <= kTreeChunk

template <class D, class V>
HWY_INLINE hn::TFromD<D> FoldQuad(D d, V v0, V v1, V v2, V v3) {
  return FoldVector(d, hn::Add(hn::Add(v0, v2), hn::Add(v1, v3)));
}

template <class D, class S>
HWY_INLINE hn::TFromD<D> ReduceChunk4(D d, const S& s, size_t begin, size_t end) {
  hn::Vec<D> v0, v1, v2, v3;
  Chains4(d, s, begin, end, (end - begin) / kTreeLanes<hn::TFromD<D>>, v0, v1, v2, v3);
  return FoldQuad(d, v0, v1, v2, v3);
}

template <class D, class S>
HWY_INLINE hn::TFromD<D> ReduceChunk8(D d, const S& s, size_t begin, size_t end) {
  hn::Vec<D> v0, v1, v2, v3, v4, v5, v6, v7;
  Chains8(d, s, begin, end, (end - begin) / kTreeLanes<hn::TFromD<D>>, v0, v1, v2, v3, v4, v5, v6,
          v7);
  return FoldQuad(d, hn::Add(v0, v4), hn::Add(v1, v5), hn::Add(v2, v6), hn::Add(v3, v7));
}

// Two strips of 8: targets with 16 bytes per vector do not have 16 registers to spare.
template <class D, class S>
HWY_INLINE hn::TFromD<D> ReduceChunk16(D d, const S& s, size_t begin, size_t end) {
  using T = hn::TFromD<D>;
  const size_t lanes = hn::Lanes(d);
  const size_t row = kTreeLanes<T>;
  // The last row may end in the first strip: then the second has that row empty.
  const size_t full_rows = (end - begin) / row;
  HWY_ALIGN T upper[kTreeLanes<T> / 2];
  hn::Vec<D> v0, v1, v2, v3, v4, v5, v6, v7;
  Chains8(d, s, begin + row / 2, end, full_rows, v0, v1, v2, v3, v4, v5, v6, v7);
  hn::Store(v0, d, upper);
  hn::Store(v1, d, upper + lanes);
  hn::Store(v2, d, upper + 2 * lanes);
  hn::Store(v3, d, upper + 3 * lanes);
  hn::Store(v4, d, upper + 4 * lanes);
  hn::Store(v5, d, upper + 5 * lanes);
  hn::Store(v6, d, upper + 6 * lanes);
  hn::Store(v7, d, upper + 7 * lanes);
  Chains8(d, s, begin, end, full_rows, v0, v1, v2, v3, v4, v5, v6, v7);
  const Elements<T> u{upper};
  AddQuad(d, u, 0, v0, v1, v2, v3);
  AddQuad(d, u, 4 * lanes, v4, v5, v6, v7);
  return FoldQuad(d, hn::Add(v0, v4), hn::Add(v1, v5), hn::Add(v2, v6), hn::Add(v3, v7));
}

template <class S, class T>
HWY_INLINE T ReduceChunk(const S& s, size_t begin, size_t end, T*) {
  const TreeTag<T> d;
  HWY_LANES_CONSTEXPR size_t lanes = hn::Lanes(d);
  // Elements that fit one vector: only the fold of that vector is left of the tree.
  if (end - begin <= lanes) return FoldVector(d, s.Part(d, begin, end - begin));
  if (kTreeLanes<T> == 16 * lanes) return ReduceChunk16(d, s, begin, end);
  if (kTreeLanes<T> == 8 * lanes) return ReduceChunk8(d, s, begin, end);
  return ReduceChunk4(d, s, begin, end);
}

// -------- many chunks

// T(0, chunks) with a binary counter: finished subtrees of equal size are joined at once, so the
// sizes on the stack fall; what is left at the end is joined from the right. That is the
// recursion that splits off the largest power of two.
template <class T, class S>
HWY_INLINE T ReduceTree(const S& s, size_t n) {
  if (HWY_LIKELY(n <= kTreeChunk<T>)) return ReduceChunk(s, 0, n, static_cast<T*>(nullptr));
  T stack[8 * sizeof(size_t)];
  size_t top = 0;
  size_t chunk = 0;
#pragma GCC unroll 1
  for (size_t begin = 0; begin < n; begin += kTreeChunk<T>) {
    const size_t end = HWY_MIN(n, begin + kTreeChunk<T>);
    T value = ReduceChunk(s, begin, end, static_cast<T*>(nullptr));
    for (size_t b = ++chunk; (b & 1) == 0; b >>= 1) value = stack[--top] + value;
    stack[top++] = value;
  }
  T value = stack[--top];
  while (top != 0) value = stack[--top] + value;
  return value;
}

template <class Op, class T>
void TreeContiguous(const void* vx, const void* vy, size_t n, const void* center, void* acc) {
  const T* x = static_cast<const T*>(vx);
  T* out = static_cast<T*>(acc);
  if constexpr (std::is_same_v<Op, Dot>) {
    *out = ReduceTree<T>(Products<T>{x, static_cast<const T*>(vy)}, n);
  } else if constexpr (std::is_same_v<Op, Var>) {
    *out = ReduceTree<T>(Deviations<T>{x, *static_cast<const T*>(center)}, n);
  } else {
    *out = ReduceTree<T>(Elements<T>{x}, n);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
