// f16 and bf16, which are never computed with: into f32, exactly, and from f32 and f64, rounded
// once. A vector of them is one of their bits, of type uint16_t. A NaN stays a NaN of its sign.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_OPS_NARROW_FLOATS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_OPS_NARROW_FLOATS_INL_H_
#undef LANEWISE_KERNELS_OPS_NARROW_FLOATS_INL_H_
#else
#define LANEWISE_KERNELS_OPS_NARROW_FLOATS_INL_H_
#endif

#include <limits>

#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace ops {

// Bits of infinity; those of NaNs are beyond.
template <class T>
inline constexpr int16_t kInfinityBits = std::is_same_v<T, f16> ? 0x7C00 : 0x7F80;

// Of bits as signed integers.
template <class T, class D, class V>
HWY_INLINE MaskOf<D> IsNaNBits(D d, V x) {
  const V magnitude = hn::And(x, hn::Set(d, int16_t{INT16_MAX}));
  return hn::Gt(magnitude, hn::Set(d, kInfinityBits<T>));
}

// Bits as signed integers in the order of the numbers, -0 below +0. Its own inverse.
template <class D, class V>
HWY_INLINE V OrderedBits(D d, V x) {
  return hn::Xor(x, hn::And(hn::ShiftRight<15>(x), hn::Set(d, int16_t{INT16_MAX})));
}
// The same with 0 for both zeros: equal numbers are equal integers.
template <class D, class V>
HWY_INLINE V NumberOrder(D d, V x) {
  const V magnitude = hn::And(x, hn::Set(d, int16_t{INT16_MAX}));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Sub(hn::Zero(d), magnitude), magnitude);
}

// Of f16 bits in the lower half of each lane.
template <class D32, class VU32>
HWY_INLINE VecOf<D32> F16WordsToF32(D32 d, VU32 bits) {
  // By integers, so that subnormals and NaNs are alike with and without the F16C instructions.
  const hn::RebindToUnsigned<D32> du;
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
template <class D32, class V16>
HWY_INLINE VecOf<D32> F16ToF32(D32 d, V16 v) {
  return F16WordsToF32(d, hn::PromoteTo(hn::RebindToUnsigned<D32>(), v));
}

template <class D32, class V16>
HWY_INLINE VecOf<D32> BF16ToF32(D32 d, V16 v) {
  const hn::RebindToUnsigned<D32> du;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, v)));
}

// -------- to nearest even; overflow gives infinity and raises it

// The bits, in the lower half of each lane, of magnitudes that are given as their bits and round to
// finite numbers.
template <class D32, class VU32>
HWY_INLINE VU32 F16WordsOfFinite(D32 d, VU32 bits) {
  const hn::RebindToUnsigned<D32> du;
  // Normal results: round the significand in place, the carry moves into the exponent.
  const auto odd = hn::And(hn::ShiftRight<13>(bits), hn::Set(du, 1u));
  const auto rebias = hn::Set(du, 0u - (112u << 23) + 0xFFFu);
  const auto normal = hn::ShiftRight<13>(hn::Add(hn::Add(bits, rebias), odd));
  // Results below 2^-14: adding 0.5 aligns the f16 subnormal bits and rounds them.
  const auto half = hn::Set(d, 0.5f);
  const auto subnormal =
      hn::Sub(hn::BitCast(du, hn::Add(hn::BitCast(d, bits), half)), hn::BitCast(du, half));
  const auto is_small = hn::Lt(bits, hn::Set(du, 113u << 23));
  return hn::IfThenElse(is_small, subnormal, normal);
}

// The bits in the lower half of each lane.
template <class D32, class V32>
HWY_INLINE auto F32ToF16Words(D32 d, V32 v, Raised& raised) {
  const hn::RebindToUnsigned<D32> du;
  const auto all = hn::BitCast(du, v);
  const auto sign = hn::And(all, hn::Set(du, 0x80000000u));
  const auto bits = hn::Xor(all, sign);
  const auto overflows = hn::Ge(bits, hn::Set(du, 0x477FF000u));  // 65520: rounds to infinity
  const auto nan = hn::Gt(bits, hn::Set(du, 0x7F800000u));
  auto result = hn::IfThenElse(overflows, hn::Set(du, 0x7C00u), F16WordsOfFinite(d, bits));
  result = hn::IfThenElse(nan, hn::Set(du, 0x7E00u), result);
  if (HWY_UNLIKELY(!hn::AllFalse(du, overflows))) {
    const auto was_finite = hn::Lt(bits, hn::Set(du, 0x7F800000u));
    ops::Raise(du, hn::And(overflows, was_finite), kOverflow, raised);
  }
  return hn::Or(result, hn::ShiftRight<16>(sign));
}
template <class D16, class D32, class V32>
HWY_INLINE VecOf<D16> F32ToF16(D16 d16, D32 d, V32 v, Raised& raised) {
  return hn::TruncateTo(d16, F32ToF16Words(d, v, raised));
}

