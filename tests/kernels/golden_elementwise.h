// Whether the output of an elementwise golden case is right: to the bit by the kernel's definition,
// math functions by their reference one type wider.

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
#include "tests/kernels/definitions.h"
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

// Math functions of f32 and f64: the operation's own reference, evaluated one type wider.
template <class Op, class T, class... In>
std::string CheckMath(const Case& c, TypeList<In...>) {
  for (int64_t i = 0; i < c.n; ++i) {
    const T got = At<T>(c.output, i);
    const long double wanted = [&]<size_t... K>(std::index_sequence<K...>) {
      return Op{}.template operator()<long double>(
          static_cast<long double>(At<In>(c.inputs[K], i))...);
    }
    (std::index_sequence_for<In...>{});
    if (!Within(got, wanted, Op::kBound.value)) {
      return Wrong(c, i, static_cast<double>(got), static_cast<double>(wanted));
    }
  }
  return "";
}

// Math functions of f16 and bf16 are f32's, which has lines of its own, rounded once.
template <class Op, class T, class... In>
std::string CheckNarrowMath(const Case& c, TypeList<In...>) {
  constexpr size_t kInputs = sizeof...(In);
  std::vector<float> wide[kInputs + 1];
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
  for (int64_t i = 0; i < c.n; ++i) {
    const T got = At<T>(c.output, i);
    const T wanted = reference::Converted<T>(wide[kInputs][static_cast<size_t>(i)]);
    if (!reference::Same(got, wanted)) {
      return Wrong(c, i, static_cast<double>(reference::Number(got)),
                   static_cast<double>(reference::Number(wanted)));
    }
  }
  return "";
}

// All others, to the bit.
inline std::string CheckByDefinition(const Case& c, const harness::Definition& definition) {
  const lw_kernel_record& record = c.record;
  harness::Work work;
  work.record = record;
  work.n = static_cast<size_t>(c.n);
  for (int k = 0; k < record.inputs; ++k) {
    const auto& input = c.inputs[static_cast<size_t>(k)];
    work.inputs[k].assign(input.begin(), input.end());
  }
  harness::Expect(definition, work);
  const auto* got = reinterpret_cast<const char*>(c.output.data());
  for (int k = 0; k < record.outputs; ++k) {
    const lw_dtype dtype = record.dtypes[record.inputs + k];
    for (size_t i = 0; i < work.n; ++i, got += lw_dtype_size(dtype)) {
      const char* wanted = &work.expected[k][i * lw_dtype_size(dtype)];
      if (harness::IsExpected(record, dtype, got, wanted)) continue;
      return c.key + ": element " + std::to_string(i) + " of output " + std::to_string(k) + " is " +
             harness::ElementText(dtype, got) + ", expected " + harness::ElementText(dtype, wanted);
    }
  }
  return "";
}

}  // namespace lanewise::golden

#endif  // LANEWISE_TESTS_KERNELS_GOLDEN_ELEMENTWISE_H_
