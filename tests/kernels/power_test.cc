// x^2, x^0.5, x^-1 and x^1 are x * x, the root, 1 / x and x, bit for bit and with their flags,
// wherever the exponent stands: one for all elements, among others, or in an array of its own.

#include <gtest/gtest.h>

#include <cfenv>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "lanewise/lanewise.h"
#include "tests/kernels/reference.h"

namespace lanewise {
namespace {

constexpr int kWatched = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;
constexpr double kExponents[] = {2, 0.5, -1, 1};

template <class T>
constexpr lw_dtype kType = sizeof(T) == 4 ? LW_F32 : LW_F64;

template <class T>
struct Wanted {
  T value;
  int flags;
};

// C Annex F.10.4.4.
template <class T>
Wanted<T> Power(T x, T y) {
  constexpr T kInf = std::numeric_limits<T>::infinity();
  if (y == 2) return {x * x, std::isfinite(x) && std::isinf(x * x) ? FE_OVERFLOW : 0};
  if (y == T(0.5)) {
    if (x == 0 || std::isinf(x)) return {std::fabs(x), 0};
    return {std::sqrt(x), x < 0 ? FE_INVALID : 0};
  }
  if (y == -1) {
    if (x == 0) return {std::copysign(kInf, x), FE_DIVBYZERO};
    return {1 / x, std::isfinite(x) && std::isinf(1 / x) ? FE_OVERFLOW : 0};
  }
  return {x, 0};
}

template <class T>
std::vector<T> Call(const std::vector<T>& x, const T* y, int64_t y_stride, int64_t step) {
  std::vector<T> out(x.size(), T(-7));
  const lw_dtype dtypes[] = {kType<T>, kType<T>, kType<T>};
  const int64_t n = static_cast<int64_t>(x.size()) / step;
  const lw_operand operands[] = {{const_cast<T*>(x.data()), step * int64_t{sizeof(T)}},
                                 {const_cast<T*>(y), y_stride},
                                 {out.data(), int64_t{sizeof(T)}}};
  std::feclearexcept(FE_ALL_EXCEPT);
  EXPECT_EQ(lw_call(LW_POW, dtypes, operands, n, nullptr), LW_OK) << lw_last_error();
  out.resize(static_cast<size_t>(n));
  return out;
}

template <class T>
bool Same(T a, T b) {
  return (a != a && b != b) || std::memcmp(&a, &b, sizeof(T)) == 0;
}

// Of every step-th element of x, with the exponents y or, if there is only one, y[0].
template <class T>
void Check(const std::vector<T>& x, const std::vector<T>& y, int64_t step, const char* what) {
  const bool one = y.size() == 1;
  const std::vector<T> out = Call(x, y.data(), one ? 0 : int64_t{sizeof(T)}, step);
  const int flags = std::fetestexcept(kWatched);
  int wanted_flags = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const T base = x[i * static_cast<size_t>(step)], exponent = y[one ? 0 : i];
    if (exponent == T(0.25)) continue;  // any other: of numbers that raise nothing
    const Wanted<T> wanted = Power(base, exponent);
    wanted_flags |= wanted.flags;
    ASSERT_TRUE(Same(out[i], wanted.value))
        << what << " " << sizeof(T) << " " << base << "^" << exponent << " is " << out[i]
        << " instead of " << wanted.value << ", n " << x.size() << ", " << lw_current_target();
  }
  EXPECT_EQ(flags, wanted_flags) << what << " " << sizeof(T) << " n " << x.size();
}

template <class T>
void CheckSizes(const std::vector<T>& values) {
  for (const size_t n : {1, 2, 3, 7, 8, 31, 64, 65, 100, 1000, 20'000}) {
    std::vector<T> x(n), y(n), mixed(n), positive(n);
    for (size_t i = 0; i < n; ++i) {
      x[i] = values[(i * 7 + n) % values.size()];
      y[i] = T(kExponents[(i * 5 + n) % 4]);
      mixed[i] = i % 3 ? y[i] : T(0.25);
      positive[i] = i % 3 ? x[i] : T(1) + T(i % 50);
    }
    for (const double exponent : kExponents) {
      Check<T>(x, {T(exponent)}, 1, "scalar");
      Check<T>(x, {T(exponent)}, 2, "scalar, strided");
      Check<T>(x, std::vector<T>(n, T(exponent)), 1, "elements");
    }
    Check<T>(x, y, 1, "mixed");
    Check<T>(positive, mixed, 1, "among others");
    if (testing::Test::HasFatalFailure()) return;
  }
}

template <class T>
void CheckTargets() {
  reference::Rng rng(7);
  const std::vector<T> special = reference::SpecialFloats<T>();
  std::vector<T> random(5000);
  for (T& x : random) x = rng.Bits<T>();
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    if (!lw_target_supported(i)) continue;
    ASSERT_EQ(lw_push_max_target(lw_target_name(i)), LW_OK);
    CheckSizes(special);
    CheckSizes(random);
    for (const T x : special) CheckSizes(std::vector<T>{x});  // no other raises its flag
    ASSERT_EQ(lw_pop_max_target(), LW_OK);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Power, FixedExponentsF32) { CheckTargets<float>(); }
TEST(Power, FixedExponentsF64) { CheckTargets<double>(); }

// The other lanes of a vector have the bits that they have without such a neighbour.
TEST(Power, NeighboursKeepTheirBits) {
  std::vector<double> x(64), y(64, 0.3);
  for (size_t i = 0; i < 64; ++i) x[i] = 0.1 + static_cast<double>(i);
  const std::vector<double> wanted = Call(x, y.data(), 8, 1);
  for (size_t i = 0; i < 64; ++i) {
    std::vector<double> xs = x, ys = y;
    xs[i] = -3, ys[i] = 2;
    const std::vector<double> got = Call(xs, ys.data(), 8, 1);
    for (size_t k = 0; k < 64; ++k) EXPECT_EQ(got[k], k == i ? 9 : wanted[k]);
  }
}

}  // namespace
}  // namespace lanewise