template <class D32, class V32>
HWY_INLINE auto F32ToBF16Words(D32, V32 v, Raised& raised) {
  const hn::RebindToUnsigned<D32> du;
  const hn::RebindToSigned<D32> di;
  const auto bits = hn::BitCast(du, v);
  // Rounds the significand in place; the carry moves into the exponent, up to infinity.
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1u));
  auto result = hn::ShiftRight<16>(hn::Add(hn::Add(bits, hn::Set(du, 0x7FFFu)), odd));
  const auto magnitude = hn::BitCast(di, hn::And(bits, hn::Set(du, 0x7FFFFFFFu)));
  const auto large = hn::Gt(magnitude, hn::Set(di, 0x7F7F7FFF));  // no finite result
  if (HWY_UNLIKELY(!hn::AllFalse(di, large))) {
    const auto was_finite = hn::Lt(magnitude, hn::Set(di, 0x7F800000));
    ops::Raise(di, hn::And(large, was_finite), kOverflow, raised);
    const auto nan = hn::RebindMask(du, hn::Gt(magnitude, hn::Set(di, 0x7F800000)));
    const auto sign = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 0x8000u));
    result = hn::IfThenElse(nan, hn::Or(sign, hn::Set(du, 0x7FC0u)), result);
  }
  return result;
}
template <class D16, class D32, class V32>
HWY_INLINE VecOf<D16> F32ToBF16(D16 d16, D32 d, V32 v, Raised& raised) {
  return hn::TruncateTo(d16, F32ToBF16Words(d, v, raised));
}

template <class D32, class D64, class V64>
HWY_INLINE VecOf<D32> F64ToF32(D32 d32, D64 d, V64 v, Raised& raised) {
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

template <class D16, class D64, class V64>
HWY_INLINE VecOf<D16> F64ToF16(D16 d16, D64 d, V64 v, Raised& raised) {
  // Only overflow to f32's infinity needs a look: F32ToF16 sees no finite value then.
  const hn::Rebind<float, D64> d32;
  return F32ToF16(d16, d32, F64ToF32(d32, d, RoundToOddF32(d, v), raised), raised);
}

// Rounded to bf16's digits and least place, still in f64; overflow becomes infinity in f32.
template <class D64, class V64>
HWY_INLINE V64 RoundToBF16(D64 d, V64 v, Raised& raised) {
  const hn::RebindToUnsigned<D64> du;
  const auto a = hn::Abs(v);
  const auto bits = hn::BitCast(du, a);
  const auto odd = hn::And(hn::ShiftRight<45>(bits), hn::Set(du, uint64_t{1}));
  const auto sum = hn::Add(hn::Add(bits, hn::Set(du, (uint64_t{1} << 44) - 1)), odd);
  auto r = hn::BitCast(d, hn::AndNot(hn::Set(du, (uint64_t{1} << 45) - 1), sum));
  // Below 2^-126 the results are the multiples of 2^-133, which is the last place of 2^-81.
  const auto place = hn::Set(d, 0x1p-81);
  r = hn::IfThenElse(hn::Lt(a, hn::Set(d, 0x1p-126)), hn::Sub(hn::Add(a, place), place), r);
  const auto in_range = hn::Lt(r, hn::Set(d, 0x1p128));
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::And(in_range, hn::Eq(v, v))))) {
    const auto overflows = hn::And(hn::Not(in_range), ops::IsFinite(d, v));
    ops::Raise(d, overflows, kOverflow, raised);
    r = hn::IfThenElse(ops::IsNaN(v), ops::NaN(d), r);
  }
  return hn::CopySign(r, v);
}

// Rounded while still in f64, so that f32 takes it exactly.
template <class D16, class D64, class V64>
HWY_INLINE VecOf<D16> F64ToBF16(D16 d16, D64 d, V64 v, Raised& raised) {
  const hn::Rebind<float, D64> d32;
  const hn::Rebind<uint32_t, D64> du32;
  const auto narrow = hn::BitCast(du32, hn::DemoteTo(d32, RoundToBF16(d, v, raised)));
  return hn::TruncateTo(d16, hn::ShiftRight<16>(narrow));
}

#ifndef LANEWISE_ONE_LANE
// In the hardware's flags, for loops that have no other way to tell.
inline HWY_NOINLINE void RaiseOverflow() {
  volatile float largest = std::numeric_limits<float>::max();
  largest = largest * 2;
}
#endif

}  // namespace ops
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
