// What a task becomes: kernels, their arguments and grids. Plain host code; the plugin launches
// what is planned, the tests run it on the CPU.

#ifndef LANEWISE_GPU_DEVICE_LAUNCH_PLAN_H_
#define LANEWISE_GPU_DEVICE_LAUNCH_PLAN_H_

#include <cstddef>

#include "gpu/border.h"
#include "gpu/device/map.h"
#include "gpu/device/reduce.h"

namespace lanewise::gpu {

// Calls launch(kernel, blocks, threads, arguments) for what an elementwise task needs: once, or
// several times if it has more elements than 32 bits count. Stops at the first false.
using LaunchFn = bool (*)(void* context, const void* kernel, int64_t blocks, int threads,
                          const void* arguments);
bool LaunchMap(const lw_backend_task& task, const MapKernel& kernel, LaunchFn launch,
               void* context);

// A reduction: how its work is given to threads, and the device memory that it needs meanwhile.
struct ReducePlan {
  ReduceArguments args;
  ReduceMode mode = ReduceMode::kThread;
  int64_t blocks = 0;
  int64_t center_bytes = 0;  // of the scratch memory, for the results of the pass before
  size_t scratch_bytes = 0;
};
ReducePlan PlanReduction(const lw_backend_task& task, const ReduceKernel& kernel);
bool LaunchReduce(const ReducePlan& plan, const ReduceKernel& kernel, void* scratch,
                  LaunchFn launch, void* context);

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_DEVICE_LAUNCH_PLAN_H_
