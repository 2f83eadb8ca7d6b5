// Element types and operands of the kernels: what lanewise.hpp, which programs include, takes.

#ifndef LANEWISE_OPERANDS_HPP_
#define LANEWISE_OPERANDS_HPP_

#if __cplusplus < 202002L
#error "lanewise/operands.hpp needs C++20 (-std=c++20); lanewise.h serves C99 and C++11."
#else

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>

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
  { dtype_of<std::remove_cv_t<T> >::value } -> std::convertible_to<lw_dtype>;
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

// An array in memory that someone else owns: sizes, and strides in bytes, of N axes. One of a
// single axis is an operand like strided(...); elementwise kernels and reduce() take any.
template <Element T, std::size_t N>
requires(N <= LW_MAX_NDIM) struct View {
  T* data;
  std::array<std::int64_t, N> shape;
  std::array<std::int64_t, N> stride_bytes;

  View(T* first, const std::array<std::int64_t, N>& sizes,
       const std::array<std::int64_t, N>& strides)
      : data(first), shape(sizes), stride_bytes(strides) {}
  // Contiguous, the last axis fastest.
  View(T* first, const std::array<std::int64_t, N>& sizes) : data(first), shape(sizes) {
    std::int64_t stride = sizeof(T);
    for (std::size_t i = N; i-- > 0; stride *= shape[i]) stride_bytes[i] = stride;
  }
  // Valid while this View is.
  operator lw_view() const noexcept {
    return {data, static_cast<std::int32_t>(N), shape.data(), stride_bytes.data()};
  }
};

// Says of an array class of yours, one that is no contiguous range of C++20, that the elements from
// data() on follow each other and that size() counts them all:
//   template <> inline constexpr bool lanewise::is_contiguous<Buffer> = true;
template <class R>
inline constexpr bool is_contiguous = false;

namespace detail {

template <class R>
concept ContiguousRange = std::ranges::contiguous_range<R> && std::ranges::sized_range<R> &&
    Element<std::ranges::range_value_t<R> >;

template <class R>
concept PointerAndSize = requires(R& r) {
  requires std::is_pointer_v<decltype(r.data())>;
  requires Element<std::remove_pointer_t<decltype(r.data())> >;
  { r.size() } -> std::convertible_to<std::int64_t>;
};

// Eigen's vectors, and others with its names: they say that they have one axis, and how far
// elements are apart.
template <class R>
concept SteppedVector = !ContiguousRange<R> && PointerAndSize<R> && requires(R & r) {
  requires R::IsVectorAtCompileTime != 0;
  { r.innerStride() } -> std::convertible_to<std::int64_t>;
};

// data() and size() alone prove nothing: elements may be apart (Kokkos::View, blitz::Array).
template <class R>
concept DeclaredContiguous = !ContiguousRange<R> && !SteppedVector<R> && PointerAndSize<R> &&
                             is_contiguous<std::remove_cv_t<R> >;

template <class R>
concept ElementRange = ContiguousRange<R> || SteppedVector<R> || DeclaredContiguous<R>;

template <class T>
inline constexpr bool kIsScalar = false;
template <class T>
inline constexpr bool kIsScalar<Scalar<T> > = true;
template <class T>
inline constexpr bool kIsStrided = false;
template <class T>
inline constexpr bool kIsStrided<Strided<T> > = true;
template <class T>
inline constexpr bool kIsView = false;
template <class T, std::size_t N>
inline constexpr bool kIsView<View<T, N> > = true;

template <class R>
struct ElementOf {};
template <ContiguousRange R>
struct ElementOf<R> {
  using type = std::remove_reference_t<std::ranges::range_reference_t<R> >;
};
template <class R>
requires(SteppedVector<R> || DeclaredContiguous<R>) struct ElementOf<R> {
  using type = std::remove_pointer_t<decltype(std::declval<R&>().data())>;
};
template <class T>
struct ElementOf<Scalar<T> > {
  using type = const T;
};
template <class T>
struct ElementOf<Strided<T> > {
  using type = T;
};
template <class T, std::size_t N>
struct ElementOf<View<T, N> > {
  using type = T;
};
template <class T>
struct ElementOf<const Scalar<T> > : ElementOf<Scalar<T> > {};
template <class T>
struct ElementOf<const Strided<T> > : ElementOf<Strided<T> > {};
template <class T, std::size_t N>
struct ElementOf<const View<T, N> > : ElementOf<View<T, N> > {};

template <class R>
inline constexpr bool kIsWritable = [] {
  using Plain = std::remove_cv_t<R>;
  if constexpr (ElementRange<R> || kIsStrided<Plain> || kIsView<Plain>) {
    return !std::is_const_v<typename ElementOf<R>::type>;
  }
  return false;
}();

}  // namespace detail

// What a kernel can read: a contiguous range, a vector of Eigen's, a type that is_contiguous names,
// strided(...), a View, scalar(...).
template <class R>
concept Input = detail::ElementRange<const R> || detail::kIsScalar<R> || detail::kIsStrided<R> ||
    detail::kIsView<R>;

// What a kernel can write: the same, of elements that are not const, except scalar(...).
template <class R>
concept Output = detail::kIsWritable<std::remove_reference_t<R> >;

// Element type of an operand, without const.
template <class R>
using element_t = std::remove_cv_t<typename detail::ElementOf<std::remove_reference_t<R> >::type>;

// Type of the sum of elements of type T: integers are added in 64 bits.
template <class T>
using sum_t =
    std::conditional_t<!std::integral<T>, T,
                       std::conditional_t<std::signed_integral<T> || std::same_as<T, bool>,
                                          std::int64_t, std::uint64_t> >;
// Type of the mean.
template <class T>
using mean_t = std::conditional_t<std::integral<T>, double, T>;

namespace detail {

constexpr std::int64_t kAnyLength = INT64_MIN;

struct Operand {
  lw_operand memory;
  std::int64_t length;  // kAnyLength for a scalar
  // Of a View that has not one axis, which lw_map takes.
  int ndim = 1;
  const std::int64_t* shape = nullptr;
  const std::int64_t* strides = nullptr;
};

template <class R>
Operand AsOperand(R& r) noexcept {
  constexpr auto kSize = static_cast<std::int64_t>(sizeof(element_t<R>));
  using Plain = std::remove_cv_t<R>;
  if constexpr (kIsScalar<Plain>) {
    return {{&r.value, 0}, kAnyLength};
  } else if constexpr (kIsView<Plain>) {
    constexpr auto kNdim = std::tuple_size_v<decltype(r.shape)>;
    if constexpr (kNdim == 1) {
      return {{r.data, r.stride_bytes[0]}, r.shape[0]};
    } else {
      return {{r.data, 0}, 1, kNdim, r.shape.data(), r.stride_bytes.data()};
    }
  } else if constexpr (kIsStrided<Plain>) {
    return {{r.data, r.stride_bytes}, static_cast<std::int64_t>(r.size)};
  } else if constexpr (ContiguousRange<R>) {
    return {{std::ranges::data(r), kSize}, static_cast<std::int64_t>(std::ranges::size(r))};
  } else if constexpr (SteppedVector<R>) {
    return {{r.data(), kSize * static_cast<std::int64_t>(r.innerStride())},
            static_cast<std::int64_t>(r.size())};
  } else {
    return {{r.data(), kSize}, static_cast<std::int64_t>(r.size())};
  }
}

}  // namespace detail

}  // namespace cpp0
}  // namespace lanewise

#endif  // C++20
#endif  // LANEWISE_OPERANDS_HPP_
