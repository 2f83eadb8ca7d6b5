#include "machine/describe.h"

#include "machine/archspec.h"
#include "machine/virtual_packages.h"

namespace lanewise {
namespace {

void StringOrNull(JsonWriter& json, std::string_view key, std::string_view value) {
  if (value.empty())
    json.Null(key);
  else
    json.String(key, value);
}

void Strings(JsonWriter& json, std::string_view key, const std::vector<std::string>& values) {
  json.BeginArray(key);
  for (const std::string& value : values) json.String({}, value);
  json.EndArray();
}

std::string UsableFeatures(const Host& host) {
  std::string words;
  for (const FeatureState& feature : host.features) {
    if (feature.usable()) words += std::string(feature.name) + " ";
  }
  return words;
}

// The kernel's words; where there are none, those that the CPU itself told.
std::string FeatureWords(const MachineRecord& record, const Host& host) {
  const bool x86 = host.arch == Arch::kX86_64;
  const auto words = CpuinfoField(record.host.cpuinfo, x86 ? "flags" : "Features");
  return words.empty() ? UsableFeatures(host) : std::string(words);
}

// What each x86-64 level asks for and this machine cannot use.
void WriteLevels(const Host& host, JsonWriter& json) {
  const std::string usable = UsableFeatures(host) + "mmx sse sse2";
  json.BeginObject("psabi_missing");
  for (const char* level : {"2", "3", "4"}) {
    const ArchspecEntry* entry = FindArchspec(Edition::kConda, "x86_64_v" + std::string(level));
    Strings(json, level, MissingWords(entry->features, usable));
  }
  json.EndObject();
}

// What archspec's entry of this core lists and /proc/cpuinfo does not.
std::vector<std::string> MissingFromCore(const Host& host, const std::string& features) {
  const ArchspecEntry* core = FindArchspec(Edition::kConda, host.microarch);
  return core ? MissingWords(core->features, features) : std::vector<std::string>();
}

void WritePackages(JsonWriter& json, std::string_view key,
                   const std::vector<VirtualPackage>& packages) {
  json.BeginObject(key);
  for (const VirtualPackage& package : packages) {
    json.BeginObject(package.name);
    json.String("version", package.version);
    json.String("build", package.build);
    json.EndObject();
  }
  json.EndObject();
}

void WriteCuda(const CudaFacts& cuda, JsonWriter& json) {
  StringOrNull(json, "cuda_driver", cuda.driver);
  if (cuda.devices)
    Strings(json, "cuda_arch", *cuda.devices);
  else
    json.Null("cuda_arch");
  StringOrNull(json, "cuda_toolkit", cuda.toolkit);
}

void WriteArchspecs(const MachineRecord& record, JsonWriter& json) {
  json.BeginObject("archspec");
  for (const Manager manager : kManagers) {
    const std::vector<std::string> names = ArchspecsOf(manager, record);
    StringOrNull(json, NameOf(manager), names.empty() ? "" : names[0]);
  }
  json.EndObject();
  json.BeginObject("archspec_alternatives");
  for (const Manager manager : kManagers) {
    std::vector<std::string> names = ArchspecsOf(manager, record);
    if (!names.empty()) names.erase(names.begin());
    Strings(json, NameOf(manager), names);
  }
  json.EndObject();
}

void WriteUv(const MachineRecord& record, JsonWriter& json) {
  json.BeginObject("uv");
  StringOrNull(json, "x86_64_level", UvLevel(record));
  StringOrNull(json, "cuda_driver", record.cuda.driver);
  if (record.cuda.devices && !record.cuda.devices->empty())
    Strings(json, "sm_arch", *record.cuda.devices);
  else
    json.Null("sm_arch");
  json.EndObject();
}

}  // namespace

void DescribeMachine(const MachineRecord& record, const Host& host, JsonWriter& json) {
  const std::string features = FeatureWords(record, host);
  const std::vector<std::string> missing = MissingFromCore(host, features);

  json.String("architecture", host.arch == Arch::kX86_64    ? "x86_64"
                              : host.arch == Arch::kAArch64 ? "aarch64"
                                                            : "other");
  if (host.psabi_level) {
    json.Integer("psabi_level", host.psabi_level);
    WriteLevels(host, json);
  } else {
    json.Null("psabi_level");
  }
  StringOrNull(json, "best_target", host.BestTarget() ? Name(*host.BestTarget()) : "");
  Strings(json, "features", MissingWords(features, ""));
  StringOrNull(json, "glibc", record.glibc);
  StringOrNull(json, "kernel", record.kernel);
  WriteCuda(record.cuda, json);

  json.BeginObject("core");
  StringOrNull(json, "name", host.microarch);
  Strings(json, "missing", missing);
  json.EndObject();
  json.BeginObject("hypervisor");
  json.Bool("present", host.hypervisor);
  StringOrNull(json, "vendor", host.hypervisor_vendor);
  Strings(json, "masks", host.hypervisor ? missing : std::vector<std::string>());
  json.EndObject();

  WriteArchspecs(record, json);
  json.BeginObject("virtual_packages");
  for (const Manager manager : kManagers)
    WritePackages(json, NameOf(manager), VirtualPackagesOf(manager, record));
  json.EndObject();
  WritePackages(json, "lanewise_virtual_packages", LanewisePackages(host));
  WriteUv(record, json);
}

}  // namespace lanewise
