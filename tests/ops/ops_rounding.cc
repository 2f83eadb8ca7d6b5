// Rounding to integral values, extremes, and fused products of floating-point values.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/ops/ops_rounding.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/ops/narrow_floats-inl.h"
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

// x rounded towards zero, with the last bit set if that was not exact.
template <class T>
T RoundedToOdd(long double x) {
  T r = static_cast<T>(x);
  if (r == x) return r;
  if (std::fabs(static_cast<long double>(r)) > std::fabs(x)) r = std::nextafter(r, T{0});
  using U = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  U bits;
  std::memcpy(&bits, &r, sizeof(T));
  bits |= 1;
  std::memcpy(&r, &bits, sizeof(T));
  return r;
}

// Factors whose product is exact, and sums that long double holds exactly.
template <class T>
void FloatMulAddOdd() {
  constexpr int kDigits = std::numeric_limits<T>::digits / 2 - 1;
  reference::Rng rng(9);
  Triples<T> t;
  const auto number = [&](int64_t digits, int64_t spread) {
    const int64_t end = int64_t{1} << digits;
    return std::ldexp(static_cast<T>(rng.Between(-end, end)),
                      static_cast<int>(rng.Between(-spread, spread)));
  };
  for (int i = 0; i < 200000; ++i)
    t.Add(number(kDigits, 2), number(kDigits, 2), number(11, sizeof(T) == 4 ? 20 : 8));
  LW_TERNARY(kStrict, t, ops::MulAddOdd(d, a, b, c),
             RoundedToOdd<T>(static_cast<long double>(x) * y + z));
}

// f16 and bf16: which bits are a NaN's, their order, and f64 rounded to bf16's digits.
template <class D, class V>
HWY_INLINE V RoundToBF16(D d, V v) {
  Raised raised;
  return ops::RoundToBF16(d, v, raised);
}
inline void Narrow() {
  const std::vector<int16_t>& all = AllOrMany<int16_t>();
  LW_UNARY(kStrict, all, Ones(d, ops::IsNaNBits<f16>(d, v)), (x & 0x7FFF) > 0x7C00);
  LW_UNARY(kStrict, all, Ones(d, ops::IsNaNBits<bf16>(d, v)), (x & 0x7FFF) > 0x7F80);
  LW_UNARY(kStrict, all, ops::OrderedBits(d, v), x < 0 ? -1 - (x & 0x7FFF) : x);
  LW_UNARY(kStrict, all, ops::NumberOrder(d, v), x < 0 ? -(x & 0x7FFF) : x);
  std::vector<double> numbers;
  for (double x : AllOrMany<double>()) {
    if (std::fabs(x) < 0x1.fep+127) numbers.push_back(x);
  }
  for (float x : AllOrMany<float>()) {  // ties, and numbers beside them
    if (!(std::fabs(x) < 0x1.fep+127f)) continue;
    for (double by : {0x1p-60, 1.0, -0x1p-60}) numbers.push_back(x + (by == 1.0 ? 0 : by * x));
  }
  LW_UNARY(kStrict, numbers, RoundToBF16(d, v),
           reference::ToDouble(reference::kBF16, reference::ToBits(reference::kBF16, x)));
}

inline constexpr OpsCase kRoundingCases[] = {
    {"RoundingF32", &FloatRounding<float>},
    {"RoundingF64", &FloatRounding<double>},
    {"MinMaxF32", &FloatMinMax<float>},
    {"MinMaxF64", &FloatMinMax<double>},
    {"MulAddF32", &FloatMulAdd<float>},
    {"MulAddF64", &FloatMulAdd<double>},
    {"MulAddOddF32", &FloatMulAddOdd<float>},
    {"MulAddOddF64", &FloatMulAddOdd<double>},
    {"Narrow", &Narrow},
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
