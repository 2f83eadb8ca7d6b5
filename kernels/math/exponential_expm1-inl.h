// SIMD body of expm1: x = k ln2 + r with |r| <= ln2 / 2 as in exp, and
// e^x - 1 = (2^k - 1) + 2^k (e^r - 1), so that nothing is lost of small results.
// The error budget is in docs/notes/exp-log-tanh.md.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_MATH_EXPONENTIAL_EXPM1_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_MATH_EXPONENTIAL_EXPM1_INL_H_
#undef LANEWISE_KERNELS_MATH_EXPONENTIAL_EXPM1_INL_H_
#else
#define LANEWISE_KERNELS_MATH_EXPONENTIAL_EXPM1_INL_H_
#endif

#include "kernels/math/exponential-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace exponential {

// e^r - 1 = r + r^2 / 2 + r^3 q(r) on [-0.3475, 0.3475], relative errors 4.8e-10 and 3.1e-19.
// Returns q; coefficients by dev/polynomials.py expm1_f32, expm1_f64.
template <class D, class V>
HWY_INLINE V Expm1CubicF32(D d, V r, V r2) {
  const V c34 = ops::MulAdd(d, r, ops::Set(d, 0x1.5554fp-5f), ops::Set(d, 0x1.555554p-3f));
  const V c56 = ops::MulAdd(d, r, ops::Set(d, 0x1.6d43c2p-10f), ops::Set(d, 0x1.11130ap-7f));
  const V c567 = ops::MulAdd(d, r2, ops::Set(d, 0x1.9e04d6p-13f), c56);
  return ops::MulAdd(d, r2, c567, c34);
}
template <class D, class V>
HWY_INLINE V Expm1CubicF64(D d, V r, V r2) {
  const V r4 = ops::Mul(r2, r2);
  const V c34 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.555555555554cp-5), ops::Set(d, 0x1.5555555555559p-3));
  const V c56 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.6c16c16c1b332p-10), ops::Set(d, 0x1.111111110f631p-7));
  const V c78 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.a01a018b4d393p-16), ops::Set(d, 0x1.a01a01b01c684p-13));
  const V c910 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.27e5193adf563p-22), ops::Set(d, 0x1.71ddf7ba793dcp-19));
  const V c1112 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.1f110f6dd08dep-29), ops::Set(d, 0x1.af5fe1b84e398p-26));
  const V low = ops::MulAdd(d, r2, c56, c34);
  const V mid = ops::MulAdd(d, r2, c910, c78);
  return ops::MulAdd(d, r4, ops::MulAdd(d, r4, c1112, mid), low);
}

// For |x| <= kExpFast.
template <class D, class V>
HWY_INLINE V Expm1Fast(D d, V x) {
  using C = ConstantsOf<D>;
  using T = ops::TFromD<D>;
  const V one = ops::Set(d, T{1}), half = ops::Set(d, T{0.5});
  // x = k ln2 + r_hi - r_lo; r_hi is exact.
  const V shifted = ops::MulAdd(d, x, ops::Set(d, C::kInvLn2), ops::Set(d, C::kShifter));
  const V k = ops::Sub(shifted, ops::Set(d, C::kShifter));
  const V r_hi = ops::NegMulAdd(d, k, ops::Set(d, C::kLn2Hi), x);
  const V r_lo = ops::Mul(k, ops::Set(d, C::kLn2Lo));
  const V r = ops::Sub(r_hi, r_lo);
  const V r2 = ops::Mul(r, r);
  V q;
  if constexpr (sizeof(T) == 4)
    q = Expm1CubicF32(d, r, r2);
  else
    q = Expm1CubicF64(d, r, r2);
  // e^r - 1 = r_hi + square / 2 + small: what r_lo and the rounding of the square leave is small
  // too.
  const V square = ops::Mul(r_hi, r_hi);
  const V square_error = ops::MulSub(d, r_hi, r_hi, square);
  const V left = ops::NegMulAdd(d, square_error, half, ops::MulAdd(d, r_hi, r_lo, r_lo));
  const V small = ops::MulSub(d, ops::Mul(r2, r), q, left);
  // (2^k - 1) + 2^k r_hi + 2^k square / 2, each less than the sum before unless that is 0, and the
  // rounding errors of these sums, which go into the rest. 2^k - 1 is 2^k from the digits of the
  // type on; at the other end, where it is -1, nothing of consequence is missed.
  const V scale = ops::FromBits(
      d, ops::Add(ops::Bits(d, one), ops::ShiftLeft<C::kMantissaBits>(ops::Bits(d, shifted))));
  const V constant = ops::Sub(scale, one);
  const V constant_error = ops::Sub(ops::Sub(scale, constant), one);
  const V linear = ops::Mul(scale, r_hi);
  const V sum1 = ops::Add(constant, linear);
  const V error1 = ops::Sub(linear, ops::Sub(sum1, constant));
  const V quadratic = ops::Mul(ops::Mul(scale, half), square);
  const V sum2 = ops::Add(sum1, quadratic);
  const V error2 = ops::Sub(quadratic, ops::Sub(sum2, sum1));
  const V errors = ops::Add(ops::Add(error1, constant_error), error2);
  return ops::CopySign(ops::Add(sum2, ops::MulAdd(d, scale, small, errors)), x);  // of zeros
}

// For vectors with any lane that is large, infinite or NaN; `result` is right in the other lanes.
template <class D, class V>
HWY_NOINLINE V Expm1Special(D d, V x, V result, Raised& raised) {
  using T = ops::TFromD<D>;
  const V fast = ops::Set(d, ConstantsOf<D>::kExpFast);
  // e^x is so large that the 1 does not matter, or so small that nothing else does.
  const V large = ExpSpecial(d, x, raised);
  result = ops::IfThenElse(ops::Le(ops::Abs(x), fast), result, large);
  return ops::IfThenElse(ops::Lt(x, ops::Neg(fast)), ops::Set(d, T{-1}), result);
}

}  // namespace exponential

template <class D, class V>
HWY_INLINE V Body(Expm1, D d, V x, Raised& raised) {
  const V result = exponential::Expm1Fast(d, x);
  const auto fast = ops::Le(ops::Abs(x), ops::Set(d, exponential::ConstantsOf<D>::kExpFast));
  if (HWY_UNLIKELY(!ops::AllOf(d, fast))) return exponential::Expm1Special(d, x, result, raised);
  return result;
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
