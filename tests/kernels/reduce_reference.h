// What reductions and scans must give, written straight from docs/numerics.md, and inputs that
// bring out differences.

#ifndef LANEWISE_TESTS_KERNELS_REDUCE_REFERENCE_H_
#define LANEWISE_TESTS_KERNELS_REDUCE_REFERENCE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "dispatch/choose/state.h"
#include "dispatch/engine/reduce.h"
#include "dispatch/threads/limits.h"
#include "dispatch/threads/threads.h"
#include "kernels/all.h"
#include "tests/kernels/reference.h"

namespace lanewise {

// ---------------------------------------------------------------- references

inline constexpr int kWatched = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;

struct AddOp {
  template <class A>
  static A Join(A a, A b) {
    if constexpr (std::is_integral_v<A>) {
      using U = std::make_unsigned_t<A>;
      return static_cast<A>(static_cast<U>(a) + static_cast<U>(b));
    } else {
      return a + b;
    }
  }
};
struct MultiplyOp {
  template <class A>
  static A Join(A a, A b) {
    if constexpr (std::is_integral_v<A>) {
      using U = std::make_unsigned_t<A>;
      return static_cast<A>(static_cast<U>(a) * static_cast<U>(b));
    } else {
      return a * b;
    }
  }
};
struct MinOp {
  template <class A>
  static A Join(A a, A b) {
    if (a != a || b != b) return std::numeric_limits<A>::quiet_NaN();
    if (a == b) return std::signbit(static_cast<double>(a)) ? a : b;
    return a < b ? a : b;
  }
};
struct MaxOp {
  template <class A>
  static A Join(A a, A b) {
    if (a != a || b != b) return std::numeric_limits<A>::quiet_NaN();
    if (a == b) return std::signbit(static_cast<double>(a)) ? b : a;
    return a > b ? a : b;
  }
};

// The chunk [begin, end): lanes, then the fold, with missing lanes left out.
template <class Op, class A>
A RefChunk(const std::vector<A>& terms, size_t begin, size_t end) {
  const size_t lanes = 256 / sizeof(A);
  std::vector<A> acc(terms.begin() + begin, terms.begin() + std::min(end, begin + lanes));
  for (size_t i = begin + lanes; i < end; ++i) {
    A& a = acc[(i - begin) % lanes];
    a = Op::template Join<A>(a, terms[i]);
  }
  for (size_t s = lanes / 2; s >= 1; s /= 2) {
    for (size_t l = 0; l < s && l + s < acc.size(); ++l) {
      acc[l] = Op::template Join<A>(acc[l], acc[l + s]);
    }
    if (acc.size() > s) acc.resize(s);
  }
  return acc[0];
}

template <class Op, class A>
A RefTree(const std::vector<A>& terms, size_t lo, size_t hi) {  // in chunks
  const size_t chunk = 8192 / sizeof(A);
  if (hi - lo == 1) return RefChunk<Op>(terms, lo * chunk, std::min(terms.size(), hi * chunk));
  const size_t mid = lo + std::bit_floor(hi - lo - 1);
  const A left = RefTree<Op>(terms, lo, mid);
  return Op::template Join<A>(left, RefTree<Op>(terms, mid, hi));
}

template <class Op, class A>
A RefTree(const std::vector<A>& terms) {
  const size_t chunk = 8192 / sizeof(A);
  return terms.empty() ? A(0) : RefTree<Op>(terms, 0, (terms.size() + chunk - 1) / chunk);
}

template <class Op, class T>
auto RefReduceWide(const std::vector<T>& x, const std::vector<T>& y, double ddof) {
  using R = typename Op::template Result<T>;
  const double n = static_cast<double>(x.size());
  std::vector<R> as_result;  // integers are rounded to f64 here; an index is no element
  if constexpr (!std::is_same_v<Op, ArgMax>) as_result.assign(x.begin(), x.end());
  if constexpr (std::is_same_v<Op, Sum>) {
    return RefTree<AddOp>(as_result);
  } else if constexpr (std::is_same_v<Op, Prod>) {
    return x.empty() ? R(1) : RefTree<MultiplyOp>(as_result);
  } else if constexpr (std::is_same_v<Op, Mean>) {
    if (x.empty()) return std::numeric_limits<R>::quiet_NaN();
    return static_cast<R>(static_cast<double>(RefTree<AddOp>(as_result)) / n);
  } else if constexpr (std::is_same_v<Op, Var>) {
    if (!(n > ddof) || x.empty()) return std::numeric_limits<R>::quiet_NaN();
    const R mean = static_cast<R>(static_cast<double>(RefTree<AddOp>(as_result)) / n);
    std::vector<R> terms;
    for (R v : as_result) terms.push_back((v - mean) * (v - mean));
    const R var = static_cast<R>(static_cast<double>(RefTree<AddOp>(terms)) / (n - ddof));
    const R first = as_result[0];
    const bool equal =
        std::all_of(as_result.begin(), as_result.end(), [&](R v) { return v == first; });
    return equal && std::isfinite(first) ? R(0) : var;
  } else if constexpr (std::is_same_v<Op, Dot>) {
    if constexpr (std::is_integral_v<T>) {  // wraps; of bool: any pair
      uint64_t sum = 0;
      for (size_t i = 0; i < x.size(); ++i) {
        sum += static_cast<uint64_t>(x[i]) * static_cast<uint64_t>(y[i]);
      }
      return static_cast<T>(sum);
    } else {
      std::vector<T> terms;
      for (size_t i = 0; i < x.size(); ++i) terms.push_back(x[i] * y[i]);
      return RefTree<AddOp>(terms);
    }
  } else if constexpr (std::is_same_v<Op, Min>) {
    return RefTree<MinOp>(x);
  } else if constexpr (std::is_same_v<Op, Max>) {
    return RefTree<MaxOp>(x);
  } else {
    size_t best = 0;
    for (size_t i = 0; i < x.size() && x[best] == x[best]; ++i) {
      if (x[i] > x[best] || x[i] != x[i]) best = i;
    }
    return static_cast<int64_t>(best);
  }
}

template <class T>
std::vector<float> Widened(const std::vector<T>& x) {
  std::vector<float> wide;
  for (const T v : x) wide.push_back(static_cast<float>(reference::Number(v)));
  return wide;
}
// An f32 as f16 or bf16; raises overflow.
template <class T>
T Rounded(float x) {
  const T rounded = reference::Converted<T>(x);
  if (std::isfinite(x) && std::isinf(reference::Number(rounded))) std::feraiseexcept(FE_OVERFLOW);
  return rounded;
}

// The whole of a kernel on a sequence. Of f16 and bf16: f32's, rounded once more.
template <class Op, class T>
auto RefReduce(const std::vector<T>& x, const std::vector<T>& y, double ddof) {
  using R = typename Op::template Result<T>;
  if constexpr (kIsNarrow<T>) {
    const auto wide = RefReduce<Op, float>(Widened(x), Widened(y), ddof);
    if constexpr (std::is_same_v<R, T>)
      return Rounded<T>(wide);
    else
      return wide;
  } else {
    return RefReduceWide<Op, T>(x, y, ddof);
  }
}

// In order, wrapping.
template <class T>
std::vector<AccumulatorOf<T>> RefIntegerScan(const std::vector<T>& x) {
  std::vector<AccumulatorOf<T>> out;
  uint64_t sum = 0;
  for (const T v : x) {
    sum += static_cast<uint64_t>(v);
    out.push_back(static_cast<AccumulatorOf<T>>(sum));
  }
  return out;
}

template <class T>
std::vector<T> RefScanWide(const std::vector<T>& x) {
  const size_t group = 64 / sizeof(T);
  std::vector<T> out(x.size());
  T superblocks = T(-0.0);
  for (size_t block = 0; block < x.size(); block += kScanBlock) {
    T chain = T(-0.0);
    for (size_t g = block; g < std::min(x.size(), block + kScanBlock); g += group) {
      std::vector<T> s(group, T(-0.0));
      for (size_t i = 0; i < group && g + i < x.size(); ++i) s[i] = x[g + i];
      for (size_t half = 1; half < group; half *= 2) {
        for (size_t i = 0; i < group; ++i) {
          if (i & half) s[i] = s[i] + s[(i & ~(2 * half - 1)) + half - 1];
        }
      }
      const T k = superblocks + chain;
      for (size_t i = 0; i < group && g + i < x.size(); ++i) out[g + i] = k + s[i];
      chain = chain + s[group - 1];
    }
    superblocks = superblocks + chain;
  }
  return out;
}

template <class T>
std::vector<T> RefScan(const std::vector<T>& x) {
  if constexpr (kIsNarrow<T>) {  // f32's, each rounded once
    std::vector<T> rounded;
    for (const float v : RefScan(Widened(x))) rounded.push_back(Rounded<T>(v));
    return rounded;
  } else {
    return RefScanWide(x);
  }
}

// ---------------------------------------------------------------- inputs

template <class T>
std::vector<T> WideValues(size_t n, uint64_t seed, int kind) {
  std::mt19937_64 random(seed * 977 + n);
  std::vector<T> x(n);
  if constexpr (!std::is_integral_v<T>) {
    if (kind == 6) {  // equal ones, whose sum is rounded or overflows
      const T v = std::ldexp(T(static_cast<int64_t>(random()) >> 20) / T(1ll << 43),
                             static_cast<int>(random() % 3) * 40 - 30);
      std::fill(x.begin(), x.end(), n % 5 == 4 ? std::numeric_limits<T>::max() / T(3) : v);
      return x;
    }
  }
  for (T& v : x) {
    const uint64_t r = random();
    if constexpr (std::is_integral_v<T>) {
      v = static_cast<T>(r);
      if (kind == 1) v = r % 3 ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min();
      if (kind == 3) v = static_cast<T>(r % 3);                                // ties
      if (kind == 6) v = static_cast<T>(n * seed * 0x9E3779B97F4A7C15u >> 7);  // equal ones
    } else if (kind == 1) {
      v = T(-0.0);
    } else if (kind == 2) {  // sums of few of these overflow
      v = std::numeric_limits<T>::max() / T(1 + r % 5) * ((r & 64) ? T(1) : T(-1));
    } else if (kind == 3) {  // ties and zeros of both signs
      v = T(static_cast<int>(r % 3)) * ((r & 64) ? T(-0.0) : T(0)) - T(r >> 60 == 15 ? 1 : 0);
    } else {
      v = std::ldexp(T(static_cast<int64_t>(r) >> 20) / T(1ll << 43), static_cast<int>(r % 13));
    }
  }
  if constexpr (!std::is_integral_v<T>) {
    if (n != 0 && kind == 4) x[random() % n] = std::numeric_limits<T>::infinity();
    if (n != 0 && kind == 5) {
      x[random() % n] = std::numeric_limits<T>::quiet_NaN();
      x[random() % n] = -std::numeric_limits<T>::quiet_NaN();
    }
  }
  return x;
}
template <class T>
std::vector<T> Values(size_t n, uint64_t seed, int kind) {
  if constexpr (kIsNarrow<T>) {  // what f16 has no room for is taken down to its largest numbers
    std::vector<T> narrow;
    for (const float v : Values<float>(n, seed, kind)) {
      const bool large = std::is_same_v<T, f16> && std::fabs(v) > 0x1p20f;
      narrow.push_back(reference::Converted<T>(large && std::isfinite(v) ? v * 0x1.ffcp-113f : v));
    }
    return narrow;
  } else {
    return WideValues<T>(n, seed, kind);
  }
}
constexpr int kKinds = 7;

template <class T>
bool SameBits(T a, T b) {
  if constexpr (kIsNarrow<T>) return reference::Same(a, b);
  if (a != a && b != b) return true;  // payloads of NaN are outside the promise
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

// For messages.
template <class T>
long double Shown(T x) {
  return reference::Number(x);
}

inline std::vector<Table> Tables() {
  std::vector<Table> tables;
  for (size_t i = 0; i < kCompiledTargetCount; ++i) {
    if (TargetSupported(static_cast<int>(i))) {
      tables.push_back(BuildTable(kCompiledTargets[i].target));
    }
  }
  return tables;
}

template <class Op, class T>
const KernelEntry& Entry() {
  return kKernels[kSlot<Op, T>];
}

inline std::vector<size_t> Lengths() {
  std::vector<size_t> lengths;
  for (size_t n = 0; n <= 300; ++n) lengths.push_back(n);
  for (size_t chunk : {512, 1024, 2048, 4096, 6144, 7 * 2048, 8 * 2048, 23 * 1024}) {
    for (size_t n : {chunk - 65, chunk - 1, chunk, chunk + 1, chunk + 63, chunk + 64, chunk + 77}) {
      lengths.push_back(n);
    }
  }
  return lengths;
}

class Threads : public testing::Test {
 protected:
  void TearDown() override { SetThreadLimit(0); }
};

}  // namespace lanewise

#endif  // LANEWISE_TESTS_KERNELS_REDUCE_REFERENCE_H_
