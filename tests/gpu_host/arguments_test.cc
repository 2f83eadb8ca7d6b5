// Bad arguments of the GPU's C API: each gives its code and a sentence that names the culprit, and
// nothing is queued, allocated or looked up in the arrays.

#include <gtest/gtest.h>

#include "tests/gpu_host/fake_gpu.h"

namespace {

using lw_test::DeviceBytes;
using lw_test::ExpectError;
using lw_test::Fake;

constexpr lw_dtype kF32[] = {LW_F32, LW_F32, LW_F32};
constexpr int64_t kStride = 4, kTwo = 2;

class GpuArguments : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { static const lw_test::FakeGpu gpu; }
  void SetUp() override { before_ = Fake().counters(); }
  void TearDown() override {
    const FakeCounters after = Fake().counters();
    EXPECT_EQ(after.launches, before_.launches);
    EXPECT_EQ(after.queued, before_.queued);
    EXPECT_EQ(after.allocations, before_.allocations);
    EXPECT_EQ(after.synchronises, before_.synchronises);
  }
  lw_gpu_operand At(int64_t byte) { return {memory_.data() + byte, &kStride, 0, 0}; }

  // negative(x) -> out over one axis.
  lw_status Call(const lw_gpu_operand& x, const lw_gpu_operand& out, int64_t n = 2,
                 const lw_gpu_options* options = nullptr) {
    const lw_gpu_operand operands[] = {x, out};
    return lw_gpu_call(LW_NEGATIVE, kF32, operands, 1, &n, options);
  }

  DeviceBytes memory_{4096};
  FakeCounters before_{};
};

TEST_F(GpuArguments, KernelsAndDtypes) {
  const lw_gpu_operand operands[] = {At(0), At(100), At(200), At(300)};
  const auto call = [&](int kernel, const lw_dtype* dtypes) {
    return lw_gpu_call(static_cast<lw_kernel>(kernel), dtypes, operands, 1, &kTwo, nullptr);
  };
  ExpectError(call(-1, kF32), LW_ERR_KERNEL, "-1");
  ExpectError(call(9999, kF32), LW_ERR_KERNEL, "9999");
  const lw_dtype odd[] = {LW_F32, LW_I8, static_cast<lw_dtype>(77)};
  ExpectError(call(LW_ADD, odd), LW_ERR_DTYPE, "not f32,i8->?");
  ExpectError(call(LW_ADD, nullptr), LW_ERR_NULL, "dtypes");
  ExpectError(lw_gpu_call(LW_ADD, kF32, nullptr, 1, &kTwo, nullptr), LW_ERR_NULL, "operands");
  ExpectError(call(LW_SUM, kF32), LW_ERR_KERNEL, "lw_gpu_reduce");
  const lw_dtype arg[] = {LW_F32, LW_I64}, compress[] = {LW_F32, LW_BOOL, LW_F32};
  ExpectError(call(LW_ARGMAX, arg), LW_ERR_KERNEL, "lw_gpu_reduce");
  ExpectError(call(LW_COMPRESS, compress), LW_ERR_KERNEL, "lw_gpu_compress");
  const lw_dtype search[] = {LW_F32, LW_F32, LW_I64};
  ExpectError(call(LW_SEARCHSORTED, search), LW_ERR_KERNEL, "searchsorted runs on the CPU alone");
  int32_t has;
  ExpectError(lw_gpu_has_kernel(LW_ADD, nullptr, &has), LW_ERR_NULL, "dtypes");
  ExpectError(lw_gpu_has_kernel(static_cast<lw_kernel>(-7), kF32, &has), LW_ERR_KERNEL, "-7");
  ExpectError(lw_gpu_warmup(0, static_cast<lw_kernel>(-7), nullptr), LW_ERR_KERNEL, "-7");
  ExpectError(lw_gpu_warmup(0, LW_ADD, odd), LW_ERR_DTYPE, "f32,i8");
  ExpectError(lw_gpu_warmup(9, LW_ADD, kF32), LW_ERR_VALUE, "device 9");
}

