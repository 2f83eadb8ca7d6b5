// The reductions' device code of every kernel and mode, compiled for the host: see simulated_gpu.h.

#define LANEWISE_ONE_LANE
#include "gpu/device/reduce_block.h"
#include "simulated_grid.h"

namespace lanewise {
namespace HWY_NAMESPACE {
namespace {

using simulated::Grid;

template <class R, ReduceMode kMode>
void RunReduce(const void* arguments, int64_t blocks) {
  const auto& args = *static_cast<const ReduceArguments*>(arguments);
  for (int64_t b = 0; b < blocks; ++b) ReduceBlock<R, kMode>(BlockOf<kMode>{b}, args);
}
constexpr const char* kModeName[] = {"thread",  "team",        "groups",
                                     "columns", "join thread", "join block"};
template <class R, ReduceMode kMode>
constexpr Grid kReduceGrid = {kModeName[static_cast<int>(kMode)], &RunReduce<R, kMode>};

template <class R>
gpu::ReducePass PassOf() {
  return {{&kReduceGrid<R, ReduceMode::kThread>, &kReduceGrid<R, ReduceMode::kTeam>,
           &kReduceGrid<R, ReduceMode::kGroups>, &kReduceGrid<R, ReduceMode::kColumns>,
           &kReduceGrid<R, ReduceMode::kJoinThread>, &kReduceGrid<R, ReduceMode::kJoinBlock>},
          sizeof(typename R::State)};
}

template <class Op, class T>
gpu::ReduceKernel ReductionOf() {
  using R = Reducer<Op, T>;
  gpu::ReduceKernel kernel = {PassOf<R>(), {}, 0, kTeamChunk<R>, kColumnChunk<R>, R::kSortAxes};
  if constexpr (kHasCenter<Op, T>) {
    using C = Reducer<CenterOf<Op>, T>;
    kernel.center = PassOf<C>();
    kernel.center_bytes = sizeof(typename C::Output);
  }
  return kernel;
}

simulated::Reductions EnterAll() {
  simulated::Reductions reductions{};
  ForEachKernel([&]<class Op, class T>(Kernel<Op, T>) {
    if constexpr (kIsReduction<ShapeOf<Op>>) reductions[kSlot<Op, T>] = ReductionOf<Op, T>();
  });
  return reductions;
}

}  // namespace
}  // namespace HWY_NAMESPACE

const simulated::Reductions& simulated::AllReductions() {
  static const Reductions reductions = HWY_NAMESPACE::EnterAll();
  return reductions;
}

}  // namespace lanewise
