// Bodies of bit operations; what they mean is in bits.h.

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
HWY_INLINE V Body(BothTrue, D d, V x, V y) {
  return ops::Min(ops::Min(x, y), ops::Set(d, 1));
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
