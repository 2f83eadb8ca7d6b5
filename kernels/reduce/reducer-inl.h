// What each reduction is, one struct for each: the term that an element gives, the identity, how
// two accumulators are joined, what is left to do at the end, what nothing gives, and which pass
// comes before. Loops over arrays (reduce-inl.h and its neighbours), the engine (through
// ReduceLoops, which repeats these as data) and the GPU (gpu/device/reducer.h, over one lane) read
// it; none asks which reduction it is. The order of joining is theirs: docs/numerics.md.

#if defined(LANEWISE_KERNELS_REDUCE_REDUCER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_REDUCE_REDUCER_INL_H_
#undef LANEWISE_KERNELS_REDUCE_REDUCER_INL_H_
#else
#define LANEWISE_KERNELS_REDUCE_REDUCER_INL_H_
#endif

#include <limits>

#include "kernels/ops/narrow_floats-inl.h"
#include "kernels/ops/ops-inl.h"
#include "kernels/reduce/reduce.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// ReduceOf<Op, T> has
//   Accumulator, Output
//   kAnyOrder      the result does not depend on the order
//   kByTree        its loops are those of the tree, also where any order is right
//   kZeroIsQuiet   joining with zeros raises no flag
//   kPlain         a term is the element itself, as an accumulator
//   kOperands      elements that make a term
//   Joins          the same joins without terms or an end
//   Loops          the reduction of accumulators with the same terms and joins, whose loops do
//   End            Finish and Empty, the same for all reductions that have these in common
//   Center         the reduction whose result each term is given, in a pass before; else void
//   kTakesDdof     the divisor of Finish is n - ddof instead of n
//   kFinishes      Finish does something
//   kIsExtreme     an extreme element
//   Key()          f16 and bf16 only, of an extreme: an element's accumulator
//   Empty()        the result of nothing, also where the divisor is not positive; none has
//                  who needs an element (kContract.needs_element)
template <class Op, class T>
struct ReduceOf;

struct ReduceDefaults {
  using Center = void;
  static constexpr bool kAnyOrder = false, kByTree = false, kZeroIsQuiet = true, kPlain = true,
                        kTakesDdof = false, kFinishes = false, kIsExtreme = false;
  static constexpr int kOperands = 1;
  template <class D, class V>
  static HWY_INLINE V Term(D, V x, V, V) {
    return x;
  }
};

// -------- sums in floating point, by the fixed tree

template <class A>
struct TreeSum : ReduceDefaults {
  using Accumulator = A;
  using Joins = TreeSum<A>;
  using Loops = TreeSum<A>;
  using End = TreeSum<A>;
  static constexpr bool kByTree = true;
  template <class D>
  static HWY_INLINE hn::Vec<D> Identity(D d) {
    return hn::Set(d, hn::TFromD<D>(-0.0));  // x + -0.0 is x, for -0.0 too
  }
  template <class D, class V>
  static HWY_INLINE V Join(D, V a, V b) {
    return hn::Add(a, b);
  }
  static HWY_INLINE A JoinOne(A a, A b) { return a + b; }  // not for GPUs
  static HWY_INLINE A Empty() { return A(0); }
  static HWY_INLINE A Finish(A sum, double) { return sum; }
};

// The quotient in double precision, rounded once.
template <class A>
struct TreeMean : TreeSum<A> {
  using End = TreeMean<A>;
  static constexpr bool kFinishes = true;
  static HWY_INLINE A Empty() { return std::numeric_limits<A>::quiet_NaN(); }
  static HWY_INLINE A Finish(A sum, double divisor) {
#ifdef LANEWISE_ONE_LANE
    return static_cast<A>(hn::Div(static_cast<double>(sum), divisor));
#else
    return static_cast<A>(static_cast<double>(sum) / divisor);
#endif
  }
};

