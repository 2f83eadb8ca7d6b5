// What the host passes to an elementwise kernel.

#ifndef LANEWISE_GPU_DEVICE_MAP_ARGUMENTS_H_
#define LANEWISE_GPU_DEVICE_MAP_ARGUMENTS_H_

#include <cstdint>

#include "gpu/device/geometry.h"

namespace lanewise::gpu {

inline constexpr int kMapThreads = 256;
// Elements of a thread, and of a block, of a strided kernel.
inline constexpr int kStridedUnroll = 4;
inline constexpr int kStridedTile = kMapThreads * kStridedUnroll;
// The longest signature of a kernel on the GPU.
inline constexpr int kMaxInputs = 3, kMaxOutputs = 2;

// Bit k of `by_value`: input k is value[k] everywhere.
struct MapOperands {
  const void* in[kMaxInputs] = {};
  uint64_t value[kMaxInputs] = {};
  void* out[kMaxOutputs] = {};
  uint32_t by_value = 0;
};

// All operands contiguous, except those that are the same everywhere.
struct ContiguousMap : MapOperands {
  int64_t n = 0;
  uint32_t fixed = 0;  // bit k: by value, or one element in device memory
  // Elements missing in the first access, so that all others are aligned.
  int32_t gap = 0;
};

// Any strides. At most 2^31 - 1 elements: the host cuts larger ones.
struct StridedMap : MapOperands {
  uint32_t n = 0;
  int32_t ndim = 1;
  Divider size[LW_MAX_NDIM];  // outermost first
  // Bytes; of inputs, then, from index kMaxInputs on, of outputs.
  int64_t stride[kMaxInputs + kMaxOutputs][LW_MAX_NDIM] = {};
};

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_DEVICE_MAP_ARGUMENTS_H_
