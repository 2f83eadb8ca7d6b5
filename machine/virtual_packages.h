// The virtual packages of a machine: what each package manager reports by itself, and what
// lanewise adds through its detector and its conda plugin.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "machine/record.h"

namespace lanewise {

enum class Manager : uint8_t { kConda, kRattler, kMamba };
inline constexpr Manager kManagers[] = {Manager::kConda, Manager::kRattler, Manager::kMamba};
inline constexpr std::string_view kManagerNames[] = {"conda", "rattler", "mamba"};
constexpr std::string_view NameOf(Manager manager) {
  return kManagerNames[static_cast<size_t>(manager)];
}

struct VirtualPackage {
  std::string name, version;
  std::string build = "0";
};

// The build string of __archspec; more than one where the manager may report any of them. None on
// an architecture that lanewise does not know.
std::vector<std::string> ArchspecsOf(Manager manager, const MachineRecord& record);

// As the manager detects them, without overrides.
std::vector<VirtualPackage> VirtualPackagesOf(Manager manager, const MachineRecord& record);

// The level that uv finds for wheel variants: "v1" to "v4"; empty on other architectures. From the
// flags of /proc/cpuinfo; without them uv takes v2 for granted.
std::string UvLevel(const MachineRecord& record);

// The names that lanewise reports, whether a machine has them or not.
inline constexpr std::string_view kLanewisePackageNames[] = {
    "__lanewise_x86_64", "__lanewise_aarch64", "__lanewise_isa"};

// Those of them that the machine has.
std::vector<VirtualPackage> LanewisePackages(const Host& host);

// The place of a target among those of its architecture, in steps of ten. Never reassigned: builds
// are published that ask for these numbers.
int Ordinal(Target target);

}  // namespace lanewise
