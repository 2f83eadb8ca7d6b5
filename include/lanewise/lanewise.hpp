// lanewise for C++20: the C ABI of lanewise.h with spans, values and exceptions.
//
//   std::vector<float> x = ..., y(x.size());
//   lanewise::exp(x, y);                                     // spans, vectors, arrays
//   lanewise::multiply(x, lanewise::scalar(2.0f), y);        // one value for all elements
//   const float total = lanewise::sum(x);
//   { lanewise::MaxTarget cap("avx2"); lanewise::exp(x, y); }
//
// Inputs and outputs are contiguous ranges (std::span and all that converts to one), vectors of
// Eigen with their stride, types that is_contiguous names, strided(...), a View or, for inputs,
// scalar(...). Elementwise kernels take Views of several axes, all of one shape. Element types
// follow from the operands; nothing is converted and nothing allocated, except by explain() and
// machine(), which return strings. An output may be one of the inputs; any other overlap is an
// error.
//
// Every kernel of the library, also one younger than this header, can be called by its id:
//   lanewise::call<LW_EXP>(x, y);       throws lanewise::Error
//   lanewise::try_call<LW_EXP>(x, y);   returns lw_status, never throws
// The functions named after kernels are one line each on top of that; types that no kernel of this
// release takes they refuse when the program is compiled. docs/kernels.md says what each computes,
// for which types and with what error bound.
//
// With -fno-exceptions what would throw is absent: there is try_call<>, with operands of all kinds,
// lanewise.h for the rest, and -fno-rtti changes nothing.

#ifndef LANEWISE_LANEWISE_HPP_
#define LANEWISE_LANEWISE_HPP_

#if __cplusplus < 202002L
#error "lanewise/lanewise.hpp needs C++20 (-std=c++20); lanewise.h serves C99 and C++11."
#else

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "lanewise/call.hpp"
#include "lanewise/lanewise.h"
#include "lanewise/operands.hpp"

