// Reductions on threads: whatever their number, the same bits.

#include "reduce_reference.h"

namespace lanewise {
namespace {

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

TEST_F(Threads, LongIntegers) {
  const size_t n = 5'000'017;
  const std::vector<int8_t> x = Values<int8_t>(n, 7, 0), y = Values<int8_t>(n, 8, 0);
  const std::vector<uint64_t> u = Values<uint64_t>(n, 9, 0);
  for (const Table& table : Tables()) {
    for (int threads : {1, 2, 7}) {
      SetThreadLimit(threads);
      int8_t got = 0;
      ReduceContiguous(table, Entry<Dot, int8_t>(), x.data(), y.data(), n, 0, &got);
      EXPECT_EQ(got, (RefReduce<Dot, int8_t>(x, y, 0))) << threads << " target " << table.target;
      uint64_t square = 0;
      ReduceContiguous(table, Entry<Dot, uint64_t>(), u.data(), u.data(), n, 0, &square);
      EXPECT_EQ(square, (RefReduce<Dot, uint64_t>(u, u, 0))) << threads << " " << table.target;
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
