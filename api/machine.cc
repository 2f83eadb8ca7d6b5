// lw_machine: this machine as lanewise sees it, for people and as JSON (docs/machine.md), and
// lw_machine_described: the same of another one.

#include <vector>

#include "api/gpu_explain.h"
#include "dispatch/base/error.h"
#include "dispatch/base/text.h"
#include "dispatch/choose/highway.h"
#include "dispatch/choose/state.h"
#include "dispatch/host/os.h"
#include "dispatch/host/this_host.h"
#include "dispatch/threads/threads.h"
#include "machine/describe.h"
#include "machine/record.h"

namespace lanewise {
namespace {

const char* ArchName(Arch arch) {
  return arch == Arch::kX86_64 ? "x86_64" : arch == Arch::kAArch64 ? "aarch64" : "other";
}

std::string Bytes(uint64_t bytes) {
  if (bytes == 0) return "unknown";
  if (bytes >= (1u << 20) && bytes % (1u << 20) == 0) return std::to_string(bytes >> 20) + " MiB";
  return std::to_string(bytes >> 10) + " KiB";
}

std::string CapText() {
  const int cap = ProcessMaxTarget();
  return cap < 0 ? "" : kCompiledTargets[cap].name;
}

// What a target without FMA means to its users; empty for any other.
std::string FmaText(int current) {
  const auto target = ParseTarget(kCompiledTargets[current].name);
  if (!target || HasFma(*target)) return "";
  return "math        " + std::string(Name(*target)) +
         " has no FMA instruction: math functions and fma compute it in software, for the\n"
         "            same bits, and take 2 to 20 times as long as the C library's or NumPy's\n";
}

std::string Text() {
  const Host& host = FullHost();
  std::string text = "CPU         " + (host.brand.empty() ? host.vendor : host.brand) + " (" +
                     host.microarch + ")\n";
  text += "level       " + std::string(ArchName(host.arch));
  if (host.psabi_level) text += "-v" + std::to_string(host.psabi_level);
  text += "\n";
  if (host.hypervisor) {
    text += "hypervisor  " +
            (host.hypervisor_vendor.empty() ? "yes, unnamed" : host.hypervisor_vendor) + "\n";
  }
  text += "caches      L1d " + Bytes(host.caches.l1d) + ", L2 " + Bytes(host.caches.l2) + ", L3 " +
          Bytes(host.caches.l3) + "\n";
  text += "targets\n";
  const int current = TargetIndexOf(ActiveTable());
  for (int i = static_cast<int>(kCompiledTargetCount) - 1; i >= 0; --i) {
    std::string name = kCompiledTargets[i].name;
    text += (i == current ? "  * " : "    ") + name;
    text.append(name.size() < 10 ? 10 - name.size() : 1, ' ');
    if (i == current)
      text += "in use\n";
    else if (!TargetSupported(i))
      text += std::string(TargetReason(i)) + "\n";
    else
      text += i > current ? "capped\n" : "supported\n";
  }
  text += FmaText(current);
  text += "threads     " + ThreadReport() + "\n";
  text += gpu::KnownGpuText();
  text += "lanewise    " + std::string(lw_version()) + ", numerics " +
          std::to_string(lw_numerics_version()) + ", Highway " + HighwayVersion() +
          (HighwayProven() ? "" : " (its bits are unproven)") + "\n";
  const std::string warnings = Warnings();
  if (!warnings.empty()) text += "warning     " + warnings + "\n";
  return text;
}

void WriteTargets(const Host& host, JsonWriter& json) {
  json.BeginArray("targets");
  for (const TargetState& state : host.targets) {
    bool compiled = false;
    for (size_t i = 0; i < kCompiledTargetCount; ++i)
      compiled |= Name(state.target) == kCompiledTargets[i].name;
    json.BeginObject();
    json.String("name", Name(state.target));
    json.Bool("compiled", compiled);
    json.Bool("supported", state.supported);
    json.String("reason", state.reason);
    json.Bool("fma", HasFma(state.target));
    json.EndObject();
  }
  json.EndArray();
}

void WriteCpu(const Host& host, JsonWriter& json) {
  json.BeginObject("cpu");
  json.String("arch", ArchName(host.arch));
  json.String("vendor", host.vendor);
  json.String("brand", host.brand);
  json.String("microarchitecture", host.microarch);
  json.Integer("family", host.family);
  json.Integer("model", host.model);
  json.Integer("stepping", host.stepping);
  if (host.psabi_level)
    json.Integer("psabi_level", host.psabi_level);
  else
    json.Null("psabi_level");
  json.Bool("hypervisor", host.hypervisor);
  json.String("hypervisor_vendor", host.hypervisor_vendor);
  json.Integer("sve_bits", host.sve_bytes * 8);
  json.BeginObject("caches");
  json.Integer("l1d", static_cast<int64_t>(host.caches.l1d));
  json.Integer("l2", static_cast<int64_t>(host.caches.l2));
  json.Integer("l3", static_cast<int64_t>(host.caches.l3));
  json.EndObject();
  json.BeginArray("features");
  for (const FeatureState& feature : host.features) {
    if (feature.usable()) json.String({}, feature.name);
  }
  json.EndArray();
  json.BeginArray("features_without_os_support");
  for (const FeatureState& feature : host.features) {
    if (feature.cpu && !feature.os) json.String({}, feature.name);
  }
  json.EndArray();
  json.EndObject();
}

// What is to be said of any machine.
void WriteMachine(const MachineRecord& record, const Host& host, JsonWriter& json) {
  json.Integer("schema", 1);
  json.BeginObject("lanewise");
  json.String("version", lw_version());
  json.Integer("abi", lw_abi_version());
  json.Integer("numerics", lw_numerics_version());
  json.String("highway", HighwayVersion());
  json.Bool("highway_proven", HighwayProven());
  json.EndObject();
  DescribeMachine(record, host, json);
  WriteCpu(host, json);
  WriteTargets(host, json);
}

std::string Json(bool devices) {
  MachineRecord record = ReadRecord(devices);
  JsonWriter json;
  json.BeginObject();
  WriteMachine(record, DetectHost(record.host), json);
  json.String("target", lw_current_target());
  json.String("max_target", CapText());
  json.Integer("threads", ThreadsToBeHad());
  json.String("threads_reason", ThreadReport());
  gpu::WriteKnownGpu(json);
  json.String("warnings", Warnings());
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace
}  // namespace lanewise

extern "C" lw_status lw_machine(int32_t format, char* buffer, size_t size, size_t* length) {
  using namespace lanewise;  // NOLINT
  if (format != 0 && format != LW_MACHINE_JSON &&
      format != (LW_MACHINE_JSON | LW_MACHINE_DEVICES)) {
    return Fail(LW_ERR_VALUE,
                "lw_machine: format is %d, not 0 (text), 1 (JSON) or 3 (JSON with "
                "the GPU's devices)",
                format);
  }
  return Guarded("lw_machine", [=] {
    return CopyText(format ? Json(format & LW_MACHINE_DEVICES) : Text(), buffer, size, length);
  });
}

extern "C" lw_status lw_machine_described(int32_t count, const char* const* keys,
                                          const char* const* values, char* buffer, size_t size,
                                          size_t* length) {
  using namespace lanewise;  // NOLINT
  if (count < 0) return Fail(LW_ERR_SIZE, "lw_machine_described: count is %d", count);
  if (count > 0 && (!keys || !values))
    return Fail(LW_ERR_NULL, "lw_machine_described: %s is null", keys ? "values" : "keys");
  return Guarded("lw_machine_described", [=]() -> lw_status {
    std::vector<RecordField> fields;
    for (int32_t i = 0; i < count; ++i) {
      if (!keys[i] || !values[i])
        return Fail(LW_ERR_NULL, "lw_machine_described: %s[%d] is null",
                    keys[i] ? "values" : "keys", i);
      fields.push_back({keys[i], values[i]});
    }
    MachineRecord record;
    const std::string wrong = ParseRecord(fields, record);
    if (!wrong.empty()) return Fail(LW_ERR_VALUE, "machine description: %s", wrong.c_str());
    JsonWriter json;
    json.BeginObject();
    WriteMachine(record, DetectHost(record.host), json);
    json.EndObject();
    return CopyText(json.text() + "\n", buffer, size, length);
  });
}
