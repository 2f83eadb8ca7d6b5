// The vocabulary of the kernel list: element types, shapes, loop signatures; contracts in
// contract.h. A kernel is an operation (one struct in a family's header) of one shape for one
// element type. This header is plain C++: it must not include Highway's per-target headers.

#ifndef LANEWISE_KERNELS_LIST_KERNEL_H_
#define LANEWISE_KERNELS_LIST_KERNEL_H_

#include "kernels/list/strict_math.h"  // first: it looks at the compiler's flags

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "kernels/list/contract.h"
#include "kernels/list/dtype.h"
#include "kernels/list/signature.h"
#include "lanewise/lanewise.h"

namespace lanewise {

// Names the set of bits that all kernels give (docs/numerics.md).
inline constexpr int32_t kNumericsVersion = 1;

// ---------------------------------------------------------------- element types

// bool comes last: bytes that might be truth values are numbers first.
using WideFloats = TypeList<float, double>;
using Floats = TypeList<float, double, f16, bf16>;
using Numbers = TypeList<float, double, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t,
                         int64_t, uint64_t, f16, bf16>;
using AnyType = TypeList<float, double, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t,
                         int64_t, uint64_t, f16, bf16, bool>;

// ---------------------------------------------------------------- shapes

struct Elementwise {};  // operations with a Signature (signature.h): all share one type of loop
// Shapes with loops of their own.
struct Reduce {};     // T[n] -> A, fixed tree (docs/numerics.md)
struct ReduceTwo {};  // T[n], T[n] -> A, same tree
struct Arg {};        // T[n] -> i64
struct Scan {};       // T[n] -> A[n], fixed blocked order
struct Compress {};   // T[n], bool[n] -> T[count]
struct Search {};     // T[n], T[m] -> i64[m]

namespace detail {
template <class Op, bool kElementwise>
struct ShapeOf {
  using type = Elementwise;
};
template <class Op>
struct ShapeOf<Op, false> {
  using type = typename Op::Shape;
};
}  // namespace detail

template <class Op>
using ShapeOf = typename detail::ShapeOf<Op, kIsElementwise<Op>>::type;

// ---------------------------------------------------------------- loop signatures

// Elementwise: contiguous operands in the order of the signature; an output may equal an input.
// Returns the `Raised` bits.
using ElementwiseFn = uint32_t (*)(const void* const* in, void* const* out, size_t n);
// The longest signature: the loops' drivers keep so many operands.
inline constexpr int kMaxInputs = 3;
inline constexpr int kMaxOutputs = 2;
inline constexpr int kMaxOperands = kMaxInputs + kMaxOutputs;
static_assert(kMaxOperands <= LW_MAX_OPERANDS);

// Math functions: within a bound, which the tests hold against MPFR.
template <class Op>
inline constexpr bool kIsMath = (Op::kBound.value > 0.5);
// Bodies that are bound by arithmetic: no streaming loops, and worth threads at fewer elements.
// What is not a math function is one or a few instructions, if its contract does not say otherwise.
template <class Op>
inline constexpr bool kIsLong = kIsMath<Op> || Op::kContract.is_long;

// Comparisons come with stores past the caches, too, where this is not false.
template <class Op>
inline constexpr bool kStreams = true;

// Names an operation together with its element type(s).
template <class Op, class T>
struct Kernel {};

// ---------------------------------------------------------------- kernels that share a loop

// Kernels that give the same bits run one loop: that of the kernel that ShareLoop gives. A family
// has an overload for each operation that shares.
template <class Op, class T>
constexpr Kernel<Op, T> ShareLoop(Kernel<Op, T>) {
  return {};
}
// For operations on integers in which nothing depends on the sign.
template <class T>
using AnySign = std::conditional_t<kIsInt<T>, UnsignedAs<T>, T>;

// An operation on f16 or bf16 whose body reads their bits, as signed integers.
template <class Op, class T>
struct OnBits : Operation<OnBits<Op, T>> {
  using Signature = typename Op::Signature;
  static constexpr Contract kContract = Op::kContract;
};

// Of f16 and bf16: an operation whose results are finite, and need no special path, where the bits
// of the argument's magnitude are at most this. It has an OrdinaryBody for these. 0: no such one.
template <class Op, class T>
inline constexpr int16_t kOrdinary = 0;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_KERNEL_H_
