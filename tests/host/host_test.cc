// Host detection on recorded machines (tests/machines) and on the machine that runs the test.

#include "dispatch/host/host.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "dispatch/host/os.h"

namespace lanewise {
namespace {

// The format is described in tests/machines/README.md.
HostInput LoadMachine(const std::string& name) {
  HostInput input;
  std::ifstream file(std::string(LW_TEST_DATA_DIR) + "/machines/" + name + ".txt");
  EXPECT_TRUE(file.good()) << name;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key, value;
    words >> key;
    if (key.empty() || key[0] == '#') continue;
    if (key == "cpuid") {
      CpuidLeaf l;
      words >> std::hex >> l.leaf >> l.subleaf >> l.eax >> l.ebx >> l.ecx >> l.edx;
      EXPECT_FALSE(words.fail()) << name << ": " << line;
      input.cpuid.push_back(l);
      continue;
    }
    words >> value;
    if (key == "arch") input.arch = value == "x86_64" ? Arch::kX86_64 : Arch::kAArch64;
    if (key == "xcr0") input.xcr0 = std::stoull(value, nullptr, 16);
    if (key == "midr") input.midr = value;
    if (key == "hwcap") input.hwcap = std::stoull(value, nullptr, 16);
    if (key == "hwcap2") input.hwcap2 = std::stoull(value, nullptr, 16);
    if (key == "sve_bytes") input.sve_bytes = static_cast<uint32_t>(std::stoul(value));
  }
  return input;
}

// What a machine must give: level, best target, core, and why the next better target is out.
struct Expected {
  const char* machine;
  int level;
  Target best;
  const char* microarch;
  Target refused;
  Absence absence;
  const char* reason;
};

void PrintTo(const Expected& e, std::ostream* os) { *os << e.machine; }

constexpr Target kSSE2 = Target::kSSE2, kSSE4 = Target::kSSE4, kAVX2 = Target::kAVX2,
                 kAVX3 = Target::kAVX3, kZEN4 = Target::kAVX3_ZEN4, kSPR = Target::kAVX3_SPR;
constexpr Absence kCpu = Absence::kCpu, kOs = Absence::kOs, kHv = Absence::kHypervisor;

const Expected kMachines[] = {
    {"core2", 1, kSSE2, "core2", kSSE4, kCpu, "CPU lacks sse4_1"},
    {"k10", 1, kSSE2, "k10", kSSE4, kCpu, "CPU lacks ssse3"},
    {"nehalem", 2, kSSE4, "nehalem", kAVX2, kCpu, "CPU lacks avx"},
    {"bulldozer", 2, kSSE4, "bulldozer", kAVX2, kCpu, "CPU lacks avx2"},
    {"haswell", 3, kAVX2, "haswell", kAVX3, kCpu, "CPU lacks avx512f"},
    {"skylake_x", 4, kAVX3, "skylake_avx512", kZEN4, kCpu, "CPU lacks avx512_vnni"},
    {"cascadelake", 4, kAVX3, "cascadelake", kZEN4, kCpu, "CPU lacks vpclmulqdq"},
    {"icelake_hyperv", 4, kAVX3, "icelake", kZEN4, kCpu, "CPU lacks avx512_bf16"},
    {"knights_landing", 3, kAVX2, "mic_knl", kAVX3, kCpu, "CPU lacks avx512dq"},
    {"alderlake", 3, kAVX2, "alderlake", kAVX3, kCpu, "CPU lacks avx512f"},
    {"sapphirerapids", 4, kSPR, "sapphirerapids", kSPR, Absence::kNone, ""},
    {"zen", 3, kAVX2, "zen", kAVX3, kCpu, "CPU lacks avx512f"},
    {"zen2", 3, kAVX2, "zen2", kAVX3, kCpu, "CPU lacks avx512f"},
    {"zen3", 3, kAVX2, "zen3", kAVX3, kCpu, "CPU lacks avx512f"},
    {"zen4", 4, kZEN4, "zen4", kSPR, kCpu, "CPU lacks avx512_fp16"},
    {"zen5", 4, kZEN4, "zen5", kSPR, kCpu, "CPU lacks avx512_fp16"},
    {"unknown_amd_v4", 4, kZEN4, "x86_64_v4", kSPR, kCpu, "CPU lacks avx512_fp16"},
    {"qemu64", 1, kSSE2, "x86_64", kSSE4, Absence::kMaybeHypervisor,
     "CPU lacks ssse3; perhaps the hypervisor hides it, as pni is there"},

    {"qemu_v2_kvm", 2, kSSE4, "x86_64_v2", kAVX2, Absence::kMaybeHypervisor,
     "CPU lacks avx; perhaps hypervisor KVM hides it"},

    {"zen4_kvm_no_avx512dq", 3, kAVX2, "zen4", kAVX3, kHv,
     "hypervisor KVM hides avx512dq (zen4 has it)"},
    {"zen3_kvm_no_aes", 3, kAVX2, "zen3", kAVX3, kCpu, "CPU lacks avx512f"},
    {"unknown_vmware_no_avx512vl", 3, kAVX2, "x86_64_v3", kAVX3, Absence::kMaybeHypervisor,
     "CPU lacks avx512vl; perhaps hypervisor VMware hides it, as avx512f is there"},
    {"skylake_x_os_avx_only", 3, kAVX2, "skylake_avx512", kAVX3, kOs,
     "OS does not save AVX-512 state (XCR0=0x7)"},
    {"haswell_os_sse_only", 2, kSSE4, "haswell", kAVX2, kOs,
     "OS does not save AVX state (XCR0=0x3)"},
    {"haswell_noxsave", 2, kSSE4, "haswell", kAVX2, kOs,
     "OS does not use XSAVE, so it does not save AVX state"},

    {"graviton2", 0, Target::kNEON, "neoverse_n1", Target::kSVE, kCpu, "CPU lacks sve"},
    {"graviton3", 0, Target::kSVE_256, "neoverse_v1", Target::kSVE2, kCpu, "CPU lacks sve2"},
    {"graviton4", 0, Target::kSVE2_128, "neoverse_v2", Target::kSVE_256, Absence::kVectorLength,
     "SVE vectors are 128 bits, not 256"},
    {"a64fx", 0, Target::kSVE, "a64fx", Target::kSVE_256, Absence::kVectorLength,
     "SVE vectors are 512 bits, not 256"},
    {"apple_m1", 0, Target::kNEON, "m1", Target::kSVE, kCpu, "CPU lacks sve"},
    {"neoverse_v1_kernel_without_sve", 0, Target::kNEON, "neoverse_v1", Target::kSVE_256, kOs,
     "the kernel (or hypervisor) does not offer sve, which neoverse_v1 has"},
};

class RecordedMachine : public testing::TestWithParam<Expected> {};

TEST_P(RecordedMachine, LevelTargetCoreReason) {
  const Expected& e = GetParam();
  const Host host = DetectHost(LoadMachine(e.machine));
  EXPECT_EQ(host.psabi_level, e.level);
  ASSERT_TRUE(host.BestTarget().has_value());
  EXPECT_EQ(Name(*host.BestTarget()), Name(e.best));
  EXPECT_EQ(host.microarch, e.microarch);
  const TargetState refused = host.StateOf(e.refused);
  EXPECT_EQ(refused.supported, e.absence == Absence::kNone);
  EXPECT_EQ(refused.absence, e.absence);
  EXPECT_EQ(refused.reason, e.reason);
}

INSTANTIATE_TEST_SUITE_P(Host, RecordedMachine, testing::ValuesIn(kMachines),
                         [](const auto& info) { return std::string(info.param.machine); });

// On x86 the targets form a chain: a supported one implies all that are worse.
TEST_P(RecordedMachine, X86TargetsFormAChain) {
  const Host host = DetectHost(LoadMachine(GetParam().machine));
  ASSERT_EQ(host.targets.size(), TargetsOf(host.arch).size());
  if (host.arch != Arch::kX86_64) return;
  for (size_t i = 1; i < host.targets.size(); ++i) {
    if (host.targets[i].supported) {
      EXPECT_TRUE(host.targets[i - 1].supported);
    }
    EXPECT_EQ(host.targets[i].supported, host.targets[i].reason.empty());
  }
}

// Any subset of a machine's leaves must be survived, and never yield more than the whole.
TEST_P(RecordedMachine, MissingLeavesNeverAddTargets) {
  const HostInput whole = LoadMachine(GetParam().machine);
  const Host full = DetectHost(whole);
  for (size_t drop = 0; drop < whole.cpuid.size(); ++drop) {
    HostInput part = whole;
    part.cpuid.erase(part.cpuid.begin() + static_cast<ptrdiff_t>(drop));
    const Host host = DetectHost(part);
    for (const TargetState& state : host.targets) {
      EXPECT_TRUE(!state.supported || full.Supports(state.target)) << drop;
    }
  }
}

TEST(Host, IdentityAndFeatures) {
  const Host zen4 = DetectHost(LoadMachine("zen4_kvm_no_avx512dq"));
  EXPECT_EQ(zen4.vendor, "AuthenticAMD");
  EXPECT_EQ(zen4.brand, "AMD EPYC 9654 96-Core Processor");
  EXPECT_EQ(zen4.family, 0x19u);
  EXPECT_EQ(zen4.model, 0x11u);
  EXPECT_TRUE(zen4.hypervisor);
  EXPECT_EQ(zen4.hypervisor_vendor, "KVM");
  EXPECT_TRUE(zen4.Has("avx512f"));
  EXPECT_FALSE(zen4.Has("avx512dq"));
  EXPECT_FALSE(zen4.Has("no such feature"));

  EXPECT_EQ(DetectHost(LoadMachine("icelake_hyperv")).hypervisor_vendor, "Hyper-V");
  EXPECT_FALSE(DetectHost(LoadMachine("zen4")).hypervisor);
  EXPECT_EQ(DetectHost(LoadMachine("nehalem")).brand,
            "Genuine Intel(R) CPU             000  @ 3.20GHz");

  const Host no_aes = DetectHost(LoadMachine("zen3_kvm_no_aes"));
  EXPECT_FALSE(no_aes.Has("aes"));
  EXPECT_TRUE(no_aes.Supports(kAVX2));  // AES belongs to no target

  // Present in CPUID, useless because the OS does not save the registers.
  const Host os = DetectHost(LoadMachine("skylake_x_os_avx_only"));
  for (const FeatureState& f : os.features) {
    if (f.name != "avx512f") continue;
    EXPECT_TRUE(f.cpu);
    EXPECT_FALSE(f.os);
  }
  EXPECT_FALSE(os.Has("avx512f"));
  EXPECT_TRUE(os.Has("avx2"));
}

TEST(Host, Caches) {
  const auto sizes = [](const char* name) { return DetectHost(LoadMachine(name)).caches; };
  EXPECT_EQ(sizes("zen4").l1d, 32u << 10);
  EXPECT_EQ(sizes("zen4").l2, 1u << 20);
  EXPECT_EQ(sizes("zen4").l3, 32u << 20);
  EXPECT_EQ(sizes("alderlake").l1d, 48u << 10);
  EXPECT_EQ(sizes("alderlake").l2, 1280u << 10);
  EXPECT_EQ(sizes("alderlake").l3, 25u << 20);
  EXPECT_EQ(sizes("k10").l1d, 64u << 10);  // from the older AMD leaves
  EXPECT_EQ(sizes("k10").l2, 512u << 10);
  EXPECT_EQ(sizes("k10").l3, 6u << 20);
  EXPECT_EQ(sizes("core2").l3, 0u);

  HostInput arm = LoadMachine("graviton3");
  arm.caches = "1 Data 64K \n1 Instruction 64K \n2 Unified 1024K\n3 Unified 32M\n";
  const CacheSizes caches = DetectHost(arm).caches;
  EXPECT_EQ(caches.l1d, 64u << 10);
  EXPECT_EQ(caches.l2, 1u << 20);
  EXPECT_EQ(caches.l3, 32u << 20);
  arm.caches = "garbage\n1\n\n1 Data\n2 Unified 99999999999999999999K\n3 Unified -1";
  EXPECT_EQ(DetectHost(arm).caches.l2, 0u);
}

TEST(Host, OddInput) {
  EXPECT_FALSE(DetectHost({}).BestTarget().has_value());
  EXPECT_EQ(DetectHost({}).StateOf(kAVX2).absence, Absence::kOtherArch);

  HostInput empty;
  empty.arch = Arch::kX86_64;
  EXPECT_EQ(DetectHost(empty).BestTarget(), kSSE2);
  EXPECT_EQ(DetectHost(empty).microarch, "x86_64");

  HostInput ones = LoadMachine("zen4");
  for (CpuidLeaf& l : ones.cpuid) l.eax = l.ebx = l.ecx = l.edx = 0xFFFFFFFF;
  ones.xcr0 = ~uint64_t{0};
  EXPECT_EQ(DetectHost(ones).BestTarget(), kSPR);
  for (CpuidLeaf& l : ones.cpuid) l.eax = l.ebx = l.ecx = l.edx = 0;
  EXPECT_EQ(DetectHost(ones).BestTarget(), kSSE2);

  HostInput arm;
  arm.arch = Arch::kAArch64;
  EXPECT_EQ(DetectHost(arm).BestTarget(), Target::kNEON);
  EXPECT_EQ(DetectHost(arm).microarch, "aarch64");
  arm.midr = "not a number\n";
  arm.cpuinfo =
      "CPU implementer\t: 0x41\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n";
  EXPECT_EQ(DetectHost(arm).microarch, "neoverse_n1");
  EXPECT_EQ(DetectHost(arm).vendor, "ARM");
  EXPECT_EQ(DetectHost(arm).stepping, 0x31u);
  arm.cpuinfo = ":\n::::\nCPU part";
  EXPECT_EQ(DetectHost(arm).microarch, "aarch64");

  HostInput sve = LoadMachine("graviton4");
  sve.sve_bytes = 0;
  EXPECT_EQ(DetectHost(sve).BestTarget(), Target::kSVE2);
  EXPECT_EQ(DetectHost(sve).StateOf(Target::kSVE2_128).reason,
            "SVE vectors are of unknown length, not 128");
}

// Leaves above the announced maximum hold the contents of another leaf.
TEST(Host, LeavesAboveTheMaximumAreIgnored) {
  HostInput input = LoadMachine("qemu64");
  for (const FeatureState& f : DetectHost(input).features) {
    if (f.name == "avx2" || f.name == "bmi1") {
      EXPECT_FALSE(f.cpu) << f.name;
    }
  }
  input = LoadMachine("zen4");
  for (CpuidLeaf& l : input.cpuid) {
    if (l.leaf == 7 && l.subleaf == 0) l.eax = 0;  // no subleaf 1
  }
  EXPECT_EQ(DetectHost(input).BestTarget(), kAVX3);
}

// XCR0 counts only with OSXSAVE: it cannot be read without.
TEST(Host, Xcr0NeedsOsxsave) {
  HostInput input = LoadMachine("haswell_noxsave");
  input.xcr0 = 7;
  EXPECT_EQ(DetectHost(input).xcr0, 0u);
  EXPECT_EQ(DetectHost(input).psabi_level, 2);
}

// Every feature of psABI v2 and v3 alone decides the level; AES and PCLMUL do not.
TEST(Host, PsabiSetsAreExact) {
  struct Bit {
    uint32_t leaf;
    int reg, bit, level;  // level that remains without it
  };
  const Bit kBits[] = {
      {1, 2, 0, 1},          {1, 2, 9, 1},          {1, 2, 13, 1}, {1, 2, 19, 1}, {1, 2, 20, 1},
      {1, 2, 23, 1},         {0x80000001, 2, 0, 1}, {1, 2, 12, 2}, {1, 2, 22, 2}, {1, 2, 28, 2},
      {1, 2, 29, 2},         {7, 1, 3, 2},          {7, 1, 5, 2},  {7, 1, 8, 2},  {1, 2, 27, 2},
      {0x80000001, 2, 5, 2}, {7, 1, 16, 3},         {7, 1, 17, 3}, {7, 1, 28, 3}, {7, 1, 30, 3},
      {7, 1, 31, 3},         {1, 2, 25, 4},         {1, 2, 1, 4},  {7, 1, 21, 4}, {7, 2, 11, 4}};
  for (const Bit& b : kBits) {
    HostInput input = LoadMachine("zen4");
    for (CpuidLeaf& l : input.cpuid) {
      if (l.leaf == b.leaf && l.subleaf == 0) (b.reg == 1 ? l.ebx : l.ecx) &= ~(1u << b.bit);
    }
    EXPECT_EQ(DetectHost(input).psabi_level, b.level) << std::hex << b.leaf << " " << b.bit;
  }
}

TEST(Host, FirmwareAndCutDownParts) {
  HostInput input = LoadMachine("skylake_x");
  for (CpuidLeaf& l : input.cpuid) {
    if (l.leaf == 7) l.ebx &= ~(1u << 16);
  }
  EXPECT_EQ(DetectHost(input).StateOf(kAVX3).reason,
            "CPU lacks avx512f although skylake_avx512 has it (disabled by firmware?)");

  input = LoadMachine("haswell");
  for (CpuidLeaf& l : input.cpuid) {
    if (l.leaf == 0x80000002) l = {l.leaf, 0, 0x746E6550, 0x206D7569, 0, 0};  // "Pentium "
    if (l.leaf == 1) l.ecx &= ~(1u << 28);
  }
  EXPECT_EQ(DetectHost(input).StateOf(kAVX2).reason, "CPU lacks avx");
}

TEST(Target, Parse) {
  for (size_t i = 0; i < kTargetCount; ++i) {
    EXPECT_EQ(ParseTarget(kTargetNames[i]), static_cast<Target>(i));
  }
  EXPECT_EQ(ParseTarget("avx2"), kAVX2);
  EXPECT_EQ(ParseTarget(" avx3_zen4\n"), kZEN4);
  EXPECT_EQ(ParseTarget("v1"), kSSE2);
  EXPECT_EQ(ParseTarget("V2"), kSSE4);
  EXPECT_EQ(ParseTarget("x86-64-v3"), kAVX2);
  EXPECT_EQ(ParseTarget("x86_64_v4"), kAVX3);
  EXPECT_EQ(ParseTarget("AVX-512"), kAVX3);
  EXPECT_EQ(ParseTarget("avx512"), kAVX3);
  EXPECT_EQ(ParseTarget("sve2-128"), Target::kSVE2_128);
  for (const char* bad : {"", " ", "avx", "v5", "sse", "AVX2 AVX3", "x86-64-v"}) {
    EXPECT_FALSE(ParseTarget(bad).has_value()) << bad;
  }
}

// ---------------------------------------------------------------- this machine

std::set<std::string> CpuinfoFlags(Arch arch) {
  const std::string text = ReadFile("/proc/cpuinfo").value_or("");
  const std::string key = arch == Arch::kX86_64 ? "flags" : "Features";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(key, 0) != 0) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    std::set<std::string> flags;
    for (std::string word; words >> word;) flags.insert(word);
    return flags;
  }
  return {};
}

