// Whether the output of an elementwise golden case is right: element by element, by the operation's
// own reference, one type wider where it is not exact.

#ifndef LANEWISE_TESTS_KERNELS_GOLDEN_ELEMENTWISE_H_
#define LANEWISE_TESTS_KERNELS_GOLDEN_ELEMENTWISE_H_

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "golden.h"
#include "kernels/all.h"
#include "tests/kernels/reference.h"

namespace lanewise::golden {

// -------- elements of any case

template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

template <class T>
T At(const std::vector<uint8_t>& bytes, int64_t i) {
  Stored<T> value;
  std::memcpy(&value, bytes.data() + static_cast<size_t>(i) * sizeof(value), sizeof(value));
  if constexpr (std::is_same_v<T, bool>)
    return value != 0;
  else
    return value;
}

inline std::string Wrong(const Case& c, int64_t i, double got, double wanted) {
  char text[256];
  snprintf(text, sizeof(text), "%s: element %lld is %.17g, expected %.17g", c.key.c_str(),
           (long long)i, got, wanted);
  return text;
}

template <class T>
bool SameValue(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    return std::memcmp(&a, &b, sizeof(T)) == 0;
  } else {
    return a == b;
  }
}

// -------- elementwise

// |got - wanted| in ULP of the wider reference's place; exact kernels must match to the bit.
template <class T>
bool Within(T got, long double wanted, double max_ulp) {
  if (std::isnan(got) || std::isnan(wanted)) return std::isnan(got) && std::isnan(wanted);
  const T rounded = static_cast<T>(wanted);
  if (SameValue(got, rounded)) return true;
  if (max_ulp <= 0.5 || std::isinf(wanted)) return false;
  // Beyond the largest number the exponent range is taken as unbounded.
  if (std::isinf(got)) {
    return std::fabs(wanted) >= static_cast<long double>(std::numeric_limits<T>::max());
  }
  int exponent;
  std::frexp(wanted, &exponent);
  exponent = std::max(exponent, std::numeric_limits<T>::min_exponent);
  const long double ulp = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
  return std::fabs(static_cast<long double>(got) - wanted) <= max_ulp * ulp * 1.0001L;
}

// The operation's own reference, evaluated one type wider where it is not exact.
template <class Op, class T, class... Args>
auto Reference(Args... args) {
  if constexpr (std::is_floating_point_v<T> && kIsMath<Op>) {
    return Op{}.template operator()<long double>(static_cast<long double>(args)...);
  } else {
    return Op{}(args...);
  }
}

// One of two results, or the only one.
template <bool kSecond, class R>
auto Result(const R& result) {
  if constexpr (!requires { result.second; })
    return result;
  else if constexpr (kSecond)
    return result.second;
  else
    return result.first;
}

template <class Op, class T, bool kSecond>
std::string CheckOutput(const Case& c) {
  for (int64_t i = 0; i < c.n; ++i) {
    const T got = At<T>(c.output, kSecond ? c.n + i : i), x = At<T>(c.inputs[0], i);
    bool good;
    double wanted;
    const auto check = [&](auto results) {
      const auto reference = Result<kSecond>(results);
      wanted = static_cast<double>(reference);
      if constexpr (std::is_same_v<decltype(reference), const long double>) {
        good = Within(got, reference, Op::kBound.value);
      } else {
        good = SameValue(got, static_cast<T>(reference));
      }
    };
    constexpr size_t kInputs = InputsOf<Op, T>::kSize;
    if constexpr (kInputs == 1)
      check(Reference<Op, T>(x));
    else if constexpr (kInputs == 2)
      check(Reference<Op, T>(x, At<T>(c.inputs[1], i)));
    else
      check(Reference<Op, T>(x, At<T>(c.inputs[1], i), At<T>(c.inputs[2], i)));
    if (!good) return Wrong(c, i, static_cast<double>(got), wanted);
  }
  return "";
}

