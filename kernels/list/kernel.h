// The vocabulary of the kernel list: shapes, accuracy bounds, flag rules.
// A kernel is an operation (one struct in a family's header) of one shape for one element type.
// This header is plain C++: it must not include Highway's per-target headers.

#ifndef LANEWISE_KERNELS_LIST_KERNEL_H_
#define LANEWISE_KERNELS_LIST_KERNEL_H_

#include "kernels/list/strict_math.h"  // first: it looks at the compiler's flags

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "kernels/list/dtype.h"
#include "lanewise/lanewise.h"

namespace lanewise {

// Names the set of bits that all kernels give (docs/numerics.md).
inline constexpr int32_t kNumericsVersion = 1;

// ---------------------------------------------------------------- element types

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

// ---------------------------------------------------------------- accuracy and flags

// Error bound in units in the last place of the result; 0.5 is correctly rounded, 0 is exact.
struct Ulp {
  double value;
};

// Where the sticky exception flags of a kernel come from (docs/numerics.md, "Exception flags").
enum class Flags : uint8_t {
  kUntouched,  // integer and bit-moving kernels: the floating-point environment is never read
  kHardware,   // plain arithmetic: the instructions raise exactly what C Annex F asks for
  kNone,       // raises nothing; what the instructions raised on the way is discarded
  kOwn,        // what the instructions raised is discarded, the body says what to raise
};

// Bits of `Raised`, in x86 MXCSR positions.
inline constexpr uint32_t kInvalid = 1u << 0;
inline constexpr uint32_t kDivByZero = 1u << 2;
inline constexpr uint32_t kOverflow = 1u << 3;
inline constexpr uint32_t kRaisable = kInvalid | kDivByZero | kOverflow;

// What a body of rule kOwn asks to be raised; filled through ops::Raise.
struct Raised {
  uint32_t bits = 0;
};

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
