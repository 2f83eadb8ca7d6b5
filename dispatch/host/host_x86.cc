// x86-64: features from CPUID, permission from XCR0, targets from the psABI's feature sets.

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>

#include "dispatch/host/host.h"

namespace lanewise::internal {
namespace {

// ---------------------------------------------------------------- CPUID access

class Cpuid {
 public:
  explicit Cpuid(const HostInput& input) : leaves_(input.cpuid) {
    if (const CpuidLeaf* leaf = Find(0, 0)) max_basic_ = leaf->eax;
    // A CPU without extended leaves echoes something smaller than 0x80000000.
    if (const CpuidLeaf* leaf = Find(0x80000000, 0)) max_extended_ = leaf->eax;
  }

  // All zeros for what the CPU does not have. Intel CPUs and QEMU answer leaves above the maximum
  // with the highest basic leaf, whose bits would read as features.
  CpuidLeaf Get(uint32_t leaf, uint32_t subleaf = 0) const {
    const bool extended = leaf >= 0x80000000;
    const bool hypervisor = !extended && leaf >= 0x40000000;
    if (extended ? leaf > max_extended_ : (!hypervisor && leaf > max_basic_)) return {};
    if (leaf == 7 && subleaf != 0 && subleaf > Get(7).eax) return {};
    const CpuidLeaf* found = Find(leaf, subleaf);
    return found ? *found : CpuidLeaf{};
  }

 private:
  const CpuidLeaf* Find(uint32_t leaf, uint32_t subleaf) const {
    for (const CpuidLeaf& l : leaves_) {
      if (l.leaf == leaf && l.subleaf == subleaf) return &l;
    }
    return nullptr;
  }

