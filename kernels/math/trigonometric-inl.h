// SIMD bodies of sin and cos, f64 (f32: trigonometric_f32-inl.h). Error budgets:
// docs/notes/sin-cos-pow.md.
// Polynomial coefficients were computed with Sollya's fpminimax; each set names its function,
// interval and maximum relative error (approximation only, before rounding).
// The order of evaluation is spelled out: it is part of the numerics contract.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_MATH_TRIGONOMETRIC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_MATH_TRIGONOMETRIC_INL_H_
#undef LANEWISE_KERNELS_MATH_TRIGONOMETRIC_INL_H_
#else
#define LANEWISE_KERNELS_MATH_TRIGONOMETRIC_INL_H_
#endif

#include <cstdint>

#include "kernels/ops/ops-inl.h"
#include "kernels/ops/tables-inl.h"
#include "kernels/math/trigonometric_f32-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace trigonometric {

// -------- f64
//
// |x| = k pi/2 + (r + low) with |r| <= pi/4; the low two bits of k choose between sine and cosine
// of r and the sign.

// pi/2 in three words. k * word 1 cancels exactly against x. Word 2 is a multiple of 2^-85, so that
// r + low is exactly what remains after it for k < 2^22; word 3 reaches to 2^-139.
inline constexpr double kF64Fast = 0x1p22;

// The low bits of `shifted` are k, for cos k + 1.
template <bool kCos, class D, class V>
HWY_INLINE void ReduceF64(D d, V magnitude, V& r, V& low, V& shifted) {
  const V shifter = ops::Set(d, kCos ? kShifter + 1.0 : kShifter);
  shifted = ops::MulAdd(d, magnitude, ops::Set(d, 0x1.45f306dc9c883p-1), shifter);
  const V k = ops::Sub(shifted, shifter);
  const V r1 = ops::NegMulAdd(d, k, ops::Set(d, 0x1.921fb54442d18p0), magnitude);
  const V word2 = ops::Set(d, 0x1.1a626332p-54);
  r = ops::NegMulAdd(d, k, word2, r1);
  low = ops::NegMulAdd(d, k, word2, ops::Sub(r1, r));
  low = ops::NegMulAdd(d, k, ops::Set(d, -0x1.747f23e32ed7p-87), low);
}

template <class D, class V>
HWY_INLINE V Choose(D d, V negative, double yes, double no) {
  return ops::IfNegativeThenElse(negative, ops::Set(d, yes), ops::Set(d, no));
}

template <bool kCos, class D, class V>
HWY_INLINE V SinCosPolynomialF64(D d, V x, V r, V low, V shifted) {
  const ops::UnsignedOf<D> du;
  const V r2 = ops::Mul(r, r);
  const V r4 = ops::Mul(r2, r2);
  const auto k = ops::Bits(d, shifted);
  const V odd = ops::FromBits(d, ops::ShiftLeft<63>(k));  // selects by its sign bit
  const V minus_half = ops::Set(d, -0.5), one = ops::Set(d, 1.0);
  const V head = ops::MulAdd(d, r2, minus_half, one);
  const V head_error = ops::MulAdd(d, r2, minus_half, ops::Sub(one, head));

  // Even k: sin r = r + (low cos r + r^3 p(r^2)), relative error 1.5e-17; head is enough of cos r.
  // Odd k: cos r = head + (head_error - low r + r^4 p(r^2)), relative error 6.4e-19.
  // Both on [-0.786, 0.786]. Selecting coefficients is cheaper than a second polynomial.
  const V p01 = ops::MulAdd(d, r2, Choose(d, odd, -0x1.6c16c16c168c9p-10, 0x1.1111111110c79p-7),
                            Choose(d, odd, 0x1.5555555555555p-5, -0x1.5555555555555p-3));
  const V p23 = ops::MulAdd(d, r2, Choose(d, odd, -0x1.27e4fa0294bd1p-22, 0x1.71de37aedaa89p-19),
                            Choose(d, odd, 0x1.a01a019f37fa7p-16, -0x1.a01a019e9ec4dp-13));
  const V p45 = ops::MulAdd(d, r2, Choose(d, odd, -0x1.90734d02b1b47p-37, 0x1.5e109ff90d843p-33),
                            Choose(d, odd, 0x1.1eeb578302a2ep-29, -0x1.ae601e31b5573p-26));
  const V p = ops::MulAdd(d, r4, ops::MulAdd(d, r4, p45, p23), p01);
  const V factor = ops::Mul(r2, ops::IfNegativeThenElse(odd, r2, r));
  const V tail =
      ops::IfNegativeThenElse(odd, ops::NegMulAdd(d, r, low, head_error), ops::Mul(low, head));
  const V result = ops::Add(ops::IfNegativeThenElse(odd, head, r), ops::MulAdd(d, factor, p, tail));

  auto sign = ops::ShiftLeft<62>(k);
  if constexpr (!kCos) sign = ops::Xor(sign, ops::Bits(d, x));
  sign = ops::And(sign, ops::Set(du, uint64_t{1} << 63));
  return ops::FromBits(d, ops::Xor(ops::Bits(d, result), sign));
}

