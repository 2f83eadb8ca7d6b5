// Every kernel through the GPU's C API, on random shapes and strides of fake device memory, against
// the CPU element by element. The whole output buffer is compared, gaps included.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>

#include "kernels/contracts.h"
#include "tests/gpu_host/fake_gpu.h"

namespace {

using lw_test::DeviceBytes;
using lw_test::Fake;

class GpuCalls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { static const lw_test::FakeGpu gpu; }
  std::mt19937 random_{7};
};

// One element that is harmless for every kernel: small finite numbers, truth values.
void FillElement(lw_dtype dtype, std::mt19937& random, char* to) {
  const int number = static_cast<int>(random() % 201) - 100;
  const auto put = [&](auto value) { std::memcpy(to, &value, sizeof(value)); };
  switch (dtype) {
    case LW_BOOL:
      return put(static_cast<uint8_t>(random() % 2));
    case LW_I8:
      return put(static_cast<int8_t>(number));
    case LW_U8:
      return put(static_cast<uint8_t>(number + 100));
    case LW_I16:
      return put(static_cast<int16_t>(number));
    case LW_U16:
      return put(static_cast<uint16_t>(number + 100));
    case LW_I32:
      return put(static_cast<int32_t>(number));
    case LW_U32:
      return put(static_cast<uint32_t>(number + 100));
    case LW_I64:
      return put(static_cast<int64_t>(number));
    case LW_U64:
      return put(static_cast<uint64_t>(number + 100));
    case LW_F16:
    case LW_BF16:
      return put(static_cast<uint16_t>(0x3C00 + random() % 0x400));
    case LW_F32:
      return put(static_cast<float>(number) / 4);
    case LW_F64:
      return put(static_cast<double>(number) / 4);
  }
}

using Shape = std::vector<int64_t>;

int64_t CountOf(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

// An operand with a host copy of its memory.
struct Array {
  lw_dtype dtype;
  Shape strides;
  int64_t below = 0;  // bytes from the first byte of memory to element (0, ..., 0)
  std::vector<char> host;

  Array(lw_dtype type, const Shape& shape, bool may_repeat, std::mt19937& random)
      : dtype(type), strides(shape.size(), 0) {
    const int64_t size = static_cast<int64_t>(lw_dtype_size(type));
    std::vector<size_t> order(shape.size());
    std::iota(order.begin(), order.end(), size_t{0});
    if (random() % 2) std::shuffle(order.begin(), order.end(), random);
    int64_t step = size * (1 + static_cast<int64_t>(random() % 4 == 0));
    for (size_t i = shape.size(); i-- > 0;) {
      const size_t axis = order[i];
      if (may_repeat && random() % 5 == 0) continue;
      strides[axis] = random() % 4 == 0 ? -step : step;
      step = step * std::max<int64_t>(shape[axis], 1) + (random() % 5 == 0 ? size : 0);
    }
    int64_t above = size;
    for (size_t i = 0; i < shape.size(); ++i) {
      const int64_t span = strides[i] * (shape[i] - 1);
      if (shape[i] > 0) (span < 0 ? below : above) += std::abs(span);
    }
    host.resize(static_cast<size_t>(below + above));
    for (size_t at = 0; at + static_cast<size_t>(size) <= host.size();
         at += static_cast<size_t>(size)) {
      FillElement(dtype, random, host.data() + at);
    }
  }
  int64_t At(const Shape& index) const {
    int64_t at = below;
    for (size_t i = 0; i < index.size(); ++i) at += index[i] * strides[i];
    return at;
  }
};

Shape RandomShape(std::mt19937& random, size_t max_ndim, bool may_be_empty) {
  Shape shape(random() % (max_ndim + 1));
  for (int64_t& size : shape) size = 1 + static_cast<int64_t>(random() % 6);
  if (may_be_empty && !shape.empty() && random() % 12 == 0) shape[random() % shape.size()] = 0;
  return shape;
}

template <class Visit>
void ForEachIndex(const Shape& shape, Visit visit) {
  if (CountOf(shape) == 0) return;
  Shape index(shape.size(), 0);
  for (;;) {
    visit(index);
    size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1]) index[--axis] = 0;
    if (axis == 0) return;
  }
}

