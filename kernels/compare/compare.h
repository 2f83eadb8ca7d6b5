// Comparisons, tests and selection: what each operation means. Bodies in compare-inl.h.
// Comparisons are quiet: like C's isless and NumPy's loops they raise no flag for NaN.

#ifndef LANEWISE_KERNELS_COMPARE_COMPARE_H_
#define LANEWISE_KERNELS_COMPARE_COMPARE_H_

#include <cmath>

#include "kernels/list/kernel.h"

namespace lanewise {

struct Equal : Operation<Equal> {
  static constexpr lw_kernel kId = LW_EQUAL;
  static constexpr std::string_view kName = "equal";
  static constexpr std::string_view kDoc = "x == y; false if either is NaN";
  using Signature = Map<bool(Elem, Elem)>;
  using Types = AnyType;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  bool operator()(T x, T y) const {
    return x == y;
  }
};

struct NotEqual : Operation<NotEqual> {
  static constexpr lw_kernel kId = LW_NOT_EQUAL;
  static constexpr std::string_view kName = "not_equal";
  static constexpr std::string_view kDoc = "x != y; true if either is NaN";
  using Signature = Map<bool(Elem, Elem)>;
  using Types = AnyType;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  bool operator()(T x, T y) const {
    return x != y;
  }
};

struct Less : Operation<Less> {
  static constexpr lw_kernel kId = LW_LESS;
  static constexpr std::string_view kName = "less";
  static constexpr std::string_view kDoc = "x < y; false if either is NaN";
  using Signature = Map<bool(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  bool operator()(T x, T y) const {
    return x < y;
  }
};

struct LessEqual : Operation<LessEqual> {
  static constexpr lw_kernel kId = LW_LESS_EQUAL;
  static constexpr std::string_view kName = "less_equal";
  static constexpr std::string_view kDoc = "x <= y; false if either is NaN";
  using Signature = Map<bool(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  bool operator()(T x, T y) const {
    return x <= y;
  }
};

struct Greater : Operation<Greater> {
  static constexpr lw_kernel kId = LW_GREATER;
  static constexpr std::string_view kName = "greater";
  static constexpr std::string_view kDoc = "x > y; false if either is NaN";
  using Signature = Map<bool(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  bool operator()(T x, T y) const {
    return x > y;
  }
};

struct GreaterEqual : Operation<GreaterEqual> {
  static constexpr lw_kernel kId = LW_GREATER_EQUAL;
  static constexpr std::string_view kName = "greater_equal";
  static constexpr std::string_view kDoc = "x >= y; false if either is NaN";
  using Signature = Map<bool(Elem, Elem)>;
  using Types = Numbers;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  bool operator()(T x, T y) const {
    return x >= y;
  }
};

struct IsNaN : Operation<IsNaN> {
  static constexpr lw_kernel kId = LW_ISNAN;
  static constexpr std::string_view kName = "isnan";
  static constexpr std::string_view kDoc = "true where x is NaN, signalling ones included";
  using Signature = Map<bool(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  bool operator()(T x) const {
    return x != x;
  }
};

struct IsInf : Operation<IsInf> {
  static constexpr lw_kernel kId = LW_ISINF;
  static constexpr std::string_view kName = "isinf";
  static constexpr std::string_view kDoc = "true where x is infinite, of either sign";
  using Signature = Map<bool(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  bool operator()(T x) const {
    return std::isinf(x);
  }
};

struct IsFinite : Operation<IsFinite> {
  static constexpr lw_kernel kId = LW_ISFINITE;
  static constexpr std::string_view kName = "isfinite";
  static constexpr std::string_view kDoc = "true where x is neither infinite nor NaN";
  using Signature = Map<bool(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kNone};
  template <class T>
  bool operator()(T x) const {
    return std::isfinite(x);
  }
};

struct SignBit : Operation<SignBit> {
  static constexpr lw_kernel kId = LW_SIGNBIT;
  static constexpr std::string_view kName = "signbit";
  static constexpr std::string_view kDoc =
      "true where the sign of x is minus, of zeros and NaNs too";
  using Signature = Map<bool(Elem)>;
  using Types = Floats;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kUntouched};
  template <class T>
  bool operator()(T x) const {
    return std::signbit(x);
  }
};

struct Where : Operation<Where> {
  static constexpr lw_kernel kId = LW_WHERE;
  static constexpr std::string_view kName = "where";
  static constexpr std::string_view kDoc =
      "x where the condition is not 0, else y; moves bits only";
  using Signature = Map<Elem(bool, Elem, Elem)>;
  using Types = AnyType;
  static constexpr Contract kContract{
      .bound = Ulp{0}, .flags = Flags::kUntouched, .moves_bits = true, .operands = "condition x y"};
  template <class T>
  T operator()(bool condition, T x, T y) const {
    return condition ? x : y;
  }
};

// -------- loops that are shared, or on other types

// f16 and bf16 are compared as integers.
template <class Op, class T>
requires(kIsNarrow<T>&& std::is_same_v<OutputsOf<Op, T>, TypeList<bool>>) constexpr Kernel<
    OnBits<Op, T>, int16_t> ShareLoop(Kernel<Op, T>) {
  return {};
}

// A sign is the bit that makes integers negative.
template <class T>
using SignedAs = std::conditional_t<sizeof(T) == 2, int16_t,
                                    std::conditional_t<sizeof(T) == 4, int32_t, int64_t>>;
template <class T>
constexpr Kernel<SignBit, SignedAs<T>> ShareLoop(Kernel<SignBit, T>) {
  return {};
}

// Of truth values, for which every byte but 0 is true.
struct EqualTruth : Operation<EqualTruth> {
  using Signature = Map<bool(Elem, Elem)>;
  static constexpr Contract kContract = Equal::kContract;
};
struct NotEqualTruth : Operation<NotEqualTruth> {
  using Signature = Map<bool(Elem, Elem)>;
  static constexpr Contract kContract = NotEqual::kContract;
};

template <class T>
requires kIsInt<T>
constexpr Kernel<Equal, AnySign<T>> ShareLoop(Kernel<Equal, T>) { return {}; }
constexpr Kernel<EqualTruth, uint8_t> ShareLoop(Kernel<Equal, bool>) { return {}; }
template <class T>
requires kIsInt<T>
constexpr Kernel<NotEqual, AnySign<T>> ShareLoop(Kernel<NotEqual, T>) { return {}; }
constexpr Kernel<NotEqualTruth, uint8_t> ShareLoop(Kernel<NotEqual, bool>) { return {}; }
template <class T>
constexpr Kernel<Where, UnsignedAs<T>> ShareLoop(Kernel<Where, T>) {
  return {};
}

using Comparison = TypeList<Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, IsNaN, IsInf,
                            IsFinite, SignBit, Where>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_COMPARE_COMPARE_H_