  const std::vector<CpuidLeaf>& leaves_;
  uint32_t max_basic_ = 0;
  uint32_t max_extended_ = 0;
};

// ---------------------------------------------------------------- features

enum Register : uint8_t { kEax, kEbx, kEcx, kEdx };

constexpr uint64_t kNoState = 0;
constexpr uint64_t kAvxState = 0x6;      // SSE and AVX registers
constexpr uint64_t kAvx512State = 0xE6;  // and opmask, upper halves, ZMM16 to ZMM31
// Tile configuration and data. A process must also ask the kernel for them (arch_prctl).
constexpr uint64_t kAmxState = 0x60000;

// Pseudo-target of features that no target needs.
constexpr Target kNobody = Target::kNEON;

struct Feature {
  std::string_view name;  // as in /proc/cpuinfo
  uint32_t leaf;
  uint32_t subleaf;
  Register reg;
  uint8_t bit;
  uint64_t state;     // XCR0 bits it needs
  Target first_user;  // the first target that needs it; all better ones need it too
};

// Ordered by target: reasons name the first missing entry. The three groups after SSE2 are the
// psABI's lists for v2, v3 and v4 and nothing else; AES and PCLMUL belong to none of them. v3
// also asks for OSXSAVE, which DetectX86 turns into XCR0 = 0 when it is clear.
constexpr Feature kFeatures[] = {
    {"pni", 1, 0, kEcx, 0, kNoState, Target::kSSE4},  // SSE3
    {"ssse3", 1, 0, kEcx, 9, kNoState, Target::kSSE4},
    {"sse4_1", 1, 0, kEcx, 19, kNoState, Target::kSSE4},
    {"sse4_2", 1, 0, kEcx, 20, kNoState, Target::kSSE4},
    {"popcnt", 1, 0, kEcx, 23, kNoState, Target::kSSE4},
    {"cx16", 1, 0, kEcx, 13, kNoState, Target::kSSE4},
    {"lahf_lm", 0x80000001, 0, kEcx, 0, kNoState, Target::kSSE4},

    {"avx", 1, 0, kEcx, 28, kAvxState, Target::kAVX2},
    {"avx2", 7, 0, kEbx, 5, kAvxState, Target::kAVX2},
    {"fma", 1, 0, kEcx, 12, kAvxState, Target::kAVX2},
    {"f16c", 1, 0, kEcx, 29, kAvxState, Target::kAVX2},
    {"bmi1", 7, 0, kEbx, 3, kNoState, Target::kAVX2},
    {"bmi2", 7, 0, kEbx, 8, kNoState, Target::kAVX2},
    {"abm", 0x80000001, 0, kEcx, 5, kNoState, Target::kAVX2},  // LZCNT
    {"movbe", 1, 0, kEcx, 22, kNoState, Target::kAVX2},
    {"xsave", 1, 0, kEcx, 26, kNoState, Target::kAVX2},

    {"avx512f", 7, 0, kEbx, 16, kAvx512State, Target::kAVX3},
    {"avx512dq", 7, 0, kEbx, 17, kAvx512State, Target::kAVX3},
    {"avx512cd", 7, 0, kEbx, 28, kAvx512State, Target::kAVX3},
    {"avx512bw", 7, 0, kEbx, 30, kAvx512State, Target::kAVX3},
    {"avx512vl", 7, 0, kEbx, 31, kAvx512State, Target::kAVX3},

    {"avx512_vnni", 7, 0, kEcx, 11, kAvx512State, Target::kAVX3_ZEN4},
    {"vpclmulqdq", 7, 0, kEcx, 10, kAvxState, Target::kAVX3_ZEN4},
    {"vaes", 7, 0, kEcx, 9, kAvxState, Target::kAVX3_ZEN4},
    {"avx512vbmi", 7, 0, kEcx, 1, kAvx512State, Target::kAVX3_ZEN4},
    {"avx512_vbmi2", 7, 0, kEcx, 6, kAvx512State, Target::kAVX3_ZEN4},
    {"avx512_bitalg", 7, 0, kEcx, 12, kAvx512State, Target::kAVX3_ZEN4},
    {"avx512_vpopcntdq", 7, 0, kEcx, 14, kAvx512State, Target::kAVX3_ZEN4},
    {"gfni", 7, 0, kEcx, 8, kNoState, Target::kAVX3_ZEN4},
    {"avx512_bf16", 7, 1, kEax, 5, kAvx512State, Target::kAVX3_ZEN4},

    {"avx512_fp16", 7, 0, kEdx, 23, kAvx512State, Target::kAVX3_SPR},

    {"pclmulqdq", 1, 0, kEcx, 1, kNoState, kNobody},
    {"aes", 1, 0, kEcx, 25, kNoState, kNobody},
    {"rdrand", 1, 0, kEcx, 30, kNoState, kNobody},
    {"erms", 7, 0, kEbx, 9, kNoState, kNobody},
    {"rdseed", 7, 0, kEbx, 18, kNoState, kNobody},
    {"adx", 7, 0, kEbx, 19, kNoState, kNobody},
    {"clflushopt", 7, 0, kEbx, 23, kNoState, kNobody},
    {"clwb", 7, 0, kEbx, 24, kNoState, kNobody},
    {"sha_ni", 7, 0, kEbx, 29, kNoState, kNobody},
    {"avx512ifma", 7, 0, kEbx, 21, kAvx512State, kNobody},
    {"avx512pf", 7, 0, kEbx, 26, kAvx512State, kNobody},
    {"avx512er", 7, 0, kEbx, 27, kAvx512State, kNobody},
    {"avx512_4vnniw", 7, 0, kEdx, 2, kAvx512State, kNobody},
    {"avx512_4fmaps", 7, 0, kEdx, 3, kAvx512State, kNobody},
    {"fsrm", 7, 0, kEdx, 4, kNoState, kNobody},
    {"avx512_vp2intersect", 7, 0, kEdx, 8, kAvx512State, kNobody},
    {"amx_bf16", 7, 0, kEdx, 22, kAmxState, kNobody},
    {"amx_tile", 7, 0, kEdx, 24, kAmxState, kNobody},
    {"amx_int8", 7, 0, kEdx, 25, kAmxState, kNobody},
    {"avx_vnni", 7, 1, kEax, 4, kAvxState, kNobody},
    {"amx_fp16", 7, 1, kEax, 21, kAmxState, kNobody},
    {"avx_ifma", 7, 1, kEax, 23, kAvxState, kNobody},
    {"sse4a", 0x80000001, 0, kEcx, 6, kNoState, kNobody},
    {"fma4", 0x80000001, 0, kEcx, 16, kAvxState, kNobody},
    {"clzero", 0x80000008, 0, kEbx, 0, kNoState, kNobody},
};

bool CpuSays(const Cpuid& cpuid, const Feature& f) {
  const CpuidLeaf l = cpuid.Get(f.leaf, f.subleaf);
  const uint32_t value = f.reg == kEax   ? l.eax
                         : f.reg == kEbx ? l.ebx
                         : f.reg == kEcx ? l.ecx
                                         : l.edx;
  return (value >> f.bit) & 1;
}

// ---------------------------------------------------------------- texts

std::string RegisterText(std::initializer_list<uint32_t> words) {
  std::string text;
  for (uint32_t word : words) {
    for (int byte = 0; byte < 4; ++byte) {
      const char c = static_cast<char>(word >> (8 * byte) & 0xFF);
      if (c >= ' ' && c <= '~') text += c;  // drops the padding zeros and any garbage
    }
  }
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string HypervisorVendor(const Cpuid& cpuid) {
  const CpuidLeaf l = cpuid.Get(0x40000000);
  std::string signature = RegisterText({l.ebx, l.ecx, l.edx});
  constexpr std::string_view kNames[][2] = {
      {"KVMKVMKVM", "KVM"},         {"Linux KVM Hv", "KVM"},     {"Microsoft Hv", "Hyper-V"},
      {"VMwareVMware", "VMware"},   {"XenVMMXenVMM", "Xen"},     {"VBoxVBoxVBox", "VirtualBox"},
      {"TCGTCGTCGTCG", "QEMU"},     {"bhyve bhyve", "bhyve"},    {"ACRNACRNACRN", "ACRN"},
      {"lrpepyh  vr", "Parallels"}, {"prl hyperv", "Parallels"}, {"NVMMNVMMNVMM", "NVMM"},
  };
  for (const auto& [from, to] : kNames) {
    if (signature == from) return std::string(to);
  }
  return signature;
}

std::string Hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llX", static_cast<unsigned long long>(value));
  return text;
}

// ---------------------------------------------------------------- targets

class Judge {
 public:
  Judge(const Host& host, std::optional<KnownCore> core) : host_(host), core_(core) {}