TEST(ThisMachine, AgreesWithProcCpuinfo) {
  const Host host = DetectHost(ReadHost());
  const std::set<std::string> flags = CpuinfoFlags(host.arch);
  if (flags.empty()) GTEST_SKIP() << "no flags in /proc/cpuinfo";
  if (host.hypervisor_vendor == "QEMU") GTEST_SKIP() << "emulated CPU, /proc may be the host's";
  for (const FeatureState& f : host.features) {
    const std::string name(f.name);
    if (flags.count(name)) {
      EXPECT_TRUE(f.usable()) << name;
    }
    // An old kernel does not know the newest names: only the old features both ways.
    const bool old_name = name.find('_') == std::string::npos;
    if (host.arch == Arch::kX86_64 && old_name && f.usable()) {
      EXPECT_TRUE(flags.count(name)) << name;
    }
  }
}

TEST(ThisMachine, QuickReadDecidesTheSameTargets) {
  const Host quick = DetectHost(ReadHost(Detail::kTargets));
  const Host full = DetectHost(ReadHost(Detail::kFull));
  ASSERT_EQ(quick.targets.size(), full.targets.size());
  for (size_t i = 0; i < full.targets.size(); ++i) {
    EXPECT_EQ(quick.targets[i].supported, full.targets[i].supported);
  }
  EXPECT_EQ(quick.microarch, full.microarch);
}

TEST(ThisMachine, Caches) {
  HostInput input = ReadHost();
  ReadCaches(input);
  const CacheSizes caches = DetectCaches(input);
  RecordProperty("l1d", std::to_string(caches.l1d));
  if (caches.l1d != 0) {
    EXPECT_GE(caches.l1d, 4u << 10);
    EXPECT_LE(caches.l1d, 4u << 20);
  }
}

#if defined(__x86_64__) && defined(__GNUC__)
// The compiler's runtime has its own detection.
TEST(ThisMachine, AgreesWithTheCompilersDetection) {
  const Host host = DetectHost(ReadHost());
  EXPECT_EQ(host.Has("avx2"), __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ(host.Has("fma"), __builtin_cpu_supports("fma") != 0);
  EXPECT_EQ(host.Has("avx512f"), __builtin_cpu_supports("avx512f") != 0);
  EXPECT_EQ(host.Has("avx512bw"), __builtin_cpu_supports("avx512bw") != 0);
}
#endif

}  // namespace
}  // namespace lanewise
