// Bit operations: what each means. Bodies in bits-inl.h.

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

// -------- loops that are shared

// Of truth values, for which every byte but 0 is true; the result is 0 or 1.
struct BothTrue : Operation<BothTrue> {
  using Signature = Map<Elem(Elem, Elem)>;
  static constexpr Contract kContract = BitwiseAnd::kContract;
};

template <class T>
constexpr Kernel<BitwiseAnd, AnySign<T>> ShareLoop(Kernel<BitwiseAnd, T>) {
  return {};
}
constexpr Kernel<BothTrue, uint8_t> ShareLoop(Kernel<BitwiseAnd, bool>) { return {}; }

using Bits = TypeList<BitwiseAnd>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_BITS_BITS_H_
