// Plain arithmetic: what each operation means. The bodies are in arithmetic-inl.h.

#ifndef LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_H_
#define LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_H_

#include <cmath>
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

struct Add {
  static constexpr lw_kernel kId = LW_ADD;
  static constexpr std::string_view kName = "add";
  static constexpr std::string_view kDoc = "x + y; integers wrap around";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = FloatsAndInts;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kHardware;
  template <class T>
  T operator()(T x, T y) const {
    return Wrapping(x, y, [](auto a, auto b) { return a + b; });
  }
};

struct Subtract {
  static constexpr lw_kernel kId = LW_SUBTRACT;
  static constexpr std::string_view kName = "subtract";
  static constexpr std::string_view kDoc = "x - y; integers wrap around";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = FloatsAndInts;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kHardware;
  template <class T>
  T operator()(T x, T y) const {
    return Wrapping(x, y, [](auto a, auto b) { return a - b; });
  }
};

struct Multiply {
  static constexpr lw_kernel kId = LW_MULTIPLY;
  static constexpr std::string_view kName = "multiply";
  static constexpr std::string_view kDoc = "x * y; integers wrap around";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = FloatsAndInts;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kHardware;
  template <class T>
  T operator()(T x, T y) const {
    return Wrapping(x, y, [](auto a, auto b) { return a * b; });
  }
};

struct Divide {
  static constexpr lw_kernel kId = LW_DIVIDE;
  static constexpr std::string_view kName = "divide";
  static constexpr std::string_view kDoc = "x / y";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kHardware;
  template <class T>
  T operator()(T x, T y) const {
    return x / y;
  }
};

struct Fma {
  static constexpr lw_kernel kId = LW_FMA;
  static constexpr std::string_view kName = "fma";
  static constexpr std::string_view kDoc = "x * y + z, rounded once";
  using Signature = Map<Elem(Elem, Elem, Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kOwn;  // software FMA raises other flags on its way
  template <class T>
  T operator()(T x, T y, T z) const {
    return std::fma(x, y, z);
  }
};

struct Negative {
  static constexpr lw_kernel kId = LW_NEGATIVE;
  static constexpr std::string_view kName = "negative";
  static constexpr std::string_view kDoc = "-x: flips the sign, of zeros and NaNs too";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kUntouched;
  template <class T>
  T operator()(T x) const {
    return -x;
  }
};

struct Abs {
  static constexpr lw_kernel kId = LW_ABS;
  static constexpr std::string_view kName = "abs";
  static constexpr std::string_view kDoc = "|x|: clears the sign, of zeros and NaNs too";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kUntouched;
  template <class T>
  T operator()(T x) const {
    return std::fabs(x);
  }
};

struct Sqrt {
  static constexpr lw_kernel kId = LW_SQRT;
  static constexpr std::string_view kName = "sqrt";
  static constexpr std::string_view kDoc = "square root of x; NaN below zero";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kHardware;
  template <class T>
  T operator()(T x) const {
    return std::sqrt(x);
  }
};

struct Floor {
  static constexpr lw_kernel kId = LW_FLOOR;
  static constexpr std::string_view kName = "floor";
  static constexpr std::string_view kDoc = "largest integral value not above x";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kNone;
  template <class T>
  T operator()(T x) const {
    return std::floor(x);
  }
};

struct Rint {
  static constexpr lw_kernel kId = LW_RINT;
  static constexpr std::string_view kName = "rint";
  static constexpr std::string_view kDoc = "nearest integral value, ties to even";
  using Signature = Map<Elem(Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kNone;
  template <class T>
  T operator()(T x) const {
    return std::rint(x);
  }
};

struct Minimum {
  static constexpr lw_kernel kId = LW_MINIMUM;
  static constexpr std::string_view kName = "minimum";
  static constexpr std::string_view kDoc = "smaller of x and y; NaN if either is, -0 below +0";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = FloatsAndInts;
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kNone;
  template <class T>
  T operator()(T x, T y) const {
    if (x != x || y != y) return std::numeric_limits<T>::quiet_NaN();
    if constexpr (std::is_floating_point_v<T>) {
      if (x == y) return std::signbit(x) ? x : y;
    }
    return y < x ? y : x;
  }
};

struct Maximum {
  static constexpr lw_kernel kId = LW_MAXIMUM;
  static constexpr std::string_view kName = "maximum";
  static constexpr std::string_view kDoc = "larger of x and y; NaN if either is, +0 above -0";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = FloatsAndInts;
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kNone;
  template <class T>
  T operator()(T x, T y) const {
    if (x != x || y != y) return std::numeric_limits<T>::quiet_NaN();
    if constexpr (std::is_floating_point_v<T>) {
      if (x == y) return std::signbit(x) ? y : x;
    }
    return x < y ? y : x;
  }
};

struct Clip {
  static constexpr lw_kernel kId = LW_CLIP;
  static constexpr std::string_view kName = "clip";
  static constexpr std::string_view kDoc = "minimum(maximum(x, low), high)";
  using Signature = Map<Elem(Elem, Elem, Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kNone;
  template <class T>
  T operator()(T x, T low, T high) const {
    return Minimum{}(Maximum{}(x, low), high);
  }
};

using Arithmetic = TypeList<Add, Subtract, Multiply, Divide, Fma, Negative, Abs, Sqrt, Floor, Rint,
                            Minimum, Maximum, Clip>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_ARITHMETIC_ARITHMETIC_H_
