// Loops of NumPy's type (lw_find_loop): every call form of a ufunc, with every overlap, equals a
// scalar loop that runs the elements in order.

#include <gtest/gtest.h>

#include <numeric>

#include "tests/harness.h"

namespace lanewise {
namespace {

using namespace harness;  // NOLINT

struct Loop {
  lw_loop call = nullptr;
  void* context = nullptr;
  explicit Loop(lw_kernel kernel, lw_dtype t = LW_F64) {
    const lw_dtype dtypes[] = {t, t, t, t};
    EXPECT_EQ(lw_find_loop(kernel, dtypes, &call, &context), LW_OK) << lw_last_error();
  }
  void operator()(char* a, char* b, char* out, intptr_t n, intptr_t sa, intptr_t sb,
                  intptr_t so) const {
    char* args[] = {a, b, out};
    const intptr_t steps[] = {sa, sb, so};
    call(args, &n, steps, context);
  }
};
char* P(double* p) { return reinterpret_cast<char*>(p); }

// out[i] = a[i] + b[i], one after the other.
void AddInOrder(char* a, char* b, char* out, intptr_t n, intptr_t sa, intptr_t sb, intptr_t so) {
  for (intptr_t i = 0; i < n; ++i) {
    double x, y;
    std::memcpy(&x, a + i * sa, 8);
    std::memcpy(&y, b + i * sb, 8);
    x += y;
    std::memcpy(out + i * so, &x, 8);
  }
}

class NumpyLoop : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, NumpyLoop, ::testing::ValuesIn(RunnableTargets()),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(NumpyLoop, Accumulate) {
  const TargetScope scope(GetParam());
  double x[10], sums[10];
  std::iota(x, x + 10, 1);
  sums[0] = x[0];
  // The output runs one element ahead of the first input.
  Loop{LW_ADD}(P(sums), P(x + 1), P(sums + 1), 9, 8, 8, 8);
  const double expected[] = {1, 3, 6, 10, 15, 21, 28, 36, 45, 55};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(sums[i], expected[i]) << i;
}

TEST_P(NumpyLoop, Reduce) {
  const TargetScope scope(GetParam());
  for (intptr_t n : {0, 1, 2, 3, 7, 8, 9, 64, 1000}) {
    std::vector<double> x(1000);
    std::iota(x.begin(), x.end(), 1);
    double total = 100;
    Loop{LW_ADD}(P(&total), P(x.data()), P(&total), n, 0, 8, 0);
    EXPECT_EQ(total, 100 + static_cast<double>(n * (n + 1) / 2)) << n;
    double largest = -1;
    Loop{LW_MAXIMUM}(P(&largest), P(x.data()), P(&largest), n, 0, 8, 0);
    EXPECT_EQ(largest, n ? static_cast<double>(n) : -1);
  }
}

// Steps of 0 in the output without overlap: the last element stays.
TEST_P(NumpyLoop, OutputOfStepZero) {
  const TargetScope scope(GetParam());
  double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, y[9] = {10, 10, 10, 10, 10, 10, 10, 10, 10}, out = 0;
  Loop{LW_ADD}(P(x), P(y), P(&out), 9, 8, 8, 0);
  EXPECT_EQ(out, 19);
}

// Where two outputs share bytes the second one's stay, of a single element too: the first here is
// not aligned, which sends it through a block.
TEST_P(NumpyLoop, OutputsThatShareBytes) {
  const TargetScope scope(GetParam());
  for (const lw_dtype t : {LW_I16, LW_U16, LW_I32, LW_U32, LW_I64, LW_U64}) {
    const Loop loop(LW_DIVMOD, t);
    int64_t x = 51, y = 7, out[4] = {};
    const auto size = static_cast<intptr_t>(lw_dtype_size(t));
    char* second = reinterpret_cast<char*>(out) + size;
    char* args[] = {reinterpret_cast<char*>(&x), reinterpret_cast<char*>(&y), second - 1, second};
    const intptr_t one = 1, steps[] = {size, size, size, size};
    loop.call(args, &one, steps, loop.context);
    EXPECT_EQ(second[-1], 51 / 7) << lw_dtype_name(t);
    for (intptr_t i = 0; i < size; ++i) EXPECT_EQ(second[i], i == 0 ? 51 % 7 : 0) << i;
  }
}

TEST_P(NumpyLoop, NothingIsTouchedForZeroElements) {
  const TargetScope scope(GetParam());
  Loop{LW_ADD}(nullptr, nullptr, nullptr, 0, 8, 8, 8);
  double out = 5;
  Loop{LW_ADD}(P(&out), P(&out), P(&out), 0, 0, 0, 0);
  EXPECT_EQ(out, 5);
}

// All relations of two operands in one small array: every offset in bytes of the output against
// the input, every pair of strides, elements that overlap themselves included.
TEST_P(NumpyLoop, EveryOverlapRunsInOrder) {
  const TargetScope scope(GetParam());
  const Loop add(LW_ADD);
  constexpr int kElements = 200;
  reference::Rng rng(11);
  for (int round = 0; round < 20000; ++round) {
    const intptr_t strides[] = {8, -8, 16, -16, 24, 0, 4, -4, 1, 12};
    const intptr_t sa = strides[rng.Below(10)], sb = strides[rng.Below(6)];
    const intptr_t so = rng.Below(3) ? sa : strides[rng.Below(10)];
    const intptr_t n = static_cast<intptr_t>(rng.Below(20));
    double actual[kElements], wanted[kElements];
    for (double& v : actual) v = static_cast<double>(rng.Between(-1000, 1000));
    std::memcpy(wanted, actual, sizeof(actual));
    // Offsets in whole elements keep the sums small and exact; the rest are random bytes.
    const intptr_t unit = rng.Below(4) ? 8 : 1, middle = kElements / 2 * 8;
    const intptr_t oa = middle, oo = middle + unit * rng.Between(-9, 9);
    const intptr_t ob = rng.Below(2) ? middle + unit * rng.Between(-9, 9) : 32;
    if (ob == 32 && sb < 0) continue;
    char *p = P(actual), *q = P(wanted);
    add(p + oa, p + ob, p + oo, n, sa, sb, so);
    AddInOrder(q + oa, q + ob, q + oo, n, sa, sb, so);
    for (int i = 0; i < kElements; ++i) {
      ASSERT_TRUE(reference::Same(actual[i], wanted[i]))
          << "n = " << n << ", strides " << sa << " " << sb << " " << so << ", offsets " << oa
          << " " << ob << " " << oo << ", element " << i;
    }
  }
}

// Operands of different sizes that share memory: f64 to f32 and back, in order.
TEST_P(NumpyLoop, ConversionsThatOverlap) {
  const TargetScope scope(GetParam());
  lw_loop narrow, widen;
  void *narrow_context, *widen_context;
  const lw_dtype to_f32[] = {LW_F64, LW_F32}, to_f64[] = {LW_F32, LW_F64};
  ASSERT_EQ(lw_find_loop(LW_CONVERT, to_f32, &narrow, &narrow_context), LW_OK);
  ASSERT_EQ(lw_find_loop(LW_CONVERT, to_f64, &widen, &widen_context), LW_OK);
  for (intptr_t n : {1, 2, 5, 33, 100}) {
    alignas(8) char actual[2400], wanted[2400];
    for (intptr_t so : {4, 8, -4, -8}) {
      for (intptr_t shift : {-8, -4, 0, 4, 8}) {
        for (int i = 0; i < 300; ++i) {
          const double v = i * 1.25 - 100;
          std::memcpy(actual + 8 * i, &v, 8);
        }
        std::memcpy(wanted, actual, sizeof(actual));
        const intptr_t steps[] = {so < 0 ? -8 : 8, so};
        char* args[] = {actual + 1200, actual + 1200 + shift};
        narrow(args, &n, steps, narrow_context);
        for (intptr_t i = 0; i < n; ++i) {
          double x;
          std::memcpy(&x, wanted + 1200 + i * steps[0], 8);
          const float f = static_cast<float>(x);
          std::memcpy(wanted + 1200 + shift + i * so, &f, 4);
        }
        EXPECT_EQ(std::memcmp(actual, wanted, sizeof(actual)), 0)
            << "f64 to f32, n = " << n << ", stride " << so << ", shift " << shift;
        const intptr_t wide_steps[] = {so, so < 0 ? -8 : 8};
        char* wide_args[] = {actual + 1200 + shift, actual + 1200};
        widen(wide_args, &n, wide_steps, widen_context);
        for (intptr_t i = 0; i < n; ++i) {
          float f;
          std::memcpy(&f, wanted + 1200 + shift + i * so, 4);
          const double x = f;
          std::memcpy(wanted + 1200 + i * wide_steps[1], &x, 8);
        }
        EXPECT_EQ(std::memcmp(actual, wanted, sizeof(actual)), 0)
            << "f32 to f64, n = " << n << ", stride " << so << ", shift " << shift;
      }
    }
  }
}

// Large arrays without overlap run on threads, with the results of the small ones.
TEST(NumpyLoops, LargeInPlaceAndReversed) {
  const size_t n = 700000;
  std::vector<double> x(n), y(n, 0.5);
  std::iota(x.begin(), x.end(), 0);
  const Loop add(LW_ADD);
  add(P(x.data()), P(y.data()), P(x.data()), static_cast<intptr_t>(n), 8, 8, 8);
  for (size_t i = 0; i < n; ++i) ASSERT_EQ(x[i], static_cast<double>(i) + 0.5);
  std::vector<double> wanted = x;
  // Reads from the end, writes from the start.
  add(P(&x[n - 1]), P(y.data()), P(&x[0]), static_cast<intptr_t>(n), -8, 8, 8);
  AddInOrder(P(&wanted[n - 1]), P(y.data()), P(&wanted[0]), static_cast<intptr_t>(n), -8, 8, 8);
  EXPECT_TRUE(x == wanted);
}

}  // namespace
}  // namespace lanewise
