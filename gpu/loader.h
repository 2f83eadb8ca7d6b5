// Loading the GPU plugin: from one absolute path, never searched for, never closed, and only if it
// is of this library's plugin ABI, numerics version and release.

#ifndef LANEWISE_GPU_LOADER_H_
#define LANEWISE_GPU_LOADER_H_

#include <string>

#include "gpu/border.h"

namespace lanewise::gpu {

struct Plugin {
  const lw_backend* table = nullptr;  // null: `state` and `reason` say why
  lw_gpu_state state = LW_GPU_NO_PLUGIN;
  std::string reason;
  std::string path;
  bool passing = false;  // memory was short: `reason` is not to be kept
};

inline constexpr const char* kPluginName = LANEWISE_CUDA_PLUGIN;

Plugin LoadPlugin(const std::string& absolute_path);

// "" if the plugin has machine code, or PTX, for devices of this compute capability.
std::string MissingCodeReason(const lw_backend& table, int32_t capability);

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_LOADER_H_
