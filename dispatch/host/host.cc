#include "dispatch/host/host.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lanewise {
namespace {

constexpr std::array<Target, 6> kX86Targets = {Target::kSSE2,      Target::kSSE4,
                                               Target::kAVX2,      Target::kAVX3,
                                               Target::kAVX3_ZEN4, Target::kAVX3_SPR};
constexpr std::array<Target, 5> kArmTargets = {Target::kNEON, Target::kSVE, Target::kSVE_256,
                                               Target::kSVE2, Target::kSVE2_128};

// Upper case without the separators that people vary ("x86-64-v3", "AVX-512", "sve2_128").
std::string Normalized(std::string_view text) {
  std::string out;
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return out;
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  for (char c : text) {
    if (c == '-' || c == '_') continue;
    out += (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

struct Alias {
  std::string_view name;
  Target target;
};
constexpr Alias kAliases[] = {
    {"V1", Target::kSSE2},      {"V2", Target::kSSE4},      {"V3", Target::kAVX2},
    {"V4", Target::kAVX3},      {"X8664V1", Target::kSSE2}, {"X8664V2", Target::kSSE4},
    {"X8664V3", Target::kAVX2}, {"X8664V4", Target::kAVX3}, {"X8664", Target::kSSE2},
    {"AVX512", Target::kAVX3},
};

// "48K", "1024K", "32M" or a plain number of bytes.
uint64_t ParseSize(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return 0;
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  const int shift = unit.starts_with('K')   ? 10
                    : unit.starts_with('M') ? 20
                    : unit.starts_with('G') ? 30
                                            : 0;
  return value > (UINT64_MAX >> shift) ? 0 : value << shift;
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view NextWord(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
  line.remove_prefix(word.size());
  return word;
}

CacheSizes CachesFromText(std::string_view text) {
  CacheSizes caches;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string_view level = NextWord(line);
    const std::string_view type = NextWord(line);
    const uint64_t size = ParseSize(NextWord(line));
    if (type == "Instruction") continue;
    if (level == "1") caches.l1d = size;
    if (level == "2") caches.l2 = size;
    if (level == "3") caches.l3 = size;
  }
  return caches;
}

}  // namespace

std::optional<Target> ParseTarget(std::string_view text) {
  const std::string wanted = Normalized(text);
  if (wanted.empty()) return std::nullopt;
  for (size_t i = 0; i < kTargetCount; ++i) {
    if (Normalized(kTargetNames[i]) == wanted) return static_cast<Target>(i);
  }
  for (const Alias& alias : kAliases) {
    if (alias.name == wanted) return alias.target;
  }
  return std::nullopt;
}

std::span<const Target> TargetsOf(Arch arch) {
  switch (arch) {
    case Arch::kX86_64:
      return kX86Targets;
    case Arch::kAArch64:
      return kArmTargets;
    case Arch::kOther:
      break;
  }
  return {};
}

bool Host::Has(std::string_view feature) const {
  return std::any_of(features.begin(), features.end(),
                     [&](const FeatureState& f) { return f.name == feature && f.usable(); });
}

TargetState Host::StateOf(Target target) const {
  for (const TargetState& state : targets) {
    if (state.target == target) return state;
  }
  return {target, false, Absence::kOtherArch, "target of another architecture"};
}

bool Host::Supports(Target target) const {
  return std::any_of(targets.begin(), targets.end(), [&](const TargetState& state) {
    return state.target == target && state.supported;
  });
}

std::optional<Target> Host::BestTarget() const {
  std::optional<Target> best;
  for (const TargetState& state : targets) {
    if (state.supported) best = state.target;
  }
  return best;
}

std::string_view CpuinfoField(std::string_view cpuinfo, std::string_view key) {
  bool begun = false;
  while (!cpuinfo.empty()) {
    const size_t end = cpuinfo.find('\n');
    const std::string_view line = cpuinfo.substr(0, end);
    cpuinfo.remove_prefix(end == std::string_view::npos ? cpuinfo.size() : end + 1);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      if (begun) break;  // the blank line after the first processor
      continue;
    }
    begun = true;
    if (Trimmed(line.substr(0, colon)) == key) return Trimmed(line.substr(colon + 1));
  }
  return {};
}

bool HasWord(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const std::string_view next = NextWord(text);
    if (next.empty()) return false;
    if (next == word) return true;
  }
  return false;
}

CacheSizes DetectCaches(const HostInput& input) {
  const CacheSizes caches = internal::CachesFromCpuid(input);
  return caches.l1d != 0 ? caches : CachesFromText(input.caches);
}

Host DetectHost(const HostInput& input) {
  Host host;
  host.arch = input.arch;
  if (input.arch == Arch::kX86_64) internal::DetectX86(input, host);
  if (input.arch == Arch::kAArch64) internal::DetectArm(input, host);
  host.caches = DetectCaches(input);
  return host;
}

}  // namespace lanewise
