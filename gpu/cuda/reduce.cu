// The reductions of one part of the kernel list; see map.cu.

#define LANEWISE_ONE_LANE
#include "gpu/device/reduce.h"

#include "gpu/device/reduce_block.h"

namespace lanewise {
namespace HWY_NAMESPACE {

template <class R, ReduceMode kMode>
__global__ void __launch_bounds__(kMode == ReduceMode::kColumns ? gpu::kColumnThreads
                                                                : gpu::kReduceThreads,
                                  1) ReduceKernel(const __grid_constant__ ReduceArguments args) {
  ReduceBlock<R, kMode>(BlockOf<kMode>(), args);
}

namespace {

template <class R, ReduceMode kMode>
const void* Address() {
  return reinterpret_cast<const void*>(&ReduceKernel<R, kMode>);
}

template <class R>
gpu::ReducePass PassOf() {
  return {{Address<R, ReduceMode::kThread>(), Address<R, ReduceMode::kTeam>(),
           Address<R, ReduceMode::kGroups>(), Address<R, ReduceMode::kColumns>(),
           Address<R, ReduceMode::kJoinThread>(), Address<R, ReduceMode::kJoinBlock>()},
          sizeof(typename R::State)};
}

template <class Op, class T>
void Enter(gpu::ReduceKernel* table, Kernel<Op, T>) {
  if constexpr (kIsReduction<ShapeOf<Op>> && kSlot<Op, T> % gpu::kReduceParts == LANEWISE_PART) {
    using R = Reducer<Op, T>;
    table[kSlot<Op, T>] = {PassOf<R>(), {}, 0, kTeamChunk<R>, kColumnChunk<R>, R::kSortAxes};
    if constexpr (kHasCenter<Op, T>) {
      using C = Reducer<CenterOf<Op>, T>;
      table[kSlot<Op, T>].center = PassOf<C>();
      table[kSlot<Op, T>].center_bytes = sizeof(typename C::Output);
    }
  }
}

void EnterAll(gpu::ReduceKernel* table) {
  ForEachKernel([table](auto kernel) { Enter(table, kernel); });
}

}  // namespace
}  // namespace HWY_NAMESPACE

namespace gpu {
template <>
void EnterReductions<LANEWISE_PART>(ReduceKernel* table) {
  HWY_NAMESPACE::EnterAll(table);
}
}  // namespace gpu

}  // namespace lanewise
