// SIMD bodies of pow. Error budget: docs/notes/sin-cos-pow.md.
// Polynomial coefficients were computed with Sollya's fpminimax; each set names its function,
// interval and maximum error (approximation only, before rounding).
// The order of evaluation is spelled out: it is part of the numerics contract.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_MATH_POWER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_MATH_POWER_INL_H_
#undef LANEWISE_KERNELS_MATH_POWER_INL_H_
#else
#define LANEWISE_KERNELS_MATH_POWER_INL_H_
#endif

#include <cstdint>

#include "kernels/ops/ops-inl.h"
#include "kernels/ops/tables-inl.h"
#include "kernels/math/power.h"
#include "kernels/math/power_fixed-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace power {

// -------- what pow means where |x|^y alone is not the answer (C Annex F.10.4.4)

// `power` is |x|^y for finite y and finite x other than zero; it may be anything elsewhere.
template <class D, class V>
HWY_INLINE V FinishSpecial(D d, V x, V y, V power, Raised& raised) {
  const V zero = ops::Zero(d), one = ops::Set(d, 1), inf = ops::Inf(d);
  const V magnitude = ops::Abs(x), y_magnitude = ops::Abs(y);
  const auto x_zero = ops::Eq(x, zero);
  const auto x_finite = ops::Lt(magnitude, inf), y_finite = ops::Lt(y_magnitude, inf);
  const auto y_negative = ops::Lt(y, zero);
  // Infinities count as even integers. y / 2 is exact or, far below 1, beside the point.
  const V half_y = ops::Mul(y, ops::Set(d, 0.5f));
  const auto y_integer = ops::Eq(ops::Trunc(d, y), y);
  const auto y_odd = ops::AndMask(y_integer, ops::Ne(ops::Trunc(d, half_y), half_y));

  const auto both_finite = ops::AndMask(x_finite, y_finite);
  const auto ordinary = ops::AndMask(both_finite, ops::NotMask(x_zero));
  const auto invalid =
      ops::AndMask(ops::AndMask(both_finite, ops::Lt(x, zero)), ops::NotMask(y_integer));
  const auto overflow =
      ops::AndMask(ops::AndMask(ordinary, ops::Eq(power, inf)), ops::NotMask(invalid));
  ops::Raise(d, invalid, kInvalid, raised);
  ops::Raise(d, ops::AndMask(ops::AndMask(x_zero, y_negative), y_finite), kDivByZero, raised);
  ops::Raise(d, overflow, kOverflow, raised);

  // x zero or infinite, y infinite: y > 0 keeps the direction of |x| from 1, y < 0 reverses it.
  const auto above = ops::Gt(magnitude, one);
  const auto large = ops::OrMask(ops::AndMask(above, ops::NotMask(y_negative)),
                                 ops::AndMask(y_negative, ops::NotMask(above)));
  V r = ops::IfThenElse(ordinary, power, ops::IfThenElseZero(large, inf));
  r = ops::IfThenElse(ops::Eq(magnitude, one), one, r);
  const V sign = ops::And(x, ops::FromBits(d, ops::Bits(d, ops::Set(d, -0.0f))));
  r = ops::Or(r, ops::IfThenElseZero(y_odd, sign));
  r = ops::IfThenElse(invalid, ops::NaN(d), r);

  // NaN operands, made quiet with integer operations; but pow(x, 0) = pow(1, y) = 1 for all x, y.
  const auto quiet_bits = ops::Bits(d, ops::NaN(d));
  r = ops::IfThenElse(ops::IsNaN(y), ops::FromBits(d, ops::Or(ops::Bits(d, y), quiet_bits)), r);
  r = ops::IfThenElse(ops::IsNaN(x), ops::FromBits(d, ops::Or(ops::Bits(d, x), quiet_bits)), r);
  return ops::IfThenElse(ops::OrMask(ops::Eq(y, zero), ops::Eq(x, one)), one, r);
}

// -------- |x|^y = e^(y log |x|), the logarithm in two words

