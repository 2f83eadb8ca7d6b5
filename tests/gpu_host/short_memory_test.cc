// Memory that runs out in the middle of a question about the GPU: the call says so, and nothing
// stays of it. Every call, at every one of its allocations, twice in a row; then the memory is
// back, and the answer must be that of a process that was never short.

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "tests/gpu_host/fake_gpu.h"
#include "tests/gpu_host/short_memory.h"

namespace {

using lw_test::FakeMachine;
using lw_test::kFakePlugin;

constexpr long kMostAllocations = 200;

const lw_dtype kFloats[] = {LW_F32, LW_F32};
float g_memory[2];
char g_text[1 << 16];
size_t g_length;
const int64_t kShape = 1, kStride = 4;
const lw_view kIn{g_memory, 1, &kShape, &kStride}, kOut{g_memory + 1, 0, nullptr, nullptr};

lw_status GpuCall() {
  const lw_gpu_operand operands[] = {{g_memory, &kStride, 0, 0}, {g_memory + 1, &kStride, 0, 0}};
  return lw_gpu_call(LW_EXP, kFloats, operands, 1, &kShape, nullptr);
}
lw_status Compress() {
  const lw_operand x{g_memory, 4}, mask{g_memory, 1}, out{g_memory + 1, 4};
  int64_t count;
  return lw_gpu_compress(LW_F32, 1, &x, &mask, &out, &count, nullptr);
}
lw_status DeviceInfo() {
  lw_gpu_device_record record{};
  record.struct_size = sizeof(record);
  return lw_gpu_device_info(0, &record);
}
lw_status SetPlugin() { return lw_gpu_set_plugin(kFakePlugin.c_str()); }
lw_status PointerInfo() {
  lw_gpu_memory memory;
  int32_t device;
  return lw_gpu_pointer_info(g_memory, &memory, &device);
}
lw_status AllocAndFree() {
  void* address = nullptr;
  const lw_status status = lw_gpu_alloc(0, 16, nullptr, &address);
  return status == LW_OK ? lw_gpu_free(0, address, 16, nullptr) : status;
}
template <int32_t kInitialise>
lw_status AskStatus() {
  lw_gpu_state state;
  return lw_gpu_status(kInitialise, &state);
}
template <int32_t kInitialise, int32_t kJson>
lw_status Explain() {
  return lw_gpu_explain(kInitialise, kJson, g_text, sizeof(g_text), &g_length);
}
template <int32_t kFormat>
lw_status DescribeMachine() {
  return lw_machine(kFormat, g_text, sizeof(g_text), &g_length);
}
template <int32_t kJson>
lw_status ExplainKernel() {
  return lw_explain(LW_EXP, nullptr, 0, kJson, g_text, sizeof(g_text), &g_length);
}

// A call, and what it gives without and with a GPU.
struct Call {
  const char* name;
  lw_status (*run)();
  lw_status without;
  lw_status with;
};
constexpr lw_status kNoGpu = LW_ERR_UNSUPPORTED, kOnHost = LW_ERR_DEVICE;
const Call kCalls[] = {
    {"status(0)", AskStatus<0>, LW_OK, LW_OK},
    {"status(1)", AskStatus<1>, LW_OK, LW_OK},
    {"explain(0)", Explain<0, 0>, LW_OK, LW_OK},
    {"explain(1)", Explain<1, 0>, LW_OK, LW_OK},
    {"explain(1, json)", Explain<1, 1>, LW_OK, LW_OK},
    {"machine text", DescribeMachine<0>, LW_OK, LW_OK},
    {"machine devices", DescribeMachine<LW_MACHINE_JSON | LW_MACHINE_DEVICES>, LW_OK, LW_OK},
    {"lw_explain", ExplainKernel<0>, LW_OK, LW_OK},
    {"lw_explain json", ExplainKernel<1>, LW_OK, LW_OK},
    {"device_count",
     [] {
       int32_t n;
       return lw_gpu_device_count(&n);
     },
     LW_OK, LW_OK},
    {"device_info", DeviceInfo, LW_ERR_VALUE, LW_OK},
    {"set_plugin", SetPlugin, LW_OK, LW_OK},
    {"has_kernel",
     [] {
       int32_t has;
       return lw_gpu_has_kernel(LW_EXP, kFloats, &has);
     },
     kNoGpu, LW_OK},
    {"call", GpuCall, kNoGpu, kOnHost},
    {"reduce", [] { return lw_gpu_reduce(LW_SUM, LW_F32, &kIn, 1, &kOut, nullptr, nullptr); },
     kNoGpu, kOnHost},
    {"compress", Compress, kNoGpu, kOnHost},
    {"reduce_to_host",
     [] {
       return lw_gpu_reduce_to_host(LW_SUM, LW_F32, &kIn, nullptr, g_memory + 1, nullptr, nullptr);
     },
     kNoGpu, kOnHost},
    {"warmup", [] { return lw_gpu_warmup(0, LW_EXP, kFloats); }, kNoGpu, LW_OK},
    {"pointer_info", PointerInfo, kNoGpu, LW_OK},
    {"alloc, free", AllocAndFree, kNoGpu, LW_OK},
    {"copy",
     [] { return lw_gpu_copy(0, g_memory, g_memory + 1, 4, LW_GPU_HOST_TO_DEVICE, nullptr); },
     kNoGpu, kOnHost},
    {"stream_wait", [] { return lw_gpu_stream_wait(0, nullptr, g_memory); }, kNoGpu, LW_OK},
    {"synchronise", [] { return lw_gpu_synchronise(0, nullptr); }, kNoGpu, LW_OK},
};

// What a process knows of GPUs before the call.
struct Machine {
  const char* name;
  bool node;           // with the fake driver
  const char* plugin;  // null: none is set
  lw_gpu_state state;
  const char* reason;
};
const Machine kMachines[] = {
    {"no GPU", false, nullptr, LW_GPU_NO_NODE, "no NVIDIA GPU"},
    {"no plugin", true, nullptr, LW_GPU_NO_PLUGIN, "liblanewise_cuda13.so.0.1"},
    {"ready", true, kFakePlugin.c_str(), LW_GPU_READY, ""},
};

// The call while memory is short; whether it was.
bool RunShortOf(const Call& call, lw_status whole, long good, bool all) {
  lw_test::RunShort(good, all);
  lw_status status = LW_OK;
  bool thrown = false;
  try {
    status = call.run();
  } catch (...) {
    thrown = true;
  }
  const bool was_short = lw_test::MemoryIsBack();
  EXPECT_FALSE(thrown) << "an exception left the C ABI";
  // A thread or a library that did not get its memory is a state: no GPU for now.
  EXPECT_TRUE(status == LW_OK || status == whole || status == LW_ERR_MEMORY ||
              status == call.without)
      << status << " " << lw_last_error();
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  EXPECT_EQ(sigismember(&blocked, SIGUSR1), 0) << "signals stay blocked";
  return was_short;
}

// Where the driver was not asked after all, a child may ask it.
void ExpectForkIsFine(const Machine& machine) {
  void* driver = dlopen(LW_FAKE_DRIVER, RTLD_NOW | RTLD_NOLOAD);
  if (!driver || reinterpret_cast<int (*)()>(dlsym(driver, "fake_cuda_inits"))() > 0) return;
  const pid_t child = fork();
  if (child == 0) {
    lw_gpu_state state = LW_GPU_FORKED;
    lw_gpu_status(1, &state);
    _exit(state == machine.state ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

void ExpectWhole(const Machine& machine, const Call& call, lw_status whole) {
  EXPECT_EQ(call.run(), whole) << lw_last_error();
  lw_gpu_state state = LW_GPU_FORKED;
  EXPECT_EQ(lw_gpu_status(1, &state), LW_OK) << lw_last_error();
  EXPECT_EQ(state, machine.state);
  EXPECT_EQ(lw_gpu_explain(1, 0, g_text, sizeof(g_text), &g_length), LW_OK);
  EXPECT_NE(std::string(g_text).find(machine.reason), std::string::npos) << g_text;
  int32_t count = -1;
  EXPECT_EQ(lw_gpu_device_count(&count), LW_OK);
  EXPECT_EQ(count, machine.node ? 1 : 0);
  lw_gpu_device_record record{};
  record.struct_size = sizeof(record);
  EXPECT_EQ(lw_gpu_device_info(0, &record), machine.node ? LW_OK : LW_ERR_VALUE);
  if (machine.node) {
    EXPECT_NE(std::string(record.reason).find(machine.reason), std::string::npos);
  }
}

enum Ending : int { kWasShort = 0, kWasNotShort = 1, kFailed = 2 };

// In a process of its own: memory fails twice, then it is back.
Ending InChild(const Machine& machine, const FakeMachine& fake, const std::string& empty,
               const Call& call, lw_status whole, long good, bool all) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(300);
    lanewise::gpu::SetDriverSource(
        machine.node ? fake.Source() : lanewise::gpu::DriverSource{empty, LW_FAKE_DRIVER});
    if (machine.plugin) {
      EXPECT_EQ(lw_gpu_set_plugin(machine.plugin), LW_OK);
    }
    // Loaded beforehand, for lw_machine: neither glibc's dlopen nor the constructors of oneTBB
    // survive every allocation that fails, so the library looks for room before it loads the
    // module.
    lw_get_threads();
    const bool was_short = RunShortOf(call, whole, good, all);
    RunShortOf(call, whole, good, all);
    ExpectForkIsFine(machine);
    ExpectWhole(machine, call, whole);
    fflush(stdout);
    _exit(::testing::Test::HasFailure() ? kFailed : was_short ? kWasShort : kWasNotShort);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return kFailed;
  EXPECT_FALSE(WIFSIGNALED(status)) << "signal " << WTERMSIG(status);
  if (!WIFEXITED(status)) return kFailed;
  return static_cast<Ending>(WEXITSTATUS(status));
}

class ShortMemory : public ::testing::TestWithParam<Machine> {};

TEST_P(ShortMemory, LeavesNothingBehind) {
  for (const char* name : {"LANEWISE_GPU", "LANEWISE_GPU_TIMEOUT_MS", "CUDA_VISIBLE_DEVICES"}) {
    unsetenv(name);
  }
  const Machine& machine = GetParam();
  const FakeMachine fake;
  const lw_test::TemporaryFolder empty;
  long points = 0;
  for (const Call& call : kCalls) {
    // Setting a plugin would make another machine of this one.
    if (call.run == SetPlugin && machine.state == LW_GPU_NO_PLUGIN) continue;
    const lw_status whole = machine.state == LW_GPU_READY                  ? call.with
                            : machine.node && call.without == LW_ERR_VALUE ? LW_OK
                                                                           : call.without;
    for (const bool all : {false, true}) {
      for (long good = 0; good <= kMostAllocations; ++good) {
        SCOPED_TRACE(std::string(call.name) + ", " + std::to_string(good) + " allocations, then " +
                     (all ? "none" : "one fails"));
        const Ending ending = InChild(machine, fake, empty.path().string(), call, whole, good, all);
        ASSERT_NE(ending, kFailed);
        if (ending == kWasNotShort) break;
        ++points;
      }
    }
  }
  printf("%ld allocations failed\n", points);
  EXPECT_GT(points, 100);
}

INSTANTIATE_TEST_SUITE_P(All, ShortMemory, ::testing::ValuesIn(kMachines), [](const auto& info) {
  std::string name = info.param.name;
  name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
  return name;
});

}  // namespace
