// Every error path of the C ABI, caps of targets and threads, and the texts: status, message, and
// that nothing was written.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

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
constexpr lw_dtype kF64x2[] = {LW_F64, LW_F64};

// The status, and that the message names what was called.
void ExpectError(lw_status got, lw_status expected, const char* named) {
  EXPECT_EQ(got, expected) << lw_last_error();
  EXPECT_NE(std::string(lw_last_error()).find(named), std::string::npos)
      << "\"" << lw_last_error() << "\" does not name " << named;
}

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
  ExpectError(lw_reduce(LW_SUM, LW_F16, &in, 1, &columns, nullptr), LW_ERR_DTYPE, "sum");
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

TEST(ApiInfo, KernelList) {
  ASSERT_GT(lw_kernel_count(), 0);
  lw_kernel_record record = {};
  EXPECT_EQ(lw_kernel_info(0, nullptr), LW_ERR_NULL);
  record.struct_size = sizeof(record);
  for (int32_t index : {-1, lw_kernel_count(), INT_MAX, INT_MIN}) {
    EXPECT_EQ(lw_kernel_info(index, &record), LW_ERR_KERNEL);
  }
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    ASSERT_EQ(lw_kernel_info(i, &record), LW_OK);
    lw_kernel found;
    EXPECT_EQ(lw_find_kernel(record.name, &found), LW_OK);
    EXPECT_EQ(found, record.kernel);
    EXPECT_GE(std::strlen(record.doc), 5u);
    EXPECT_LE(record.max_ulp, 1.0);
    EXPECT_TRUE(record.outputs == 1 || record.outputs == 2);
    EXPECT_TRUE(record.inputs >= 1 && record.inputs + record.outputs <= LW_MAX_OPERANDS);
    for (int k = 0; k < record.inputs + record.outputs; ++k) {
      EXPECT_GT(lw_dtype_size(record.dtypes[k]), 0u);
    }
  }
  lw_kernel kernel = LW_ADD;
  EXPECT_EQ(lw_find_kernel("no such kernel", &kernel), LW_ERR_KERNEL);
  EXPECT_EQ(lw_find_kernel(nullptr, &kernel), LW_ERR_NULL);
  EXPECT_EQ(lw_find_kernel("add", nullptr), LW_ERR_NULL);
}

// Structs with a struct_size: their sizes in release 0.1, written down. These never change.
constexpr uint32_t kKernelRecord01 = 88, kCallOptions01 = 40;

TEST(ApiStructs, LayoutOfRelease01) {
  EXPECT_GE(sizeof(lw_kernel_record), kKernelRecord01);
  EXPECT_EQ(offsetof(lw_kernel_record, numerics_since), 80u);
  EXPECT_GE(sizeof(lw_call_options), kCallOptions01);
  EXPECT_EQ(offsetof(lw_call_options, ddof), 8u);
  EXPECT_EQ(offsetof(lw_call_options, first_bad_index), 32u);
  EXPECT_EQ(sizeof(lw_map_operand), 16u);
  EXPECT_EQ(sizeof(lw_operand), 16u);
  EXPECT_EQ(sizeof(lw_view), 32u);
}

TEST(ApiStructs, KernelRecord) {
  union {
    char bytes[4200];
    lw_kernel_record record;
  } caller;
  const auto fill = [&](uint32_t struct_size) {
    std::memset(caller.bytes, 'g', sizeof(caller.bytes));
    caller.record.struct_size = struct_size;
    return lw_kernel_info(0, &caller.record);
  };
  for (uint32_t size : {uint32_t{0}, uint32_t{4}, kKernelRecord01 - 1, 4097u, UINT32_MAX}) {
    ExpectError(fill(size), LW_ERR_SHAPE, "struct_size");
    EXPECT_NE(std::string(lw_last_error()).find(std::to_string(size)), std::string::npos);
    EXPECT_EQ(caller.record.struct_size, size);
    for (size_t i = 4; i < sizeof(caller.bytes); ++i) ASSERT_EQ(caller.bytes[i], 'g');
  }
  // A newer caller's fields become 0, those of an older one end where its struct ends.
  for (uint32_t size : {kKernelRecord01, kKernelRecord01 + 1, kKernelRecord01 + 100, 4096u}) {
    ASSERT_EQ(fill(size), LW_OK) << lw_last_error();
    EXPECT_EQ(caller.record.struct_size, size);
    EXPECT_STREQ(caller.record.name, "add");
    EXPECT_EQ(caller.record.inputs, 2);
    EXPECT_EQ(caller.record.numerics_since, 1);
    for (size_t i = sizeof(lw_kernel_record); i < size; ++i) ASSERT_EQ(caller.bytes[i], 0) << i;
    for (size_t i = size; i < sizeof(caller.bytes); ++i) ASSERT_EQ(caller.bytes[i], 'g') << i;
  }
}

