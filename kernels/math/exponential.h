// Meaning of the kernels exp, log and tanh: names, types, error bounds, scalar references.
// Their SIMD bodies are in exponential-inl.h and exponential_tanh-inl.h.

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

struct Exp {
  static constexpr lw_kernel kId = LW_EXP;
  static constexpr std::string_view kName = "exp";
  static constexpr std::string_view kDoc = "e raised to the power x";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{1.0};
  static constexpr Flags kFlags = Flags::kOwn;
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(std::exp(static_cast<WiderFloat<T>>(x)));
  }
};

struct Log {
  static constexpr lw_kernel kId = LW_LOG;
  static constexpr std::string_view kName = "log";
  static constexpr std::string_view kDoc = "natural logarithm of x";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{1.0};
  static constexpr Flags kFlags = Flags::kOwn;
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(std::log(static_cast<WiderFloat<T>>(x)));
  }
};

struct Tanh {
  static constexpr lw_kernel kId = LW_TANH;
  static constexpr std::string_view kName = "tanh";
  static constexpr std::string_view kDoc = "hyperbolic tangent of x";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{1.0};
  static constexpr Flags kFlags = Flags::kOwn;
  template <class T>
  T operator()(T x) const {
    return static_cast<T>(std::tanh(static_cast<WiderFloat<T>>(x)));
  }
};

using Exponential = TypeList<Exp, Log, Tanh>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_MATH_EXPONENTIAL_H_
