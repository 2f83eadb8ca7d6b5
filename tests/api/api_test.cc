// Every error path of the C ABI's calls: status, message, and that nothing was written.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <climits>
#include <string>

#include "expect_error.h"
#include "lanewise/lanewise.h"

namespace {

// Ids that no enumerator has; through volatile, so that the compiler does not judge them.
lw_kernel WildKernel(int id) {
  volatile int value = id;
  return static_cast<lw_kernel>(value);
}
lw_dtype WildDtype(int id) {
  volatile int value = id;
  return static_cast<lw_dtype>(value);
}

constexpr lw_dtype kF32x3[] = {LW_F32, LW_F32, LW_F32};

// Three float arrays and the output, which must keep its marks.
class ApiCall : public ::testing::Test {
 protected:
  void SetUp() override { x_.fill(1), y_.fill(2), out_.fill(kMark); }
  void ExpectUntouched() const {
    for (float value : out_) ASSERT_EQ(value, kMark);
  }
  lw_status Add(void* x, int64_t sx, void* y, int64_t sy, void* out, int64_t so, int64_t n) {
    const lw_operand operands[] = {{x, sx}, {y, sy}, {out, so}};
    return lw_call(LW_ADD, kF32x3, operands, n, nullptr);
  }
  static constexpr float kMark = -77;
  std::array<float, 64> x_, y_, out_;
};

TEST_F(ApiCall, NullPointers) {
  const lw_operand operands[] = {{x_.data(), 4}, {y_.data(), 4}, {out_.data(), 4}};
  EXPECT_EQ(lw_call(LW_ADD, nullptr, operands, 4, nullptr), LW_ERR_NULL);
  EXPECT_EQ(lw_call(LW_ADD, kF32x3, nullptr, 4, nullptr), LW_ERR_NULL);
  ExpectError(Add(nullptr, 4, y_.data(), 4, out_.data(), 4, 4), LW_ERR_NULL, "add");
  ExpectError(Add(x_.data(), 4, nullptr, 4, out_.data(), 4, 4), LW_ERR_NULL, "add");
  ExpectError(Add(x_.data(), 4, y_.data(), 4, nullptr, 4, 4), LW_ERR_NULL, "add");
  EXPECT_EQ(Add(nullptr, 4, nullptr, 0, nullptr, -4, 0), LW_OK);
  ExpectError(lw_exp_f32(3, nullptr, out_.data()), LW_ERR_NULL, "exp");
  ExpectError(lw_exp_f32(3, x_.data(), nullptr), LW_ERR_NULL, "exp");
  EXPECT_EQ(lw_exp_f32(0, nullptr, nullptr), LW_OK);
  ExpectError(lw_sum_f32(3, x_.data(), nullptr), LW_ERR_NULL, "sum");
  ExpectError(lw_sum_f32(3, nullptr, out_.data()), LW_ERR_NULL, "sum");
  ExpectError(lw_dot_f32(3, x_.data(), nullptr, out_.data()), LW_ERR_NULL, "dot");
  ExpectError(lw_cumulative_sum_f32(3, nullptr, out_.data()), LW_ERR_NULL, "cumulative_sum");
  const uint8_t mask[4] = {1, 1, 1, 1};
  int64_t count = 0;
  ExpectError(lw_compress_f32(4, x_.data(), mask, out_.data(), nullptr), LW_ERR_NULL, "compress");
  ExpectError(lw_compress_f32(4, x_.data(), nullptr, out_.data(), &count), LW_ERR_NULL, "compress");
  ExpectError(lw_compress_f32(4, x_.data(), mask, nullptr, &count), LW_ERR_NULL, "compress");
  ExpectUntouched();
}

TEST_F(ApiCall, BadSizes) {
  ExpectError(Add(x_.data(), 4, y_.data(), 4, out_.data(), 4, -1), LW_ERR_SIZE, "add");
  ExpectError(Add(x_.data(), 4, y_.data(), 4, out_.data(), 4, INT64_MIN), LW_ERR_SIZE, "add");
  ExpectError(Add(x_.data(), 4, y_.data(), 4, out_.data(), 4, INT64_MAX), LW_ERR_SIZE, "add");
  ExpectError(Add(x_.data(), 4, y_.data(), 4, out_.data(), INT64_MAX, 3), LW_ERR_SIZE, "add");
  ExpectError(Add(x_.data(), INT64_MIN, y_.data(), 4, out_.data(), 4, 2), LW_ERR_SIZE, "add");
  ExpectError(Add(x_.data(), 4, y_.data(), -(INT64_MAX / 2), out_.data(), 4, 9), LW_ERR_SIZE,
              "add");
  ExpectError(lw_exp_f64(-5, nullptr, nullptr), LW_ERR_SIZE, "exp");
  ExpectError(lw_sum_f32(-1, x_.data(), out_.data()), LW_ERR_SIZE, "sum");
  ExpectError(lw_sum_f32(INT64_MAX, x_.data(), out_.data()), LW_ERR_SIZE, "sum");
  ExpectError(lw_min_f32(0, x_.data(), out_.data()), LW_ERR_SIZE, "min");
  ExpectError(lw_max_f32(0, x_.data(), out_.data()), LW_ERR_SIZE, "max");
  int64_t index = 7;
  ExpectError(lw_argmax_f32(0, x_.data(), &index), LW_ERR_SIZE, "argmax");
  EXPECT_EQ(index, 7);
  const lw_operand far[] = {{x_.data(), INT64_MAX / 4}, {out_.data(), 4}};
  ExpectError(lw_call(LW_SUM, kF32x3, far, 100, nullptr), LW_ERR_SIZE, "sum");
  ExpectError(lw_cumulative_sum_f32(-1, x_.data(), out_.data()), LW_ERR_SIZE, "cumulative_sum");
  int64_t count = 7;
  ExpectError(lw_compress_f32(-1, x_.data(), nullptr, out_.data(), &count), LW_ERR_SIZE,
              "compress");
  ExpectUntouched();
}

TEST_F(ApiCall, UnknownKernelsAndDtypes) {
  const lw_operand operands[] = {
      {x_.data(), 4}, {y_.data(), 4}, {out_.data(), 4}, {out_.data(), 4}};
  void* context;
  lw_loop loop;
  size_t length;
  lw_kernel_record last = {};
  last.struct_size = sizeof(last);
  int first_free = 0;
  for (int32_t i = 0; lw_kernel_info(i, &last) == LW_OK; ++i) {
    first_free = std::max(first_free, last.kernel + 1);
  }
  for (int id : {-1, first_free, first_free + 1, 4096, INT_MAX, INT_MIN}) {
    ExpectError(lw_call(WildKernel(id), kF32x3, operands, 4, nullptr), LW_ERR_KERNEL,
                std::to_string(id).c_str());
    EXPECT_EQ(lw_find_loop(WildKernel(id), kF32x3, &loop, &context), LW_ERR_KERNEL);
    EXPECT_EQ(lw_explain(WildKernel(id), nullptr, 0, 0, nullptr, 0, &length), LW_ERR_KERNEL);
    EXPECT_EQ(lw_dtype_size(WildDtype(id < 0 ? id : id | 64)), 0u);
    EXPECT_EQ(lw_dtype_name(WildDtype(id < 0 ? id : id | 64)), nullptr);
    const lw_dtype wild[] = {LW_F32, WildDtype(id < 0 ? id : id | 64), LW_F32};
    ExpectError(lw_call(LW_ADD, wild, operands, 4, nullptr), LW_ERR_DTYPE, "add");
    const lw_view view = {x_.data(), 0, nullptr, nullptr};
    EXPECT_EQ(lw_reduce(WildKernel(id), LW_F32, &view, 0, &view, nullptr), LW_ERR_KERNEL);
  }
  const lw_dtype mixed[] = {LW_F32, LW_F64, LW_F32}, bools[] = {LW_BOOL, LW_BOOL, LW_BOOL};
  ExpectError(lw_call(LW_ADD, mixed, operands, 4, nullptr), LW_ERR_DTYPE, "add");
  ExpectError(lw_call(LW_ADD, bools, operands, 4, nullptr), LW_ERR_DTYPE, "f32");
  ExpectError(lw_find_loop(LW_ADD, mixed, &loop, &context), LW_ERR_DTYPE, "add");
  ExpectError(lw_find_loop(LW_SUM, kF32x3, &loop, &context), LW_ERR_UNSUPPORTED, "sum");
  EXPECT_EQ(lw_find_loop(LW_ADD, nullptr, &loop, &context), LW_ERR_NULL);
  EXPECT_EQ(lw_find_loop(LW_ADD, kF32x3, nullptr, &context), LW_ERR_NULL);
  EXPECT_EQ(lw_find_loop(LW_ADD, kF32x3, &loop, nullptr), LW_ERR_NULL);
  ExpectError(lw_explain(LW_ADD, mixed, 0, 0, nullptr, 0, &length), LW_ERR_DTYPE, "add");
  ExpectUntouched();
}

TEST_F(ApiCall, Options) {
  lw_call_options options = {sizeof(options), 0, 0, 0, 0, 0};
  const lw_operand add[] = {{x_.data(), 4}, {y_.data(), 4}, {out_.data(), 4}};
  ASSERT_EQ(lw_call(LW_ADD, kF32x3, add, 5, &options), LW_OK);
  EXPECT_EQ(options.result_count, 5);
  EXPECT_EQ(options.first_bad_index, -1);
  // ddof counts here too: the variance of 1 and 3.
  const float values[] = {1, 3};
  const lw_operand var[] = {{values, 4}, {out_.data(), 4}};
  options.ddof = 1;
  ASSERT_EQ(lw_call(LW_VAR, kF32x3, var, 2, &options), LW_OK);
  EXPECT_EQ(out_[0], 2);
  EXPECT_EQ(options.result_count, 1);
  options.reserved = 1;
  ExpectError(lw_call(LW_ADD, kF32x3, add, 5, &options), LW_ERR_UNSUPPORTED, "options");
}

TEST_F(ApiCall, CompressMindsItsRoom) {
  const unsigned char mask[] = {1, 0, 7, 0, 255};
  const lw_dtype dtypes[] = {LW_F32, LW_BOOL, LW_F32};
  const lw_operand operands[] = {{x_.data(), 4}, {mask, 1}, {out_.data(), 4}};
  lw_call_options options = {sizeof(options), 0, 0, 2, 0, 0};
  ExpectError(lw_call(LW_COMPRESS, dtypes, operands, 5, &options), LW_ERR_SHAPE,
              "selects 3 elements, the output has room for 2");
  options.result_capacity = -1;
  ExpectError(lw_call(LW_COMPRESS, dtypes, operands, 5, &options), LW_ERR_SHAPE, "room");
  ExpectUntouched();
  for (const int64_t capacity : {0, 3, 64}) {
    options.result_capacity = capacity;
    options.result_count = 0;
    ASSERT_EQ(lw_call(LW_COMPRESS, dtypes, operands, 5, &options), LW_OK) << lw_last_error();
    EXPECT_EQ(options.result_count, 3);
    EXPECT_EQ(out_[2], x_[4]);
  }
}

TEST_F(ApiCall, Overlap) {
  float* x = x_.data();
  float* y = y_.data();
  std::array<float, 64> before = x_;
  // Shifted by an element or a byte, another stride or size, scalars within the output.
  ExpectError(Add(x, 4, y, 4, x + 1, 4, 10), LW_ERR_OVERLAP, "add");
  ExpectError(Add(x + 1, 4, y, 4, x, 4, 10), LW_ERR_OVERLAP, "add");
  ExpectError(Add(x, 4, y, 4, reinterpret_cast<char*>(x) + 1, 4, 10), LW_ERR_OVERLAP, "add");
  ExpectError(Add(y, 4, x, 4, x, 8, 10), LW_ERR_OVERLAP, "input 1");
  ExpectError(Add(x + 9, -4, y, 4, x, 4, 10), LW_ERR_OVERLAP, "add");
  ExpectError(Add(x, 0, y, 4, x, 4, 10), LW_ERR_OVERLAP, "add");
  ExpectError(Add(x + 5, 0, y, 4, x, 4, 10), LW_ERR_OVERLAP, "add");
  ExpectError(Add(x, 8, y, 4, x + 2, 8, 10), LW_ERR_OVERLAP, "add");
  ExpectError(Add(x, 12, y, 4, x + 4, 8, 10), LW_ERR_OVERLAP, "add");
  // Elements of the output overlap each other.
  for (int64_t stride : {0, 1, -1, 3, -3}) {
    ExpectError(Add(y, 4, y, 4, out_.data() + 32, stride, 2), LW_ERR_OVERLAP, "add");
  }
  ExpectError(lw_exp_f32(10, x, x + 1), LW_ERR_OVERLAP, "exp");
  ExpectError(lw_cumulative_sum_f32(10, x, x + 1), LW_ERR_OVERLAP, "cumulative_sum");
  const lw_operand widen[] = {{x, 4}, {x, 8}};
  const lw_dtype to_f64[] = {LW_F32, LW_F64};
  ExpectError(lw_call(LW_CONVERT, to_f64, widen, 8, nullptr), LW_ERR_OVERLAP, "convert");
  const uint8_t mask[8] = {0, 1, 1, 1, 1, 1, 1, 1};
  int64_t count;
  ExpectError(lw_compress_f32(8, x, mask, x + 1, &count), LW_ERR_OVERLAP, "compress");
  EXPECT_EQ(x_, before);
  ExpectUntouched();

  // What shares no byte works: in place, interleaved, touching, one element, strides 2 and 3 that
  // never meet within n.
  EXPECT_EQ(Add(x, 4, y, 4, x, 4, 10), LW_OK);
  EXPECT_EQ(Add(x, 4, x, 4, x, 4, 10), LW_OK);
  EXPECT_EQ(Add(x + 9, -4, y, 4, x + 9, -4, 10), LW_OK);
  EXPECT_EQ(Add(x, 8, y, 4, x + 1, 8, 10), LW_OK);
  EXPECT_EQ(Add(x + 1, -8, y, 4, x, -8, 1), LW_OK);
  EXPECT_EQ(Add(x, 4, y, 4, x + 10, 4, 10), LW_OK);
  EXPECT_EQ(Add(x, 4, y, 4, x, 0, 1), LW_OK);
  EXPECT_EQ(Add(x, 16, y, 4, x + 2, 24, 2), LW_OK) << lw_last_error();
  EXPECT_EQ(Add(x, 0, x, 0, x + 1, 4, 5), LW_OK);
}

TEST_F(ApiCall, ReduceViews) {
  const int64_t shape[] = {4, 3}, strides[] = {12, 4}, four[] = {4}, three[] = {3}, step[] = {4};
  const lw_view in = {x_.data(), 2, shape, strides};
  const lw_view rows = {out_.data(), 1, four, step}, columns = {out_.data(), 1, three, step};
  const lw_view scalar = {out_.data(), 0, nullptr, nullptr};
  const auto reduce = [](const lw_view* a, uint64_t mask, const lw_view* b) {
    return lw_reduce(LW_SUM, LW_F32, a, mask, b, nullptr);
  };
  EXPECT_EQ(reduce(nullptr, 1, &rows), LW_ERR_NULL);
  EXPECT_EQ(reduce(&in, 1, nullptr), LW_ERR_NULL);
  ExpectError(reduce(&in, 1, &rows), LW_ERR_SHAPE, "sum");
  ExpectError(reduce(&in, 2, &columns), LW_ERR_SHAPE, "sum");
  ExpectError(reduce(&in, 3, &columns), LW_ERR_SHAPE, "sum");
  ExpectError(reduce(&in, 4, &scalar), LW_ERR_SHAPE, "sum");
  ExpectError(reduce(&in, ~uint64_t{0}, &scalar), LW_ERR_SHAPE, "sum");
  for (int32_t ndim : {-1, LW_MAX_NDIM + 1, INT_MAX, INT_MIN}) {
    const lw_view bad = {x_.data(), ndim, shape, strides};
    ExpectError(reduce(&bad, 0, &scalar), LW_ERR_SIZE, "sum");
  }
  const int64_t negative[] = {4, -3}, huge[] = {INT64_MAX / 2, 3}, apart[] = {INT64_MAX / 2, 4};
  const int64_t lowest[] = {INT64_MIN, 4}, two[] = {2, 3};
  const lw_view less = {x_.data(), 2, negative, strides}, more = {x_.data(), 2, huge, strides};
  const lw_view far = {x_.data(), 2, shape, apart}, down = {x_.data(), 2, two, lowest};
  for (const lw_view* bad : {&less, &more, &far, &down}) {
    ExpectError(reduce(bad, 3, &scalar), LW_ERR_SIZE, "sum");
  }
  const lw_view no_data = {nullptr, 2, shape, strides}, no_shape = {x_.data(), 2, nullptr, strides};
  const lw_view no_strides = {x_.data(), 2, shape, nullptr}, no_out = {nullptr, 1, three, step};
  ExpectError(reduce(&no_data, 3, &scalar), LW_ERR_NULL, "sum");
  ExpectError(reduce(&no_shape, 3, &scalar), LW_ERR_NULL, "sum");
  ExpectError(reduce(&no_strides, 3, &scalar), LW_ERR_NULL, "sum");
  ExpectError(reduce(&in, 1, &no_out), LW_ERR_NULL, "sum");
  const int64_t zero_step[] = {0};
  const lw_view same_place = {out_.data(), 1, three, zero_step},
                within = {x_.data(), 1, three, step};
  ExpectError(reduce(&in, 1, &same_place), LW_ERR_OVERLAP, "sum");
  ExpectError(reduce(&in, 1, &within), LW_ERR_OVERLAP, "sum");
  const int64_t empty[] = {0, 3};
  const lw_view nothing = {nullptr, 2, empty, strides};
  ExpectError(lw_reduce(LW_MIN, LW_F32, &nothing, 1, &columns, nullptr), LW_ERR_SIZE, "min");
  ExpectError(lw_reduce(LW_EXP, LW_F32, &in, 1, &columns, nullptr), LW_ERR_KERNEL, "exp");
  ExpectError(lw_reduce(LW_SUM, static_cast<lw_dtype>(15), &in, 1, &columns, nullptr), LW_ERR_DTYPE,
              "sum");
  lw_call_options good = {sizeof(good), 0, 1.0, 0, 0, 0};
  ExpectUntouched();

  EXPECT_EQ(reduce(&in, 1, &columns), LW_OK);
  EXPECT_EQ(out_[0], 4);
  EXPECT_EQ(out_[3], kMark);
  EXPECT_EQ(reduce(&nothing, 1, &columns), LW_OK);
  EXPECT_EQ(out_[2], 0);
  EXPECT_EQ(lw_reduce(LW_VAR, LW_F32, &in, 2, &rows, &good), LW_OK);
  EXPECT_EQ(lw_reduce(LW_SUM, LW_F32, &scalar, 0, &scalar, nullptr), LW_ERR_OVERLAP);
}

}  // namespace
