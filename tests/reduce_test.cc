// Reductions, scans and compress of every compiled target that runs here, against references
// written straight from docs/numerics.md: bits, exception flags, views, threads.

#include <gtest/gtest.h>

#include <bit>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "dispatch/reduce.h"
#include "dispatch/state.h"
#include "dispatch/threads.h"

namespace lanewise {
namespace {

// ---------------------------------------------------------------- references

constexpr int kWatched = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;

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

// The whole of a kernel on a sequence.
template <class Op, class T>
auto RefReduce(const std::vector<T>& x, const std::vector<T>& y, double ddof) {
  using R = typename Op::template Result<T>;
  const double n = static_cast<double>(x.size());
  if constexpr (std::is_same_v<Op, Sum>) {
    return RefTree<AddOp>(std::vector<R>(x.begin(), x.end()));
  } else if constexpr (std::is_same_v<Op, Mean>) {
    if (x.empty()) return std::numeric_limits<T>::quiet_NaN();
    return static_cast<T>(static_cast<double>(RefTree<AddOp>(x)) / n);
  } else if constexpr (std::is_same_v<Op, Var>) {
    if (!(n > ddof) || x.empty()) return std::numeric_limits<T>::quiet_NaN();
    const T mean = static_cast<T>(static_cast<double>(RefTree<AddOp>(x)) / n);
    std::vector<T> terms;
    for (T v : x) terms.push_back((v - mean) * (v - mean));
    return static_cast<T>(static_cast<double>(RefTree<AddOp>(terms)) / (n - ddof));
  } else if constexpr (std::is_same_v<Op, Dot>) {
    std::vector<T> terms;
    for (size_t i = 0; i < x.size(); ++i) terms.push_back(x[i] * y[i]);
    return RefTree<AddOp>(terms);
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
std::vector<T> RefScan(const std::vector<T>& x) {
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

// ---------------------------------------------------------------- inputs

template <class T>
std::vector<T> Values(size_t n, uint64_t seed, int kind) {
  std::mt19937_64 random(seed * 977 + n);
  std::vector<T> x(n);
  for (T& v : x) {
    const uint64_t r = random();
    if constexpr (std::is_integral_v<T>) {
      v = static_cast<T>(r);
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
constexpr int kKinds = 6;

template <class T>
bool SameBits(T a, T b) {
  if (a != a && b != b) return true;  // payloads of NaN are outside the promise
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

std::vector<Table> Tables() {
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

std::vector<size_t> Lengths() {
  std::vector<size_t> lengths;
  for (size_t n = 0; n <= 300; ++n) lengths.push_back(n);
  for (size_t chunk : {512, 1024, 2048, 4096, 6144, 7 * 2048, 8 * 2048, 23 * 1024}) {
    for (size_t n : {chunk - 65, chunk - 1, chunk, chunk + 1, chunk + 63, chunk + 64, chunk + 77}) {
      lengths.push_back(n);
    }
  }
  return lengths;
}

// ---------------------------------------------------------------- contiguous

template <class Op, class T>
void CheckContiguous(const std::vector<Table>& tables, size_t n, int kind) {
  using R = typename Op::template Result<T>;
  constexpr bool kNeedsElement =
      std::is_same_v<Op, Min> || std::is_same_v<Op, Max> || std::is_same_v<Op, ArgMax>;
  if (n == 0 && kNeedsElement) return;
  const std::vector<T> x = Values<T>(n, 1, kind), y = Values<T>(n, 2, kind);
  const double ddof = static_cast<double>(n % 3);
  std::feclearexcept(FE_ALL_EXCEPT);
  const R want = RefReduce<Op, T>(x, y, ddof);
  const int want_flags = std::fetestexcept(kWatched);
  const size_t offset = n % 7;
  std::vector<T> xs(n + 8), ys(n + 8);
  std::copy(x.begin(), x.end(), xs.begin() + offset);
  std::copy(y.begin(), y.end(), ys.begin() + offset);
  for (const Table& table : tables) {
    R got{};
    std::feclearexcept(FE_ALL_EXCEPT);
    ReduceContiguous(table, Entry<Op, T>(), xs.data() + offset, ys.data() + offset,
                     static_cast<int64_t>(n), ddof, &got);
    const int flags = std::fetestexcept(kWatched);
    ASSERT_TRUE(SameBits(got, want)) << Op::kName << sizeof(T) << " n " << n << " kind " << kind
                                     << " target " << table.target << ": " << got << ", " << want;
    if (Op::kFlags == Flags::kHardware && std::is_floating_point_v<T>) {
      ASSERT_EQ(flags, want_flags) << Op::kName << sizeof(T) << " n " << n << " kind " << kind
                                   << " target " << table.target;
    }
  }
}

template <class Op, class... Ts>
void CheckOperation(TypeList<Ts...>) {
  const std::vector<Table> tables = Tables();
  for (size_t n : Lengths()) {
    for (int kind = 0; kind < kKinds; ++kind) (CheckContiguous<Op, Ts>(tables, n, kind), ...);
    if (testing::Test::HasFatalFailure()) return;
  }
  (CheckContiguous<Op, Ts>(tables, (1 << 20) + 3, 0), ...);
}

TEST(Reduce, Sum) { CheckOperation<Sum>(Sum::Types{}); }
TEST(Reduce, Mean) { CheckOperation<Mean>(Mean::Types{}); }
TEST(Reduce, Var) { CheckOperation<Var>(Var::Types{}); }
TEST(Reduce, Dot) { CheckOperation<Dot>(Dot::Types{}); }
TEST(Reduce, Min) { CheckOperation<Min>(Min::Types{}); }
TEST(Reduce, Max) { CheckOperation<Max>(Max::Types{}); }
TEST(Reduce, ArgMax) { CheckOperation<ArgMax>(ArgMax::Types{}); }

TEST(Reduce, SumOfMinusZerosKeepsItsSign) {
  for (const Table& table : Tables()) {
    for (int64_t n : {1, 2, 63, 64, 65, 2048, 5000}) {
      const std::vector<float> x(static_cast<size_t>(n), -0.0f);
      float sum = 1;
      ReduceContiguous(table, Entry<Sum, float>(), x.data(), nullptr, n, 0, &sum);
      EXPECT_TRUE(sum == 0 && std::signbit(sum));
      ReduceContiguous(table, Entry<Sum, float>(), x.data(), nullptr, 0, 0, &sum);
      EXPECT_TRUE(sum == 0 && !std::signbit(sum));
    }
  }
}

// NaN from min and max is the canonical one, wherever it stood.
TEST(Reduce, ExtremeOfNaNIsCanonical) {
  for (const Table& table : Tables()) {
    for (size_t n : {1, 5, 64, 200}) {
      for (size_t at = 0; at < n; ++at) {
        std::vector<double> x = Values<double>(n, 3, 0);
        x[at] = -std::numeric_limits<double>::quiet_NaN();
        double got;
        ReduceContiguous(table, Entry<Max, double>(), x.data(), nullptr,
                         static_cast<int64_t>(n), 0, &got);
        ASSERT_EQ(std::bit_cast<uint64_t>(got), 0x7FF8000000000000u);
        int64_t index;
        ReduceContiguous(table, Entry<ArgMax, double>(), x.data(), nullptr,
                         static_cast<int64_t>(n), 0, &index);
        ASSERT_EQ(index, static_cast<int64_t>(at));
      }
    }
  }
}

// ---------------------------------------------------------------- views

// A random view: shape, memory order, gaps and signs of strides.
struct RandomView {
  int ndim;
  int64_t shape[4], stride[4];
  size_t elements = 1;  // of the buffer
  size_t first = 0;     // index of the view's first element

  RandomView(std::mt19937& random, size_t element_size, const int64_t* max_size) {
    ndim = static_cast<int>(random() % 5);
    int order[4] = {0, 1, 2, 3};
    std::shuffle(order, order + ndim, random);
    for (int k = 0; k < ndim; ++k) {
      const int axis = order[k];
      shape[axis] = static_cast<int64_t>(random() % static_cast<uint64_t>(max_size[k])) + 1;
      if (random() % 40 == 0) shape[axis] = 0;
      const int64_t gap = random() % 4 == 0 ? 2 : 1;
      const int64_t step = static_cast<int64_t>(elements) * gap;
      if (random() % 12 == 0) {
        stride[axis] = 0;
      } else {
        const bool negative = random() % 4 == 0;
        const size_t extent = static_cast<size_t>(step * std::max<int64_t>(shape[axis] - 1, 0));
        stride[axis] = (negative ? -step : step) * static_cast<int64_t>(element_size);
        if (negative) first += extent;
        elements += extent;
      }
    }
  }
};

// Calls fn(offset) for each index of the given axes in C order.
template <class Fn>
void ForEach(const std::vector<int64_t>& shape, const std::vector<int64_t>& stride, const Fn& fn,
             size_t axis = 0, int64_t offset = 0) {
  if (axis == shape.size()) return fn(offset);
  for (int64_t i = 0; i < shape[axis]; ++i) {
    ForEach(shape, stride, fn, axis + 1, offset + i * stride[axis]);
  }
}

template <class Op, class T>
void CheckView(const std::vector<Table>& tables, std::mt19937& random, const int64_t* max_size) {
  using R = typename Op::template Result<T>;
  const RandomView v(random, sizeof(T), max_size);
  const uint64_t mask = random() % (1u << v.ndim);
  const int kind = static_cast<int>(random() % kKinds);
  const std::vector<T> x = Values<T>(v.elements, random(), kind);
  const char* base = reinterpret_cast<const char*>(x.data() + v.first);
  std::vector<int64_t> kept, kept_stride, reduced, reduced_stride, out_stride;
  int64_t n = 1, outputs = 1;
  for (int i = 0; i < v.ndim; ++i) {
    const bool is_reduced = mask >> i & 1;
    (is_reduced ? reduced : kept).push_back(v.shape[i]);
    (is_reduced ? reduced_stride : kept_stride).push_back(v.stride[i]);
    (is_reduced ? n : outputs) *= v.shape[i];
  }
  if (n == 0 && Op::kFlags == Flags::kNone) return;  // the caller's error
  // The output in C or Fortran order, with a gap now and then.
  out_stride.resize(kept.size());
  int64_t step = static_cast<int64_t>(sizeof(R)) * (random() % 3 == 0 ? 2 : 1);
  const int64_t gap = step;
  const bool fortran = random() % 2;
  for (size_t k = 0; k < kept.size(); ++k) {
    const size_t axis = fortran ? k : kept.size() - 1 - k;
    out_stride[axis] = step;
    step *= kept[axis];
  }
  const double ddof = static_cast<double>(random() % 2);
  const lw_view in{const_cast<char*>(base), v.ndim, v.shape, v.stride};
  for (const Table& table : tables) {
    std::vector<char> out(static_cast<size_t>(outputs * gap) + 8, 'g');
    const lw_view out_view{out.data(), static_cast<int32_t>(kept.size()), kept.data(),
                           out_stride.data()};
    ReduceView(table, Entry<Op, T>(), in, mask, out_view, ddof);
    std::vector<int64_t> places;
    ForEach(kept, out_stride, [&](int64_t offset) { places.push_back(offset); });
    size_t next = 0;
    ForEach(kept, kept_stride, [&](int64_t at) {
      std::vector<T> slice;
      ForEach(reduced, reduced_stride, [&](int64_t offset) {
        slice.push_back(*reinterpret_cast<const T*>(base + at + offset));
      });
      R got;
      std::memcpy(&got, out.data() + places[next++], sizeof(R));
      const R want = RefReduce<Op, T>(slice, slice, ddof);
      ASSERT_TRUE(SameBits(got, want))
          << Op::kName << sizeof(T) << " target " << table.target << " ndim " << v.ndim << " mask "
          << mask << " n " << slice.size() << ": " << got << " " << want;
    });
    if (testing::Test::HasFatalFailure()) return;
    EXPECT_EQ(std::string(out.end() - 8, out.end()), "gggggggg");
  }
}

template <class Op, class... Ts>
void CheckViews(TypeList<Ts...>) {
  const std::vector<Table> tables = Tables();
  std::mt19937 random(static_cast<unsigned>(Op::kId));
  constexpr int64_t kShapes[][4] = {
      {5, 6, 4, 3}, {40, 3, 90, 2}, {3, 5000, 2, 2}, {600, 40, 2, 1}, {20, 20, 20, 4}};
  for (int round = 0; round < 60; ++round) {
    for (const auto& shape : kShapes) (CheckView<Op, Ts>(tables, random, shape), ...);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(ReduceView, Sum) { CheckViews<Sum>(Sum::Types{}); }
TEST(ReduceView, Mean) { CheckViews<Mean>(Mean::Types{}); }
TEST(ReduceView, Var) { CheckViews<Var>(Var::Types{}); }
TEST(ReduceView, Min) { CheckViews<Min>(Min::Types{}); }
TEST(ReduceView, Max) { CheckViews<Max>(Max::Types{}); }
TEST(ReduceView, ArgMax) { CheckViews<ArgMax>(ArgMax::Types{}); }

TEST(ReduceStrided, DotOfReversedAndRepeated) {
  const std::vector<double> x = Values<double>(9001, 5, 0), y = Values<double>(9001, 6, 0);
  std::vector<double> reversed(x.rbegin(), x.rend()), repeated(x.size(), y[0]);
  const double want = RefReduce<Dot, double>(reversed, repeated, 0);
  for (const Table& table : Tables()) {
    double got = 0;
    const lw_operand operands[] = {{const_cast<double*>(&x.back()), -8},
                                   {const_cast<double*>(y.data()), 0},
                                   {&got, 8}};
    ReduceStrided(table, Entry<Dot, double>(), operands, 9001);
    EXPECT_TRUE(SameBits(got, want));
  }
}

// ---------------------------------------------------------------- threads

class Threads : public testing::Test {
 protected:
  void TearDown() override { SetThreadLimit(0); }
};

TEST_F(Threads, LongSequences) {
  const size_t n = 3'000'017;
  const std::vector<float> x = Values<float>(n, 7, 0), y = Values<float>(n, 8, 0);
  const float sum = RefReduce<Sum, float>(x, y, 0), var = RefReduce<Var, float>(x, y, 1);
  const float dot = RefReduce<Dot, float>(x, y, 0);
  for (const Table& table : Tables()) {
    for (int threads : {1, 2, 3, 7}) {
      SetThreadLimit(threads);
      float got;
      ReduceContiguous(table, Entry<Sum, float>(), x.data(), nullptr, n, 0, &got);
      EXPECT_TRUE(SameBits(got, sum)) << threads;
      ReduceContiguous(table, Entry<Var, float>(), x.data(), nullptr, n, 1, &got);
      EXPECT_TRUE(SameBits(got, var)) << threads;
      ReduceContiguous(table, Entry<Dot, float>(), x.data(), y.data(), n, 0, &got);
      EXPECT_TRUE(SameBits(got, dot)) << threads;
      const lw_operand reversed[] = {{const_cast<float*>(&x.back()), -4}, {&got, 4}};
      ReduceStrided(table, Entry<Max, float>(), reversed, n);
      EXPECT_TRUE(SameBits(got, (RefReduce<Max, float>(x, y, 0)))) << threads;
    }
  }
}

// rows x columns in C order, over axis 0 and 1.
TEST_F(Threads, Matrices) {
  constexpr int64_t kShapes[][2] = {{40000, 33}, {300, 3000}, {9000, 130}};
  for (const auto& shape : kShapes) {
    const int64_t rows = shape[0], columns = shape[1];
    const std::vector<float> x = Values<float>(static_cast<size_t>(rows * columns), 9, 0);
    const int64_t strides[] = {columns * 4, 4}, out_stride = 4;
    const lw_view in{const_cast<float*>(x.data()), 2, shape, strides};
    for (int axis = 0; axis < 2; ++axis) {
      const int64_t outputs = shape[1 - axis];
      std::vector<float> want;
      for (int64_t j = 0; j < outputs; ++j) {
        std::vector<float> slice;
        for (int64_t i = 0; i < shape[axis]; ++i) {
          slice.push_back(x[static_cast<size_t>(axis ? j * columns + i : i * columns + j)]);
        }
        want.push_back(RefReduce<Var, float>(slice, slice, 0));
      }
      for (const Table& table : Tables()) {
        for (int threads : {1, 2, 5}) {
          SetThreadLimit(threads);
          std::vector<float> got(want.size());
          const lw_view out{got.data(), 1, &outputs, &out_stride};
          ReduceView(table, Entry<Var, float>(), in, uint64_t{1} << axis, out, 0);
          EXPECT_EQ(std::memcmp(got.data(), want.data(), want.size() * 4), 0)
              << rows << " " << columns << " axis " << axis << " threads " << threads;
        }
      }
    }
  }
}

// ---------------------------------------------------------------- cumulative_sum

template <class T>
void CheckScan(const std::vector<Table>& tables, size_t n, int kind) {
  const KernelEntry& entry = Entry<CumulativeSum, T>();
  const std::vector<T> x = Values<T>(n, 11, kind);
  const std::vector<T> want = RefScan(x);
  for (const Table& table : tables) {
    std::vector<T> in_place(x), apart(n + 1, T(77)), spread(2 * n + 1, T(77));
    const lw_operand same[] = {{in_place.data(), sizeof(T)}, {in_place.data(), sizeof(T)}};
    const lw_operand two[] = {{const_cast<T*>(x.data()), sizeof(T)}, {apart.data(), sizeof(T)}};
    const lw_operand strided[] = {{const_cast<T*>(x.data()), sizeof(T)},
                                  {spread.data(), 2 * sizeof(T)}};
    const int64_t count = static_cast<int64_t>(n);
    ScanCall(table, entry, same, count);
    ScanCall(table, entry, two, count);
    ScanCall(table, entry, strided, count);
    for (size_t i = 0; i < n; ++i) {
      ASSERT_TRUE(SameBits(in_place[i], want[i])) << n << " at " << i << " " << table.target;
      ASSERT_TRUE(SameBits(apart[i], want[i])) << n << " at " << i << " " << table.target;
      ASSERT_TRUE(SameBits(spread[2 * i], want[i])) << n << " at " << i << " " << table.target;
    }
    ASSERT_EQ(apart[n], T(77));
  }
}

TEST(Scan, MatchesDefinition) {
  const std::vector<Table> tables = Tables();
  std::vector<size_t> lengths = {4095, 4096, 4097, 8192, 12345, 40961};
  for (size_t n = 0; n <= 200; ++n) lengths.push_back(n);
  for (size_t n : lengths) {
    for (int kind = 0; kind < kKinds; ++kind) {
      CheckScan<float>(tables, n, kind);
      CheckScan<double>(tables, n, kind);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(Threads, Scan) {
  for (int threads : {1, 2, 5}) {
    SetThreadLimit(threads);
    CheckScan<float>(Tables(), 5'000'003, 0);
    CheckScan<double>(Tables(), 2'500'003, 0);
  }
}

// ---------------------------------------------------------------- compress

template <class T>
void CheckCompress(const std::vector<Table>& tables, size_t n, int density, uint64_t seed) {
  const KernelEntry& entry = Entry<CompressBy, T>();
  std::mt19937_64 random(seed);
  std::vector<T> x(n);
  std::vector<uint8_t> mask(n);
  for (T& v : x) {
    const uint64_t bits = random();  // any bits, signalling NaNs among them
    std::memcpy(&v, &bits, sizeof(T));
  }
  for (uint8_t& m : mask) {
    const uint64_t r = random();
    m = static_cast<int>(r % 8) < density ? static_cast<uint8_t>(r >> 8 | 1) : uint8_t{0};
  }
  std::vector<char> want;
  for (size_t i = 0; i < n; ++i) {
    const char* element = reinterpret_cast<const char*>(&x[i]);
    if (mask[i]) want.insert(want.end(), element, element + sizeof(T));
  }
  const int64_t size = sizeof(T), length = static_cast<int64_t>(n);
  for (const Table& table : tables) {
    std::vector<char> out(want.size() + 64, 'g');
    const lw_operand operands[] = {{x.data(), size}, {mask.data(), 1}, {out.data(), size}};
    int64_t count = -1;
    ASSERT_EQ(CompressChecked(table, entry, operands, length, &count), LW_OK);
    ASSERT_EQ(count * size, static_cast<int64_t>(want.size()));
    ASSERT_EQ(std::memcmp(out.data(), want.data(), want.size()), 0) << n << " " << table.target;
    for (size_t i = want.size(); i < out.size(); ++i) ASSERT_EQ(out[i], 'g') << n;

    std::vector<T> in_place(x);
    const lw_operand same[] = {{in_place.data(), size}, {mask.data(), 1}, {in_place.data(), size}};
    ASSERT_EQ(CompressChecked(table, entry, same, length, &count), LW_OK);
    ASSERT_EQ(std::memcmp(in_place.data(), want.data(), want.size()), 0) << n;

    std::vector<char> spread(2 * want.size() + 64, 'g');
    const lw_operand strided[] = {{x.data(), size}, {mask.data(), 1}, {spread.data(), 2 * size}};
    ASSERT_EQ(CompressChecked(table, entry, strided, length, &count), LW_OK);
    for (size_t i = 0; i < want.size(); ++i) {
      ASSERT_EQ(spread[i / sizeof(T) * 2 * sizeof(T) + i % sizeof(T)], want[i]);
    }
  }
}

TEST(Compress, AllMasks) {
  const std::vector<Table> tables = Tables();
  std::vector<size_t> lengths = {1000, 1023, 1024, 1025, 20011};
  for (size_t n = 0; n <= 150; ++n) lengths.push_back(n);
  for (size_t n : lengths) {
    for (int density : {0, 1, 4, 7, 8}) {
      CheckCompress<uint8_t>(tables, n, density, n);
      CheckCompress<float>(tables, n, density, n);
      CheckCompress<int64_t>(tables, n, density, n);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace lanewise
