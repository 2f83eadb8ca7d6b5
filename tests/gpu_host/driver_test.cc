// Every state of driver detection, against a fake driver.

#include "gpu/driver.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/gpu_host/fake_machine.h"

namespace {

using lanewise::gpu::Driver;
using lanewise::gpu::DriverFindings;
using lanewise::gpu::DriverSource;
using lw_test::FakeMachine;
using lw_test::ScopedEnvironment;

class DriverTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"LANEWISE_GPU", "LANEWISE_GPU_TIMEOUT_MS", "CUDA_VISIBLE_DEVICES"}) {
      unsetenv(name);
    }
    void* fake = dlopen(LW_FAKE_DRIVER, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(fake, nullptr) << dlerror();
    inits_ = reinterpret_cast<int (*)()>(dlsym(fake, "fake_cuda_inits"));
    hold_ = reinterpret_cast<void (*)(int)>(dlsym(fake, "fake_cuda_hold"));
    reinterpret_cast<void (*)()>(dlsym(fake, "fake_cuda_reset"))();
  }

  // Both questions to a new driver: the first must not initialise anything.
  void Expect(lw_gpu_state state, const std::string& reason, const DriverSource& source) {
    Driver driver(source);
    const int inits = inits_();
    const DriverFindings peeked = driver.Peek();
    EXPECT_EQ(inits_(), inits) << "cuInit before anybody wanted a GPU";
    const DriverFindings found = driver.Initialise();
    EXPECT_EQ(found.state, state) << found.reason;
    EXPECT_NE(found.reason.find(reason), std::string::npos) << found.reason;
    EXPECT_EQ(found.reason.empty(), state == LW_GPU_READY);
    if (peeked.state != LW_GPU_NOT_ASKED) {
      EXPECT_EQ(peeked.state, state);
      EXPECT_EQ(inits_(), inits) << "cuInit although it was known not to work";
    } else {
      EXPECT_FALSE(peeked.reason.empty());
    }
    // Answers stay.
    const int after = inits_();
    EXPECT_EQ(driver.Initialise().state, state);
    EXPECT_EQ(driver.Peek().reason, found.reason);
    EXPECT_EQ(inits_(), after);
  }
  void Expect(lw_gpu_state state, const std::string& reason) {
    Expect(state, reason, machine_.Source());
  }

  FakeMachine machine_;
  int (*inits_)() = nullptr;
  void (*hold_)(int) = nullptr;
};

TEST_F(DriverTest, OneDevice) {
  Driver driver(machine_.Source());
  EXPECT_EQ(driver.Peek().state, LW_GPU_NOT_ASKED);
  EXPECT_EQ(driver.Peek().version, 13000);
  const DriverFindings found = driver.Initialise();
  ASSERT_EQ(found.state, LW_GPU_READY) << found.reason;
  EXPECT_EQ(found.version, 13000);
  ASSERT_EQ(found.devices.size(), 1u);
  EXPECT_EQ(found.devices[0].name, "Fake GPU");
  EXPECT_EQ(found.devices[0].compute_capability, 90);
  EXPECT_EQ(found.devices[0].multiprocessors, 132);
  EXPECT_EQ(found.devices[0].memory_bytes, 85899345920);
  EXPECT_EQ(inits_(), 1);
}

TEST_F(DriverTest, TwoDevicesOfWhichOneIsOld) {
  const ScopedEnvironment count("FAKE_CUDA_COUNT", "2"), cc("FAKE_CUDA_CC", "61,75");
  Driver driver(machine_.Source());
  const DriverFindings found = driver.Initialise();
  ASSERT_EQ(found.state, LW_GPU_READY) << found.reason;
  ASSERT_EQ(found.devices.size(), 2u);
  EXPECT_EQ(found.devices[0].compute_capability, 61);
  EXPECT_EQ(found.devices[1].compute_capability, 75);
}

TEST_F(DriverTest, EveryKindOfNodeCounts) {
  for (const char* node : {"dev/nvidiactl", "dev/dxg", "dev/nvhost-ctrl", "dev/nvmap"}) {
    const FakeMachine machine(node);
    Expect(LW_GPU_READY, "", machine.Source());
  }
}

