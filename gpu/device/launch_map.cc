#include "gpu/device/launch_plan.h"

#include <algorithm>

#include "kernels/list/kernel.h"

namespace lanewise::gpu {
namespace {

constexpr int64_t kMaxStridedElements = INT32_MAX;

int64_t SizeOf(lw_dtype dtype) { return kDtypes[dtype].size; }

int CountOf(const lw_backend_task& task) { return task.inputs + task.outputs; }

// All operands along as few axes as possible, sorted by the (first) output's memory.
Geometry GeometryOf(const lw_backend_task& task) {
  const int64_t* strides[LW_MAX_OPERANDS] = {};
  for (int k = 0; k < CountOf(task); ++k) strides[k] = task.operands[k].stride_bytes;
  return Collapse(task.ndim, task.shape, kAllAxes, strides, CountOf(task), task.inputs,
                  Order::kAny);
}

MapOperands OperandsOf(const lw_backend_task& task, const Geometry& g) {
  MapOperands operands;
  for (int k = 0; k < task.inputs; ++k) {
    const lw_backend_operand& operand = task.operands[k];
    if (operand.by_value) {
      operands.by_value |= 1u << k;
      operands.value[k] = operand.value;
    } else {
      operands.in[k] = static_cast<const char*>(operand.data) + g.offset[k];
    }
  }
  for (int k = task.inputs; k < CountOf(task); ++k) {
    operands.out[k - task.inputs] = static_cast<char*>(task.operands[k].data) + g.offset[k];
  }
  return operands;
}

// Whether the contiguous kernel can do it: every operand contiguous or the same everywhere, and
// there is a place from which all are aligned to their accesses.
bool MakeContiguous(const lw_backend_task& task, const Geometry& g, const MapKernel& kernel,
                    ContiguousMap& map) {
  static_cast<MapOperands&>(map) = OperandsOf(task, g);
  map.n = g.Count();
  int gap = -1;  // elements missing in the first access
  for (int k = 0; k < CountOf(task); ++k) {
    const int64_t size = SizeOf(task.dtypes[k]);
    const bool input = k < task.inputs;
    if (input && (map.by_value >> k & 1 || AccessOf(g, k, size) == Access::kRepeated)) {
      map.fixed |= 1u << k;
      continue;
    }
    if (AccessOf(g, k, size) != Access::kContiguous) return false;
    const auto address = reinterpret_cast<uintptr_t>(input ? map.in[k] : map.out[k - task.inputs]);
    const int beyond = static_cast<int>(address % static_cast<uintptr_t>(kernel.vector * size) /
                                        static_cast<uintptr_t>(size));
    if (gap >= 0 && gap != beyond) return false;
    gap = beyond;
  }
  map.gap = gap;
  return true;
}

StridedMap MakeStrided(const lw_backend_task& task, const Geometry& g) {
  StridedMap map;
  static_cast<MapOperands&>(map) = OperandsOf(task, g);
  map.n = static_cast<uint32_t>(g.Count());
  map.ndim = g.ndim;
  for (int i = 0; i < g.ndim; ++i) {
    map.size[i] = Divider(static_cast<uint32_t>(g.size[i]));
    for (int k = 0; k < CountOf(task); ++k) {
      map.stride[k < task.inputs ? k : kMaxInputs + k - task.inputs][i] = g.stride[k][i];
    }
  }
  return map;
}

// Launches pieces of at most kMaxStridedElements, cut along the outermost axes.
bool LaunchStrided(const lw_backend_task& task, Geometry& g, const MapKernel& kernel,
                   LaunchFn launch, void* context, int axis) {
  if (g.Count() <= kMaxStridedElements) {
    const StridedMap map = MakeStrided(task, g);
    return launch(context, kernel.strided, BlocksFor(map.n, kStridedTile), kMapThreads, &map);
  }
  const int64_t whole = g.size[axis], rest = g.Count() / whole;
  const int64_t step = std::max<int64_t>(1, kMaxStridedElements / rest);
  Geometry piece = g;
  for (int64_t first = 0; first < whole; first += step) {
    piece.size[axis] = std::min(step, whole - first);
    for (int k = 0; k < CountOf(task); ++k) {
      piece.offset[k] = g.offset[k] + first * g.stride[k][axis];
    }
    if (!LaunchStrided(task, piece, kernel, launch, context, axis + 1)) return false;
  }
  return true;
}

}  // namespace

bool LaunchMap(const lw_backend_task& task, const MapKernel& kernel, LaunchFn launch,
               void* context) {
  Geometry g = GeometryOf(task);
  if (g.Count() == 0) return true;
  ContiguousMap map;
  if (MakeContiguous(task, g, kernel, map)) {
    return launch(context, kernel.contiguous, BlocksFor(map.n + map.gap, kernel.tile), kMapThreads,
                  &map);
  }
  return LaunchStrided(task, g, kernel, launch, context, 0);
}

}  // namespace lanewise::gpu
