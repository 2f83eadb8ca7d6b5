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

// f16 and bf16 by their bits.
template <class T>
uint16_t BitsOf(T v) {
  static_assert(sizeof(T) == 2);
  uint16_t bits;
  std::memcpy(&bits, &v, sizeof(bits));
  return bits;
}
template <class T>
T FromBits(uint16_t bits) {
  T v;
  std::memcpy(static_cast<void*>(&v), &bits, sizeof(bits));
  return v;
}
inline uint16_t F16Bits(f16 v) { return BitsOf(v); }
inline f16 F16FromBits(uint16_t bits) { return FromBits<f16>(bits); }

// A binary format of 16 bits: how many are the fraction's, and the bias of the exponent.
struct Format {
  int fraction, bias;
};
inline constexpr Format kF16{10, 15}, kBF16{7, 127};
template <class T>
inline constexpr Format kFormat = std::is_same_v<T, f16> ? kF16 : kBF16;

inline double ToDouble(Format f, uint16_t bits) {
  const int exponent = (bits & 0x7FFF) >> f.fraction, fraction = bits & ((1 << f.fraction) - 1);
  double magnitude;
  if (exponent == 2 * f.bias + 1) {
    magnitude = fraction ? std::numeric_limits<double>::quiet_NaN()
                         : std::numeric_limits<double>::infinity();
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, 1 - f.bias - f.fraction);
  } else {
    magnitude = std::ldexp((1 << f.fraction) + fraction, exponent - f.bias - f.fraction);
  }
  return bits & 0x8000 ? -magnitude : magnitude;
}
inline double F16ToDouble(uint16_t bits) { return ToDouble(kF16, bits); }

// To nearest even. long double holds every f64, i64 and u64 exactly.
inline uint16_t ToBits(Format f, long double x) {
  const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  const auto infinity = static_cast<uint16_t>((2 * f.bias + 1) << f.fraction);
  if (x != x) return sign | infinity | static_cast<uint16_t>(1 << (f.fraction - 1));
  const long double magnitude = std::fabs(x);
  // Half a unit above the largest number.
  if (magnitude >= std::ldexp(2 - std::ldexp(1.0L, -f.fraction - 1), f.bias))
    return sign | infinity;
  if (magnitude == 0) return sign;
  int exponent = std::ilogb(magnitude);
  if (exponent < 1 - f.bias) exponent = 1 - f.bias;
  const auto units =
      static_cast<uint16_t>(std::nearbyint(std::ldexp(magnitude, f.fraction - exponent)));
  // `units` includes the hidden bit of normal numbers; a carry moves into the exponent.
  return static_cast<uint16_t>(sign + ((exponent + f.bias - 1) << f.fraction) + units);
}
inline uint16_t ToF16Bits(long double x) { return ToBits(kF16, x); }

template <class T>
T Truncated(long double x) {
  const long double end = std::ldexp(1.0L, std::numeric_limits<T>::digits);
  const long double begin = std::is_signed_v<T> ? -end : 0;
  if (x != x) return 0;
  x = std::trunc(x);
  if (x >= end) return std::numeric_limits<T>::max();
  if (x < begin) return std::numeric_limits<T>::min();
  return static_cast<T>(x);
}

// Any element as a number: exact.
template <class T>
long double Number(T x) {
  if constexpr (std::is_same_v<T, f16> || std::is_same_v<T, bf16>)
    return ToDouble(kFormat<T>, BitsOf(x));
  else
    return static_cast<long double>(x);
}

// What the conversion kernels compute.
template <class To, class From>
To Converted(From x) {
  if constexpr (std::is_same_v<To, bool>)
    return Number(x) != 0;  // NaN too
  else if constexpr (std::is_same_v<To, f16> || std::is_same_v<To, bf16>)
    return FromBits<To>(ToBits(kFormat<To>, Number(x)));
  else if constexpr (std::is_floating_point_v<To>)
    return static_cast<To>(Number(x));
  else if constexpr (std::is_integral_v<From>)
    return static_cast<To>(x);  // integers wrap
  else
    return Truncated<To>(Number(x));
}

