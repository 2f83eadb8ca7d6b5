// What kind of machine this is, worked out from recorded raw values.
//
// Everything here is a pure function: CPUID registers, XCR0, HWCAP words and texts go in, a
// description comes out. Reading the values is the business of os.h, so that tests can describe
// any machine and a user can ask "what would you do on that one?".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lanewise {

enum class Arch : uint8_t { kX86_64, kAArch64, kOther };

// SIMD targets, worst to best within each architecture. The names are Highway's.
// SSE4, AVX2 and AVX3 are exactly the x86-64 psABI levels v2, v3 and v4.
enum class Target : uint8_t {
  kSSE2,
  kSSE4,
  kAVX2,
  kAVX3,
  kAVX3_ZEN4,
  kAVX3_SPR,
  kNEON,
  kSVE,
  kSVE_256,
  kSVE2,
  kSVE2_128,
};

inline constexpr size_t kTargetCount = 11;
inline constexpr std::string_view kTargetNames[kTargetCount] = {
    "SSE2", "SSE4", "AVX2",    "AVX3", "AVX3_ZEN4", "AVX3_SPR",
    "NEON", "SVE",  "SVE_256", "SVE2", "SVE2_128"};

constexpr std::string_view Name(Target target) { return kTargetNames[static_cast<size_t>(target)]; }
constexpr Arch ArchOf(Target target) {
  return target < Target::kNEON ? Arch::kX86_64 : Arch::kAArch64;
}
// Whether the target has a fused multiply-add instruction; without one it is computed in software.
constexpr bool HasFma(Target target) { return target >= Target::kAVX2; }

// Accepts the names above, "v1" to "v4", "x86-64-v1" to "x86-64-v4" and "AVX512", ignoring case
// and the characters '-', '_' and surrounding blanks.
std::optional<Target> ParseTarget(std::string_view text);

// The targets of one architecture, worst to best; empty for kOther.
std::span<const Target> TargetsOf(Arch arch);

struct CpuidLeaf {
  uint32_t leaf = 0;
  uint32_t subleaf = 0;
  uint32_t eax = 0;
  uint32_t ebx = 0;
  uint32_t ecx = 0;
  uint32_t edx = 0;
};

struct HostInput {
  Arch arch = Arch::kOther;

  // x86-64. Leaves above the maximum that leaf 0 and 0x80000000 announce are ignored, as CPUs
  // answer such requests with the contents of another leaf.
  std::vector<CpuidLeaf> cpuid;
  uint64_t xcr0 = 0;  // counts only when CPUID.1:ECX.OSXSAVE is set

  // AArch64.
  uint64_t hwcap = 0;
  uint64_t hwcap2 = 0;
  uint32_t sve_bytes = 0;  // vector length of this thread, 0 if unknown or no SVE
  std::string midr;        // MIDR_EL1 of one core in hexadecimal, as in sysfs; may be empty

  // /proc/cpuinfo. It stands in for `cpuid`, for the HWCAP words and for `midr` where those are
  // empty. The kernel lists only features whose registers it saves; xcr0 = 0 then means "as the
  // kernel says".
  std::string cpuinfo;
  std::string hypervisor;  // its name, for a description without CPUID; may be empty

  // One cache per line, "<level> <Data|Unified|Instruction> <size>", as sysfs spells the three
  // files. Used when CPUID describes no caches.
  std::string caches;
};

// Bytes of one cache instance as a core sees it, 0 if absent or unknown.
struct CacheSizes {
  uint64_t l1d = 0;
  uint64_t l2 = 0;
  uint64_t l3 = 0;
};

struct FeatureState {
  std::string_view name;  // as in /proc/cpuinfo
  bool cpu = false;       // CPUID or HWCAP says so
  bool os = false;        // the OS saves the registers that the feature needs
  bool usable() const { return cpu && os; }
};

// Why a target cannot run here.
enum class Absence : uint8_t {
  kNone,             // it can
  kCpu,              // the CPU lacks a feature
  kHypervisor,       // this microarchitecture has the feature, the virtual machine does not show it
  kMaybeHypervisor,  // in a virtual machine that shows part of a feature group
  kOs,               // the OS does not save the registers, or does not offer what the core has
  kVectorLength,     // SVE vectors of another length
  kOtherArch,
};

struct TargetState {
  Target target = Target::kSSE2;
  bool supported = false;
  Absence absence = Absence::kNone;
  std::string reason;  // the first reason, in words; empty if supported
};

struct Host {
  Arch arch = Arch::kOther;
  std::string vendor;  // "GenuineIntel", "AuthenticAMD", ...; on Arm the implementer: "ARM", ...
  std::string brand;   // CPUID's brand string; empty on Arm
  uint32_t family = 0;
  uint32_t model = 0;     // Arm: the part number
  uint32_t stepping = 0;  // Arm: variant * 16 + revision

  // Spelled as archspec spells it where archspec knows the core ("zen4", "neoverse_v1"). Unknown
  // cores: "x86_64", "x86_64_v2" to "x86_64_v4", "aarch64". A statement about the silicon:
  // features may still be hidden.
  std::string microarch;

  bool hypervisor = false;
  std::string hypervisor_vendor;  // "KVM", "VMware", ...; empty if it does not say

  bool osxsave = false;
  uint64_t xcr0 = 0;  // 0 without OSXSAVE
  uint32_t sve_bytes = 0;

  int psabi_level = 0;  // 1 to 4 on x86-64, else 0

  std::vector<FeatureState>
      features;  // fixed order, every feature that this architecture's table has
  std::vector<TargetState> targets;  // worst to best, every target of this architecture
  CacheSizes caches;                 // zeros unless the input has them

  bool Has(std::string_view feature) const;  // CPU and OS
  bool Supports(Target target) const;
  TargetState StateOf(Target target) const;  // also for targets of other architectures
  std::optional<Target> BestTarget() const;  // empty only for kOther
};

// Never throws on odd input except for lack of memory.
Host DetectHost(const HostInput& input);

// The caches alone, for code that needs them long after start-up.
CacheSizes DetectCaches(const HostInput& input);

// The value of a key in the first processor's part of /proc/cpuinfo, without blanks around it.
std::string_view CpuinfoField(std::string_view cpuinfo, std::string_view key);

// Whether a word is among the words of a text.
bool HasWord(std::string_view text, std::string_view word);

namespace internal {
// A core that the tables in host_cores.cc know and the best target that its silicon can run.
struct KnownCore {
  std::string_view name;
  Target target;
};
std::optional<KnownCore> X86Core(const Host& host);  // from vendor, family, model, stepping, brand
std::optional<KnownCore> ArmCore(uint32_t implementer, uint32_t part);

void DetectX86(const HostInput& input, Host& host);
void DetectArm(const HostInput& input, Host& host);
CacheSizes CachesFromCpuid(const HostInput& input);
}  // namespace internal

}  // namespace lanewise
