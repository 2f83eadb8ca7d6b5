// The elementwise kernels of one part of the kernel list; CMake compiles this file once per part,
// so that parts build side by side.

#define LANEWISE_ONE_LANE
#include "gpu/device/map.h"

#include "gpu/device/map_block.h"

namespace lanewise {
namespace HWY_NAMESPACE {

// Kernels stay out of the unnamed namespace: there nvcc would put a hash into their names that
// depends on where the source lies.

// Blocks on a multiprocessor, at least: for math bodies one, so that the compiler may take the
// registers that they need.
template <class Op>
inline constexpr int kMinBlocks = kIsMath<Op> ? 1 : 2;

template <class Op, class T>
__global__ void __launch_bounds__(kMapThreads, kMinBlocks<Op>)
    ContiguousKernel(const __grid_constant__ ContiguousMap args) {
  MapContiguous<Op, T>(Block<kMapThreads>(), args);
}

template <class Op, class T>
__global__ void __launch_bounds__(kMapThreads, kMinBlocks<Op>)
    StridedKernel(const __grid_constant__ StridedMap args) {
  MapStrided<Op, T>(Block<kMapThreads>(), args);
}

namespace {

// The part in which a kernel is compiled. Conversions that may share one are together.
template <class T>
constexpr size_t PartOf(size_t slot, T) {
  return slot % gpu::kMapParts;
}
template <class From, class To>
constexpr size_t PartOf(size_t slot, Cast<From, To>) {
  return ConvertTo::kByBits<From, To> ? 0 : slot % gpu::kMapParts;
}

template <class Op, class T>
constexpr bool IsHere() {
  if constexpr (kIsMap<Op>)
    return PartOf(kSlot<Op, T>, T{}) == LANEWISE_PART;
  else
    return false;
}

template <class Op, class T>
void Enter(gpu::MapKernel* table, Kernel<Op, T>) {
  if constexpr (IsHere<Op, T>()) {
    using Shared = decltype(ShareLoop(T{}));
    table[kSlot<Op, T>] = {reinterpret_cast<const void*>(&ContiguousKernel<Op, Shared>),
                           reinterpret_cast<const void*>(&StridedKernel<Op, Shared>),
                           kMapTile<Op, Shared>, kVector<Element<Op, Shared>>};
  }
}

void EnterAll(gpu::MapKernel* table) {
  ForEachKernel([table](auto kernel) { Enter(table, kernel); });
}

}  // namespace
}  // namespace HWY_NAMESPACE

namespace gpu {
template <>
void EnterMaps<LANEWISE_PART>(MapKernel* table) {
  HWY_NAMESPACE::EnterAll(table);
}
}  // namespace gpu

}  // namespace lanewise
