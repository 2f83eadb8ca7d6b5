// Scalar references for tests: conversions with one rounding, saturation, bit comparison. Written
// for clarity and independent of the kernels.

#ifndef LANEWISE_TESTS_KERNELS_REFERENCE_H_
#define LANEWISE_TESTS_KERNELS_REFERENCE_H_

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "kernels/list/kernel.h"

namespace lanewise::reference {

inline uint16_t F16Bits(f16 v) {
  uint16_t bits;
  std::memcpy(&bits, &v, sizeof(bits));
  return bits;
}
inline f16 F16FromBits(uint16_t bits) {
  f16 v;
  std::memcpy(static_cast<void*>(&v), &bits, sizeof(bits));
  return v;
}

inline double F16ToDouble(uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  double magnitude;
  if (exponent == 31) {
    magnitude = fraction ? std::numeric_limits<double>::quiet_NaN()
                         : std::numeric_limits<double>::infinity();
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(1024 + fraction, exponent - 25);
  }
  return bits & 0x8000 ? -magnitude : magnitude;
}

// To nearest even. long double holds every f64 and i64 exactly.
inline uint16_t ToF16Bits(long double x) {
  const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  if (x != x) return sign | 0x7E00;
  const long double magnitude = std::fabs(x);
  if (magnitude >= 65520) return sign | 0x7C00;
  if (magnitude == 0) return sign;
  int exponent = std::ilogb(magnitude);
  if (exponent < -14) exponent = -14;
  const auto units = static_cast<uint16_t>(std::nearbyint(std::ldexp(magnitude, 10 - exponent)));
  // `units` includes the hidden bit of normal numbers; a carry moves into the exponent.
  return static_cast<uint16_t>(sign + ((exponent + 14) << 10) + units);
}

template <class T>
T Truncated(double x) {
  constexpr double kEnd = sizeof(T) == 4 ? 0x1p31 : 0x1p63;
  if (x != x) return 0;
  if (x >= kEnd) return std::numeric_limits<T>::max();
  if (x < -kEnd) return std::numeric_limits<T>::min();
  return static_cast<T>(x);
}

// What the conversion kernels compute.
template <class To, class From>
To Converted(From x) {
  if constexpr (std::is_same_v<From, f16>) {
    const double wide = F16ToDouble(F16Bits(x));
    if constexpr (std::is_floating_point_v<To>)
      return static_cast<To>(wide);
    else
      return Truncated<To>(wide);
  } else if constexpr (std::is_same_v<To, f16>) {
    return F16FromBits(ToF16Bits(static_cast<long double>(x)));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // (double)INT32_MAX is exact, so truncating towards zero first is what saturation means.
    return Truncated<To>(static_cast<double>(x) == static_cast<double>(x)
                             ? std::trunc(static_cast<double>(x))
                             : static_cast<double>(x));
  } else {
    return static_cast<To>(x);  // integers wrap
  }
}

template <class T>
bool IsNaN(T x) {
  if constexpr (std::is_same_v<T, f16>)
    return (F16Bits(x) & 0x7FFF) > 0x7C00;
  else if constexpr (std::is_floating_point_v<T>)
    return x != x;
  else
    return false;
}

// Equal bits, or both NaN.
template <class T>
bool Same(T a, T b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0 || (IsNaN(a) && IsNaN(b));
}
template <class T>
bool SameBits(T a, T b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

// Reproducible everywhere: integers only.
class Rng {
 public:
  explicit Rng(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t end) { return Next() % end; }
  int64_t Between(int64_t low, int64_t high) {  // both included
    return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
  }
  template <class T>
  T Bits() {
    const uint64_t bits = Next();
    T value;
    std::memcpy(static_cast<void*>(&value), &bits, sizeof(T));
    return value;
  }

 private:
  uint64_t state_;
};

// About sixty values where floating-point code goes wrong, both signs of each.
template <class T>
std::vector<T> SpecialFloats() {
  using L = std::numeric_limits<T>;
  const T one_up = std::nextafter(T{1}, T{2}), one_down = std::nextafter(T{1}, T{0});
  std::vector<T> v = {0,
                      L::denorm_min(),
                      std::nextafter(L::min(), T{0}),
                      L::min(),
                      L::min() * 2,
                      T{0.25},
                      std::nextafter(T{0.5}, T{0}),
                      T{0.5},
                      std::nextafter(T{0.5}, T{1}),
                      T{0.75},
                      one_down,
                      1,
                      one_up,
                      T{1.5},
                      2,
                      T{2.5},
                      3,
                      T{3.1415926535897932},
                      T{3.5},
                      10,
                      T{126.5},
                      T{255},
                      T{65504},
                      T{65519.9},
                      T{65520},
                      std::ldexp(T{1}, L::digits - 2) + T{0.5},
                      std::ldexp(T{1}, L::digits - 1) - T{0.5},
                      std::ldexp(T{1}, L::digits - 1) + 1,
                      std::ldexp(T{1}, L::digits) - 1,
                      std::ldexp(T{1}, 31) - (sizeof(T) == 8 ? T{0.5} : T{128}),
                      std::ldexp(T{1}, 31),
                      std::ldexp(T{1}, 63),
                      std::nextafter(std::ldexp(T{1}, 63), T{0}),
                      std::ldexp(T{1}, L::max_exponent / 2),
                      std::ldexp(T{1}, L::min_exponent / 2),
                      L::max() / 2,
                      std::nextafter(L::max(), T{0}),
                      L::max(),
                      L::infinity()};
  const size_t count = v.size();
  for (size_t i = 0; i < count; ++i) v.push_back(-v[i]);
  v.push_back(L::quiet_NaN());
  v.push_back(-L::quiet_NaN());
  return v;
}

template <class T>
std::vector<T> SpecialInts() {
  using L = std::numeric_limits<T>;
  std::vector<T> v;
  for (int i = 0; i < 6; ++i) {
    v.push_back(static_cast<T>(i));
    v.push_back(static_cast<T>(-i));
    v.push_back(static_cast<T>(L::max() - static_cast<T>(i)));
    v.push_back(static_cast<T>(L::min() + static_cast<T>(i)));
  }
  for (int bit = 3; bit < L::digits; ++bit) {
    const T power = static_cast<T>(T{1} << bit);
    v.push_back(static_cast<T>(power - 1));
    v.push_back(power);
    v.push_back(static_cast<T>(power + 1));
    v.push_back(static_cast<T>(uint64_t{0} - static_cast<uint64_t>(power)));
    v.push_back(static_cast<T>(power + (power >> 1)));
  }
  return v;
}

template <class T>
std::vector<T> Specials() {
  if constexpr (std::is_same_v<T, f16>) {
    std::vector<T> v;
    for (uint16_t bits :
         {0, 1, 0x3FF, 0x400, 0x3800, 0x3BFF, 0x3C00, 0x3C01, 0x4248, 0x7BFF, 0x7C00, 0x7E00}) {
      v.push_back(F16FromBits(bits));
      v.push_back(F16FromBits(bits | 0x8000));
    }
    return v;
  } else if constexpr (std::is_floating_point_v<T>) {
    return SpecialFloats<T>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return {false, true};
  } else {
    return SpecialInts<T>();
  }
}

// A value worth testing: any bits, a special value, or a number of moderate size.
template <class T>
T Interesting(Rng& rng, const std::vector<T>& specials) {
  const uint64_t kind = rng.Below(8);
  if constexpr (std::is_same_v<T, bool>) {
    return kind & 1;
  } else {
    if (kind == 0) return specials[rng.Below(specials.size())];
    if (kind <= 2) return rng.Bits<T>();
    if constexpr (std::is_same_v<T, f16>) {
      return rng.Bits<T>();
    } else if constexpr (std::is_floating_point_v<T>) {
      const T unit = std::ldexp(static_cast<T>(rng.Between(-(1 << 24), 1 << 24)), -24);
      return std::ldexp(unit, static_cast<int>(rng.Between(-12, 12)));
    } else {
      return kind & 1 ? rng.Bits<T>() : static_cast<T>(rng.Between(-100, 100));
    }
  }
}

template <class T>
std::vector<T> InterestingValues(uint64_t seed, size_t count) {
  Rng rng(seed);
  const std::vector<T> specials = Specials<T>();
  std::vector<T> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = Interesting<T>(rng, specials);
  return values;
}

}  // namespace lanewise::reference

#endif  // LANEWISE_TESTS_KERNELS_REFERENCE_H_
