// Machines in the package managers' terms. That the archspec names are those of the tools is shown
// by packaging/tests/test_machine_archspec.py, with the tools.

#include <gtest/gtest.h>

#include <set>

#include "lanewise/lanewise.h"
#include "machine/archspec.h"
#include "machine/virtual_packages.h"

namespace lanewise {
namespace {

constexpr char kV3[] =
    "mmx sse sse2 pni ssse3 sse4_1 sse4_2 popcnt cx16 lahf_lm avx avx2 fma f16c bmi1 bmi2 abm "
    "movbe "
    "xsave";
using Names = std::vector<std::string>;

constexpr char kAvx512[] = " avx512f avx512dq avx512cd avx512bw avx512vl";

std::string Cpuinfo(const std::string& flags) {
  return "processor\t: 0\nvendor_id\t: SomeoneNew\ncpu family\t: 99\nmodel\t\t: 1\n"
         "model name\t: New CPU\nstepping\t: 0\nflags\t\t: " +
         flags + "\n\nprocessor\t: 1\nflags\t\t: none\n";
}

MachineRecord Record(std::vector<RecordField> fields) {
  MachineRecord record;
  EXPECT_EQ(ParseRecord(fields, record), "");
  return record;
}

Host HostOf(const std::string& flags, std::vector<RecordField> more = {}) {
  const std::string cpuinfo = Cpuinfo(flags);
  more.push_back({"cpuinfo", cpuinfo});
  return DetectHost(Record(more).host);
}

std::string Without(std::string words, const std::string& word) {
  const size_t at = (" " + words + " ").find(" " + word + " ");
  return words.erase(at, word.size());
}

const VirtualPackage* Find(const std::vector<VirtualPackage>& packages, std::string_view name) {
  for (const VirtualPackage& package : packages) {
    if (package.name == name) return &package;
  }
  return nullptr;
}

std::string VersionOf(Manager manager, const MachineRecord& record, std::string_view name) {
  const auto packages = VirtualPackagesOf(manager, record);
  const VirtualPackage* found = Find(packages, name);
  return found ? found->version : "absent";
}

TEST(MachineRecord, LevelsFromTheKernelsFlags) {
  EXPECT_EQ(HostOf("fpu sse2 pni").psabi_level, 1);
  EXPECT_EQ(HostOf(kV3).psabi_level, 3);
  EXPECT_EQ(HostOf(std::string(kV3) + kAvx512).psabi_level, 4);
  for (const char* flag : {"avx", "fma", "bmi2", "movbe", "xsave"})
    EXPECT_EQ(HostOf(Without(kV3, flag)).psabi_level, 2) << flag;
  for (const char* flag : {"cx16", "lahf_lm", "popcnt", "pni"})
    EXPECT_EQ(HostOf(Without(kV3, flag)).psabi_level, 1) << flag;
  const Host host = HostOf(kV3);
  EXPECT_EQ(host.vendor, "SomeoneNew");
  EXPECT_EQ(host.brand, "New CPU");
  EXPECT_EQ(host.family, 99u);
  EXPECT_FALSE(host.hypervisor);
}

TEST(MachineRecord, StateThatTheSystemDoesNotSave) {
  const std::string flags = std::string(kV3) + kAvx512;
  EXPECT_EQ(HostOf(flags, {{"xcr0", "0xe7"}}).psabi_level, 4);
  EXPECT_EQ(HostOf(flags, {{"xcr0", "0x7"}}).psabi_level, 3);
  EXPECT_EQ(HostOf(flags, {{"xcr0", "3"}}).psabi_level, 2);
}

TEST(MachineRecord, Hypervisor) {
  EXPECT_TRUE(HostOf("sse2 hypervisor").hypervisor);
  const Host host = HostOf(kV3, {{"hypervisor", "KVM"}});
  EXPECT_TRUE(host.hypervisor);
  EXPECT_EQ(host.StateOf(Target::kAVX3).absence, Absence::kMaybeHypervisor);
}

TEST(MachineRecord, AArch64) {
  constexpr char kCpuinfo[] =
      "processor\t: 0\nFeatures\t: fp asimd sve sve2\nCPU implementer\t: 0x41\n"
      "CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd4f\nCPU revision\t: 0\n";
  const MachineRecord record = Record({{"cpuinfo", kCpuinfo}, {"sve_bits", "128"}});
  const Host host = DetectHost(record.host);
  EXPECT_EQ(host.arch, Arch::kAArch64);
  EXPECT_EQ(host.microarch, "neoverse_v2");
  EXPECT_EQ(host.BestTarget(), Target::kSVE2_128);
  const auto packages = LanewisePackages(host);
  ASSERT_EQ(packages.size(), 2u);
  EXPECT_EQ(packages[0].name, "__lanewise_aarch64");
  EXPECT_EQ(packages[0].version, "9");
  EXPECT_EQ(packages[1].build, "SVE2_128");
  EXPECT_EQ(UvLevel(record), "");
  // Features that the CPU has and the kernel does not list: archspec falls back to the name of all.
  EXPECT_EQ(ArchspecsOf(Manager::kConda, record), Names{"aarch64"});
  EXPECT_EQ(ArchspecsOf(Manager::kMamba, record), Names{"aarch64"});
}

TEST(MachineRecord, BadFieldsAreNamed) {
  const auto wrong = [](std::vector<RecordField> fields) {
    MachineRecord record;
    return ParseRecord(fields, record);
  };
  const std::string cpuinfo = Cpuinfo(kV3);
  const auto with = [&](std::string_view key, std::string_view value) {
    return wrong({{"cpuinfo", cpuinfo}, {key, value}});
  };
  EXPECT_EQ(with("glibc", "2.36"), "");
  EXPECT_EQ(with("cuda_arch", ""), "");  // no device
  EXPECT_EQ(with("cpuinof", "x"), "'cpuinof' is not a key of machine files");
  EXPECT_EQ(with("architecture", "x86"), "'architecture' is neither x86_64 nor aarch64");
  EXPECT_EQ(with("architecture", "aarch64"), "'cpuinfo' is not of the 'architecture' given");
  EXPECT_EQ(with("xcr0", "0xzz"), "'xcr0' is not a hexadecimal number");
  EXPECT_EQ(with("xcr0", ""), "'xcr0' is not a hexadecimal number");
  EXPECT_EQ(with("sve_bits", "129"), "'sve_bits' is not a multiple of 128 up to 2048");
  EXPECT_EQ(with("cuda_arch", "9.0\nH100\n"),
            "'cuda_arch' holds something else than compute capabilities such as 9.0");
  EXPECT_EQ(with("cuda_arch", "9.0"), "'cuda_arch' needs 'cuda_driver'");
  for (const char* version : {"", "2.", ".3", "2..3", "2.36-1", "v2"})
    EXPECT_EQ(with("glibc", version), "'glibc' is not a version such as 2.36") << version;
  EXPECT_EQ(wrong({}), "'cpuinfo' and 'architecture' are both missing");
  EXPECT_NE(wrong({{"cpuinfo", "cpu : POWER9\n"}}), "");
  EXPECT_EQ(wrong({{"architecture", "x86_64"}}), "");  // a sandbox without /proc
}

TEST(Archspec, TableIsATree) {
  for (const Edition edition : {Edition::kConda, Edition::kRattler}) {
    std::set<std::string_view> seen;
    for (const ArchspecEntry& entry : ArchspecTable()) {
      if (!entry.In(edition)) continue;
      EXPECT_TRUE(seen.insert(entry.name).second) << entry.name << " twice";
      std::string parents(entry.parents);
      for (const std::string& parent : MissingWords(parents, ""))
        EXPECT_TRUE(seen.count(parent)) << entry.name << " before " << parent;
    }
    EXPECT_GE(seen.size(), 50u);
  }
}

// The level of a name by its features is that of its generic ancestor: what an override and a gate
// of builds go by.
TEST(Archspec, LevelsOfNames) {
  const auto level = [](std::string_view name) {
    return DetectHost(ArchspecHost(name)).psabi_level;
  };
  EXPECT_EQ(level("x86_64"), 1);
  EXPECT_EQ(level("core2"), 1);
  EXPECT_EQ(level("x86_64_v2"), 2);
  EXPECT_EQ(level("sandybridge"), 2);
  EXPECT_EQ(level("mic_knl"), 3);
  EXPECT_EQ(level("alderlake"), 3);
  EXPECT_EQ(level("x86_64_v4"), 4);
  EXPECT_EQ(level("zen6"), 4);
  EXPECT_EQ(ArchspecHost("graniterapids").arch, Arch::kOther);
  EXPECT_EQ(ArchspecHost("").arch, Arch::kOther);
  EXPECT_EQ(ArchspecHost("neoverse_v2").arch, Arch::kAArch64);
  for (const ArchspecEntry& entry : ArchspecTable()) {
    if (ArchspecHost(entry.name).arch != Arch::kX86_64) continue;
    int expected = 1;
    for (int generic : {2, 3, 4}) {
      const auto* features = FindArchspec(Edition::kConda, "x86_64_v" + std::to_string(generic));
      if (MissingWords(features->features, entry.features).empty()) expected = generic;
    }
    EXPECT_EQ(level(entry.name), expected) << entry.name;
  }
}

TEST(Archspec, UnknownVendorAndNoText) {
  for (const Edition edition : {Edition::kConda, Edition::kRattler}) {
    EXPECT_EQ(ArchspecNames(edition, Arch::kX86_64, Cpuinfo(kV3)), Names{"x86_64_v3"});
    EXPECT_EQ(ArchspecNames(edition, Arch::kX86_64, ""), Names{"x86_64"});
    EXPECT_EQ(ArchspecNames(edition, Arch::kAArch64, ""), Names{"aarch64"});
    EXPECT_TRUE(ArchspecNames(edition, Arch::kOther, "").empty());
  }
}

TEST(VirtualPackages, MambaAsksForLessThanTheLevels) {
  const auto mamba = [](const std::string& flags) {
    const std::string cpuinfo = Cpuinfo(flags);
    return ArchspecsOf(Manager::kMamba, Record({{"cpuinfo", cpuinfo}}))[0];
  };
  EXPECT_EQ(mamba(kV3), "x86_64_v3");
  EXPECT_EQ(mamba(Without(kV3, "movbe")), "x86_64_v3");  // level 2
  EXPECT_EQ(mamba(Without(kV3, "fma")), "x86_64_v2");
  EXPECT_EQ(mamba(Without(kV3, "ssse3")), "x86_64_v3");  // it looks at one level's list only
  EXPECT_EQ(mamba(std::string(kV3) + kAvx512), "x86_64_v4");
}

TEST(VirtualPackages, Uv) {
  const auto uv = [](const std::string& flags) {
    const std::string cpuinfo = Cpuinfo(flags);
    return UvLevel(Record({{"cpuinfo", cpuinfo}}));
  };
  EXPECT_EQ(uv(kV3), "v3");
  EXPECT_EQ(uv(Without(kV3, "xsave")), "v3");
  EXPECT_EQ(uv(Without(kV3, "cx16")), "v1");
  EXPECT_EQ(UvLevel(Record({{"architecture", "x86_64"}})), "v2");
}

TEST(VirtualPackages, KernelAndLibrary) {
  const auto release = [](Manager manager, std::string_view kernel) {
    return VersionOf(manager, Record({{"architecture", "x86_64"}, {"kernel", kernel}}), "__linux");
  };
  EXPECT_EQ(release(Manager::kConda, "6.1.0-13-amd64"), "6.1.0");
  EXPECT_EQ(release(Manager::kRattler, "5.10.209-198.812.amzn2"), "5.10.209");
  EXPECT_EQ(release(Manager::kConda, "4.4.0.19041-Microsoft"), "4.4.0.19041");
  EXPECT_EQ(release(Manager::kMamba, "4.4.0.19041-Microsoft"), "4.4.0");
  EXPECT_EQ(release(Manager::kConda, "6.8-rc1"), "6.8");
  EXPECT_EQ(release(Manager::kMamba, "6.8-rc1"), "0");
  EXPECT_EQ(release(Manager::kConda, "unknown"), "0");
  const MachineRecord other = Record({{"architecture", "x86_64"}});
  EXPECT_EQ(VersionOf(Manager::kConda, other, "__glibc"), "0");
  EXPECT_EQ(VersionOf(Manager::kRattler, other, "__glibc"), "absent");
}

TEST(VirtualPackages, Cuda) {
  const auto cuda = [](Manager manager, std::vector<RecordField> fields) {
    fields.push_back({"architecture", "x86_64"});
    const MachineRecord record = Record(fields);
    return VersionOf(manager, record, "__cuda") + " " + VersionOf(manager, record, "__cuda_arch");
  };
  using F = std::vector<RecordField>;
  const F two = {{"cuda_driver", "12.8"}, {"cuda_arch", "10.0\n9.0\n"}};
  EXPECT_EQ(cuda(Manager::kConda, two), "12.8 absent");
  EXPECT_EQ(cuda(Manager::kRattler, two), "12.8 9.0");  // the least, by number
  EXPECT_EQ(cuda(Manager::kMamba, two), "12.8 absent");
  const F no_device = {{"cuda_driver", "12.8"}, {"cuda_arch", ""}};
  EXPECT_EQ(cuda(Manager::kConda, no_device), "absent absent");
  EXPECT_EQ(cuda(Manager::kRattler, no_device), "12.8 absent");
  const F image = {{"cuda_toolkit", "12.6.3"}, {"cuda_arch", ""}};
  EXPECT_EQ(cuda(Manager::kConda, image), "absent absent");
  EXPECT_EQ(cuda(Manager::kMamba, image), "12.6 absent");
  EXPECT_EQ(cuda(Manager::kRattler, image), "absent absent");
}

TEST(VirtualPackages, OrdinalsRiseWithinAnArchitecture) {
  for (const Arch arch : {Arch::kX86_64, Arch::kAArch64}) {
    int last = 0;
    for (const Target target : TargetsOf(arch)) {
      EXPECT_GT(Ordinal(target), last) << Name(target);
      last = Ordinal(target);
    }
  }
  // Published builds ask for these.
  EXPECT_EQ(Ordinal(Target::kAVX2), 30);
  EXPECT_EQ(Ordinal(Target::kAVX3), 40);
  EXPECT_EQ(Ordinal(Target::kSVE2_128), 50);
  EXPECT_TRUE(LanewisePackages(Host{}).empty());
}

TEST(ThisMachine, TheTextsAgreeWithTheCpu) {
  const MachineRecord record = ReadRecord(false);
  const Host host = DetectHost(record.host);
  ASSERT_FALSE(record.host.cpuinfo.empty());
  EXPECT_FALSE(record.kernel.empty());
  EXPECT_FALSE(record.cuda.devices.has_value());
  HostInput text = record.host;
  text.cpuid.clear();
  text.hwcap = text.hwcap2 = 0;
  EXPECT_EQ(DetectHost(text).psabi_level, host.psabi_level);
  EXPECT_EQ(DetectHost(text).BestTarget(), host.BestTarget());
}

TEST(DescribedApi, BadCalls) {
  size_t length = 0;
  const char *key = "cpuinfo", *value = "flags : sse2\n", *null = nullptr;
  const auto call = [&](int32_t count, const char* const* keys, const char* const* values) {
    return lw_machine_described(count, keys, values, nullptr, 0, &length);
  };
  EXPECT_EQ(call(1, &key, &value), LW_OK);
  EXPECT_GT(length, 500u);
  EXPECT_EQ(call(-1, &key, &value), LW_ERR_SIZE);
  EXPECT_EQ(call(1, nullptr, &value), LW_ERR_NULL);
  EXPECT_EQ(call(1, &key, nullptr), LW_ERR_NULL);
  EXPECT_EQ(call(1, &null, &value), LW_ERR_NULL);
  EXPECT_EQ(call(1, &key, &null), LW_ERR_NULL);
  EXPECT_EQ(call(0, nullptr, nullptr), LW_ERR_VALUE);
  EXPECT_EQ(call(1, &value, &value), LW_ERR_VALUE);
  EXPECT_STREQ(lw_last_error(),
               "machine description: 'flags : sse2\n' is not a key of machine files");
}

}  // namespace
}  // namespace lanewise
