// SIMD body of tanh. Error budget: docs/notes/exp-log-tanh.md.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_MATH_EXPONENTIAL_TANH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_MATH_EXPONENTIAL_TANH_INL_H_
#undef LANEWISE_KERNELS_MATH_EXPONENTIAL_TANH_INL_H_
#else
#define LANEWISE_KERNELS_MATH_EXPONENTIAL_TANH_INL_H_
#endif

#include "kernels/math/exponential-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace exponential {

// -------- f32: two formulas share one division
//
// tanh y = 1 - 2 / (e^2y + 1) is good where the quotient is small beside 1. Below kTanhCut,
// tanh y = y - y (y^2 / G(y^2)): G(z) = z / (1 - tanh(sqrt z) / sqrt z) = 3 + 6/5 z - ... has no
// singularity within 20 of 0, so that four terms are enough. Both are base - base (num / den).

// Any argument; what a NaN gives is replaced by the caller.
template <class D, class V>
HWY_INLINE V TanhF32(D d, V x) {
  using C = Constants<float>;
  const V one = ops::Set(d, 1.0f);
  // Beyond kTanhClamp the result is 1, and e^2y would overflow later.
  const V y = ops::Min(ops::Abs(x), ops::Set(d, C::kTanhClamp));
  // y = k ln2/2 + r. One word of ln2 is enough: its error times k counts as little as 2 / e^2y.
  const V shifted = ops::MulAdd(d, y, ops::Set(d, 2 * C::kInvLn2), ops::Set(d, C::kShifter));
  const V k = ops::Sub(shifted, ops::Set(d, C::kShifter));
  const V r = ops::NegMulAdd(d, k, ops::Set(d, 0x1.62e43p-2f), y);
  // (e^2r - 1) / r on [-0.1738, 0.1738], relative error of e^2r 6.4e-9. Coefficient by coefficient:
  // the chain is longer, but multiplications are what limits this function.
  const V p = ops::Polynomial(d, r, 0x1p1f, 0x1p1f, 0x1.5554aap0f, 0x1.5554e2p-1f, 0x1.122bap-2f,
                              0x1.6d5454p-4f);
  // e^2y + 1 = (2^k + 1) + 2^k r p, rounded once.
  const V scale = ops::FromBits(
      d, ops::Add(ops::Bits(d, one), ops::ShiftLeft<C::kMantissaBits>(ops::Bits(d, shifted))));
  const V e_plus_1 = ops::MulAdd(d, ops::Mul(scale, r), p, ops::Add(scale, one));
  // G on [0, 0.96], relative error of tanh 7.3e-9; the last digits were searched for the least
  // error after rounding, which fell from 0.944 to 0.912 ulp.
  const V z = ops::Mul(y, y);
  const V g = ops::Polynomial(d, z, 0x1.8p1f, 0x1.333324p0f, -0x1.75d2bcp-8f, 0x1.e93b84p-13f);
  const auto large = ops::Gt(y, ops::Set(d, C::kTanhCut));
  const V base = ops::IfThenElse(large, one, y);
  const V quotient =
      ops::Div(ops::IfThenElse(large, ops::Set(d, 2.0f), z), ops::IfThenElse(large, e_plus_1, g));
  return ops::NegMulAdd(d, base, quotient, base);
}

// -------- f64: tanh |x| = H / (H + 1) with H = (e^(2|x|) - 1) / 2

// e^r = 1 + r + r^2 q(r), relative to e^r - 1 (exp above needs it relative to e^r only).
template <class D, class V>
HWY_INLINE V Expm1QuotientF64(D d, V r, V r2) {
  // e^r - 1 on [-0.3475, 0.3475], coefficients of r^2..r^12, relative error 2.7e-19.
  const V r4 = ops::Mul(r2, r2);
  const V c23 = ops::MulAdd(d, r, ops::Set(d, 0x1.5555555555559p-3), ops::Set(d, 0x1p-1));
  const V c45 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.111111110f63p-7), ops::Set(d, 0x1.555555555554dp-5));
  const V c67 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.a01a01b01d04fp-13), ops::Set(d, 0x1.6c16c16c1ab0fp-10));
  const V c89 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.71ddf7b89cf77p-19), ops::Set(d, 0x1.a01a018e13ffbp-16));
  const V c1011 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.af5fe54cc112p-26), ops::Set(d, 0x1.27e51301d2e7dp-22));
  const V c101112 = ops::MulAdd(d, r2, ops::Set(d, 0x1.1f1aea5356ef1p-29), c1011);
  const V low = ops::MulAdd(d, r2, c45, c23);
  const V mid = ops::MulAdd(d, r2, c89, c67);
  const V high = ops::MulAdd(d, r4, c101112, mid);
  return ops::MulAdd(d, r4, high, low);
}

