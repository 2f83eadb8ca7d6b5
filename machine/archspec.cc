#include "machine/archspec.h"

#include <algorithm>
#include <utility>

namespace lanewise {
namespace {

// Calls f(word) until it returns false.
template <class F>
void ForEachWord(std::string_view text, F f) {
  while (!text.empty()) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    if (!word.empty() && !f(word)) return;
  }
}

size_t CountWords(std::string_view text) {
  size_t count = 0;
  ForEachWord(text, [&](std::string_view) { return ++count; });
  return count;
}

void AddAncestors(Edition edition, const ArchspecEntry& entry,
                  std::vector<std::string_view>& names) {
  ForEachWord(entry.parents, [&](std::string_view parent) {
    if (std::find(names.begin(), names.end(), parent) == names.end()) names.push_back(parent);
    AddAncestors(edition, *FindArchspec(edition, parent), names);
    return true;
  });
}

std::vector<std::string_view> Ancestors(Edition edition, const ArchspecEntry& entry) {
  std::vector<std::string_view> names;
  AddAncestors(edition, entry, names);
  return names;
}

bool Descends(Edition edition, const ArchspecEntry& entry, std::string_view ancestor) {
  const auto names = Ancestors(edition, entry);
  return std::find(names.begin(), names.end(), ancestor) != names.end();
}

// archspec's names of the "CPU implementer" codes that its table uses.
std::string_view ArmVendor(std::string_view code) {
  constexpr std::string_view kVendors[][2] = {
      {"0x41", "ARM"},       {"0x42", "Broadcom"}, {"0x43", "Cavium"}, {"0x46", "Fujitsu"},
      {"0x48", "HiSilicon"}, {"0x4e", "Nvidia"},   {"0x50", "APM"},    {"0x51", "Qualcomm"},
      {"0x53", "Samsung"},   {"0x56", "Marvell"},  {"0x61", "Apple"},  {"0xc0", "Ampere"},
  };
  for (const auto& [from, to] : kVendors) {
    if (code == from) return to;
  }
  return code.empty() ? "generic" : code;
}

// The order among compatible entries: depth in the tree, then number of features.
using Rank = std::pair<size_t, size_t>;

Rank RankOf(Edition edition, const ArchspecEntry& entry) {
  return {Ancestors(edition, entry).size(), CountWords(entry.features)};
}

// All of the highest rank, in the table's order.
std::vector<const ArchspecEntry*> Best(Edition edition,
                                       const std::vector<const ArchspecEntry*>& entries) {
  std::vector<const ArchspecEntry*> best;
  for (const ArchspecEntry* entry : entries) {
    if (!best.empty() && RankOf(edition, *entry) < RankOf(edition, *best[0])) continue;
    if (!best.empty() && RankOf(edition, *entry) > RankOf(edition, *best[0])) best.clear();
    best.push_back(entry);
  }
  return best;
}

std::string_view Root(Arch arch) {
  return arch == Arch::kX86_64 ? "x86_64" : arch == Arch::kAArch64 ? "aarch64" : "";
}

struct Cpu {
  std::string_view vendor, features, part;
};

Cpu ReadCpu(Arch arch, std::string_view cpuinfo) {
  if (arch == Arch::kAArch64) {
    return {ArmVendor(CpuinfoField(cpuinfo, "CPU implementer")), CpuinfoField(cpuinfo, "Features"),
            CpuinfoField(cpuinfo, "CPU part")};
  }
  return {CpuinfoField(cpuinfo, "vendor_id"), CpuinfoField(cpuinfo, "flags"), {}};
}

std::vector<const ArchspecEntry*> Compatible(Edition edition, Arch arch, const Cpu& cpu) {
  std::vector<const ArchspecEntry*> entries;
  for (const ArchspecEntry& entry : ArchspecTable()) {
    if (!entry.In(edition)) continue;
    if (entry.name != Root(arch) && !Descends(edition, entry, Root(arch))) continue;
    if (entry.vendor != "generic" && entry.vendor != cpu.vendor) continue;
    // Linux does not tell the Arm architecture's version.
    if (arch == Arch::kAArch64 && entry.vendor == "generic" && entry.name != Root(arch)) continue;
    if (MissingWords(entry.features, cpu.features).empty()) entries.push_back(&entry);
  }
  return entries;
}

}  // namespace

const ArchspecEntry* FindArchspec(Edition edition, std::string_view name) {
  for (const ArchspecEntry& entry : ArchspecTable()) {
    if (entry.In(edition) && entry.name == name) return &entry;
  }
  return nullptr;
}

std::vector<std::string> MissingWords(std::string_view wanted, std::string_view present) {
  std::vector<std::string> missing;
  ForEachWord(wanted, [&](std::string_view word) {
    if (!HasWord(present, word)) missing.emplace_back(word);
    return true;
  });
  return missing;
}

std::vector<std::string> ArchspecNames(Edition edition, Arch arch, std::string_view cpuinfo) {
  const Cpu cpu = ReadCpu(arch, cpuinfo);
  std::vector<const ArchspecEntry*> entries = Compatible(edition, arch, cpu);
  std::vector<const ArchspecEntry*> generic;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(generic),
               [](const ArchspecEntry* entry) { return entry->vendor == "generic"; });
  if (generic.empty()) return {};
  const ArchspecEntry* best_generic = Best(edition, generic)[0];

  const auto other_part = [&](const ArchspecEntry* entry) { return entry->cpu_part != cpu.part; };
  const bool part_known = edition == Edition::kConda && !cpu.part.empty() &&
                          !std::all_of(entries.begin(), entries.end(), other_part);
  if (part_known) std::erase_if(entries, other_part);

  // A feature switched off in the firmware must not lead to a much older core of the vendor than
  // the generic level shows.
  std::erase_if(entries, [&](const ArchspecEntry* entry) {
    return !Descends(edition, *entry, best_generic->name);
  });
  std::vector<std::string> names;
  for (const ArchspecEntry* entry : Best(edition, entries)) names.emplace_back(entry->name);
  if (names.empty()) names.emplace_back(best_generic->name);
  if (edition == Edition::kConda) names.resize(1);
  return names;
}

HostInput ArchspecHost(std::string_view name) {
  HostInput input;
  Edition edition = Edition::kConda;
  const ArchspecEntry* entry = FindArchspec(edition, name);
  if (!entry) entry = FindArchspec(edition = Edition::kRattler, name);
  if (!entry) return input;
  const std::string_view root = Root(Arch::kX86_64);
  const bool x86 = name == root || Descends(edition, *entry, root);
  input.arch = x86 ? Arch::kX86_64 : Arch::kAArch64;
  // archspec takes SSE3 for granted where a CPU has SSSE3.
  input.cpuinfo = x86 ? "flags : pni xsave " : "Features : ";
  input.cpuinfo += entry->features;
  return input;
}

}  // namespace lanewise