  // What the CPU lacks comes before what the OS withholds: a better OS would not help.
  TargetState State(Target target) const {
    TargetState state{target, true, Absence::kNone, {}};
    for (size_t i = 0; i < std::size(kFeatures); ++i) {
      if (kFeatures[i].first_user <= target && !host_.features[i].cpu) {
        ExplainCpu(kFeatures[i], state);
        return state;
      }
    }
    for (size_t i = 0; i < std::size(kFeatures); ++i) {
      if (kFeatures[i].first_user <= target && !host_.features[i].os) {
        ExplainOs(kFeatures[i], state);
        return state;
      }
    }
    return state;
  }

 private:
  void ExplainCpu(const Feature& f, TargetState& state) const {
    state.supported = false;
    state.absence = Absence::kCpu;
    state.reason = "CPU lacks " + std::string(f.name);
    const bool core_has_it = core_ && f.first_user <= core_->target;
    if (host_.hypervisor && core_has_it) {
      state.absence = Absence::kHypervisor;
      state.reason = Hypervisor() + " hides " + std::string(f.name) + " (" +
                     std::string(core_->name) + " has it)";
    } else if (host_.hypervisor && !core_) {
      // Nothing is known about the core, so nothing is claimed.
      state.absence = Absence::kMaybeHypervisor;
      state.reason += "; perhaps " + Hypervisor() + " hides it";
      const std::string_view companion = PresentCompanion(f);
      if (!companion.empty()) state.reason += ", as " + std::string(companion) + " is there";
    } else if (core_has_it) {
      state.reason += " although " + std::string(core_->name) + " has it (disabled by firmware?)";
    }
  }

  void ExplainOs(const Feature& f, TargetState& state) const {
    state.supported = false;
    state.absence = Absence::kOs;
    if (!host_.osxsave) {
      state.reason = "OS does not use XSAVE, so it does not save AVX state";
      return;
    }
    const bool avx_missing = (host_.xcr0 & kAvxState) != kAvxState;
    state.reason = std::string("OS does not save ") +
                   (f.state == kAvx512State && !avx_missing ? "AVX-512" : "AVX") +
                   " state (XCR0=" + Hex(host_.xcr0) + ")";
  }

  std::string Hypervisor() const {
    return host_.hypervisor_vendor.empty() ? "the hypervisor"
                                           : "hypervisor " + host_.hypervisor_vendor;
  }

  // Real CPUs have such a group only as a whole.
  std::string_view PresentCompanion(const Feature& missing) const {
    for (size_t i = 0; i < std::size(kFeatures); ++i) {
      if (kFeatures[i].first_user == missing.first_user && host_.features[i].cpu) {
        return kFeatures[i].name;
      }
    }
    return {};
  }

