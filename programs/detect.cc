// lanewise-detect: the virtual packages of lanewise, for a package manager that runs detectors
// which a channel offers (docs/virtual-packages.md). Static, without arguments, always JSON on
// stdout and exit status 0: what is not known is null.

#include <cstdio>
#include <cstdlib>

#include "dispatch/base/text.h"
#include "dispatch/host/os.h"
#include "machine/archspec.h"
#include "machine/virtual_packages.h"

namespace {

using namespace lanewise;  // NOLINT

constexpr char kOverride[] = "CONDA_OVERRIDE_ARCHSPEC";

// The machine asked about: this one, or what the user says that the machine is. An empty override
// and a name that nobody knows describe no machine.
std::vector<VirtualPackage> Detect() {
  const char* name = std::getenv(kOverride);
  return LanewisePackages(DetectHost(name ? ArchspecHost(name) : ReadHost(Detail::kFull)));
}

std::string Report(const std::vector<VirtualPackage>& packages) {
  JsonWriter json;
  json.BeginObject();
  json.Integer("version", 1);
  json.BeginObject("virtual_packages");
  for (const std::string_view name : kLanewisePackageNames) {
    const VirtualPackage* found = nullptr;
    for (const VirtualPackage& package : packages) {
      if (package.name == name) found = &package;
    }
    if (!found) {
      json.Null(name);
      continue;
    }
    json.BeginObject(name);
    json.String("version", found->version);
    json.String("build_string", found->build);
    json.EndObject();
  }
  json.EndObject();
  // A CPU changes with a reboot only. A period of time would let machines with one home directory
  // take each other's answers.
  json.BeginObject("cache");
  json.String("ttl_seconds", "REBOOT");
  json.BeginArray("watch_env");
  json.String({}, kOverride);
  json.EndArray();
  json.BeginArray("watch_paths");
  json.EndArray();
  json.EndObject();
  json.EndObject();
  return json.text();
}

}  // namespace

int main() {
  try {
    puts(Report(Detect()).c_str());
  } catch (...) {
    puts(
        "{\"version\": 1, \"virtual_packages\": {\"__lanewise_x86_64\": null, "
        "\"__lanewise_aarch64\": null, \"__lanewise_isa\": null}}");
  }
  return 0;
}
