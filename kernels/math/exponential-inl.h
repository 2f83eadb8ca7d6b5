// SIMD bodies of exp and log (tanh: exponential_tanh-inl.h). Error budgets:
// docs/notes/exp-log-tanh.md.
// Polynomial coefficients were computed with Sollya's fpminimax for the least relative error, in
// the element type; each set names its function, interval and that error (before any rounding).
// The order of evaluation is spelled out: it is part of the numerics contract.
// Each body computes first and tests for special lanes last: with the test and its call at the
// front, GCC reloads constants in every round of the loop (AVX2: 9 to 37% slower).
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_MATH_EXPONENTIAL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_MATH_EXPONENTIAL_INL_H_
#undef LANEWISE_KERNELS_MATH_EXPONENTIAL_INL_H_
#else
#define LANEWISE_KERNELS_MATH_EXPONENTIAL_INL_H_
#endif

#include <cstdint>

#include "kernels/math/exponential.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace exponential {

template <class T>
struct Constants;

template <>
struct Constants<float> {
  static constexpr float kInvLn2 = 0x1.715476p0f;
  // ln 2 = hi + lo; k * hi is exact for every exponent k that occurs (|k| < 2^9).
  static constexpr float kLn2Hi = 0x1.62e4p-1f;
  static constexpr float kLn2Lo = 0x1.7f7d1cp-20f;
  // v + kShifter leaves v, rounded to an integer, in the low bits of the sum.
  static constexpr float kShifter = 0x1.8p23f;
  static constexpr int kMantissaBits = 23;
  static constexpr uint32_t kQuietBit = 0x00400000u;
  static constexpr float kMinNormal = 0x1p-126f;
  // exp: within +-kExpFast the result is normal and finite; beyond the clamps it is 0 or inf.
  static constexpr float kExpFast = 87.0f;
  static constexpr float kExpClampLow = -104.0f;
  static constexpr float kExpClampHigh = 89.0f;
  // tanh: above kTanhCut through e^2x; from 13 ln2 = 9.011 on it rounds to 1.
  static constexpr float kTanhCut = 0x1.e8p-1f;
  static constexpr float kTanhClamp = 9.02f;
};

template <>
struct Constants<double> {
  static constexpr double kInvLn2 = 0x1.71547652b82fep0;
  static constexpr double kLn2Hi = 0x1.62e42fefa4p-1;  // |k| < 2^12
  static constexpr double kLn2Lo = -0x1.8432a1b0e2634p-43;
  static constexpr double kShifter = 0x1.8p52;
  static constexpr int kMantissaBits = 52;
  static constexpr uint64_t kQuietBit = 0x0008000000000000u;
  static constexpr double kMinNormal = 0x1p-1022;
  static constexpr double kExpFast = 708.0;
  static constexpr double kExpClampLow = -746.0;
  static constexpr double kExpClampHigh = 710.0;
  // tanh: up to kTanhFast the quotient is computed (e^2x < 2^54); from there to kTanhOne the
  // result is the same neighbour of 1, and then 1.
  static constexpr double kTanhFast = 18.6;
  static constexpr double kTanhOne = 0x1.30fc1931f09cap4;  // 27.5 ln2
  static constexpr double kTanhBelowOne = 0x1.fffffffffffffp-1;
};

template <class D>
using ConstantsOf = Constants<ops::TFromD<D>>;

// NaN lanes of x, made quiet with integer operations: which payload arithmetic keeps differs.
template <class D, class V>
HWY_INLINE V KeepNaN(D d, V x, V result) {
  const V quiet = ops::FromBits(
      d, ops::Or(ops::Bits(d, x), ops::Set(ops::UnsignedOf<D>(), ConstantsOf<D>::kQuietBit)));
  return ops::IfThenElse(ops::IsNaN(x), quiet, result);
}

// -------- exp: x = k ln2 + r with |r| <= ln2 / 2, e^x = 2^k e^r

// e^r = 1 + r + r^2 q(r). Returns q.
template <class D, class V>
HWY_INLINE V ExpQuotientF32(D d, V r, V r2) {
  // e^r on [-0.3475, 0.3475], coefficients of r^2..r^6, relative error 3.4e-9.
  const V a = ops::MulAdd(d, r, ops::Set(d, 0x1.55549p-3f), ops::Set(d, 0x1.fffffap-2f));
  const V b = ops::MulAdd(d, r, ops::Set(d, 0x1.123b04p-7f), ops::Set(d, 0x1.555a22p-5f));
  const V c = ops::MulAdd(d, r2, ops::Set(d, 0x1.695414p-10f), b);
  return ops::MulAdd(d, r2, c, a);
}

