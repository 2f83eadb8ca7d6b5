// Bodies of the conversions; what they mean is in convert.h. f16 and bf16 go through f32, which
// holds them, and every conversion rounds once. A vector holds what the dtype is stored as.

#if defined(LANEWISE_KERNELS_CONVERT_CONVERT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_CONVERT_CONVERT_INL_H_
#undef LANEWISE_KERNELS_CONVERT_CONVERT_INL_H_
#else
#define LANEWISE_KERNELS_CONVERT_CONVERT_INL_H_
#endif

#include "kernels/convert/convert.h"
#include "kernels/ops/int_floats-inl.h"
#include "kernels/ops/narrow_floats-inl.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// -------- to and from bool

// Whether elements of a type are not 0, as a mask; of floats by their bits, so that NaN is true and
// raises nothing.
template <class From>
struct IsTrue {
  using Signature = Map<bool(Elem)>;
};

template <class From, class DU, class VU>
HWY_INLINE ops::MaskOf<DU> Body(IsTrue<From>, DU du, VU bits) {
  if constexpr (kIsFloat<From>)
    return ops::Ne(hn::ShiftLeft<1>(bits), hn::Zero(du));
  else
    return ops::Ne(bits, hn::Zero(du));
}

template <class To>
inline constexpr UnsignedAs<To> kOneBits = 1;
template <>
inline constexpr uint16_t kOneBits<f16> = 0x3C00;
template <>
inline constexpr uint16_t kOneBits<bf16> = 0x3F80;
template <>
inline constexpr uint32_t kOneBits<float> = 0x3F800000;
template <>
inline constexpr uint64_t kOneBits<double> = 0x3FF0000000000000;

// `d` gives the number of lanes here and below.
template <class To, class D, class V>
HWY_INLINE auto FromBool(D, V bytes) {
  const hn::Rebind<StoredAs<To>, D> d_to;
  const hn::Rebind<UnsignedAs<To>, D> du;
  ops::VecOf<decltype(du)> wide;
  if constexpr (sizeof(To) == 1)
    wide = bytes;
  else
    wide = hn::PromoteTo(du, bytes);
  const auto is_true = ops::Ne(wide, hn::Zero(du));
  return hn::BitCast(d_to, hn::IfThenElseZero(is_true, hn::Set(du, kOneBits<To>)));
}

// -------- integer to integer

template <class From, class To, class D, class V>
HWY_INLINE auto IntToInt(D, V v) {
  const hn::Rebind<UnsignedAs<From>, D> du_from;
  const hn::Rebind<To, D> d_to;
  if constexpr (sizeof(From) == sizeof(To)) {
    return hn::BitCast(d_to, v);
  } else if constexpr (sizeof(From) > sizeof(To)) {
    const hn::Rebind<UnsignedAs<To>, D> du_to;
    return hn::BitCast(d_to, hn::TruncateTo(du_to, hn::BitCast(du_from, v)));
  } else {
    using Wide = std::conditional_t<std::is_signed_v<From>, std::make_signed_t<To>, UnsignedAs<To>>;
    return hn::BitCast(d_to, hn::PromoteTo(hn::Rebind<Wide, D>(), v));
  }
}

// -------- from floating point: F is float or double, which holds the source exactly