TEST_F(GpuArguments, ShapesAndPointers) {
  ExpectError(Call(At(0), At(100), -1), LW_ERR_SIZE, "input 0 has negative size -1");
  ExpectError(Call(At(0), At(100), INT64_MAX), LW_ERR_SIZE, "address space");
  ExpectError(Call({nullptr, &kStride, 0, 0}, At(100)), LW_ERR_NULL, "input 0");
  ExpectError(Call(At(0), {nullptr, &kStride, 0, 0}), LW_ERR_NULL, "the output");
  ExpectError(Call({memory_.data(), nullptr, 0, 0}, At(100)), LW_ERR_NULL, "strides of input 0");
  const lw_gpu_operand operands[] = {At(0), At(100), At(200)};
  const auto ndim = [&](lw_kernel kernel, int32_t count, const int64_t* shape) {
    return lw_gpu_call(kernel, kF32, operands, count, shape, nullptr);
  };
  ExpectError(ndim(LW_NEGATIVE, -1, &kTwo), LW_ERR_SIZE, "ndim is -1");
  ExpectError(ndim(LW_NEGATIVE, 33, &kTwo), LW_ERR_SIZE, "ndim is 33");
  ExpectError(ndim(LW_NEGATIVE, 1, nullptr), LW_ERR_NULL, "shape");
  const int64_t shape[] = {2, 2};
  ExpectError(ndim(LW_DOT, 2, shape), LW_ERR_SHAPE, "dot takes 1 axis, not 2");
  ExpectError(ndim(LW_CUMULATIVE_SUM, 0, shape), LW_ERR_SHAPE, "1 axis");
  // Nothing to do is no error, and asks for nothing.
  EXPECT_EQ(Call({nullptr, &kStride, 0, 0}, {nullptr, &kStride, 0, 0}, 0), LW_OK);
  EXPECT_EQ(Fake().counters().lookups, before_.lookups);
}

TEST_F(GpuArguments, Alignment) {
  ExpectError(Call(At(1), At(100)), LW_ERR_VALUE, "elements of input 0 are not aligned");
  const int64_t six = 6;
  ExpectError(Call(At(0), {memory_.data() + 100, &six, 0, 0}), LW_ERR_VALUE, "the output");
}

TEST_F(GpuArguments, Overlap) {
  ExpectError(Call(At(0), At(4)), LW_ERR_OVERLAP, "the output overlaps input 0 other than");
  const int64_t zero = 0;
  ExpectError(Call(At(100), {memory_.data(), &zero, 0, 0}), LW_ERR_OVERLAP,
              "elements of the output");
  ExpectError(Call({memory_.data(), &zero, 0, 0}, At(0)), LW_ERR_OVERLAP, "overlaps input 0");
  // A square and its transpose.
  const int64_t shape[] = {8, 8}, rows[] = {32, 4}, columns[] = {4, 32};
  const lw_gpu_operand operands[] = {{memory_.data(), columns, 0, 0}, {memory_.data(), rows, 0, 0}};
  ExpectError(lw_gpu_call(LW_NEGATIVE, kF32, operands, 2, shape, nullptr), LW_ERR_OVERLAP,
              "input 0");
  const lw_view in{memory_.data(), 1, &kTwo, &kStride},
      out{memory_.data() + 4, 0, nullptr, nullptr};
  ExpectError(lw_gpu_reduce(LW_SUM, LW_F32, &in, 1, &out, nullptr, nullptr), LW_ERR_OVERLAP,
              "overlaps");
  // dot has no "in place".
  const int64_t one = 1;
  const lw_gpu_operand dot[] = {At(0), At(100), At(0)};
  ExpectError(lw_gpu_call(LW_DOT, kF32, dot, 1, &one, nullptr), LW_ERR_OVERLAP, "overlaps input 0");
}

TEST_F(GpuArguments, HostScalars) {
  float two = 2;
  ExpectError(Call(At(0), {&two, nullptr, 1, 0}), LW_ERR_VALUE,
              "the output cannot be a host scalar");
  ExpectError(Call({nullptr, nullptr, 1, 0}, At(0)), LW_ERR_NULL, "input 0");
  ExpectError(Call({&two, nullptr, 2, 0}, At(0)), LW_ERR_UNSUPPORTED, "input 0");
  ExpectError(Call({memory_.data(), &kStride, 0, 5}, At(0)), LW_ERR_UNSUPPORTED, "input 0");
  const lw_gpu_operand dot[] = {At(0), {&two, nullptr, 1, 0}, At(100)};
  ExpectError(lw_gpu_call(LW_DOT, kF32, dot, 1, &kTwo, nullptr), LW_ERR_VALUE, "input 1");
}