// Tables, by the leading bits of the significand z: Inverse is near 1/z and has so few bits that
// r = z * Inverse - 1 is exact; LogHigh + LogLow = -log(Inverse). The interval around 1 has 1 and
// 0, so that nothing cancels there. kLowest, the first interval's lower end, and the inverses were
// searched for the least |r^3 / log z|, which decides the error of the logarithm. LogHigh and
// kLn2High are multiples of so large a power of two that k * kLn2High + LogHigh is exact for all
// exponents k. Tables are local to functions because device code can read those only.
template <class T>
struct Constants;

template <>
struct Constants<float> {
  // clang-format off
  static HWY_INLINE const float* Inverse() {
    HWY_ALIGN static constexpr float table[16] = {
      0x1.58p+0f, 0x1.5p+0f, 0x1.4p+0f, 0x1.3p+0f, 0x1.28p+0f, 0x1.2p+0f, 0x1.1p+0f, 0x1.08p+0f,
      0x1p+0f, 0x1.fp-1f, 0x1.dp-1f, 0x1.b8p-1f, 0x1.ap-1f, 0x1.9p-1f, 0x1.78p-1f, 0x1.68p-1f};
    return table;
  }
  static HWY_INLINE const float* LogHigh() {
    HWY_ALIGN static constexpr float table[16] = {
      -0x1.2e8ep-2f, -0x1.1676p-2f, -0x1.c9p-3f, -0x1.5ff4p-3f, -0x1.2954p-3f, -0x1.e27p-4f,
      -0x1.f0ap-5f, -0x1.f82p-6f, 0.0f, 0x1.041p-5f, 0x1.9338p-4f, 0x1.366p-3f, 0x1.a94p-3f,
      0x1.f99p-3f, 0x1.3c26p-2f, 0x1.68acp-2f};
    return table;
  }
  static HWY_INLINE const float* LogLow() {
    HWY_ALIGN static constexpr float table[16] = {
      -0x1.5d708ep-21f, 0x1.aa2a2cp-21f, 0x1.070cacp-20f, 0x1.f1eb0ep-20f, -0x1.2f82p-19f,
      -0x1.db8abcp-22f, -0x1.86008cp-20f, -0x1.361cfp-19f, 0.0f, 0x1.76279ep-19f, -0x1.0d1536p-19f,
      -0x1.a7f538p-22f, -0x1.2c3752p-19f, 0x1.c6cb3cp-19f, -0x1.b1199ap-19f, 0x1.07d38ep-19f};
    return table;
  }
  // clang-format on
  static constexpr uint32_t kLowest = 0x3F395C29;  // 0.7240625
  static constexpr int kMantissaBits = 23, kTableBits = 4;
  static constexpr uint32_t kOne = 0x3F800000;
  static constexpr float kIntegers = 0x1p23f;  // an exponent in its low bits leaves it exact
  static constexpr float kBias = 127.0f;
  static constexpr float kInvLn2 = 0x1.715476p0f;
  static constexpr float kLn2High = 0x1.62e4p-1f, kLn2Low = 0x1.7f7d1cp-20f;
  // v + kShifter leaves v, rounded to an integer, in the low bits of the sum.
  static constexpr float kShifter = 0x1.8p23f;
  static constexpr float kMinNormal = 0x1p-126f, kScale = 0x1p25f, kScaleLog2 = 25.0f;
  // |y log x| below kFast: the result is normal and finite. Beyond the clamps it is 0 or infinite.
  static constexpr float kFast = 87.0f, kClampLow = -106.0f, kClampHigh = 90.0f;
};

