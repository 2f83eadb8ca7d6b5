// Plain arithmetic of one number: what each operation means. The bodies are in unary-inl.h.

#ifndef LANEWISE_KERNELS_ARITHMETIC_UNARY_H_
#define LANEWISE_KERNELS_ARITHMETIC_UNARY_H_

#include "kernels/arithmetic/arithmetic.h"

namespace lanewise {

struct Negative : Operation<Negative> {
  static constexpr lw_kernel kId = LW_NEGATIVE;
  static constexpr std::string_view kName = "negative";
  static constexpr std::string_view kDoc =
      "-x; flips the sign of zeros and NaNs too; integers wrap around";
  using Signature = Map<Elem(Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{
      .bound = Ulp{0}, .flags = Flags::kUntouched, .moves_bits = true};
  template <class T>
  T operator()(T x) const {
    if constexpr (kIsInt<T>)
      return Subtract{}(T{0}, x);
    else
      return -x;
  }
};

struct Abs : Operation<Abs> {
  static constexpr lw_kernel kId = LW_ABS;
  static constexpr std::string_view kName = "abs";
  static constexpr std::string_view kDoc =
      "|x|; clears the sign of zeros and NaNs too; integers wrap around";
  using Signature = Map<Elem(Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{
      .bound = Ulp{0}, .flags = Flags::kUntouched, .moves_bits = true};
  template <class T>
  T operator()(T x) const {
    if constexpr (kIsInt<T>)
      return x < 0 ? Negative{}(x) : x;
    else
      return std::fabs(x);
  }
};

struct Square : Operation<Square> {
  static constexpr lw_kernel kId = LW_SQUARE;
  static constexpr std::string_view kName = "square";
  static constexpr std::string_view kDoc = "x * x; integers wrap around";
  using Signature = Map<Elem(Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{
      .bound = Ulp{0.5}, .flags = Flags::kHardware, .raises = kOverflow};
  template <class T>
  T operator()(T x) const {
    return Multiply{}(x, x);
  }
};

struct Sqrt : Operation<Sqrt> {
  static constexpr lw_kernel kId = LW_SQRT;
  static constexpr std::string_view kName = "sqrt";
  static constexpr std::string_view kDoc = "square root of x; NaN below -0";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{0.5}, .flags = Flags::kHardware, .raises = kInvalid, .ordinary = {{0, 100}}};
  template <class T>
  T operator()(T x) const {
    return std::sqrt(x);
  }
};

struct Reciprocal : Operation<Reciprocal> {
  static constexpr lw_kernel kId = LW_RECIPROCAL;
  static constexpr std::string_view kName = "reciprocal";
  static constexpr std::string_view kDoc = "1 / x";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kHardware,
      .raises = kDivByZero | kOverflow,
      .poles = {{0, 0}},
      .ordinary = {{1, 100}},
  };
  template <class T>
  T operator()(T x) const {
    return 1 / x;
  }
};

struct Sign : Operation<Sign> {
  static constexpr lw_kernel kId = LW_SIGN;
  static constexpr std::string_view kName = "sign";
  static constexpr std::string_view kDoc =
      "-1, 0 or 1 as x is below, at or above 0; +0 of either zero, NaN of NaN";
  using Signature = Map<Elem(Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  T operator()(T x) const {
    if (x != x) return x;
    return static_cast<T>((x > 0) - (x < 0));
  }
};

struct Floor : Operation<Floor> {
  static constexpr lw_kernel kId = LW_FLOOR;
  static constexpr std::string_view kName = "floor";
  static constexpr std::string_view kDoc = "largest integral value not above x; -0 stays -0";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  T operator()(T x) const {
    return std::floor(x);
  }
};

struct Ceil : Operation<Ceil> {
  static constexpr lw_kernel kId = LW_CEIL;
  static constexpr std::string_view kName = "ceil";
  static constexpr std::string_view kDoc =
      "smallest integral value not below x; keeps the sign of zero";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  T operator()(T x) const {
    return std::ceil(x);
  }
};

struct Trunc : Operation<Trunc> {
  static constexpr lw_kernel kId = LW_TRUNC;
  static constexpr std::string_view kName = "trunc";
  static constexpr std::string_view kDoc =
      "nearest integral value towards 0; keeps the sign of zero";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  T operator()(T x) const {
    return std::trunc(x);
  }
};

struct Rint : Operation<Rint> {
  static constexpr lw_kernel kId = LW_RINT;
  static constexpr std::string_view kName = "rint";
  static constexpr std::string_view kDoc =
      "nearest integral value, ties to even; keeps the sign of zero";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  T operator()(T x) const {
    return std::rint(x);
  }
};

// As NumPy has them: pi in the type, then a quotient in the type, which is off by less than an ULP.
template <class T>
inline constexpr T kPi = static_cast<T>(3.14159265358979323846264338327950288L);
template <class T>
inline constexpr T kRadiansPerDegree = kPi<T> / T{180};
template <class T>
inline constexpr T kDegreesPerRadian = T{180} / kPi<T>;

struct Radians : Operation<Radians> {
  static constexpr lw_kernel kId = LW_RADIANS;
  static constexpr std::string_view kName = "radians";
  static constexpr std::string_view kDoc =
      "x degrees in radians: x * (pi / 180), the factor rounded to the type";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{.bound = Ulp{0.5}, .flags = Flags::kHardware};
  template <class T>
  T operator()(T x) const {
    return x * kRadiansPerDegree<T>;
  }
};

struct Degrees : Operation<Degrees> {
  static constexpr lw_kernel kId = LW_DEGREES;
  static constexpr std::string_view kName = "degrees";
  static constexpr std::string_view kDoc =
      "x radians in degrees: x * (180 / pi), the factor rounded to the type";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{0.5}, .flags = Flags::kHardware, .raises = kOverflow};
  template <class T>
  T operator()(T x) const {
    return x * kDegreesPerRadian<T>;
  }
};

template <class T>
constexpr Kernel<Square, AnySign<T>> ShareLoop(Kernel<Square, T>) {
  return {};
}
template <class T>
requires kIsInt<T>
constexpr Kernel<Negative, UnsignedAs<T>> ShareLoop(Kernel<Negative, T>) { return {}; }
// Of the bits of f16 and bf16.
template <class T>
requires kIsNarrow<T>
constexpr Kernel<OnBits<Sign, T>, int16_t> ShareLoop(Kernel<Sign, T>) { return {}; }

using Unary = TypeList<Negative, Abs, Square, Sqrt, Reciprocal, Sign, Floor, Ceil, Trunc, Rint,
                       Radians, Degrees>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_ARITHMETIC_UNARY_H_
