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
inline constexpr int kMinBlocks = kIsLong<Op> ? 1 : 2;

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

// The part in which a kernel is compiled. What may share a loop is together: the dtypes of an
// operation, and the conversions that move bits.
template <class Op, class T>
constexpr bool IsHere(Kernel<Op, T>) {
  if constexpr (kIsElementwise<Op>)
    return static_cast<size_t>(Op::kId) % gpu::kMapParts == LANEWISE_PART;
  else
    return false;
}
template <class From, class To>
constexpr bool IsHere(Kernel<ConvertTo, Cast<From, To>>) {
  constexpr size_t kPart =
      ConvertTo::kByBits<From, To> ? 0 : kSlot<ConvertTo, Cast<From, To>> % gpu::kMapParts;
  return kPart == LANEWISE_PART;
}

template <class Op, class T>
gpu::MapKernel MapOf(Kernel<Op, T>) {
  return {reinterpret_cast<const void*>(&ContiguousKernel<Op, T>),
          reinterpret_cast<const void*>(&StridedKernel<Op, T>), kMapTile<Op, T>,
          kVector<Element<Op, T>>};
}

template <class Op, class T>
void Enter(gpu::MapKernel* table, Kernel<Op, T> kernel) {
  if constexpr (IsHere(Kernel<Op, T>{})) {
    table[kSlot<Op, T>] = MapOf(ShareLoop(kernel));
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