TEST_F(GpuArguments, Options) {
  lw_gpu_options options{};
  ExpectError(Call(At(0), At(100), 2, &options), LW_ERR_SHAPE, "struct_size is 0");
  options.struct_size = sizeof(options);
  options.flags = 1u << 31;
  ExpectError(Call(At(0), At(100), 2, &options), LW_ERR_UNSUPPORTED, "lw_gpu_call");
  options.flags = 0;
  lw_gpu_allocator allocator{};
  options.allocator = &allocator;
  ExpectError(Call(At(0), At(100), 2, &options), LW_ERR_NULL, "allocator");
  // A newer program's options, of which it uses none, or one.
  struct {
    lw_gpu_options known;
    int64_t later;
  } newer{};
  newer.known.struct_size = sizeof(newer);
  EXPECT_EQ(Call(At(0), At(100), 0, &newer.known), LW_OK);
  newer.later = 1;
  ExpectError(Call(At(0), At(100), 0, &newer.known), LW_ERR_UNSUPPORTED, "lacks");
  const lw_view in{memory_.data(), 1, &kTwo, &kStride},
      out{memory_.data() + 100, 0, nullptr, nullptr};
  lw_call_options reduce{};
  ExpectError(lw_gpu_reduce(LW_VAR, LW_F32, &in, 1, &out, &reduce, nullptr), LW_ERR_SHAPE,
              "struct_size");
}

TEST_F(GpuArguments, Reductions) {
  const lw_view in{memory_.data(), 1, &kTwo, &kStride},
      out{memory_.data() + 100, 0, nullptr, nullptr};
  const auto reduce = [&](int kernel, lw_dtype dtype, const lw_view* x, uint64_t mask,
                          const lw_view* result) {
    return lw_gpu_reduce(static_cast<lw_kernel>(kernel), dtype, x, mask, result, nullptr, nullptr);
  };
  ExpectError(reduce(LW_SUM, LW_F32, nullptr, 1, &out), LW_ERR_NULL, "in is null");
  ExpectError(reduce(LW_SUM, LW_F32, &in, 1, nullptr), LW_ERR_NULL, "out is null");
  ExpectError(reduce(999, LW_F32, &in, 1, &out), LW_ERR_KERNEL, "999");
  ExpectError(reduce(LW_EXP, LW_F32, &in, 1, &out), LW_ERR_KERNEL, "exp does not reduce");
  ExpectError(reduce(LW_DOT, LW_F32, &in, 1, &out), LW_ERR_KERNEL, "dot does not reduce");
  ExpectError(reduce(LW_SUM, static_cast<lw_dtype>(15), &in, 1, &out), LW_ERR_DTYPE,
              "sum reduces f32->f32, f64->f64, i32->i64");
  ExpectError(reduce(LW_SUM, LW_F32, &in, 2, &out), LW_ERR_SHAPE, "axis_mask 0x2");
  ExpectError(reduce(LW_SUM, LW_F32, &in, 0, &out), LW_ERR_SHAPE, "ndim 0, expected 1");
  const int64_t none = 0;
  const lw_view empty{nullptr, 1, &none, &kStride}, odd{memory_.data() + 2, 1, &kTwo, &kStride};
  ExpectError(reduce(LW_MAX, LW_F32, &empty, 1, &out), LW_ERR_SIZE, "empty");
  ExpectError(reduce(LW_SUM, LW_F32, &odd, 1, &out), LW_ERR_VALUE, "the input are not aligned");
  const lw_view crooked{memory_.data() + 102, 0, nullptr, nullptr};
  ExpectError(reduce(LW_SUM, LW_F32, &in, 1, &crooked), LW_ERR_VALUE, "the output are not aligned");
}

