// Reductions: what each operation means. What it adds up, and how, is in reducer-inl.h; the order
// of operations is the fixed tree of docs/numerics.md, in reduce-inl.h; N-d views and threads are
// in dispatch/engine/reduce.cc.

#ifndef LANEWISE_KERNELS_REDUCE_REDUCE_H_
#define LANEWISE_KERNELS_REDUCE_REDUCE_H_

#include "kernels/list/kernel.h"

namespace lanewise {

// Type of a mean, and what it is added up in: integers as f64.
template <class T>
using MeanOf = std::conditional_t<kIsFloat<T>, T, double>;
template <class T>
using MeanAccumulatorOf = std::conditional_t<kIsNarrow<T>, float, MeanOf<T>>;

using FloatsAndAllInts = TypeList<float, double, int32_t, int64_t, uint8_t, int8_t, int16_t,
                                  uint16_t, uint32_t, uint64_t, f16, bf16, bool>;

struct Sum : Operation<Sum> {
  static constexpr lw_kernel kId = LW_SUM;
  static constexpr std::string_view kName = "sum";
  static constexpr std::string_view kDoc =
      "sum by the fixed tree; integers in 64 bits, wrapping; +0 if empty";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = SumOf<T>;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kHardware,
      .raises = kInvalid | kOverflow,
      .numpy =
          "order of additions, hence last bits; integers: result in 64 bits (i64; u64 for u8), as "
          "`np.sum` does on Linux; a sum of only -0 is -0, where some versions of NumPy give +0",
  };
};

struct Mean : Operation<Mean> {
  static constexpr lw_kernel kId = LW_MEAN;
  static constexpr std::string_view kName = "mean";
  static constexpr std::string_view kDoc =
      "sum / n, the quotient rounded once, integers as f64; NaN if empty";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = MeanOf<T>;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kHardware,
      .raises = kInvalid | kOverflow,
      .numpy = "order of additions",
  };
};

struct Var : Operation<Var> {
  static constexpr lw_kernel kId = LW_VAR;
  static constexpr std::string_view kName = "var";
  static constexpr std::string_view kDoc =
      "sum of (x - mean)^2 / (n - ddof), two passes, integers as f64; NaN if n <= ddof, +0 for "
      "equal elements";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = MeanOf<T>;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kHardware,
      .raises = kInvalid | kOverflow,
      .parameter = "ddof",
      .numpy =
          "order of additions; n <= ddof gives "
          "NaN, where NumPy may give an infinity",
  };
};

struct Dot : Operation<Dot> {
  static constexpr lw_kernel kId = LW_DOT;
  static constexpr std::string_view kName = "dot";
  static constexpr std::string_view kDoc =
      "sum of the rounded products x * y by the fixed tree; integers wrap around in their own "
      "type, "
      "of bool whether any pair is true; +0 if empty";
  using Shape = ReduceTwo;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = T;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kHardware,
      .raises = kInvalid | kOverflow,
      .numpy =
          "one-dimensional only; NumPy's order is that of its "
          "BLAS, which may fuse multiply and add",
  };
};

struct Prod : Operation<Prod> {
  static constexpr lw_kernel kId = LW_PROD;
  static constexpr std::string_view kName = "prod";
  static constexpr std::string_view kDoc =
      "product by the fixed tree; integers in 64 bits, wrapping; 1 if empty";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = SumOf<T>;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kHardware,
      .raises = kInvalid | kOverflow,
      .numpy =
          "order of multiplications, hence last bits, and whether products on the way overflow; "
          "integers: result in 64 bits, as `sum`",
  };
};

struct Min : Operation<Min> {
  static constexpr lw_kernel kId = LW_MIN;
  static constexpr std::string_view kName = "min";
  static constexpr std::string_view kDoc = "smallest element; NaN if any is, -0 below +0";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = T;
  static constexpr Contract kContract{
      .bound = Ulp{0},
      .flags = Flags::kNone,
      .needs_element = true,
      .numpy = "-0 is below +0 wherever they stand",
  };
};

struct Max : Operation<Max> {
  static constexpr lw_kernel kId = LW_MAX;
  static constexpr std::string_view kName = "max";
  static constexpr std::string_view kDoc = "largest element; NaN if any is, +0 above -0";
  using Shape = Reduce;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = T;
  static constexpr Contract kContract{
      .bound = Ulp{0},
      .flags = Flags::kNone,
      .needs_element = true,
      .numpy = "+0 is above -0 wherever they stand",
  };
};

struct ArgMax : Operation<ArgMax> {
  static constexpr lw_kernel kId = LW_ARGMAX;
  static constexpr std::string_view kName = "argmax";
  static constexpr std::string_view kDoc =
      "index of the first largest element, or of the first NaN; zeros of either sign are equal";
  using Shape = Arg;
  using Types = FloatsAndAllInts;
  template <class T>
  using Result = int64_t;
  static constexpr Contract kContract{
      .bound = Ulp{0}, .flags = Flags::kNone, .needs_element = true};
};

using Reduction = TypeList<Sum, Mean, Var, Dot, Prod, Min, Max, ArgMax>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_REDUCE_REDUCE_H_
