// lanewise for C++20: the C ABI of lanewise.h with spans, values and exceptions.
//
//   std::vector<float> x = ..., y(x.size());
//   lanewise::exp(x, y);                                     // spans, vectors, arrays
//   lanewise::multiply(x, lanewise::scalar(2.0f), y);        // one value for all elements
//   const float total = lanewise::sum(x);
//   { lanewise::MaxTarget cap("avx2"); lanewise::exp(x, y); }
//
// Inputs and outputs are contiguous ranges (std::span and all that converts to one), strided(...)
// or, for inputs, scalar(...). Element types follow from the ranges; nothing is converted and
// nothing allocated, except by explain() and machine(), which return strings. An output may be
// one of the inputs; any other overlap is an error.
//
// Every kernel of the library, also one younger than this header, can be called by its id:
//   lanewise::call<LW_EXP>(x, y);       throws lanewise::Error
//   lanewise::try_call<LW_EXP>(x, y);   returns lw_status, never throws
// The functions named after kernels are one line each on top of that. docs/kernels.md says what
// each computes, for which types and with what error bound.

#ifndef LANEWISE_LANEWISE_HPP_
#define LANEWISE_LANEWISE_HPP_

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "lanewise/call.hpp"
#include "lanewise/lanewise.h"

namespace lanewise {
inline namespace cpp0 {

// Result of reducing all elements of one input, or of two for dot. R: the kernel's result type.
template <lw_kernel K, Element R, Input X, Input... More>
R reduce(const X& x, const More&... more) {
  R result;
  call<K>(x, more..., std::span<R, 1>(&result, 1));
  return result;
}

// ------------------------------------------------------------------ arrays of several dimensions

// An array in memory that someone else owns: sizes, and strides in bytes, of N axes.
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
    return {const_cast<std::remove_const_t<T>*>(data), static_cast<std::int32_t>(N), shape.data(),
            stride_bytes.data()};
  }
};

// A set of axes: axes(0, 2).
constexpr std::uint64_t axes(std::integral auto... axis) {
  return (std::uint64_t{0} | ... | (std::uint64_t{1} << axis));
}

// Reduces elements of type T over some axes into results of type R; `out` has the other axes.
// ddof matters to var alone.
template <lw_kernel K, Element T, Element R>
void reduce(const lw_view& in, std::uint64_t axis_set, const lw_view& out, double ddof = 0) {
  const detail::Loop& loop = detail::LoopFor<K, T, R>();
  if (loop.known && !loop.found) throw Error(LW_ERR_DTYPE, "no such reduction of these types");
  const lw_reduce_options options{sizeof(lw_reduce_options), ddof};
  check(lw_reduce(K, dtype_of<T>::value, &in, axis_set, &out, &options));
}

template <lw_kernel K, class T, std::size_t N, class R, std::size_t M>
void reduce(const View<T, N>& in, std::uint64_t axis_set, const View<R, M>& out, double ddof = 0) {
  static_assert(!std::is_const_v<R>, "the output is written");
  reduce<K, std::remove_const_t<T>, R>(lw_view(in), axis_set, lw_view(out), ddof);
}

// ------------------------------------------------------------------ kernels by name

// Negation and absolute value of any number, zeros and NaNs too; exact.
void negative(const Input auto& x, Output auto&& out) { call<LW_NEGATIVE>(x, out); }
void abs(const Input auto& x, Output auto&& out) { call<LW_ABS>(x, out); }
// Correctly rounded square root.
void sqrt(const Input auto& x, Output auto&& out) { call<LW_SQRT>(x, out); }
// Largest integral value not above x; nearest one, ties to even.
void floor(const Input auto& x, Output auto&& out) { call<LW_FLOOR>(x, out); }
void rint(const Input auto& x, Output auto&& out) { call<LW_RINT>(x, out); }
// At most 1 ULP each. Angles in radians.
void exp(const Input auto& x, Output auto&& out) { call<LW_EXP>(x, out); }
void log(const Input auto& x, Output auto&& out) { call<LW_LOG>(x, out); }
void sin(const Input auto& x, Output auto&& out) { call<LW_SIN>(x, out); }
void cos(const Input auto& x, Output auto&& out) { call<LW_COS>(x, out); }
void tanh(const Input auto& x, Output auto&& out) { call<LW_TANH>(x, out); }
void pow(const Input auto& x, const Input auto& y, Output auto&& out) { call<LW_POW>(x, y, out); }

// Correctly rounded; integers wrap around.
void add(const Input auto& x, const Input auto& y, Output auto&& out) { call<LW_ADD>(x, y, out); }
void subtract(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_SUBTRACT>(x, y, out);
}
void multiply(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_MULTIPLY>(x, y, out);
}
void divide(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_DIVIDE>(x, y, out);
}
// x * y + z, rounded once.
void fma(const Input auto& x, const Input auto& y, const Input auto& z, Output auto&& out) {
  call<LW_FMA>(x, y, z, out);
}
// NaN if any operand is; -0 is below +0.
void minimum(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_MINIMUM>(x, y, out);
}
void maximum(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_MAXIMUM>(x, y, out);
}
// minimum(maximum(x, low), high).
void clip(const Input auto& x, const Input auto& low, const Input auto& high, Output auto&& out) {
  call<LW_CLIP>(x, low, high, out);
}
// x where the condition (bool or uint8_t) is not 0, else y.
void where(const Input auto& condition, const Input auto& x, const Input auto& y,
           Output auto&& out) {
  call<LW_WHERE>(condition, x, y, out);
}
// x in the element type of out, rounded once; see docs/kernels.md for what does not fit.
void convert(const Input auto& x, Output auto&& out) { call<LW_CONVERT>(x, out); }

