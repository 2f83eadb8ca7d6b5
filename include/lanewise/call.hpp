// Calling any kernel of lanewise by its id, with element types and lengths taken from the operands:
// what lanewise.hpp, which programs include, is made of.

#ifndef LANEWISE_CALL_HPP_
#define LANEWISE_CALL_HPP_

#if __cplusplus < 202002L
#error "lanewise/call.hpp needs C++20 (-std=c++20); lanewise.h serves C99 and C++11."
#else

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <tuple>
#include <type_traits>

#include "lanewise/lanewise.h"
#include "lanewise/operands.hpp"

namespace lanewise {
inline namespace cpp0 {

// ------------------------------------------------------------------ types that kernels take

namespace detail {

// Element types as the kernels of this release take them, so that the named functions of
// lanewise.hpp refuse others when a program is compiled. call<> asks the library instead.
enum class Types {
  kFloats,      // all operands of one of the four floats
  kNumbers,     // all operands of one type, but not bool
  kBits,        // all operands of one type of integers, or bool
  kReducible,   // any type
  kScan,        // any type, its sums' type out
  kComparison,  // such inputs; bool or u8 out
  kEquality,    // any one type; bool or u8 out
  kTest,        // a float; bool or u8 out
  kSelection,   // bool or u8, then any one type
  kCompress,    // any type, a mask of bool or u8, the same type
  kSearch,      // two inputs of any one type; int64_t out
  kConversion,  // any type to another one
  kAny          // a kernel younger than this header
};

constexpr lw_kernel kLastKernel = LW_SIGN;  // that TypesOf knows

constexpr Types TypesOf(lw_kernel kernel) {
  if (kernel > kLastKernel) return Types::kAny;
  if (kernel > LW_NOT_EQUAL && kernel <= LW_GREATER_EQUAL) return Types::kComparison;
  switch (kernel) {
    case LW_EQUAL:
    case LW_NOT_EQUAL:
    case LW_LOGICAL_AND:
    case LW_LOGICAL_OR:
    case LW_LOGICAL_XOR:
    case LW_LOGICAL_NOT:
      return Types::kEquality;
    case LW_NEGATIVE:
    case LW_ABS:
    case LW_SQUARE:
    case LW_SIGN:
    case LW_ADD:
    case LW_SUBTRACT:
    case LW_MULTIPLY:
    case LW_DIVMOD:
    case LW_MINIMUM:
    case LW_MAXIMUM:
      return Types::kNumbers;
    case LW_BITWISE_AND:
    case LW_BITWISE_OR:
    case LW_BITWISE_XOR:
    case LW_INVERT:
      return Types::kBits;
    case LW_SUM:
    case LW_PROD:
    case LW_MEAN:
    case LW_VAR:
    case LW_DOT:
    case LW_MIN:
    case LW_MAX:
    case LW_ARGMAX:
      return Types::kReducible;
    case LW_CUMULATIVE_SUM:
      return Types::kScan;
    case LW_ISNAN:
    case LW_ISINF:
    case LW_ISFINITE:
    case LW_SIGNBIT:
      return Types::kTest;
    case LW_WHERE:
      return Types::kSelection;
    case LW_COMPRESS:
      return Types::kCompress;
    case LW_SEARCHSORTED:
      return Types::kSearch;
    case LW_CONVERT:
      return Types::kConversion;
    default:
      return Types::kFloats;
  }
}

constexpr bool IsWideFloat(lw_dtype t) { return t == LW_F32 || t == LW_F64; }
constexpr bool IsFloat(lw_dtype t) { return IsWideFloat(t) || t == LW_F16 || t == LW_BF16; }
constexpr bool IsTruth(lw_dtype t) { return t == LW_BOOL || t == LW_U8; }
// Bytes may stand for truth values, but not where they are numbers in their own right.
constexpr bool BytesAreNumbers(lw_kernel kernel) {
  return kernel == LW_SUM || kernel == LW_DOT || kernel == LW_CUMULATIVE_SUM ||
         kernel == LW_CONVERT;
}
constexpr bool IsSame(lw_dtype a, lw_dtype b) { return a == b || (IsTruth(a) && IsTruth(b)); }

constexpr bool AreSame(const lw_dtype* operand, int count) {
  for (int i = 1; i < count; ++i) {
    if (!IsSame(operand[0], operand[i])) return false;
  }
  return true;
}

// The dtype of sums.
constexpr lw_dtype SumOf(lw_dtype t) {
  if (t == LW_BOOL || t == LW_I8 || t == LW_I16 || t == LW_I32) return LW_I64;
  return t == LW_U8 || t == LW_U16 || t == LW_U32 ? LW_U64 : t;
}

// Reductions give their inputs alone, the others all operands.
constexpr bool Fits(Types types, const lw_dtype* operand, int count) {
  const int out = count - 1;
  if (types == Types::kTest) return IsFloat(operand[0]) && IsTruth(operand[out]);
  if (types == Types::kConversion) return operand[0] != operand[1];
  if (types == Types::kReducible || types == Types::kScan) {
    return operand[out] == (types == Types::kScan ? SumOf(operand[0]) : operand[0]);
  }
  if (types == Types::kEquality) return IsTruth(operand[out]) && AreSame(operand, out);
  if (types == Types::kSelection) {
    return IsTruth(operand[0]) && AreSame(operand + 1, count - 1);
  }
  if (types == Types::kBits) {
    return AreSame(operand, count) && !IsFloat(operand[0]);
  }
  if (types == Types::kCompress) return IsTruth(operand[1]) && IsSame(operand[0], operand[2]);
  if (types == Types::kSearch) return IsSame(operand[0], operand[1]) && operand[2] == LW_I64;
  int end = count;  // of the numbers among the operands
  if (types == Types::kComparison && !IsTruth(operand[--end])) return false;
  for (int i = 0; i < end; ++i) {
    const bool known = types == Types::kFloats ? IsFloat(operand[i]) : operand[i] != LW_BOOL;
    if (types != Types::kAny && !(known && operand[i] == operand[0])) return false;
  }
  return true;
}

template <lw_kernel K, class... Rs>
constexpr void CheckTypes() {
  constexpr Types kTypes = TypesOf(K);
  constexpr lw_dtype kOperands[] = {dtype_of<element_t<Rs> >::value...};
  constexpr bool kFits = Fits(kTypes, kOperands, sizeof...(Rs));
  static_assert(
      kFits || kTypes != Types::kFloats,
      "lanewise: this function takes floats of 16 to 64 bits, of one type for all operands");
  static_assert(kFits || kTypes != Types::kNumbers,
                "lanewise: this function takes floats and integers of any width, of one type "
                "for all operands");
  static_assert(kFits || kTypes != Types::kBits,
                "lanewise: this function takes bool and integers of any width, of one type for all "
                "operands");
  static_assert(kFits || kTypes != Types::kReducible,
                "lanewise: this function takes any type, the same for all operands");
  static_assert(
      kFits || kTypes != Types::kScan,
      "lanewise: sums of floats are written as such, of bool and integers of any width as "
      "64-bit integers");
  static_assert(kFits || kTypes != Types::kComparison,
                "lanewise: comparisons take two inputs of one type (floats and integers of any "
                "width) and write bool or uint8_t");
  static_assert(kFits || kTypes != Types::kEquality,
                "lanewise: this function takes inputs of one type, of any, and writes bool "
                "or uint8_t");
  static_assert(kFits || kTypes != Types::kTest,
                "lanewise: this function takes a float and writes bool or uint8_t");
  static_assert(kFits || kTypes != Types::kSelection,
                "lanewise: where takes a condition of bool or uint8_t, and any type, the same for "
                "inputs and output");
  static_assert(
      kFits || kTypes != Types::kCompress,
      "lanewise: compress takes any type, a mask of bool or uint8_t, and an output of the "
      "input's type");
  static_assert(kFits || kTypes != Types::kSearch,
                "lanewise: searchsorted takes two inputs of one type and writes int64_t");
  static_assert(kFits || kTypes != Types::kConversion,
                "lanewise: convert takes any type and writes another one");
}

}  // namespace detail

// ------------------------------------------------------------------ errors

#if defined(__cpp_exceptions)

// Thrown by every function here that fails, except those named try_...
class Error : public std::runtime_error {
 public:
  Error(lw_status status, const char* message) : std::runtime_error(message), status_(status) {}
  lw_status status() const noexcept { return status_; }

 private:
  lw_status status_;
};

// Throws Error with lw_last_error() unless status is LW_OK: for calls of lanewise.h itself.
inline void check(lw_status status) {
  if (status != LW_OK) throw Error(status, lw_last_error());
}

#endif  // exceptions

// ------------------------------------------------------------------ calling by kernel id

namespace detail {

// The library's loop for some element types.
struct Loop {
  lw_dtype dtypes[LW_MAX_OPERANDS] = {};
  lw_shape shape = LW_SHAPE_ELEMENTWISE;
  int inputs = 0;
  bool found = false;        // with these dtypes
  bool right_count = false;  // the kernel takes so many operands
  bool known = false;        // the library has the kernel
};

// Bytes may stand for truth values: std::vector<bool> is no range of bool.
inline Loop FindLoop(lw_kernel kernel, const lw_dtype* given, int count) noexcept {
  Loop loop;
  for (int i = 0; i < count; ++i) loop.dtypes[i] = given[i];
  for (std::int32_t index = 0; index < lw_kernel_count(); ++index) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    if (lw_kernel_info(index, &record) != LW_OK || record.kernel != kernel) continue;
    loop.known = true;
    loop.shape = record.shape;
    if (record.inputs + record.outputs != count) continue;
    loop.right_count = true;
    loop.inputs = record.inputs;
    bool exact = true, fits = true;
    for (int i = 0; i < count; ++i) {
      const bool same = record.dtypes[i] == given[i];
      exact &= same;
      fits &=
          same || (!BytesAreNumbers(kernel) && record.dtypes[i] == LW_BOOL && given[i] == LW_U8);
    }
    if (!exact && (!fits || loop.found)) continue;
    loop.found = true;
    for (int i = 0; i < count; ++i) loop.dtypes[i] = record.dtypes[i];
    if (exact) break;
  }
  return loop;
}

// One search for each combination of kernel and element types in the program.
template <lw_kernel K, class... Ts>
const Loop& LoopFor() noexcept {
  static constexpr lw_dtype kGiven[] = {dtype_of<Ts>::value...};
  static const Loop loop = FindLoop(K, kGiven, sizeof...(Ts));
  return loop;
}

struct Outcome {
  lw_status status;
  const char* message = nullptr;  // null: lw_last_error()
  std::int64_t count = 0;         // elements written by compress
};

// Views of several axes, all of one shape, and scalars.
inline Outcome RunAxes(lw_kernel kernel, const Loop& loop, const Operand* operands,
                       int count) noexcept {
  if (loop.shape != LW_SHAPE_ELEMENTWISE) {
    return {LW_ERR_SHAPE, "views of several axes are for elementwise kernels; see reduce()"};
  }
  const Operand& out = operands[loop.inputs];
  lw_map_operand memory[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < count; ++i) {
    memory[i] = {operands[i].memory.data, operands[i].strides};
    if (operands[i].length == kAnyLength) continue;
    bool same = operands[i].ndim == out.ndim && operands[i].shape != nullptr;
    for (int axis = 0; axis < out.ndim && same; ++axis) {
      same = operands[i].shape[axis] == out.shape[axis];
    }
    if (!same) return {LW_ERR_SHAPE, "the operands have different shapes"};
  }
  return {lw_map(kernel, loop.dtypes, memory, out.ndim, out.shape, nullptr)};
}

// Valid while the operand is.
inline lw_view ViewOf(const Operand& operand) noexcept {
  const void* data = operand.memory.data;
  if (operand.shape) return {data, operand.ndim, operand.shape, operand.strides};
  if (operand.length == kAnyLength) return {data, 0, nullptr, nullptr};
  return {data, 1, &operand.length, &operand.memory.stride_bytes};
}

// Operands: sorted array, values, places; views of several axes and a scalar for the values, too.
inline Outcome RunSearch(const Loop& loop, const Operand* operands, bool right) noexcept {
  const lw_view sorted = ViewOf(operands[0]), out = ViewOf(operands[2]);
  const std::int64_t repeat[LW_MAX_NDIM] = {};
  lw_view values = ViewOf(operands[1]);
  if (operands[1].length == kAnyLength) values = {values.data, out.ndim, out.shape, repeat};
  return {lw_searchsorted(loop.dtypes[0], &sorted, &values, right, &out, nullptr)};
}

// writable: of each operand. right: of searches.
inline Outcome RunLoop(lw_kernel kernel, const Loop& loop, const Operand* operands,
                       const bool* writable, int operand_count, bool right = false) noexcept {
  if (!loop.known) return {LW_ERR_KERNEL, "this build of lanewise does not have the kernel"};
  if (!loop.right_count) return {LW_ERR_SHAPE, "the kernel takes another number of operands"};
  lw_operand memory[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < operand_count; ++i) memory[i] = operands[i].memory;
  // The library refuses these dtypes and names those that the kernel takes.
  if (!loop.found) return {lw_call(kernel, loop.dtypes, memory, 0, nullptr)};
  const int inputs = loop.inputs;
  for (int i = inputs; i < operand_count; ++i) {
    if (!writable[i]) return {LW_ERR_VALUE, "an output is read-only"};
  }
  if (loop.shape == LW_SHAPE_SEARCH) return RunSearch(loop, operands, right);
  for (int i = 0; i < operand_count; ++i) {
    if (operands[i].shape) return RunAxes(kernel, loop, operands, operand_count);
  }
  std::int64_t n = kAnyLength;
  for (int i = 0; i < inputs; ++i) {
    if (operands[i].length == kAnyLength) continue;
    if (n != kAnyLength && n != operands[i].length) {
      return {LW_ERR_SHAPE, "the inputs have different lengths"};
    }
    n = operands[i].length;
  }
  const std::int64_t room = operands[inputs].length;
  for (int i = inputs + 1; i < operand_count; ++i) {
    if (operands[i].length != room) return {LW_ERR_SHAPE, "the outputs have different lengths"};
  }
  const bool one_result = loop.shape == LW_SHAPE_REDUCE || loop.shape == LW_SHAPE_REDUCE_TWO ||
                          loop.shape == LW_SHAPE_ARG;
  if (n == kAnyLength) n = room;
  std::int64_t count = one_result ? 1 : n;
  lw_call_options options{sizeof(lw_call_options), 0, 0, 0, 0, 0};
  if (loop.shape == LW_SHAPE_COMPRESS) {
    options.result_capacity = room;
    // A capacity of 0 would mean enough; nowhere is room for nothing.
    if (room == 0) memory[inputs].data = nullptr;
  } else if (room != count) {
    return {LW_ERR_SHAPE, one_result ? "the output of a reduction is one element"
                                     : "inputs and output have different lengths"};
  }
  const lw_status status = lw_call(kernel, loop.dtypes, memory, n, &options);
  return {status, nullptr, options.result_count};
}

template <lw_kernel K, class... Rs>
Outcome Run(Rs&... operands) noexcept {
  static_assert(sizeof...(Rs) >= 2 && sizeof...(Rs) <= LW_MAX_OPERANDS);
  static constexpr bool kWritable[] = {kIsWritable<Rs>...};
  const Operand list[] = {AsOperand(operands)...};
  return RunLoop(K, LoopFor<K, element_t<Rs>...>(), list, kWritable, sizeof...(Rs));
}

template <class A, class V, class R>
Outcome Search(A& a, V& v, R& out, bool right) noexcept {
  static constexpr bool kWritable[] = {false, false, kIsWritable<R>};
  const Operand list[] = {AsOperand(a), AsOperand(v), AsOperand(out)};
  return RunLoop(LW_SEARCHSORTED,
                 LoopFor<LW_SEARCHSORTED, element_t<A>, element_t<V>, element_t<R> >(), list,
                 kWritable, 3, right);
}

template <class... Rs>
concept Operands = sizeof...(Rs) >= 2 && sizeof...(Rs) <= LW_MAX_OPERANDS &&
                   (... && (Input<std::remove_cvref_t<Rs> > || Output<Rs>)) &&
                   Output<std::tuple_element_t<sizeof...(Rs) - 1, std::tuple<Rs...> > >;

}  // namespace detail

// Runs kernel K on inputs..., outputs.... Reductions write one element; compress needs room for as
// many as its mask has true ones. lw_last_error() describes what the library itself refused;
// LW_ERR_SHAPE may come from this header, which leaves that text as it was.
template <lw_kernel K, class... Rs>
requires detail::Operands<Rs...>
[[nodiscard]] lw_status try_call(Rs&&... operands) noexcept {
  return detail::Run<K>(operands...).status;
}

#if defined(__cpp_exceptions)

namespace detail {
inline void Throw(const Outcome& outcome) {
  throw Error(outcome.status, outcome.message ? outcome.message : lw_last_error());
}
}  // namespace detail

// The same, but throws Error, e.g. of LW_ERR_SHAPE for different lengths.
template <lw_kernel K, class... Rs>
requires detail::Operands<Rs...>
void call(Rs&&... operands) {
  const detail::Outcome outcome = detail::Run<K>(operands...);
  if (outcome.status != LW_OK) detail::Throw(outcome);
}

#endif  // exceptions

}  // namespace cpp0
}  // namespace lanewise

#endif  // C++20
#endif  // LANEWISE_CALL_HPP_