std::vector<lw_kernel_record> Kernels(std::initializer_list<lw_shape> shapes) {
  std::vector<lw_kernel_record> kernels;
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    EXPECT_EQ(lw_kernel_info(i, &record), LW_OK);
    if (std::find(shapes.begin(), shapes.end(), record.shape) != shapes.end()) {
      kernels.push_back(record);
    }
  }
  return kernels;
}

TEST_F(GpuCalls, ElementwiseKernels) {
  for (const lw_kernel_record& kernel : Kernels({LW_SHAPE_ELEMENTWISE})) {
    for (int round = 0; round < 8; ++round) {
      SCOPED_TRACE(std::string(kernel.name) + " round " + std::to_string(round));
      const Shape shape = RandomShape(random_, 4, true);
      std::vector<Array> arrays;
      std::vector<std::unique_ptr<DeviceBytes>> device;
      lw_gpu_operand operands[LW_MAX_OPERANDS] = {};
      bool scalar[LW_MAX_OPERANDS] = {};
      const int out = kernel.inputs, count = out + kernel.outputs;
      for (int i = 0; i < count; ++i) {
        arrays.emplace_back(kernel.dtypes[i], shape, i < out, random_);
        scalar[i] = i < out && random_() % 4 == 0;
        if (scalar[i])
          std::fill(arrays[static_cast<size_t>(i)].strides.begin(),
                    arrays[static_cast<size_t>(i)].strides.end(), 0);
      }
      // In place now and then.
      const bool in_place =
          kernel.dtypes[0] == kernel.dtypes[out] && !scalar[0] && random_() % 4 == 0;
      if (in_place) arrays[0] = arrays[static_cast<size_t>(out)];
      for (int i = 0; i < count; ++i) {
        const Array& array = arrays[static_cast<size_t>(i)];
        device.push_back(std::make_unique<DeviceBytes>(array.host));
        operands[i].data = device.back()->data() + array.below;
        operands[i].stride_bytes = array.strides.data();
        if (!scalar[i]) continue;
        operands[i] = {array.host.data() + array.below, nullptr, 1, 0};
      }
      if (in_place) operands[0].data = operands[out].data;
      ASSERT_EQ(lw_gpu_call(kernel.kernel, kernel.dtypes, operands,
                            static_cast<int32_t>(shape.size()), shape.data(), nullptr),
                LW_OK)
          << lw_last_error();

      ForEachIndex(shape, [&](const Shape& index) {
        lw_operand one[LW_MAX_OPERANDS];
        for (int i = 0; i < count; ++i) {
          Array& array = arrays[static_cast<size_t>(i == 0 && in_place ? out : i)];
          one[i] = {array.host.data() + array.At(index), 8};
        }
        ASSERT_EQ(lw_call(kernel.kernel, kernel.dtypes, one, 1, nullptr), LW_OK) << lw_last_error();
      });
      for (auto i = static_cast<size_t>(out); i < static_cast<size_t>(count); ++i) {
        ASSERT_EQ(device[i]->Download(), arrays[i].host);
      }
    }
  }
}

