// CPU budget on invented cgroup trees.

#include "dispatch/host/budget.h"

#include <gtest/gtest.h>

#include <map>

#include "dispatch/host/os.h"

namespace lanewise {
namespace {

using Files = std::map<std::string, std::string>;

BudgetInput Input(int affinity, std::string cgroup, std::string mountinfo, Files files) {
  BudgetInput input;
  input.affinity = affinity;
  input.cgroup = std::move(cgroup);
  input.mountinfo = std::move(mountinfo);
  input.read_file = [files = std::move(files)](const std::string& path) {
    const auto it = files.find(path);
    return it == files.end() ? std::nullopt : std::optional<std::string>(it->second);
  };
  return input;
}

constexpr char kMountV2[] =
    "24 1 0:22 / /proc rw,nosuid - proc proc rw\n"
    "35 24 0:30 / /sys/fs/cgroup rw,nosuid,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr char kMountV1[] =
    "31 25 0:27 / /sys/fs/cgroup/memory rw shared:8 - cgroup cgroup rw,memory\n"
    "33 25 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n";

TEST(Budget, AffinityAlone) {
  const CpuBudget budget = ComputeBudget(Input(6, "", "", {}));
  EXPECT_EQ(budget.cpus, 6);
  EXPECT_EQ(budget.reason, "affinity mask");
  EXPECT_TRUE(budget.warnings.empty());
}

TEST(Budget, NothingKnown) {
  EXPECT_EQ(ComputeBudget({}).cpus, 1);
  EXPECT_EQ(ComputeBudget({}).reason, "number of CPUs unknown");
  BudgetInput online;
  online.online = 12;
  EXPECT_EQ(ComputeBudget(online).cpus, 12);
}

TEST(Budget, V2OwnGroup) {
  const CpuBudget budget =
      ComputeBudget(Input(16, "0::/user.slice/job\n", kMountV2,
                          {{"/sys/fs/cgroup/user.slice/job/cpu.max", "250000 100000\n"},
                           {"/sys/fs/cgroup/user.slice/cpu.max", "max 100000\n"}}));
  EXPECT_EQ(budget.cpus, 3);  // 2.5, rounded up
  EXPECT_EQ(budget.reason, "cgroup v2 /sys/fs/cgroup/user.slice/job/cpu.max = 250000 100000");
  EXPECT_EQ(budget.limits.size(), 2u);
}

TEST(Budget, V2TighterAncestor) {
  const CpuBudget budget = ComputeBudget(Input(16, "0::/a/b/c\n", kMountV2,
                                               {{"/sys/fs/cgroup/a/b/c/cpu.max", "800000 100000\n"},
                                                {"/sys/fs/cgroup/a/cpu.max", "200000 100000\n"}}));
  EXPECT_EQ(budget.cpus, 2);
  EXPECT_EQ(budget.reason, "cgroup v2 /sys/fs/cgroup/a/cpu.max = 200000 100000");
}

TEST(Budget, V2NoLimit) {
  EXPECT_EQ(
      ComputeBudget(Input(16, "0::/a\n", kMountV2, {{"/sys/fs/cgroup/a/cpu.max", "max\n"}})).cpus,
      16);
}

// A container with its own cgroup namespace sees itself as the root, with the limit there.
TEST(Budget, V2PrivateNamespace) {
  const CpuBudget budget =
      ComputeBudget(Input(64, "0::/\n", kMountV2, {{"/sys/fs/cgroup/cpu.max", "50000 100000\n"}}));
  EXPECT_EQ(budget.cpus, 1);
  EXPECT_EQ(budget.reason, "cgroup v2 /sys/fs/cgroup/cpu.max = 50000 100000");
}

// A container without one sees the host's path, and its own directory as the mount's root.
TEST(Budget, MountOfASubtree) {
  const char* mounts = "35 24 0:30 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
  const Files files = {{"/sys/fs/cgroup/cpu.max", "400000 100000\n"},
                       {"/sys/fs/cgroup/inner/cpu.max", "300000 100000\n"}};
  EXPECT_EQ(ComputeBudget(Input(64, "0::/docker/abc\n", mounts, files)).cpus, 4);
  EXPECT_EQ(ComputeBudget(Input(64, "0::/docker/abc/inner\n", mounts, files)).cpus, 3);
  // Not below the mounted root, or outside the namespace: at least the mount point itself.
  EXPECT_EQ(ComputeBudget(Input(64, "0::/docker/abcdef\n", mounts, files)).cpus, 4);
  EXPECT_EQ(ComputeBudget(Input(64, "0::/../other\n", mounts, files)).cpus, 4);
}

TEST(Budget, V1) {
  const std::string cgroup = "9:memory:/x\n4:cpu,cpuacct:/jobs/one\n1:name=systemd:/\n";
  const std::string dir = "/sys/fs/cgroup/cpu,cpuacct/jobs/one";
  const CpuBudget budget = ComputeBudget(
      Input(8, cgroup, kMountV1,
            {{dir + "/cpu.cfs_quota_us", "150000\n"}, {dir + "/cpu.cfs_period_us", "50000\n"}}));
  EXPECT_EQ(budget.cpus, 3);
  EXPECT_EQ(budget.reason, "cgroup v1 " + dir + "/cpu.cfs_quota_us = 150000 of 50000");
  EXPECT_EQ(ComputeBudget(Input(8, cgroup, kMountV1,
                                {{dir + "/cpu.cfs_quota_us", "-1\n"},
                                 {dir + "/cpu.cfs_period_us", "100000\n"}}))
                .cpus,
            8);
}

TEST(Budget, V1Ancestor) {
  const std::string base = "/sys/fs/cgroup/cpu,cpuacct/jobs";
  EXPECT_EQ(ComputeBudget(Input(8, "4:cpu,cpuacct:/jobs/one\n", kMountV1,
                                {{base + "/one/cpu.cfs_quota_us", "-1\n"},
                                 {base + "/one/cpu.cfs_period_us", "100000\n"},
                                 {base + "/cpu.cfs_quota_us", "200000\n"},
                                 {base + "/cpu.cfs_period_us", "100000\n"}}))
                .cpus,
            2);
}

// "cpuset" and "cpuacct" are other controllers.
TEST(Budget, V1OtherControllers) {
  EXPECT_EQ(
      ComputeBudget(
          Input(8, "3:cpuset:/a\n2:cpuacct:/a\n", "33 25 0:29 / /cg rw - cgroup cgroup rw,cpuset\n",
                {{"/cg/a/cpu.cfs_quota_us", "100000"}, {"/cg/a/cpu.cfs_period_us", "100000"}}))
          .cpus,
      8);
}

TEST(Budget, AffinitySmallerThanQuota) {
  const CpuBudget budget = ComputeBudget(
      Input(2, "0::/a\n", kMountV2, {{"/sys/fs/cgroup/a/cpu.max", "800000 100000\n"}}));
  EXPECT_EQ(budget.cpus, 2);
  EXPECT_EQ(budget.reason, "affinity mask");
}

TEST(Budget, EscapedMountPoint) {
  EXPECT_EQ(ComputeBudget(Input(8, "0::/a\n", "35 24 0:30 / /my\\040cg rw - cgroup2 none rw\n",
                                {{"/my cg/a/cpu.max", "100000 100000"}}))
                .cpus,
            1);
}

TEST(Budget, GarbageIsNoLimit) {
  for (const char* text : {"", "\n", "abc", "100000 0", "0 100000", "-5 100000", "1e5 100000",
                           "99999999999999999999 100000", "100000 xyz"}) {
    EXPECT_EQ(
        ComputeBudget(Input(8, "0::/a\n", kMountV2, {{"/sys/fs/cgroup/a/cpu.max", text}})).cpus, 8)
        << text;
  }
  for (const char* text : {"::", "0", "0:", "0::", ":::\n\n", "0::relative\n"}) {
    EXPECT_EQ(ComputeBudget(Input(8, text, kMountV2, {})).cpus, 8) << text;
    EXPECT_EQ(ComputeBudget(Input(8, "0::/a\n", text, {})).cpus, 8) << text;
  }
  EXPECT_EQ(ComputeBudget(Input(8, "0::/a\n", " - cgroup2\n1 - cgroup2 x y\n", {})).cpus, 8);
  // Huge but valid numbers do not overflow.
  EXPECT_EQ(ComputeBudget(Input(8, "0::/a\n", kMountV2,
                                {{"/sys/fs/cgroup/a/cpu.max", "9223372036854775807 1"}}))
                .cpus,
            8);
}

TEST(Budget, Environment) {
  BudgetInput input = Input(8, "", "", {});
  input.env_threads = " 3 ";
  EXPECT_EQ(ComputeBudget(input).cpus, 3);
  EXPECT_EQ(ComputeBudget(input).reason, "LANEWISE_THREADS");
  input.env_threads = "32";  // a limit, not a wish
  EXPECT_EQ(ComputeBudget(input).cpus, 8);
  for (const char* bad :
       {"abc", "0", "-3", "99999999999999", "99999999999999999999", "2x", "1.5", "+4"}) {
    input.env_threads = bad;
    const CpuBudget budget = ComputeBudget(input);
    EXPECT_EQ(budget.cpus, 8) << bad;
    ASSERT_EQ(budget.warnings.size(), 1u) << bad;
    EXPECT_NE(budget.warnings[0].find(bad), std::string::npos);
  }
  input.env_threads = "";
  EXPECT_TRUE(ComputeBudget(input).warnings.empty());
}

TEST(Budget, VariablesOfOthers) {
  BudgetInput input = Input(8, "", "", {});
  input.omp_threads = "4,2";  // by level of nesting
  EXPECT_EQ(ComputeBudget(input).cpus, 4);
  EXPECT_EQ(ComputeBudget(input).reason, "OMP_NUM_THREADS");
  input.tbb_threads = " 3";
  EXPECT_EQ(ComputeBudget(input).cpus, 3);
  EXPECT_EQ(ComputeBudget(input).reason, "TBB_NUM_THREADS");
  input.omp_threads = "1";
  EXPECT_EQ(ComputeBudget(input).reason, "OMP_NUM_THREADS");
  // Who speaks to lanewise means it.
  input.env_threads = "6";
  EXPECT_EQ(ComputeBudget(input).cpus, 6);
  EXPECT_EQ(ComputeBudget(input).reason, "LANEWISE_THREADS");
  // What is ignored is as good as unset.
  input.env_threads = "six";
  EXPECT_EQ(ComputeBudget(input).cpus, 1);
  EXPECT_EQ(ComputeBudget(input).warnings.size(), 1u);
  input.env_threads.reset();
  input.tbb_threads = "4,2";  // no list
  for (const char* bad : {"two", "0", "-1", ",2", "2x,1", "1.5"}) {
    input.omp_threads = bad;
    const CpuBudget budget = ComputeBudget(input);
    EXPECT_EQ(budget.cpus, 8) << bad;
    ASSERT_EQ(budget.warnings.size(), 2u) << bad;
    EXPECT_NE(budget.warnings[0].find("OMP_NUM_THREADS=\"" + std::string(bad)), std::string::npos);
  }
}

TEST(OwnFolder, MappedFile) {
  const auto file = [](std::string_view line, uintptr_t address = 0x7f0000001000) {
    return std::string(MappedFile(line, address).value_or("elsewhere"));
  };
  constexpr const char* kBegin = "7f0000001000-7f0000002000 r-xp 00001000 fe:01 1234     ";
  const std::string begin = kBegin;
  EXPECT_EQ(file(begin + "/usr/lib/a.so"), "/usr/lib/a.so");
  EXPECT_EQ(file(begin + "/a folder/a.so", 0x7f0000001fff), "/a folder/a.so");
  EXPECT_EQ(file(begin + "/usr/lib/a.so (deleted)"), "/usr/lib/a.so");
  EXPECT_EQ(file(begin + "/usr/lib/a.so", 0x7f0000002000), "elsewhere");
  EXPECT_EQ(file(begin + "/usr/lib/a.so", 0x7f0000000fff), "elsewhere");
  EXPECT_EQ(file("7f0000001000-7f0000002000 r-xp 00000000 00:00 0"), "");  // covers it, no file
  EXPECT_EQ(file(begin + "[heap]"), "");
  EXPECT_EQ(file(begin + "(unreachable)/usr/lib/a.so"), "");
  EXPECT_EQ(file("what is this"), "elsewhere");
  EXPECT_EQ(file(""), "elsewhere");
  EXPECT_TRUE(OwnFolder().starts_with('/'));
}

TEST(Budget, ApiLimit) {
  BudgetInput input = Input(8, "", "", {});
  input.api_limit = 2;
  EXPECT_EQ(ComputeBudget(input).cpus, 2);
  EXPECT_EQ(ComputeBudget(input).reason, "limit set through the API");
  input.env_threads = "1";
  EXPECT_EQ(ComputeBudget(input).reason, "LANEWISE_THREADS");
  input.api_limit = -1;
  EXPECT_EQ(ComputeBudget(input).cpus, 1);
}

TEST(Budget, ThisMachine) {
  const CpuBudget budget = ComputeBudget(ReadBudget());
  EXPECT_GE(budget.cpus, 1);
  EXPECT_FALSE(budget.reason.empty());
  EXPECT_FALSE(ReadFile("/no/such/file").has_value());
  EXPECT_FALSE(ReadFile("/proc").has_value());  // a directory
}

}  // namespace
}  // namespace lanewise
