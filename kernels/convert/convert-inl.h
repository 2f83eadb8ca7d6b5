// Bodies of the conversions; what they mean is in convert.h. Each rounds once: where the hardware
// would round twice (f64 to f16, i64 to f32), the first step rounds to odd, which loses nothing
// that the second one needs.

#if defined(LANEWISE_KERNELS_CONVERT_CONVERT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_CONVERT_CONVERT_INL_H_
#undef LANEWISE_KERNELS_CONVERT_CONVERT_INL_H_
#else
#define LANEWISE_KERNELS_CONVERT_CONVERT_INL_H_
#endif

#include "kernels/convert/convert.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// -------- between floating-point types

template <class D32, class V16>
HWY_INLINE ops::VecOf<D32> F16ToF32(D32 d, V16 v) {
  // By integers, so that subnormals and NaNs are alike with and without the F16C instructions.
  const hn::RebindToUnsigned<D32> du;
  const hn::Rebind<uint16_t, D32> d16;
  const auto bits = hn::PromoteTo(du, hn::BitCast(d16, v));
  const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(du, 0x8000u)));
  const auto magnitude = hn::ShiftLeft<13>(hn::And(bits, hn::Set(du, 0x7FFFu)));
  // As f32 bits the exponent is 112 too small; multiplying by 2^112 is exact and normalises
  // subnormals.
  const auto scaled = hn::Mul(hn::BitCast(d, magnitude), hn::BitCast(d, hn::Set(du, 239u << 23)));
  const auto special = hn::Ge(magnitude, hn::Set(du, 0x7C00u << 13));
  const auto finite_bits = hn::BitCast(du, scaled);
  const auto special_bits = hn::Or(magnitude, hn::Set(du, 0x7F800000u));
  return hn::BitCast(d, hn::Or(sign, hn::IfThenElse(special, special_bits, finite_bits)));
}

// To nearest even; overflow gives infinity and raises it.
template <class D16, class D32, class V32>
HWY_INLINE ops::VecOf<D16> F32ToF16(D16 d16, D32 d, V32 v, Raised& raised) {
  const hn::RebindToUnsigned<D32> du;
  const hn::Rebind<uint16_t, D32> du16;
  const auto all = hn::BitCast(du, v);
  const auto sign = hn::And(all, hn::Set(du, 0x80000000u));
  const auto bits = hn::Xor(all, sign);
  // Normal results: round the significand in place, the carry moves into the exponent.
  const auto odd = hn::And(hn::ShiftRight<13>(bits), hn::Set(du, 1u));
  const auto rebias = hn::Set(du, 0u - (112u << 23) + 0xFFFu);
  const auto normal = hn::ShiftRight<13>(hn::Add(hn::Add(bits, rebias), odd));
  // Results below 2^-14: adding 0.5 aligns the f16 subnormal bits and rounds them.
  const auto half = hn::Set(d, 0.5f);
  const auto subnormal =
      hn::Sub(hn::BitCast(du, hn::Add(hn::BitCast(d, bits), half)), hn::BitCast(du, half));
  const auto is_small = hn::Lt(bits, hn::Set(du, 113u << 23));
  const auto finite = hn::IfThenElse(is_small, subnormal, normal);
  const auto overflows = hn::Ge(bits, hn::Set(du, 0x477FF000u));  // 65520: rounds to infinity
  const auto nan = hn::Gt(bits, hn::Set(du, 0x7F800000u));
  auto result = hn::IfThenElse(overflows, hn::Set(du, 0x7C00u), finite);
  result = hn::IfThenElse(nan, hn::Set(du, 0x7E00u), result);
  if (HWY_UNLIKELY(!hn::AllFalse(du, overflows))) {
    const auto was_finite = hn::Lt(bits, hn::Set(du, 0x7F800000u));
    ops::Raise(du, hn::And(overflows, was_finite), kOverflow, raised);
  }
  result = hn::Or(result, hn::ShiftRight<16>(sign));
  return hn::BitCast(d16, hn::TruncateTo(du16, result));
}

