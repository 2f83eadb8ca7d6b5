// The reductions as the plugin's host code sees them.

#ifndef LANEWISE_GPU_DEVICE_REDUCE_H_
#define LANEWISE_GPU_DEVICE_REDUCE_H_

#include "gpu/device/reduce_arguments.h"

namespace lanewise::gpu {

// Kernels of one operation and type, by ReduceMode; each takes ReduceArguments. Null for others
// than reductions.
struct ReducePass {
  const void* kernels[kReduceModes] = {};
  int state_bytes = 0;  // of a partial result
};
struct ReduceKernel {
  ReducePass pass;
  ReducePass center;       // the pass before, if there is one
  int center_bytes = 0;    // of its result; 0: there is none
  int team_chunk = 0;      // elements of a chunk: kTeam, kGroups
  int column_chunk = 0;    // kColumns
  bool any_order = false;  // reduced axes may be sorted
};

// As map.cu, reduce.cu is compiled in parts.
inline constexpr int kReduceParts = 2;
template <int kPart>
void EnterReductions(ReduceKernel* table);

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_DEVICE_REDUCE_H_
