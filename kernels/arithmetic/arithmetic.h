// Plain arithmetic of two or three numbers: what each operation means; of one in unary.h. The
// bodies are in arithmetic-inl.h.

#ifndef LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_H_
#define LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_H_

#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/list/kernel.h"

namespace lanewise {

// Integer arithmetic wraps around; C++ leaves that undefined for signed types.
template <class T, class F>
constexpr T Wrapping(T a, T b, F f) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
  } else {
    return f(a, b);
  }
}

struct Add : Operation<Add> {
  static constexpr lw_kernel kId = LW_ADD;
  static constexpr std::string_view kName = "add";
  static constexpr std::string_view kDoc = "x + y; integers wrap around";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{
      .bound = Ulp{0.5}, .flags = Flags::kHardware, .raises = kInvalid | kOverflow};
  template <class T>
  T operator()(T x, T y) const {
    return Wrapping(x, y, [](auto a, auto b) { return a + b; });
  }
};

struct Subtract : Operation<Subtract> {
  static constexpr lw_kernel kId = LW_SUBTRACT;
  static constexpr std::string_view kName = "subtract";
  static constexpr std::string_view kDoc = "x - y; integers wrap around";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{
      .bound = Ulp{0.5}, .flags = Flags::kHardware, .raises = kInvalid | kOverflow};
  template <class T>
  T operator()(T x, T y) const {
    return Wrapping(x, y, [](auto a, auto b) { return a - b; });
  }
};

struct Multiply : Operation<Multiply> {
  static constexpr lw_kernel kId = LW_MULTIPLY;
  static constexpr std::string_view kName = "multiply";
  static constexpr std::string_view kDoc = "x * y; integers wrap around";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{
      .bound = Ulp{0.5}, .flags = Flags::kHardware, .raises = kInvalid | kOverflow};
  template <class T>
  T operator()(T x, T y) const {
    return Wrapping(x, y, [](auto a, auto b) { return a * b; });
  }
};

struct Divide : Operation<Divide> {
  static constexpr lw_kernel kId = LW_DIVIDE;
  static constexpr std::string_view kName = "divide";
  static constexpr std::string_view kDoc = "x / y";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kHardware,
      .raises = kInvalid | kDivByZero | kOverflow,
      .poles = {{1, 0}},
      .ordinary = {{-100, 100}, {1, 100}},
  };
  template <class T>
  T operator()(T x, T y) const {
    return x / y;
  }
};

struct Fma : Operation<Fma> {
  static constexpr lw_kernel kId = LW_FMA;
  static constexpr std::string_view kName = "fma";
  static constexpr std::string_view kDoc =
      "x * y + z, rounded once, also on CPUs without the instruction";
  using Signature = Map<Elem(Elem, Elem, Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kOwn,  // software FMA raises other flags on its way
      .raises = kInvalid | kOverflow,
      .open_flags = {{{0, kInfinity, kQuietNaN}, kInvalid},
                     {{0, -kInfinity, kQuietNaN}, kInvalid},
                     {{kInfinity, 0, kQuietNaN}, kInvalid},
                     {{-kInfinity, 0, kQuietNaN}, kInvalid}},
      .numpy = "no such function",
  };
  template <class T>
  T operator()(T x, T y, T z) const {
    return std::fma(x, y, z);
  }
};

struct CopySign : Operation<CopySign> {
  static constexpr lw_kernel kId = LW_COPYSIGN;
  static constexpr std::string_view kName = "copysign";
  static constexpr std::string_view kDoc = "|x| with the sign of y, of zeros and NaNs too";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{0}, .flags = Flags::kUntouched, .moves_bits = true};
  template <class T>
  T operator()(T x, T y) const {
    if constexpr (kIsNarrow<T>) {
      uint16_t magnitude, sign;
      std::memcpy(&magnitude, &x, sizeof(T));
      std::memcpy(&sign, &y, sizeof(T));
      magnitude = static_cast<uint16_t>((magnitude & 0x7FFF) | (sign & 0x8000));
      std::memcpy(static_cast<void*>(&x), &magnitude, sizeof(T));
      return x;
    } else {
      return std::copysign(x, y);
    }
  }
};

