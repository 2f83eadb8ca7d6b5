// Exponents whose power is one correctly rounded operation: x^2 is x * x, x^0.5 the root, x^-1 is
// 1 / x and x^1 is x, bit for bit, wherever such an exponent stands.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_MATH_POWER_FIXED_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_MATH_POWER_FIXED_INL_H_
#undef LANEWISE_KERNELS_MATH_POWER_FIXED_INL_H_
#else
#define LANEWISE_KERNELS_MATH_POWER_FIXED_INL_H_
#endif

#include "kernels/ops/ops-inl.h"
#include "kernels/math/power.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace power {

// Value is the operation; where Ordinary is false, Finish raises flags and mends the value.

struct Square {
  static constexpr float kExponent = 2.0f;
  template <class D, class V>
  static HWY_INLINE V Value(D, V x) {
    return ops::Mul(x, x);
  }
  template <class D, class V>
  static HWY_INLINE auto Ordinary(D d, V, V r) {
    return ops::Lt(r, ops::Inf(d));
  }
  template <class D, class V>
  static HWY_INLINE V Finish(D d, V x, V r, Raised& raised) {
    const V inf = ops::Inf(d);
    ops::Raise(d, ops::AndMask(ops::Eq(r, inf), ops::Lt(ops::Abs(x), inf)), kOverflow, raised);
    return r;
  }
};

// Of -0 it is +0, of -inf +inf (C Annex F.10.4.4), which a root is not.
struct Root {
  static constexpr float kExponent = 0.5f;
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x) {
    return ops::Sqrt(ops::Add(x, ops::Zero(d)));
  }
  template <class D, class V>
  static HWY_INLINE auto Ordinary(D d, V x, V) {
    return ops::Ge(x, ops::Zero(d));
  }
  template <class D, class V>
  static HWY_INLINE V Finish(D d, V x, V r, Raised& raised) {
    const V inf = ops::Inf(d);
    const auto least = ops::Eq(x, ops::Neg(inf));
    const auto invalid = ops::AndMask(ops::Lt(x, ops::Zero(d)), ops::NotMask(least));
    ops::Raise(d, invalid, kInvalid, raised);
    r = ops::IfThenElse(invalid, ops::NaN(d), r);
    r = ops::IfThenElse(least, inf, r);
    return ops::IfThenElse(ops::IsNaN(x), ops::Add(x, x), r);
  }
};

struct Reciprocal {
  static constexpr float kExponent = -1.0f;
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x) {
    return ops::Div(ops::Set(d, 1), x);
  }
  template <class D, class V>
  static HWY_INLINE auto Ordinary(D d, V, V r) {
    return ops::Lt(ops::Abs(r), ops::Inf(d));
  }
  template <class D, class V>
  static HWY_INLINE V Finish(D d, V x, V r, Raised& raised) {
    const auto zero = ops::Eq(x, ops::Zero(d));
    const auto infinite = ops::Eq(ops::Abs(r), ops::Inf(d));
    ops::Raise(d, zero, kDivByZero, raised);
    ops::Raise(d, ops::AndMask(infinite, ops::NotMask(zero)), kOverflow, raised);
    return r;
  }
};

struct Identical {
  static constexpr float kExponent = 1.0f;
  template <class D, class V>
  static HWY_INLINE V Value(D, V x) {
    return x;
  }
  template <class D, class V>
  static HWY_INLINE auto Ordinary(D, V x, V) {
    return ops::Eq(x, x);
  }
  template <class D, class V>
  static HWY_INLINE V Finish(D, V x, V r, Raised&) {
    return ops::IfThenElse(ops::Eq(x, x), r, ops::Add(x, x));  // makes a NaN quiet
  }
};

template <class E, class D, class V>
HWY_INLINE V FixedPower(D d, V x, Raised& raised) {
  const V r = E::Value(d, x);
  if (HWY_LIKELY(ops::AllOf(d, E::Ordinary(d, x, r)))) return r;
  return E::Finish(d, x, r, raised);
}

// Sets the lanes of r whose y is E's exponent, and adds them to `known`.
template <class E, class D, class V, class M>
HWY_INLINE void AddFixed(D d, V x, V y, V& r, M& known, Raised& raised) {
  const auto here = ops::Eq(y, ops::Set(d, E::kExponent));
  if (ops::NoneOf(d, here)) return;
  const V power = FixedPower<E>(d, ops::IfThenElse(here, x, ops::Set(d, 1)), raised);
  r = ops::IfThenElse(here, power, r);
  known = ops::OrMask(known, here);
}

// Lanes whose y may be one of the exponents: a power of two, 0 or infinite.
template <class D, class V>
HWY_INLINE auto MayBeFixed(D d, V y) {
  constexpr int kExponentBits = sizeof(ops::TFromD<D>) == 4 ? 8 : 11;
  const ops::UnsignedOf<D> du;
  const auto fraction = ops::ShiftLeft<1 + kExponentBits>(ops::Bits(d, y));
  return ops::RebindMask(d, ops::Eq(fraction, ops::Zero(du)));
}

}  // namespace power
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
