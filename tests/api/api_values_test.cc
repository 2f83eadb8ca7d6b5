// The C ABI at its edges: formats that do not exist, results that overlap what is read, pointers at
// any address, and what the sentences of errors say about dtypes.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <string>
#include <vector>

#include "lanewise/lanewise.h"

namespace {

constexpr int64_t kCount = 100;
constexpr lw_dtype kF32x3[] = {LW_F32, LW_F32, LW_F32};

void ExpectError(lw_status got, lw_status expected, const std::string& said) {
  EXPECT_EQ(got, expected) << lw_last_error();
  EXPECT_NE(std::string(lw_last_error()).find(said), std::string::npos)
      << "\"" << lw_last_error() << "\" does not say " << said;
}

TEST(ApiValues, UnknownFormats) {
  char buffer[8] = "before";
  for (int32_t format : {-1, 2, 4, 5, 7, 9, INT_MAX, INT_MIN}) {
    size_t length = 7;
    const std::string said = std::to_string(format);
    ExpectError(lw_machine(format, buffer, sizeof(buffer), &length), LW_ERR_VALUE,
                "lw_machine: format is " + said);
    ExpectError(lw_explain(LW_EXP, nullptr, 0, format, buffer, sizeof(buffer), &length),
                LW_ERR_VALUE, "lw_explain: json is " + said);
    EXPECT_STREQ(buffer, "before");
    EXPECT_EQ(length, 7u);
  }
  for (int32_t format : {0, 1}) {
    EXPECT_EQ(lw_machine(format, nullptr, 0, nullptr), LW_OK);
    EXPECT_EQ(lw_explain(LW_EXP, nullptr, 0, format, nullptr, 0, nullptr), LW_OK);
  }
}

TEST(ApiValues, CountOfCompressOverlapsNothing) {
  alignas(8) std::array<float, 16> x{1, 2, 3, 4, 5, 6}, out;
  alignas(8) std::array<uint8_t, 16> mask{1, 0, 1, 0, 0, 1};
  out.fill(-77);
  const auto before_x = x;
  const auto before_mask = mask;
  const auto at = [](void* data, int64_t bytes) {
    return reinterpret_cast<int64_t*>(static_cast<char*>(data) + bytes);
  };
  for (int64_t byte : {-4, 0, 8, 20}) {  // the last overlaps by the last element alone
    ExpectError(lw_compress_f32(6, x.data(), mask.data(), out.data(), at(x.data(), byte)),
                LW_ERR_OVERLAP, "compress: count overlaps input 0");
  }
  for (int64_t byte : {-7, 0, 5}) {
    ExpectError(lw_compress_f32(6, x.data(), mask.data(), out.data(), at(mask.data(), byte)),
                LW_ERR_OVERLAP, "compress: count overlaps input 1");
  }
  for (int64_t byte : {0, 8}) {
    ExpectError(lw_compress_f32(6, x.data(), mask.data(), out.data(), at(out.data(), byte)),
                LW_ERR_OVERLAP, "compress: count overlaps the output");
  }
  EXPECT_EQ(x, before_x);
  EXPECT_EQ(mask, before_mask);
  EXPECT_TRUE(std::all_of(out.begin(), out.end(), [](float v) { return v == -77; }));
  // Behind the three results, behind the mask; and where nothing is read or written.
  EXPECT_EQ(lw_compress_f32(6, x.data(), mask.data(), out.data(), at(out.data(), 16)), LW_OK);
  EXPECT_EQ(*at(out.data(), 16), 3);
  EXPECT_EQ(lw_compress_f32(6, x.data(), mask.data(), out.data(), at(mask.data(), 8)), LW_OK);
  EXPECT_EQ(lw_compress_f32(0, x.data(), mask.data(), out.data(), at(x.data(), 0)), LW_OK);
}

TEST(ApiValues, ResultsOfReductionsLieOutsideTheInputs) {
  alignas(8) std::array<double, 8> x{1, 2, 3, 4, 5, 6, 7, 8}, y = x;
  const auto before = x;
  ExpectError(lw_sum_f64(8, x.data(), &x[3]), LW_ERR_OVERLAP, "sum: the result overlaps input 0");
  ExpectError(lw_mean_f64(8, x.data(), x.data()), LW_ERR_OVERLAP, "mean");
  ExpectError(lw_var_f64(8, x.data(), 1, &x[7]), LW_ERR_OVERLAP, "var");
  ExpectError(lw_dot_f64(8, y.data(), x.data(), &x[7]), LW_ERR_OVERLAP,
              "dot: the result overlaps input 1");
  ExpectError(lw_max_f64(8, x.data(), &x[0]), LW_ERR_OVERLAP, "max");
  ExpectError(lw_argmax_f64(8, x.data(), reinterpret_cast<int64_t*>(&x[2])), LW_ERR_OVERLAP,
              "argmax");
  const lw_dtype dtypes[] = {LW_F64, LW_F64};
  const auto sum = [&](int64_t stride, double* result) {
    const lw_operand operands[] = {{x.data(), stride}, {result, 0}};
    return lw_call(LW_SUM, dtypes, operands, 4, nullptr);
  };
  ExpectError(sum(16, &x[2]), LW_ERR_OVERLAP, "sum: the result overlaps input 0");
  ExpectError(sum(0, &x[0]), LW_ERR_OVERLAP, "sum");
  EXPECT_EQ(x, before);
  EXPECT_EQ(sum(16, &x[3]), LW_OK) << "between the elements";
  EXPECT_EQ(x[3], 1 + 3 + 5 + 7);
  EXPECT_EQ(lw_sum_f64(3, x.data(), &x[7]), LW_OK);
  EXPECT_EQ(lw_sum_f64(0, x.data(), &x[0]), LW_OK);
}

// Elements at odd addresses have the bits of those at even ones, in every function; UBSan watches
// that no loop sees them.
TEST(ApiValues, AnyAlignment) {
  std::vector<char> memory[4];
  for (auto& bytes : memory) bytes.resize(static_cast<size_t>(kCount) * 8 + 16);
  std::vector<double> x(kCount), y(kCount), expected(kCount), got(kCount);
  for (size_t i = 0; i < kCount; ++i) x[i] = 0.25 + static_cast<double>(i), y[i] = 1.5 - x[i];
  const auto odd = [&](int k) { return reinterpret_cast<double*>(memory[k].data() + 3); };
  std::memcpy(static_cast<void*>(odd(0)), x.data(), kCount * 8);
  std::memcpy(static_cast<void*>(odd(1)), y.data(), kCount * 8);
  const auto same = [&](const char* what, size_t count = kCount) {
    std::memcpy(got.data(), static_cast<void*>(odd(2)), count * 8);
    EXPECT_EQ(std::memcmp(got.data(), expected.data(), count * 8), 0) << what;
  };
  for (int64_t n : {int64_t{1}, int64_t{7}, kCount}) {
    ASSERT_EQ(lw_exp_f64(n, x.data(), expected.data()), LW_OK);
    ASSERT_EQ(lw_exp_f64(n, odd(0), odd(2)), LW_OK);
    same("exp", static_cast<size_t>(n));
    ASSERT_EQ(lw_pow_f64(n, x.data(), y.data(), expected.data()), LW_OK);
    ASSERT_EQ(lw_pow_f64(n, odd(0), odd(1), odd(2)), LW_OK);
    same("pow", static_cast<size_t>(n));
    ASSERT_EQ(lw_cumulative_sum_f64(n, x.data(), expected.data()), LW_OK);
    ASSERT_EQ(lw_cumulative_sum_f64(n, odd(0), odd(2)), LW_OK);
    same("cumulative_sum", static_cast<size_t>(n));
    ASSERT_EQ(lw_dot_f64(n, x.data(), y.data(), expected.data()), LW_OK);
    ASSERT_EQ(lw_dot_f64(n, odd(0), odd(1), odd(2)), LW_OK);
    same("dot", 1);
    ASSERT_EQ(lw_var_f64(n, x.data(), 0, expected.data()), LW_OK);
    ASSERT_EQ(lw_var_f64(n, odd(0), 0, odd(2)), LW_OK);
    same("var", 1);
    const std::vector<uint8_t> mask(kCount, 1);
    int64_t count = 0;
    ASSERT_EQ(lw_where_f64(n, mask.data(), x.data(), y.data(), expected.data()), LW_OK);
    ASSERT_EQ(lw_where_f64(n, mask.data(), odd(0), odd(1), odd(2)), LW_OK);
    same("where", static_cast<size_t>(n));
    auto* odd_count = reinterpret_cast<int64_t*>(memory[3].data() + 5);
    ASSERT_EQ(lw_compress_f64(n, odd(0), mask.data(), odd(2), odd_count), LW_OK);
    std::memcpy(&count, static_cast<void*>(odd_count), sizeof(count));
    EXPECT_EQ(count, n);
    same("compress", static_cast<size_t>(n));
  }
}

TEST(ApiValues, SentencesPairInputsWithOutputs) {
  const lw_operand none[LW_MAX_OPERANDS] = {};
  const lw_dtype mixed[] = {LW_F32, LW_F64}, f64[] = {LW_F64, LW_F64, LW_F64, LW_F64};
  lw_loop loop;
  void* context;
  const std::string exp = "exp takes f32->f32, f64->f64, f16->f16, bf16->bf16, not f32->f64";
  ExpectError(lw_call(LW_EXP, mixed, none, 0, nullptr), LW_ERR_DTYPE, exp);
  ExpectError(lw_find_loop(LW_EXP, mixed, &loop, &context), LW_ERR_DTYPE, exp);
  ExpectError(lw_explain(LW_EXP, mixed, 0, 0, nullptr, 0, nullptr), LW_ERR_DTYPE, exp);
  ExpectError(lw_call(LW_ARGMAX, f64, none, 0, nullptr), LW_ERR_DTYPE, "bool->i64, not f64->f64");
  ExpectError(lw_call(LW_WHERE, f64, none, 0, nullptr), LW_ERR_DTYPE, "bool,f64,f64->f64");
  // Too many pairs to name.
  ExpectError(lw_call(LW_CONVERT, f64, none, 0, nullptr), LW_ERR_DTYPE,
              "convert takes any dtype to another one, not f64->f64");
  const lw_view view = {nullptr, 0, nullptr, nullptr};
  const auto kUnknown = static_cast<lw_dtype>(15);
  ExpectError(lw_reduce(LW_SUM, kUnknown, &view, 0, &view, nullptr), LW_ERR_DTYPE,
              "sum reduces f32->f32, f64->f64, ");
  ExpectError(lw_reduce(LW_ARGMAX, kUnknown, &view, 0, &view, nullptr), LW_ERR_DTYPE,
              "bool->i64, not ");
  ExpectError(lw_reduce(LW_DOT, LW_F32, &view, 0, &view, nullptr), LW_ERR_KERNEL,
              "dot does not reduce");
  EXPECT_EQ(lw_call(LW_ADD, kF32x3, none, 0, nullptr), LW_OK);
}

}  // namespace
