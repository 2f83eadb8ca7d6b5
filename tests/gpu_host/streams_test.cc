// Streams, memory and waiting: what is queued where, who allocates, who waits; and what CUDA's
// errors do. The fake plugin runs nothing before a stream is synchronised.

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "tests/gpu_host/fake_gpu.h"

namespace {

using lw_test::DeviceBytes;
using lw_test::ExpectError;
using lw_test::Fake;
using lw_test::StreamNumber;

class GpuStreams : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { static const lw_test::FakeGpu gpu; }
};

constexpr lw_dtype kF32[] = {LW_F32, LW_F32, LW_F32};
constexpr int64_t kStride = 4, kFour = 4;

lw_status Negative(const void* x, void* out, int64_t n, const lw_gpu_options* options) {
  const lw_gpu_operand operands[] = {{x, &kStride, 0, 0}, {out, &kStride, 0, 0}};
  return lw_gpu_call(LW_NEGATIVE, kF32, operands, 1, &n, options);
}

lw_gpu_options OnStream(void* stream) {
  lw_gpu_options options{};
  options.struct_size = sizeof(options);
  options.stream = stream;
  return options;
}

TEST_F(GpuStreams, CallsAreQueuedAndNeverWait) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4}), out(std::vector<float>(4)),
      sum(std::vector<float>(1));
  const FakeCounters before = Fake().counters();
  const lw_gpu_options options = OnStream(StreamNumber(11));
  ASSERT_EQ(Negative(x.data(), out.data(), 4, &options), LW_OK) << lw_last_error();
  const lw_view in{out.data(), 1, &kFour, &kStride}, result{sum.data(), 0, nullptr, nullptr};
  ASSERT_EQ(lw_gpu_reduce(LW_SUM, LW_F32, &in, 1, &result, nullptr, &options), LW_OK)
      << lw_last_error();
  float host[4] = {};
  ASSERT_EQ(lw_gpu_copy(0, host, out.data(), 16, LW_GPU_DEVICE_TO_HOST, StreamNumber(11)), LW_OK);
  const FakeCounters after = Fake().counters();
  EXPECT_EQ(after.synchronises, before.synchronises);
  EXPECT_GE(after.queued, before.queued + 4) << "reduction with its memory, call, copy";
  EXPECT_EQ(host[0], 0) << "nothing has run yet";
  ASSERT_EQ(lw_gpu_synchronise(0, StreamNumber(11)), LW_OK) << lw_last_error();
  EXPECT_EQ(host[3], -4);
  EXPECT_EQ(sum.Download<float>()[0], -10);
  EXPECT_EQ(Fake().counters().queued, before.queued);
}

// Without the wait the second stream would read old bytes: shown first.
TEST_F(GpuStreams, WaitingForAnotherStream) {
  for (const bool waits : {false, true}) {
    const DeviceBytes x(std::vector<float>{1, 2, 3, 4}), y(std::vector<float>(4)),
        z(std::vector<float>(4));
    const lw_gpu_options first = OnStream(StreamNumber(21)), second = OnStream(StreamNumber(22));
    ASSERT_EQ(Negative(x.data(), y.data(), 4, &first), LW_OK);
    if (waits) {
      ASSERT_EQ(lw_gpu_stream_wait(0, StreamNumber(22), StreamNumber(21)), LW_OK)
          << lw_last_error();
    }
    ASSERT_EQ(Negative(y.data(), z.data(), 4, &second), LW_OK);
    const auto synchronises = Fake().counters().synchronises;
    EXPECT_EQ(z.Download<float>(StreamNumber(22))[1], waits ? 2 : -0.0f);
    EXPECT_EQ(Fake().counters().synchronises, synchronises + 1);
    ASSERT_EQ(lw_gpu_synchronise(0, StreamNumber(21)), LW_OK);
  }
  const auto waits = Fake().counters().waits;
  EXPECT_EQ(lw_gpu_stream_wait(0, StreamNumber(5), StreamNumber(5)), LW_OK);
  EXPECT_EQ(Fake().counters().waits, waits) << "a stream need not wait for itself";
}

