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

#include "hwy/base.h"  // hwy::float16_t only
#include "kernels/list/contract.h"
#include "kernels/list/signature.h"
#include "lanewise/lanewise.h"

namespace lanewise {

// Names the set of bits that all kernels give (docs/numerics.md).
inline constexpr int32_t kNumericsVersion = 1;

// ---------------------------------------------------------------- element types

using f16 = hwy::float16_t;

// A C++ type stands for each dtype; `bool` is one byte, 0 or 1; any other that is read is true.
template <class T>
inline constexpr lw_dtype kDtype = [] {
  if constexpr (std::is_same_v<T, bool>)
    return LW_BOOL;
  else if constexpr (std::is_same_v<T, int8_t>)
    return LW_I8;
  else if constexpr (std::is_same_v<T, uint8_t>)
    return LW_U8;
  else if constexpr (std::is_same_v<T, int16_t>)
    return LW_I16;
  else if constexpr (std::is_same_v<T, uint16_t>)
    return LW_U16;
  else if constexpr (std::is_same_v<T, int32_t>)
    return LW_I32;
  else if constexpr (std::is_same_v<T, uint32_t>)
    return LW_U32;
  else if constexpr (std::is_same_v<T, int64_t>)
    return LW_I64;
  else if constexpr (std::is_same_v<T, uint64_t>)
    return LW_U64;
  else if constexpr (std::is_same_v<T, f16>)
    return LW_F16;
  else if constexpr (std::is_same_v<T, float>)
    return LW_F32;
  else if constexpr (std::is_same_v<T, double>)
    return LW_F64;
}();

inline constexpr uint8_t kDtypeSize[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 2, 4, 8};
inline constexpr const char* kDtypeName[] = {"bool", "i8",  "u8",  "i16",  "u16", "i32", "u32",
                                             "i64",  "u64", "f16", "bf16", "f32", "f64"};
inline constexpr int kDtypeCount = 13;

using Floats = TypeList<float, double>;
using FloatsAndInts = TypeList<float, double, int32_t, int64_t, uint8_t>;

// ---------------------------------------------------------------- shapes

struct Elementwise {};  // operations with a Signature (signature.h): all share one type of loop
// Shapes with loops of their own.
struct Reduce {};     // T[n] -> A, fixed tree (docs/numerics.md)
struct ReduceTwo {};  // T[n], T[n] -> A, same tree
struct Arg {};        // T[n] -> i64
struct Scan {};       // T[n] -> T[n], fixed blocked order
struct Compress {};   // T[n], bool[n] -> T[count]

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

// Math functions, which have long bodies and are bound by arithmetic: no streaming loops, and worth
// threads at fewer elements. Whatever rounds better than this is one or a few instructions.
template <class Op>
inline constexpr bool kIsMath = (Op::kBound.value > 0.5);

// Names an operation together with its element type(s).
template <class Op, class T>
struct Kernel {};

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_KERNEL_H_
