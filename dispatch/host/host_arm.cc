// AArch64: the kernel's HWCAP words are the whole truth about features (they already account for
// what the kernel saves and for cores that differ); MIDR only names the core.

#include <algorithm>
#include <charconv>

#include "dispatch/host/host.h"

namespace lanewise::internal {
namespace {

struct Feature {
  std::string_view name;  // as in /proc/cpuinfo
  int word;               // 1 AT_HWCAP, 2 AT_HWCAP2
  int bit;
};

constexpr Feature kFeatures[] = {
    {"fp", 1, 0},       {"asimd", 1, 1},    {"aes", 1, 3},        {"pmull", 1, 4},
    {"sha1", 1, 5},     {"sha2", 1, 6},     {"crc32", 1, 7},      {"atomics", 1, 8},
    {"fphp", 1, 9},     {"asimdhp", 1, 10}, {"asimdrdm", 1, 12},  {"jscvt", 1, 13},
    {"fcma", 1, 14},    {"lrcpc", 1, 15},   {"sha3", 1, 17},      {"asimddp", 1, 20},
    {"sha512", 1, 21},  {"sve", 1, 22},     {"asimdfhm", 1, 23},  {"sve2", 2, 1},
    {"sveaes", 2, 2},   {"svepmull", 2, 3}, {"svebitperm", 2, 4}, {"svesha3", 2, 5},
    {"frint", 2, 8},    {"svei8mm", 2, 9},  {"svef32mm", 2, 10},  {"svef64mm", 2, 11},
    {"svebf16", 2, 12}, {"i8mm", 2, 13},    {"bf16", 2, 14},      {"rng", 2, 16},
    {"sme", 2, 23},     {"sve2p1", 2, 36},  {"sme2", 2, 37},
};

struct Implementer {
  uint32_t id;
  std::string_view name;
};
constexpr Implementer kImplementers[] = {
    {0x41, "ARM"},       {0x42, "Broadcom"},  {0x43, "Cavium"}, {0x46, "Fujitsu"},
    {0x48, "HiSilicon"}, {0x4E, "NVIDIA"},    {0x50, "APM"},    {0x51, "Qualcomm"},
    {0x61, "Apple"},     {0x6D, "Microsoft"}, {0xC0, "Ampere"},
};

// "0x413fd0c1" or "413fd0c1", trailing text ignored; 0 if it is no number.
uint64_t ParseHex(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

uint32_t MidrFromCpuinfo(std::string_view cpuinfo) {
  // "CPU revision" is decimal with one digit or two, the others are hexadecimal.
  uint32_t revision = 0;
  const std::string_view text = CpuinfoField(cpuinfo, "CPU revision");
  std::from_chars(text.data(), text.data() + text.size(), revision);
  const uint64_t implementer = ParseHex(CpuinfoField(cpuinfo, "CPU implementer"));
  const uint64_t variant = ParseHex(CpuinfoField(cpuinfo, "CPU variant"));
  const uint64_t part = ParseHex(CpuinfoField(cpuinfo, "CPU part"));
  return static_cast<uint32_t>((implementer & 0xFF) << 24 | (variant & 0xF) << 20 |
                               (part & 0xFFF) << 4 | (revision & 0xF));
}

TargetState State(const Host& host, Target target, const std::optional<KnownCore>& core) {
  // AArch64 Linux always has Advanced SIMD; no HWCAP bit is asked for it.
  if (target == Target::kNEON) return {target, true, Absence::kNone, {}};

  const bool needs_sve2 = target == Target::kSVE2 || target == Target::kSVE2_128;
  for (std::string_view feature : {std::string_view("sve"), std::string_view("sve2")}) {
    if (feature == "sve2" && !needs_sve2) continue;
    if (host.Has(feature)) continue;
    const bool core_has_it =
        core && core->target >= (feature == "sve2" ? Target::kSVE2 : Target::kSVE);
    if (core_has_it) {
      return {target, false, Absence::kOs,
              "the kernel (or hypervisor) does not offer " + std::string(feature) + ", which " +
                  std::string(core->name) + " has"};
    }
    return {target, false, Absence::kCpu, "CPU lacks " + std::string(feature)};
  }

  const uint32_t fixed = target == Target::kSVE_256 ? 32 : target == Target::kSVE2_128 ? 16 : 0;
  if (fixed == 0 || fixed == host.sve_bytes) return {target, true, Absence::kNone, {}};
  const std::string have = host.sve_bytes == 0 ? std::string("of unknown length")
                                               : std::to_string(host.sve_bytes * 8) + " bits";
  return {target, false, Absence::kVectorLength,
          "SVE vectors are " + have + ", not " + std::to_string(fixed * 8)};
}

}  // namespace

void DetectArm(const HostInput& input, Host& host) {
  uint32_t midr = static_cast<uint32_t>(ParseHex(input.midr));
  if (midr == 0) midr = MidrFromCpuinfo(input.cpuinfo);
  const uint32_t implementer = midr >> 24;
  host.model = midr >> 4 & 0xFFF;
  host.stepping = (midr >> 20 & 0xF) << 4 | (midr & 0xF);
  for (const Implementer& i : kImplementers) {
    if (i.id == implementer) host.vendor = i.name;
  }
  const std::optional<KnownCore> core = ArmCore(implementer, host.model);
  host.microarch = core ? core->name : "aarch64";
  host.sve_bytes = input.sve_bytes;
  host.hypervisor = !input.hypervisor.empty();
  host.hypervisor_vendor = input.hypervisor;

  const std::string_view words =
      input.hwcap ? std::string_view() : CpuinfoField(input.cpuinfo, "Features");
  for (const Feature& f : kFeatures) {
    const bool present =
        ((f.word == 1 ? input.hwcap : input.hwcap2) >> f.bit & 1) || HasWord(words, f.name);
    host.features.push_back({f.name, present, present});
  }
  for (Target target : TargetsOf(Arch::kAArch64)) {
    host.targets.push_back(State(host, target, core));
  }
}

}  // namespace lanewise::internal