template <class To, class F, class D, class V>
HWY_INLINE auto FloatTo(D, V v, Raised& raised) {
  const hn::Rebind<StoredAs<To>, D> d_to;
  const hn::Rebind<F, D> df;
  constexpr bool kDouble = std::is_same_v<F, double>;
  if constexpr (std::is_same_v<To, F>) {
    return v;
  } else if constexpr (std::is_same_v<To, f16>) {
    if constexpr (kDouble)
      return ops::F64ToF16(d_to, df, v, raised);
    else
      return ops::F32ToF16(d_to, df, v, raised);
  } else if constexpr (std::is_same_v<To, bf16>) {
    if constexpr (kDouble)
      return ops::F64ToBF16(d_to, df, v, raised);
    else
      return ops::F32ToBF16(d_to, df, v, raised);
  } else if constexpr (std::is_same_v<To, float>) {
    return ops::F64ToF32(d_to, df, v, raised);
  } else if constexpr (sizeof(To) == 8 && !kDouble) {
    const hn::Rebind<double, D> d64;
    return FloatTo<To, double>(d64, hn::PromoteTo(d64, v), raised);
  } else if constexpr (sizeof(To) == 8) {
    return hn::BitCast(d_to, ops::FloatToInt<To>(hn::Rebind<int64_t, D>(), df, v, raised));
  } else {
    const hn::Rebind<int32_t, D> di32;
    ops::VecOf<decltype(di32)> r;
    if constexpr (kDouble)
      r = ops::F64ToInt32<To>(di32, df, v, raised);
    else
      r = ops::FloatToInt<To>(di32, df, v, raised);
    return IntToInt<int32_t, To>(di32, r);
  }
}

// -------- from integers to floating point

// f16 ends at 65504, so larger values only matter by their sign: with those clamped to 2^17, f32
// holds all.
template <class From, class D, class V>
HWY_INLINE auto ClampedF32(D, V v) {
  const hn::Rebind<From, D> di;
  const hn::Rebind<float, D> d32;
  const hn::Rebind<int32_t, D> di32;
  const auto end = hn::Set(di, From{1} << 17);
  auto clamped = hn::Min(v, end);
  if constexpr (std::is_signed_v<From>) clamped = hn::Max(clamped, hn::Neg(end));
  return ops::IntToF32(d32, di32, IntToInt<From, int32_t>(di, clamped));
}

template <class From, class To, class D, class V>
HWY_INLINE auto IntTo(D, V v, Raised& raised) {
  const hn::Rebind<From, D> di;
  const hn::Rebind<float, D> d32;
  const hn::Rebind<double, D> d64;
  if constexpr (std::is_same_v<To, double>)
    return ops::IntToF64(d64, di, v);
  else if constexpr (sizeof(From) < 4)
    return FloatTo<To, float>(d32, ops::IntToF32(d32, di, v), raised);
  else if constexpr (std::is_same_v<To, f16>)
    return FloatTo<To, float>(d32, ClampedF32<From>(di, v), raised);
  else if constexpr (sizeof(From) == 8 && std::is_same_v<To, float>)  // none overflows
    return hn::DemoteTo(d32, ops::IntToF64(d64, di, ops::RoundToOdd(di, v)));
  else if constexpr (sizeof(From) == 8)
    return FloatTo<To, double>(d64, ops::IntToF64(d64, di, ops::RoundToOdd(di, v)), raised);
  else if constexpr (std::is_same_v<To, bf16>)
    return FloatTo<To, float>(d32, ops::IntToF32(d32, di, ops::RoundToOdd(di, v)), raised);
  else
    return ops::IntToF32(d32, di, v);
}

// -------- all pairs but those to bool

template <class From, class To, class D, class V>
HWY_INLINE auto ConvertBody(D d, V v, [[maybe_unused]] Raised& raised) {
  const hn::Rebind<float, D> d32;
  if constexpr (std::is_same_v<From, bool>)
    return FromBool<To>(d, v);
  else if constexpr (!kIsFloat<From> && !kIsFloat<To>)
    return IntToInt<From, To>(d, v);
  else if constexpr (!kIsFloat<From>)
    return IntTo<From, To>(d, v, raised);
  else if constexpr (std::is_same_v<From, double>)
    return FloatTo<To, double>(d, v, raised);
  else if constexpr (std::is_same_v<To, double>)
    return hn::PromoteTo(hn::Rebind<double, D>(), ConvertBody<From, float>(d, v, raised));
  else if constexpr (std::is_same_v<From, f16>)
    return FloatTo<To, float>(d, ops::F16ToF32(d32, v), raised);
  else if constexpr (std::is_same_v<From, bf16>)
    return FloatTo<To, float>(d, ops::BF16ToF32(d32, v), raised);
  else
    return FloatTo<To, float>(d, v, raised);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
