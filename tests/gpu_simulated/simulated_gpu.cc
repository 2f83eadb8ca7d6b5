#include "simulated_gpu.h"

#include <gtest/gtest.h>

#include <cstring>

#include "simulated_grid.h"

namespace lanewise::simulated {
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
  const auto& grid = *static_cast<const Grid*>(kernel);
  static_cast<std::vector<Launch>*>(context)->push_back({grid.name, blocks});
  grid.run(arguments, blocks);
  return true;
}

}  // namespace

bool HasKernel(lw_kernel kernel, const lw_dtype* dtypes) {
  const int32_t index = IndexOf(kernel, dtypes);
  if (index < 0) return false;
  const auto i = static_cast<size_t>(index);
  return AllMaps()[i].contiguous || AllReductions()[i].pass.kernels[0];
}

std::vector<Launch> Run(const lw_backend_task& task) {
  std::vector<Launch> launches;
  const auto i = static_cast<size_t>(IndexOf(task.kernel, task.dtypes));
  const gpu::MapKernel& map = AllMaps()[i];
  if (map.contiguous) {
    EXPECT_TRUE(gpu::LaunchMap(task, map, &RunGrid, &launches));
    return launches;
  }
  const gpu::ReduceKernel& reduction = AllReductions()[i];
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

}  // namespace lanewise::simulated
