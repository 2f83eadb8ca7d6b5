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
#include "kernels/reduce/reducer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// -------- integer sums in 64 bits

// Of a boolean every byte but 0 counts as 1.
template <class T>
HWY_INLINE T Counted(StoredAs<T> x) {
  return static_cast<T>(x);
}

template <class T, class D>
HWY_INLINE hn::Vec<D> LoadCounted(D d, const SearchedAs<T>* x) {
  const auto v = hn::LoadU(d, x);
  if constexpr (kIsNarrow<T>)
    return SearchKey<T>(d, v);
  else if constexpr (std::is_same_v<T, bool>)
    return hn::Min(v, hn::Set(d, 1));
  else
    return v;
}

// Adds a vector's lanes to 64-bit lanes.
template <class D, class V64>
HWY_INLINE void AddWidened(D, hn::Vec<D> v, V64& s0, V64& s1) {
  using T = hn::TFromD<D>;
  const hn::Repartition<hn::TFromD<hn::DFromV<V64>>, D> d64;
  if constexpr (sizeof(T) == 8) {
    s0 = hn::Add(s0, v);
  } else if constexpr (sizeof(T) == 4) {
    s0 = hn::Add(s0, hn::PromoteLowerTo(d64, v));
    s1 = hn::Add(s1, hn::PromoteUpperTo(d64, v));
  } else if constexpr (sizeof(T) == 2) {
    AddWidened(hn::RepartitionToWide<D>(), hn::SumsOf2(v), s0, s1);
  } else {
    s0 = hn::Add(s0, hn::BitCast(d64, hn::SumsOf8(v)));
  }
}

template <class T>
void IntegerSumContiguous(const void* vx, const void*, size_t n, const void*, void* acc) {
  using A = AccumulatorOf<T>;
  using U = hwy::MakeUnsigned<A>;
  const auto* x = static_cast<const StoredAs<T>*>(vx);
  const hn::ScalableTag<StoredAs<T>> d;
  const hn::Repartition<A, decltype(d)> d64;
  const size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d64), s1 = s0, s2 = s0, s3 = s0;
  auto s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    const auto a = LoadCounted<T>(d, x + i), b = LoadCounted<T>(d, x + i + lanes);
    const auto e = LoadCounted<T>(d, x + i + 2 * lanes), f = LoadCounted<T>(d, x + i + 3 * lanes);
    if constexpr (sizeof(T) == 2) {
      // Sums of 8 elements fit 32 bits.
      const auto sums =
          hn::Add(hn::Add(hn::SumsOf2(a), hn::SumsOf2(b)), hn::Add(hn::SumsOf2(e), hn::SumsOf2(f)));
      AddWidened(hn::RepartitionToWide<decltype(d)>(), sums, s0, s1);
    } else {
      AddWidened(d, a, s0, s1);
      AddWidened(d, b, s2, s3);
      AddWidened(d, e, s4, s5);
      AddWidened(d, f, s6, s7);
    }
  }
#pragma GCC unroll 1
  for (; i + lanes <= n; i += lanes) AddWidened(d, LoadCounted<T>(d, x + i), s0, s1);
  s0 =
      hn::Add(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), hn::Add(hn::Add(s4, s5), hn::Add(s6, s7)));
  U sum = static_cast<U>(hn::ReduceSum(d64, s0));
#pragma GCC unroll 1
  for (; i < n; ++i) sum += static_cast<U>(static_cast<A>(Counted<T>(x[i])));  // wraps
  *static_cast<A*>(acc) = static_cast<A>(sum);
}

// -------- integer dot products

// Products of the lanes, as many as fit the result's; of bytes the upper halves of 16 bits hold
// what is of no use, and the lower halves of a sum do not depend on them.
template <class R, class D>
HWY_INLINE auto DotTerms(D d, hn::Vec<D> a, hn::Vec<D> b) {
  if constexpr (std::is_same_v<typename R::Output, uint8_t>) {
    const hn::RepartitionToWide<D> d16;
    const auto a16 = hn::BitCast(d16, a), b16 = hn::BitCast(d16, b);
    return hn::Add(hn::Mul(a16, b16), hn::Mul(hn::ShiftRight<8>(a16), hn::ShiftRight<8>(b16)));
  } else {
    return R::Term(d, a, b, a);
  }
}

