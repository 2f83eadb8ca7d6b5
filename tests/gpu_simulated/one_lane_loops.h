// The elementwise kernels over one lane, compiled for the host: what the CUDA plugin computes.

#ifndef LANEWISE_TESTS_GPU_SIMULATED_ONE_LANE_LOOPS_H_
#define LANEWISE_TESTS_GPU_SIMULATED_ONE_LANE_LOOPS_H_

#include "kernels/all.h"

namespace lanewise {

// The loop of a kernel by its index in lw_kernel_info; null for other shapes than elementwise.
ElementwiseFn OneLaneLoop(size_t index);

}  // namespace lanewise

#endif  // LANEWISE_TESTS_GPU_SIMULATED_ONE_LANE_LOOPS_H_
