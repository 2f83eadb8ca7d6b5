// The CUDA kernels run on the CPU: the same block code, grids and arguments, host memory instead of
// the device's.

#ifndef LANEWISE_TESTS_GPU_SIMULATED_SIMULATED_GPU_H_
#define LANEWISE_TESTS_GPU_SIMULATED_SIMULATED_GPU_H_

#include <string>
#include <vector>

#include "gpu/border.h"

namespace lanewise::simulated {

// The kernels of a task in the order of their launches.
struct Launch {
  std::string kernel;  // "contiguous", "strided", or a ReduceMode's name
  int64_t blocks;
};

// Whether the plugin has a kernel for these dtypes.
bool HasKernel(lw_kernel kernel, const lw_dtype* dtypes);

// Runs a task whose operands lie in host memory. The scratch memory is filled with garbage before,
// and guarded against writes behind its end.
std::vector<Launch> Run(const lw_backend_task& task);

}  // namespace lanewise::simulated

#endif  // LANEWISE_TESTS_GPU_SIMULATED_SIMULATED_GPU_H_