template <class R, class T>
void DotContiguous(const void* vx, const void* vy, size_t n, const void*, void* acc) {
  const T *x = static_cast<const T*>(vx), *y = static_cast<const T*>(vy);
  const hn::ScalableTag<T> d;
  const hn::DFromV<decltype(DotTerms<R>(d, hn::Zero(d), hn::Zero(d)))> d_sum;
  const size_t lanes = hn::Lanes(d);
  auto s0 = R::Identity(d_sum), s1 = s0, s2 = s0, s3 = s0;
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    const T *a = x + i, *b = y + i;
    s0 = R::Join(d_sum, s0, DotTerms<R>(d, hn::LoadU(d, a), hn::LoadU(d, b)));
    a += lanes, b += lanes;
    s1 = R::Join(d_sum, s1, DotTerms<R>(d, hn::LoadU(d, a), hn::LoadU(d, b)));
    a += lanes, b += lanes;
    s2 = R::Join(d_sum, s2, DotTerms<R>(d, hn::LoadU(d, a), hn::LoadU(d, b)));
    a += lanes, b += lanes;
    s3 = R::Join(d_sum, s3, DotTerms<R>(d, hn::LoadU(d, a), hn::LoadU(d, b)));
    if constexpr (std::is_same_v<typename R::Output, bool>) {  // no more than one pair counts
      const auto any = R::Join(d_sum, R::Join(d_sum, s0, s1), R::Join(d_sum, s2, s3));
      if (!hn::AllFalse(d_sum, hn::Ne(any, hn::Zero(d_sum)))) {
        i = n;
        break;
      }
    }
  }
#pragma GCC unroll 1
  for (; i < n; i += lanes) {  // missing elements are 0
    const size_t count = HWY_MIN(lanes, n - i);
    s0 = R::Join(d_sum, s0, DotTerms<R>(d, hn::LoadN(d, x + i, count), hn::LoadN(d, y + i, count)));
  }
  s0 = R::Join(d_sum, R::Join(d_sum, s0, s1), R::Join(d_sum, s2, s3));
  *static_cast<T*>(acc) = static_cast<T>(R::OfLanes(d_sum, s0));
}

// -------- minimum and maximum