template <>
struct Constants<double> {
  // clang-format off
  static HWY_INLINE const double* Inverse() {
    HWY_ALIGN static constexpr double table[32] = {
      0x1.64p+0, 0x1.5cp+0, 0x1.54p+0, 0x1.5p+0, 0x1.48p+0, 0x1.4p+0, 0x1.3cp+0, 0x1.34p+0,
      0x1.3p+0, 0x1.28p+0, 0x1.24p+0, 0x1.2p+0, 0x1.1cp+0, 0x1.14p+0, 0x1.1p+0, 0x1.0cp+0,
      0x1.08p+0, 0x1.04p+0, 0x1p+0, 0x1.fp-1, 0x1.ep-1, 0x1.d4p-1, 0x1.c8p-1, 0x1.b8p-1, 0x1.bp-1,
      0x1.a4p-1, 0x1.98p-1, 0x1.9p-1, 0x1.88p-1, 0x1.7cp-1, 0x1.74p-1, 0x1.6cp-1};
    return table;
  }
  static HWY_INLINE const double* LogHigh() {
    HWY_ALIGN static constexpr double table[32] = {
      -0x1.51aad872ep-2, -0x1.3a64c55694p-2, -0x1.22941fbcf8p-2, -0x1.1675cababap-2,
      -0x1.fb9186d5e4p-3, -0x1.c8ff7c79aap-3, -0x1.af3c94e80cp-3, -0x1.7ab890210ep-3,
      -0x1.5ff3070a7ap-3, -0x1.29552f82p-3, -0x1.0d77e7cd08p-3, -0x1.e27076e2bp-4,
      -0x1.a926d3a4acp-4, -0x1.341d7961bcp-4, -0x1.f0a30c0118p-5, -0x1.77458f633p-5,
      -0x1.f829b0e78p-6, -0x1.fc0a8b0fcp-7, 0.0, 0x1.0415d89e78p-5, 0x1.08598b59e4p-4,
      0x1.700d30aeacp-4, 0x1.da72763844p-4, 0x1.365fcb015ap-3, 0x1.5bf406b544p-3, 0x1.95a5adcf7p-3,
      0x1.d1037f2656p-3, 0x1.f991c6cb3cp-3, 0x1.1178e8227ep-2, 0x1.314f1e1d36p-2, 0x1.4718dc271cp-2,
      0x1.5d5bddf596p-2};
    return table;
  }
  static HWY_INLINE const double* LogLow() {
    HWY_ALIGN static constexpr double table[32] = {
      0x1.f4bd8db0a7cc1p-44, -0x1.7a71cbcd735dp-44, 0x1.a6976f5eb0963p-44, -0x1.8380e731f55c4p-44,
      0x1.d572aab993c87p-47, 0x1.7794f689f8434p-45, 0x1.a4e633fcd9066p-52, 0x1.bdb9072534a58p-45,
      0x1.8586f183bebf2p-44, 0x1.5b967f4471dfcp-44, -0x1.cb2cd2ee2f482p-44, 0x1.a342c2af0003cp-45,
      -0x1.563650bd22a9cp-44, -0x1.1d0929983761p-44, 0x1.d599e83368e91p-45, 0x1.181dce586af09p-44,
      -0x1.980267c7e09e4p-45, -0x1.f1e7cf6d3a69cp-50, 0.0, -0x1.dddc7f461c516p-44,
      -0x1.7e5dd7009902cp-46, 0x1.c1e8da99ded32p-49, 0x1.a89401fa71733p-46, -0x1.fd3a0afb9691bp-44,
      -0x1.27023eb68981cp-46, 0x1.7f22858a0ff6fp-47, -0x1.84a7e75b6f6e4p-47, -0x1.90d04cd7cc834p-44,
      0x1.1ef78ce2d07f2p-44, -0x1.8e27ad3213cb8p-45, 0x1.06c18fb4c14c5p-44, -0x1.a0b2a08a465dcp-47};
    return table;
  }
  // clang-format on
  static constexpr uint64_t kLowest = 0x3FE6C14700000000;  // 0.7110934
  static constexpr int kMantissaBits = 52, kTableBits = 5;
  static constexpr uint64_t kOne = 0x3FF0000000000000;
  static constexpr double kIntegers = 0x1p52;
  static constexpr double kBias = 1023.0;
  static constexpr double kInvLn2 = 0x1.71547652b82fep0;
  static constexpr double kLn2High = 0x1.62e42fefa38p-1, kLn2Low = 0x1.ef35793c7673p-45;
  static constexpr double kShifter = 0x1.8p52;
  static constexpr double kMinNormal = 0x1p-1022, kScale = 0x1p54, kScaleLog2 = 54.0;
  static constexpr double kFast = 708.0, kClampLow = -760.0, kClampHigh = 720.0;
};

template <class D>
using ConstantsOf = Constants<ops::TFromD<D>>;

