// Bit operations and logic: what each means. Bodies in bits-inl.h.

#ifndef LANEWISE_KERNELS_BITS_BITS_H_
#define LANEWISE_KERNELS_BITS_BITS_H_

#include "kernels/list/kernel.h"

namespace lanewise {

using IntsAndBool =
    TypeList<int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t, bool>;

struct BitwiseAnd : Operation<BitwiseAnd> {
  static constexpr lw_kernel kId = LW_BITWISE_AND;
  static constexpr std::string_view kName = "bitwise_and";
  static constexpr std::string_view kDoc = "bits that x and y both have; of bool: true if both are";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = IntsAndBool;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kUntouched};
  template <class T>
  T operator()(T x, T y) const {
    return static_cast<T>(x & y);
  }
};

struct BitwiseOr : Operation<BitwiseOr> {
  static constexpr lw_kernel kId = LW_BITWISE_OR;
  static constexpr std::string_view kName = "bitwise_or";
  static constexpr std::string_view kDoc = "bits that x or y has; of bool: true if either is";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = IntsAndBool;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kUntouched};
  template <class T>
  T operator()(T x, T y) const {
    return static_cast<T>(x | y);
  }
};

struct BitwiseXor : Operation<BitwiseXor> {
  static constexpr lw_kernel kId = LW_BITWISE_XOR;
  static constexpr std::string_view kName = "bitwise_xor";
  static constexpr std::string_view kDoc =
      "bits that one of x and y has; of bool: true if one of them is";
  using Signature = Map<Elem(Elem, Elem)>;
  using Types = IntsAndBool;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kUntouched};
  template <class T>
  T operator()(T x, T y) const {
    return static_cast<T>(x ^ y);
  }
};

struct Invert : Operation<Invert> {
  static constexpr lw_kernel kId = LW_INVERT;
  static constexpr std::string_view kName = "invert";
  static constexpr std::string_view kDoc = "bits that x does not have; of bool: true if x is not";
  using Signature = Map<Elem(Elem)>;
  using Types = IntsAndBool;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kUntouched};
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_same_v<T, bool>)
      return !x;
    else
      return static_cast<T>(~x);
  }
};

// -------- logic: every number but the zeros is true, NaN too

struct LogicalAnd : Operation<LogicalAnd> {
  static constexpr lw_kernel kId = LW_LOGICAL_AND;
  static constexpr std::string_view kName = "logical_and";
  static constexpr std::string_view kDoc = "true where neither x nor y is 0; NaN is true";
  using Signature = Map<bool(Elem, Elem)>;
  using Types = AnyType;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kUntouched};
  template <class T>
  bool operator()(T x, T y) const {
    return x != 0 && y != 0;
  }
};

struct LogicalOr : Operation<LogicalOr> {
  static constexpr lw_kernel kId = LW_LOGICAL_OR;
  static constexpr std::string_view kName = "logical_or";
  static constexpr std::string_view kDoc = "true where x or y is not 0; NaN is true";
  using Signature = Map<bool(Elem, Elem)>;
  using Types = AnyType;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kUntouched};
  template <class T>
  bool operator()(T x, T y) const {
    return x != 0 || y != 0;
  }
};

struct LogicalXor : Operation<LogicalXor> {
  static constexpr lw_kernel kId = LW_LOGICAL_XOR;
  static constexpr std::string_view kName = "logical_xor";
  static constexpr std::string_view kDoc = "true where one of x and y is 0; NaN is true";
  using Signature = Map<bool(Elem, Elem)>;
  using Types = AnyType;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kUntouched};
  template <class T>
  bool operator()(T x, T y) const {
    return (x != 0) != (y != 0);
  }
};

struct LogicalNot : Operation<LogicalNot> {
  static constexpr lw_kernel kId = LW_LOGICAL_NOT;
  static constexpr std::string_view kName = "logical_not";
  static constexpr std::string_view kDoc = "true where x is 0, of either sign; NaN is true";
  using Signature = Map<bool(Elem)>;
  using Types = AnyType;
  static constexpr Contract kContract{.bound = Ulp{0}, .flags = Flags::kUntouched};
  template <class T>
  bool operator()(T x) const {
    return x == 0;
  }
};

// -------- loops that are shared

// Of truth values, for which every byte but 0 is true; the result is 0 or 1.
struct BothTrue : Operation<BothTrue> {
  using Signature = Map<Elem(Elem, Elem)>;
  static constexpr Contract kContract = BitwiseAnd::kContract;
};
struct EitherTrue : Operation<EitherTrue> {
  using Signature = Map<Elem(Elem, Elem)>;
  static constexpr Contract kContract = BitwiseOr::kContract;
};
struct OneTrue : Operation<OneTrue> {
  using Signature = Map<Elem(Elem, Elem)>;
  static constexpr Contract kContract = BitwiseXor::kContract;
};
struct NotTrue : Operation<NotTrue> {
  using Signature = Map<Elem(Elem)>;
  static constexpr Contract kContract = Invert::kContract;
};

template <class Op, class Truth, class T>
using SharedBits =
    std::conditional_t<std::is_same_v<T, bool>, Kernel<Truth, uint8_t>, Kernel<Op, UnsignedAs<T>>>;

template <class T>
constexpr SharedBits<BitwiseAnd, BothTrue, T> ShareLoop(Kernel<BitwiseAnd, T>) {
  return {};
}
template <class T>
constexpr SharedBits<BitwiseOr, EitherTrue, T> ShareLoop(Kernel<BitwiseOr, T>) {
  return {};
}
template <class T>
constexpr SharedBits<BitwiseXor, OneTrue, T> ShareLoop(Kernel<BitwiseXor, T>) {
  return {};
}
template <class T>
constexpr SharedBits<Invert, NotTrue, T> ShareLoop(Kernel<Invert, T>) {
  return {};
}

// Of the bits of floats: all but the sign count.
template <class Op>
struct OnMagnitude : Operation<OnMagnitude<Op>> {
  using Signature = typename Op::Signature;
  static constexpr Contract kContract = Op::kContract;
};

// Of 8 bits: what bool has.
template <class Op, class Truth, class T>
using SharedTruth =
    std::conditional_t<sizeof(T) == 1, Kernel<Truth, uint8_t>,
                       std::conditional_t<kIsFloat<T>, Kernel<OnMagnitude<Op>, UnsignedAs<T>>,
                                          Kernel<Op, UnsignedAs<T>>>>;

template <class T>
constexpr SharedTruth<LogicalAnd, BothTrue, T> ShareLoop(Kernel<LogicalAnd, T>) {
  return {};
}
template <class T>
constexpr SharedTruth<LogicalOr, EitherTrue, T> ShareLoop(Kernel<LogicalOr, T>) {
  return {};
}
template <class T>
constexpr SharedTruth<LogicalXor, OneTrue, T> ShareLoop(Kernel<LogicalXor, T>) {
  return {};
}
template <class T>
constexpr SharedTruth<LogicalNot, NotTrue, T> ShareLoop(Kernel<LogicalNot, T>) {
  return {};
}

// What is read is twice to eight times what is written.
template <>
inline constexpr bool kStreams<LogicalAnd> = false;
template <>
inline constexpr bool kStreams<LogicalOr> = false;
template <>
inline constexpr bool kStreams<LogicalXor> = false;
template <class Op>
inline constexpr bool kStreams<OnMagnitude<Op>> = false;

using Bits = TypeList<BitwiseAnd, BitwiseOr, BitwiseXor, Invert, LogicalAnd, LogicalOr, LogicalXor,
                      LogicalNot>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_BITS_BITS_H_