// f64 to f32 rounded to odd: cut to 24 bits, the last one says whether anything was lost. For
// magnitudes beyond f32's normal range the result is not used for its bits, only for its class.
template <class D64, class V64>
HWY_INLINE V64 RoundToOddF32(D64 d, V64 v) {
  const hn::RebindToUnsigned<D64> du;
  const auto bits = hn::BitCast(du, v);
  const auto low = hn::Set(du, uint64_t{0x1FFFFFFF});
  const auto lost = hn::Ne(hn::And(bits, low), hn::Zero(du));
  const auto cut = hn::AndNot(low, bits);
  const auto sticky = hn::IfThenElseZero(lost, hn::Set(du, uint64_t{1} << 29));
  // A NaN stays one: its quiet bit is kept, and so is a payload that lay in the low bits.
  return hn::BitCast(d, hn::Or(cut, sticky));
}

template <class D32, class D64, class V64>
HWY_INLINE ops::VecOf<D32> F64ToF32(D32 d32, D64 d, V64 v, Raised& raised) {
  const auto r = hn::DemoteTo(d32, v);
  const auto infinite = ops::IsInf(d32, r);
  if (HWY_UNLIKELY(!hn::AllFalse(d32, infinite))) {
    // 2^128 - 2^103 and above round to infinity.
    const auto a = hn::Abs(v);
    const auto overflows = hn::And(hn::Ge(a, hn::Set(d, 0x1.ffffffp127)), ops::IsFinite(d, v));
    ops::Raise(d, overflows, kOverflow, raised);
  }
  return r;
}

// -------- floating point to integer: truncates, saturates, NaN gives 0

template <class DI, class DF, class VF>
HWY_INLINE ops::VecOf<DI> FloatToIntSameSize(DI di, DF df, VF v, Raised& raised) {
  using TI = ops::TFromD<DI>;
  using TF = ops::TFromD<DF>;
  constexpr TF kEnd = static_cast<TF>(sizeof(TI) == 4 ? 0x1p31 : 0x1p63);
  const auto end = hn::Set(df, kEnd);
  const auto fits = hn::And(hn::Ge(v, hn::Neg(end)), hn::Lt(v, end));
  const auto r = hn::ConvertTo(di, hn::IfThenElseZero(fits, v));
  if (HWY_LIKELY(hn::AllTrue(df, fits))) return r;
  ops::Raise(df, hn::Not(fits), kInvalid, raised);
  const auto too_large = hn::RebindMask(di, hn::Ge(v, end));
  const auto too_small = hn::RebindMask(di, hn::Lt(v, hn::Neg(end)));
  const auto high = hn::Set(di, hwy::LimitsMax<TI>()), low = hn::Set(di, hwy::LimitsMin<TI>());
  return hn::IfThenElse(too_large, high, hn::IfThenElse(too_small, low, r));
}

template <class D32, class D64, class V64>
HWY_INLINE ops::VecOf<D32> F64ToI32(D32 d32, D64 d, V64 v, Raised& raised) {
  const auto low = hn::Set(d, -2147483649.0), high = hn::Set(d, 2147483648.0);  // exclusive
  const auto fits = hn::And(hn::Gt(v, low), hn::Lt(v, high));
  if (HWY_UNLIKELY(!hn::AllTrue(d, fits))) ops::Raise(d, hn::Not(fits), kInvalid, raised);
  // Clamping first keeps the instruction away from its target-dependent results.
  auto clamped = hn::IfThenElse(hn::Ge(v, high), hn::Set(d, 2147483647.0), v);
  clamped = hn::IfThenElse(hn::Le(v, low), hn::Set(d, -2147483648.0), clamped);
  clamped = hn::IfThenZeroElse(hn::Not(hn::Eq(v, v)), clamped);
  return hn::DemoteTo(d32, hn::Trunc(clamped));
}

// -------- integer to floating point

// i64 whose bits below 2^10 are folded into one sticky bit: exact in f64.
template <class DI, class VI>
HWY_INLINE VI RoundToOddI64(DI di, VI v) {
  const auto low = hn::Set(di, int64_t{1023});
  const auto lost = hn::Ne(hn::And(v, low), hn::Zero(di));
  const auto odd = hn::Or(hn::AndNot(low, v), hn::IfThenElseZero(lost, hn::Set(di, int64_t{1024})));
  // Values that f64 holds anyway stay as they are.
  const auto large = hn::Gt(hn::Abs(v), hn::Set(di, int64_t{1} << 53));
  const auto smallest = hn::Eq(v, hn::Set(di, hwy::LimitsMin<int64_t>()));
  return hn::IfThenElse(hn::Or(large, smallest), odd, v);
}

