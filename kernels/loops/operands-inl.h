// What the loops of elementwise shapes share: how the body is called, how the last elements are
// loaded, and the operands as pointers to their elements.

#if defined(LANEWISE_KERNELS_LOOPS_OPERANDS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_LOOPS_OPERANDS_INL_H_
#undef LANEWISE_KERNELS_LOOPS_OPERANDS_INL_H_
#else
#define LANEWISE_KERNELS_LOOPS_OPERANDS_INL_H_
#endif

#include <utility>

#include "kernels/list/table.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// Calls the body, with or without the place for its flags.
template <class Op, class D, class... V>
HWY_INLINE auto CallBody(D d, Raised& raised, V... v) {
  if constexpr (Op::kFlags == Flags::kOwn)
    return Body(Op{}, d, v..., raised);
  else
    return Body(Op{}, d, v...);
}

template <class T, class D>
HWY_INLINE hn::Vec<D> LoadTail(D d, const T* p, size_t count) {
  return hn::LoadNOr(hn::Set(d, hwy::ConvertScalarTo<T>(1)), d, p, count);
}

// The operands of a loop as pointers to their elements.
template <class T, size_t kCount>
struct Places {
  T* at[kCount];

  template <class Void>
  explicit HWY_INLINE Places(Void* const* operands) {
    for (size_t k = 0; k < kCount; ++k) at[k] = static_cast<T*>(operands[k]);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
