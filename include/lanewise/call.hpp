// Calling any kernel of lanewise by its id, with element types and lengths taken from the operands:
// what lanewise.hpp, which programs include, is made of.

#ifndef LANEWISE_CALL_HPP_
#define LANEWISE_CALL_HPP_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <stdexcept>
#include <tuple>
#include <type_traits>

#include "lanewise/lanewise.h"

namespace lanewise {
// Inline, so that these names never meet those inside a statically linked library.
inline namespace cpp0 {

// ------------------------------------------------------------------ element types

// The dtype of an element type. Specialise it for a 16-bit type of your own:
//   template <> struct lanewise::dtype_of<Half> { static constexpr lw_dtype value = LW_F16; };
template <class T>
struct dtype_of {};

namespace detail {
template <class T, class... Others>
inline constexpr bool kIsOneOf = (... || std::same_as<T, Others>);
// Integers of a dtype's size; a character is not a number.
template <class T>
inline constexpr bool kIsNumber = std::integral<T> && sizeof(T) <= 8 &&
                                  !kIsOneOf<T, char, wchar_t, char8_t, char16_t, char32_t>;
}  // namespace detail

template <class T>
requires detail::kIsNumber<T>
struct dtype_of<T> {
  static constexpr lw_dtype value = [] {
    constexpr bool is_signed = std::signed_integral<T>;
    if (std::same_as<T, bool>) return LW_BOOL;
    if (sizeof(T) == 1) return is_signed ? LW_I8 : LW_U8;
    if (sizeof(T) == 2) return is_signed ? LW_I16 : LW_U16;
    if (sizeof(T) == 4) return is_signed ? LW_I32 : LW_U32;
    return is_signed ? LW_I64 : LW_U64;
  }();
};
template <>
struct dtype_of<float> {
  static constexpr lw_dtype value = LW_F32;
};
template <>
struct dtype_of<double> {
  static constexpr lw_dtype value = LW_F64;
};
static_assert(sizeof(bool) == 1, "LW_BOOL is one byte");

template <class T>
concept Element = requires {
  { dtype_of<std::remove_cv_t<T>>::value } -> std::convertible_to<lw_dtype>;
};

// ------------------------------------------------------------------ operands

// One value that stands for every element.
template <Element T>
struct Scalar {
  T value;
};
template <Element T>
constexpr Scalar<T> scalar(T value) {
  return {value};
}

// `size` elements, each `stride_bytes` after the one before; the stride may be negative.
template <Element T>
struct Strided {
  T* data;
  std::size_t size;
  std::int64_t stride_bytes;
};
template <Element T>
constexpr Strided<T> strided(T* data, std::size_t size, std::int64_t stride_bytes) {
  return {data, size, stride_bytes};
}

namespace detail {

template <class R>
concept ElementRange = std::ranges::contiguous_range<R> && std::ranges::sized_range<R> &&
    Element<std::ranges::range_value_t<R>>;

template <class T>
inline constexpr bool kIsScalar = false;
template <class T>
inline constexpr bool kIsScalar<Scalar<T>> = true;
template <class T>
inline constexpr bool kIsStrided = false;
template <class T>
inline constexpr bool kIsStrided<Strided<T>> = true;

template <class R>
struct ElementOf {
  using type = std::remove_reference_t<std::ranges::range_reference_t<R>>;
};
template <class T>
struct ElementOf<Scalar<T>> {
  using type = const T;
};
template <class T>
struct ElementOf<Strided<T>> {
  using type = T;
};
template <class T>
struct ElementOf<const Scalar<T>> : ElementOf<Scalar<T>> {};
template <class T>
struct ElementOf<const Strided<T>> : ElementOf<Strided<T>> {};

template <class R>
inline constexpr bool kIsWritable = [] {
  if constexpr (ElementRange<R> || kIsStrided<std::remove_cv_t<R>>) {
    return !std::is_const_v<typename ElementOf<R>::type>;
  }
  return false;
}();

}  // namespace detail

// What a kernel can read: a contiguous range, strided(...), scalar(...).
template <class R>
concept Input = detail::ElementRange<const R> || detail::kIsScalar<R> || detail::kIsStrided<R>;

// What a kernel can write: a contiguous range of elements that are not const, or strided(...).
template <class R>
concept Output = detail::kIsWritable<std::remove_reference_t<R>>;

// Element type of an operand, without const.
template <class R>
using element_t = std::remove_cv_t<typename detail::ElementOf<std::remove_reference_t<R>>::type>;

// Type of the sum of elements of type T: integers are added in 64 bits.
template <class T>
using sum_t =
    std::conditional_t<!std::integral<T>, T,
                       std::conditional_t<std::signed_integral<T>, std::int64_t, std::uint64_t>>;
// Type of the mean.
template <class T>
using mean_t = std::conditional_t<std::integral<T>, double, T>;

// ------------------------------------------------------------------ errors

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

// ------------------------------------------------------------------ calling by kernel id

namespace detail {

constexpr std::int64_t kAnyLength = -1;

struct Operand {
  lw_operand memory;
  std::int64_t length;  // kAnyLength for a scalar
};

template <class R>
Operand AsOperand(R& r) noexcept {
  using T = element_t<R>;
  using Plain = std::remove_cv_t<R>;
  if constexpr (kIsScalar<Plain>) {
    return {{const_cast<T*>(&r.value), 0}, kAnyLength};
  } else if constexpr (kIsStrided<Plain>) {
    return {{const_cast<T*>(r.data), r.stride_bytes}, static_cast<std::int64_t>(r.size)};
  } else {
    return {{const_cast<T*>(std::ranges::data(r)), static_cast<std::int64_t>(sizeof(T))},
            static_cast<std::int64_t>(std::ranges::size(r))};
  }
}

// The library's loop for some element types.
struct Loop {
  lw_dtype dtypes[LW_MAX_OPERANDS] = {};
  lw_shape shape = LW_SHAPE_ELEMENTWISE;
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
    if (record.inputs + 1 != count) continue;
    loop.right_count = true;
    bool exact = true, fits = true;
    for (int i = 0; i < count; ++i) {
      const bool same = record.dtypes[i] == given[i];
      exact &= same;
      fits &= same || (record.dtypes[i] == LW_BOOL && given[i] == LW_U8);
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

inline void Throw(const Outcome& outcome) {
  throw Error(outcome.status, outcome.message ? outcome.message : lw_last_error());
}

inline std::int64_t CountTrue(const Operand& mask, std::int64_t n) noexcept {
  const auto* bytes = static_cast<const unsigned char*>(mask.memory.data);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) count += bytes[i * mask.memory.stride_bytes] != 0;
  return count;
}

inline Outcome RunLoop(lw_kernel kernel, const Loop& loop, const Operand* operands,
                       int inputs) noexcept {
  if (!loop.known) return {LW_ERR_KERNEL, "this build of lanewise does not have the kernel"};
  if (!loop.right_count) return {LW_ERR_SHAPE, "the kernel takes another number of operands"};
  lw_operand memory[LW_MAX_OPERANDS] = {};
  for (int i = 0; i <= inputs; ++i) memory[i] = operands[i].memory;
  // The library refuses these dtypes and names those that the kernel takes.
  if (!loop.found) return {lw_call(kernel, loop.dtypes, memory, 0)};
  std::int64_t n = kAnyLength;
  for (int i = 0; i < inputs; ++i) {
    if (operands[i].length == kAnyLength) continue;
    if (n != kAnyLength && n != operands[i].length) {
      return {LW_ERR_SHAPE, "the inputs have different lengths"};
    }
    n = operands[i].length;
  }
  const std::int64_t room = operands[inputs].length;
  const bool one_result = loop.shape == LW_SHAPE_REDUCE || loop.shape == LW_SHAPE_REDUCE_TWO ||
                          loop.shape == LW_SHAPE_ARG;
  if (n == kAnyLength) n = room;
  std::int64_t count = one_result ? 1 : n;
  if (loop.shape == LW_SHAPE_COMPRESS) {
    count = CountTrue(operands[1], n);
    if (room < count) return {LW_ERR_SHAPE, "the output is shorter than the mask's true elements"};
  } else if (room != count) {
    return {LW_ERR_SHAPE, one_result ? "the output of a reduction is one element"
                                     : "inputs and output have different lengths"};
  }
  return {lw_call(kernel, loop.dtypes, memory, n), nullptr, count};
}

template <lw_kernel K, class... Rs>
Outcome Run(Rs&... operands) noexcept {
  static_assert(sizeof...(Rs) >= 2 && sizeof...(Rs) <= LW_MAX_OPERANDS);
  const Operand list[] = {AsOperand(operands)...};
  return RunLoop(K, LoopFor<K, element_t<Rs>...>(), list, static_cast<int>(sizeof...(Rs)) - 1);
}

template <class... Rs>
concept Operands = sizeof...(Rs) >= 2 && sizeof...(Rs) <= LW_MAX_OPERANDS &&
                   (... && (Input<std::remove_cvref_t<Rs>> || Output<Rs>)) &&
                   Output<std::tuple_element_t<sizeof...(Rs) - 1, std::tuple<Rs...>>>;

}  // namespace detail

// Runs kernel K on inputs..., output. Throws Error, e.g. of LW_ERR_SHAPE for different lengths.
// Reductions write one element; compress needs room for as many as its mask has true ones.
template <lw_kernel K, class... Rs>
requires detail::Operands<Rs...>
void call(Rs&&... operands) {
  const detail::Outcome outcome = detail::Run<K>(operands...);
  if (outcome.status != LW_OK) detail::Throw(outcome);
}

// The same without exceptions. lw_last_error() describes what the library itself refused;
// LW_ERR_SHAPE may come from this header, which leaves that text as it was.
template <lw_kernel K, class... Rs>
requires detail::Operands<Rs...>
[[nodiscard]] lw_status try_call(Rs&&... operands) noexcept {
  return detail::Run<K>(operands...).status;
}

}  // namespace cpp0
}  // namespace lanewise

#endif  // LANEWISE_CALL_HPP_