template <class D, class V>
HWY_INLINE V ExpQuotientF64(D d, V r, V r2) {
  // e^r on [-0.3475, 0.3475], coefficients of r^2..r^11, relative error 3.9e-18.
  const V r4 = ops::Mul(r2, r2);
  const V c23 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.55555555554f9p-3), ops::Set(d, 0x1.000000000000ap-1));
  const V c45 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.1111111127d09p-7), ops::Set(d, 0x1.5555555550629p-5));
  const V c67 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.a01a012aa8e74p-13), ops::Set(d, 0x1.6c16c184a9d23p-10));
  const V c89 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.71df22fd74a4ap-19), ops::Set(d, 0x1.a01998b27e7c5p-16));
  const V c1011 =
      ops::MulAdd(d, r, ops::Set(d, 0x1.ad85bb7fae4d1p-26), ops::Set(d, 0x1.28aeb476c4704p-22));
  const V low = ops::MulAdd(d, r2, c45, c23);
  const V mid = ops::MulAdd(d, r2, c89, c67);
  const V high = ops::MulAdd(d, r4, c1011, mid);
  return ops::MulAdd(d, r4, high, low);
}

// Returns e^r; `shifted` is k + kShifter.
template <class D, class V>
HWY_INLINE V ExpReduce(D d, V x, V& shifted) {
  using C = ConstantsOf<D>;
  using T = ops::TFromD<D>;
  shifted = ops::MulAdd(d, x, ops::Set(d, C::kInvLn2), ops::Set(d, C::kShifter));
  const V k = ops::Sub(shifted, ops::Set(d, C::kShifter));
  const V r_hi = ops::NegMulAdd(d, k, ops::Set(d, C::kLn2Hi), x);  // exact
  const V r_lo = ops::Mul(k, ops::Set(d, C::kLn2Lo));
  const V r = ops::Sub(r_hi, r_lo);
  const V r2 = ops::Mul(r, r);
  V q;
  if constexpr (sizeof(T) == 4)
    q = ExpQuotientF32(d, r, r2);
  else
    q = ExpQuotientF64(d, r, r2);
  // The rounding of r must not reach the leading term, where it would cost a quarter ulp: the sum
  // starts again from the exact r_hi. These additions are free beside the multiplications.
  const V t = ops::MulSub(d, r2, q, r_lo);
  return ops::Add(ops::Set(d, T{1}), ops::Add(r_hi, t));
}

// For vectors with any lane whose result is subnormal, zero, infinite or NaN, or near it.
// Lanes of ordinary x get the bits of the fast path: both scalings are exact there.
template <class D, class V>
HWY_NOINLINE V ExpSpecial(D d, V x, Raised& raised) {
  using C = ConstantsOf<D>;
  const ops::SignedOf<D> di;
  const V high = ops::Set(d, C::kExpClampHigh), low = ops::Set(d, C::kExpClampLow);
  V clamped = ops::IfThenElse(ops::Gt(x, high), high, x);
  clamped = ops::IfThenElse(ops::Lt(x, low), low, clamped);
  V shifted;
  const V p = ExpReduce(d, clamped, shifted);
  // 2^k may be out of range, its halves are not. p * 2^k1 is exact: only the last product rounds.
  const auto k = ops::Sub(ops::BitCast(di, shifted), ops::BitCast(di, ops::Set(d, C::kShifter)));
  const auto k1 = ops::ShiftRight<1>(k);
  const auto k2 = ops::Sub(k, k1);
  const V r = ops::Mul(ops::Mul(p, ops::Pow2Normal(d, k1)), ops::Pow2Normal(d, k2));
  ops::Raise(d, ops::AndMask(ops::IsInf(d, r), ops::IsFinite(d, x)), kOverflow, raised);
  return KeepNaN(d, x, r);
}

template <class D, class V>
HWY_INLINE V ExpOrdinary(D d, V x) {
  V shifted;
  const V p = ExpReduce(d, x, shifted);
  // The low bits of `shifted` are k modulo 2^(exponent bits + 1): add them to p's exponent.
  return ops::FromBits(d, ops::Add(ops::Bits(d, p), ops::ShiftLeft<ConstantsOf<D>::kMantissaBits>(
                                                        ops::Bits(d, shifted))));
}

template <class D, class V>
HWY_INLINE V ExpBody(D d, V x, Raised& raised) {
  using C = ConstantsOf<D>;
  const V result = ExpOrdinary(d, x);
  const auto fast = ops::Le(ops::Abs(x), ops::Set(d, C::kExpFast));
  if (HWY_UNLIKELY(!ops::AllOf(d, fast))) return ExpSpecial(d, x, raised);
  return result;
}