// Comparisons write bool, or uint8_t of 0 and 1.
void equal(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_EQUAL>(x, y, out);
}
void not_equal(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_NOT_EQUAL>(x, y, out);
}
void less(const Input auto& x, const Input auto& y, Output auto&& out) { call<LW_LESS>(x, y, out); }
void less_equal(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_LESS_EQUAL>(x, y, out);
}
void greater(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_GREATER>(x, y, out);
}
void greater_equal(const Input auto& x, const Input auto& y, Output auto&& out) {
  call<LW_GREATER_EQUAL>(x, y, out);
}
void isnan(const Input auto& x, Output auto&& out) { call<LW_ISNAN>(x, out); }

// Reductions in the library's fixed order. Empty input: sum and dot 0, mean and var NaN, the
// others LW_ERR_SIZE.
template <Input X>
auto sum(const X& x) {
  return reduce<LW_SUM, sum_t<element_t<X>>>(x);
}
template <Input X>
auto mean(const X& x) {
  return reduce<LW_MEAN, mean_t<element_t<X>>>(x);
}
template <Input X>
auto dot(const X& x, const Input auto& y) {
  return reduce<LW_DOT, sum_t<element_t<X>>>(x, y);
}
template <Input X>
auto min(const X& x) {
  return reduce<LW_MIN, element_t<X>>(x);
}
template <Input X>
auto max(const X& x) {
  return reduce<LW_MAX, element_t<X>>(x);
}
// Index of the first largest element, or of the first NaN.
std::int64_t argmax(const Input auto& x) { return reduce<LW_ARGMAX, std::int64_t>(x); }
// Variance with divisor n - ddof.
template <Input X>
auto var(const X& x, double ddof = 0) {
  using T = element_t<X>;
  mean_t<T> result;
  const detail::Operand in = detail::AsOperand(x);
  if (in.length < 0) throw Error(LW_ERR_SHAPE, "the variance of a scalar has no length");
  reduce<LW_VAR>(View<const T, 1>(static_cast<const T*>(in.memory.data), {in.length},
                                  {in.memory.stride_bytes}),
                 axes(0), View<mean_t<T>, 0>(&result, {}), ddof);
  return result;
}

// out[i] = x[0] + ... + x[i] in the library's fixed order.
void cumulative_sum(const Input auto& x, Output auto&& out) { call<LW_CUMULATIVE_SUM>(x, out); }

// The elements of x where the mask (bool or uint8_t) is not 0, in order; returns how many.
std::int64_t compress(const Input auto& x, const Input auto& mask, Output auto&& out) {
  const detail::Outcome outcome = detail::Run<LW_COMPRESS>(x, mask, out);
  if (outcome.status != LW_OK) detail::Throw(outcome);
  return outcome.count;
}

// ------------------------------------------------------------------ targets, threads, reports

// While it lives, this thread's calls use no target above `name` ("avx2"). Nests.
class [[nodiscard]] MaxTarget {
 public:
  explicit MaxTarget(const char* name) { check(lw_push_max_target(name)); }
  ~MaxTarget() { lw_pop_max_target(); }
  MaxTarget(const MaxTarget&) = delete;
  MaxTarget& operator=(const MaxTarget&) = delete;
};

// Cap for the whole process; null removes it.
inline void set_max_target(const char* name) { check(lw_set_max_target(name)); }
// Target in use by this thread.
inline const char* current_target() noexcept { return lw_current_target(); }

// Upper limit for threads of one call; 0 restores the default.
inline void set_threads(std::int32_t limit) { check(lw_set_threads(limit)); }
inline std::int32_t get_threads() noexcept { return lw_get_threads(); }

namespace detail {
template <class Fill>
std::string TextOf(Fill fill) {
  std::size_t length = 0;
  check(fill(nullptr, std::size_t{0}, &length));
  std::string text(length + 1, '\0');  // fill ends it with a 0
  check(fill(text.data(), text.size(), &length));
  text.resize(length < text.size() ? length : text.size() - 1);
  return text;
}
}  // namespace detail

// Which variant of a kernel runs here, and for each other one why not. Ts: element types of the
// inputs, then of the output; none for the kernel's first loop. As text or as JSON.
template <Element... Ts>
std::string explain(lw_kernel kernel, bool json = false) {
  static constexpr lw_dtype kDtypes[LW_MAX_OPERANDS] = {dtype_of<Ts>::value...};
  return detail::TextOf([&](char* buffer, std::size_t size, std::size_t* length) {
    return lw_explain(kernel, sizeof...(Ts) ? kDtypes : nullptr, json, buffer, size, length);
  });
}

// This machine as lanewise sees it, as text or as JSON.
inline std::string machine(bool json = false) {
  return detail::TextOf([&](char* buffer, std::size_t size, std::size_t* length) {
    return lw_machine(json, buffer, size, length);
  });
}

}  // namespace cpp0
}  // namespace lanewise

#endif  // LANEWISE_LANEWISE_HPP_