template <class D, class VI>
HWY_INLINE ops::VecOf<D> Lookup(D d, const ops::TFromD<D>* table, VI i) {
  if constexpr (sizeof(ops::TFromD<D>) == 4)
    return ops::Lookup16(d, table, i);
  else
    return ops::Lookup32(d, table, i);
}

// p of log(1 + r) = r - r^2/2 (1 + r p(r)), in powers of r.
template <class D, class V>
HWY_INLINE V LogPolynomial(D d, V r) {
  const V r2 = ops::Mul(r, r);
  if constexpr (sizeof(ops::TFromD<D>) == 4) {
    // |r| <= 0.0396, absolute error 1.0e-7.
    const V p01 = ops::MulAdd(d, r, ops::Set(d, 0x1.ffffecp-2f), ops::Set(d, -0x1.555552p-1f));
    const V p23 = ops::MulAdd(d, r, ops::Set(d, 0x1.55edaap-2f), ops::Set(d, -0x1.9a11bap-2f));
    return ops::MulAdd(d, r2, p23, p01);
  } else {
    // |r| <= 0.01952, absolute error 3.8e-17.
    const V p01 =
        ops::MulAdd(d, r, ops::Set(d, 0x1.ffffffffffffcp-2), ops::Set(d, -0x1.5555555555555p-1));
    const V p23 =
        ops::MulAdd(d, r, ops::Set(d, 0x1.55555555715fbp-2), ops::Set(d, -0x1.99999999a5513p-2));
    const V p45 =
        ops::MulAdd(d, r, ops::Set(d, 0x1.fffff9137b552p-3), ops::Set(d, -0x1.249246e00396p-2));
    const V p67 =
        ops::MulAdd(d, r, ops::Set(d, 0x1.99ecf822ead24p-3), ops::Set(d, -0x1.c765bb4347474p-3));
    const V p4567 = ops::MulAdd(d, r2, p67, p45);
    return ops::MulAdd(d, r2, ops::MulAdd(d, r2, p4567, p23), p01);
  }
}

// The logarithm of positive normal x as high + low. k_offset is what the low bits of kIntegers add
// to the exponent k: kIntegers + kBias, plus the power of two by which x was multiplied before.
template <class D, class V>
HWY_INLINE void LogTwoWords(D d, V x, V k_offset, V& high, V& low) {
  using C = ConstantsOf<D>;
  const ops::UnsignedOf<D> du;
  const ops::SignedOf<D> di;
  // x = 2^k z with z in [kLowest, 2 kLowest).
  const auto lowest = ops::Set(du, C::kLowest);
  const auto bits = ops::Add(ops::Bits(d, x), ops::Set(du, C::kOne - C::kLowest));
  const auto fraction =
      ops::And(bits, ops::Set(du, (ops::TFromD<decltype(du)>{1} << C::kMantissaBits) - 1));
  const V z = ops::FromBits(d, ops::Add(fraction, lowest));
  const auto i = ops::BitCast(di, ops::ShiftRight<C::kMantissaBits - C::kTableBits>(fraction));
  // No integer conversion: AVX2 lacks it for 64 bits.
  const V biased = ops::FromBits(
      d, ops::Or(ops::ShiftRight<C::kMantissaBits>(bits), ops::Bits(d, ops::Set(d, C::kIntegers))));
  const V k = ops::Sub(biased, k_offset);

  const V r = ops::MulSub(d, z, Lookup(d, C::Inverse(), i), ops::Set(d, 1));
  const V t = ops::MulAdd(d, k, ops::Set(d, C::kLn2High), Lookup(d, C::LogHigh(), i));
  const V t_low = ops::MulAdd(d, k, ops::Set(d, C::kLn2Low), Lookup(d, C::LogLow(), i));

  // t + r - r^2/2 with their rounding errors: |t| > |r| > r^2/2, or t = 0.
  const V half_r = ops::Mul(r, ops::Set(d, -0.5f));
  const V square = ops::Mul(r, half_r);
  const V square_error = ops::MulSub(d, r, half_r, square);
  const V sum1 = ops::Add(t, r);
  const V error1 = ops::Add(ops::Sub(t, sum1), r);
  const V sum2 = ops::Add(sum1, square);
  const V error2 = ops::Add(ops::Sub(sum1, sum2), square);
  V tail = ops::Add(ops::Add(error1, error2), ops::Add(square_error, t_low));
  tail = ops::MulAdd(d, ops::Mul(square, r), LogPolynomial(d, r), tail);
  high = ops::Add(sum2, tail);
  low = ops::Add(ops::Sub(sum2, high), tail);
}

