// The elementwise kernels as the plugin's host code sees them.

#ifndef LANEWISE_GPU_DEVICE_MAP_H_
#define LANEWISE_GPU_DEVICE_MAP_H_

#include "gpu/device/map_arguments.h"

namespace lanewise::gpu {

// Kernels of one operation and type; null for other shapes than elementwise.
struct MapKernel {
  const void* contiguous = nullptr;  // takes a ContiguousMap
  const void* strided = nullptr;     // takes a StridedMap
  int tile = 0;                      // elements per block of the contiguous kernel
  int vector = 0;                    // elements per access of it
};

// map.cu is compiled in so many parts; each enters its kernels at their slots.
inline constexpr int kMapParts = 4;
template <int kPart>
void EnterMaps(MapKernel* table);

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_DEVICE_MAP_H_
