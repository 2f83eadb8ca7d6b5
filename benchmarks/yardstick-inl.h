// Sum and dot in whatever order is fastest: 8 accumulators, fused multiply-add where there is one.

#if defined(LANEWISE_BENCHMARKS_YARDSTICK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_BENCHMARKS_YARDSTICK_INL_H_
#undef LANEWISE_BENCHMARKS_YARDSTICK_INL_H_
#else
#define LANEWISE_BENCHMARKS_YARDSTICK_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V>
HWY_INLINE hn::TFromD<D> SumOfEight(D d, V v0, V v1, V v2, V v3, V v4, V v5, V v6, V v7) {
  const V a = hn::Add(hn::Add(v0, v1), hn::Add(v2, v3));
  const V b = hn::Add(hn::Add(v4, v5), hn::Add(v6, v7));
  return hn::ReduceSum(d, hn::Add(a, b));
}

template <class T>
T BestSum(const T* x, size_t n) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  auto v0 = hn::Zero(d), v1 = v0, v2 = v0, v3 = v0, v4 = v0, v5 = v0, v6 = v0, v7 = v0;
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 8 * lanes <= n; i += 8 * lanes) {
    v0 = hn::Add(v0, hn::LoadU(d, x + i));
    v1 = hn::Add(v1, hn::LoadU(d, x + i + lanes));
    v2 = hn::Add(v2, hn::LoadU(d, x + i + 2 * lanes));
    v3 = hn::Add(v3, hn::LoadU(d, x + i + 3 * lanes));
    v4 = hn::Add(v4, hn::LoadU(d, x + i + 4 * lanes));
    v5 = hn::Add(v5, hn::LoadU(d, x + i + 5 * lanes));
    v6 = hn::Add(v6, hn::LoadU(d, x + i + 6 * lanes));
    v7 = hn::Add(v7, hn::LoadU(d, x + i + 7 * lanes));
  }
  for (; i + lanes <= n; i += lanes) v0 = hn::Add(v0, hn::LoadU(d, x + i));
  if (i != n) v1 = hn::Add(v1, hn::LoadN(d, x + i, n - i));
  return SumOfEight(d, v0, v1, v2, v3, v4, v5, v6, v7);
}

template <class D, class V>
HWY_INLINE void AddProduct(D d, const hn::TFromD<D>* x, const hn::TFromD<D>* y, V& v) {
  v = hn::MulAdd(hn::LoadU(d, x), hn::LoadU(d, y), v);
}

template <class T>
T BestDot(const T* x, const T* y, size_t n) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  auto v0 = hn::Zero(d), v1 = v0, v2 = v0, v3 = v0, v4 = v0, v5 = v0, v6 = v0, v7 = v0;
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + 8 * lanes <= n; i += 8 * lanes) {
    AddProduct(d, x + i, y + i, v0);
    AddProduct(d, x + i + lanes, y + i + lanes, v1);
    AddProduct(d, x + i + 2 * lanes, y + i + 2 * lanes, v2);
    AddProduct(d, x + i + 3 * lanes, y + i + 3 * lanes, v3);
    AddProduct(d, x + i + 4 * lanes, y + i + 4 * lanes, v4);
    AddProduct(d, x + i + 5 * lanes, y + i + 5 * lanes, v5);
    AddProduct(d, x + i + 6 * lanes, y + i + 6 * lanes, v6);
    AddProduct(d, x + i + 7 * lanes, y + i + 7 * lanes, v7);
  }
  for (; i + lanes <= n; i += lanes) AddProduct(d, x + i, y + i, v0);
  if (i != n) v1 = hn::MulAdd(hn::LoadN(d, x + i, n - i), hn::LoadN(d, y + i, n - i), v1);
  return SumOfEight(d, v0, v1, v2, v3, v4, v5, v6, v7);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
