// Names of cores: CPUID family and model, Arm implementer and part.
//
// A name is archspec's where archspec has one. Each entry also says which target the silicon
// can run at best, so that a missing feature can be told from a hidden one.

#include "dispatch/host/host.h"

namespace lanewise::internal {
namespace {

struct X86Entry {
  uint32_t family;
  uint32_t model_first, model_last;
  std::string_view name;
  Target target;
};

constexpr X86Entry kIntelCores[] = {
    {6, 0x0F, 0x0F, "core2", Target::kSSE2},
    {6, 0x16, 0x17, "core2", Target::kSSE2},
    {6, 0x1D, 0x1D, "core2", Target::kSSE2},
    {6, 0x1A, 0x1A, "nehalem", Target::kSSE4},
    {6, 0x1E, 0x1F, "nehalem", Target::kSSE4},
    {6, 0x2E, 0x2E, "nehalem", Target::kSSE4},
    {6, 0x25, 0x25, "westmere", Target::kSSE4},
    {6, 0x2C, 0x2C, "westmere", Target::kSSE4},
    {6, 0x2F, 0x2F, "westmere", Target::kSSE4},
    {6, 0x2A, 0x2A, "sandybridge", Target::kSSE4},
    {6, 0x2D, 0x2D, "sandybridge", Target::kSSE4},
    {6, 0x3A, 0x3A, "ivybridge", Target::kSSE4},
    {6, 0x3E, 0x3E, "ivybridge", Target::kSSE4},
    {6, 0x37, 0x37, "silvermont", Target::kSSE4},
    {6, 0x4C, 0x4D, "silvermont", Target::kSSE4},
    {6, 0x5C, 0x5C, "goldmont", Target::kSSE4},
    {6, 0x5F, 0x5F, "goldmont", Target::kSSE4},
    {6, 0x7A, 0x7A, "goldmont", Target::kSSE4},
    {6, 0x86, 0x86, "tremont", Target::kSSE4},
    {6, 0x96, 0x96, "tremont", Target::kSSE4},
    {6, 0x9C, 0x9C, "tremont", Target::kSSE4},
    {6, 0x3C, 0x3C, "haswell", Target::kAVX2},
    {6, 0x3F, 0x3F, "haswell", Target::kAVX2},
    {6, 0x45, 0x46, "haswell", Target::kAVX2},
    {6, 0x3D, 0x3D, "broadwell", Target::kAVX2},
    {6, 0x47, 0x47, "broadwell", Target::kAVX2},
    {6, 0x4F, 0x4F, "broadwell", Target::kAVX2},
    {6, 0x56, 0x56, "broadwell", Target::kAVX2},
    {6, 0x4E, 0x4E, "skylake", Target::kAVX2},
    {6, 0x5E, 0x5E, "skylake", Target::kAVX2},
    {6, 0x8E, 0x8E, "skylake", Target::kAVX2},  // Kaby, Coffee, Whiskey Lake
    {6, 0x9E, 0x9E, "skylake", Target::kAVX2},
    {6, 0xA5, 0xA6, "skylake", Target::kAVX2},  // Comet Lake
    {6, 0x57, 0x57, "mic_knl", Target::kAVX2},
    {6, 0x85, 0x85, "mic_knm", Target::kAVX2},
    {6, 0x55, 0x55, "skylake_avx512", Target::kAVX3},  // and its successors, by stepping
    {6, 0x66, 0x66, "cannonlake", Target::kAVX3},
    {6, 0x6A, 0x6A, "icelake", Target::kAVX3},
    {6, 0x6C, 0x6C, "icelake", Target::kAVX3},
    {6, 0x7D, 0x7E, "icelake", Target::kAVX3},
    {6, 0x8C, 0x8D, "tigerlake", Target::kAVX3},
    {6, 0xA7, 0xA7, "rocketlake", Target::kAVX3},
    {6, 0x8F, 0x8F, "sapphirerapids", Target::kAVX3_SPR},
    {6, 0xCF, 0xCF, "emeraldrapids", Target::kAVX3_SPR},
    {6, 0xAD, 0xAE, "graniterapids", Target::kAVX3_SPR},
    {6, 0x97, 0x97, "alderlake", Target::kAVX2},
    {6, 0x9A, 0x9A, "alderlake", Target::kAVX2},
    {6, 0xBE, 0xBE, "alderlake", Target::kAVX2},  // Alder Lake-N, small cores only
    {6, 0xB7, 0xB7, "raptorlake", Target::kAVX2},
    {6, 0xBA, 0xBA, "raptorlake", Target::kAVX2},
    {6, 0xBF, 0xBF, "raptorlake", Target::kAVX2},
    {6, 0xAA, 0xAA, "meteorlake", Target::kAVX2},
    {6, 0xAC, 0xAC, "meteorlake", Target::kAVX2},
    {6, 0xB5, 0xB5, "arrowlake", Target::kAVX2},
    {6, 0xC5, 0xC5, "arrowlake", Target::kAVX2},
    {6, 0xC6, 0xC6, "arrowlake_s", Target::kAVX2},
    {6, 0xBD, 0xBD, "lunarlake", Target::kAVX2},
    {6, 0xAF, 0xAF, "sierraforest", Target::kAVX2},
    {15, 0x03, 0x06, "nocona", Target::kSSE2},
};

constexpr X86Entry kAmdCores[] = {
    {0x0F, 0x00, 0xFF, "k8", Target::kSSE2},
    {0x10, 0x00, 0xFF, "k10", Target::kSSE2},
    {0x12, 0x00, 0xFF, "k10", Target::kSSE2},
    {0x14, 0x00, 0xFF, "bobcat", Target::kSSE2},
    {0x15, 0x00, 0x01, "bulldozer", Target::kSSE4},
    {0x15, 0x02, 0x02, "piledriver", Target::kSSE4},
    {0x15, 0x10, 0x1F, "piledriver", Target::kSSE4},
    {0x15, 0x30, 0x3F, "steamroller", Target::kSSE4},
    {0x15, 0x60, 0x7F, "excavator", Target::kAVX2},
    {0x16, 0x00, 0xFF, "jaguar", Target::kSSE4},
    {0x17, 0x00, 0x2F, "zen", Target::kAVX2},
    {0x17, 0x30, 0xFF, "zen2", Target::kAVX2},
    {0x18, 0x00, 0xFF, "zen", Target::kAVX2},  // Hygon Dhyana
    {0x19, 0x00, 0x0F, "zen3", Target::kAVX2},
    {0x19, 0x20, 0x5F, "zen3", Target::kAVX2},
    {0x19, 0x10, 0x1F, "zen4", Target::kAVX3_ZEN4},
    {0x19, 0x60, 0x7F, "zen4", Target::kAVX3_ZEN4},
    {0x19, 0xA0, 0xAF, "zen4", Target::kAVX3_ZEN4},
    {0x1A, 0x00, 0x4F, "zen5", Target::kAVX3_ZEN4},
    {0x1A, 0x60, 0x7F, "zen5", Target::kAVX3_ZEN4},
};

template <size_t n>
const X86Entry* FindEntry(const X86Entry (&entries)[n], const Host& host) {
  for (const X86Entry& e : entries) {
    if (e.family == host.family && e.model_first <= host.model && host.model <= e.model_last) {
      return &e;
    }
  }
  return nullptr;
}

struct ArmEntry {
  uint32_t implementer;
  uint32_t part;
  std::string_view name;
  Target target;
};

// The vector lengths are those of the silicon; a system may offer shorter ones.
constexpr ArmEntry kArmCores[] = {
    {0x41, 0xD03, "cortex_a53", Target::kNEON},
    {0x41, 0xD05, "cortex_a55", Target::kNEON},
    {0x41, 0xD07, "cortex_a57", Target::kNEON},
    {0x41, 0xD08, "cortex_a72", Target::kNEON},
    {0x41, 0xD09, "cortex_a73", Target::kNEON},
    {0x41, 0xD0A, "cortex_a75", Target::kNEON},
    {0x41, 0xD0B, "cortex_a76", Target::kNEON},
    {0x41, 0xD41, "cortex_a78", Target::kNEON},
    {0x41, 0xD42, "cortex_a78ae", Target::kNEON},
    {0x41, 0xD44, "cortex_x1", Target::kNEON},
    {0x41, 0xD46, "cortex_a510", Target::kSVE2_128},
    {0x41, 0xD47, "cortex_a710", Target::kSVE2_128},
    {0x41, 0xD48, "cortex_x2", Target::kSVE2_128},
    {0x41, 0xD4D, "cortex_a715", Target::kSVE2_128},
    {0x41, 0xD4E, "cortex_x3", Target::kSVE2_128},
    {0x41, 0xD0C, "neoverse_n1", Target::kNEON},
    {0x41, 0xD40, "neoverse_v1", Target::kSVE_256},
    {0x41, 0xD49, "neoverse_n2", Target::kSVE2_128},
    {0x41, 0xD4F, "neoverse_v2", Target::kSVE2_128},
    {0x41, 0xD83, "neoverse_v3ae", Target::kSVE2_128},
    {0x41, 0xD84, "neoverse_v3", Target::kSVE2_128},
    {0x41, 0xD8E, "neoverse_n3", Target::kSVE2_128},
    {0x43, 0x0A1, "thunderx", Target::kNEON},
    {0x43, 0x0AF, "thunderx2", Target::kNEON},
    {0x46, 0x001, "a64fx", Target::kSVE},
    {0x48, 0xD01, "tsv110", Target::kNEON},
    {0x4E, 0x004, "carmel", Target::kNEON},
    {0x4E, 0x010, "olympus", Target::kSVE2_128},
    {0x51, 0x001, "oryon", Target::kNEON},
    {0x61, 0x022, "m1", Target::kNEON},
    {0x61, 0x023, "m1", Target::kNEON},
    {0x61, 0x024, "m1", Target::kNEON},
    {0x61, 0x025, "m1", Target::kNEON},
    {0x61, 0x028, "m1", Target::kNEON},
    {0x61, 0x029, "m1", Target::kNEON},
    {0x61, 0x032, "m2", Target::kNEON},
    {0x61, 0x033, "m2", Target::kNEON},
    {0x61, 0x034, "m2", Target::kNEON},
    {0x61, 0x035, "m2", Target::kNEON},
    {0x61, 0x038, "m2", Target::kNEON},
    {0x61, 0x039, "m2", Target::kNEON},
    {0x6D, 0xD49, "neoverse_n2", Target::kSVE2_128},  // Azure Cobalt 100
    {0xC0, 0xAC3, "ampere1", Target::kNEON},
    {0xC0, 0xAC4, "ampere1a", Target::kNEON},
};

}  // namespace

std::optional<KnownCore> X86Core(const Host& host) {
  // Generic CPU models of virtual machines ("x86-64-v2", "kvm64") call themselves family 15, the
  // K8 or the Pentium 4, whatever is underneath.
  if (host.hypervisor && host.family == 15) return std::nullopt;

  const X86Entry* found = nullptr;
  if (host.vendor == "GenuineIntel") found = FindEntry(kIntelCores, host);
  if (host.vendor == "AuthenticAMD" || host.vendor == "HygonGenuine") {
    found = FindEntry(kAmdCores, host);
  }
  if (!found) return std::nullopt;
  KnownCore core{found->name, found->target};
  if (core.name == "skylake_avx512" && host.stepping >= 10) {
    core.name = "cooperlake";
  } else if (core.name == "skylake_avx512" && host.stepping >= 5) {
    core.name = "cascadelake";
  }
  // Intel sold these two brands without AVX up to Comet Lake: nothing is hidden there.
  const bool cut = host.brand.find("Pentium") != std::string::npos ||
                   host.brand.find("Celeron") != std::string::npos;
  if (cut && core.target == Target::kAVX2) core.target = Target::kSSE4;
  return core;
}

std::optional<KnownCore> ArmCore(uint32_t implementer, uint32_t part) {
  for (const ArmEntry& e : kArmCores) {
    if (e.implementer == implementer && e.part == part) return KnownCore{e.name, e.target};
  }
  return std::nullopt;
}

}  // namespace lanewise::internal