// The result proper, per lane.
template <class D, class V, class M>
HWY_INLINE V FinishExtreme(D d, V extreme, V signs, M nan) {
  const V zero = hn::And(signs, hn::SignBit(d));
  extreme = hn::IfThenElse(hn::Eq(extreme, hn::Zero(d)), zero, extreme);
  return hn::IfThenElse(nan, ops::NaN(d), extreme);
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
template <class R, class D, class V, class M>
HWY_INLINE void AddExtremes(D d, const hn::TFromD<D>* x, V& m0, V& m1, V& signs, M& nan) {
  const size_t lanes = hn::Lanes(d);
  V a = hn::LoadU(d, x), b = hn::LoadU(d, x + lanes);
  V e = hn::LoadU(d, x + 2 * lanes), f = hn::LoadU(d, x + 3 * lanes);
  KeepLoaded(a, b, e, f);
  a = KeyOf<R>(d, a), b = KeyOf<R>(d, b), e = KeyOf<R>(d, e), f = KeyOf<R>(d, f);
  if constexpr (hwy::IsFloat<hn::TFromD<D>>()) {
    signs = R::Signs(signs, R::Signs(R::Signs(a, b), R::Signs(e, f)));
    nan = hn::Or(nan, hn::Or(hn::IsEitherNaN(a, b), hn::IsEitherNaN(e, f)));
  }
  m0 = R::Fast(m0, R::Fast(a, b));
  m1 = R::Fast(m1, R::Fast(e, f));
}

template <class R, class T>
void ExtremeContiguous(const void* vx, const void*, size_t n, const void*, void* acc) {
  const T* x = static_cast<const T*>(vx);
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const auto element = hn::Set(d, x[0]);
  const auto first = KeyOf<R>(d, element);
  auto m0 = first, m1 = first, m2 = first, m3 = first;
  auto signs0 = first, signs1 = first;
  auto nan0 = ops::IsNaN(first), nan1 = nan0;
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 8 * lanes <= n; i += 8 * lanes) {
    AddExtremes<R>(d, x + i, m0, m1, signs0, nan0);
    AddExtremes<R>(d, x + i + 4 * lanes, m2, m3, signs1, nan1);
  }
#pragma GCC unroll 1
  for (; i < n; i += lanes) {
    const auto v =
        KeyOf<R>(d, i + lanes <= n ? hn::LoadU(d, x + i) : hn::LoadNOr(element, d, x + i, n - i));
    if constexpr (hwy::IsFloat<T>()) {
      signs0 = R::Signs(signs0, v);
      nan0 = hn::Or(nan0, ops::IsNaN(v));
    }
    m0 = R::Fast(m0, v);
  }
  m0 = R::Fast(R::Fast(m0, m1), R::Fast(m2, m3));
  T* out = static_cast<T*>(acc);
  if constexpr (hwy::IsFloat<T>()) {
    if (!hn::AllFalse(d, hn::Or(nan0, nan1))) {
      *out = hn::GetLane(ops::NaN(d));
      return;
    }
    const T extreme = R::OfLanes(d, m0);
    const bool minus = R::IsMinus(d, ops::SignBitSet(d, R::Signs(signs0, signs1)));
    *out = extreme == 0 ? (minus ? T(-0.0) : T(0.0)) : extreme;
  } else {
    *out = R::OfLanes(d, m0);
  }
}

// -------- argmax

// One element as it is compared.
template <class T>
HWY_INLINE SearchedAs<T> Searched(SearchedAs<T> x) {
  if constexpr (kIsNarrow<T>) {
    const hn::CappedTag<int16_t, 1> d;
    return hn::GetLane(SearchKey<T>(d, hn::Set(d, x)));
  } else {
    return static_cast<SearchedAs<T>>(Counted<T>(x));
  }
}

// Largest element of x[0, n), n >= 1; *nan says whether any is NaN (then the value is of no use).
// Zeros of either sign count as equal.
template <class T>
HWY_INLINE SearchedAs<T> BlockMax(const SearchedAs<T>* x, size_t n, bool* nan) {
  const hn::ScalableTag<SearchedAs<T>> d;
  const size_t lanes = hn::Lanes(d);
  const auto first = hn::Set(d, Searched<T>(x[0]));
  auto m0 = first, m1 = first, m2 = first, m3 = first;
  auto nan0 = ops::IsNaN(first), nan1 = nan0;
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    auto v0 = LoadCounted<T>(d, x + i), v1 = LoadCounted<T>(d, x + i + lanes);
    auto v2 = LoadCounted<T>(d, x + i + 2 * lanes), v3 = LoadCounted<T>(d, x + i + 3 * lanes);
    KeepLoaded(v0, v1, v2, v3);
    m0 = hn::Max(m0, v0), m1 = hn::Max(m1, v1), m2 = hn::Max(m2, v2), m3 = hn::Max(m3, v3);
    if constexpr (hwy::IsFloat<SearchedAs<T>>()) {
      nan0 = hn::Or(nan0, hn::IsEitherNaN(v0, v1)), nan1 = hn::Or(nan1, hn::IsEitherNaN(v2, v3));
    }
  }