// y (log_high + log_low) as high + low.
template <class D, class V>
HWY_INLINE void TimesTwoWords(D d, V y, V log_high, V log_low, V& high, V& low) {
  high = ops::Mul(y, log_high);
  low = ops::MulAdd(d, y, log_low, ops::MulSub(d, y, log_high, high));
}

// q of e^f = 1 + f + f^2 q(f) on [-0.3475, 0.3475].
template <class D, class V>
HWY_INLINE V ExpPolynomial(D d, V f, V f2) {
  if constexpr (sizeof(ops::TFromD<D>) == 4) {
    // Relative error of e^f 3.4e-9.
    const V q01 = ops::MulAdd(d, f, ops::Set(d, 0x1.55549p-3f), ops::Set(d, 0x1.fffffap-2f));
    const V q23 = ops::MulAdd(d, f, ops::Set(d, 0x1.123b04p-7f), ops::Set(d, 0x1.555a22p-5f));
    const V q234 = ops::MulAdd(d, f2, ops::Set(d, 0x1.695414p-10f), q23);
    return ops::MulAdd(d, f2, q234, q01);
  } else {
    // Relative error of e^f 3.9e-18.
    const V f4 = ops::Mul(f2, f2);
    const V q01 =
        ops::MulAdd(d, f, ops::Set(d, 0x1.55555555554f9p-3), ops::Set(d, 0x1.000000000000ap-1));
    const V q23 =
        ops::MulAdd(d, f, ops::Set(d, 0x1.1111111127d09p-7), ops::Set(d, 0x1.5555555550629p-5));
    const V q45 =
        ops::MulAdd(d, f, ops::Set(d, 0x1.a01a012aa8e77p-13), ops::Set(d, 0x1.6c16c184a9d23p-10));
    const V q67 =
        ops::MulAdd(d, f, ops::Set(d, 0x1.71df22fd74365p-19), ops::Set(d, 0x1.a01998b27e796p-16));
    const V q89 =
        ops::MulAdd(d, f, ops::Set(d, 0x1.ad85bb7fcf4dap-26), ops::Set(d, 0x1.28aeb476caa8dp-22));
    const V q0123 = ops::MulAdd(d, f2, q23, q01);
    const V q4567 = ops::MulAdd(d, f2, q67, q45);
    return ops::MulAdd(d, f4, ops::MulAdd(d, f4, q89, q4567), q0123);
  }
}

// e^(high + low) / 2^k, with k in the low bits of `shifted`; high is within the clamps.
template <class D, class V>
HWY_INLINE V ExpTwoWords(D d, V high, V low, V& shifted) {
  using C = ConstantsOf<D>;
  const V shifter = ops::Set(d, C::kShifter);
  shifted = ops::MulAdd(d, high, ops::Set(d, C::kInvLn2), shifter);
  const V k = ops::Sub(shifted, shifter);
  const V f0 = ops::NegMulAdd(d, k, ops::Set(d, C::kLn2High), high);  // exact
  const V low0 = ops::NegMulAdd(d, k, ops::Set(d, C::kLn2Low), low);
  const V f = ops::Add(f0, low0);
  const V f_low = ops::Add(ops::Sub(f0, f), low0);
  // 1 + f is kept with its rounding error and the rest is below 0.07: only the last sum counts.
  const V one = ops::Set(d, 1);
  const V f2 = ops::Mul(f, f);
  const V sum = ops::Add(one, f);
  const V tail = ops::Add(ops::Add(ops::Sub(one, sum), f), f_low);
  return ops::Add(sum, ops::MulAdd(d, f2, ExpPolynomial(d, f, f2), tail));
}

