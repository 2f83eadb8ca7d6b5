// lanewise.hpp's operands: Views, arrays of other libraries; and the types that the named functions
// refuse at compile time are those that the library refuses.

#include <gtest/gtest.h>

#include <array>
#include <climits>
#include <set>
#include <string>
#include <vector>

#include "lanewise/lanewise.hpp"
#if __has_include(<Eigen/Core>)
#include <Eigen/Core>
#endif

namespace {

namespace lw = lanewise;
using Floats = std::vector<float>;

TEST(HppOperands, Views) {
  const Floats x{1, 2, 3, 4, 5, 6};
  Floats out(6, 0.0f);
  const lw::View<const float, 1> odd(x.data() + 4, {3}, {-8}), all(x.data(), {6});
  const lw::View<float, 1> even_out(out.data(), {3}, {8});
  lw::negative(odd, even_out);
  EXPECT_EQ(out, (Floats{-5, 0, -3, 0, -1, 0}));
  lw::add(odd, lw::scalar(1.0f), lw::View<float, 1>(out.data(), {3}));
  EXPECT_EQ(out, (Floats{6, 4, 2, 0, -1, 0}));
  EXPECT_EQ(lw::sum(odd), 9.0f);
  EXPECT_EQ(lw::var(odd), 8.0f / 3);
  EXPECT_EQ(lw::argmax(all), 5);
  EXPECT_EQ(lw::try_call<LW_SQRT>(odd, out), LW_ERR_SHAPE);
  // A size that no array has is the array's fault, not a scalar.
  EXPECT_NE(lw::try_call<LW_SQRT>(lw::View<const float, 1>(x.data(), {-1}), out), LW_OK);
  static_assert(!lw::Output<lw::View<const float, 1>> && !lw::Output<lw::View<const float, 2>>);
}

// data() and size(), and no iterators: an operand, because it is said to be contiguous.
struct Buffer {
  Floats values;
  float* data() { return values.data(); }
  const float* data() const { return values.data(); }
  int size() const { return static_cast<int>(values.size()); }
};
template <class T>
struct Block {
  std::vector<T> values;
  T* data() { return values.data(); }
  const T* data() const { return values.data(); }
  size_t size() const { return values.size(); }
};

// Those of which nobody says it: their elements may lie anywhere.
struct Unsaid : Buffer {};
struct Spread : Buffer {
  std::array<long, 2> strides() const { return {8, 4}; }
};
TEST(HppOperands, ViewsOfSeveralAxes) {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6};
  std::vector<double> out(6);
  const lw::View<const double, 2> rows(x.data(), {2, 3});
  const lw::View<const double, 2> flipped(x.data() + 5, {2, 3}, {-24, -8});
  const lw::View<double, 2> result(out.data(), {2, 3}), columns(out.data(), {2, 3}, {8, 16});
  lw::add(rows, flipped, result);
  EXPECT_EQ(out, std::vector<double>(6, 7));
  lw::multiply(rows, lw::scalar(2.0), columns);
  EXPECT_EQ(out, (std::vector<double>{2, 8, 4, 10, 6, 12}));
  double single = 0;
  lw::sqrt(lw::View<const double, 0>(&x[3], {}), lw::View<double, 0>(&single, {}));
  EXPECT_EQ(single, 2);
  // Shapes differ, in size or in number of axes; and what has no such form.
  EXPECT_EQ(lw::try_call<LW_ADD>(rows, lw::View<const double, 2>(x.data(), {3, 2}), result),
            LW_ERR_SHAPE);
  EXPECT_EQ(lw::try_call<LW_ADD>(rows, x, result), LW_ERR_SHAPE);
  EXPECT_EQ(lw::try_call<LW_ADD>(x, x, result), LW_ERR_SHAPE);
  EXPECT_EQ(lw::try_call<LW_SUM>(rows, lw::View<double, 0>(&single, {})), LW_ERR_SHAPE);
}

// As Kokkos::View, of any layout.
struct KokkosView {
  using value_type = float;
  [[maybe_unused]] static constexpr size_t rank = 1;
  float* data() const { return first; }
  size_t size() const { return count; }
  size_t extent(size_t) const { return count; }
  template <class I>
  size_t stride(I) const {
    return step;
  }
  size_t stride_0() const { return step; }
  bool span_is_contiguous() const { return step == 1; }
  float* first;
  size_t count, step;
};
// As blitz::Array.
struct BlitzArray : Buffer {
  float* begin() { return data(); }  // iterators of another end
  int extent(int) const { return size(); }
  long stride(int) const { return 2; }
  static int rank() { return 1; }
};
// Eigen's names, but a matrix; and a vector's flag without a stride.
struct Matrix : Buffer {
  static constexpr int IsVectorAtCompileTime = 0;
  long innerStride() const { return 1; }
};
struct Flagged : Buffer {
  static constexpr int IsVectorAtCompileTime = 1;
};

template <class T>
constexpr bool kRefused =
    !lw::Input<T> && !lw::Input<const T> && !lw::Output<T&> && !lw::Output<const T&>;

}  // namespace

