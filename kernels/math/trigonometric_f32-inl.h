// SIMD bodies of sin and cos, f32, and what f64 (trigonometric-inl.h) shares with them. Error
// budgets: docs/notes/sin-cos-pow.md.
// Polynomial coefficients were computed with Sollya's fpminimax; each set names its function,
// interval and maximum relative error (approximation only, before rounding).
// The order of evaluation is spelled out: it is part of the numerics contract.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_MATH_TRIGONOMETRIC_F32_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_MATH_TRIGONOMETRIC_F32_INL_H_
#undef LANEWISE_KERNELS_MATH_TRIGONOMETRIC_F32_INL_H_
#else
#define LANEWISE_KERNELS_MATH_TRIGONOMETRIC_F32_INL_H_
#endif

#include "kernels/ops/ops-inl.h"
#include "kernels/math/trigonometric.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace trigonometric {

// v + kShifter leaves v, rounded to an integer, in the low bits of the sum.
inline constexpr double kShifter = 0x1.8p52;

// The result of a special lane: NaN for an infinity, the quieted argument for a NaN (with integer
// operations: which payload arithmetic keeps differs between targets).
template <class D, class V>
HWY_INLINE V FinishSpecial(D d, V x, V result, Raised& raised) {
  const auto infinite = ops::IsInf(d, x);
  ops::Raise(d, infinite, kInvalid, raised);
  const V quiet = ops::FromBits(d, ops::Or(ops::Bits(d, x), ops::Bits(d, ops::NaN(d))));
  result = ops::IfThenElse(infinite, ops::NaN(d), result);
  return ops::IfThenElse(ops::IsNaN(x), quiet, result);
}

// -------- f32
//
// x = k pi/2 + (r - minus_low) with |r| <= pi/4; the low two bits of k choose between sine and
// cosine of r and the sign.

// Below this k has at most 13 bits.
inline constexpr float kF32Fast = 12800.0f;

// Both series are computed: to select coefficients and the shapes of the last sums takes longer.
// A sine of -0 stays -0 by the signs of the zeros here.
template <bool kCos, class D, class V>
HWY_INLINE V FastF32(D d, V x) {
  const ops::UnsignedOf<D> du;
  // The low bits of `shifted` are k, for cos k + 1.
  const V shifter = ops::Set(d, kCos ? 0x1.8p23f + 1.0f : 0x1.8p23f);
  const V shifted = ops::MulAdd(d, x, ops::Set(d, 0x1.45f306p-1f), shifter);
  const V k = ops::Sub(shifted, shifter);
  // pi/2 in three words. k * word 1 cancels exactly against x; k * word 2 has at most 24 bits, so
  // that r - r1 and the first minus_low are exact, too.
  const V r1 = ops::NegMulAdd(d, k, ops::Set(d, 0x1.921fb4p0f), x);
  const V word2 = ops::Set(d, 0x1.444p-24f);
  const V r = ops::NegMulAdd(d, k, word2, r1);
  V minus_low = ops::MulAdd(d, k, word2, ops::Sub(r, r1));
  minus_low = ops::MulAdd(d, k, ops::Set(d, 0x1.68c234p-39f), minus_low);

  const V r2 = ops::Mul(r, r);
  // sin r = r - r (r^2 s(r^2)) on [-0.79, 0.79], relative error 4.2e-9.
  const V s = ops::Polynomial(d, r2, 0x1.555544p-3f, -0x1.1106d6p-7f, 0x1.992462p-13f);
  const V sine = ops::Sub(r, ops::MulAdd(d, r, ops::Mul(r2, s), minus_low));
  // cos r = 1 + r (r q(r^2)) on [-0.79, 0.79], relative error 1.3e-10. In this shape r^2 need not
  // be exact, and the only roundings that count are those of q, of the bracket and of the end.
  const V q = ops::Polynomial(d, r2, -0x1p-1f, 0x1.55554ap-5f, -0x1.6c0c1ep-10f, 0x1.99e334p-16f);
  const V cosine = ops::MulAdd(d, r, ops::MulAdd(d, r, q, minus_low), ops::Set(d, 1.0f));

  const auto bits = ops::Bits(d, shifted);
  const V odd = ops::FromBits(d, ops::ShiftLeft<31>(bits));  // selects by its sign bit
  const V result = ops::IfNegativeThenElse(odd, cosine, sine);
  const auto sign = ops::And(ops::ShiftLeft<30>(bits), ops::Set(du, 0x80000000u));
  return ops::FromBits(d, ops::Xor(ops::Bits(d, result), sign));
}

// -------- f32 beyond the fast range, computed in f64
//
// sin x = (-1)^k sin(x - k pi), cos x = (-1)^n sin((n + 1/2) pi - x): one odd polynomial on
// [-pi/2, pi/2] serves both. f64 keeps about 29 bits in reserve, so that neither the reduction nor
// the polynomial needs compensation.

// Beyond this the two words of pi are too few.
inline constexpr double kF32Huge = 0x1p36;

// With the low bit of `parity` set the sine of r must be negated.
template <bool kCos, class D, class V>
HWY_INLINE V ReduceF32(D d, V x, V& parity) {
  const V shifter = ops::Set(d, kShifter);
  const V inv_pi = ops::Set(d, 0x1.45f306dc9c883p-2);
  const V pi_hi = ops::Set(d, 0x1.921fb54442d18p1), pi_lo = ops::Set(d, 0x1.1a62633145c07p-53);
  if constexpr (kCos) {
    parity = ops::Add(ops::MulAdd(d, x, inv_pi, ops::Set(d, -0.5)), shifter);
    const V k = ops::Add(ops::Sub(parity, shifter), ops::Set(d, 0.5));
    return ops::MulAdd(d, k, pi_lo, ops::MulSub(d, k, pi_hi, x));
  } else {
    parity = ops::MulAdd(d, x, inv_pi, shifter);
    const V k = ops::Sub(parity, shifter);
    return ops::NegMulAdd(d, k, pi_lo, ops::NegMulAdd(d, k, pi_hi, x));
  }
}

