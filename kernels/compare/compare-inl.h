// Bodies of comparisons, tests and selection; what they mean is in compare.h.

#if defined(LANEWISE_KERNELS_COMPARE_COMPARE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_COMPARE_COMPARE_INL_H_
#undef LANEWISE_KERNELS_COMPARE_COMPARE_INL_H_
#else
#define LANEWISE_KERNELS_COMPARE_COMPARE_INL_H_
#endif

#include "kernels/compare/compare.h"
#include "kernels/ops/narrow_floats-inl.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(Equal, D, V x, V y) {
  return ops::Eq(x, y);
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(NotEqual, D, V x, V y) {
  return ops::Ne(x, y);
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(EqualTruth, D d, V x, V y) {
  const V one = ops::Set(d, 1);
  return ops::Eq(ops::Min(x, one), ops::Min(y, one));
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(NotEqualTruth, D d, V x, V y) {
  return ops::NotMask(Body(EqualTruth{}, d, x, y));
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(Less, D, V x, V y) {
  return ops::Lt(x, y);
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(LessEqual, D, V x, V y) {
  return ops::Le(x, y);
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(Greater, D, V x, V y) {
  return ops::Gt(x, y);
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(GreaterEqual, D, V x, V y) {
  return ops::Ge(x, y);
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(IsNaN, D, V x) {
  return ops::IsNaN(x);
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(IsInf, D d, V x) {
  return ops::IsInf(d, x);
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(IsFinite, D d, V x) {
  return ops::IsFinite(d, x);
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(SignBit, D d, V x) {
  return ops::Lt(x, ops::Zero(d));
}
// -------- f16 and bf16 by their bits

template <class T, class D, class V>
HWY_INLINE ops::MaskOf<D> Body(OnBits<IsNaN, T>, D d, V x) {
  return ops::IsNaNBits<T>(d, x);
}
template <class T, class D, class V>
HWY_INLINE ops::MaskOf<D> Body(OnBits<IsInf, T>, D d, V x) {
  return ops::Eq(ops::And(x, ops::Set(d, INT16_MAX)), ops::Set(d, ops::kInfinityBits<T>));
}
template <class T, class D, class V>
HWY_INLINE ops::MaskOf<D> Body(OnBits<IsFinite, T>, D d, V x) {
  return ops::Lt(ops::And(x, ops::Set(d, INT16_MAX)), ops::Set(d, ops::kInfinityBits<T>));
}
template <class T, class D, class V>
HWY_INLINE ops::MaskOf<D> Body(OnBits<NotEqual, T>, D d, V x, V y) {
  const auto nan = ops::OrMask(ops::IsNaNBits<T>(d, x), ops::IsNaNBits<T>(d, y));
  return ops::OrMask(nan, ops::Ne(ops::NumberOrder(d, x), ops::NumberOrder(d, y)));
}
// The other five are false for NaN.
template <class Op, class T, class D, class V>
HWY_INLINE ops::MaskOf<D> Body(OnBits<Op, T>, D d, V x, V y) {
  const auto nan = ops::OrMask(ops::IsNaNBits<T>(d, x), ops::IsNaNBits<T>(d, y));
  return ops::AndMask(ops::NotMask(nan),
                      Body(Op{}, d, ops::NumberOrder(d, x), ops::NumberOrder(d, y)));
}

template <class D, class M, class V>
HWY_INLINE V Body(Where, D, M condition, V x, V y) {
  return ops::IfThenElse(condition, x, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