// The bits of an f32 as f16 or bf16; overflow is raised.
template <class T>
HWY_INLINE uint16_t NarrowedBits(float x) {
  Raised raised;
#ifdef LANEWISE_ONE_LANE
  const hn::Tag<float> d;
  const hn::Tag<uint16_t> d16;
#else
  const hn::CappedTag<float, 1> d;
  const hn::Rebind<uint16_t, decltype(d)> d16;
#endif
  const auto v = hn::Set(d, x);
  uint16_t bits;
  if constexpr (std::is_same_v<T, f16>)
    bits = hn::GetLane(ops::F32ToF16(d16, d, v, raised));
  else
    bits = hn::GetLane(ops::F32ToBF16(d16, d, v, raised));
#ifndef LANEWISE_ONE_LANE
  if (HWY_UNLIKELY(raised.bits != 0)) ops::RaiseOverflow();
#endif
  return bits;
}

// The result of Base, in f32, rounded once more.
template <class T, class Base>
struct Narrowed : Base {
  using End = Narrowed<T, typename Base::End>;
  static constexpr bool kFinishes = true;
  static HWY_INLINE uint16_t Empty() { return NarrowedBits<T>(Base::Empty()); }
  static HWY_INLINE uint16_t Finish(float acc, double divisor) {
    return NarrowedBits<T>(Base::Finish(acc, divisor));
  }
};
template <class T, class Base>
using NarrowedIf = std::conditional_t<kIsNarrow<T>, Narrowed<T, Base>, Base>;

template <class T>
struct ReduceOf<Mean, T> : NarrowedIf<T, TreeMean<MeanAccumulatorOf<T>>> {
  using Output = MeanOf<T>;
};
// The same, not rounded more: the center of variances.
struct AccumulatedMean {};
template <class T>
struct ReduceOf<AccumulatedMean, T> : TreeMean<MeanAccumulatorOf<T>> {
  using Output = MeanAccumulatorOf<T>;
};

template <class T>
struct ReduceOf<Var, T> : NarrowedIf<T, TreeMean<MeanAccumulatorOf<T>>> {
  using Output = MeanOf<T>;
  using Center = std::conditional_t<kIsNarrow<T>, AccumulatedMean, Mean>;
  using Loops = ReduceOf<Var, MeanAccumulatorOf<T>>;
  static constexpr bool kPlain = false, kTakesDdof = true;
  template <class D, class V>
  static HWY_INLINE V Term(D, V x, V, V center) {
    const V t = hn::Sub(x, center);
    return hn::Mul(t, t);
  }
};

template <class T>
struct TreeDot : TreeSum<T> {
  using Output = T;
  using Loops = TreeDot<T>;
  static constexpr bool kPlain = false;
  static constexpr int kOperands = 2;
  template <class D, class V>
  static HWY_INLINE V Term(D, V x, V y, V) {
    return hn::Mul(x, y);
  }
};

// -------- integers wrap around in 64 bits, in any order

template <class T>
struct IntegerSum : ReduceDefaults {
  using Accumulator = AccumulatorOf<T>;
  using End = IntegerSum<Accumulator>;
  static constexpr bool kAnyOrder = true;
  template <class D>
  static HWY_INLINE hn::Vec<D> Identity(D d) {
    return hn::Zero(d);
  }
  template <class D, class V>
  static HWY_INLINE V Join(D, V a, V b) {
    return hn::Add(a, b);
  }
  static HWY_INLINE Accumulator Empty() { return 0; }
  static HWY_INLINE Accumulator Finish(Accumulator sum, double) { return sum; }
};

template <class T>
struct ReduceOf<Sum, T>
    : std::conditional_t<kIsFloat<T>, NarrowedIf<T, TreeSum<AccumulatorOf<T>>>, IntegerSum<T>> {
  using Output = SumOf<T>;
};