template <class D, class V>
HWY_INLINE V SinPolynomialF32(D d, V r, V parity) {
  // sin(r) / r on [0, 1.58] in powers of r^2, relative error 5.7e-9.
  const V p = ops::Polynomial(d, ops::Mul(r, r), 0x1.ffffffcf7ff7fp-1, -0x1.55554746b27bp-3,
                              0x1.110e632de78d9p-7, -0x1.9f5feeb3d1382p-13, 0x1.5cfac5e13d335p-19);
  const V signed_r =
      ops::FromBits(d, ops::Xor(ops::Bits(d, r), ops::ShiftLeft<63>(ops::Bits(d, parity))));
  return ops::Mul(signed_r, p);
}

// v - 2 * round(v / 2), exact.
template <class D, class V>
HWY_INLINE V ModuloTwo(D d, V v) {
  return ops::NegMulAdd(d, ops::Rint(d, ops::Mul(v, ops::Set(d, 0.5))), ops::Set(d, 2.0), v);
}

// x / pi modulo 2 for |x| >= 2^36. x is a 24-bit integer times 2^(e - 23). Bits of 1/pi that give
// even integers with every x of a range of exponents are left out; the next 29 and again 29 bits
// have exact products with x, and 53 bits follow.
template <bool kCos, class D, class V>
HWY_INLINE V ReduceHugeF32(D d, V x, V& parity) {
  const V magnitude = ops::Abs(x);
  const auto above66 = ops::Ge(magnitude, ops::Set(d, 0x1p66));
  const auto above96 = ops::Ge(magnitude, ops::Set(d, 0x1p96));
  const V c1 = ops::IfThenElse(
      above96, ops::Set(d, 0x1.3abe8f8p-76),
      ops::IfThenElse(above66, ops::Set(d, 0x1.1054a7fp-43), ops::Set(d, 0x1.9836e4ep-13)));
  const V c2 = ops::IfThenElse(
      above96, ops::Set(d, 0x1.4d37702p-103),
      ops::IfThenElse(above66, ops::Set(d, 0x1.3abe8fp-76), ops::Set(d, 0x1.1054a7ep-43)));
  const V c3 = ops::IfThenElse(above96, ops::Set(d, 0x1.6d8a5664f10e4p-131),
                               ops::IfThenElse(above66, ops::Set(d, 0x1.534ddc0db6296p-101),
                                               ops::Set(d, 0x1.09d5f47d4d377p-71)));
  const V t1 = ModuloTwo(d, ops::Mul(x, c1));
  const V t2 = ModuloTwo(d, ops::Mul(x, c2));
  const V t3 = ops::Mul(x, c3);
  const V shifter = ops::Set(d, kShifter);
  const V half = ops::Set(d, kCos ? 0.5 : 0.0);
  parity = ops::Add(ops::Sub(ops::Add(ops::Add(t1, t2), t3), half), shifter);
  const V k = ops::Add(ops::Sub(parity, shifter), half);
  // If the fraction is tiny then the first two differences and sums are exact.
  const V fraction = ops::Add(ops::Add(ops::Sub(t1, k), t2), t3);
  return ops::Mul(fraction, ops::Set(d, kCos ? -0x1.921fb54442d18p1 : 0x1.921fb54442d18p1));
}

template <bool kCos, class D, class V>
HWY_INLINE V SpecialHalfF32(D d, V x) {
  V parity;
  V r = ReduceF32<kCos>(d, x, parity);
  const auto huge = ops::Ge(ops::Abs(x), ops::Set(d, kF32Huge));
  if (!ops::NoneOf(d, huge)) {
    V huge_parity;
    const V huge_r = ReduceHugeF32<kCos>(d, x, huge_parity);
    r = ops::IfThenElse(huge, huge_r, r);
    parity = ops::IfThenElse(huge, huge_parity, parity);
  }
  return SinPolynomialF32(d, r, parity);
}

// Lanes in the fast range keep their result, so that none depends on its neighbours. A call, since
// with all this in the loop sin took 0.411 ns per element in L1, so 0.396 (AVX2, Zen 4).
template <bool kCos, class D, class V, class M>
HWY_NOINLINE V SpecialF32(D d, V x, M fast, V result, Raised& raised) {
  const ops::HalfLanesF64<D> d64;
  const auto lower = SpecialHalfF32<kCos>(d64, ops::PromoteLower(d64, x));
  const auto upper = SpecialHalfF32<kCos>(d64, ops::PromoteUpper(d64, x));
  result = ops::IfThenElse(fast, result, ops::DemoteTwo(d, lower, upper));
  return FinishSpecial(d, x, result, raised);
}

template <bool kCos, class D, class V>
HWY_INLINE V SinCosF32(D d, V x, Raised& raised) {
  const V result = FastF32<kCos>(d, x);
  const auto fast = ops::Lt(ops::Abs(x), ops::Set(d, kF32Fast));
  if (HWY_UNLIKELY(!ops::AllOf(d, fast))) return SpecialF32<kCos>(d, x, fast, result, raised);
  return result;
}

}  // namespace trigonometric
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
