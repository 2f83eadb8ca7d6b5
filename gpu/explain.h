// What lw_gpu_explain and lw_explain say about the GPU.

#ifndef LANEWISE_GPU_EXPLAIN_H_
#define LANEWISE_GPU_EXPLAIN_H_

#include <string>

#include "dispatch/registry.h"

namespace lanewise::gpu {

struct KernelOnGpu {
  std::string status;  // "on device arrays", "not asked", "unsupported"
  std::string reason;
};

// Never initialises CUDA.
KernelOnGpu ExplainKernel(const KernelEntry& kernel);

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_EXPLAIN_H_
