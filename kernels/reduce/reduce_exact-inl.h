// Reductions whose result is the same in any order: integer sums, minimum and maximum, argmax.
// They use as many accumulators as is fastest.

#if defined(LANEWISE_KERNELS_REDUCE_REDUCE_EXACT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_REDUCE_REDUCE_EXACT_INL_H_
#undef LANEWISE_KERNELS_REDUCE_REDUCE_EXACT_INL_H_
#else
#define LANEWISE_KERNELS_REDUCE_REDUCE_EXACT_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// -------- integer sums in 64 bits

template <class D, class V64>
HWY_INLINE void AddWidened(D d, const hn::TFromD<D>* x, V64& s0, V64& s1) {
  using T = hn::TFromD<D>;
  const hn::Repartition<AccumulatorOf<T>, D> d64;
  const auto v = hn::LoadU(d, x);
  if constexpr (sizeof(T) == 8) {
    s0 = hn::Add(s0, v);
  } else if constexpr (sizeof(T) == 1) {
    s0 = hn::Add(s0, hn::SumsOf8(v));
  } else {
    s0 = hn::Add(s0, hn::PromoteLowerTo(d64, v));
    s1 = hn::Add(s1, hn::PromoteUpperTo(d64, v));
  }
}

template <class T>
void IntegerSumContiguous(const void* vx, const void*, size_t n, const void*, void* acc) {
  using A = AccumulatorOf<T>;
  using U = hwy::MakeUnsigned<A>;
  const T* x = static_cast<const T*>(vx);
  const hn::ScalableTag<T> d;
  const hn::Repartition<A, decltype(d)> d64;
  const size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d64), s1 = hn::Zero(d64), s2 = hn::Zero(d64), s3 = hn::Zero(d64);
  auto s4 = hn::Zero(d64), s5 = hn::Zero(d64), s6 = hn::Zero(d64), s7 = hn::Zero(d64);
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    AddWidened(d, x + i, s0, s1);
    AddWidened(d, x + i + lanes, s2, s3);
    AddWidened(d, x + i + 2 * lanes, s4, s5);
    AddWidened(d, x + i + 3 * lanes, s6, s7);
  }
#pragma GCC unroll 1
  for (; i + lanes <= n; i += lanes) AddWidened(d, x + i, s0, s1);
  s0 =
      hn::Add(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), hn::Add(hn::Add(s4, s5), hn::Add(s6, s7)));
  U sum = static_cast<U>(hn::ReduceSum(d64, s0));
  for (; i < n; ++i) sum += static_cast<U>(static_cast<A>(x[i]));  // unsigned: wraps
  *static_cast<A*>(acc) = static_cast<A>(sum);
}

// -------- minimum and maximum

// Floating-point vectors keep three things: the extreme by the fastest instruction (whatever it
// does with NaN and zeros), whether any element was NaN, and the union (minimum) or intersection
// (maximum) of all bits. If the extreme is a zero, no element lies beyond it, so the sign bit of
// that union says whether a -0 (for the maximum: a +0) was among them.
template <class Op, class V>
HWY_INLINE V Extreme(V a, V b) {
  if constexpr (std::is_same_v<Op, Min>)
    return hn::Min(a, b);
  else
    return hn::Max(a, b);
}
template <class Op, class V>
HWY_INLINE V SignMerge(V a, V b) {
  if constexpr (std::is_same_v<Op, Min>)
    return hn::Or(a, b);
  else
    return hn::And(a, b);
}
// The result proper, per lane.
template <class D, class V, class M>
HWY_INLINE V FinishExtreme(D d, V extreme, V signs, M nan) {
  const V zero = hn::And(signs, hn::SignBit(d));
  extreme = hn::IfThenElse(hn::Eq(extreme, hn::Zero(d)), zero, extreme);
  return hn::IfThenElse(nan, ops::NaN(d), extreme);
}
// Contract of two values.
template <class Op, class D, class V>
HWY_INLINE V ExtremeOfTwo(D d, V a, V b) {
  if constexpr (std::is_same_v<Op, Min>)
    return ops::Minimum(d, a, b);
  else
    return ops::Maximum(d, a, b);
}