template <class D32, class DI64, class VI>
HWY_INLINE ops::VecOf<D32> I64ToF32(D32 d32, DI64 di, VI v) {
  const hn::RebindToFloat<DI64> d64;
  return hn::DemoteTo(d32, hn::ConvertTo(d64, RoundToOddI64(di, v)));
}

template <class D32, class DI64, class VI>
HWY_INLINE ops::VecOf<D32> WrapToI32(D32 d32, DI64 di, VI v) {
  const hn::RebindToUnsigned<D32> du32;
  const hn::RebindToUnsigned<DI64> du64;
  (void)di;
  return hn::BitCast(d32, hn::TruncateTo(du32, hn::BitCast(du64, v)));
}

// -------- all pairs

template <class DFrom, class DTo, class V>
HWY_INLINE ops::VecOf<DTo> ConvertBody(DFrom d_from, DTo d_to, V v, Raised& raised) {
  using From = ops::TFromD<DFrom>;
  using To = ops::TFromD<DTo>;
  const hn::Rebind<float, DTo> d32;
  const hn::Rebind<double, DTo> d64;
  constexpr bool kToF16 = hwy::IsSame<To, f16>();
  if constexpr (hwy::IsSame<From, f16>()) {
    const auto wide = F16ToF32(d32, v);
    if constexpr (hwy::IsSame<To, float>())
      return wide;
    else if constexpr (hwy::IsSame<To, int32_t>())
      return FloatToIntSameSize(d_to, d32, wide, raised);
    else if constexpr (hwy::IsSame<To, double>())
      return hn::PromoteTo(d64, wide);
    else
      return FloatToIntSameSize(d_to, d64, hn::PromoteTo(d64, wide), raised);
  } else if constexpr (hwy::IsSame<From, float>()) {
    if constexpr (kToF16)
      return F32ToF16(d_to, d_from, v, raised);
    else if constexpr (hwy::IsSame<To, double>())
      return hn::PromoteTo(d_to, v);
    else if constexpr (hwy::IsSame<To, int32_t>())
      return FloatToIntSameSize(d_to, d_from, v, raised);
    else
      return FloatToIntSameSize(d_to, d64, hn::PromoteTo(d64, v), raised);
  } else if constexpr (hwy::IsSame<From, double>()) {
    if constexpr (kToF16) {
      // Only overflow to f32's infinity needs a look: F32ToF16 sees no finite value then.
      const auto narrow = F64ToF32(d32, d_from, RoundToOddF32(d_from, v), raised);
      return F32ToF16(d_to, d32, narrow, raised);
    } else if constexpr (hwy::IsSame<To, float>())
      return F64ToF32(d_to, d_from, v, raised);
    else if constexpr (hwy::IsSame<To, int32_t>())
      return F64ToI32(d_to, d_from, v, raised);
    else
      return FloatToIntSameSize(d_to, d_from, v, raised);
  } else if constexpr (hwy::IsSame<From, int32_t>()) {
    if constexpr (kToF16) {
      // f16 ends at 65504, so values beyond 2^17 only matter by their sign; below, f32 is exact.
      const auto end = hn::Set(d_from, 1 << 17);
      const auto clamped = hn::Min(hn::Max(v, hn::Neg(end)), end);
      return F32ToF16(d_to, d32, hn::ConvertTo(d32, clamped), raised);
    } else if constexpr (hwy::IsSame<To, float>())
      return hn::ConvertTo(d_to, v);
    else
      return hn::PromoteTo(d_to, v);
  } else {
    static_assert(hwy::IsSame<From, int64_t>());
    if constexpr (kToF16) {
      const hn::Rebind<int32_t, DTo> di32;
      const auto end = hn::Set(d_from, int64_t{1} << 17);
      const auto clamped = hn::Min(hn::Max(v, hn::Neg(end)), end);
      return F32ToF16(d_to, d32, hn::ConvertTo(d32, hn::DemoteTo(di32, clamped)), raised);
    } else if constexpr (hwy::IsSame<To, float>())
      return I64ToF32(d_to, d_from, v);
    else if constexpr (hwy::IsSame<To, double>())
      return hn::ConvertTo(d_to, v);
    else
      return WrapToI32(d_to, d_from, v);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
