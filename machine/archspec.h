// Names of microarchitectures as package managers report them in the virtual package __archspec.
//
// The table is archspec's, the algorithm is that of its implementations on Linux: the deepest
// entry of the CPU's vendor, below the best generic one, all of whose features /proc/cpuinfo
// lists. Two implementations with tables of different age are in use.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dispatch/host/host.h"

namespace lanewise {

// Whose copy of the table: the Python package that conda uses, or the one inside rattler.
enum class Edition : uint8_t { kConda = 1, kRattler = 2 };

struct ArchspecEntry {
  uint8_t editions;  // Edition values, added
  std::string_view name;
  std::string_view parents;  // words
  std::string_view vendor;
  std::string_view features;  // words, as in /proc/cpuinfo
  std::string_view cpu_part;  // Arm; rattler does not use it

  bool In(Edition edition) const { return editions & static_cast<uint8_t>(edition); }
};

// x86-64 and AArch64; parents before children.
std::span<const ArchspecEntry> ArchspecTable();

// Nothing if the edition does not know the name.
const ArchspecEntry* FindArchspec(Edition edition, std::string_view name);

// What the implementation reports for the first processor of a /proc/cpuinfo. The generic name of
// the architecture if the text is empty. More than one name where entries tie: the Python package
// takes the first, rattler one at random in each process. None for kOther.
std::vector<std::string> ArchspecNames(Edition edition, Arch arch, std::string_view cpuinfo);

// The machine that a name stands for: every feature of the entry, nothing else. kOther if no
// edition knows the name.
HostInput ArchspecHost(std::string_view name);

// Entries of the features that are not among the words of `present`, in the table's order.
std::vector<std::string> MissingWords(std::string_view wanted, std::string_view present);

}  // namespace lanewise