#pragma GCC unroll 1
  for (; i + lanes <= n; i += lanes) {
    const auto v = LoadCounted<T>(d, x + i);
    if constexpr (hwy::IsFloat<SearchedAs<T>>()) nan0 = hn::Or(nan0, ops::IsNaN(v));
    m0 = hn::Max(m0, v);
  }
  if (i != n) {
    auto v = hn::LoadNOr(hn::Set(d, x[0]), d, x + i, n - i);
    if constexpr (std::is_same_v<T, bool>) v = hn::Min(v, hn::Set(d, 1));
    if constexpr (kIsNarrow<T>) v = SearchKey<T>(d, v);
    if constexpr (hwy::IsFloat<SearchedAs<T>>()) nan0 = hn::Or(nan0, ops::IsNaN(v));
    m0 = hn::Max(m0, v);
  }
  *nan = hwy::IsFloat<SearchedAs<T>>() && !hn::AllFalse(d, hn::Or(nan0, nan1));
  return hn::ReduceMax(d, hn::Max(hn::Max(m0, m1), hn::Max(m2, m3)));
}

// First element of x[0, n) that equals `value` (NaN: the first NaN); it exists.
template <class T>
HWY_NOINLINE size_t FindFirst(const SearchedAs<T>* x, size_t n, SearchedAs<T> value) {
  const hn::ScalableTag<SearchedAs<T>> d;
  const size_t lanes = hn::Lanes(d);
  const auto wanted = hn::Set(d, value);
  const auto want_nan = ops::IsNaN(wanted);
  const auto hits = [&](size_t at) {
    const auto v = LoadCounted<T>(d, x + at);
    if constexpr (hwy::IsFloat<SearchedAs<T>>())
      return hn::Or(hn::Eq(v, wanted), hn::And(want_nan, ops::IsNaN(v)));
    else
      return hn::Eq(v, wanted);
  };
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 4 * lanes <= n; i += 4 * lanes) {  // one branch for four vectors
    const auto any = ops::OrMask(ops::OrMask(hits(i), hits(i + lanes)),
                                 ops::OrMask(hits(i + 2 * lanes), hits(i + 3 * lanes)));
    if (!hn::AllFalse(d, any)) break;
  }
#pragma GCC unroll 1
  for (; i + lanes <= n; i += lanes) {
    const intptr_t lane = hn::FindFirstTrue(d, hits(i));
    if (lane >= 0) return i + static_cast<size_t>(lane);
  }
#pragma GCC unroll 1
  for (; i + 1 < n; ++i) {
    const SearchedAs<T> v = Searched<T>(x[i]);
    if (v == value || (v != v && value != value)) return i;
  }
  return i;
}

// The largest element by blocks that stay in L1, then a search in the block where it first is.
template <class T>
int64_t ArgMaxContiguous(const void* vx, size_t n) {
  // Half a block is searched on average after the maximum is known.
  constexpr size_t kBlock = 2048 / sizeof(T);
  const auto* x = static_cast<const SearchedAs<T>*>(vx);
  SearchedAs<T> best = Searched<T>(x[0]);
  size_t best_begin = 0;
#pragma GCC unroll 1
  for (size_t begin = 0; begin < n; begin += kBlock) {
    const size_t count = HWY_MIN(kBlock, n - begin);
    bool nan;
    const SearchedAs<T> value = BlockMax<T>(x + begin, count, &nan);
    if constexpr (hwy::IsFloat<SearchedAs<T>>()) {
      if (HWY_UNLIKELY(nan)) {
        const T any_nan = hn::GetLane(ops::NaN(hn::ScalableTag<T>()));
        return static_cast<int64_t>(begin + FindFirst<T>(x + begin, count, any_nan));
      }
    }
    if (value > best) {
      best = value;
      best_begin = begin;
    }
  }
  const size_t count = HWY_MIN(kBlock, n - best_begin);
  return static_cast<int64_t>(best_begin + FindFirst<T>(x + best_begin, count, best));
}

// Takes the element y, which comes after `best`, if it is better.
template <class T>
bool ArgMaxTake(void* best, const void* y) {
  SearchedAs<T> a, b;
  __builtin_memcpy(&a, best, sizeof(T));
  __builtin_memcpy(&b, y, sizeof(T));
  if (!ReduceOf<ArgMax, T>::Beats(Searched<T>(b), Searched<T>(a))) return false;
  __builtin_memcpy(best, y, sizeof(T));
  return true;
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
