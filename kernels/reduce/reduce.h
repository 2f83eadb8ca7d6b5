// Reductions: what each operation means. What it adds up, and how, is in reducer-inl.h; the order
// of operations is the fixed tree of docs/numerics.md, in reduce-inl.h; N-d views and threads are
// in dispatch/engine/reduce.cc.

#ifndef LANEWISE_KERNELS_REDUCE_REDUCE_H_
#define LANEWISE_KERNELS_REDUCE_REDUCE_H_

#include "kernels/list/kernel.h"

namespace lanewise {

// Type of the accumulator, and of the result of sum.
template <class T>
using AccumulatorOf = std::conditional_t<
    std::is_floating_point_v<T>, T,
    std::conditional_t<std::is_signed_v<T> || std::is_same_v<T, bool>, int64_t, uint64_t>>;
// Type of a mean: integers are added up as f64.
template <class T>
using MeanOf = std::conditional_t<std::is_floating_point_v<T>, T, double>;
// How an element lies in memory.
template <class T>
using StoredOf = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

using FloatsAndAllInts = TypeList<float, double, int32_t, int64_t, uint8_t, int8_t, int16_t,
                                  uint16_t, uint32_t, uint64_t, bool>;

struct Sum {
  static constexpr lw_kernel kId = LW_SUM;
  static constexpr std::string_view kName = "sum";
  static constexpr std::string_view kDoc =
      "sum of the elements by the fixed tree; integers in 64 bits, wrapping; +0 if empty";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = AccumulatorOf<T>;
  static constexpr Ulp kBound{0.5};  // of each addition
  static constexpr Flags kFlags = Flags::kHardware;
};

struct Mean {
  static constexpr lw_kernel kId = LW_MEAN;
  static constexpr std::string_view kName = "mean";
  static constexpr std::string_view kDoc =
      "sum / n, the quotient rounded once, integers as f64; NaN if empty";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = MeanOf<T>;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kHardware;
};

struct Var {
  static constexpr lw_kernel kId = LW_VAR;
  static constexpr std::string_view kName = "var";
  static constexpr std::string_view kDoc =
      "sum of (x - mean)^2 / (n - ddof), in two passes, integers as f64; NaN if n <= ddof";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = MeanOf<T>;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kHardware;
};

struct Dot {
  static constexpr lw_kernel kId = LW_DOT;
  static constexpr std::string_view kName = "dot";
  static constexpr std::string_view kDoc =
      "sum of x * y by the fixed tree, each product rounded first; +0 if empty";
  using Shape = ReduceTwo;
  using Types = Floats;
  template <class T>
  using Result = T;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kHardware;
};

struct Min {
  static constexpr lw_kernel kId = LW_MIN;
  static constexpr std::string_view kName = "min";
  static constexpr std::string_view kDoc = "smallest element; NaN if any is, -0 below +0";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = T;
  static constexpr bool kNeedsElement = true;  // nothing has no result
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kNone;
};

struct Max {
  static constexpr lw_kernel kId = LW_MAX;
  static constexpr std::string_view kName = "max";
  static constexpr std::string_view kDoc = "largest element; NaN if any is, +0 above -0";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = T;
  static constexpr bool kNeedsElement = true;  // nothing has no result
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kNone;
};

struct ArgMax {
  static constexpr lw_kernel kId = LW_ARGMAX;
  static constexpr std::string_view kName = "argmax";
  static constexpr std::string_view kDoc =
      "index of the first largest element; of the first NaN if there is one";
  using Shape = Arg;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = int64_t;
  static constexpr bool kNeedsElement = true;  // nothing has no result
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kNone;
};

using Reduction = TypeList<Sum, Mean, Var, Dot, Min, Max, ArgMax>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_REDUCE_REDUCE_H_