// f16 and bf16. Math functions are f32's, which has lines of its own, rounded once.
template <class Op, class T, class Out, bool kSecond, class... In>
std::string CheckNarrow(const Case& c, TypeList<In...>) {
  constexpr size_t kInputs = sizeof...(In);
  std::vector<float> wide[kInputs + 1];
  if constexpr (kIsMath<Op>) {
    lw_dtype dtypes[kInputs + 1];
    lw_operand operands[kInputs + 1];
    for (size_t k = 0; k <= kInputs; ++k) {
      dtypes[k] = LW_F32;
      wide[k].resize(static_cast<size_t>(c.n));
      for (int64_t i = 0; i < c.n && k < kInputs; ++i) {
        wide[k][static_cast<size_t>(i)] =
            static_cast<float>(reference::Number(At<T>(c.inputs[k], i)));
      }
      operands[k] = {wide[k].data(), sizeof(float)};
    }
    if (lw_call(Op::kId, dtypes, operands, c.n, nullptr) != LW_OK) return lw_last_error();
  }
  for (int64_t i = 0; i < c.n; ++i) {
    const Out got = At<Out>(c.output, kSecond ? c.n + i : i);
    Out wanted;
    if constexpr (kIsMath<Op>) {
      wanted = reference::Converted<Out>(wide[kInputs][static_cast<size_t>(i)]);
    } else {
      wanted = [&]<size_t... K>(std::index_sequence<K...>) {
        return Result<kSecond>(reference::Result<Op, T>(At<In>(c.inputs[K], i)...));
      }
      (std::index_sequence_for<In...>{});
    }
    if (!reference::Same(got, wanted)) {
      return Wrong(c, i, static_cast<double>(reference::Number(got)),
                   static_cast<double>(reference::Number(wanted)));
    }
  }
  return "";
}
template <class Op, class T, class... In, class Out, class... Outs>
std::string CheckNarrow(const Case& c, TypeList<In...> inputs, TypeList<Out, Outs...>) {
  const std::string wrong = CheckNarrow<Op, T, Out, false>(c, inputs);
  if constexpr (sizeof...(Outs) == 0)
    return wrong;
  else
    return wrong.empty() ? CheckNarrow<Op, T, Outs..., true>(c, inputs) : wrong;
}

template <class Op, class T>
std::string CheckMap(const Case& c) {
  const std::string wrong = CheckOutput<Op, T, false>(c);
  if constexpr (OutputsOf<Op, T>::kSize == 1)
    return wrong;
  else
    return wrong.empty() ? CheckOutput<Op, T, true>(c) : wrong;
}

template <class Op, class T>
std::string CheckPredicate(const Case& c) {
  for (int64_t i = 0; i < c.n; ++i) {
    bool wanted;
    if constexpr (InputsOf<Op, T>::kSize == 1)
      wanted = Op{}(At<T>(c.inputs[0], i));
    else
      wanted = Op{}(At<T>(c.inputs[0], i), At<T>(c.inputs[1], i));
    if (At<uint8_t>(c.output, i) != static_cast<uint8_t>(wanted)) {
      return Wrong(c, i, At<uint8_t>(c.output, i), wanted);
    }
  }
  return "";
}

template <class T>
std::string CheckWhere(const Case& c) {
  for (int64_t i = 0; i < c.n; ++i) {
    const T wanted = At<T>(c.inputs[At<bool>(c.inputs[0], i) ? 1 : 2], i);
    const T got = At<T>(c.output, i);
    if (!reference::SameBits(got, wanted)) {
      return Wrong(c, i, static_cast<double>(reference::Number(got)),
                   static_cast<double>(reference::Number(wanted)));
    }
  }
  return "";
}

template <class From, class To>
std::string CheckConvert(const Case& c) {
  for (int64_t i = 0; i < c.n; ++i) {
    const To got = At<To>(c.output, i);
    const To wanted = reference::Converted<To>(At<From>(c.inputs[0], i));
    if (!reference::Same(got, wanted)) {
      return Wrong(c, i, static_cast<double>(reference::Number(got)),
                   static_cast<double>(reference::Number(wanted)));
    }
  }
  return "";
}

}  // namespace lanewise::golden

#endif  // LANEWISE_TESTS_KERNELS_GOLDEN_ELEMENTWISE_H_
