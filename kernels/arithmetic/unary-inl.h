// Bodies of plain arithmetic of one number; what they mean is in unary.h.

#if defined(LANEWISE_KERNELS_ARITHMETIC_UNARY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_ARITHMETIC_UNARY_INL_H_
#undef LANEWISE_KERNELS_ARITHMETIC_UNARY_INL_H_
#else
#define LANEWISE_KERNELS_ARITHMETIC_UNARY_INL_H_
#endif

#include "kernels/arithmetic/unary.h"
#include "kernels/ops/narrow_floats-inl.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class D, class V>
HWY_INLINE V Body(Negative, D d, V x) {
  if constexpr (std::is_floating_point_v<ops::TFromD<D>>)
    return ops::Neg(x);
  else
    return ops::Sub(ops::Zero(d), x);
}
template <class D, class V>
HWY_INLINE V Body(Abs, D, V x) {
  if constexpr (std::is_unsigned_v<ops::TFromD<D>>)
    return x;
  else
    return ops::Abs(x);
}
template <class D, class V>
HWY_INLINE V Body(Square, D, V x) {
  return ops::Mul(x, x);
}
template <class D, class V>
HWY_INLINE V Body(Sqrt, D, V x) {
  return ops::Sqrt(x);
}
template <class D, class V>
HWY_INLINE V Body(Reciprocal, D d, V x) {
  return ops::Div(ops::Set(d, 1), x);
}
template <class D, class V>
HWY_INLINE V Body(Floor, D d, V x) {
  return ops::Floor(d, x);
}
template <class D, class V>
HWY_INLINE V Body(Ceil, D d, V x) {
  return ops::Ceil(d, x);
}
template <class D, class V>
HWY_INLINE V Body(Trunc, D d, V x) {
  return ops::Trunc(d, x);
}
template <class D, class V>
HWY_INLINE V Body(Rint, D d, V x) {
  return ops::Rint(d, x);
}
template <class D, class V>
HWY_INLINE V Body(Radians, D d, V x) {
  return ops::Mul(x, ops::Set(d, kRadiansPerDegree<ops::TFromD<D>>));
}
template <class D, class V>
HWY_INLINE V Body(Degrees, D d, V x) {
  return ops::Mul(x, ops::Set(d, kDegreesPerRadian<ops::TFromD<D>>));
}

template <class D, class V>
HWY_INLINE V Body(Sign, D d, V x) {
  using T = ops::TFromD<D>;
  const V zero = ops::Zero(d), one = ops::Set(d, 1);
  if constexpr (std::is_floating_point_v<T>) {
    const V r = ops::IfThenZeroElse(ops::Eq(x, zero), ops::CopySign(one, x));
    return ops::IfThenElse(ops::IsNaN(x), x, r);
  } else {
    const V r = ops::IfThenZeroElse(ops::Eq(x, zero), one);
    if constexpr (std::is_signed_v<T>) {
      return ops::Or(r, ops::ShiftRight<8 * sizeof(T) - 1>(x));  // -1 where x is negative
    } else {
      return r;
    }
  }
}
template <class D, class V>
HWY_INLINE V Body(OnBits<Negative, f16>, D d, V x) {
  return ops::Xor(x, ops::Set(d, INT16_MIN));
}
template <class D, class V>
HWY_INLINE V Body(OnBits<Abs, f16>, D d, V x) {
  return ops::And(x, ops::Set(d, INT16_MAX));
}
template <class T, class D, class V>
HWY_INLINE V Body(OnBits<Sign, T>, D d, V x) {
  constexpr int16_t kOne = std::is_same_v<T, f16> ? 0x3C00 : 0x3F80;
  const V sign = ops::And(x, ops::Set(d, INT16_MIN));
  const V magnitude = ops::Xor(x, sign);
  const V r =
      ops::IfThenZeroElse(ops::Eq(magnitude, ops::Zero(d)), ops::Or(sign, ops::Set(d, kOne)));
  return ops::IfThenElse(ops::IsNaNBits<T>(d, x), x, r);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