// For vectors with any lane whose result is subnormal, zero, infinite or NaN, or near it, or whose
// x is not positive, normal and finite. Ordinary lanes get the bits of the fast path: both scalings
// are exact there. Inlined although rare: a call in the loop would keep the constants out of
// registers.
template <class D, class V>
HWY_INLINE V PowSpecial(D d, V x, V y, Raised& raised) {
  using C = ConstantsOf<D>;
  const ops::SignedOf<D> di;
  const V magnitude = ops::Abs(x);
  const auto subnormal = ops::Lt(magnitude, ops::Set(d, C::kMinNormal));
  const V normal =
      ops::IfThenElse(subnormal, ops::Mul(magnitude, ops::Set(d, C::kScale)), magnitude);
  const V k_offset =
      ops::IfThenElse(subnormal, ops::Set(d, C::kIntegers + C::kBias + C::kScaleLog2),
                      ops::Set(d, C::kIntegers + C::kBias));
  V log_high, log_low, high, low, shifted;
  LogTwoWords(d, normal, k_offset, log_high, log_low);
  TimesTwoWords(d, y, log_high, log_low, high, low);
  // NaN goes to the upper clamp: FinishSpecial replaces it.
  const V least = ops::Set(d, C::kClampLow), most = ops::Set(d, C::kClampHigh);
  low = ops::IfThenElseZero(ops::AndMask(ops::Lt(high, most), ops::Gt(high, least)), low);
  high = ops::IfThenElse(ops::Lt(high, most), high, most);
  high = ops::IfThenElse(ops::Gt(high, least), high, least);
  const V p = ExpTwoWords(d, high, low, shifted);
  // 2^k may be out of range, its halves are not; p * 2^k1 is exact: only the last product rounds.
  const auto k = ops::Sub(ops::BitCast(di, shifted), ops::BitCast(di, ops::Set(d, C::kShifter)));
  const auto k1 = ops::ShiftRight<1>(k);
  const V power =
      ops::Mul(ops::Mul(p, ops::Pow2Normal(d, k1)), ops::Pow2Normal(d, ops::Sub(k, k1)));
  return FinishSpecial(d, x, y, power, raised);
}

template <class D, class V>
HWY_INLINE V PowAny(D d, V x, V y, Raised& raised) {
  using C = ConstantsOf<D>;
  V log_high, log_low, high, low, shifted;
  LogTwoWords(d, x, ops::Set(d, C::kIntegers + C::kBias), log_high, log_low);
  TimesTwoWords(d, y, log_high, log_low, high, low);
  const auto ordinary_x =
      ops::AndMask(ops::Ge(x, ops::Set(d, C::kMinNormal)), ops::Lt(x, ops::Inf(d)));
  const auto ordinary = ops::AndMask(ordinary_x, ops::Lt(ops::Abs(high), ops::Set(d, C::kFast)));
  if (HWY_UNLIKELY(!ops::AllOf(d, ordinary))) return PowSpecial(d, x, y, raised);
  const V p = ExpTwoWords(d, high, low, shifted);
  return ops::FromBits(
      d, ops::Add(ops::Bits(d, p), ops::ShiftLeft<C::kMantissaBits>(ops::Bits(d, shifted))));
}

template <class D, class V>
HWY_INLINE V PowBody(D d, V x, V y, Raised& raised) {
  auto known = MayBeFixed(d, y);
  const bool some = HWY_UNLIKELY(!ops::NoneOf(d, known));
  V power = x;
  if (some) {
    known = ops::Lt(y, y);  // none
    AddFixed<Square>(d, x, y, power, known, raised);
    AddFixed<Root>(d, x, y, power, known, raised);
    AddFixed<Reciprocal>(d, x, y, power, known, raised);
    AddFixed<Identical>(d, x, y, power, known, raised);
    if (ops::AllOf(d, known)) return power;
    x = ops::IfThenElse(known, ops::Set(d, 1), x);
    y = ops::IfThenElse(known, ops::Set(d, 1), y);
  }
  const V r = PowAny(d, x, y, raised);
  return some ? ops::IfThenElse(known, power, r) : r;
}

}  // namespace power

template <class D, class V>
HWY_INLINE V Body(Pow, D d, V x, V y, Raised& raised) {
  return power::PowBody(d, x, y, raised);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
