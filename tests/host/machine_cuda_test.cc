// CUDA in a machine's description, from a fake driver. A process has one driver: one test.

#include <gtest/gtest.h>

#include <map>

#include "gpu/runtime.h"
#include "machine/virtual_packages.h"
#include "tests/gpu_host/fake_machine.h"

namespace lanewise {
namespace {

TEST(MachineCuda, VersionAtOnceAndDevicesWhenAskedFor) {
  const lw_test::FakeMachine machine;
  const lw_test::ScopedEnvironment version("FAKE_CUDA_VERSION", "13010"),
      count("FAKE_CUDA_COUNT", "2"), capabilities("FAKE_CUDA_CC", "90,86");
  unsetenv("LANEWISE_GPU");
  unsetenv("CUDA_VISIBLE_DEVICES");
  gpu::SetDriverSource(machine.Source());

  const MachineRecord quick = ReadRecord(false);
  EXPECT_EQ(quick.cuda.driver, "13.1");
  EXPECT_FALSE(quick.cuda.devices.has_value());
  EXPECT_EQ(gpu::GetStatus(false).state, LW_GPU_NOT_ASKED);  // cuInit has not been called

  const MachineRecord asked = ReadRecord(true);
  EXPECT_EQ(asked.cuda.driver, "13.1");
  ASSERT_TRUE(asked.cuda.devices.has_value());
  EXPECT_EQ(*asked.cuda.devices, (std::vector<std::string>{"9.0", "8.6"}));
  std::map<std::string, std::string> versions;
  for (const VirtualPackage& package : VirtualPackagesOf(Manager::kRattler, asked))
    versions[package.name] = package.version;
  EXPECT_EQ(versions["__cuda"], "13.1");
  EXPECT_EQ(versions["__cuda_arch"], "8.6");
}

}  // namespace
}  // namespace lanewise
