// Reductions of every compiled target that runs here, against references written straight from
// docs/numerics.md: bits, exception flags, views, threads.

#include "reduce_reference.h"

namespace lanewise {
namespace {

// ---------------------------------------------------------------- contiguous

// Kinds that say something about integers.
template <class T>
bool KindMatters(int kind) {
  return std::is_floating_point_v<T> || kind == 0 || kind == 1 || kind == 3 || kind == 6;
}

template <class Op, class T>
void CheckContiguous(const std::vector<Table>& tables, size_t n, int kind) {
  if (!KindMatters<T>(kind)) return;
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
    const TaskFlags tasks =
        ReduceContiguous(table, Entry<Op, T>(), xs.data() + offset, ys.data() + offset,
                         static_cast<int64_t>(n), ddof, &got);
    const int flags = std::fetestexcept(kWatched) | (tasks.hardware & kInvalid ? FE_INVALID : 0) |
                      (tasks.hardware & kOverflow ? FE_OVERFLOW : 0);
    ASSERT_TRUE(SameBits(got, want)) << Op::kName << sizeof(T) << " n " << n << " kind " << kind
                                     << " target " << table.target << ": " << got << ", " << want;
    if (Op::kFlags == Flags::kHardware && std::is_floating_point_v<T>) {
      ASSERT_EQ(flags, want_flags)
          << Op::kName << sizeof(T) << " n " << n << " kind " << kind << " target " << table.target;
    }
  }
}

template <class Op, class T>
void CheckType(const std::vector<Table>& tables) {
  if constexpr (!std::is_same_v<T, bool>) {  // these have a test of their own
    for (size_t n : Lengths()) {
      for (int kind = 0; kind < kKinds; ++kind) CheckContiguous<Op, T>(tables, n, kind);
      if (testing::Test::HasFatalFailure()) return;
    }
    CheckContiguous<Op, T>(tables, (1 << 20) + 3, 0);
  }
}

template <class Op, class... Ts>
void CheckOperation(TypeList<Ts...>) {
  const std::vector<Table> tables = Tables();
  (CheckType<Op, Ts>(tables), ...);
}

TEST(Reduce, Sum) { CheckOperation<Sum>(Sum::Types{}); }
TEST(Reduce, Mean) { CheckOperation<Mean>(Mean::Types{}); }
TEST(Reduce, Var) { CheckOperation<Var>(Var::Types{}); }
TEST(Reduce, Dot) { CheckOperation<Dot>(Dot::Types{}); }
TEST(Reduce, Prod) { CheckOperation<Prod>(Prod::Types{}); }
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
        ReduceContiguous(table, Entry<Max, double>(), x.data(), nullptr, static_cast<int64_t>(n), 0,
                         &got);
        ASSERT_EQ(std::bit_cast<uint64_t>(got), 0x7FF8000000000000u);
        int64_t index;
        ReduceContiguous(table, Entry<ArgMax, double>(), x.data(), nullptr, static_cast<int64_t>(n),
                         0, &index);
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
  if (n == 0 && Entry<Op, T>().needs_element) return;  // the caller's error
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
  const lw_view in{base, v.ndim, v.shape, v.stride};
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

template <class Op, class T>
void CheckViewsOf(const std::vector<Table>& tables, std::mt19937& random) {
  constexpr int64_t kShapes[][4] = {
      {5, 6, 4, 3}, {40, 3, 90, 2}, {3, 5000, 2, 2}, {600, 40, 2, 1}, {20, 20, 20, 4}};
  if constexpr (!std::is_same_v<T, bool>) {
    for (int round = 0; round < (std::is_floating_point_v<T> ? 60 : 20); ++round) {
      for (const auto& shape : kShapes) CheckView<Op, T>(tables, random, shape);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

template <class Op, class... Ts>
void CheckViews(TypeList<Ts...>) {
  const std::vector<Table> tables = Tables();
  std::mt19937 random(static_cast<unsigned>(Op::kId));
  (CheckViewsOf<Op, Ts>(tables, random), ...);
}

TEST(ReduceView, Sum) { CheckViews<Sum>(Sum::Types{}); }
TEST(ReduceView, Mean) { CheckViews<Mean>(Mean::Types{}); }
TEST(ReduceView, Var) { CheckViews<Var>(Var::Types{}); }
TEST(ReduceView, Prod) { CheckViews<Prod>(Prod::Types{}); }
TEST(ReduceView, Min) { CheckViews<Min>(Min::Types{}); }
TEST(ReduceView, Max) { CheckViews<Max>(Max::Types{}); }
TEST(ReduceView, ArgMax) { CheckViews<ArgMax>(ArgMax::Types{}); }

// Every byte but 0 is true: as the same reduction of u8, of bytes that are 0 or 1.
template <class Op>
void CheckBooleans() {
  using R = typename Op::template Result<bool>;
  using R8 = typename Op::template Result<uint8_t>;
  const int64_t stride = 1, result_stride = sizeof(R), byte_stride = sizeof(R8);
  for (const Table& table : Tables()) {
    for (const int64_t n : {1, 5, 33, 64, 200, 1100, 5000}) {
      for (const int64_t columns : {1, 3, 40}) {
        std::mt19937 random(static_cast<unsigned>(n * columns));
        const unsigned rare = random() % 2 ? 2 : 997;
        std::vector<uint8_t> bytes(static_cast<size_t>(n * columns)), ones;
        for (uint8_t& b : bytes) b = random() % rare ? 0 : static_cast<uint8_t>(random() | 1u);
        for (const uint8_t b : bytes) ones.push_back(b != 0);
        const int64_t shape[] = {n, columns}, strides[] = {columns, stride};
        std::vector<char> got(static_cast<size_t>(columns) * sizeof(R));
        std::vector<R8> want(static_cast<size_t>(columns));
        const lw_view out{got.data(), 1, &columns, &result_stride};
        const lw_view out8{want.data(), 1, &columns, &byte_stride};
        ReduceView(table, Entry<Op, bool>(), {bytes.data(), 2, shape, strides}, 1, out, 0);
        ReduceView(table, Entry<Op, uint8_t>(), {ones.data(), 2, shape, strides}, 1, out8, 0);
        for (size_t j = 0; j < want.size(); ++j) {
          const R expected = static_cast<R>(want[j]);
          EXPECT_EQ(std::memcmp(&got[j * sizeof(R)], &expected, sizeof(R)), 0)
              << Op::kName << " n " << n << " columns " << columns << " at " << j;
        }
      }
    }
  }
}

TEST(ReduceView, Booleans) {
  CheckBooleans<Sum>();
  CheckBooleans<Mean>();
  CheckBooleans<Var>();
  CheckBooleans<Prod>();
  CheckBooleans<Min>();
  CheckBooleans<Max>();
  CheckBooleans<ArgMax>();
}

TEST(ReduceStrided, DotOfReversedAndRepeated) {
  const std::vector<double> x = Values<double>(9001, 5, 0), y = Values<double>(9001, 6, 0);
  std::vector<double> reversed(x.rbegin(), x.rend()), repeated(x.size(), y[0]);
  const double want = RefReduce<Dot, double>(reversed, repeated, 0);
  for (const Table& table : Tables()) {
    double got = 0;
    const lw_operand operands[] = {{&x.back(), -8}, {y.data(), 0}, {&got, 8}};
    ReduceStrided(table, Entry<Dot, double>(), operands, 9001);
    EXPECT_TRUE(SameBits(got, want));
  }
}

// ---------------------------------------------------------------- threads

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
      const lw_operand reversed[] = {{&x.back(), -4}, {&got, 4}};
      ReduceStrided(table, Entry<Max, float>(), reversed, n);
      EXPECT_TRUE(SameBits(got, (RefReduce<Max, float>(x, y, 0)))) << threads;
    }
  }
}

TEST_F(Threads, FirstOfEqualExtremes) {
  const size_t n = 3'000'017;
  std::vector<float> x = Values<float>(n, 10, 0);
  for (float& v : x) v = std::min(v, 1e30f);
  const auto check = [&](size_t want) {
    for (const Table& table : Tables()) {
      for (int threads : {1, 2, 7}) {
        SetThreadLimit(threads);
        int64_t got = -1;
        ReduceContiguous(table, Entry<ArgMax, float>(), x.data(), nullptr, n, 0, &got);
        EXPECT_EQ(got, static_cast<int64_t>(want)) << threads << " target " << table.target;
      }
    }
  };
  for (const size_t at : {n - 1, size_t{2'000'000}, size_t{131'072}}) x[at] = 2e30f, check(at);
  for (const size_t at : {n - 2, size_t{131'073}, size_t{7}}) {
    x[at] = std::numeric_limits<float>::quiet_NaN(), check(at);
  }
}

// rows x columns in C order, over axis 0 and 1.
TEST_F(Threads, Matrices) {
  constexpr int64_t kShapes[][2] = {{40000, 33}, {300, 3000}, {9000, 130}};
  for (const auto& shape : kShapes) {
    const int64_t rows = shape[0], columns = shape[1];
    const std::vector<float> x = Values<float>(static_cast<size_t>(rows * columns), 9, 0);
    const int64_t strides[] = {columns * 4, 4}, out_stride = 4;
    const lw_view in{x.data(), 2, shape, strides};
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

// Sequences of equal elements among others: over either axis, in C and Fortran order, on threads.
template <class T>
void CheckEqualElements(int64_t rows, int64_t columns) {
  std::vector<T> x(static_cast<size_t>(rows * columns)), want;
  for (int64_t j = 0; j < columns; ++j) {
    std::vector<T> column = Values<T>(static_cast<size_t>(rows), static_cast<uint64_t>(j) + 1, 0);
    if (j % 3) std::fill(column.begin(), column.end(), column[0]);
    if (j % 7 == 2) column.back() = std::nextafter(column[0], T(0));  // all but one
    if (j % 7 == 4) std::fill(column.begin(), column.end(), std::numeric_limits<T>::infinity());
    if (j % 7 == 5) column.assign(column.size(), std::numeric_limits<T>::max() / T(j + 1));
    want.push_back(RefReduce<Var, T>(column, column, 0));
    for (int64_t i = 0; i < rows; ++i) x[static_cast<size_t>(i * columns + j)] = column[i];
  }
  constexpr int64_t kSize = sizeof(T);
  for (const Table& table : Tables()) {
    for (const bool transposed : {false, true}) {
      std::vector<T> y = x, got(want.size());
      for (int64_t i = 0; i < rows * columns && transposed; ++i) {
        y[static_cast<size_t>(i)] = x[static_cast<size_t>(i % rows * columns + i / rows)];
      }
      const int64_t shape[] = {rows, columns};
      const int64_t strides[] = {transposed ? kSize : columns * kSize,
                                 transposed ? rows * kSize : kSize};
      const lw_view in{y.data(), 2, shape, strides}, out{got.data(), 1, &columns, &kSize};
      ReduceView(table, Entry<Var, T>(), in, 1, out, 0);
      for (size_t j = 0; j < want.size(); ++j) {
        EXPECT_TRUE(SameBits(got[j], want[j]))
            << sizeof(T) << " " << rows << " column " << j << " transposed " << transposed
            << " target " << table.target << ": " << got[j] << " " << want[j];
      }
    }
  }
}

TEST_F(Threads, VarianceOfEqualElements) {
  for (const int threads : {1, 3}) {
    SetThreadLimit(threads);
    for (const int64_t rows : {1, 2, 3, 10, 100, 5001, 300'001}) {
      const int64_t columns = rows > 10'000 ? 7 : 37;
      CheckEqualElements<float>(rows, columns);
      CheckEqualElements<double>(rows, columns);
    }
  }
}

// Memory order against the order of the sequence: whole arrays and two of three axes.
TEST_F(Threads, FortranOrder) {
  constexpr int64_t kShapes[][3] = {{3, 1, 70001}, {70001, 1, 3}, {65, 1, 4096}, {301, 1, 2500},
                                    {33, 7, 901},  {7, 33, 901},  {200, 50, 33}, {2, 2, 9000}};
  std::mt19937 random(20);
  for (const auto& shape : kShapes) {
    const int64_t n = shape[0] * shape[1] * shape[2];
    const std::vector<double> x = Values<double>(static_cast<size_t>(n) + 1, random(), 0);
    for (const uint64_t mask : {7u, 5u}) {
      const int64_t strides[] = {8, shape[0] * 8, shape[0] * shape[1] * 8};
      const lw_view in{x.data() + 1, 3, shape, strides};
      const int64_t outputs = mask == 7 ? 1 : shape[1], out_stride = 8;
      std::vector<double> want;
      for (int64_t o = 0; o < outputs; ++o) {
        std::vector<double> slice;
        for (int64_t i = 0; i < shape[0]; ++i) {
          for (int64_t j = mask == 7 ? 0 : o; j < (mask == 7 ? shape[1] : o + 1); ++j) {
            for (int64_t k = 0; k < shape[2]; ++k) {
              slice.push_back(x[static_cast<size_t>(1 + i + shape[0] * (j + shape[1] * k))]);
            }
          }
        }
        want.push_back(RefReduce<Var, double>(slice, slice, 1));
      }
      for (const Table& table : Tables()) {
        for (int threads : {1, 2, 5}) {
          SetThreadLimit(threads);
          std::vector<double> got(want.size());
          const lw_view out{got.data(), mask == 7 ? 0 : 1, &outputs, &out_stride};
          ReduceView(table, Entry<Var, double>(), in, mask, out, 1);
          EXPECT_EQ(std::memcmp(got.data(), want.data(), want.size() * 8), 0)
              << shape[0] << " " << shape[1] << " " << shape[2] << " mask " << mask << " threads "
              << threads << " target " << table.target;
        }
      }
    }
  }
}

}  // namespace
}  // namespace lanewise