// In the type of the elements: the sign does not matter to the bits.
template <class T>
struct IntegerDot : ReduceDefaults {
  using Accumulator = T;
  using Output = T;
  using End = IntegerDot<T>;
  static constexpr bool kAnyOrder = true, kPlain = false;
  static constexpr int kOperands = 2;
  template <class D>
  static HWY_INLINE hn::Vec<D> Identity(D d) {
    return hn::Zero(d);
  }
  template <class D, class V>
  static HWY_INLINE V Term(D, V x, V y, V) {
    return hn::Mul(x, y);
  }
  template <class D, class V>
  static HWY_INLINE V Join(D, V a, V b) {
    return hn::Add(a, b);
  }
  static HWY_INLINE Output Empty() { return 0; }
  static HWY_INLINE Output Finish(Accumulator sum, double) { return sum; }
#ifndef LANEWISE_ONE_LANE
  template <class D, class V>
  static HWY_INLINE hn::TFromD<D> OfLanes(D d, V v) {
    return hn::ReduceSum(d, v);
  }
#endif
};

// Whether both of some pair are true: bytes of which each but 0 is true.
template <>
struct IntegerDot<bool> : ReduceDefaults {
  using Accumulator = uint8_t;
  using Output = bool;
  using End = IntegerDot<bool>;
  static constexpr bool kAnyOrder = true, kPlain = false, kFinishes = true;
  static constexpr int kOperands = 2;
  template <class D>
  static HWY_INLINE hn::Vec<D> Identity(D d) {
    return hn::Zero(d);
  }
  template <class D, class V>
  static HWY_INLINE V Term(D, V x, V y, V) {
    return hn::Min(x, y);
  }
  template <class D, class V>
  static HWY_INLINE V Join(D, V a, V b) {
    return hn::Max(a, b);
  }
  static HWY_INLINE Output Empty() { return false; }
  static HWY_INLINE Output Finish(Accumulator any, double) { return any != 0; }
#ifndef LANEWISE_ONE_LANE
  template <class D, class V>
  static HWY_INLINE Accumulator OfLanes(D d, V v) {
    return hn::ReduceMax(d, v);
  }
#endif
};

template <class T>
struct ReduceOf<Dot, T>
    : std::conditional_t<kIsFloat<T>, NarrowedIf<T, TreeDot<AccumulatorOf<T>>>, IntegerDot<T>> {
  using Output = T;
};

// -------- products

// In floating point by the fixed tree; integers wrap around in 64 bits, of which the sign of the
// result is no part, and could be multiplied in any order.
template <class A, bool kExact>
struct TreeProduct : ReduceDefaults {
  using Accumulator = A;
  using Joins = TreeProduct;
  using Loops = TreeProduct;
  using End = TreeProduct;
  static constexpr bool kAnyOrder = kExact, kByTree = true;
  static constexpr bool kZeroIsQuiet = false;  // infinity times 0 is invalid
  template <class D>
  static HWY_INLINE hn::Vec<D> Identity(D d) {
    return hn::Set(d, hn::TFromD<D>(1));
  }
  template <class D, class V>
  static HWY_INLINE V Join(D, V a, V b) {
    return hn::Mul(a, b);
  }
  static HWY_INLINE A JoinOne(A a, A b) { return a * b; }  // not for GPUs
  static HWY_INLINE A Empty() { return A(1); }
  static HWY_INLINE A Finish(A product, double) { return product; }
};

template <class T>
struct ReduceOf<Prod, T>
    : std::conditional_t<kIsFloat<T>, NarrowedIf<T, TreeProduct<AccumulatorOf<T>, false>>,
                         TreeProduct<uint64_t, true>> {
  using Output = SumOf<T>;
};

// -------- the smallest and the largest element, in any order

// Floating-point vectors keep three things: the extreme by the fastest instruction (whatever it
// does with NaN and zeros), whether any element was NaN, and the union (minimum) or intersection
// (maximum) of all bits. If the extreme is a zero, no element lies beyond it, so the sign bit of
// that union says whether a -0 (for the maximum: a +0) was among them.
// Booleans are compared as bytes, of which each but 0 is true.
template <class T, bool kLargest>
struct ExtremeOf : ReduceDefaults {
  using Accumulator = StoredAs<T>;
  using Output = T;
  using End = ExtremeOf<T, kLargest>;
  static constexpr bool kAnyOrder = true, kIsExtreme = true;
  static constexpr bool kFinishes = std::is_same_v<T, bool>;