TEST_F(GpuStreams, MemoryHelpers) {
  const FakeCounters before = Fake().counters();
  void* address = nullptr;
  ASSERT_EQ(lw_gpu_alloc(1, 100, nullptr, &address), LW_OK) << lw_last_error();
  lw_gpu_memory memory;
  int32_t device;
  ASSERT_EQ(lw_gpu_pointer_info(static_cast<char*>(address) + 99, &memory, &device), LW_OK);
  EXPECT_EQ(memory, LW_GPU_MEMORY_DEVICE);
  EXPECT_EQ(device, 1);
  std::vector<char> from(100, 'x'), to(100);
  const DeviceBytes other(100, 1);
  ASSERT_EQ(lw_gpu_copy(1, address, from.data(), 100, LW_GPU_HOST_TO_DEVICE, nullptr), LW_OK)
      << lw_last_error();
  ASSERT_EQ(lw_gpu_copy(1, other.data(), address, 100, LW_GPU_DEVICE_TO_DEVICE, nullptr), LW_OK)
      << lw_last_error();
  ASSERT_EQ(lw_gpu_copy(1, to.data(), other.data(), 100, LW_GPU_DEVICE_TO_HOST, nullptr), LW_OK)
      << lw_last_error();
  ASSERT_EQ(lw_gpu_free(1, address, 100, nullptr), LW_OK) << lw_last_error();
  ASSERT_EQ(lw_gpu_synchronise(1, nullptr), LW_OK) << lw_last_error();
  EXPECT_EQ(to, from);
  EXPECT_EQ(Fake().counters().blocks, before.blocks + 1) << "`other`";

  address = &memory;
  ASSERT_EQ(lw_gpu_alloc(0, 0, nullptr, &address), LW_OK);
  EXPECT_EQ(address, nullptr);
  EXPECT_EQ(lw_gpu_free(0, nullptr, 0, nullptr), LW_OK);
  EXPECT_EQ(lw_gpu_copy(0, nullptr, nullptr, 0, LW_GPU_HOST_TO_DEVICE, nullptr), LW_OK);
  ASSERT_EQ(lw_gpu_pointer_info(&memory, &memory, &device), LW_OK);
  EXPECT_EQ(memory, LW_GPU_MEMORY_HOST);
  EXPECT_EQ(device, -1);
  ASSERT_EQ(lw_gpu_pointer_info(nullptr, &memory, &device), LW_OK);
  EXPECT_EQ(memory, LW_GPU_MEMORY_HOST);

  ExpectError(lw_gpu_alloc(0, size_t{1} << 60, nullptr, &address), LW_ERR_MEMORY, "lw_gpu_alloc");
  EXPECT_EQ(address, nullptr);
  ExpectError(lw_gpu_alloc(0, 1, nullptr, nullptr), LW_ERR_NULL, "address");
  ExpectError(lw_gpu_alloc(2, 1, nullptr, &address), LW_ERR_VALUE, "device 2");
  ExpectError(lw_gpu_free(0, from.data(), 1, nullptr), LW_ERR_CUDA, "unknown address");
  ExpectError(lw_gpu_copy(1, nullptr, from.data(), 1, LW_GPU_HOST_TO_DEVICE, nullptr), LW_ERR_NULL,
              "null");
  ExpectError(lw_gpu_copy(1, to.data(), from.data(), 1, LW_GPU_HOST_TO_DEVICE, nullptr),
              LW_ERR_DEVICE, "`to` lies in host");
  ExpectError(lw_gpu_copy(1, other.data(), from.data(), 1, LW_GPU_DEVICE_TO_DEVICE, nullptr),
              LW_ERR_DEVICE, "`from` lies in host");
  for (int64_t shift : {0, 1, 9}) {
    ExpectError(lw_gpu_copy(1, other.data(), static_cast<char*>(other.data()) + shift, 10,
                            LW_GPU_DEVICE_TO_DEVICE, nullptr),
                LW_ERR_OVERLAP, "to and from overlap");
    ExpectError(lw_gpu_copy(1, static_cast<char*>(other.data()) + shift, other.data(), 10,
                            LW_GPU_DEVICE_TO_DEVICE, nullptr),
                LW_ERR_OVERLAP, "to and from overlap");
  }
  ASSERT_EQ(lw_gpu_copy(1, other.data(), static_cast<char*>(other.data()) + 10, 10,
                        LW_GPU_DEVICE_TO_DEVICE, nullptr),
            LW_OK);
  ASSERT_EQ(lw_gpu_synchronise(1, nullptr), LW_OK);
  ExpectError(lw_gpu_copy(1, other.data(), other.data(), 1, LW_GPU_DEVICE_TO_HOST, nullptr),
              LW_ERR_DEVICE, "`to` lies in device");
  ExpectError(lw_gpu_copy(0, other.data(), from.data(), 1, LW_GPU_HOST_TO_DEVICE, nullptr),
              LW_ERR_DEVICE, "on device 1, not on device 0");
  ExpectError(
      lw_gpu_copy(1, other.data(), from.data(), 1, static_cast<lw_gpu_copy_kind>(9), nullptr),
      LW_ERR_VALUE, "9");
}

