// What the C ABI tells about itself: the kernel list, structs that grow, dtypes, the last message.

#include <gtest/gtest.h>

#include <array>
#include <climits>
#include <cstring>
#include <string>
#include <thread>

#include "expect_error.h"
#include "lanewise/lanewise.h"

namespace {

constexpr lw_dtype kF64x2[] = {LW_F64, LW_F64};

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
