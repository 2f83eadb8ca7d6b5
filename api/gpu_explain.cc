#include "api/gpu_explain.h"

#include <cstdio>

#include "dispatch/base/error.h"
#include "dispatch/base/text.h"
#include "dispatch/engine/checks.h"
#include "gpu/runtime.h"

namespace lanewise::gpu {
namespace {

constexpr const char* kStateNames[] = {
    "ready",       "not_asked",   "off",        "no_node",     "no_driver",
    "stub_driver", "old_driver",  "hidden",     "init_failed", "timeout",
    "no_device",   "implausible", "old_device", "no_plugin",   "refused_plugin",
    "no_code",     "forked"};
static_assert(sizeof(kStateNames) / sizeof(kStateNames[0]) == LW_GPU_FORKED + 1);

std::string Gibibytes(int64_t bytes) {
  char text[32];
  snprintf(text, sizeof(text), "%.1f GiB", static_cast<double>(bytes) / (1 << 30));
  return text;
}

std::string PluginText(const Plugin& plugin) {
  const lw_backend& table = *plugin.table;
  std::string text = plugin.path + " (lanewise " + (table.version ? table.version : "?") + ", " +
                     table.toolkit + "; code for";
  for (int i = 0; i < table.architecture_count; ++i) {
    text += " " + CapabilityText(table.architectures[i]);
  }
  if (table.ptx_architecture) text += ", PTX for " + CapabilityText(table.ptx_architecture);
  return text + ")";
}

std::string Text(const Status& status) {
  std::string text = "GPU         " + std::string(kStateNames[status.state]);
  if (!status.reason.empty()) text += ": " + status.reason;
  text += "\n";
  if (status.driver_version) {
    text += "driver      CUDA " + VersionText(status.driver_version) + "\n";
  }
  for (size_t i = 0; i < status.devices.size(); ++i) {
    const Device& device = status.devices[i];
    text += "device " + std::to_string(i) + "    " + device.driver.name + ", compute capability " +
            CapabilityText(device.driver.compute_capability) + ", " +
            std::to_string(device.driver.multiprocessors) + " multiprocessors, " +
            Gibibytes(device.driver.memory_bytes) +
            (device.reason.empty() ? "" : "; not usable: " + device.reason) + "\n";
  }
  if (status.plugin.table) text += "plugin      " + PluginText(status.plugin) + "\n";
  return text;
}

void WritePlugin(JsonWriter& json, const Plugin& plugin) {
  const lw_backend& table = *plugin.table;
  json.BeginObject("plugin");
  json.String("path", plugin.path);
  json.String("version", table.version ? table.version : "");
  json.Integer("abi", table.abi_version);
  json.Integer("numerics", table.numerics_version);
  json.String("toolkit", table.toolkit);
  json.BeginArray("architectures");
  for (int i = 0; i < table.architecture_count; ++i) {
    json.String({}, CapabilityText(table.architectures[i]));
  }
  json.EndArray();
  if (table.ptx_architecture) {
    json.String("ptx", CapabilityText(table.ptx_architecture));
  } else {
    json.Null("ptx");
  }
  json.EndObject();
}

void WriteStatus(JsonWriter& json, const Status& status) {
  json.String("state", kStateNames[status.state]);
  json.String("reason", status.reason);
  if (status.driver_version) {
    json.String("driver", VersionText(status.driver_version));
  } else {
    json.Null("driver");
  }
  json.BeginArray("devices");
  for (const Device& device : status.devices) {
    json.BeginObject();
    json.String("name", device.driver.name);
    json.String("compute_capability", CapabilityText(device.driver.compute_capability));
    json.Integer("multiprocessors", device.driver.multiprocessors);
    json.Integer("memory_bytes", device.driver.memory_bytes);
    json.Bool("usable", device.reason.empty());
    json.String("reason", device.reason);
    json.EndObject();
  }
  json.EndArray();
  if (status.plugin.table) {
    WritePlugin(json, status.plugin);
  } else {
    json.Null("plugin");
  }
}

std::string Json(const Status& status) {
  JsonWriter json;
  json.BeginObject();
  json.Integer("schema", 1);
  WriteStatus(json, status);
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace

std::string KnownGpuText() { return Text(GetStatus(false)); }

void WriteKnownGpu(JsonWriter& json) {
  json.BeginObject("gpu");
  WriteStatus(json, GetStatus(false));
  json.EndObject();
}

KernelOnGpu ExplainKernel(const KernelEntry& kernel) {
  const Status status = GetStatus(false);
  if (status.state == LW_GPU_NOT_ASKED) return {"not asked", status.reason};
  if (status.state != LW_GPU_READY) return {"unsupported", status.reason};
  if (!status.plugin.table->has_kernel(kernel.id, kernel.dtypes)) {
    return {"unsupported", "the GPU plugin has no such kernel"};
  }
  return {"on device arrays", "computes arrays that lie on a GPU, with the same bits"};
}

}  // namespace lanewise::gpu

using namespace lanewise;       // NOLINT: definitions of extern "C" functions only
using namespace lanewise::gpu;  // NOLINT

extern "C" {

const char* lw_gpu_state_name(lw_gpu_state state) {
  const int i = static_cast<int>(state);
  return i < 0 || i > LW_GPU_FORKED ? nullptr : kStateNames[i];
}

lw_status lw_gpu_explain(int32_t initialise, int32_t json, char* buffer, size_t size,
                         size_t* length) {
  lw_status valid = CheckZeroOrOne("lw_gpu_explain", "initialise", initialise);
  if (valid == LW_OK) valid = CheckZeroOrOne("lw_gpu_explain", "json", json);
  if (valid != LW_OK) return valid;
  return Guarded("lw_gpu_explain", [=] {
    const Status status = GetStatus(initialise != 0);
    return CopyText(json ? Json(status) : Text(status), buffer, size, length);
  });
}

}  // extern "C"