// ------------------------------------------------------------------ the caller's allocator

// Counts, checks and can fail.
struct Allocator {
  std::map<void*, size_t> live;
  int allocs = 0, frees = 0, wrong = 0, fail_at = 0;
  size_t misplaced = 0;
  void* stream = nullptr;
  lw_gpu_allocator table{this, &Alloc, &Free};

  static void* Alloc(void* context, size_t bytes, void* stream) {
    Allocator& self = *static_cast<Allocator*>(context);
    ++self.allocs;
    self.wrong += stream != self.stream;
    if (self.allocs == self.fail_at) return nullptr;
    char* block = static_cast<char*>(Fake().allocate(LW_GPU_MEMORY_DEVICE, 0, bytes + 256));
    block += self.misplaced;
    self.live[block] = bytes;
    return block;
  }
  static void Free(void* context, void* address, size_t bytes, void* stream) {
    Allocator& self = *static_cast<Allocator*>(context);
    ++self.frees;
    self.wrong += stream != self.stream;
    const auto found = self.live.find(address);
    self.wrong += found == self.live.end() || found->second != bytes;
    if (found != self.live.end()) self.live.erase(found);
    // The memory itself stays: work that is queued may still use it.
  }
};

TEST_F(GpuStreams, CallersAllocator) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4}), sum(std::vector<float>(1));
  Allocator allocator;
  allocator.stream = StreamNumber(31);
  lw_gpu_options options = OnStream(allocator.stream);
  options.allocator = &allocator.table;
  const FakeCounters before = Fake().counters();
  const lw_view in{x.data(), 1, &kFour, &kStride}, out{sum.data(), 0, nullptr, nullptr};

  ASSERT_EQ(lw_gpu_reduce(LW_SUM, LW_F32, &in, 1, &out, nullptr, &options), LW_OK)
      << lw_last_error();
  EXPECT_EQ(allocator.allocs, 1);
  EXPECT_EQ(sum.Download<float>(allocator.stream)[0], 10);
  float value = 0;
  ASSERT_EQ(lw_gpu_reduce_to_host(LW_SUM, LW_F32, &in, nullptr, &value, nullptr, &options), LW_OK)
      << lw_last_error();
  EXPECT_EQ(value, 10);
  EXPECT_EQ(allocator.allocs, 3);
  // Elementwise kernels and reductions without scratch memory need none.
  ASSERT_EQ(Negative(x.data(), x.data(), 4, &options), LW_OK);
  Fake().set_scratch(0);
  ASSERT_EQ(lw_gpu_reduce(LW_SUM, LW_F32, &in, 1, &out, nullptr, &options), LW_OK)
      << lw_last_error();
  Fake().set_scratch(1000);
  EXPECT_EQ(sum.Download<float>(allocator.stream)[0], -10);
  EXPECT_EQ(allocator.allocs, 3);

  // Each step may fail; what was allocated is given back, and there is no result.
  value = 99;
  for (int step = 1; step <= 2; ++step) {
    allocator.fail_at = allocator.allocs + step;
    ExpectError(lw_gpu_reduce_to_host(LW_SUM, LW_F32, &in, nullptr, &value, nullptr, &options),
                LW_ERR_MEMORY, "allocator gave no");
  }
  allocator.fail_at = 0;
  for (const char* function : {"prepare", "launch", "copy", "synchronise"}) {
    Fake().fail(function, 1, LW_ERR_CUDA);
    ExpectError(lw_gpu_reduce_to_host(LW_SUM, LW_F32, &in, nullptr, &value, nullptr, &options),
                LW_ERR_CUDA, std::string("fake failure of ") + function);
  }
  allocator.misplaced = 64;
  ExpectError(lw_gpu_reduce(LW_SUM, LW_F32, &in, 1, &out, nullptr, &options), LW_ERR_VALUE,
              "aligned");
  EXPECT_EQ(value, 99);
  EXPECT_TRUE(allocator.live.empty());
  EXPECT_EQ(allocator.wrong, 0);
  EXPECT_GE(allocator.allocs, allocator.frees);
  const FakeCounters after = Fake().counters();
  EXPECT_EQ(after.allocations, before.allocations) << "not the plugin's own";
  EXPECT_EQ(after.frees, before.frees);
}