// H and H + 1 are kept as unevaluated sums, because each of their roundings would cost up to half
// an ulp; the quotient is corrected once. For 0 <= y <= kTanhFast, subnormals included.
template <class D, class V>
HWY_INLINE V TanhF64(D d, V y) {
  using C = Constants<double>;
  const V one = ops::Set(d, 1.0), half = ops::Set(d, 0.5);
  // 2y = k ln2 + r_hi - r_lo; r_hi is exact.
  const V shifted = ops::MulAdd(d, y, ops::Set(d, 2 * C::kInvLn2), ops::Set(d, C::kShifter));
  const V k = ops::Sub(shifted, ops::Set(d, C::kShifter));
  const V r_hi = ops::NegMulAdd(d, k, ops::Set(d, C::kLn2Hi), ops::Add(y, y));
  const V k_ln2_lo = ops::Mul(k, ops::Set(d, C::kLn2Lo));
  const V r = ops::Sub(r_hi, k_ln2_lo);
  const V r2 = ops::Mul(r, r);
  const V q = Expm1QuotientF64(d, r, r2);
  // r^2 q belongs to the rounded r. Its slope there is e^r - 1, about r; without this term the
  // bound would pass 1 ulp for k = 1.
  const V r_rounding = ops::Sub(ops::Sub(r_hi, r), k_ln2_lo);
  const V r_lo = ops::NegMulAdd(d, r_rounding, r, k_ln2_lo);
  const V t = ops::MulSub(d, r2, q, r_lo);  // e^r - 1 = r_hi + t
  // With scale = 2^(k-1): H = (scale - 1/2) + scale r_hi + scale t, and |scale r_hi| is less than
  // scale - 1/2 unless that is 0. Additions where a fused operation would do: they have execution
  // units of their own, and multiplications are what limits this function.
  const V scale = ops::FromBits(
      d, ops::Add(ops::Bits(d, half), ops::ShiftLeft<C::kMantissaBits>(ops::Bits(d, shifted))));
  const V constant = ops::Sub(scale, half);
  const V linear = ops::Mul(scale, r_hi);  // exact
  const V h0 = ops::Add(constant, linear);
  const V h0_error = ops::Sub(linear, ops::Sub(h0, constant));
  const V h1 = ops::MulAdd(d, scale, t, h0_error);
  const V h = ops::Add(h0, h1);
  const V h_error = ops::Sub(h1, ops::Sub(h, h0));
  const V den = ops::Add(h, one);
  // Exact: den - 1 is representable because the spacing of the type at den is at most 1.
  const V den_error = ops::Add(ops::Sub(h, ops::Sub(den, one)), h_error);
  const V quotient = ops::Div(h, den);
  const V remainder = ops::NegMulAdd(d, quotient, den_error,
                                     ops::Add(ops::NegMulAdd(d, quotient, den, h), h_error));
  // 1 / den = 1 - quotient, good enough for the correction.
  return ops::MulAdd(d, remainder, ops::Sub(one, quotient), quotient);
}

// For vectors with any lane that is large, infinite or NaN; `r` is right in the other lanes.
// Nothing is computed again, because saturated data is common.
template <class D, class V>
HWY_INLINE V TanhSpecialF64(D d, V x, V r) {
  using C = Constants<double>;
  const V y = ops::Abs(x);
  r = ops::IfThenElse(ops::Gt(y, ops::Set(d, C::kTanhFast)), ops::Set(d, C::kTanhBelowOne), r);
  r = ops::IfThenElse(ops::Gt(y, ops::Set(d, C::kTanhOne)), ops::Set(d, 1.0), r);
  return KeepNaN(d, x, ops::CopySign(r, x));
}

template <class D, class V>
HWY_INLINE V TanhBody(D d, V x) {
  if constexpr (sizeof(ops::TFromD<D>) == 4) {
    return KeepNaN(d, x, ops::CopySign(TanhF32(d, x), x));
  } else {
    const V y = ops::Abs(x);
    const V result = ops::CopySign(TanhF64(d, y), x);
    const auto fast = ops::Le(y, ops::Set(d, Constants<double>::kTanhFast));
    if (HWY_UNLIKELY(!ops::AllOf(d, fast))) return TanhSpecialF64(d, x, result);
    return result;
  }
}

}  // namespace exponential

template <class D, class V>
HWY_INLINE V Body(Tanh, D d, V x, Raised&) {
  return exponential::TanhBody(d, x);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