TEST_F(DriverTest, SwitchedOff) {
  const ScopedEnvironment off("LANEWISE_GPU", "off");
  Expect(LW_GPU_OFF, "LANEWISE_GPU=off");
  // Before everything else is looked at.
  Expect(LW_GPU_OFF, "LANEWISE_GPU=off", {"/nonexistent", "/nonexistent"});
}

TEST_F(DriverTest, OtherSettingsDoNotSwitchOff) {
  for (const char* text : {"on", "", "OFF?"}) {
    const ScopedEnvironment gpu("LANEWISE_GPU", text);
    Expect(LW_GPU_READY, "");
  }
}

TEST_F(DriverTest, NoNode) {
  const lw_test::TemporaryFolder empty;
  // The driver is not even loaded.
  Expect(LW_GPU_NO_NODE, "no NVIDIA GPU", {empty.path().string(), "/nonexistent"});
}

TEST_F(DriverTest, DriverAbsent) {
  Expect(LW_GPU_NO_DRIVER, "libcuda_nowhere.so.1", machine_.Source("libcuda_nowhere.so.1"));
}

TEST_F(DriverTest, DriverIsNoLibrary) {
  const std::string file = machine_.folder().Write("libcuda.so.1", "not an ELF file");
  Expect(LW_GPU_NO_DRIVER, "does not load", machine_.Source(file));
}

TEST_F(DriverTest, SomeOtherLibrary) {
  Expect(LW_GPU_NO_DRIVER, "lacks cuDriverGetVersion", machine_.Source("libm.so.6"));
}

TEST_F(DriverTest, IncompleteDriver) {
  Expect(LW_GPU_NO_DRIVER, "lacks cuInit", machine_.Source(LW_BROKEN_DRIVER));
}

TEST_F(DriverTest, StubLibrary) {
  const ScopedEnvironment stub("FAKE_CUDA_VERSION_ERROR", "34");
  Expect(LW_GPU_STUB_DRIVER, "stub");
}

TEST_F(DriverTest, VersionFails) {
  const ScopedEnvironment error("FAKE_CUDA_VERSION_ERROR", "999");
  Expect(LW_GPU_INIT_FAILED, "cuDriverGetVersion failed with error 999 (CUDA_ERROR_UNKNOWN)");
}

TEST_F(DriverTest, TooOld) {
  const ScopedEnvironment version("FAKE_CUDA_VERSION", "12080");
  Expect(LW_GPU_OLD_DRIVER, "CUDA 12.8");
}

TEST_F(DriverTest, NewerIsFine) {
  for (const char* text : {"13010", "14020"}) {
    const ScopedEnvironment version("FAKE_CUDA_VERSION", text);
    Expect(LW_GPU_READY, "");
  }
}

TEST_F(DriverTest, ImplausibleVersion) {
  for (const char* text : {"0", "-13000", "13005", "999999999"}) {
    const ScopedEnvironment version("FAKE_CUDA_VERSION", text);
    Expect(LW_GPU_IMPLAUSIBLE, text);
  }
}

TEST_F(DriverTest, NoDevice) {
  const ScopedEnvironment count("FAKE_CUDA_COUNT", "0");
  Expect(LW_GPU_NO_DEVICE, "no device");
}

TEST_F(DriverTest, DevicesHidden) {
  for (const char* text : {"", "-1", "7"}) {
    const ScopedEnvironment visible("CUDA_VISIBLE_DEVICES", text);
    Expect(LW_GPU_HIDDEN, "CUDA_VISIBLE_DEVICES=\"" + std::string(text) + "\"");
  }
}

TEST_F(DriverTest, OneOfTwoHidden) {
  const ScopedEnvironment count("FAKE_CUDA_COUNT", "2"), visible("CUDA_VISIBLE_DEVICES", "1");
  Driver driver(machine_.Source());
  EXPECT_EQ(driver.Initialise().devices.size(), 1u);
}

TEST_F(DriverTest, InitFails) {
  {
    const ScopedEnvironment error("FAKE_CUDA_INIT", "999");
    Expect(LW_GPU_INIT_FAILED, "cuInit failed with error 999 (CUDA_ERROR_UNKNOWN)");
  }
  const ScopedEnvironment error("FAKE_CUDA_COUNT_ERROR", "802");
  Expect(LW_GPU_INIT_FAILED, "cuDeviceGetCount failed with error 802");
}

