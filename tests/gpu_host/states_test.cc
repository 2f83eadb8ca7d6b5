// What programs see of each state of the GPU: status, explanation, error code, and a CPU that
// works. Every state is one of a child process of its own, since a process has one GPU state.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "tests/gpu_host/fake_gpu.h"

namespace {

using lw_test::FakeMachine;
using lw_test::kFakePlugin;
using lw_test::ScopedEnvironment;

// Runs a test's body in a child; false if it failed or died.
bool InChild(const std::function<void()>& body) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(300);
    body();
    fflush(stdout);
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

std::string Explain(int32_t initialise, int32_t json) {
  size_t length = 0;
  EXPECT_EQ(lw_gpu_explain(initialise, json, nullptr, 0, &length), LW_OK);
  std::string text(length + 1, '\0');
  EXPECT_EQ(lw_gpu_explain(initialise, json, text.data(), text.size(), &length), LW_OK);
  text.resize(length);
  return text;
}

bool Contains(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

void ExpectCpuWorks() {
  float x = 4, y = 0;
  EXPECT_EQ(lw_sqrt_f32(1, &x, &y), LW_OK);
  EXPECT_EQ(y, 2);
}

lw_gpu_state State(int32_t initialise) {
  lw_gpu_state state = static_cast<lw_gpu_state>(-1);
  EXPECT_EQ(lw_gpu_status(initialise, &state), LW_OK);
  return state;
}

// Status, texts and errors of a process without a usable GPU.
void ExpectNoGpu(lw_gpu_state state, const std::string& reason) {
  EXPECT_EQ(State(1), state) << Explain(1, 0);
  const std::string text = Explain(1, 0), json = Explain(1, 1), name = lw_gpu_state_name(state);
  EXPECT_TRUE(Contains(text, name + ": ")) << text;
  EXPECT_TRUE(Contains(text, reason)) << text;
  EXPECT_TRUE(Contains(json, "\"state\": \"" + name + "\"")) << json;
  // Without initialising it is known now, too.
  EXPECT_EQ(Explain(0, 0), text);

  char explained[4096];
  size_t length;
  ASSERT_EQ(lw_explain(LW_EXP, nullptr, 0, 0, explained, sizeof(explained), &length), LW_OK);
  EXPECT_TRUE(Contains(explained, "CUDA      unsupported: ")) << explained;
  EXPECT_TRUE(Contains(explained, reason)) << explained;

  const lw_status expected = state == LW_GPU_FORKED ? LW_ERR_FORKED : LW_ERR_UNSUPPORTED;
  float memory[2] = {};
  const lw_dtype dtypes[] = {LW_F32, LW_F32};
  const int64_t shape = 1, stride = 4;
  const lw_gpu_operand operands[] = {{memory, &stride, 0, 0}, {memory + 1, &stride, 0, 0}};
  lw_test::ExpectError(lw_gpu_call(LW_EXP, dtypes, operands, 1, &shape, nullptr), expected, reason);
  const lw_view in{memory, 1, &shape, &stride}, out{memory + 1, 0, nullptr, nullptr};
  lw_test::ExpectError(lw_gpu_reduce(LW_SUM, LW_F32, &in, 1, &out, nullptr, nullptr), expected,
                       reason);
  void* address = nullptr;
  lw_test::ExpectError(lw_gpu_alloc(0, 16, nullptr, &address), expected, reason);
  lw_test::ExpectError(lw_gpu_copy(0, memory, memory + 1, 4, LW_GPU_HOST_TO_DEVICE, nullptr),
                       expected, reason);
  lw_test::ExpectError(lw_gpu_synchronise(0, nullptr), expected, reason);
  lw_test::ExpectError(lw_gpu_warmup(0, LW_EXP, nullptr), expected, reason);
  lw_gpu_memory kind;
  int32_t device;
  lw_test::ExpectError(lw_gpu_pointer_info(memory, &kind, &device), expected, reason);
  ExpectCpuWorks();
}

int32_t DeviceCount() {
  int32_t count = -1;
  EXPECT_EQ(lw_gpu_device_count(&count), LW_OK) << lw_last_error();
  return count;
}

// One state: environment, driver, plugin (null: none is set).
struct Case {
  const char* variable;
  const char* value;
  const char* driver;
  const char* plugin;
  lw_gpu_state state;
  const char* reason;
  int32_t devices;
};

TEST(GpuStates, EveryReasonReachesTheCaller) {
  const FakeMachine machine;
  const std::string text = machine.folder().Write("text.so", "no library\n");
  // An ELF header, and nothing behind it.
  std::ifstream file(kFakePlugin, std::ios::binary);
  std::string head(100, '\0');
  file.read(head.data(), 100);
  const std::string cut = machine.folder().Write("cut.so", head);
  const char* plugin = kFakePlugin.c_str();
  const Case cases[] = {
      {"LANEWISE_GPU", "off", LW_FAKE_DRIVER, plugin, LW_GPU_OFF, "LANEWISE_GPU=off", 0},
      {"X", "", "/nonexistent/libcuda.so.1", plugin, LW_GPU_NO_DRIVER, "/nonexistent", 0},
      {"FAKE_CUDA_VERSION_ERROR", "34", LW_FAKE_DRIVER, plugin, LW_GPU_STUB_DRIVER, "stub", 0},
      {"FAKE_CUDA_VERSION", "12090", LW_FAKE_DRIVER, plugin, LW_GPU_OLD_DRIVER, "CUDA 12.9", 0},
      {"FAKE_CUDA_COUNT", "0", LW_FAKE_DRIVER, plugin, LW_GPU_NO_DEVICE, "no device", 0},
      {"CUDA_VISIBLE_DEVICES", "", LW_FAKE_DRIVER, plugin, LW_GPU_HIDDEN, "CUDA_VISIBLE", 0},
      {"FAKE_CUDA_INIT", "999", LW_FAKE_DRIVER, plugin, LW_GPU_INIT_FAILED, "999", 0},
      {"FAKE_CUDA_INIT", "3", LW_FAKE_DRIVER, plugin, LW_GPU_FORKED, "fork()", 0},
      {"FAKE_CUDA_SMS", "-1", LW_FAKE_DRIVER, plugin, LW_GPU_IMPLAUSIBLE, "claims", 0},
      {"FAKE_CUDA_CC", "70", LW_FAKE_DRIVER, plugin, LW_GPU_OLD_DEVICE, "7.0", 1},
      {"FAKE_CUDA_CC", "120", LW_FAKE_DRIVER, plugin, LW_GPU_NO_CODE, "no code for", 1},
      {"X", "", LW_FAKE_DRIVER, nullptr, LW_GPU_NO_PLUGIN, "liblanewise_cuda13.so.0.1", 1},
      {"X", "", LW_FAKE_DRIVER, "/nonexistent/plugin.so", LW_GPU_NO_PLUGIN, "/nonexistent/pl", 1},
      {"X", "", LW_FAKE_DRIVER, text.c_str(), LW_GPU_NO_PLUGIN, "text.so", 1},
      {"X", "", LW_FAKE_DRIVER, cut.c_str(), LW_GPU_NO_PLUGIN, "cut.so", 1},
      {"X", "", LW_FAKE_DRIVER, LW_FAKE_FOLDER "/libplugin_no_symbol.so", LW_GPU_REFUSED_PLUGIN,
       "lanewise_gpu_backend", 1},
      {"X", "", LW_FAKE_DRIVER, LW_FAKE_FOLDER "/libplugin_wrong_abi.so", LW_GPU_REFUSED_PLUGIN,
       "(lanewise 9.8.7) has plugin ABI 2", 1},
      {"X", "", LW_FAKE_DRIVER, LW_FAKE_FOLDER "/libplugin_wrong_numerics.so",
       LW_GPU_REFUSED_PLUGIN, "numerics version 2", 1},
      {"X", "", LW_FAKE_DRIVER, LW_FAKE_FOLDER "/libplugin_other_release.so", LW_GPU_REFUSED_PLUGIN,
       "is of lanewise 9.8.7, this library of lanewise ", 1},
      {"X", "", LW_FAKE_DRIVER, LW_FAKE_FOLDER "/libplugin_short_table.so", LW_GPU_REFUSED_PLUGIN,
       "no table", 1},
      {"X", "", LW_FAKE_DRIVER, LW_FAKE_FOLDER "/libplugin_no_table.so", LW_GPU_REFUSED_PLUGIN,
       "no table", 1},
      {"X", "", LW_FAKE_DRIVER, LW_FAKE_FOLDER "/libplugin_no_functions.so", LW_GPU_REFUSED_PLUGIN,
       "incomplete table", 1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(lw_gpu_state_name(c.state)) + " " + c.variable + "=" + c.value);
    EXPECT_TRUE(InChild([&] {
      const ScopedEnvironment set(c.variable, c.value);
      lanewise::gpu::SetDriverSource(machine.Source(c.driver));
      if (c.plugin) {
        ASSERT_EQ(lw_gpu_set_plugin(c.plugin), LW_OK) << lw_last_error();
      }
      ExpectNoGpu(c.state, c.reason);
      EXPECT_EQ(DeviceCount(), c.devices);
      lw_gpu_device_record record{};
      record.struct_size = sizeof(record);
      const lw_status known = lw_gpu_device_info(0, &record);
      EXPECT_EQ(known, c.devices ? LW_OK : LW_ERR_VALUE);
      if (c.devices) {
        EXPECT_EQ(record.usable, 0);
        EXPECT_TRUE(Contains(record.reason, c.reason)) << record.reason;
      }
    }));
  }
}

TEST(GpuStates, NoNode) {
  const lw_test::TemporaryFolder empty;
  EXPECT_TRUE(InChild([&] {
    lanewise::gpu::SetDriverSource({empty.path().string(), LW_FAKE_DRIVER});
    ExpectNoGpu(LW_GPU_NO_NODE, "no NVIDIA GPU");
  }));
}

TEST(GpuStates, Hanging) {
  const FakeMachine machine;
  EXPECT_TRUE(InChild([&] {
    const ScopedEnvironment timeout("LANEWISE_GPU_TIMEOUT_MS", "10");
    void* fake = dlopen(LW_FAKE_DRIVER, RTLD_NOW);
    reinterpret_cast<void (*)(int)>(dlsym(fake, "fake_cuda_hold"))(1);
    lanewise::gpu::SetDriverSource(machine.Source());
    ExpectNoGpu(LW_GPU_TIMEOUT, "10 ms");
    // The process ends although the driver's thread does not.
  }));
}

TEST(GpuStates, Ready) {
  const FakeMachine machine;
  EXPECT_TRUE(InChild([&] {
    const ScopedEnvironment count("FAKE_CUDA_COUNT", "3"), cc("FAKE_CUDA_CC", "89,61,90");
    lanewise::gpu::SetDriverSource(machine.Source());
    ASSERT_EQ(lw_gpu_set_plugin(kFakePlugin.c_str()), LW_OK);
    EXPECT_EQ(State(0), LW_GPU_NOT_ASKED);
    EXPECT_TRUE(Contains(Explain(0, 0), "not_asked: a driver for CUDA 13.0"));
    char explained[4096];
    size_t length;
    ASSERT_EQ(lw_explain(LW_EXP, nullptr, 0, 1, explained, sizeof(explained), &length), LW_OK);
    EXPECT_TRUE(Contains(explained, "\"status\": \"not asked\"")) << explained;
    EXPECT_EQ(State(0), LW_GPU_NOT_ASKED) << "lw_explain does not initialise";

    EXPECT_EQ(State(1), LW_GPU_READY) << Explain(1, 0);
    EXPECT_EQ(State(0), LW_GPU_READY);
    const std::string text = Explain(0, 0), json = Explain(0, 1);
    EXPECT_TRUE(Contains(text, "GPU         ready\n")) << text;
    EXPECT_TRUE(Contains(text, "device 1    Fake GPU, compute capability 6.1, 132 multipro"))
        << text;
    EXPECT_TRUE(Contains(text, "not usable: Fake GPU has compute capability 6.1")) << text;
    EXPECT_TRUE(Contains(text, kFakePlugin)) << text;
    EXPECT_TRUE(Contains(json, "\"architectures\": [")) << json;
    ASSERT_EQ(lw_explain(LW_EXP, nullptr, 0, 0, explained, sizeof(explained), &length), LW_OK);
    EXPECT_TRUE(Contains(explained, "CUDA      on device arrays")) << explained;

    EXPECT_EQ(DeviceCount(), 3);
    lw_gpu_device_record record{};
    record.struct_size = sizeof(record);
    ASSERT_EQ(lw_gpu_device_info(0, &record), LW_OK);
    EXPECT_STREQ(record.name, "Fake GPU");
    EXPECT_EQ(record.compute_capability, 89);
    EXPECT_EQ(record.usable, 1);
    EXPECT_STREQ(record.reason, "");
    ASSERT_EQ(lw_gpu_device_info(1, &record), LW_OK);
    EXPECT_EQ(record.usable, 0);
    lw_test::ExpectError(lw_gpu_device_info(3, &record), LW_ERR_VALUE, "device 3");
    lw_test::ExpectError(lw_gpu_device_info(-1, &record), LW_ERR_VALUE, "device -1");
    record.struct_size = 8;
    lw_test::ExpectError(lw_gpu_device_info(0, &record), LW_ERR_SHAPE, "struct_size");
    lw_test::ExpectError(lw_gpu_synchronise(1, nullptr), LW_ERR_UNSUPPORTED, "6.1");
    lw_test::ExpectError(lw_gpu_synchronise(3, nullptr), LW_ERR_VALUE, "no device 3");
    lw_test::ExpectError(lw_gpu_set_plugin("/elsewhere.so"), LW_ERR_VALUE, "already");
    ExpectCpuWorks();
  }));
}

TEST(GpuStates, PluginPathsAreAbsolute) {
  EXPECT_TRUE(InChild([] {
    lw_test::ExpectError(lw_gpu_set_plugin("libfake_plugin.so"), LW_ERR_VALUE, "absolute");
    lw_test::ExpectError(lw_gpu_set_plugin(""), LW_ERR_VALUE, "absolute");
    lw_test::ExpectError(lw_gpu_set_plugin(nullptr), LW_ERR_NULL, "path");
  }));
}

// ------------------------------------------------------------------ fork

TEST(GpuFork, ChildOfAProcessThatUsedTheGpu) {
  const FakeMachine machine;
  EXPECT_TRUE(InChild([&] {
    lanewise::gpu::SetDriverSource(machine.Source());
    ASSERT_EQ(lw_gpu_set_plugin(kFakePlugin.c_str()), LW_OK);
    ASSERT_EQ(State(1), LW_GPU_READY);
    const FakeCounters before = lw_test::Fake().counters();
    EXPECT_TRUE(InChild([] {
      ExpectNoGpu(LW_GPU_FORKED, "forked from one that used the GPU");
      int32_t count;
      lw_test::ExpectError(lw_gpu_device_count(&count), LW_ERR_FORKED, "forked");
      lw_gpu_device_record record{};
      record.struct_size = sizeof(record);
      lw_test::ExpectError(lw_gpu_device_info(0, &record), LW_ERR_FORKED, "forked");
      lw_test::ExpectError(lw_gpu_free(0, &record, 1, nullptr), LW_ERR_FORKED, "forked");
      lw_test::ExpectError(lw_gpu_set_plugin("/x"), LW_ERR_FORKED, "forked");
      const FakeCounters inside = lw_test::Fake().counters();
      EXPECT_EQ(inside.lookups + inside.synchronises + inside.frees, 0) << "the plugin was called";
      EXPECT_TRUE(InChild([] { EXPECT_EQ(State(1), LW_GPU_FORKED); })) << "a child's child";
    }));
    EXPECT_EQ(lw_test::Fake().counters().lookups, before.lookups);
    EXPECT_EQ(State(1), LW_GPU_READY) << "the parent goes on";
    EXPECT_EQ(lw_gpu_synchronise(0, nullptr), LW_OK);
  }));
}

TEST(GpuFork, PeekingDoesNotHurt) {
  const FakeMachine machine;
  EXPECT_TRUE(InChild([&] {
    lanewise::gpu::SetDriverSource(machine.Source());
    ASSERT_EQ(lw_gpu_set_plugin(kFakePlugin.c_str()), LW_OK);
    ASSERT_EQ(State(0), LW_GPU_NOT_ASKED);
    EXPECT_TRUE(InChild([] { EXPECT_EQ(State(1), LW_GPU_READY) << Explain(1, 0); }));
  }));
}

TEST(GpuFork, WithoutAGpuForkingIsFine) {
  const lw_test::TemporaryFolder empty;
  EXPECT_TRUE(InChild([&] {
    lanewise::gpu::SetDriverSource({empty.path().string(), LW_FAKE_DRIVER});
    ASSERT_EQ(State(1), LW_GPU_NO_NODE);
    EXPECT_TRUE(InChild([] { EXPECT_EQ(State(1), LW_GPU_NO_NODE); }));
  }));
}

// A child forked while another thread waits for the driver must not wait for ever for its locks.
TEST(GpuFork, DuringInitialisation) {
  const FakeMachine machine;
  EXPECT_TRUE(InChild([&] {
    const ScopedEnvironment timeout("LANEWISE_GPU_TIMEOUT_MS", "60000");
    void* fake = dlopen(LW_FAKE_DRIVER, RTLD_NOW);
    const auto hold = reinterpret_cast<void (*)(int)>(dlsym(fake, "fake_cuda_hold"));
    const auto inits = reinterpret_cast<int (*)()>(dlsym(fake, "fake_cuda_inits"));
    hold(1);
    lanewise::gpu::SetDriverSource(machine.Source());
    std::thread asking([] { State(1); });
    while (inits() == 0) usleep(1000);
    EXPECT_TRUE(InChild([] {
      EXPECT_EQ(State(1), LW_GPU_FORKED);
      ExpectCpuWorks();
    }));
    hold(0);
    asking.join();
    EXPECT_NE(State(1), LW_GPU_FORKED);
  }));
}

// ------------------------------------------------------------------ who asks nothing pays nothing

std::string Slurp(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(GpuCost, CpuCallsLoadNothing) {
  const FakeMachine machine;
  EXPECT_TRUE(InChild([&] {
    lanewise::gpu::SetDriverSource(machine.Source());
    ASSERT_EQ(lw_gpu_set_plugin(kFakePlugin.c_str()), LW_OK);
    ASSERT_EQ(lw_set_threads(1), LW_OK);
    ExpectCpuWorks();
    for (const char* library : {"libfake_driver", "libfake_plugin"}) {
      EXPECT_FALSE(Contains(Slurp("/proc/self/maps"), library));
    }
    EXPECT_TRUE(Contains(Slurp("/proc/self/status"), "Threads:\t1\n"));
    // And they would show: the first question loads the driver, the first use the plugin.
    ASSERT_EQ(State(0), LW_GPU_NOT_ASKED);
    EXPECT_TRUE(Contains(Slurp("/proc/self/maps"), "libfake_driver"));
    EXPECT_FALSE(Contains(Slurp("/proc/self/maps"), "libfake_plugin"));
    ASSERT_EQ(State(1), LW_GPU_READY);
    EXPECT_TRUE(Contains(Slurp("/proc/self/maps"), "libfake_plugin"));
  }));
}

}  // namespace