TEST_F(GpuStreams, OwnAllocatorLeaksNothing) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4}), sum(std::vector<float>(1));
  const lw_view in{x.data(), 1, &kFour, &kStride}, out{sum.data(), 0, nullptr, nullptr};
  const FakeCounters before = Fake().counters();
  float value = 99;
  for (const char* function : {"alloc", "prepare", "launch", "copy", "synchronise"}) {
    Fake().fail(function, 1, LW_ERR_CUDA);
    ExpectError(lw_gpu_reduce_to_host(LW_SUM, LW_F32, &in, nullptr, &value, nullptr, nullptr),
                LW_ERR_CUDA, std::string("sum: fake failure of ") + function);
    Fake().fail(function, 0, 0);
  }
  Fake().fail("alloc", 2, LW_ERR_MEMORY);
  ExpectError(lw_gpu_reduce_to_host(LW_SUM, LW_F32, &in, nullptr, &value, nullptr, nullptr),
              LW_ERR_MEMORY, "alloc");
  EXPECT_EQ(value, 99);
  ASSERT_EQ(lw_gpu_reduce(LW_SUM, LW_F32, &in, 1, &out, nullptr, nullptr), LW_OK);
  ASSERT_EQ(lw_gpu_synchronise(0, nullptr), LW_OK);
  const FakeCounters after = Fake().counters();
  EXPECT_EQ(after.allocations - before.allocations, after.frees - before.frees);
  EXPECT_EQ(after.blocks, before.blocks);
  EXPECT_GT(after.allocations, before.allocations);
}

TEST_F(GpuStreams, EveryFunctionOfThePluginMayFail) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4});
  void* address = nullptr;
  float host[4];
  const struct {
    const char* function;
    std::function<lw_status()> call;
  } kCalls[] = {
      {"pointer_info", [&] { return Negative(x.data(), x.data(), 4, nullptr); }},
      {"launch", [&] { return Negative(x.data(), x.data(), 4, nullptr); }},
      {"alloc", [&] { return lw_gpu_alloc(0, 1, nullptr, &address); }},
      {"free", [&] { return lw_gpu_free(0, x.data(), 16, nullptr); }},
      {"copy", [&] { return lw_gpu_copy(0, host, x.data(), 16, LW_GPU_DEVICE_TO_HOST, nullptr); }},
      {"stream_wait", [&] { return lw_gpu_stream_wait(0, nullptr, StreamNumber(3)); }},
      {"synchronise", [&] { return lw_gpu_synchronise(0, nullptr); }},
      {"warm_up", [&] { return lw_gpu_warmup(0, LW_EXP, nullptr); }},
  };
  for (const auto& c : kCalls) {
    Fake().fail(c.function, 1, LW_ERR_CUDA);
    ExpectError(c.call(), LW_ERR_CUDA, std::string("fake failure of ") + c.function);
  }
  EXPECT_EQ(address, nullptr);
  EXPECT_EQ(x.Download<float>()[0], 1);
}

// ------------------------------------------------------------------ where arrays lie