// x * y + z of f16 or bf16, rounded once. Exact in integers, where an operand that is far below the
// other counts by its sign alone.
template <class T>
T FmaOnce(T x, T y, T z) {
  const double product = static_cast<double>(Number(x) * Number(y));  // exact
  const double wide_z = static_cast<double>(Number(z)), sum = product + wide_z;
  if (!std::isfinite(sum) || product == 0 || wide_z == 0)
    return FromBits<T>(ToBits(kFormat<T>, sum));
  int exponents[2];
  int64_t parts[2];  // each operand is its part times 2 to its exponent
  for (int i = 0; i < 2; ++i) {
    parts[i] = std::llround(std::ldexp(std::frexp(i ? wide_z : product, &exponents[i]), 24));
    exponents[i] -= 24;
  }
  const int high = exponents[0] > exponents[1] ? 0 : 1, low = 1 - high;
  const int least = std::max(exponents[low], exponents[high] - 36);
  if (least != exponents[low]) parts[low] = parts[low] < 0 ? -1 : 1;
  const int64_t exact = (parts[high] << (exponents[high] - least)) + parts[low];
  if (exact == 0) return FromBits<T>(ToBits(kFormat<T>, sum));  // has the right sign
  return FromBits<T>(ToBits(kFormat<T>, std::ldexp(static_cast<long double>(exact), least)));
}

// What an operation's reference gives on elements of type T. On f16 and bf16 it computes in f64,
// which has digits enough to round the result once more; signs are flipped and cleared by bits.
template <class Op, class T, class... In>
auto Result(In... in) {
  constexpr bool kMovesBits = Op::kContract.moves_bits;
  if constexpr (!kIsNarrow<T> || (kMovesBits && sizeof...(In) > 1)) {
    return Op{}(in...);
  } else if constexpr (kMovesBits) {
    const uint16_t bits = (BitsOf(in), ...);
    const bool flips = std::signbit(Op{}(1.0));
    return FromBits<T>(static_cast<uint16_t>(flips ? bits ^ 0x8000 : bits & 0x7FFF));
  } else if constexpr (Op::kId == LW_FMA) {
    return FmaOnce<T>(in...);
  } else if constexpr (Op::kId == LW_RADIANS || Op::kId == LW_DEGREES) {  // with f32's factor
    return Converted<T>(Op{}(static_cast<float>(Number(in))...));
  } else if constexpr (OutputsOf<Op, T>::kSize == 2) {  // f32's, rounded once more
    const auto wide = Op{}(static_cast<float>(Number(in))...);
    return Two<T>{Converted<T>(wide.first), Converted<T>(wide.second)};
  } else {
    const auto wide = Op{}(static_cast<double>(Number(in))...);
    if constexpr (std::is_same_v<decltype(wide), const bool>)
      return wide;
    else
      return Converted<T>(wide);
  }
}

// The flags that C asks for: a finite value that becomes infinite overflows, a float that no
// integer of the type is near is invalid.
template <class To, class From>
uint32_t ConversionFlags(From x) {
  const long double number = Number(x);
  if constexpr (std::is_same_v<To, bool> || (std::is_integral_v<From> && std::is_integral_v<To>)) {
    return 0;
  } else if constexpr (std::is_integral_v<To>) {
    const long double end = std::ldexp(1.0L, std::numeric_limits<To>::digits);
    const long double whole = std::trunc(number), begin = std::is_signed_v<To> ? -end : 0;
    return whole >= begin && whole < end ? 0 : kInvalid;
  } else {
    return std::isfinite(number) && std::isinf(Number(Converted<To>(x))) ? kOverflow : 0;
  }
}

template <class T>
bool IsNaN(T x) {
  if constexpr (kIsFloat<T>)
    return Number(x) != Number(x);
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
  } else if constexpr (std::is_same_v<T, bf16>) {
    std::vector<T> v;
    for (uint16_t bits :
         {0, 1, 0x7F, 0x80, 0x3F00, 0x3F7F, 0x3F80, 0x3F81, 0x4049, 0x7F7F, 0x7F80, 0x7FC0}) {
      v.push_back(FromBits<bf16>(bits));
      v.push_back(FromBits<bf16>(bits | 0x8000));
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
    if constexpr (std::is_same_v<T, f16> || std::is_same_v<T, bf16>) {
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