  const Host& host_;
  const std::optional<KnownCore> core_;
};

void ReadIdentity(const Cpuid& cpuid, Host& host) {
  const CpuidLeaf zero = cpuid.Get(0);
  host.vendor = RegisterText({zero.ebx, zero.edx, zero.ecx});
  const CpuidLeaf one = cpuid.Get(1);
  const uint32_t base_family = one.eax >> 8 & 0xF;
  host.family = base_family + (base_family == 0xF ? one.eax >> 20 & 0xFF : 0);
  host.model = one.eax >> 4 & 0xF;
  if (base_family == 0x6 || base_family == 0xF) host.model |= one.eax >> 12 & 0xF0;
  host.stepping = one.eax & 0xF;
  const CpuidLeaf a = cpuid.Get(0x80000002);
  const CpuidLeaf b = cpuid.Get(0x80000003);
  const CpuidLeaf c = cpuid.Get(0x80000004);
  host.brand = RegisterText(
      {a.eax, a.ebx, a.ecx, a.edx, b.eax, b.ebx, b.ecx, b.edx, c.eax, c.ebx, c.ecx, c.edx});
  host.hypervisor = one.ecx >> 31;
  if (host.hypervisor) host.hypervisor_vendor = HypervisorVendor(cpuid);
}

void ReadFromCpuid(const HostInput& input, Host& host) {
  const Cpuid cpuid(input);
  ReadIdentity(cpuid, host);
  host.osxsave = cpuid.Get(1).ecx >> 27 & 1;
  host.xcr0 = host.osxsave ? input.xcr0 : 0;
  for (const Feature& f : kFeatures) {
    host.features.push_back({f.name, CpuSays(cpuid, f), (host.xcr0 & f.state) == f.state});
  }
}

uint32_t Number(std::string_view text) {
  uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// What the kernel recorded stands for CPUID and for the state that it saves.
void ReadFromCpuinfo(const HostInput& input, Host& host) {
  host.vendor = CpuinfoField(input.cpuinfo, "vendor_id");
  host.brand = CpuinfoField(input.cpuinfo, "model name");
  host.family = Number(CpuinfoField(input.cpuinfo, "cpu family"));
  host.model = Number(CpuinfoField(input.cpuinfo, "model"));
  host.stepping = Number(CpuinfoField(input.cpuinfo, "stepping"));
  const std::string_view flags = CpuinfoField(input.cpuinfo, "flags");
  host.hypervisor = HasWord(flags, "hypervisor") || !input.hypervisor.empty();
  host.hypervisor_vendor = input.hypervisor;
  host.osxsave = HasWord(flags, "xsave");
  host.xcr0 = input.xcr0;
  for (const Feature& f : kFeatures) {
    const bool saved = host.xcr0 == 0 || (host.xcr0 & f.state) == f.state;
    host.features.push_back({f.name, HasWord(flags, f.name), saved});
  }
}

}  // namespace

void DetectX86(const HostInput& input, Host& host) {
  if (input.cpuid.empty() && !input.cpuinfo.empty())
    ReadFromCpuinfo(input, host);
  else
    ReadFromCpuid(input, host);
  const std::optional<KnownCore> core = X86Core(host);
  const Judge judge(host, core);
  for (Target target : TargetsOf(Arch::kX86_64)) host.targets.push_back(judge.State(target));

  // Level 1 is not checked: a 64-bit process could not be running without it.
  host.psabi_level = host.Supports(Target::kAVX3)   ? 4
                     : host.Supports(Target::kAVX2) ? 3
                     : host.Supports(Target::kSSE4) ? 2
                                                    : 1;
  if (core) {
    host.microarch = core->name;
  } else {
    host.microarch = "x86_64";
    if (host.psabi_level > 1) host.microarch += "_v" + std::to_string(host.psabi_level);
  }
}

CacheSizes CachesFromCpuid(const HostInput& input) {
  CacheSizes caches;
  if (input.arch != Arch::kX86_64) return caches;
  const Cpuid cpuid(input);
  // AMD and Hygon have Intel's table in another leaf, if CPUID says so (TOPOEXT).
  const bool topoext = cpuid.Get(0x80000001).ecx >> 22 & 1;
  const uint32_t leaf = topoext ? 0x8000001D : 4;
  for (uint32_t i = 0; i < 8; ++i) {
    const CpuidLeaf l = cpuid.Get(leaf, i);
    const uint32_t type = l.eax & 0x1F;
    if (type == 0) break;
    if (type == 2) continue;  // instructions
    const uint64_t ways = (l.ebx >> 22) + 1, partitions = (l.ebx >> 12 & 0x3FF) + 1;
    const uint64_t size = ways * partitions * ((l.ebx & 0xFFF) + 1) * (uint64_t{l.ecx} + 1);
    const uint32_t level = l.eax >> 5 & 7;
    if (level == 1) caches.l1d = size;
    if (level == 2) caches.l2 = size;
    if (level == 3) caches.l3 = size;
  }
  if (caches.l1d == 0) {  // AMD before TOPOEXT; zeros on Intel
    caches.l1d = uint64_t{cpuid.Get(0x80000005).ecx >> 24} << 10;
    caches.l2 = uint64_t{cpuid.Get(0x80000006).ecx >> 16} << 10;
    caches.l3 = uint64_t{cpuid.Get(0x80000006).edx >> 18} << 19;
  }
  return caches;
}

}  // namespace lanewise::internal
