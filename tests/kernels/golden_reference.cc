#include "golden_reference.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <utility>

#include "kernels/all.h"
#include "tests/kernels/reduce_reference.h"
#include "tests/kernels/reference.h"

namespace lanewise::golden {
namespace {

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

std::string Wrong(const Case& c, int64_t i, double got, double wanted) {
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

// -------- reductions: each output over its own sequence, in wider arithmetic

// Offsets of the elements of one output, in logical order, for each output.
std::vector<std::vector<int64_t>> Sequences(const Case& c) {
  if (c.shape.empty()) {
    std::vector<int64_t> all(static_cast<size_t>(c.n));
    for (int64_t i = 0; i < c.n; ++i) all[static_cast<size_t>(i)] = i;
    return {all};
  }
  std::map<int64_t, std::vector<int64_t>> by_output;
  for (int64_t flat = 0; flat < c.n; ++flat) {
    int64_t rest = flat, place = 0, stride = 1;
    for (size_t axis = c.shape.size(); axis-- > 0;) {
      const int64_t index = rest % c.shape[axis];
      rest /= c.shape[axis];
      if (c.axis_mask >> axis & 1) continue;
      place += index * stride;
      stride *= c.shape[axis];
    }
    by_output[place].push_back(flat);
  }
  std::vector<std::vector<int64_t>> sequences;
  for (auto& [place, sequence] : by_output) sequences.push_back(std::move(sequence));
  return sequences;
}

template <class Op, class T>
long double WideResult(const Case& c, const std::vector<int64_t>& sequence, long double& scale) {
  long double sum = 0;
  scale = 0;
  for (const int64_t i : sequence) {
    long double term = static_cast<long double>(At<T>(c.inputs[0], i));
    if constexpr (std::is_same_v<Op, Dot>) term *= static_cast<long double>(At<T>(c.inputs[1], i));
    sum += term;
    scale += std::fabs(term);
  }
  const long double n = static_cast<long double>(sequence.size());
  if constexpr (std::is_same_v<Op, Mean>) return scale /= n, sum / n;
  if constexpr (!std::is_same_v<Op, Var>) return sum;
  const long double mean = sum / n;
  long double squares = 0;
  for (const int64_t i : sequence) {
    const long double d = static_cast<long double>(At<T>(c.inputs[0], i)) - mean;
    squares += d * d;
  }
  scale = squares / n;
  return squares / n;
}

template <class Op, class T>
std::string CheckReduce(const Case& c) {
  using R = typename Op::template Result<T>;
  int64_t place = 0;
  for (const auto& sequence : Sequences(c)) {
    const R got = At<R>(c.output, place++);
    if constexpr (std::is_same_v<Op, Min> || std::is_same_v<Op, Max>) {
      T wanted = At<T>(c.inputs[0], sequence[0]);
      for (const int64_t i : sequence) {
        const T x = At<T>(c.inputs[0], i);
        if constexpr (std::is_integral_v<T>)
          wanted = (x < wanted) == std::is_same_v<Op, Min> ? x : wanted;
        else if constexpr (std::is_same_v<Op, Min>)
          wanted = Minimum{}(wanted, x);
        else
          wanted = Maximum{}(wanted, x);
      }
      if (!SameValue<T>(got, wanted)) {
        return Wrong(c, place - 1, static_cast<double>(got), static_cast<double>(wanted));
      }
    } else if constexpr (std::is_same_v<Op, ArgMax>) {
      size_t best = 0;
      for (size_t k = 1; k < sequence.size(); ++k) {
        const T x = At<T>(c.inputs[0], sequence[k]), m = At<T>(c.inputs[0], sequence[best]);
        if (m == m && (x != x || x > m)) best = k;
      }
      if (got != static_cast<int64_t>(best)) {
        return Wrong(c, place - 1, static_cast<double>(got), static_cast<double>(best));
      }
    } else if constexpr (std::is_same_v<Op, Prod>) {
      // To the bit: what overflows on the way depends on the order.
      std::vector<T> x;
      for (const int64_t i : sequence) x.push_back(At<T>(c.inputs[0], i));
      const R wanted = RefReduce<Prod, T>(x, x, 0);
      if (!SameValue(got, wanted)) {
        return Wrong(c, place - 1, static_cast<double>(got), static_cast<double>(wanted));
      }
    } else if constexpr (std::is_integral_v<R>) {
      uint64_t sum = 0;
      for (const int64_t i : sequence) {
        uint64_t term = static_cast<uint64_t>(At<T>(c.inputs[0], i));
        if constexpr (std::is_same_v<Op, Dot>) term *= static_cast<uint64_t>(At<T>(c.inputs[1], i));
        sum += term;
      }
      const R wanted = static_cast<R>(sum);  // wraps; of bool: any
      if (got != wanted) {
        return Wrong(c, place - 1, static_cast<double>(got), static_cast<double>(wanted));
      }
    } else {
      // The order is checked bit by bit elsewhere; here only that the value is right.
      long double scale;
      const long double wanted = WideResult<Op, T>(c, sequence, scale);
      const long double tolerance = scale * 16 * std::numeric_limits<R>::epsilon();
      if (!(std::fabs(static_cast<long double>(got) - wanted) <= tolerance)) {
        return Wrong(c, place - 1, static_cast<double>(got), static_cast<double>(wanted));
      }
    }
  }
  return "";
}

template <class T>
std::string CheckIntegerScan(const Case& c) {
  using R = AccumulatorOf<T>;
  uint64_t sum = 0;  // wraps
  for (int64_t i = 0; i < c.n; ++i) {
    sum += static_cast<uint64_t>(At<T>(c.inputs[0], i));
    const R got = At<R>(c.output, i);
    if (got != static_cast<R>(sum)) {
      return Wrong(c, i, static_cast<double>(got), static_cast<double>(static_cast<R>(sum)));
    }
  }
  return "";
}

template <class T>
std::string CheckScan(const Case& c) {
  long double sum = 0, scale = 0;
  for (int64_t i = 0; i < c.n; ++i) {
    const long double x = static_cast<long double>(At<T>(c.inputs[0], i));
    sum += x;
    scale += std::fabs(x);
    const long double got = static_cast<long double>(At<T>(c.output, i));
    if (!(std::fabs(got - sum) <= scale * 64 * std::numeric_limits<T>::epsilon())) {
      return Wrong(c, i, static_cast<double>(got), static_cast<double>(sum));
    }
  }
  return "";
}

template <class T>
std::string CheckCompress(const Case& c) {
  int64_t place = 0;
  for (int64_t i = 0; i < c.n; ++i) {
    if (!At<bool>(c.inputs[1], i)) continue;
    const T got = At<T>(c.output, place), wanted = At<T>(c.inputs[0], i);
    if (!reference::SameBits(got, wanted)) {
      return Wrong(c, place, static_cast<double>(reference::Number(got)),
                   static_cast<double>(reference::Number(wanted)));
    }
    ++place;
  }
  return "";
}

// By looking at every element: how many are below the value, or not above it.
template <class T>
std::string CheckSearch(const Case& c) {
  const auto below = [](T a, T b) {  // NaN is above all numbers
    const auto x = reference::Number(a), y = reference::Number(b);
    return x < y || (x == x && y != y);
  };
  for (int64_t i = 0; i < c.n; ++i) {
    const T v = At<T>(c.inputs[1], i);
    int64_t wanted = 0;
    for (int64_t k = 0; k < c.n; ++k) {
      const T a = At<T>(c.inputs[0], k);
      wanted += c.right ? !below(v, a) : below(a, v);
    }
    const int64_t got = At<int64_t>(c.output, i);
    if (got != wanted) {
      return Wrong(c, i, static_cast<double>(got), static_cast<double>(wanted));
    }
  }
  return "";
}

template <class Op, class T>
std::string CheckOne(const Case& c, Kernel<Op, T>) {
  using S = ShapeOf<Op>;
  if constexpr (std::is_same_v<Op, Where>)
    return CheckWhere<T>(c);
  else if constexpr (std::is_same_v<S, Scan> && !std::is_floating_point_v<T>)
    return CheckIntegerScan<T>(c);
  else if constexpr (std::is_same_v<S, Scan>)
    return CheckScan<T>(c);
  else if constexpr (std::is_same_v<S, Compress>)
    return CheckCompress<T>(c);
  else if constexpr (std::is_same_v<S, Search>)
    return CheckSearch<T>(c);
  else if constexpr (!kIsElementwise<Op>)
    return CheckReduce<Op, T>(c);
  else if constexpr (kIsNarrow<T>)
    return CheckNarrow<Op, T>(c, InputsOf<Op, T>{}, OutputsOf<Op, T>{});
  else if constexpr (kIsUniform<Op, T>)
    return CheckMap<Op, T>(c);
  else
    return CheckPredicate<Op, T>(c);
}
template <class Op, class From, class To>
std::string CheckOne(const Case& c, Kernel<Op, Cast<From, To>>) {
  return CheckConvert<From, To>(c);
}

template <class Op, class T>
bool Matches(const Case& c, Kernel<Op, T>) {
  const int operand = std::is_same_v<Op, Where> ? 1 : 0;  // where's operand 0 is its condition
  return c.record.kernel == Op::kId && c.record.dtypes[operand] == kDtype<T>;
}
template <class Op, class From, class To>
bool Matches(const Case& c, Kernel<Op, Cast<From, To>>) {
  return c.record.kernel == Op::kId && c.record.dtypes[0] == kDtype<From> &&
         c.record.dtypes[1] == kDtype<To>;
}

}  // namespace

std::string CheckAgainstReference(const Case& given) {
  Case c = given;
  for (int k = 0; k < c.record.inputs; ++k) c.inputs[static_cast<size_t>(k)] = WholeInput(given, k);
  std::string result = c.key + ": no reference";
  ForEachKernel([&](auto kernel) {
    if (Matches(c, kernel)) result = CheckOne(c, kernel);
  });
  return result;
}

}  // namespace lanewise::golden
