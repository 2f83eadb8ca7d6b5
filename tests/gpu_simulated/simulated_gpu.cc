#define LANEWISE_ONE_LANE
#include "simulated_gpu.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "gpu/device/launch_plan.h"
#include "gpu/device/map_block.h"
#include "gpu/device/reduce_block.h"

namespace lanewise {
namespace HWY_NAMESPACE {
namespace {

// A kernel's "address" is that of a record that can run a grid of it.
struct Grid {
  const char* name;
  void (*run)(const void* arguments, int64_t blocks);
};

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

template <class R, ReduceMode kMode>
void RunReduce(const void* arguments, int64_t blocks) {
  const auto& args = *static_cast<const ReduceArguments*>(arguments);
  for (int64_t b = 0; b < blocks; ++b) {
    const Block<gpu::kReduceThreads> block{b};
    if constexpr (kMode == ReduceMode::kThread)
      ReduceByThread<R>(block, args);
    else if constexpr (kMode == ReduceMode::kTeam)
      ReduceByTeam<R>(block, args);
    else if constexpr (kMode == ReduceMode::kGroups)
      ReduceGroups<R>(block, args);
    else if constexpr (kMode == ReduceMode::kColumns)
      ReduceColumns<R>(Block<gpu::kColumnThreads>{b}, args);
    else if constexpr (kMode == ReduceMode::kJoinThread)
      JoinByThread<R>(block, args);
    else
      JoinByBlock<R>(block, args);
  }
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

std::array<gpu::MapKernel, kKernelCount> maps;
std::array<gpu::ReduceKernel, kKernelCount> reductions;

template <class Op, class T>
gpu::MapKernel MapOf(Kernel<Op, T>) {
  return {&kContiguousGrid<Op, T>, &kStridedGrid<Op, T>, kMapTile<Op, T>, kVector<Element<Op, T>>};
}

template <class Op, class T>
void Enter(Kernel<Op, T> kernel) {
  if constexpr (kIsElementwise<Op>) {
    maps[kSlot<Op, T>] = MapOf(ShareLoop(kernel));
  } else if constexpr (kIsReduction<ShapeOf<Op>>) {
    using R = Reducer<Op, T>;
    reductions[kSlot<Op, T>] = {PassOf<R>(), {}, 0, kTeamChunk<R>, kColumnChunk<R>, R::kSortAxes};
    if constexpr (kHasCenter<Op, T>) {
      using C = Reducer<CenterOf<Op>, T>;
      reductions[kSlot<Op, T>].center = PassOf<C>();
      reductions[kSlot<Op, T>].center_bytes = sizeof(typename C::Output);
    }
  }
}

bool EnterAll() {
  ForEachKernel([](auto kernel) { Enter(kernel); });
  return true;
}
const bool kEntered = EnterAll();

}  // namespace
}  // namespace HWY_NAMESPACE

namespace simulated {
namespace {

int32_t IndexOf(lw_kernel kernel, const lw_dtype* dtypes) {
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    EXPECT_EQ(lw_kernel_info(i, &record), LW_OK);
    if (record.kernel != kernel) continue;
    bool same = true;
    for (int k = 0; k < record.inputs + record.outputs; ++k) same &= record.dtypes[k] == dtypes[k];
    if (same) return i;
  }
  return -1;
}

bool RunGrid(void* context, const void* kernel, int64_t blocks, int, const void* arguments) {
  const auto& grid = *static_cast<const HWY_NAMESPACE::Grid*>(kernel);
  static_cast<std::vector<Launch>*>(context)->push_back({grid.name, blocks});
  grid.run(arguments, blocks);
  return true;
}

}  // namespace

bool HasKernel(lw_kernel kernel, const lw_dtype* dtypes) {
  const int32_t index = IndexOf(kernel, dtypes);
  if (index < 0) return false;
  const auto i = static_cast<size_t>(index);
  return HWY_NAMESPACE::maps[i].contiguous || HWY_NAMESPACE::reductions[i].pass.kernels[0];
}

std::vector<Launch> Run(const lw_backend_task& task) {
  std::vector<Launch> launches;
  const auto i = static_cast<size_t>(IndexOf(task.kernel, task.dtypes));
  const gpu::MapKernel& map = HWY_NAMESPACE::maps[i];
  if (map.contiguous) {
    EXPECT_TRUE(gpu::LaunchMap(task, map, &RunGrid, &launches));
    return launches;
  }
  const gpu::ReduceKernel& reduction = HWY_NAMESPACE::reductions[i];
  const gpu::ReducePlan plan = gpu::PlanReduction(task, reduction);
  const size_t bytes = plan.scratch_bytes;
  constexpr size_t kGuard = 256;
  std::vector<unsigned char> scratch(bytes + kGuard + 256, 0xA5);
  const auto place = (reinterpret_cast<uintptr_t>(scratch.data()) + 255) / 256 * 256;
  auto* begin = reinterpret_cast<unsigned char*>(place);
  EXPECT_TRUE(gpu::LaunchReduce(plan, reduction, begin, &RunGrid, &launches));
  const auto written = [](unsigned char byte) { return byte != 0xA5; };
  EXPECT_TRUE(std::none_of(begin + bytes, scratch.data() + scratch.size(), written));
  return launches;
}

}  // namespace simulated
}  // namespace lanewise
