// Loops over vector functions; see vector_loops.h.

#if defined(LANEWISE_BENCHMARKS_VECTOR_LOOPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_BENCHMARKS_VECTOR_LOOPS_INL_H_
#undef LANEWISE_BENCHMARKS_VECTOR_LOOPS_INL_H_
#else
#define LANEWISE_BENCHMARKS_VECTOR_LOOPS_INL_H_
#endif

#include "benchmarks/vector_loops.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise::bench {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET_IS_SVE

VectorLoops MakeVectorLoops() { return {}; }

#else

template <class T>
using RawOf = decltype(hn::Vec<hn::ScalableTag<T> >::raw);

template <class T>
void LoopOne(const void* function, const void* x, const void*, void* out, size_t n) {
  const hn::ScalableTag<T> d;
  const auto call = reinterpret_cast<RawOf<T> (*)(RawOf<T>)>(const_cast<void*>(function));
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  size_t i = 0;
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d)) {
    auto v = hn::LoadU(d, from + i);
    v.raw = call(v.raw);
    hn::StoreU(v, d, to + i);
  }
  if (i == n) return;
  auto v = hn::LoadN(d, from + i, n - i);
  v.raw = call(v.raw);
  hn::StoreN(v, d, to + i, n - i);
}

template <class T>
void LoopTwo(const void* function, const void* x, const void* y, void* out, size_t n) {
  const hn::ScalableTag<T> d;
  const auto call = reinterpret_cast<RawOf<T> (*)(RawOf<T>, RawOf<T>)>(const_cast<void*>(function));
  const T *from = static_cast<const T*>(x), *other = static_cast<const T*>(y);
  T* to = static_cast<T*>(out);
  size_t i = 0;
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d)) {
    auto v = hn::LoadU(d, from + i);
    v.raw = call(v.raw, hn::LoadU(d, other + i).raw);
    hn::StoreU(v, d, to + i);
  }
  if (i == n) return;
  auto v = hn::LoadN(d, from + i, n - i);
  v.raw = call(v.raw, hn::LoadN(d, other + i, n - i).raw);
  hn::StoreN(v, d, to + i, n - i);
}

VectorLoops MakeVectorLoops() {
  return {&LoopOne<float>, &LoopOne<double>, &LoopTwo<float>, &LoopTwo<double>,
          hn::Lanes(hn::ScalableTag<uint8_t>())};
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace lanewise::bench
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
