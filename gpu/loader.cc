#include "gpu/loader.h"

#include <dlfcn.h>

#include <cstddef>
#include <string_view>

#include "dispatch/host/os.h"
#include "gpu/driver.h"

namespace lanewise::gpu {
namespace {

bool IsComplete(const lw_backend& t) {
  return t.toolkit && t.architecture_count >= 0 && (t.architectures || !t.architecture_count) &&
         t.has_kernel && t.pointer_info && t.alloc && t.free && t.copy && t.stream_wait &&
         t.synchronise && t.prepare && t.launch && t.warm_up;
}

// Why the table is not to be used, or "".
std::string RefusalReason(const lw_backend* table, const std::string& path) {
  if (!table || table->struct_size < offsetof(lw_backend, toolkit)) {
    return path + " gives no table of functions";
  }
  const std::string release =
      table->version ? std::string("lanewise ") + table->version : "an unknown lanewise";
  if (table->abi_version != LW_BACKEND_ABI) {
    return path + " (" + release + ") has plugin ABI " + std::to_string(table->abi_version) +
           ", this library (lanewise " + lw_version() + ") needs " +
           std::to_string(LW_BACKEND_ABI) + ": install both from one release";
  }
  if (table->numerics_version != lw_numerics_version()) {
    return path + " (" + release + ") computes by numerics version " +
           std::to_string(table->numerics_version) + ", this library (lanewise " + lw_version() +
           ") by version " + std::to_string(lw_numerics_version()) +
           ": results would differ; install both from one release";
  }
  if (!table->version || std::string_view(table->version) != lw_version()) {
    return path + " is of " + release + ", this library of lanewise " + lw_version() +
           ": install both from one release";
  }
  if (table->struct_size != sizeof(lw_backend) || !IsComplete(*table)) {
    return path + " gives an incomplete table of functions";
  }
  return "";
}

}  // namespace

Plugin LoadPlugin(const std::string& path) {
  Plugin plugin;
  plugin.path = path;
  if (path.empty() || path[0] != '/') {
    plugin.reason = "the GPU plugin has no absolute path: " + (path.empty() ? "none" : path);
    return plugin;
  }
  const OpenedLibrary opened = OpenLibrary(path);
  if (!opened.handle) {
    plugin.reason = "the GPU plugin does not load: " + opened.error;
    plugin.passing = opened.passing;
    return plugin;
  }
  const auto entry = reinterpret_cast<lw_backend_entry>(dlsym(opened.handle, LW_BACKEND_SYMBOL));
  plugin.state = LW_GPU_REFUSED_PLUGIN;
  if (!entry) {
    plugin.reason = path + " is not lanewise's GPU plugin: it lacks " LW_BACKEND_SYMBOL;
    return plugin;
  }
  const lw_backend* table = entry(LW_BACKEND_ABI);
  plugin.reason = RefusalReason(table, path);
  if (!plugin.reason.empty()) return plugin;
  plugin.state = LW_GPU_READY;
  plugin.table = table;
  return plugin;
}

std::string MissingCodeReason(const lw_backend& table, int32_t capability) {
  std::string list;
  for (int i = 0; i < table.architecture_count; ++i) {
    const int32_t code = table.architectures[i];
    // Machine code runs on its own and on later minor versions.
    if (code / 10 == capability / 10 && code <= capability) return "";
    list += " " + CapabilityText(code);
  }
  if (table.ptx_architecture && table.ptx_architecture <= capability) return "";
  if (table.ptx_architecture) list += " and later than " + CapabilityText(table.ptx_architecture);
  return "the GPU plugin has no code for compute capability " + CapabilityText(capability) +
         "; it has it for" + list;
}

}  // namespace lanewise::gpu
