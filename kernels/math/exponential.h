// Meaning of the kernels exp, expm1, log and tanh: names, types, error bounds, scalar references.
// Their SIMD bodies are in exponential-inl.h, exponential_expm1-inl.h and exponential_tanh-inl.h.

#ifndef LANEWISE_KERNELS_MATH_EXPONENTIAL_H_
#define LANEWISE_KERNELS_MATH_EXPONENTIAL_H_

#include <cmath>
#include <string_view>
#include <type_traits>

#include "kernels/list/kernel.h"

namespace lanewise {

// The references compute in the next wider type and round once more at the end.
template <class T>
using WiderFloat = std::conditional_t<std::is_same_v<T, float>, double, long double>;

struct Exp : Operation<Exp> {
  static constexpr lw_kernel kId = LW_EXP;
  static constexpr std::string_view kName = "exp";
  static constexpr std::string_view kDoc = "e raised to the power x";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{1.0},
      .flags = Flags::kOwn,
      .reference = "exp",
      .raises = kOverflow,
      .ordinary = {{-10, 10}},
      .domain = {{-746, 710}},
      .domain_f32 = {{-104, 89}},
      .hard_points = {88.72283905206835, 87.33654475055310, 103.2789, 103.9720770839918,
                      709.782712893384, 708.3964185322641, 744.4400719213812, 745.1332191019412},
      .numpy = "last bit; NumPy's f32 is off by up to 2.55 ULP",
  };
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(std::exp(static_cast<WiderFloat<T>>(x)));
  }
};

template <>
inline constexpr int16_t kOrdinary<Exp, f16> = 0x498B;  // 11.0859375, of which e^x is 65246
template <>
inline constexpr int16_t kOrdinary<Exp, bf16> = 0x42AE;  // 87, to which f32's is ordinary

struct Expm1 : Operation<Expm1> {
  static constexpr lw_kernel kId = LW_EXPM1;
  static constexpr std::string_view kName = "expm1";
  static constexpr std::string_view kDoc =
      "e raised to the power x, minus 1; keeps the sign of zero";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{1.0},
      .flags = Flags::kOwn,
      .reference = "expm1",
      .raises = kOverflow,
      .ordinary = {{-10, 10}},
      .domain = {{-1, 1}, {-40, 710}},
      .domain_f32 = {{-1, 1}, {-20, 89}},
      // Where the multiple of ln 2 changes, where -1 begins, where the 1 is lost, the largest
      // results.
      .hard_points = {0.34657359027997264, 1.0397207708399179, 1.7328679513998633,
                      17.328679513998633, 37.42994775023705, 88.72283905206835, 709.782712893384,
                      1e-8},
      .numpy = "last bit",
  };
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(std::expm1(static_cast<WiderFloat<T>>(x)));
  }
};

struct Log : Operation<Log> {
  static constexpr lw_kernel kId = LW_LOG;
  static constexpr std::string_view kName = "log";
  static constexpr std::string_view kDoc = "natural logarithm of x; log(+-0) is -inf, NaN below";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{1.0},
      .flags = Flags::kOwn,
      .reference = "log",
      .raises = kInvalid | kDivByZero,
      .poles = {{0, 0}},
      .ordinary = {{0.01, 100}},
      .domain = {{0.5, 2}, {0, kInfinity}, {0, 0x1p-1022}},
      .domain_f32 = {{0.5, 2}, {0, kInfinity}, {0, 0x1p-126}},
      .numpy = "last bit; NumPy's f32 is off by up to 3.84 ULP",
  };
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(std::log(static_cast<WiderFloat<T>>(x)));
  }
};

struct Tanh : Operation<Tanh> {
  static constexpr lw_kernel kId = LW_TANH;
  static constexpr std::string_view kName = "tanh";
  static constexpr std::string_view kDoc = "hyperbolic tangent of x";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{1.0},
      .flags = Flags::kOwn,
      .reference = "tanh",
      .ordinary = {{-5, 5}},
      .domain = {{-1, 1}, {-20, 20}},
      .hard_points = {0.001, 0.02, 0.3, 0.55, 0.625, 1.0, 4.0, 8.317766, 9.01091, 18.7149738751185,
                      19.06154746539849, 22.0},
      .numpy = "last bit; NumPy's f32 is off by up to 1.38 ULP",
  };
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(std::tanh(static_cast<WiderFloat<T>>(x)));
  }
};

using Exponential = TypeList<Exp, Expm1, Log, Tanh>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_MATH_EXPONENTIAL_H_