namespace lanewise {
inline namespace cpp0 {

// A set of axes, counted from 0: axes(0, 2). One that no array has makes every call fail.
constexpr std::uint64_t axes(std::integral auto... axis) {
  [[maybe_unused]] constexpr auto bit = [](std::int64_t i) {
    return std::uint64_t{1} << (i < 0 || i > 63 ? 63 : i);
  };
  return (std::uint64_t{0} | ... | bit(static_cast<std::int64_t>(axis)));
}

#if defined(__cpp_exceptions)

namespace detail {
// A named function: checks the types at compile time.
template <lw_kernel K, class... Rs>
void Named(Rs&&... operands) {
  CheckTypes<K, Rs...>();
  call<K>(operands...);
}
}  // namespace detail

// ------------------------------------------------------------------ reductions by id

// Result of reducing all elements of one input, or of two for dot. R: the kernel's result type.
template <lw_kernel K, Element R, Input X, Input... More>
R reduce(const X& x, const More&... more) {
  R result;
  call<K>(x, more..., std::span<R, 1>(&result, 1));
  return result;
}

// Reduces elements of type T over some axes into results of type R; `out` has the other axes.
// ddof matters to var alone.
template <lw_kernel K, Element T, Element R>
void reduce(const lw_view& in, std::uint64_t axis_set, const lw_view& out, double ddof = 0) {
  const detail::Loop& loop = detail::LoopFor<K, T, R>();
  const lw_operand none[LW_MAX_OPERANDS] = {};
  // Refused by the library, which names the types that it takes.
  if (loop.right_count && !loop.found) check(lw_call(K, loop.dtypes, none, 0, nullptr));
  lw_call_options options{sizeof(lw_call_options), 0, ddof, 0, 0, 0};
  check(lw_reduce(K, dtype_of<T>::value, &in, axis_set, &out, &options));
}

template <lw_kernel K, class T, std::size_t N, class R, std::size_t M>
void reduce(const View<T, N>& in, std::uint64_t axis_set, const View<R, M>& out, double ddof = 0) {
  static_assert(!std::is_const_v<R>, "the output is written");
  reduce<K, std::remove_const_t<T>, R>(lw_view(in), axis_set, lw_view(out), ddof);
}

// ------------------------------------------------------------------ kernels by name

// Negation and absolute value of any number, zeros and NaNs too; exact.
void negative(const Input auto& x, Output auto&& out) { detail::Named<LW_NEGATIVE>(x, out); }
void abs(const Input auto& x, Output auto&& out) { detail::Named<LW_ABS>(x, out); }
// -1, 0 or 1.
void sign(const Input auto& x, Output auto&& out) { detail::Named<LW_SIGN>(x, out); }
// |x| with the sign of y; exact.
void copysign(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_COPYSIGN>(x, y, out);
}
// Correctly rounded square root.
void sqrt(const Input auto& x, Output auto&& out) { detail::Named<LW_SQRT>(x, out); }
// x * x and 1 / x; correctly rounded.
void square(const Input auto& x, Output auto&& out) { detail::Named<LW_SQUARE>(x, out); }
void reciprocal(const Input auto& x, Output auto&& out) { detail::Named<LW_RECIPROCAL>(x, out); }
// Between degrees and radians: one product.
void radians(const Input auto& x, Output auto&& out) { detail::Named<LW_RADIANS>(x, out); }
void degrees(const Input auto& x, Output auto&& out) { detail::Named<LW_DEGREES>(x, out); }
// Integral values: not above x, not below it, towards 0, the nearest one with ties to even.
void floor(const Input auto& x, Output auto&& out) { detail::Named<LW_FLOOR>(x, out); }
void ceil(const Input auto& x, Output auto&& out) { detail::Named<LW_CEIL>(x, out); }
void trunc(const Input auto& x, Output auto&& out) { detail::Named<LW_TRUNC>(x, out); }
void rint(const Input auto& x, Output auto&& out) { detail::Named<LW_RINT>(x, out); }
// At most 1 ULP each. Angles in radians.
void exp(const Input auto& x, Output auto&& out) { detail::Named<LW_EXP>(x, out); }
void expm1(const Input auto& x, Output auto&& out) { detail::Named<LW_EXPM1>(x, out); }
void log(const Input auto& x, Output auto&& out) { detail::Named<LW_LOG>(x, out); }
void sin(const Input auto& x, Output auto&& out) { detail::Named<LW_SIN>(x, out); }
void cos(const Input auto& x, Output auto&& out) { detail::Named<LW_COS>(x, out); }
void tanh(const Input auto& x, Output auto&& out) { detail::Named<LW_TANH>(x, out); }
void pow(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_POW>(x, y, out);
}

// Correctly rounded; integers wrap around.
void add(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_ADD>(x, y, out);
}
void subtract(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_SUBTRACT>(x, y, out);
}
void multiply(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_MULTIPLY>(x, y, out);
}
void divide(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_DIVIDE>(x, y, out);
}
// Floor of x / y, and what is left of x, with y's sign.
void divmod(const Input auto& x, const Input auto& y, Output auto&& quotient,
            Output auto&& remainder) {
  detail::Named<LW_DIVMOD>(x, y, quotient, remainder);
}
// x * y + z, rounded once.
void fma(const Input auto& x, const Input auto& y, const Input auto& z, Output auto&& out) {
  detail::Named<LW_FMA>(x, y, z, out);
}
// NaN if any operand is; -0 is below +0.
void minimum(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_MINIMUM>(x, y, out);
}
void maximum(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_MAXIMUM>(x, y, out);
}
// The operand that is no NaN, if there is only one.
void fmin(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_FMIN>(x, y, out);
}
void fmax(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_FMAX>(x, y, out);
}
// minimum(maximum(x, low), high).
void clip(const Input auto& x, const Input auto& low, const Input auto& high, Output auto&& out) {
  detail::Named<LW_CLIP>(x, low, high, out);
}
// x where the condition (bool or uint8_t) is not 0, else y.
void where(const Input auto& condition, const Input auto& x, const Input auto& y,
           Output auto&& out) {
  detail::Named<LW_WHERE>(condition, x, y, out);
}
// x in the element type of out, rounded once; see docs/kernels.md for what does not fit.
void convert(const Input auto& x, Output auto&& out) { detail::Named<LW_CONVERT>(x, out); }

// Bits that both have, either or one of them; those that x does not have. Of bool: what is true.
void bitwise_and(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_BITWISE_AND>(x, y, out);
}
void bitwise_or(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_BITWISE_OR>(x, y, out);
}
void bitwise_xor(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_BITWISE_XOR>(x, y, out);
}
void invert(const Input auto& x, Output auto&& out) { detail::Named<LW_INVERT>(x, out); }
// Whether numbers are not 0, NaN among these; they write bool, or uint8_t of 0 and 1.
void logical_and(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_LOGICAL_AND>(x, y, out);
}
void logical_or(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_LOGICAL_OR>(x, y, out);
}
void logical_xor(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_LOGICAL_XOR>(x, y, out);
}
void logical_not(const Input auto& x, Output auto&& out) { detail::Named<LW_LOGICAL_NOT>(x, out); }

// Comparisons write bool, or uint8_t of 0 and 1.
void equal(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_EQUAL>(x, y, out);
}
void not_equal(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_NOT_EQUAL>(x, y, out);
}
void less(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_LESS>(x, y, out);
}
void less_equal(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_LESS_EQUAL>(x, y, out);
}
void greater(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_GREATER>(x, y, out);
}
void greater_equal(const Input auto& x, const Input auto& y, Output auto&& out) {
  detail::Named<LW_GREATER_EQUAL>(x, y, out);
}
void isnan(const Input auto& x, Output auto&& out) { detail::Named<LW_ISNAN>(x, out); }
void isinf(const Input auto& x, Output auto&& out) { detail::Named<LW_ISINF>(x, out); }
void isfinite(const Input auto& x, Output auto&& out) { detail::Named<LW_ISFINITE>(x, out); }
void signbit(const Input auto& x, Output auto&& out) { detail::Named<LW_SIGNBIT>(x, out); }

// Reductions in the library's fixed order. Empty input: sum and dot 0, prod 1, mean and var NaN,
// the others LW_ERR_SIZE.
template <Input X>
auto sum(const X& x) {
  detail::CheckTypes<LW_SUM, X>();
  return reduce<LW_SUM, sum_t<element_t<X> > >(x);
}
template <Input X>
auto prod(const X& x) {
  detail::CheckTypes<LW_PROD, X>();
  return reduce<LW_PROD, sum_t<element_t<X> > >(x);
}
template <Input X>
auto mean(const X& x) {
  detail::CheckTypes<LW_MEAN, X>();
  return reduce<LW_MEAN, mean_t<element_t<X> > >(x);
}
template <Input X, Input Y>
auto dot(const X& x, const Y& y) {
  detail::CheckTypes<LW_DOT, X, Y>();
  return reduce<LW_DOT, element_t<X> >(x, y);
}
template <Input X>
auto min(const X& x) {
  detail::CheckTypes<LW_MIN, X>();
  return reduce<LW_MIN, element_t<X> >(x);
}
template <Input X>
auto max(const X& x) {
  detail::CheckTypes<LW_MAX, X>();
  return reduce<LW_MAX, element_t<X> >(x);
}
// Index of the first largest element, or of the first NaN.
template <Input X>
std::int64_t argmax(const X& x) {
  detail::CheckTypes<LW_ARGMAX, X>();
  return reduce<LW_ARGMAX, std::int64_t>(x);
}
// Variance with divisor n - ddof.
template <Input X>
auto var(const X& x, double ddof = 0) {
  detail::CheckTypes<LW_VAR, X>();
  using T = element_t<X>;
  mean_t<T> result;
  const detail::Operand in = detail::AsOperand(x);
  if (in.length == detail::kAnyLength)
    throw Error(LW_ERR_SHAPE, "the variance of a scalar has no length");
  reduce<LW_VAR>(View<const T, 1>(static_cast<const T*>(in.memory.data), {in.length},
                                  {in.memory.stride_bytes}),
                 axes(0), View<mean_t<T>, 0>(&result, {}), ddof);
  return result;
}

// out[i] = x[0] + ... + x[i] in the library's fixed order; of integers and bool as 64-bit integers.
void cumulative_sum(const Input auto& x, Output auto&& out) {
  detail::Named<LW_CUMULATIVE_SUM>(x, out);
}

// The elements of x where the mask (bool or uint8_t) is not 0, in order; returns how many.
std::int64_t compress(const Input auto& x, const Input auto& mask, Output auto&& out) {
  detail::CheckTypes<LW_COMPRESS, decltype(x), decltype(mask), decltype(out)>();
  const detail::Outcome outcome = detail::Run<LW_COMPRESS>(x, mask, out);
  if (outcome.status != LW_OK) detail::Throw(outcome);
  return outcome.count;
}

// out[i] = the index in the sorted a (NaNs last) of the first element that is not below v[i] or, if
// right, of the first above it; a.size() if there is none. v and out may have several axes.
void searchsorted(const Input auto& a, const Input auto& v, Output auto&& out, bool right = false) {
  detail::CheckTypes<LW_SEARCHSORTED, decltype(a), decltype(v), decltype(out)>();
  const detail::Outcome outcome = detail::Search(a, v, out, right);
  if (outcome.status != LW_OK) detail::Throw(outcome);
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

// While it lives, this thread's calls are split over at most `limit` threads. Nests.
class [[nodiscard]] MaxThreads {
 public:
  explicit MaxThreads(std::int32_t limit) { check(lw_push_threads(limit)); }
  ~MaxThreads() { lw_pop_threads(); }
  MaxThreads(const MaxThreads&) = delete;
  MaxThreads& operator=(const MaxThreads&) = delete;
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

// Completes `count` dtypes to those of the kernel's first loop that begins with them; a single one
// may be that of any input. Without such a loop the last is repeated, for the library to refuse.
inline void CompleteDtypes(lw_kernel kernel, int count, lw_dtype* dtypes) {
  for (int i = count; i < LW_MAX_OPERANDS; ++i) dtypes[i] = dtypes[count - 1];
  for (std::int32_t index = 0; index < lw_kernel_count(); ++index) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    if (lw_kernel_info(index, &record) != LW_OK || record.kernel != kernel) continue;
    const int operands = record.inputs + record.outputs;
    if (count > operands) throw Error(LW_ERR_SHAPE, "explain: too many element types");
    bool begins = true, any = false;
    for (int i = 0; i < count; ++i) begins &= record.dtypes[i] == dtypes[i];
    for (int i = 0; i < record.inputs; ++i) any |= record.dtypes[i] == dtypes[0];
    if (!begins && !(count == 1 && any)) continue;
    for (int i = 0; i < operands; ++i) dtypes[i] = record.dtypes[i];
    return;
  }
}
}  // namespace detail

// Which variant of a kernel runs here, and for each other one why not. Ts: element types of the
// inputs, then of the output; those left out at the end follow, and one alone may be that of any
// input; none for the kernel's first loop. n: for contiguous arrays of so many elements; without it
// for small ones, with the sizes from which the answer changes. As text or as JSON.
template <Element... Ts, std::integral N>
requires(!std::same_as<N, bool>) std::string explain(lw_kernel kernel, N n, bool json = false) {
  static_assert(sizeof...(Ts) <= LW_MAX_OPERANDS, "lanewise: no kernel has so many operands");
  lw_dtype dtypes[LW_MAX_OPERANDS] = {dtype_of<Ts>::value...};
  if constexpr (sizeof...(Ts) > 0) detail::CompleteDtypes(kernel, sizeof...(Ts), dtypes);
  return detail::TextOf([&](char* buffer, std::size_t size, std::size_t* length) {
    return lw_explain(kernel, sizeof...(Ts) ? dtypes : nullptr, static_cast<std::int64_t>(n), json,
                      buffer, size, length);
  });
}
template <Element... Ts>
std::string explain(lw_kernel kernel, bool json = false) {
  return explain<Ts...>(kernel, 0, json);
}

// This machine as lanewise sees it, as text or as JSON.
inline std::string machine(bool json = false) {
  return detail::TextOf([&](char* buffer, std::size_t size, std::size_t* length) {
    return lw_machine(json, buffer, size, length);
  });
}

#endif  // exceptions

}  // namespace cpp0
}  // namespace lanewise

#endif  // C++20
#endif  // LANEWISE_LANEWISE_HPP_