// The bits of 2/pi behind the binary point, after one word of zeros for its integer part.
// clang-format off
HWY_INLINE const uint64_t* TwoOverPi() {
  static constexpr uint64_t table[21] = {
    0,
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
    0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
    0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
    0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d};
  return table;
}
// clang-format on

// The 48-bit integer `bits` times 2^kExponent, exact.
template <int kExponent, class D, class VU>
HWY_INLINE ops::VecOf<D> PieceOf(D d, VU bits) {
  const ops::UnsignedOf<D> du;
  constexpr uint64_t kMagic = uint64_t{1023 + 52 + kExponent} << 52;
  const auto magic = ops::Set(du, kMagic);
  return ops::Sub(ops::FromBits(d, ops::Or(bits, magic)), ops::FromBits(d, magic));
}

// a + b = sum + error, exactly.
template <class V>
HWY_INLINE V SumWithError(V a, V b, V& error) {
  const V sum = ops::Add(a, b);
  const V b_part = ops::Sub(sum, a);
  error = ops::Add(ops::Sub(a, ops::Sub(sum, b_part)), ops::Sub(b, b_part));
  return sum;
}

// ReduceF64 for 2^22 <= magnitude < infinity, after Payne and Hanek: a product with words of 2/pi.
// Bits that give multiples of 4 with every significand are left out, those below 2^-138 as well.
template <bool kCos, class D, class V>
HWY_INLINE void ReduceHugeF64(D d, V magnitude, V& r, V& low, V& shifted) {
  const ops::UnsignedOf<D> du;
  const ops::SignedOf<D> di;
  const auto bits = ops::Bits(d, magnitude);
  const auto fraction_mask = ops::Set(du, (uint64_t{1} << 52) - 1);
  // magnitude = m * 2^e with m in [1, 2).
  const V m =
      ops::FromBits(d, ops::Or(ops::And(bits, fraction_mask), ops::Set(du, uint64_t{1023} << 52)));
  // The first bit of interest weighs 2^53 after multiplication by 2^e: bit e + 10 of the table.
  const auto first = ops::Sub(ops::ShiftRight<52>(bits), ops::Set(du, uint64_t{1023 - 10}));
  const auto word = ops::BitCast(di, ops::ShiftRight<6>(first));
  const auto shift = ops::And(first, ops::Set(du, uint64_t{63}));
  const auto back = ops::Sub(ops::Set(du, uint64_t{64}), shift);
  const auto t0 = ops::Gather(du, TwoOverPi(), word);
  const auto t1 = ops::Gather(du, TwoOverPi() + 1, word);
  const auto t2 = ops::Gather(du, TwoOverPi() + 2, word);
  const auto t3 = ops::Gather(du, TwoOverPi() + 3, word);
  const auto w0 = ops::Or(ops::ShiftLeftBy(du, t0, shift), ops::ShiftRightBy(du, t1, back));
  const auto w1 = ops::Or(ops::ShiftLeftBy(du, t1, shift), ops::ShiftRightBy(du, t2, back));
  const auto w2 = ops::Or(ops::ShiftLeftBy(du, t2, shift), ops::ShiftRightBy(du, t3, back));
  const V a0 = PieceOf<6>(d, ops::ShiftRight<16>(w0));
  const V a1 = PieceOf<-42>(
      d, ops::Or(ops::ShiftRight<16>(ops::ShiftLeft<48>(w0)), ops::ShiftRight<32>(w1)));
  const V a2 = PieceOf<-90>(
      d, ops::Or(ops::ShiftRight<16>(ops::ShiftLeft<32>(w1)), ops::ShiftRight<48>(w2)));
  const V a3 = PieceOf<-138>(d, ops::ShiftRight<16>(ops::ShiftLeft<16>(w2)));

  // m a0 + m a1 + m a2 + m a3, products with their errors; the first modulo 4.
  const V p0 = ops::Mul(m, a0), p1 = ops::Mul(m, a1), p2 = ops::Mul(m, a2);
  const V e0 = ops::MulSub(d, m, a0, p0), e1 = ops::MulSub(d, m, a1, p1);
  const V e2 = ops::MulSub(d, m, a2, p2);
  const V four = ops::Set(d, 4.0), quarter = ops::Set(d, 0.25);
  const V p0_mod = ops::NegMulAdd(d, ops::Rint(d, ops::Mul(p0, quarter)), four, p0);
  // p0_mod and e0 are multiples of 2^-46 below 4: their sum is exact, and so are all fractions.
  const V sum0 = ops::Add(p0_mod, e0);
  const V n0 = ops::Rint(d, sum0), n1 = ops::Rint(d, p1);
  V error, error2, error3, error4;
  const V sum1 = SumWithError(ops::Sub(sum0, n0), ops::Sub(p1, n1), error);
  const V n2 = ops::Rint(d, sum1);
  V f = SumWithError(ops::Sub(sum1, n2), p2, error2);
  f = SumWithError(f, e1, error3);
  f = SumWithError(f, error, error4);
  const V f_low = ops::Add(ops::Add(error2, ops::Add(error3, error4)), ops::MulAdd(d, m, a3, e2));
  // Times pi/2.
  const V half_pi = ops::Set(d, 0x1.921fb54442d18p0);
  const V high = ops::Mul(f, half_pi);
  const V rest = ops::MulAdd(d, f, ops::Set(d, 0x1.1a62633145c07p-54),
                             ops::MulAdd(d, f_low, half_pi, ops::MulSub(d, f, half_pi, high)));
  r = ops::Add(high, rest);
  low = ops::Add(ops::Sub(high, r), rest);
  shifted = ops::Add(ops::Add(n0, ops::Add(n1, n2)), ops::Set(d, kCos ? kShifter + 1.0 : kShifter));
}

