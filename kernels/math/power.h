// Meaning of the kernel pow: name, types, error bound, scalar reference.
// Its SIMD bodies are in power-inl.h.

#ifndef LANEWISE_KERNELS_MATH_POWER_H_
#define LANEWISE_KERNELS_MATH_POWER_H_

#include <cmath>
#include <limits>
#include <string_view>

#include "kernels/list/kernel.h"

namespace lanewise {

struct Pow : Operation<Pow> {
  static constexpr lw_kernel kId = LW_POW;
  static constexpr std::string_view kName = "pow";
  static constexpr std::string_view kDoc =
      "x to the power y, all special cases of C99 Annex F; with y = 2, 0.5, -1 and 1 the bits of x "
      "* x, sqrt(x), 1 / x and x";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{
      .bound = Ulp{1.0},
      .flags = Flags::kOwn,
      .reference = "pow",
      .raises = kInvalid | kDivByZero | kOverflow,
      .poles = {{0, 0}},
      .open_flags = {{{0, -kInfinity}, kDivByZero}},
      .ordinary = {{0.1, 10}, {-5, 5}},
      .numpy = "`np.power`; last bit",
  };
  // The exponents 2, 1/2, -1 and 1 are operations; others are computed in the next wider type and
  // rounded once more at the end.
  template <class T>
  T operator()(T x, T y) const {
    if (y == T(2)) return x * x;
    if (y == T(0.5)) return x == -std::numeric_limits<T>::infinity() ? -x : std::sqrt(x + T(0));
    if (y == T(-1)) return T(1) / x;
    if (y == T(1)) return x;
    if constexpr (sizeof(T) == 4) {
      return static_cast<T>(std::pow(static_cast<double>(x), static_cast<double>(y)));
    } else {
      return static_cast<T>(std::pow(static_cast<long double>(x), static_cast<long double>(y)));
    }
  }
};

using Power = TypeList<Pow>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_MATH_POWER_H_
