// Bodies of plain arithmetic; what they mean is in arithmetic.h.

#if defined(LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_INL_H_
#undef LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_INL_H_
#else
#define LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_INL_H_
#endif

#include "kernels/arithmetic/arithmetic.h"
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

template <class D, class V>
HWY_INLINE V Body(Negative, D, V x) {
  return ops::Neg(x);
}
template <class D, class V>
HWY_INLINE V Body(Abs, D, V x) {
  return ops::Abs(x);
}
template <class D, class V>
HWY_INLINE V Body(CopySign, D, V x, V y) {
  return ops::CopySign(x, y);
}
template <class D, class V>
HWY_INLINE V Body(Sqrt, D, V x) {
  return ops::Sqrt(x);
}
template <class D, class V>
HWY_INLINE V Body(Floor, D d, V x) {
  return ops::Floor(d, x);
}
template <class D, class V>
HWY_INLINE V Body(Rint, D d, V x) {
  return ops::Rint(d, x);
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
HWY_INLINE V Body(Clip, D d, V x, V low, V high) {
  return ops::Minimum(d, ops::Maximum(d, x, low), high);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
