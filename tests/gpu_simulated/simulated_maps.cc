// The elementwise device code of every kernel, compiled for the host: see simulated_gpu.h.

#define LANEWISE_ONE_LANE
#include "gpu/device/map_block.h"
#include "simulated_grid.h"

namespace lanewise {
namespace HWY_NAMESPACE {
namespace {

using simulated::Grid;

template <class Op, class T>
constexpr Grid kContiguousGrid = {"contiguous", [](const void* arguments, int64_t blocks) {
                                    const auto& args =
                                        *static_cast<const ContiguousMap*>(arguments);
                                    for (int64_t b = 0; b < blocks; ++b) {
                                      MapContiguous<Op, T>(Block<kMapThreads>{b}, args);
                                    }
                                  }};
template <class Op, class T>
constexpr Grid kStridedGrid = {"strided", [](const void* arguments, int64_t blocks) {
                                 const auto& args = *static_cast<const StridedMap*>(arguments);
                                 for (int64_t b = 0; b < blocks; ++b) {
                                   MapStrided<Op, T>(Block<kMapThreads>{b}, args);
                                 }
                               }};

template <class Op, class T>
gpu::MapKernel MapOf(Kernel<Op, T>) {
  return {&kContiguousGrid<Op, T>, &kStridedGrid<Op, T>, kMapTile<Op, T>, kVector<Element<Op, T>>};
}

simulated::Maps EnterAll() {
  simulated::Maps maps{};
  ForEachKernel([&]<class Op, class T>(Kernel<Op, T> kernel) {
    if constexpr (kIsElementwise<Op>) maps[kSlot<Op, T>] = MapOf(ShareLoop(kernel));
  });
  return maps;
}

}  // namespace
}  // namespace HWY_NAMESPACE

const simulated::Maps& simulated::AllMaps() {
  static const Maps maps = HWY_NAMESPACE::EnterAll();
  return maps;
}

}  // namespace lanewise
