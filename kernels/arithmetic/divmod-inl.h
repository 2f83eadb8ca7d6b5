// SIMD body of divmod. The order of operations is not part of the numerics contract: all of them
// are exact, or the last rounding of an exact value. Per-target include guard: this file is
// compiled once per target.

#if defined(LANEWISE_KERNELS_ARITHMETIC_DIVMOD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_ARITHMETIC_DIVMOD_INL_H_
#undef LANEWISE_KERNELS_ARITHMETIC_DIVMOD_INL_H_
#else
#define LANEWISE_KERNELS_ARITHMETIC_DIVMOD_INL_H_
#endif

#include "kernels/arithmetic/arithmetic.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace divmod {

// From here on numbers are integers.
template <class T>
inline constexpr T kIntegers = sizeof(T) == 4 ? T(0x1p24) : T(0x1p53);

// Where a remainder is not 0 and has the sign that y has not: a y too little or too much.
template <class D, class V>
HWY_INLINE ops::MaskOf<D> IsBeside(D d, V rest, V y) {
  return ops::AndMask(ops::Ne(rest, ops::Zero(d)), ops::SignBitSet(d, ops::Xor(rest, y)));
}

// From a remainder x - k y below |y|, of either sign, that with y's sign.
template <class D, class V>
HWY_INLINE V Remainder(D d, V rest, V y) {
  rest = ops::IfThenElse(IsBeside(d, rest, y), ops::Add(rest, y), rest);
  return ops::IfThenElse(ops::Eq(rest, ops::Zero(d)), ops::CopySign(ops::Zero(d), y), rest);
}

// `rest` is x - whole y, or that rounded once if it is right, whole the floor of the rounded
// quotient: the right one or one above, as rounding does not pass an integer.
template <class D, class V>
HWY_INLINE V Quotient(D d, V whole, V rest, V y) {
  return ops::IfThenElse(IsBeside(d, rest, y), ops::Sub(whole, ops::Set(d, ops::TFromD<D>(1))),
                         whole);
}

// x less a multiple of y, below y in magnitude. x is finite and not negative, y positive.
// Each round takes 53 (f32: 24) bits from the quotient: what a correctly rounded quotient leaves
// of x is a number of the type. Multiples by powers of two keep it from overflowing.
template <class D, class V>
HWY_INLINE V Reduce(D d, V x, V y) {
  using T = ops::TFromD<D>;
  const V large = ops::Set(d, sizeof(T) == 4 ? T(0x1p127) : T(0x1p1023));
  const V larger = ops::Set(d, sizeof(T) == 4 ? T(0x1p100) : T(0x1p1000));
  for (;;) {
    const auto more = ops::Ge(ops::Abs(x), y);
    if (ops::NoneOf(d, more)) return x;
    V multiple = y, quotient = ops::Div(x, y);
    multiple = ops::IfThenElse(ops::IsInf(d, quotient), ops::Mul(y, large), y);
    quotient = ops::Div(x, multiple);
    multiple = ops::IfThenElse(ops::IsInf(d, quotient), ops::Mul(multiple, larger), multiple);
    quotient = ops::Rint(d, ops::Div(x, multiple));
    x = ops::IfThenElse(more, ops::NegMulAdd(d, quotient, multiple, x), x);
  }
}

// For vectors with any lane of a large quotient, an infinity, a NaN or y = 0. Other lanes get the
// bits that they have outside.
template <class D, class V>
HWY_NOINLINE ops::PairOf<D> Special(D d, V x, V y, Raised& raised) {
  using T = ops::TFromD<D>;
  const V zero = ops::Zero(d), one = ops::Set(d, T(1));
  const auto finite = ops::IsFinite(d, x), infinite = ops::IsInf(d, x);
  const auto by_zero = ops::Eq(y, zero), by_number = ops::Eq(y, y);
  const auto good = ops::AndMask(ops::AndMask(finite, by_number), ops::NotMask(by_zero));
  V rest =
      Reduce(d, ops::IfThenElseZero(good, ops::Abs(x)), ops::IfThenElse(good, ops::Abs(y), one));
  rest = ops::IfThenElse(ops::SignBitSet(d, x), ops::Neg(rest), rest);
  const V remainder = ops::IfThenElse(good, Remainder(d, rest, y), ops::NaN(d));

  const V rounded = ops::Div(x, y);
  const V whole = ops::Floor(d, rounded);
  // Of an infinite y the quotient is a zero, and x what is left.
  rest = ops::IfThenElse(ops::IsInf(d, y), x, ops::NegMulAdd(d, whole, y, x));
  const auto small = ops::Lt(ops::Abs(rounded), ops::Set(d, kIntegers<T>));
  V quotient = ops::IfThenElse(small, Quotient(d, whole, rest, y), rounded);
  const auto none = ops::OrMask(ops::IsNaN(rounded), ops::AndMask(infinite, ops::NotMask(by_zero)));
  quotient = ops::IfThenElse(none, ops::NaN(d), quotient);

  ops::Raise(
      d, ops::AndMask(ops::OrMask(infinite, finite), ops::AndMask(by_number, ops::NotMask(good))),
      kInvalid, raised);
  ops::Raise(d, ops::AndMask(ops::AndMask(finite, by_zero), ops::Ne(x, zero)), kDivByZero, raised);
  ops::Raise(d, ops::AndMask(good, ops::IsInf(d, quotient)), kOverflow, raised);
  return ops::Pair(d, quotient, remainder);
}

template <class D, class V>
HWY_INLINE ops::PairOf<D> OfFloats(D d, V x, V y, Raised& raised) {
  const V rounded = ops::Div(x, y);
  const V whole = ops::Floor(d, rounded);
  const V rest = ops::NegMulAdd(d, whole, y, x);
  const auto fast = ops::AndMask(ops::Lt(ops::Abs(rounded), ops::Set(d, kIntegers<ops::TFromD<D>>)),
                                 ops::IsFinite(d, y));
  if (HWY_UNLIKELY(!ops::AllOf(d, fast))) return Special(d, x, y, raised);
  return ops::Pair(d, Quotient(d, whole, rest, y), Remainder(d, rest, y));
}

template <class D, class V>
HWY_INLINE ops::PairOf<D> OfIntegers(D d, V x, V y) {
  const V zero = ops::Zero(d);
  const auto by_zero = ops::Eq(y, zero);
  V quotient = ops::DivInt(d, x, y);
  V rest = ops::IfThenZeroElse(by_zero, ops::Sub(x, ops::Mul(quotient, y)));
  if constexpr (hwy::IsSigned<ops::TFromD<D>>()) {
    const auto below = ops::AndMask(ops::Ne(rest, zero), ops::Lt(ops::Xor(rest, y), zero));
    quotient = ops::IfThenElse(below, ops::Sub(quotient, ops::Set(d, 1)), quotient);
    rest = ops::IfThenElse(below, ops::Add(rest, y), rest);
  }
  return ops::Pair(d, quotient, rest);
}

}  // namespace divmod

template <class D, class V>
HWY_INLINE ops::PairOf<D> Body(DivMod, D d, V x, V y, [[maybe_unused]] Raised& raised) {
  if constexpr (hwy::IsFloat<ops::TFromD<D>>())
    return divmod::OfFloats(d, x, y, raised);
  else
    return divmod::OfIntegers(d, x, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
