#include "machine/virtual_packages.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "machine/archspec.h"

namespace lanewise {
namespace {

// The first two to four numbers of a kernel's release, as conda and rattler cut it.
std::string LinuxVersion(std::string_view release, int least, int most) {
  std::string version;
  int numbers = 0;
  size_t at = 0;
  while (numbers < most) {
    const size_t end = std::min(release.find_first_not_of("0123456789", at), release.size());
    if (end == at) break;
    version += (numbers ? "." : "") + std::string(release.substr(at, end - at));
    ++numbers;
    at = end + 1;
    if (end == release.size() || release[end] != '.') break;
  }
  return numbers >= least ? version : "";
}

// libmamba asks the compiler's CPU detection for some features of each level, not for all, and for
// a level does not ask for those below.
std::string MambaLevel(const Host& host) {
  std::string usable;
  for (const FeatureState& feature : host.features) {
    if (feature.usable()) usable += std::string(feature.name) + " ";
  }
  const auto has = [&](std::string_view words) { return MissingWords(words, usable).empty(); };
  if (has("avx512f avx512bw avx512cd avx512dq avx512vl")) return "x86_64_v4";
  if (has("avx avx2 bmi1 bmi2 fma")) return "x86_64_v3";
  if (has("popcnt pni ssse3 sse4_1 sse4_2")) return "x86_64_v2";
  return "x86_64";
}

std::string MajorMinor(std::string_view version) {
  const size_t dot = version.find('.');
  if (dot == std::string_view::npos) return std::string(version);
  return std::string(version.substr(0, version.find('.', dot + 1)));
}

std::string CudaVersion(Manager manager, const CudaFacts& cuda) {
  // The toolkit's version if there is a toolkit, whatever the driver serves.
  if (manager == Manager::kMamba && std::count(cuda.toolkit.begin(), cuda.toolkit.end(), '.') >= 2)
    return MajorMinor(cuda.toolkit);
  // conda and mamba see no driver where there is no device; rattler does.
  const bool no_device = cuda.devices && cuda.devices->empty();
  if (no_device && manager != Manager::kRattler) return "";
  return cuda.driver;
}

// Of all devices the least, as the conda enhancement proposal for __cuda_arch asks.
std::string LeastDevice(const std::vector<std::string>& devices) {
  const auto number = [](const std::string& text) {
    const size_t dot = std::min(text.find('.'), text.size());
    uint32_t major = 0, minor = 0;
    std::from_chars(text.data(), text.data() + dot, major);
    if (dot < text.size()) std::from_chars(text.data() + dot + 1, text.data() + text.size(), minor);
    return std::pair(major, minor);
  };
  const auto least = std::min_element(
      devices.begin(), devices.end(),
      [&](const std::string& a, const std::string& b) { return number(a) < number(b); });
  return least == devices.end() ? "" : *least;
}

}  // namespace

std::vector<std::string> ArchspecsOf(Manager manager, const MachineRecord& record) {
  const Arch arch = record.host.arch;
  if (arch == Arch::kOther) return {};
  if (manager != Manager::kMamba) {
    const Edition edition = manager == Manager::kConda ? Edition::kConda : Edition::kRattler;
    return ArchspecNames(edition, arch, record.host.cpuinfo);
  }
  return {arch == Arch::kX86_64 ? MambaLevel(DetectHost(record.host)) : "aarch64"};
}

std::vector<VirtualPackage> VirtualPackagesOf(Manager manager, const MachineRecord& record) {
  std::vector<VirtualPackage> packages;
  packages.push_back({"__unix", "0"});
  const bool mamba = manager == Manager::kMamba;
  const std::string kernel = LinuxVersion(record.kernel, mamba ? 3 : 2, mamba ? 3 : 4);
  packages.push_back({"__linux", kernel.empty() ? "0" : kernel});
  if (!record.glibc.empty()) {
    packages.push_back({"__glibc", record.glibc});
  } else if (manager == Manager::kConda) {
    packages.push_back({"__glibc", "0"});
  }
  const std::vector<std::string> archspecs = ArchspecsOf(manager, record);
  if (!archspecs.empty()) packages.push_back({"__archspec", "1", archspecs[0]});
  const std::string cuda = CudaVersion(manager, record.cuda);
  if (!cuda.empty()) packages.push_back({"__cuda", cuda});
  if (manager == Manager::kRattler && !cuda.empty() && record.cuda.devices) {
    const std::string least = LeastDevice(*record.cuda.devices);
    if (!least.empty()) packages.push_back({"__cuda_arch", least});
  }
  return packages;
}

std::string UvLevel(const MachineRecord& record) {
  if (record.host.arch != Arch::kX86_64) return "";
  const std::string_view flags = CpuinfoField(record.host.cpuinfo, "flags");
  if (flags.empty()) return "v2";
  const auto has = [&](std::string_view words) { return MissingWords(words, flags).empty(); };
  if (!has("cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2")) return "v1";
  if (!has("avx avx2 bmi1 bmi2 f16c fma abm movbe")) return "v2";
  if (!has("avx512f avx512bw avx512cd avx512dq avx512vl")) return "v3";
  return "v4";
}

int Ordinal(Target target) {
  switch (target) {
    case Target::kSSE2:
    case Target::kNEON:
      return 10;
    case Target::kSSE4:
    case Target::kSVE:
      return 20;
    case Target::kAVX2:
    case Target::kSVE_256:
      return 30;
    case Target::kAVX3:
    case Target::kSVE2:
      return 40;
    case Target::kAVX3_ZEN4:
    case Target::kSVE2_128:
      return 50;
    case Target::kAVX3_SPR:
      return 60;
  }
  return 0;
}

std::vector<VirtualPackage> LanewisePackages(const Host& host) {
  std::vector<VirtualPackage> packages;
  if (host.arch == Arch::kX86_64)
    packages.push_back({"__lanewise_x86_64", std::to_string(host.psabi_level)});
  // SVE2 is what Armv9 asks for beyond Armv8.
  if (host.arch == Arch::kAArch64)
    packages.push_back({"__lanewise_aarch64", host.Has("sve2") ? "9" : "8"});
  if (const auto best = host.BestTarget())
    packages.push_back(
        {"__lanewise_isa", std::to_string(Ordinal(*best)), std::string(Name(*best))});
  return packages;
}

}  // namespace lanewise
