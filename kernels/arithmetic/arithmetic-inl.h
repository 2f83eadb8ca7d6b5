// Bodies of plain arithmetic of two or three numbers; what they mean is in arithmetic.h.

#if defined(LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_INL_H_
#undef LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_INL_H_
#else
#define LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_INL_H_
#endif

#include "kernels/arithmetic/arithmetic.h"
#include "kernels/ops/narrow_floats-inl.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class D, class V>
HWY_INLINE V Body(Add, D, V x, V y) {
  return ops::Add(x, y);
}
template <class D, class V>
HWY_INLINE V Body(Subtract, D, V x, V y) {
  return ops::Sub(x, y);
}
template <class D, class V>
HWY_INLINE V Body(Multiply, D, V x, V y) {
  return ops::Mul(x, y);
}
template <class D, class V>
HWY_INLINE V Body(Divide, D, V x, V y) {
  return ops::Div(x, y);
}

template <class D, class V>
HWY_INLINE V Body(Fma, D d, V x, V y, V z, Raised& raised) {
  const V r = ops::MulAdd(d, x, y, z);
  const auto finite = ops::IsFinite(d, r);
  if (HWY_UNLIKELY(!ops::AllOf(d, finite))) {
    const auto inputs_finite =
        ops::AndMask(ops::AndMask(ops::IsFinite(d, x), ops::IsFinite(d, y)), ops::IsFinite(d, z));
    ops::Raise(d, ops::AndMask(ops::IsInf(d, r), inputs_finite), kOverflow, raised);
    const auto input_nan = ops::OrMask(ops::OrMask(ops::IsNaN(x), ops::IsNaN(y)), ops::IsNaN(z));
    ops::Raise(d, ops::AndMask(ops::IsNaN(r), ops::NotMask(input_nan)), kInvalid, raised);
  }
  return r;
}

// Raises invalid where r is NaN and no operand is.
template <class D, class V>
HWY_INLINE void RaiseNewNaN(D d, V x, V y, V z, V r, Raised& raised) {
  const auto nan = ops::IsNaN(r);
  if (HWY_LIKELY(ops::NoneOf(d, nan))) return;
  const auto input_nan = ops::OrMask(ops::OrMask(ops::IsNaN(x), ops::IsNaN(y)), ops::IsNaN(z));
  ops::Raise(d, ops::AndMask(nan, ops::NotMask(input_nan)), kInvalid, raised);
}
// The product of f16 is exact in f32, and the sum, rounded to odd there, loses nothing that decides
// how it rounds to f16.
template <class D, class V>
HWY_INLINE V Body(FmaF16, D d, V x, V y, V z, Raised& raised) {
  const V r = ops::MulAddOdd(d, x, y, z);
  RaiseNewNaN(d, x, y, z, r, raised);
  return r;
}
// bf16 has f32's range: the same in f64, and rounded there.
template <class D, class V>
HWY_INLINE V Body(FmaBF16, D d, V x, V y, V z, Raised& raised) {
  const ops::HalfLanesF64<D> d64;
  const auto lower = ops::MulAddOdd(d64, ops::PromoteLower(d64, x), ops::PromoteLower(d64, y),
                                    ops::PromoteLower(d64, z));
  const auto upper = ops::MulAddOdd(d64, ops::PromoteUpper(d64, x), ops::PromoteUpper(d64, y),
                                    ops::PromoteUpper(d64, z));
  const V r =
      ops::DemoteTwo(d, ops::RoundToBF16(d64, lower, raised), ops::RoundToBF16(d64, upper, raised));
  RaiseNewNaN(d, x, y, z, r, raised);
  return r;
}

template <class D, class V>
HWY_INLINE V Body(CopySign, D, V x, V y) {
  return ops::CopySign(x, y);
}
template <class D, class V>
HWY_INLINE V Body(Minimum, D d, V x, V y) {
  return ops::Minimum(d, x, y);
}
template <class D, class V>
HWY_INLINE V Body(Maximum, D d, V x, V y) {
  return ops::Maximum(d, x, y);
}
template <class D, class V>
HWY_INLINE V Body(FMin, D d, V x, V y) {
  return ops::Minimum(d, ops::IfThenElse(ops::IsNaN(x), y, x),
                      ops::IfThenElse(ops::IsNaN(y), x, y));
}
template <class D, class V>
HWY_INLINE V Body(FMax, D d, V x, V y) {
  return ops::Maximum(d, ops::IfThenElse(ops::IsNaN(x), y, x),
                      ops::IfThenElse(ops::IsNaN(y), x, y));
}
template <class D, class V>
HWY_INLINE V Body(Clip, D d, V x, V low, V high) {
  return ops::Minimum(d, ops::Maximum(d, x, low), high);
}

template <class D, class V>
HWY_INLINE V Body(OnBits<CopySign, f16>, D d, V x, V y) {
  return ops::Or(ops::And(x, ops::Set(d, INT16_MAX)), ops::And(y, ops::Set(d, INT16_MIN)));
}

template <class T, class D, class V>
HWY_INLINE V NaNUnlessNumbers(D d, V x, V y, V result) {
  const auto nan = ops::OrMask(ops::IsNaNBits<T>(d, x), ops::IsNaNBits<T>(d, y));
  constexpr int16_t kQuietBit = std::is_same_v<T, f16> ? 0x0200 : 0x0040;
  return ops::IfThenElse(nan, ops::Set(d, ops::kInfinityBits<T> | kQuietBit), result);
}
template <class T, class D, class V>
HWY_INLINE V Body(OnBits<Minimum, T>, D d, V x, V y) {
  const V r = ops::OrderedBits(d, ops::Minimum(d, ops::OrderedBits(d, x), ops::OrderedBits(d, y)));
  return NaNUnlessNumbers<T>(d, x, y, r);
}
template <class T, class D, class V>
HWY_INLINE V Body(OnBits<Maximum, T>, D d, V x, V y) {
  const V r = ops::OrderedBits(d, ops::Maximum(d, ops::OrderedBits(d, x), ops::OrderedBits(d, y)));
  return NaNUnlessNumbers<T>(d, x, y, r);
}
template <class T, class D, class V>
HWY_INLINE V Body(OnBits<FMin, T>, D d, V x, V y) {
  const V a = ops::IfThenElse(ops::IsNaNBits<T>(d, x), y, x);
  return Body(OnBits<Minimum, T>{}, d, a, ops::IfThenElse(ops::IsNaNBits<T>(d, y), x, y));
}
template <class T, class D, class V>
HWY_INLINE V Body(OnBits<FMax, T>, D d, V x, V y) {
  const V a = ops::IfThenElse(ops::IsNaNBits<T>(d, x), y, x);
  return Body(OnBits<Maximum, T>{}, d, a, ops::IfThenElse(ops::IsNaNBits<T>(d, y), x, y));
}
template <class T, class D, class V>
HWY_INLINE V Body(OnBits<Clip, T>, D d, V x, V low, V high) {
  return Body(OnBits<Minimum, T>{}, d, Body(OnBits<Maximum, T>{}, d, x, low), high);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
