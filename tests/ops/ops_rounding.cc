// Rounding to integral values, extremes, and fused products of floating-point values.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/ops/ops_rounding.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "tests/ops/ops_check-inl.h"
#include "tests/ops/ops_lists.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class T>
void FloatRounding() {
  // Every half between -300 and 300, the ends of the fraction bits, and all the usual values.
  std::vector<T> v1 = AllOrMany<T>();
  for (int i = -1200; i <= 1200; ++i) {
    v1.push_back(static_cast<T>(i) / 4);
    v1.push_back(std::nextafter(static_cast<T>(i) / 4, T{1e9}));
    v1.push_back(std::nextafter(static_cast<T>(i) / 4, T{-1e9}));
    const T end = std::ldexp(T{1}, std::numeric_limits<T>::digits - 1);
    v1.push_back(end + static_cast<T>(i) / 4);
    v1.push_back(end / 2 + static_cast<T>(i) / 4);
    v1.push_back(-end / 2 + static_cast<T>(i) / 4);
  }
  LW_UNARY(kAnyNaN, v1, ops::Rint(d, v), std::rint(x));
  LW_UNARY(kAnyNaN, v1, ops::Floor(d, v), std::floor(x));
  LW_UNARY(kAnyNaN, v1, ops::Ceil(d, v), std::ceil(x));
  LW_UNARY(kAnyNaN, v1, ops::Trunc(d, v), std::trunc(x));
}

template <class T>
T ReferenceMinimum(T x, T y) {
  if (x != x || y != y) return std::numeric_limits<T>::quiet_NaN();
  if (x == y) return std::signbit(x) ? x : y;
  return x < y ? x : y;
}

// What ops::Min is for: neither NaN nor zeros of both signs.
template <class D, class V>
HWY_INLINE V MagnitudeOrInf(D d, V v) {
  return ops::Abs(ops::IfThenElse(ops::IsNaN(v), ops::Inf(d), v));
}
template <class T>
T MagnitudeOrInf(T x) {
  return x != x ? std::numeric_limits<T>::infinity() : std::fabs(x);
}

template <class T>
void FloatMinMax() {
  const Pairs<T>& p = AllOrManyPairs<T>();  // results are canonical NaNs: strict
  LW_BINARY(kStrict, p, ops::Minimum(d, a, b), ReferenceMinimum(x, y));
  LW_BINARY(kStrict, p, ops::Maximum(d, a, b),
            x != x || y != y ? ReferenceMinimum(x, y) : -ReferenceMinimum(-x, -y));
  LW_BINARY(kStrict, p, ops::Min(MagnitudeOrInf(d, a), MagnitudeOrInf(d, b)),
            std::min(MagnitudeOrInf(x), MagnitudeOrInf(y)));
}

template <class T>
void FloatMulAdd() {
  const Triples<T>& t = FmaTriples<T>();
  LW_TERNARY(kAnyNaN, t, ops::MulAdd(d, a, b, c), std::fma(x, y, z));
  LW_TERNARY(kAnyNaN, t, ops::NegMulAdd(d, a, b, c), std::fma(-x, y, z));
  LW_TERNARY(kAnyNaN, t, ops::MulSub(d, a, b, c), std::fma(x, y, -z));
  LW_TERNARY(kAnyNaN, t, ops::Polynomial(d, a, 1.5, -2.25, 0.1),
             std::fma(x, std::fma(x, static_cast<T>(0.1), T{-2.25}), T{1.5}));
}

inline constexpr OpsCase kRoundingCases[] = {
    {"RoundingF32", &FloatRounding<float>}, {"RoundingF64", &FloatRounding<double>},
    {"MinMaxF32", &FloatMinMax<float>},     {"MinMaxF64", &FloatMinMax<double>},
    {"MulAddF32", &FloatMulAdd<float>},     {"MulAddF64", &FloatMulAdd<double>},
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void AddRounding(std::vector<TargetCase>& cases) {
#define LW_CASES(TARGET, NAMESPACE) AddCases(TARGET, NAMESPACE::kRoundingCases, cases);
  HWY_VISIT_TARGETS(LW_CASES)
#undef LW_CASES
}
}  // namespace lanewise
#endif