struct Minimum : Operation<Minimum> {
  static constexpr lw_kernel kId = LW_MINIMUM;
  static constexpr std::string_view kName = "minimum";
  static constexpr std::string_view kDoc = "smaller of x and y; NaN if either is, -0 below +0";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{
      .bound = Ulp{0},
      .flags = Flags::kNone,
      .numpy = "-0 is below +0 in either order of the operands; NumPy may give either zero",
  };
  template <class T>
  T operator()(T x, T y) const {
    if (x != x || y != y) return std::numeric_limits<T>::quiet_NaN();
    if constexpr (std::is_floating_point_v<T>) {
      if (x == y) return std::signbit(x) ? x : y;
    }
    return y < x ? y : x;
  }
};

struct Maximum : Operation<Maximum> {
  static constexpr lw_kernel kId = LW_MAXIMUM;
  static constexpr std::string_view kName = "maximum";
  static constexpr std::string_view kDoc = "larger of x and y; NaN if either is, +0 above -0";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{
      .bound = Ulp{0},
      .flags = Flags::kNone,
      .numpy = "+0 is above -0 in either order of the operands; NumPy may give either zero",
  };
  template <class T>
  T operator()(T x, T y) const {
    if (x != x || y != y) return std::numeric_limits<T>::quiet_NaN();
    if constexpr (std::is_floating_point_v<T>) {
      if (x == y) return std::signbit(x) ? y : x;
    }
    return x < y ? y : x;
  }
};

struct FMin : Operation<FMin> {
  static constexpr lw_kernel kId = LW_FMIN;
  static constexpr std::string_view kName = "fmin";
  static constexpr std::string_view kDoc =
      "smaller of x and y, or the one that is no NaN; -0 below +0";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{0}, .flags = Flags::kNone, .numpy = "zeros as in `minimum`"};
  template <class T>
  T operator()(T x, T y) const {
    return Minimum{}(x != x ? y : x, y != y ? x : y);
  }
};

struct FMax : Operation<FMax> {
  static constexpr lw_kernel kId = LW_FMAX;
  static constexpr std::string_view kName = "fmax";
  static constexpr std::string_view kDoc =
      "larger of x and y, or the one that is no NaN; +0 above -0";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{0}, .flags = Flags::kNone, .numpy = "zeros as in `maximum`"};
  template <class T>
  T operator()(T x, T y) const {
    return Maximum{}(x != x ? y : x, y != y ? x : y);
  }
};

struct Clip : Operation<Clip> {
  static constexpr lw_kernel kId = LW_CLIP;
  static constexpr std::string_view kName = "clip";
  static constexpr std::string_view kDoc = "minimum(maximum(x, low), high); NaN if any is";
  using Signature = Map<Elem(Elem, Elem, Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{0},
      .flags = Flags::kNone,
      .ordinary = {{-100, 100}, {-50, -40}, {40, 50}},
      .operands = "x low high",
      .numpy = "zeros as in `minimum` and `maximum`",
  };
  template <class T>
  T operator()(T x, T low, T high) const {
    return Minimum{}(Maximum{}(x, low), high);
  }
};