TEST_F(GpuCalls, ReductionsOverAnyAxes) {
  int to_host = 0;
  for (const lw_kernel_record& kernel : Kernels({LW_SHAPE_REDUCE, LW_SHAPE_ARG})) {
    const bool needs_element = lanewise::ContractOf(kernel.kernel).needs_element;
    for (int round = 0; round < 25; ++round) {
      SCOPED_TRACE(std::string(kernel.name) + " round " + std::to_string(round));
      const Shape shape = RandomShape(random_, 4, !needs_element);
      const uint64_t mask = round == 0 ? (uint64_t{1} << shape.size()) - 1
                                       : random_() & ((uint64_t{1} << shape.size()) - 1);
      Shape kept;
      for (size_t i = 0; i < shape.size(); ++i) {
        if (!(mask >> i & 1)) kept.push_back(shape[i]);
      }
      Array in(kernel.dtypes[0], shape, true, random_), out(kernel.dtypes[1], kept, false, random_);
      const DeviceBytes device_in(in.host), device_out(out.host);
      const auto view = [](const Array& array, const Shape& sizes, char* memory) {
        return lw_view{memory + array.below, static_cast<int32_t>(sizes.size()), sizes.data(),
                       array.strides.data()};
      };
      const lw_view x = view(in, shape, device_in.data()),
                    result = view(out, kept, device_out.data());
      lw_call_options options{
          sizeof(options), 0, kernel.kernel == LW_VAR ? double(round % 3) : 0, 0, 0, 0};
      ASSERT_EQ(
          lw_gpu_reduce(kernel.kernel, kernel.dtypes[0], &x, mask, &result, &options, nullptr),
          LW_OK)
          << lw_last_error();
      const lw_view host_x = view(in, shape, in.host.data()),
                    host_result = view(out, kept, out.host.data());
      ASSERT_EQ(lw_reduce(kernel.kernel, kernel.dtypes[0], &host_x, mask, &host_result, &options),
                LW_OK)
          << lw_last_error();
      ASSERT_EQ(device_out.Download(), out.host);

      if (!kept.empty()) continue;
      ++to_host;
      char value[8];
      const auto waited = Fake().counters().synchronises;
      ASSERT_EQ(lw_gpu_reduce_to_host(kernel.kernel, kernel.dtypes[0], &x, nullptr, value, &options,
                                      nullptr),
                LW_OK)
          << lw_last_error();
      EXPECT_EQ(Fake().counters().synchronises, waited + 1);
      EXPECT_EQ(std::memcmp(value, out.host.data() + out.below, lw_dtype_size(kernel.dtypes[1])),
                0);
    }
  }
  EXPECT_GT(to_host, 50);
}

TEST_F(GpuCalls, DotAndScans) {
  for (const lw_kernel_record& kernel : Kernels({LW_SHAPE_REDUCE_TWO, LW_SHAPE_SCAN})) {
    const bool dot = kernel.shape == LW_SHAPE_REDUCE_TWO;
    for (int64_t n = 0; n < 30; ++n) {
      SCOPED_TRACE(std::string(kernel.name) + " " + std::to_string(n));
      const Shape shape = {n};
      std::vector<Array> arrays;
      std::vector<std::unique_ptr<DeviceBytes>> device;
      lw_gpu_operand operands[LW_MAX_OPERANDS] = {};
      lw_operand host[LW_MAX_OPERANDS];
      for (int i = 0; i <= kernel.inputs; ++i) {
        const Shape sizes = dot && i == kernel.inputs ? Shape{} : shape;
        arrays.emplace_back(kernel.dtypes[i], sizes, false, random_);
      }
      for (int i = 0; i <= kernel.inputs; ++i) {
        Array& array = arrays[static_cast<size_t>(i)];
        device.push_back(std::make_unique<DeviceBytes>(array.host));
        operands[i] = {device.back()->data() + array.below,
                       array.strides.empty() ? nullptr : array.strides.data(), 0, 0};
        host[i] = {array.host.data() + array.below, array.strides.empty() ? 8 : array.strides[0]};
      }
      ASSERT_EQ(lw_gpu_call(kernel.kernel, kernel.dtypes, operands, 1, &n, nullptr), LW_OK)
          << lw_last_error();
      ASSERT_EQ(lw_call(kernel.kernel, kernel.dtypes, host, n, nullptr), LW_OK) << lw_last_error();
      ASSERT_EQ(device.back()->Download(), arrays.back().host);
      if (!dot) continue;
      const lw_view x{operands[0].data, 1, &n, operands[0].stride_bytes},
          y{operands[1].data, 1, &n, operands[1].stride_bytes};
      char value[8];
      ASSERT_EQ(lw_gpu_reduce_to_host(LW_DOT, kernel.dtypes[0], &x, &y, value, nullptr, nullptr),
                LW_OK)
          << lw_last_error();
      EXPECT_EQ(std::memcmp(value, host[2].data, lw_dtype_size(kernel.dtypes[2])), 0);
    }
  }
}

