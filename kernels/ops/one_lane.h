// One lane in Highway's vocabulary: a vector is a plain number, a mask a bool. With
// LANEWISE_ONE_LANE defined kernels/ops/ops-inl.h stands on this instead of Highway, and the bodies
// of kernels/*/*-inl.h compile, unchanged, as CUDA device code, and on the host for the tests. What
// the operations mean is Highway's documentation; only those are here that ops-inl.h, fma-inl.h and
// the bodies name. Device code rounds by intrinsics, which nvcc never contracts. A translation unit
// has either this or Highway's targets.

#ifndef LANEWISE_KERNELS_OPS_ONE_LANE_H_
#define LANEWISE_KERNELS_OPS_ONE_LANE_H_

#include "kernels/ops/one_lane_arithmetic.h"
#include "kernels/ops/one_lane_base.h"

namespace hwy {
namespace HWY_NAMESPACE {

template <class V>
HWY_INLINE V GetLane(V v) {
  return v;
}

// ---------------------------------------------------------------- conversions

// C's conversions round to nearest or, to an integer, truncate; values out of range do not occur.
template <class D, class V>
HWY_INLINE Vec<D> ConvertTo(D, V v) {
  return static_cast<Vec<D>>(v);
}
template <class D, class V>
HWY_INLINE Vec<D> PromoteTo(D, V v) {
  return static_cast<Vec<D>>(v);
}
template <class D, class V>
HWY_INLINE Vec<D> DemoteTo(D, V v) {
  return static_cast<Vec<D>>(v);
}
template <class D, class V>
HWY_INLINE Vec<D> TruncateTo(D, V v) {
  return static_cast<Vec<D>>(v);
}
template <class D, class V>
HWY_INLINE Vec<D> PromoteLowerTo(D d, V v) {
  return PromoteTo(d, v);
}
template <class D, class V>
HWY_INLINE Vec<D> PromoteUpperTo(D d, V) {
  return Zero(d);  // an empty half: Combine drops what comes of it
}
template <class D, class V>
HWY_INLINE Vec<D> Combine(D, V /*upper*/, V lower) {
  return lower;
}

// ---------------------------------------------------------------- memory

template <class D, class VI>
HWY_INLINE Vec<D> GatherIndex(D, const TFromD<D>* table, VI index) {
  return table[index];
}
template <class D>
HWY_INLINE Vec<D> Load(D, const TFromD<D>* from) {
  return *from;
}
template <class D>
HWY_INLINE void Store(Vec<D> v, D, TFromD<D>* to) {
  *to = v;
}

}  // namespace HWY_NAMESPACE
}  // namespace hwy

#endif  // LANEWISE_KERNELS_OPS_ONE_LANE_H_