struct DivMod : Operation<DivMod> {
  static constexpr lw_kernel kId = LW_DIVMOD;
  static constexpr std::string_view kName = "divmod";
  static constexpr std::string_view kDoc =
      "floor(x / y) and x - y * floor(x / y), which has the sign of y; integers wrap, by 0 "
      "both are 0";
  using Signature = Map<Outputs<Elem, Elem>(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kOwn,
      .integer_flags = Flags::kNone,  // divided as floating-point numbers on most targets
      .is_long = true,
      .raises = kInvalid | kDivByZero | kOverflow,
      .poles = {{1, 0}},
      .ordinary = {{-100, 100}, {1, 100}},
      .operands = "x y quotient remainder",
      .numpy =
          "quotients from 2^51 on (f32: 2^22), where NumPy's may be off by one or an ULP; integers "
          "by 0 raise no flag",
  };
  template <class T>
  Two<T> operator()(T x, T y) const {
    if constexpr (std::is_integral_v<T>) {
      if (y == 0) return {0, 0};
      if (std::is_signed_v<T> && y == static_cast<T>(-1)) {
        return {Wrapping(T{0}, x, [](auto a, auto b) { return a - b; }), 0};
      }
      const T whole = static_cast<T>(x / y), rest = static_cast<T>(x % y);
      if (rest == 0 || (rest < 0) == (y < 0)) return {whole, rest};
      return {static_cast<T>(whole - 1), static_cast<T>(rest + y)};
    } else {
      using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;
      using Limits = std::numeric_limits<T>;
      const T nan = Limits::quiet_NaN(), quotient = x / y;
      if (y == 0) return {quotient, nan};
      if (!std::isfinite(x) || y != y) return {nan, nan};
      const T rest = std::fmod(x, y);  // exact, with x's sign
      const bool below = rest != 0 && std::signbit(rest) != std::signbit(y);
      const T remainder = rest == 0 ? std::copysign(T{0}, y) : below ? rest + y : rest;
      if (std::fabs(quotient) >= std::ldexp(T{1}, Limits::digits)) return {quotient, remainder};
      const Wide whole = std::rint((static_cast<Wide>(x) - rest) / y) - (below ? 1 : 0);
      return {std::copysign(static_cast<T>(whole), quotient), remainder};
    }
  }
};

template <class T>
constexpr Kernel<Add, AnySign<T>> ShareLoop(Kernel<Add, T>) {
  return {};
}
template <class T>
constexpr Kernel<Subtract, AnySign<T>> ShareLoop(Kernel<Subtract, T>) {
  return {};
}
template <class T>
constexpr Kernel<Multiply, AnySign<T>> ShareLoop(Kernel<Multiply, T>) {
  return {};
}
// f32 has too few digits to round x * y + z of these once: other bodies.
struct FmaF16 : Operation<FmaF16> {
  using Signature = Fma::Signature;
  static constexpr Contract kContract = Fma::kContract;
};
struct FmaBF16 : Operation<FmaBF16> {
  using Signature = Fma::Signature;
  static constexpr Contract kContract = Fma::kContract;
};
constexpr Kernel<FmaF16, f16> ShareLoop(Kernel<Fma, f16>) { return {}; }
constexpr Kernel<FmaBF16, bf16> ShareLoop(Kernel<Fma, bf16>) { return {}; }
// f16 and bf16 as integers: signs are bits, the same in both types, and the order of numbers is
// that of integers but for the sign.
template <class Op, class T>
inline constexpr bool kOfSigns = kIsNarrow<T>&& kIsUniform<Op, T>&& Op::kContract.moves_bits;
template <class Op, class T>
inline constexpr bool kOfOrder = kIsNarrow<T> &&
                                 (std::is_same_v<Op, Minimum> || std::is_same_v<Op, Maximum> ||
                                  std::is_same_v<Op, Clip> || std::is_same_v<Op, FMin> ||
                                  std::is_same_v<Op, FMax>);
template <class Op, class T>
requires kOfSigns<Op, T>
constexpr Kernel<OnBits<Op, f16>, int16_t> ShareLoop(Kernel<Op, T>) { return {}; }
template <class Op, class T>
requires kOfOrder<Op, T>
constexpr Kernel<OnBits<Op, T>, int16_t> ShareLoop(Kernel<Op, T>) { return {}; }

using Arithmetic = TypeList<Add, Subtract, Multiply, Divide, Fma, Minimum, Maximum, FMin, FMax,
                            Clip, CopySign, DivMod>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_H_
