// What lw_gpu_explain, lw_machine and lw_explain say about the GPU.

#ifndef LANEWISE_API_GPU_EXPLAIN_H_
#define LANEWISE_API_GPU_EXPLAIN_H_

#include <string>

#include "dispatch/base/text.h"
#include "kernels/registry.h"

namespace lanewise::gpu {

// For lw_machine: lines of text, or an object "gpu". Neither initialises CUDA; both tell of what
// has been found before.
std::string KnownGpuText();
void WriteKnownGpu(JsonWriter& json);

struct KernelOnGpu {
  std::string status;  // "on device arrays", "not asked", "unsupported"
  std::string reason;
};

// Never initialises CUDA.
KernelOnGpu ExplainKernel(const KernelEntry& kernel);

}  // namespace lanewise::gpu

#endif  // LANEWISE_API_GPU_EXPLAIN_H_