TEST(ApiStructs, CallOptions) {
  union {
    char bytes[4200];
    lw_call_options options;
  } caller;
  const float x[] = {1, 2, 6};
  const int64_t shape[] = {3}, step[] = {4};
  float out = 0;
  const lw_view in = {x, 1, shape, step}, result = {&out, 0, nullptr, nullptr};
  const auto reduce = [&](uint32_t struct_size) {
    caller.options = {struct_size, 0, 1.0, 0, 0, 0};
    out = -77;
    return lw_reduce(LW_VAR, LW_F32, &in, 1, &result, &caller.options);
  };
  std::memset(caller.bytes, 0, sizeof(caller.bytes));
  for (uint32_t size : {uint32_t{0}, uint32_t{4}, kCallOptions01 - 1, 4097u, UINT32_MAX}) {
    ExpectError(reduce(size), LW_ERR_SHAPE, "struct_size");
    EXPECT_EQ(out, -77);
  }
  for (uint32_t size : {kCallOptions01, kCallOptions01 + 1, kCallOptions01 + 100, 4096u}) {
    ASSERT_EQ(reduce(size), LW_OK) << lw_last_error();
    EXPECT_EQ(out, 7);
  }
  // An option that the library does not know counts unless it is 0.
  for (uint32_t at : {kCallOptions01, 999u, 4095u}) {
    caller.bytes[at] = 1;
    ExpectError(reduce(4096), LW_ERR_UNSUPPORTED, "options");
    EXPECT_EQ(out, -77);
    EXPECT_EQ(reduce(at), LW_OK) << "it lies behind the struct";
    caller.bytes[at] = 0;
  }
}

TEST(ApiInfo, Dtypes) {
  for (int i = 0; i <= LW_F64; ++i) {
    lw_dtype dtype;
    ASSERT_EQ(lw_dtype_parse(lw_dtype_name(static_cast<lw_dtype>(i)), &dtype), LW_OK);
    EXPECT_EQ(static_cast<int>(dtype), i);
  }
  lw_dtype dtype = LW_I8;
  EXPECT_EQ(lw_dtype_parse("float64", &dtype), LW_OK);
  EXPECT_EQ(dtype, LW_F64);
  ExpectError(lw_dtype_parse("float80", &dtype), LW_ERR_DTYPE, "float80");
  EXPECT_EQ(lw_dtype_parse("", &dtype), LW_ERR_DTYPE);
  EXPECT_EQ(lw_dtype_parse(std::string(10000, 'x').c_str(), &dtype), LW_ERR_DTYPE);
  EXPECT_EQ(lw_dtype_parse(nullptr, &dtype), LW_ERR_NULL);
  EXPECT_EQ(lw_dtype_parse("f32", nullptr), LW_ERR_NULL);
  EXPECT_EQ(dtype, LW_F64);
}

TEST(ApiInfo, Promotion) {
  for (int a = 0; a <= LW_F64; ++a) {
    for (int b = 0; b <= LW_F64; ++b) {
      lw_dtype ab = LW_BOOL, ba = LW_F64, again = LW_BOOL;
      ASSERT_EQ(lw_promote(static_cast<lw_dtype>(a), static_cast<lw_dtype>(b), &ab), LW_OK);
      ASSERT_EQ(lw_promote(static_cast<lw_dtype>(b), static_cast<lw_dtype>(a), &ba), LW_OK);
      EXPECT_EQ(ab, ba);
      ASSERT_EQ(lw_promote(ab, static_cast<lw_dtype>(b), &again), LW_OK);
      EXPECT_EQ(again, ab);
      if (a == b) {
        EXPECT_EQ(static_cast<int>(ab), a);
      }
    }
  }
  lw_dtype dtype = LW_I8;
  EXPECT_EQ(lw_promote(LW_I32, LW_F32, &dtype), LW_OK);
  EXPECT_EQ(dtype, LW_F64);
  EXPECT_EQ(lw_promote(LW_I32, LW_F32, nullptr), LW_ERR_NULL);
  ExpectError(lw_promote(LW_I32, static_cast<lw_dtype>(13), &dtype), LW_ERR_DTYPE, "lw_promote");
  ExpectError(lw_promote(static_cast<lw_dtype>(-1), LW_I8, &dtype), LW_ERR_DTYPE, "lw_promote");
  EXPECT_EQ(dtype, LW_F64);
}

TEST(ApiInfo, LastErrorBelongsToTheThread) {
  EXPECT_EQ(lw_exp_f64(-1, nullptr, nullptr), LW_ERR_SIZE);
  const std::string here = lw_last_error();
  std::thread([] {
    EXPECT_STREQ(lw_last_error(), "");
    EXPECT_EQ(lw_log_f64(-1, nullptr, nullptr), LW_ERR_SIZE);
  }).join();
  EXPECT_EQ(here, lw_last_error());
  const double x = 1;
  double out;
  EXPECT_EQ(
      lw_call(LW_EXP, kF64x2, std::array<lw_operand, 2>{{{&x, 8}, {&out, 8}}}.data(), 1, nullptr),
      LW_OK);
  EXPECT_EQ(here, lw_last_error()) << "a call that succeeds keeps the message";
}

}  // namespace
