// Meaning of the kernels sin and cos: names, types, error bounds, scalar references.
// Their SIMD bodies are in trigonometric-inl.h and trigonometric_f32-inl.h.

#ifndef LANEWISE_KERNELS_MATH_TRIGONOMETRIC_H_
#define LANEWISE_KERNELS_MATH_TRIGONOMETRIC_H_

#include <cmath>
#include <string_view>

#include "kernels/list/kernel.h"

namespace lanewise {

// The references compute in the next wider type and round once more at the end.
struct Sin {
  static constexpr lw_kernel kId = LW_SIN;
  static constexpr std::string_view kName = "sin";
  static constexpr std::string_view kDoc = "sine of x, in radians";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{1.0};
  static constexpr Flags kFlags = Flags::kOwn;
  template <class T>
  T operator()(T x) const {
    if constexpr (sizeof(T) == 4)
      return static_cast<T>(std::sin(static_cast<double>(x)));
    else
      return static_cast<T>(std::sin(static_cast<long double>(x)));
  }
};

struct Cos {
  static constexpr lw_kernel kId = LW_COS;
  static constexpr std::string_view kName = "cos";
  static constexpr std::string_view kDoc = "cosine of x, in radians";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{1.0};
  static constexpr Flags kFlags = Flags::kOwn;
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