template <>
inline constexpr bool lanewise::is_contiguous<Buffer> = true;
template <class T>
inline constexpr bool lanewise::is_contiguous<Block<T>> = true;

namespace {

static_assert(lw::Input<Buffer> && lw::Output<Buffer&> && !lw::Output<const Buffer&>);
static_assert(lw::Input<Block<double>> && lw::Output<Block<double>&>);
static_assert(!lw::Output<const Block<double>&> && kRefused<Block<char>>);
static_assert(kRefused<Unsaid> && kRefused<Spread> && kRefused<KokkosView>);
static_assert(kRefused<BlitzArray> && kRefused<Matrix> && kRefused<Flagged>);

TEST(HppOperands, DeclaredContiguous) {
  const Buffer x{{1, 4, 9}};
  Buffer out{Floats(3)};
  lw::sqrt(x, out);
  EXPECT_EQ(out.values, (Floats{1, 2, 3}));
  EXPECT_EQ(lw::sum(x), 14.0f);
  Block<double> block{{2, 3}};
  lw::negative(block, block);
  EXPECT_EQ(block.values, (std::vector<double>{-2, -3}));
}

// What a strided array of another library becomes: an operand that says its stride.
TEST(HppOperands, StridedArraysOfOthers) {
  float memory[] = {1, 100, 2, 100, 3, 100, 4, 100};
  const KokkosView view{memory, 4, 2};
  const auto bytes = static_cast<int64_t>(view.stride(0) * sizeof(float));
  EXPECT_EQ(lw::sum(lw::strided(view.data(), view.size(), bytes)), 10.0f);
}

// Eigen's names without Eigen: the stride counts.
struct Stepped {
  static constexpr int IsVectorAtCompileTime = 1;
  const float* data() const { return first; }
  long size() const { return count; }
  long innerStride() const { return step; }
  const float* first;
  long count, step;
};

TEST(HppOperands, InnerStride) {
  static_assert(lw::Input<Stepped> && !lw::Output<Stepped&>);
  const float memory[] = {1, 100, 2, 100, 3, 100, 4, 100};
  EXPECT_EQ(lw::sum(Stepped{memory, 4, 2}), 10.0f);
  EXPECT_EQ(lw::sum(Stepped{memory + 6, 4, -2}), 10.0f);
}

#if __has_include(<Eigen/Core>)
TEST(HppOperands, Eigen) {
  Eigen::ArrayXf x(6), out = Eigen::ArrayXf::Zero(6);
  x << 1, 4, 9, 16, 25, 36;
  lw::sqrt(x, out);
  EXPECT_EQ(out.matrix(), (Eigen::Matrix<float, 6, 1>{1, 2, 3, 4, 5, 6}));
  const Eigen::VectorXd d = Eigen::VectorXd::LinSpaced(5, 1, 5);
  EXPECT_EQ(lw::sum(d), 15.0);
  Floats values{4, 9};
  lw::sqrt(Eigen::Map<const Eigen::ArrayXf>(values.data(), 2), out.head(2));
  EXPECT_EQ(out[1], 3);
  // Steps between elements: another stride, a row of a matrix by columns, one backwards.
  using Step = Eigen::InnerStride<2>;
  lw::negative(x.head(3), Eigen::Map<Eigen::ArrayXf, 0, Step>(out.data(), 3));
  EXPECT_EQ(out.matrix(), (Eigen::Matrix<float, 6, 1>{-1, 3, -4, 4, -9, 6}));
  Eigen::MatrixXf m(2, 3);
  m << 1, 2, 3, 4, 5, 6;
  EXPECT_EQ(lw::sum(m.row(1)), 15.0f);
  EXPECT_EQ(lw::sum(m.col(1)), 7.0f);
  // The order of a matrix's elements is a matter of its type: not an operand.
  static_assert(!lw::Input<Eigen::MatrixXf> && !lw::Input<Eigen::ArrayXXd>);
  static_assert(lw::Output<Eigen::ArrayXf&> && !lw::Output<const Eigen::ArrayXf&>);
  static_assert(lw::Output<Eigen::Map<Eigen::ArrayXf>>);
  static_assert(!lw::Output<Eigen::Map<const Eigen::ArrayXf>>);
}
#endif

TEST(HppOperands, MasksThatCannotBeRead) {
  const Floats x{1, 2, 3};
  Floats out(3);
  const auto compress = [&](const bool* mask, int64_t stride) {
    return lw::try_call<LW_COMPRESS>(x, lw::strided(mask, 3, stride), out);
  };
  const bool mask[] = {true, false, true};
  EXPECT_EQ(compress(nullptr, 1), LW_ERR_NULL);
  EXPECT_EQ(compress(mask, INT64_MAX / 2), LW_ERR_SIZE);
  EXPECT_EQ(compress(mask, 1), LW_OK);
  const std::vector<uint8_t> none;
  EXPECT_EQ(lw::compress(Floats{}, none, Floats{}), 0);
}

TEST(HppOperands, AxesThatDoNotExist) {
  static_assert(lw::axes(0, 2) == 5 && lw::axes() == 0 && lw::axes(31) == 1u << 31);
  const double x[] = {1, 2};
  double out = 0;
  const lw::View<const double, 1> in(x, {2});
  const lw::View<double, 0> result(&out, {});
  for (const int64_t axis : {int64_t{-1}, int64_t{1}, int64_t{63}, int64_t{64}, INT64_MIN}) {
    EXPECT_THROW(lw::reduce<LW_SUM>(in, lw::axes(axis), result), lw::Error) << axis;
  }
  EXPECT_THROW(lw::reduce<LW_SUM>(in, lw::axes(UINT64_MAX), result), lw::Error);
}

TEST(HppOperands, ErrorsNameTheTypes) {
  const Floats x{1, 2};
  double out[2];
  try {
    lw::call<LW_EXP>(x, out);
    FAIL();
  } catch (const lw::Error& error) {
    EXPECT_STREQ(error.what(), "exp takes f32->f32, f64->f64, f16->f16, bf16->bf16, not f32->f64");
  }
  try {
    lw::reduce<LW_SUM>(lw::View<const float, 1>(x.data(), {2}), lw::axes(0),
                       lw::View<double, 0>(out, {}));
    FAIL();
  } catch (const lw::Error& error) {
    EXPECT_NE(std::string(error.what()).find("sum takes f32->f32, f64->f64"), std::string::npos);
  }
}

TEST(HppOperands, ExplainCompletesTypes) {
  const auto first_line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
  EXPECT_EQ(first_line(lw::explain<double>(LW_EXP)), "exp(f64) -> f64");
  EXPECT_EQ(first_line(lw::explain<int32_t>(LW_ADD)), "add(i32, i32) -> i32");
  EXPECT_EQ(first_line(lw::explain<double>(LW_ARGMAX)), "argmax(f64) -> i64");
  EXPECT_EQ(first_line(lw::explain<double>(LW_WHERE)), "where(bool, f64, f64) -> f64");
  EXPECT_EQ(first_line(lw::explain<bool, double>(LW_WHERE)), "where(bool, f64, f64) -> f64");
  EXPECT_EQ(first_line(lw::explain<double, float>(LW_CONVERT)), "convert(f64) -> f32");
  EXPECT_THROW((lw::explain<double, double, double>(LW_EXP)), lw::Error);
  try {
    (void)lw::explain<int>(LW_EXP);
    FAIL();
  } catch (const lw::Error& error) {
    EXPECT_STREQ(error.what(), "exp takes f32->f32, f64->f64, f16->f16, bf16->bf16, not i32->i32");
  }
}

// All combinations of dtypes: what a named function compiles is what the library has.
TEST(HppOperands, CompileTimeTypesAreTheKernelList) {
  using lw::detail::kLastKernel;
  std::set<std::vector<int>> taken[kLastKernel + 1];
  int operands[kLastKernel + 1] = {};
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record r{};
    r.struct_size = sizeof(r);
    ASSERT_EQ(lw_kernel_info(i, &r), LW_OK);
    ASSERT_LE(r.kernel, kLastKernel) << "TypesOf() in call.hpp does not know " << r.name;
    const bool reduces =
        r.shape == LW_SHAPE_REDUCE || r.shape == LW_SHAPE_REDUCE_TWO || r.shape == LW_SHAPE_ARG;
    operands[r.kernel] = reduces ? r.inputs : r.inputs + r.outputs;
    // Bytes may stand for truth values, but to sums and conversions they are numbers.
    const int count = operands[r.kernel];
    const bool numbers = lw::detail::BytesAreNumbers(r.kernel);
    for (int mask = 0; mask < (numbers ? 1 : 1 << count); ++mask) {
      std::vector<int> dtypes(r.dtypes, r.dtypes + count);
      for (int k = 0; k < count; ++k) {
        if ((mask >> k & 1) && dtypes[static_cast<size_t>(k)] == LW_BOOL) {
          dtypes[static_cast<size_t>(k)] = LW_U8;
        }
      }
      taken[r.kernel].insert(dtypes);
    }
  }
  for (int kernel = 0; kernel <= kLastKernel; ++kernel) {
    const lw::detail::Types types = lw::detail::TypesOf(static_cast<lw_kernel>(kernel));
    const int count = operands[kernel];
    int combinations = 1;
    for (int k = 0; k < count; ++k) combinations *= LW_F64 + 1;
    for (int c = 0; c < combinations; ++c) {
      lw_dtype dtypes[LW_MAX_OPERANDS];
      for (int k = 0, rest = c; k < count; ++k, rest /= LW_F64 + 1) {
        dtypes[k] = static_cast<lw_dtype>(rest % (LW_F64 + 1));
      }
      ASSERT_EQ(lw::detail::Fits(types, dtypes, count),
                taken[kernel].count({dtypes, dtypes + count}) != 0)
          << "kernel " << kernel << ", combination " << c;
    }
  }
}

}  // namespace