  template <class D>
  static HWY_INLINE hn::Vec<D> Identity(D d) {
    using A = hn::TFromD<D>;
    using Limits = std::numeric_limits<A>;
    if constexpr (Limits::has_infinity)
      return hn::Set(d, kLargest ? -Limits::infinity() : Limits::infinity());
    else
      return hn::Set(d, kLargest ? Limits::lowest() : Limits::max());
  }
  template <class D, class V>
  static HWY_INLINE V Join(D d, V a, V b) {
    if constexpr (kLargest)
      return ops::Maximum(d, a, b);
    else
      return ops::Minimum(d, a, b);
  }
  static HWY_INLINE Output Finish(Accumulator extreme, double) {
    return static_cast<Output>(extreme);
  }

  // What loops over many elements keep.
  template <class V>
  static HWY_INLINE V Fast(V a, V b) {
    if constexpr (kLargest)
      return hn::Max(a, b);
    else
      return hn::Min(a, b);
  }
  template <class V>
  static HWY_INLINE V Signs(V a, V b) {
    if constexpr (kLargest)
      return hn::And(a, b);
    else
      return hn::Or(a, b);
  }
#ifndef LANEWISE_ONE_LANE
  template <class D, class V>
  static HWY_INLINE Accumulator OfLanes(D d, V v) {
    if constexpr (kLargest)
      return hn::ReduceMax(d, v);
    else
      return hn::ReduceMin(d, v);
  }
  // Of a zero, from the sign bits that Signs has left in each lane.
  template <class D, class M>
  static HWY_INLINE bool IsMinus(D d, M negative) {
    if constexpr (kLargest)
      return hn::AllTrue(d, negative);
    else
      return !hn::AllFalse(d, negative);
  }
#endif
};

// f16 and bf16 by integers in the order of the numbers; NaN is beyond all.
template <class T, bool kLargest>
struct NarrowExtreme : ExtremeOf<int16_t, kLargest> {
  using Output = T;
  using End = NarrowExtreme<T, kLargest>;
  static constexpr bool kFinishes = true;
  static constexpr int16_t kNaN = kLargest ? INT16_MAX : INT16_MIN;

  template <class D, class V>
  static HWY_INLINE V Key(D d, V v) {
    return hn::IfThenElse(ops::IsNaNBits<T>(d, v), hn::Set(d, kNaN), ops::OrderedBits(d, v));
  }
  static HWY_INLINE uint16_t Finish(int16_t key, double) {
    constexpr uint16_t kQuiet = std::is_same_v<T, f16> ? 0x7E00 : 0x7FC0;
    if (key == kNaN) return kQuiet;
    return static_cast<uint16_t>(key < 0 ? key ^ INT16_MAX : key);
  }
};
// An element as loops compare it.
template <class R, class D, class V>
HWY_INLINE V KeyOf(D d, V v) {
  if constexpr (requires { R::Key(d, v); })
    return R::Key(d, v);
  else
    return v;
}

template <class T>
struct ReduceOf<Min, T>
    : std::conditional_t<kIsNarrow<T>, NarrowExtreme<T, false>, ExtremeOf<T, false>> {};
template <class T>
struct ReduceOf<Max, T>
    : std::conditional_t<kIsNarrow<T>, NarrowExtreme<T, true>, ExtremeOf<T, true>> {};

// -------- where the first largest element is

// f16 and bf16 by integers: 0 for both zeros, and NaN, the first of which wins, above all.
template <class T, class D, class V>
HWY_INLINE V SearchKey(D d, V v) {
  return hn::IfThenElse(ops::IsNaNBits<T>(d, v), hn::Set(d, INT16_MAX), ops::NumberOrder(d, v));
}
// What elements are compared as.
template <class T>
using SearchedAs = std::conditional_t<kIsNarrow<T>, int16_t, StoredAs<T>>;

template <class T>
struct ReduceOf<ArgMax, T> : ReduceDefaults {
  using Output = int64_t;
  // Whether y is the better one wherever it is: a NaN is larger than all numbers.
  template <class V>
  static HWY_INLINE bool Beats(V y, V x) {
    return x == x && (y > x || y != y);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