// Inlined although rare: a call in the loop would keep the constants out of registers.
template <bool kCos, class D, class V>
HWY_INLINE V SpecialF64(D d, V x, Raised& raised) {
  const V magnitude = ops::Abs(x);
  const V limit = ops::Set(d, kF64Fast);
  const auto huge = ops::AndMask(ops::Gt(magnitude, limit), ops::Lt(magnitude, ops::Inf(d)));
  V r, low, shifted, huge_r, huge_low, huge_shifted;
  ReduceF64<kCos>(d, magnitude, r, low, shifted);
  ReduceHugeF64<kCos>(d, ops::IfThenElse(huge, magnitude, limit), huge_r, huge_low, huge_shifted);
  r = ops::IfThenElse(huge, huge_r, r);
  low = ops::IfThenElse(huge, huge_low, low);
  shifted = ops::IfThenElse(huge, huge_shifted, shifted);
  return FinishSpecial(d, x, SinCosPolynomialF64<kCos>(d, x, r, low, shifted), raised);
}

template <bool kCos, class D, class V>
HWY_INLINE V SinCosF64(D d, V x, Raised& raised) {
  const V magnitude = ops::Abs(x);
  const auto fast = ops::Le(magnitude, ops::Set(d, kF64Fast));
  if (HWY_UNLIKELY(!ops::AllOf(d, fast))) return SpecialF64<kCos>(d, x, raised);
  V r, low, shifted;
  ReduceF64<kCos>(d, magnitude, r, low, shifted);
  return SinCosPolynomialF64<kCos>(d, x, r, low, shifted);
}

}  // namespace trigonometric

template <class D, class V>
HWY_INLINE V Body(Sin, D d, V x, Raised& raised) {
  if constexpr (sizeof(ops::TFromD<D>) == 4)
    return trigonometric::SinCosF32<false>(d, x, raised);
  else
    return trigonometric::SinCosF64<false>(d, x, raised);
}

template <class D, class V>
HWY_INLINE V Body(Cos, D d, V x, Raised& raised) {
  if constexpr (sizeof(ops::TFromD<D>) == 4)
    return trigonometric::SinCosF32<true>(d, x, raised);
  else
    return trigonometric::SinCosF64<true>(d, x, raised);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