TEST_F(GpuStreams, DeviceIsThatOfTheArrays) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4}, 1), y(std::vector<float>(4), 1);
  const auto lookups = Fake().counters().lookups;
  ASSERT_EQ(Negative(x.data(), y.data(), 4, nullptr), LW_OK) << lw_last_error();
  EXPECT_EQ(Fake().counters().lookups, lookups + 2);
  EXPECT_EQ(y.Download<float>()[0], -1) << "queued on device 1's stream";
}

TEST_F(GpuStreams, KnownDeviceIsNotLookedUp) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4}, 1);
  lw_gpu_options options = OnStream(nullptr);
  options.flags = LW_GPU_DEVICE_KNOWN;
  options.device = 1;
  const auto lookups = Fake().counters().lookups;
  ASSERT_EQ(Negative(x.data(), x.data(), 4, &options), LW_OK) << lw_last_error();
  EXPECT_EQ(Fake().counters().lookups, lookups);
  EXPECT_EQ(x.Download<float>()[0], -1);
  options.device = 0;
  ExpectError(Negative(x.data(), x.data(), 4, &options), LW_ERR_CUDA, "illegal address");
  for (const int64_t device : {int64_t{-1}, int64_t{2}, INT64_MAX}) {
    options.device = device;
    ExpectError(Negative(x.data(), x.data(), 4, &options), LW_ERR_VALUE, "there is no device");
  }
}

TEST_F(GpuStreams, MixedPlacesAreRefused) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4}, 0), y(std::vector<float>(4), 1);
  std::vector<float> host(4);
  const DeviceBytes pinned(16, 0, LW_GPU_MEMORY_PINNED);
  const auto launches = Fake().counters().launches;
  ExpectError(Negative(x.data(), y.data(), 4, nullptr), LW_ERR_DEVICE,
              "the output lies on device 1 and input 0 on device 0");
  ExpectError(Negative(x.data(), host.data(), 4, nullptr), LW_ERR_DEVICE,
              "the output lies in host memory");
  ExpectError(Negative(host.data(), x.data(), 4, nullptr), LW_ERR_DEVICE,
              "input 0 lies in host memory");
  ExpectError(Negative(pinned.data(), x.data(), 4, nullptr), LW_ERR_DEVICE,
              "page-locked host memory");
  const lw_view in{x.data(), 1, &kFour, &kStride}, far{y.data(), 0, nullptr, nullptr};
  ExpectError(lw_gpu_reduce(LW_SUM, LW_F32, &in, 1, &far, nullptr, nullptr), LW_ERR_DEVICE,
              "device 1");
  float value;
  const lw_view other{y.data(), 1, &kFour, &kStride};
  ExpectError(lw_gpu_reduce_to_host(LW_DOT, LW_F32, &in, &other, &value, nullptr, nullptr),
              LW_ERR_DEVICE, "device 1");
  EXPECT_EQ(Fake().counters().launches, launches);
}

TEST_F(GpuStreams, ManagedMemoryFollows) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4}, 1), managed(16, 0, LW_GPU_MEMORY_MANAGED);
  ASSERT_EQ(Negative(x.data(), managed.data(), 4, nullptr), LW_OK) << lw_last_error();
  ASSERT_EQ(lw_gpu_synchronise(1, nullptr), LW_OK);
  EXPECT_EQ(managed.as<float>()[3], -4);
  ASSERT_EQ(Negative(managed.data(), x.data(), 4, nullptr), LW_OK) << lw_last_error();
  EXPECT_EQ(x.Download<float>()[3], 4);
  // Alone it runs on its own device.
  const DeviceBytes only(16, 1, LW_GPU_MEMORY_MANAGED);
  only.as<float>()[0] = 8;
  ASSERT_EQ(Negative(only.data(), only.data(), 4, nullptr), LW_OK) << lw_last_error();
  ASSERT_EQ(lw_gpu_synchronise(1, nullptr), LW_OK);
  EXPECT_EQ(only.as<float>()[0], -8);
}

// The fake's own promise, on which these tests rest.
TEST_F(GpuStreams, DeviceMemoryIsOutOfReachOfTheHost) {
  const DeviceBytes x(std::vector<float>{1, 2, 3, 4});
  EXPECT_DEATH((void)*static_cast<volatile char*>(x.data()), "");
}

}  // namespace