// -------- log: x = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt(2)), log x = k ln2 + log1p(f)

// The leading sum k ln2_hi + f with its rounding error, which for |k| >= 2 would add half an ulp
// to that of the last addition (for |k| = 1 the sum cancels, but is exact).
// |k| ln2_hi >= |f| unless k = 0, as the error formula needs.
template <class V>
HWY_INLINE V LogLeading(V k_ln2_hi, V f, V& error) {
  const V sum = ops::Add(k_ln2_hi, f);
  error = ops::Sub(f, ops::Sub(sum, k_ln2_hi));
  return sum;
}

// x positive, normal, finite. The log of x 2^-shift, if a shift is given.
template <class D, class V, class... Shift>
HWY_INLINE V LogCoreF32(D d, V x, Shift... shift) {
  const ops::SignedOf<D> di;
  const auto bits = ops::BitCast(di, x);
  // k 2^23 as an integer converts exactly; the scale moves into the constants.
  const auto k_scaled = ops::And(ops::Sub(bits, ops::Set(di, 0x3F3504F3)),  // sqrt(1/2)
                                 ops::Set(di, static_cast<int32_t>(0xFF800000u)));
  const V m = ops::BitCast(d, ops::Sub(bits, k_scaled));
  V k = ops::FromIntSmall(d, k_scaled);
  if constexpr (sizeof...(Shift) != 0) {
    k = ops::Sub(k, ops::Mul(shift..., ops::Set(d, 0x1p23f)));
  }
  const V f = ops::Sub(m, ops::Set(d, 1.0f));  // exact
  // log1p(f) on [-0.2929, 0.41423], coefficients of f^2..f^10, relative error 9.5e-9: fpminimax
  // gave 4.3e-9; the last digits were then searched for the least error after rounding over all
  // f (k = 0), which fell from 0.98 to 0.91 ulp.
  const V f2 = ops::Mul(f, f);
  const V f4 = ops::Mul(f2, f2);
  const V c23 = ops::MulAdd(d, f, ops::Set(d, 0x1.55555p-2f), ops::Set(d, -0x1.fffff8p-2f));
  const V c45 = ops::MulAdd(d, f, ops::Set(d, 0x1.99a3eap-3f), ops::Set(d, -0x1.000432p-2f));
  const V c67 = ops::MulAdd(d, f, ops::Set(d, 0x1.2270bp-3f), ops::Set(d, -0x1.5426e6p-3f));
  const V c89 = ops::MulAdd(d, f, ops::Set(d, 0x1.086a06p-3f), ops::Set(d, -0x1.0f40fap-3f));
  const V c8910 = ops::MulAdd(d, f2, ops::Set(d, -0x1.3843acp-4f), c89);
  const V high = ops::MulAdd(d, f2, c8910, c67);
  const V low = ops::MulAdd(d, f2, c45, c23);
  const V q = ops::MulAdd(d, f4, high, low);
  V error;
  const V sum = LogLeading(ops::Mul(k, ops::Set(d, 0x1p-23f * Constants<float>::kLn2Hi)), f, error);
  const V tail = ops::MulAdd(d, k, ops::Set(d, 0x1p-23f * Constants<float>::kLn2Lo), error);
  return ops::Add(sum, ops::MulAdd(d, f2, q, tail));
}

