// Kernels that are run on the CPU, by slot of the list. Maps and reductions are compiled apart.

#ifndef LANEWISE_TESTS_GPU_SIMULATED_SIMULATED_GRID_H_
#define LANEWISE_TESTS_GPU_SIMULATED_SIMULATED_GRID_H_

#include <array>

#include "gpu/device/launch_plan.h"
#include "kernels/all.h"

namespace lanewise::simulated {

// A kernel's "address" is that of a record that can run a grid of it.
struct Grid {
  const char* name;
  void (*run)(const void* arguments, int64_t blocks);
};

using Maps = std::array<gpu::MapKernel, kKernelCount>;
using Reductions = std::array<gpu::ReduceKernel, kKernelCount>;
const Maps& AllMaps();
const Reductions& AllReductions();

}  // namespace lanewise::simulated

#endif  // LANEWISE_TESTS_GPU_SIMULATED_SIMULATED_GRID_H_
