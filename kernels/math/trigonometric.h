// Meaning of the kernels sin and cos: names, types, error bounds, scalar references.
// Their SIMD bodies are in trigonometric-inl.h and trigonometric_f32-inl.h.

#ifndef LANEWISE_KERNELS_MATH_TRIGONOMETRIC_H_
#define LANEWISE_KERNELS_MATH_TRIGONOMETRIC_H_

#include <cmath>
#include <string_view>

#include "kernels/list/kernel.h"

namespace lanewise {

// Doubles closest to multiples of pi/2; 6381956970095103 * 2^797 is the one that lies closest of
// all. And where the reduction of the argument changes.
inline constexpr UpTo<double, 12> kHardAngles = {1e4,
                                                 1e5,
                                                 1e6,
                                                 1e15,
                                                 0x1p31,
                                                 0x1p53,
                                                 0x1p100,
                                                 71476.0625,
                                                 16367173 * 0x1p72,
                                                 6381956970095103 * 0x1p797,
                                                 1.7976931348623157e308};

// The references compute in the next wider type and round once more at the end.
struct Sin : Operation<Sin> {
  static constexpr lw_kernel kId = LW_SIN;
  static constexpr std::string_view kName = "sin";
  static constexpr std::string_view kDoc = "sine of x in radians, for every finite x";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{1.0},
      .flags = Flags::kOwn,
      .reference = "sin",
      .raises = kInvalid,
      .ordinary = {{-10, 10}},
      .hard_points = kHardAngles,
      .hard_period = 1.5707963267948966,
      .numpy = "last bit; NumPy's f32 is off by up to 1.49 ULP",
  };
  template <class T>
  T operator()(T x) const {
    if constexpr (sizeof(T) == 4)
      return static_cast<T>(std::sin(static_cast<double>(x)));
    else
      return static_cast<T>(std::sin(static_cast<long double>(x)));
  }
};

struct Cos : Operation<Cos> {
  static constexpr lw_kernel kId = LW_COS;
  static constexpr std::string_view kName = "cos";
  static constexpr std::string_view kDoc = "cosine of x in radians, for every finite x";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{1.0},
      .flags = Flags::kOwn,
      .reference = "cos",
      .raises = kInvalid,
      .ordinary = {{-10, 10}},
      .hard_points = kHardAngles,
      .hard_period = 1.5707963267948966,
      .numpy = "last bit; NumPy's f32 is off by up to 1.49 ULP",
  };
  template <class T>
  T operator()(T x) const {
    if constexpr (sizeof(T) == 4)
      return static_cast<T>(std::cos(static_cast<double>(x)));
    else
      return static_cast<T>(std::cos(static_cast<long double>(x)));
  }
};

using Trigonometric = TypeList<Sin, Cos>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_MATH_TRIGONOMETRIC_H_