template <class D, class V, class... Shift>
HWY_INLINE V LogCoreF64(D d, V x, Shift... shift) {
  const ops::UnsignedOf<D> du;
  constexpr uint64_t kSqrtHalf = 0x3FE6A09E667F3BCD;
  const auto bits = ops::Add(ops::Bits(d, x), ops::Set(du, (uint64_t{1023} << 52) - kSqrtHalf));
  const V m = ops::FromBits(
      d, ops::Add(ops::And(bits, ops::Set(du, (uint64_t{1} << 52) - 1)), ops::Set(du, kSqrtHalf)));
  // k + 1023 in the low bits of 2^52: subtracting both leaves k without an integer conversion,
  // which AVX2 lacks for 64 bits.
  const V biased =
      ops::FromBits(d, ops::Or(ops::ShiftRight<52>(bits), ops::Bits(d, ops::Set(d, 0x1p52))));
  V k = ops::Sub(biased, ops::Set(d, 0x1p52 + 1023));
  if constexpr (sizeof...(Shift) != 0) k = ops::Sub(k, shift...);
  const V f = ops::Sub(m, ops::Set(d, 1.0));  // exact
  // With s = f / (2 + f): log1p(f) = log((1 + s) / (1 - s)) = f - (f^2/2 - s (f^2/2 + s^2 p(s^2))).
  const V s = ops::Div(f, ops::Add(f, ops::Set(d, 2.0)));
  // f^2/2 is rounded for the small inner sum only; the outer one takes it exactly.
  const V half_f = ops::Mul(f, ops::Set(d, 0.5));
  const V half_f2 = ops::Mul(half_f, f);
  const V z = ops::Mul(s, s);
  const V z2 = ops::Mul(z, z);
  // log((1 + s) / (1 - s)) on |s| <= 0.17158, coefficients of s^3..s^15, relative error 1.3e-18.
  const V c01 =
      ops::MulAdd(d, z, ops::Set(d, 0x1.999999997ff58p-2), ops::Set(d, 0x1.5555555555592p-1));
  const V c23 =
      ops::MulAdd(d, z, ops::Set(d, 0x1.c71c5218e11e7p-3), ops::Set(d, 0x1.24924941dc60dp-2));
  const V c45 =
      ops::MulAdd(d, z, ops::Set(d, 0x1.39a2024d03472p-3), ops::Set(d, 0x1.74663bf27e498p-3));
  const V c456 = ops::MulAdd(d, z2, ops::Set(d, 0x1.2f02bc1c6ca58p-3), c45);
  const V c23456 = ops::MulAdd(d, z2, c456, c23);
  const V p = ops::MulAdd(d, z2, c23456, c01);
  const V u = ops::MulAdd(d, z, p, half_f2);
  V error;
  const V sum = LogLeading(ops::Mul(k, ops::Set(d, Constants<double>::kLn2Hi)), f, error);
  const V tail = ops::MulAdd(d, k, ops::Set(d, Constants<double>::kLn2Lo), error);
  return ops::Add(sum, ops::MulAdd(d, s, u, ops::NegMulAdd(d, half_f, f, tail)));
}

template <class D, class V, class... Shift>
HWY_INLINE V LogCore(D d, V x, Shift... shift) {
  if constexpr (sizeof(ops::TFromD<D>) == 4)
    return LogCoreF32(d, x, shift...);
  else
    return LogCoreF64(d, x, shift...);
}

// For vectors with any lane that is subnormal, zero, negative, infinite or NaN.
template <class D, class V>
HWY_NOINLINE V LogSpecial(D d, V x, Raised& raised) {
  using C = ConstantsOf<D>;
  using T = ops::TFromD<D>;
  const V zero = ops::Zero(d);
  // Subnormals become normal; the exponent is corrected by the same amount. Lanes of ordinary x
  // keep the bits of the fast path. Lanes that are not positive and finite are replaced below.
  const auto small = ops::Lt(x, ops::Set(d, C::kMinNormal));
  const V scale = ops::Set(d, static_cast<T>(uint64_t{1} << C::kMantissaBits));
  V r = LogCore(d, ops::IfThenElse(small, ops::Mul(x, scale), x),
                ops::IfThenElseZero(small, ops::Set(d, static_cast<T>(C::kMantissaBits))));
  const auto is_zero = ops::Eq(x, zero);
  const auto negative = ops::Lt(x, zero);
  r = ops::IfThenElse(ops::Eq(x, ops::Inf(d)), x, r);
  r = ops::IfThenElse(is_zero, ops::Neg(ops::Inf(d)), r);
  r = ops::IfThenElse(negative, ops::NaN(d), r);
  ops::Raise(d, is_zero, kDivByZero, raised);
  ops::Raise(d, negative, kInvalid, raised);
  return KeepNaN(d, x, r);
}

template <class D, class V>
HWY_INLINE V LogBody(D d, V x, Raised& raised) {
  const V result = LogCore(d, x);
  const auto fast =
      ops::AndMask(ops::Ge(x, ops::Set(d, ConstantsOf<D>::kMinNormal)), ops::Lt(x, ops::Inf(d)));
  if (HWY_UNLIKELY(!ops::AllOf(d, fast))) return LogSpecial(d, x, raised);
  return result;
}

}  // namespace exponential

template <class D, class V>
HWY_INLINE V Body(Exp, D d, V x, Raised& raised) {
  return exponential::ExpBody(d, x, raised);
}
template <class D, class V>
HWY_INLINE V OrdinaryBody(Exp, D d, V x) {
  return exponential::ExpOrdinary(d, x);
}
template <class D, class V>
HWY_INLINE V Body(Log, D d, V x, Raised& raised) {
  return exponential::LogBody(d, x, raised);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
