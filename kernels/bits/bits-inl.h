// Bodies of bit operations and logic; what they mean is in bits.h.

#if defined(LANEWISE_KERNELS_BITS_BITS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_BITS_BITS_INL_H_
#undef LANEWISE_KERNELS_BITS_BITS_INL_H_
#else
#define LANEWISE_KERNELS_BITS_BITS_INL_H_
#endif

#include "kernels/bits/bits.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class D, class V>
HWY_INLINE V Body(BitwiseAnd, D, V x, V y) {
  return ops::And(x, y);
}
template <class D, class V>
HWY_INLINE V Body(BitwiseOr, D, V x, V y) {
  return ops::Or(x, y);
}
template <class D, class V>
HWY_INLINE V Body(BitwiseXor, D, V x, V y) {
  return ops::Xor(x, y);
}
template <class D, class V>
HWY_INLINE V Body(Invert, D d, V x) {
  using T = ops::TFromD<D>;
  return ops::Xor(x, ops::Set(d, static_cast<T>(~T{0})));
}

// -------- of truth values

template <class D, class V>
HWY_INLINE V Body(BothTrue, D d, V x, V y) {
  return ops::Min(ops::Min(x, y), ops::Set(d, 1));
}
template <class D, class V>
HWY_INLINE V Body(EitherTrue, D d, V x, V y) {
  return ops::Min(ops::Or(x, y), ops::Set(d, 1));
}
template <class D, class V>
HWY_INLINE V Body(OneTrue, D d, V x, V y) {
  const V one = ops::Set(d, 1);
  return ops::Xor(ops::Min(x, one), ops::Min(y, one));
}
template <class D, class V>
HWY_INLINE V Body(NotTrue, D d, V x) {
  const V one = ops::Set(d, 1);
  return ops::Xor(ops::Min(x, one), one);
}

// -------- of wider numbers

template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(LogicalAnd, D d, V x, V y) {
  const V zero = ops::Zero(d);
  return ops::NotMask(ops::OrMask(ops::Eq(x, zero), ops::Eq(y, zero)));
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(LogicalOr, D d, V x, V y) {
  return ops::Ne(ops::Or(x, y), ops::Zero(d));
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(LogicalXor, D d, V x, V y) {
  const V zero = ops::Zero(d);
  return ops::Ne(ops::VecFromMask(d, ops::Eq(x, zero)), ops::VecFromMask(d, ops::Eq(y, zero)));
}
template <class D, class V>
HWY_INLINE ops::MaskOf<D> Body(LogicalNot, D d, V x) {
  return ops::Eq(x, ops::Zero(d));
}
// Twice a float's bits are those without its sign.
template <class Op, class D, class... V>
HWY_INLINE ops::MaskOf<D> Body(OnMagnitude<Op>, D d, V... x) {
  return Body(Op{}, d, ops::Add(x, x)...);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
