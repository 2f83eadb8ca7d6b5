#include "golden_reference.h"

#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "tests/kernels/golden_elementwise.h"
#include "tests/kernels/reduce_reference.h"

namespace lanewise::golden {
namespace {

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

// f16 and bf16, to the bit.
template <class Op, class T>
std::string CheckNarrowReduce(const Case& c) {
  using R = typename Op::template Result<T>;
  int64_t place = 0;
  for (const auto& sequence : Sequences(c)) {
    std::vector<T> x, y;
    for (const int64_t i : sequence) {
      x.push_back(At<T>(c.inputs[0], i));
      if constexpr (std::is_same_v<Op, Dot>) y.push_back(At<T>(c.inputs[1], i));
    }
    const R got = At<R>(c.output, place++), wanted = RefReduce<Op, T>(x, y, 0);
    if (!reference::Same(got, wanted)) {
      return Wrong(c, place - 1, static_cast<double>(reference::Number(got)),
                   static_cast<double>(reference::Number(wanted)));
    }
  }
  return "";
}

template <class T>
std::string CheckNarrowScan(const Case& c) {
  std::vector<T> x;
  for (int64_t i = 0; i < c.n; ++i) x.push_back(At<T>(c.inputs[0], i));
  const std::vector<T> wanted = RefScan(x);
  for (int64_t i = 0; i < c.n; ++i) {
    const T got = At<T>(c.output, i), w = wanted[static_cast<size_t>(i)];
    if (!reference::Same(got, w)) {
      return Wrong(c, i, static_cast<double>(reference::Number(got)),
                   static_cast<double>(reference::Number(w)));
    }
  }
  return "";
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
  if constexpr (std::is_same_v<S, Scan> && kIsNarrow<T>)
    return CheckNarrowScan<T>(c);
  else if constexpr (std::is_same_v<S, Scan> && !std::is_floating_point_v<T>)
    return CheckIntegerScan<T>(c);
  else if constexpr (std::is_same_v<S, Scan>)
    return CheckScan<T>(c);
  else if constexpr (std::is_same_v<S, Compress>)
    return CheckCompress<T>(c);
  else if constexpr (std::is_same_v<S, Search>)
    return CheckSearch<T>(c);
  else if constexpr (!kIsElementwise<Op> && kIsNarrow<T>)
    return CheckNarrowReduce<Op, T>(c);
  else if constexpr (!kIsElementwise<Op>)
    return CheckReduce<Op, T>(c);
  else if constexpr (kIsNarrow<T>)
    return CheckNarrowMath<Op, T>(c, InputsOf<Op, T>{});
  else
    return CheckMath<Op, T>(c, InputsOf<Op, T>{});
}

template <class Op, class T>
bool Matches(const Case& c, Kernel<Op, T>) {
  return c.record.kernel == Op::kId && c.record.dtypes[0] == kDtype<T>;
}

// Of this case's kernel, if it has a definition; else null.
const harness::Definition* DefinitionOf(const Case& c) {
  static const auto definitions = harness::Definitions();
  const auto same = [&c](const harness::Definition& d) {
    return d.element != nullptr && harness::SameLoop(d.record, c.record);
  };
  const auto found = std::find_if(definitions.begin(), definitions.end(), same);
  return found == definitions.end() ? nullptr : &*found;
}

}  // namespace

std::string CheckAgainstReference(const Case& given) {
  Case c = given;
  for (int k = 0; k < c.record.inputs; ++k) c.inputs[static_cast<size_t>(k)] = WholeInput(given, k);
  if (const auto* definition = DefinitionOf(c)) return CheckByDefinition(c, *definition);
  std::string result = c.key + ": no reference";
  ForEachKernel([&]<class Op, class T>(Kernel<Op, T> kernel) {
    if constexpr (!kIsElementwise<Op> || kIsMath<Op>) {
      if (Matches(c, kernel)) result = CheckOne(c, kernel);
    }
  });
  return result;
}

}  // namespace lanewise::golden