// GCC loads a vector again for each of its uses here, which made the loop 1.7 times slower.
template <class V>
HWY_INLINE void KeepLoaded(V& a, V& b, V& c, V& d) {
#if HWY_ARCH_X86 && HWY_COMPILER_GCC_ACTUAL
  asm("" : "+v"(a.raw), "+v"(b.raw), "+v"(c.raw), "+v"(d.raw));
#else
  (void)a, (void)b, (void)c, (void)d;
#endif
}

// Adds four vectors to one set of accumulators.
template <class Op, class D, class V, class M>
HWY_INLINE void AddExtremes(D d, const hn::TFromD<D>* x, V& m0, V& m1, V& signs, M& nan) {
  const size_t lanes = hn::Lanes(d);
  V a = hn::LoadU(d, x), b = hn::LoadU(d, x + lanes);
  V e = hn::LoadU(d, x + 2 * lanes), f = hn::LoadU(d, x + 3 * lanes);
  KeepLoaded(a, b, e, f);
  if constexpr (hwy::IsFloat<hn::TFromD<D>>()) {
    signs = SignMerge<Op>(signs, SignMerge<Op>(SignMerge<Op>(a, b), SignMerge<Op>(e, f)));
    nan = hn::Or(nan, hn::Or(hn::IsEitherNaN(a, b), hn::IsEitherNaN(e, f)));
  }
  m0 = Extreme<Op>(m0, Extreme<Op>(a, b));
  m1 = Extreme<Op>(m1, Extreme<Op>(e, f));
}

template <class Op, class T>
void ExtremeContiguous(const void* vx, const void*, size_t n, const void*, void* acc) {
  const T* x = static_cast<const T*>(vx);
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const auto first = hn::Set(d, x[0]);
  auto m0 = first, m1 = first, m2 = first, m3 = first;
  auto signs0 = first, signs1 = first;
  auto nan0 = ops::IsNaN(first), nan1 = nan0;
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 8 * lanes <= n; i += 8 * lanes) {
    AddExtremes<Op>(d, x + i, m0, m1, signs0, nan0);
    AddExtremes<Op>(d, x + i + 4 * lanes, m2, m3, signs1, nan1);
  }
#pragma GCC unroll 1
  for (; i < n; i += lanes) {
    const auto v = i + lanes <= n ? hn::LoadU(d, x + i) : hn::LoadNOr(first, d, x + i, n - i);
    if constexpr (hwy::IsFloat<T>()) {
      signs0 = SignMerge<Op>(signs0, v);
      nan0 = hn::Or(nan0, ops::IsNaN(v));
    }
    m0 = Extreme<Op>(m0, v);
  }
  m0 = Extreme<Op>(Extreme<Op>(m0, m1), Extreme<Op>(m2, m3));
  T* out = static_cast<T*>(acc);
  if constexpr (hwy::IsFloat<T>()) {
    if (!hn::AllFalse(d, hn::Or(nan0, nan1))) {
      *out = hn::GetLane(ops::NaN(d));
      return;
    }
    const T extreme = std::is_same_v<Op, Min> ? hn::ReduceMin(d, m0) : hn::ReduceMax(d, m0);
    // Sign bits set in any lane (minimum), in all lanes (maximum).
    const auto negative = ops::SignBitSet(d, SignMerge<Op>(signs0, signs1));
    const bool minus =
        std::is_same_v<Op, Min> ? !hn::AllFalse(d, negative) : hn::AllTrue(d, negative);
    *out = extreme == 0 ? (minus ? T(-0.0) : T(0.0)) : extreme;
  } else {
    *out = std::is_same_v<Op, Min> ? hn::ReduceMin(d, m0) : hn::ReduceMax(d, m0);
  }
}