TEST_F(DriverTest, UsedBeforeForkBySomebodyElse) {
  const ScopedEnvironment error("FAKE_CUDA_INIT", "3");
  Expect(LW_GPU_FORKED, "fork()");
}

TEST_F(DriverTest, ImplausibleDevices) {
  const struct {
    const char* name;
    const char* value;
  } kLies[] = {{"FAKE_CUDA_COUNT", "-3"}, {"FAKE_CUDA_COUNT", "1000000"}, {"FAKE_CUDA_CC", "0"},
               {"FAKE_CUDA_CC", "-90"},   {"FAKE_CUDA_CC", "99999"},      {"FAKE_CUDA_SMS", "0"},
               {"FAKE_CUDA_SMS", "-1"},   {"FAKE_CUDA_SMS", "9999999"},   {"FAKE_CUDA_MEMORY", "0"},
               {"FAKE_CUDA_MEMORY", "-1"}};
  for (const auto& lie : kLies) {
    const ScopedEnvironment set(lie.name, lie.value);
    SCOPED_TRACE(std::string(lie.name) + "=" + lie.value);
    Expect(LW_GPU_IMPLAUSIBLE, "claims");
  }
}

TEST_F(DriverTest, DeviceTooOld) {
  const ScopedEnvironment cc("FAKE_CUDA_CC", "61,70"), count("FAKE_CUDA_COUNT", "2");
  Expect(LW_GPU_OLD_DEVICE, "7.0; lanewise needs 7.5");
}

TEST_F(DriverTest, NamesAreMadePrintable) {
  const std::string name = "bad\n\x1b[2Jname" + std::string(400, 'x');
  const ScopedEnvironment set("FAKE_CUDA_NAME", name.c_str());
  Driver driver(machine_.Source());
  const DriverFindings found = driver.Initialise();
  ASSERT_EQ(found.devices.size(), 1u);
  EXPECT_EQ(found.devices[0].name, ("bad??[2Jname" + std::string(400, 'x')).substr(0, 256));
}

// A driver that hangs costs the deadline once, and its late answer counts.
TEST_F(DriverTest, HangsAndRecovers) {
  const ScopedEnvironment timeout("LANEWISE_GPU_TIMEOUT_MS", "20");
  hold_(1);
  Driver driver(machine_.Source());
  DriverFindings found = driver.Initialise();
  EXPECT_EQ(found.state, LW_GPU_TIMEOUT);
  EXPECT_NE(found.reason.find("20 ms"), std::string::npos) << found.reason;
  EXPECT_EQ(found.version, 13000);
  EXPECT_EQ(driver.Initialise().state, LW_GPU_TIMEOUT);
  EXPECT_EQ(driver.Peek().state, LW_GPU_TIMEOUT);
  EXPECT_EQ(inits_(), 1) << "one thread hangs, not many";
  hold_(0);
  for (int i = 0; i < 60000 && found.state == LW_GPU_TIMEOUT; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    found = driver.Initialise();
  }
  EXPECT_EQ(found.state, LW_GPU_READY) << found.reason;
  EXPECT_EQ(found.devices.size(), 1u);
  EXPECT_EQ(inits_(), 1);
}

// The answer comes when nobody is there any more.
TEST_F(DriverTest, AnswerOutlivesTheQuestioner) {
  const ScopedEnvironment timeout("LANEWISE_GPU_TIMEOUT_MS", "1");
  hold_(1);
  { EXPECT_EQ(Driver(machine_.Source()).Initialise().state, LW_GPU_TIMEOUT); }
  hold_(0);
}

TEST_F(DriverTest, BadTimeoutsAreIgnored) {
  for (const char* text : {"0", "-5", "soon", "99999999999999999999", "10x"}) {
    const ScopedEnvironment timeout("LANEWISE_GPU_TIMEOUT_MS", text);
    Expect(LW_GPU_READY, "");
  }
}

TEST_F(DriverTest, ManyThreadsAskOnce) {
  Driver driver(machine_.Source());
  std::thread threads[8];
  lw_gpu_state states[8];
  for (int i = 0; i < 8; ++i) {
    threads[i] = std::thread([&, i] { states[i] = driver.Initialise().state; });
  }
  for (std::thread& thread : threads) thread.join();
  for (const lw_gpu_state state : states) EXPECT_EQ(state, LW_GPU_READY);
  EXPECT_EQ(inits_(), 1);
}

}  // namespace
