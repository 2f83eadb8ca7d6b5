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

template <class... Ts>
struct TypeList {};

// The element type of a conversion kernel is the pair of both types.
template <class From, class To>
struct Cast {};

using Floats = TypeList<float, double>;
using FloatsAndInts = TypeList<float, double, int32_t, int64_t, uint8_t>;

// ---------------------------------------------------------------- shapes

// Elementwise shapes: out[i] depends on the inputs at i alone. All share one loop signature.
struct Map1 {};     // T -> T
struct Map2 {};     // T, T -> T
struct Map3 {};     // T, T, T -> T
struct Compare {};  // T, T -> bool
struct Test {};     // T -> bool
struct Select {};   // bool, T, T -> T
struct Convert {};  // From -> To
// Shapes with loops of their own.
struct Reduce {};     // T[n] -> A, fixed tree (docs/numerics.md)
struct ReduceTwo {};  // T[n], T[n] -> A, same tree
struct Arg {};        // T[n] -> i64
struct Scan {};       // T[n] -> T[n], fixed blocked order
struct Compress {};   // T[n], bool[n] -> T[count]

template <class S>
inline constexpr bool kIsElementwise =
    std::is_same_v<S, Map1> || std::is_same_v<S, Map2> || std::is_same_v<S, Map3> ||
    std::is_same_v<S, Compare> || std::is_same_v<S, Test> || std::is_same_v<S, Select> ||
    std::is_same_v<S, Convert>;

// ---------------------------------------------------------------- loop signatures

// All elementwise shapes: contiguous operands, unused inputs null, out may equal an input.
// Returns the `Raised` bits.
using ElementwiseFn = uint32_t (*)(const void* a, const void* b, const void* c, void* out,
                                   size_t n);

// Math functions, which have long bodies and are bound by arithmetic: no streaming loops, and worth
// threads at fewer elements. Whatever rounds better than this is one or a few instructions.
template <class Op>
inline constexpr bool kIsMath = (Op::kBound.value > 0.5);

// Names an operation together with its element type(s).
template <class Op, class T>
struct Kernel {};

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_KERNEL_H_