TEST_F(GpuCalls, Compress) {
  for (const lw_kernel_record& kernel : Kernels({LW_SHAPE_COMPRESS})) {
    for (int64_t n : {0, 1, 5, 40}) {
      Array x(kernel.dtypes[0], {n}, false, random_), mask(LW_BOOL, {n}, false, random_),
          out(kernel.dtypes[0], {n}, false, random_);
      const DeviceBytes dx(x.host), dmask(mask.host), dout(out.host),
          dcount(std::vector<int64_t>{-1});
      const auto operand = [](const Array& a, char* memory) {
        return lw_operand{memory + a.below, a.strides[0]};
      };
      const lw_operand ox = operand(x, dx.data()), omask = operand(mask, dmask.data()),
                       oout = operand(out, dout.data());
      ASSERT_EQ(
          lw_gpu_compress(kernel.dtypes[0], n, &ox, &omask, &oout, dcount.as<int64_t>(), nullptr),
          LW_OK)
          << lw_last_error();
      const lw_operand host[] = {operand(x, x.host.data()), operand(mask, mask.host.data()),
                                 operand(out, out.host.data())};
      ASSERT_EQ(lw_call(LW_COMPRESS, kernel.dtypes, host, n, nullptr), LW_OK) << lw_last_error();
      int64_t count = 0;
      for (int64_t i = 0; i < n; ++i)
        count += static_cast<const char*>(host[1].data)[i * host[1].stride_bytes] != 0;
      EXPECT_EQ(dout.Download(), out.host);
      EXPECT_EQ(dcount.Download<int64_t>()[0], count);
    }
  }
}

// Shapes, strides and host scalars may die with the call, although it runs later.
TEST_F(GpuCalls, ArgumentsAreReadDuringTheCall) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4}), out(std::vector<float>(4));
  {
    float two = 2;
    int64_t shape = 4, stride = 4;
    lw_dtype dtypes[] = {LW_F32, LW_F32, LW_F32};
    lw_gpu_operand operands[] = {
        {x.data(), &stride, 0, 0}, {&two, nullptr, 1, 0}, {out.data(), &stride, 0, 0}};
    ASSERT_EQ(lw_gpu_call(LW_MULTIPLY, dtypes, operands, 1, &shape, nullptr), LW_OK)
        << lw_last_error();
    two = 77, shape = -1, stride = 1000;
    dtypes[0] = LW_I8;
    operands[0].data = nullptr;
  }
  EXPECT_EQ(out.Download<float>(), (std::vector<float>{2, 4, 6, 8}));
}

TEST_F(GpuCalls, HasKernelAndWarmup) {
  const lw_dtype f32[] = {LW_F32, LW_F32}, odd[] = {LW_F32, LW_I8};
  int32_t has = -1;
  EXPECT_EQ(lw_gpu_has_kernel(LW_EXP, f32, &has), LW_OK);
  EXPECT_EQ(has, 1);
  EXPECT_EQ(lw_gpu_has_kernel(LW_EXP, odd, &has), LW_OK);
  EXPECT_EQ(has, 0);
  Fake().remove_kernel(LW_EXP);
  EXPECT_EQ(lw_gpu_has_kernel(LW_EXP, f32, &has), LW_OK);
  EXPECT_EQ(has, 0);
  lw_test::ExpectError(lw_gpu_warmup(0, LW_EXP, nullptr), LW_ERR_UNSUPPORTED, "no kernel exp");
  const DeviceBytes x(std::vector<float>{1});
  const int64_t shape = 1, stride = 4;
  const lw_gpu_operand operands[] = {{x.data(), &stride, 0, 0}, {x.data(), &stride, 0, 0}};
  lw_test::ExpectError(lw_gpu_call(LW_EXP, f32, operands, 1, &shape, nullptr), LW_ERR_UNSUPPORTED,
                       "no kernel exp for f32");
  Fake().remove_kernel(-1);
  const auto before = Fake().counters();
  EXPECT_EQ(lw_gpu_warmup(1, LW_EXP, f32), LW_OK);
  EXPECT_EQ(Fake().counters().warm_ups, before.warm_ups + 1);
  EXPECT_EQ(lw_gpu_warmup(1, LW_EXP, nullptr), LW_OK);
  EXPECT_GT(Fake().counters().warm_ups, before.warm_ups + 2);
  EXPECT_EQ(Fake().counters().launches, before.launches);
  EXPECT_EQ(Fake().counters().synchronises, before.synchronises);
}

}  // namespace