// -------- argmax

// Largest element of x[0, n), n >= 1; *nan says whether any is NaN (then the value is of no use).
// Zeros of either sign count as equal.
template <class T>
HWY_INLINE T BlockMax(const T* x, size_t n, bool* nan) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const auto first = hn::Set(d, x[0]);
  auto m0 = first, m1 = first, m2 = first, m3 = first;
  auto nan0 = ops::IsNaN(first), nan1 = nan0;
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    auto v0 = hn::LoadU(d, x + i), v1 = hn::LoadU(d, x + i + lanes);
    auto v2 = hn::LoadU(d, x + i + 2 * lanes), v3 = hn::LoadU(d, x + i + 3 * lanes);
    KeepLoaded(v0, v1, v2, v3);
    m0 = hn::Max(m0, v0), m1 = hn::Max(m1, v1), m2 = hn::Max(m2, v2), m3 = hn::Max(m3, v3);
    nan0 = hn::Or(nan0, hn::IsEitherNaN(v0, v1)), nan1 = hn::Or(nan1, hn::IsEitherNaN(v2, v3));
  }
#pragma GCC unroll 1
  for (; i < n; i += lanes) {
    const auto v = i + lanes <= n ? hn::LoadU(d, x + i) : hn::LoadNOr(first, d, x + i, n - i);
    nan0 = hn::Or(nan0, ops::IsNaN(v));
    m0 = hn::Max(m0, v);
  }
  *nan = !hn::AllFalse(d, hn::Or(nan0, nan1));
  return hn::ReduceMax(d, hn::Max(hn::Max(m0, m1), hn::Max(m2, m3)));
}

// First element of x[0, n) that equals `value` (NaN: the first NaN); it exists.
template <class T>
HWY_INLINE size_t FindFirst(const T* x, size_t n, T value) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const auto wanted = hn::Set(d, value);
  const auto want_nan = ops::IsNaN(wanted);
  const auto hits = [&](size_t at) {
    const auto v = hn::LoadU(d, x + at);
    return hn::Or(hn::Eq(v, wanted), hn::And(want_nan, ops::IsNaN(v)));
  };
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {  // one branch for four vectors
    const auto any =
        hn::Or(hn::Or(hits(i), hits(i + lanes)), hn::Or(hits(i + 2 * lanes), hits(i + 3 * lanes)));
    if (!hn::AllFalse(d, any)) break;
  }
  for (; i + lanes <= n; i += lanes) {
    const auto hit = hits(i);
    const intptr_t lane = hn::FindFirstTrue(d, hit);
    if (lane >= 0) return i + static_cast<size_t>(lane);
  }
  for (; i + 1 < n; ++i) {
    if (x[i] == value || (x[i] != x[i] && value != value)) return i;
  }
  return i;
}

// The largest element by blocks that stay in L1, then a search in the block where it first is.
template <class T>
int64_t ArgMaxContiguous(const void* vx, size_t n) {
  // Half a block is searched on average after the maximum is known.
  constexpr size_t kBlock = 2048 / sizeof(T);
  const T* x = static_cast<const T*>(vx);
  T best = x[0];
  size_t best_begin = 0;
  for (size_t begin = 0; begin < n; begin += kBlock) {
    const size_t count = HWY_MIN(kBlock, n - begin);
    bool nan;
    const T value = BlockMax(x + begin, count, &nan);
    if (HWY_UNLIKELY(nan)) {
      const T any_nan = hn::GetLane(ops::NaN(hn::ScalableTag<T>()));
      return static_cast<int64_t>(begin + FindFirst(x + begin, count, any_nan));
    }
    if (value > best) {
      best = value;
      best_begin = begin;
    }
  }
  const size_t count = HWY_MIN(kBlock, n - best_begin);
  return static_cast<int64_t>(best_begin + FindFirst(x + best_begin, count, best));
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