TEST_F(GpuArguments, HostResults) {
  const lw_view x{memory_.data(), 1, &kTwo, &kStride};
  double value = 5;
  const auto reduce = [&](int kernel, lw_dtype dtype, const lw_view* a, const lw_view* b,
                          void* result) {
    return lw_gpu_reduce_to_host(static_cast<lw_kernel>(kernel), dtype, a, b, result, nullptr,
                                 nullptr);
  };
  ExpectError(reduce(LW_SUM, LW_F32, nullptr, nullptr, &value), LW_ERR_NULL, "x is null");
  ExpectError(reduce(LW_SUM, LW_F32, &x, nullptr, nullptr), LW_ERR_NULL, "result is null");
  ExpectError(reduce(LW_SUM, LW_F32, &x, &x, &value), LW_ERR_VALUE, "y must be null");
  ExpectError(reduce(LW_DOT, LW_F32, &x, nullptr, &value), LW_ERR_NULL, "y is null");
  ExpectError(reduce(LW_DOT, static_cast<lw_dtype>(15), &x, &x, &value), LW_ERR_DTYPE, "not ");
  ExpectError(reduce(LW_ADD, LW_F32, &x, nullptr, &value), LW_ERR_KERNEL, "add does not reduce");
  ExpectError(reduce(-3, LW_F32, &x, nullptr, &value), LW_ERR_KERNEL, "-3");
  const int64_t three = 3;
  const lw_view longer{memory_.data() + 64, 1, &three, &kStride},
      scalar{memory_.data(), 0, nullptr, nullptr};
  ExpectError(reduce(LW_DOT, LW_F32, &x, &longer, &value), LW_ERR_SHAPE,
              "x has 2 elements and y 3");
  ExpectError(reduce(LW_DOT, LW_F32, &x, &scalar, &value), LW_ERR_SHAPE, "1 axis");
  const lw_view deep{memory_.data(), 40, &three, &kStride},
      negative{memory_.data(), -1, &three, &kStride};
  ExpectError(reduce(LW_SUM, LW_F32, &deep, nullptr, &value), LW_ERR_SIZE, "ndim 40");
  ExpectError(reduce(LW_SUM, LW_F32, &negative, nullptr, &value), LW_ERR_SIZE, "ndim -1");
  const int64_t none = 0;
  const lw_view empty{nullptr, 1, &none, &kStride};
  ExpectError(reduce(LW_MIN, LW_F32, &empty, nullptr, &value), LW_ERR_SIZE, "empty");
  EXPECT_EQ(value, 5);
}

TEST_F(GpuArguments, Compress) {
  const lw_operand x{memory_.data(), 4}, mask{memory_.data() + 100, 1},
      out{memory_.data() + 200, 4};
  int64_t* count = memory_.as<int64_t>() + 50;
  const auto compress = [&](lw_dtype dtype, int64_t n, const lw_operand* result, int64_t* number) {
    return lw_gpu_compress(dtype, n, &x, &mask, result, number, nullptr);
  };
  ExpectError(compress(LW_F32, 2, nullptr, count), LW_ERR_NULL, "lw_gpu_compress");
  ExpectError(compress(LW_F32, 2, &out, nullptr), LW_ERR_NULL, "lw_gpu_compress");
  ExpectError(compress(static_cast<lw_dtype>(77), 2, &out, count), LW_ERR_DTYPE, ", not ?,bool->?");
  ExpectError(compress(LW_F32, -2, &out, count), LW_ERR_SIZE, "-2");
  ExpectError(compress(LW_F32, 2, &x, count), LW_ERR_OVERLAP, "overlaps input 0");
  ExpectError(compress(LW_F32, 2, &out, memory_.as<int64_t>() + 25), LW_ERR_OVERLAP,
              "count overlaps the output");
  ExpectError(compress(LW_F32, 2, &out, reinterpret_cast<int64_t*>(memory_.data() + 402)),
              LW_ERR_VALUE, "count");
  int64_t on_host;
  ExpectError(compress(LW_F32, 2, &out, &on_host), LW_ERR_DEVICE, "count lies in host memory");
}

TEST_F(GpuArguments, NullResults) {
  ExpectError(lw_gpu_status(0, nullptr), LW_ERR_NULL, "state");
  for (int32_t wild : {-1, 2, 9}) {
    lw_gpu_state state = LW_GPU_FORKED;
    size_t length = 7;
    ExpectError(lw_gpu_status(wild, &state), LW_ERR_VALUE, "initialise");
    EXPECT_EQ(state, LW_GPU_FORKED);
    ExpectError(lw_gpu_explain(wild, 0, nullptr, 0, &length), LW_ERR_VALUE, "initialise");
    ExpectError(lw_gpu_explain(0, wild, nullptr, 0, &length), LW_ERR_VALUE, "json");
    EXPECT_EQ(length, 7u);
  }
  ExpectError(lw_gpu_explain(0, 0, nullptr, 5, nullptr), LW_ERR_NULL, "buffer");
  ExpectError(lw_gpu_device_count(nullptr), LW_ERR_NULL, "count");
  ExpectError(lw_gpu_device_info(0, nullptr), LW_ERR_NULL, "record");
  ExpectError(lw_gpu_pointer_info(memory_.data(), nullptr, nullptr), LW_ERR_NULL, "null");
  EXPECT_EQ(lw_gpu_state_name(static_cast<lw_gpu_state>(-1)), nullptr);
  EXPECT_EQ(lw_gpu_state_name(static_cast<lw_gpu_state>(17)), nullptr);
  EXPECT_STREQ(lw_gpu_state_name(LW_GPU_FORKED), "forked");
}

}  // namespace
