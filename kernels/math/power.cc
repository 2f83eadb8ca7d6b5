// Compiles the power family once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/math/power.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/math/power-inl.h"
#include "kernels/loops/map-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// x to one exponent for a whole call: as fast as the operation it is.
template <class E>
struct PowFixed {
  static constexpr Flags kFlags = Flags::kOwn;
};
template <class E, class D, class V>
HWY_INLINE V Body(PowFixed<E>, D d, V x, Raised& raised) {
  return power::FixedPower<E>(d, x, raised);
}

template <class E, class T>
uint32_t FixedLoop(const void* const* inputs, void* const* outputs, size_t n) {
  const Places<const T, 1> in(inputs);
  const Places<T, 1> results(outputs);
  const T* x = in.at[0];
  T* out = results.at[0];
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  Raised raised;
  size_t i = 0;
  // One test for four vectors.
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    const T* p = x + i;
    const auto x0 = hn::LoadU(d, p), x1 = hn::LoadU(d, p + lanes);
    const auto x2 = hn::LoadU(d, p + 2 * lanes), x3 = hn::LoadU(d, p + 3 * lanes);
    auto r0 = E::Value(d, x0), r1 = E::Value(d, x1), r2 = E::Value(d, x2), r3 = E::Value(d, x3);
    const auto ordinary = hn::And(hn::And(E::Ordinary(d, x0, r0), E::Ordinary(d, x1, r1)),
                                  hn::And(E::Ordinary(d, x2, r2), E::Ordinary(d, x3, r3)));
    if (HWY_UNLIKELY(!hn::AllTrue(d, ordinary))) {
      r0 = E::Finish(d, x0, r0, raised), r1 = E::Finish(d, x1, r1, raised);
      r2 = E::Finish(d, x2, r2, raised), r3 = E::Finish(d, x3, r3, raised);
    }
    hn::StoreU(r0, d, out + i);
    hn::StoreU(r1, d, out + i + lanes);
    hn::StoreU(r2, d, out + i + 2 * lanes);
    hn::StoreU(r3, d, out + i + 3 * lanes);
  }
  using Op = PowFixed<E>;
  for (; i + lanes <= n; i += lanes) MapVector<Op>(in, results, i, raised);
  if (i != n) MapTail<Op>(in, results, i, n - i, raised);
  return raised.bits;
}

template <class T>
ElementwiseFn LoopOfExponent(const void* exponent) {
  T y;
  hwy::CopySameSize(static_cast<const T*>(exponent), &y);
  if (y == T(2)) return &FixedLoop<power::Square, T>;
  if (y == T(0.5)) return &FixedLoop<power::Root, T>;
  if (y == T(-1)) return &FixedLoop<power::Reciprocal, T>;
  if (y == T(1)) return &FixedLoop<power::Identical, T>;
  return nullptr;
}

void FillPower(Table& table) {
  FillElementwise(table, Power{});
  static_assert(std::is_same_v<Pow::Types, Floats>);
  table.repeated[FirstSlot(LW_POW)] = &LoopOfExponent<float>;
  table.repeated[FirstSlot(LW_POW) + 1] = &LoopOfExponent<double>;
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void FillPower(int64_t target, Table& table) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) NAMESPACE::FillPower(table);
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
}
}  // namespace lanewise
#endif
