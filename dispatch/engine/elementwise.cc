#include "dispatch/engine/elementwise.h"

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "dispatch/base/fpenv.h"
#include "dispatch/choose/policy.h"
#include "dispatch/choose/state.h"
#include "dispatch/engine/elementwise_call.h"
#include "dispatch/engine/geometry.h"
#include "dispatch/engine/overlap.h"
#include "dispatch/host/this_host.h"
#include "dispatch/threads/threads.h"

namespace lanewise {
namespace {

using Call = ElementwiseCall;

// ---------------------------------------------------------------- how a call runs

uint64_t LastLevelCacheBytes() {
  try {
    const uint64_t bytes = ThisCaches().l3;
    return bytes ? bytes : kStreamBytesDefault;
  } catch (const std::exception&) {
    return kStreamBytesDefault;  // no memory; the next call tries again
  }
}

// Whatever the cache: calls of less than this keep their table and stores.
constexpr uint64_t kLeastLargeBytes = uint64_t{8} << 20;

// Whether the operands come from and go to memory. repeats: bit i is an operand that is one
// element for all.
bool IsMemoryBound(const KernelEntry& kernel, unsigned repeats, int64_t n) {
  uint64_t bytes = 0;
  for (int i = 0; i < kernel.Operands(); ++i) {
    if (!(repeats >> i & 1)) bytes += static_cast<uint64_t>(n) * kernel.Size(i);
  }
  return !kernel.math && kernel.id != LW_CONVERT && bytes >= kLeastLargeBytes &&
         bytes >= LastLevelCacheBytes();
}

// Whether stores past the caches pay: large outputs none of which is also an input (its lines would
// be in the cache already).
bool ShouldStream(const Call& call, int64_t n) {
  uint64_t bytes = 0;
  for (int out = call.Inputs(); out < call.Operands(); ++out) {
    if (!call.Contiguous(out)) return false;
    for (int i = 0; i < call.Inputs(); ++i) {
      if (call.operands[i].data == call.operands[out].data) return false;
    }
    bytes += static_cast<uint64_t>(n) * call.Size(out);
  }
  return bytes >= kLeastLargeBytes && bytes >= LastLevelCacheBytes();
}

// Memory-bound loops take the narrower vectors (dispatch/choose/policy.h).
const Table& MemoryTable(const Table& table) {
  static const int best = TargetIndex(kMemoryMaxTarget);
  const int index = TargetIndexOf(table);
  return best < 0 || index <= best ? table : TableCappedAt(best);
}

int64_t Widest(const KernelEntry& kernel) {
  int64_t widest = 1;
  for (int i = 0; i < kernel.Operands(); ++i) widest = std::max<int64_t>(widest, kernel.Size(i));
  return widest;
}

// Blocks are the unit of splitting, so that threads do not share cache lines of the output.
constexpr int64_t kSplit = 4096;

struct Plan {
  const Table* table;
  bool stream;
  size_t tasks;  // units of kSplit elements; 0: not split over threads
  size_t grain;
};

// `call` has its table and operands, and n elements in all.
Plan MakePlan(const Call& call, int64_t n) {
  const KernelEntry& kernel = *call.kernel;
  unsigned repeats = 0;
  for (int i = 0; i < call.Operands(); ++i) {
    repeats |= unsigned{call.operands[i].stride_bytes == 0} << i;
  }
  Plan plan{call.table, ShouldStream(call, n), 0, 0};
  if (IsMemoryBound(kernel, repeats, n)) plan.table = &MemoryTable(*call.table);
  const int64_t widest = Widest(kernel);
  const bool math = kernel.math && !call.repeated;
  if (n < (math ? kThreadBytesMath : kThreadBytesPlain) / widest) return plan;
  plan.tasks = static_cast<size_t>((n + kSplit - 1) / kSplit);
  plan.grain = static_cast<size_t>((math ? kTaskBytesMath : kTaskBytesPlain) / widest / kSplit);
  return plan;
}

// ---------------------------------------------------------------- one axis

// Few contiguous elements, for which the decisions below are known and cost more than the work.
bool RunFew(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  if (n > 64) return false;
  const void* in[kMaxInputs] = {};
  void* out[kMaxOutputs] = {};
  for (int i = 0; i < kernel.Operands(); ++i) {
    const auto size = static_cast<uintptr_t>(kernel.Size(i));
    const auto address = reinterpret_cast<uintptr_t>(operands[i].data);
    if (operands[i].stride_bytes != static_cast<int64_t>(size) || (address & (size - 1))) {
      return false;
    }
    if (i < kernel.inputs)
      in[i] = operands[i].data;
    else
      out[i - kernel.inputs] = OutputBytes(operands[i].data);
  }
  const ElementwiseFn loop = ActiveTable().slots[kernel.slot].elementwise;
  if (!loop) return false;
  FpGuard guard(kernel.flags);
  guard.Raise(loop(in, out, static_cast<size_t>(n)));
  return true;
}

// A call whose operands all run backwards is the same call forwards: elementwise results do not
// depend on the order.
void FaceForwards(Call& call, int64_t n) {
  if (n < 2) return;
  for (int i = 0; i < call.Operands(); ++i) {
    if (call.operands[i].stride_bytes >= 0) return;
  }
  for (int i = 0; i < call.Operands(); ++i) {
    call.operands[i].data = call.At(i, n - 1);
    call.operands[i].stride_bytes = -call.operands[i].stride_bytes;
  }
}

struct AxisTask {
  Call call;
  int64_t n;
};

void RunAxisTask(void* context, size_t begin, size_t end, uint32_t* raised) {
  const AxisTask& task = *static_cast<const AxisTask*>(context);
  *raised |= RunRange(task.call, static_cast<int64_t>(begin) * kSplit,
                      std::min(task.n, static_cast<int64_t>(end) * kSplit));
}

}  // namespace

void RunElementwise(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  if (RunFew(kernel, operands, n)) return;
  AxisTask task{{&ActiveTable(), &kernel, {}}, n};
  Call& call = task.call;
  std::copy_n(operands, kernel.Operands(), call.operands);
  call.ChooseRepeated();
  FaceForwards(call, n);
  const Plan plan = MakePlan(call, n);
  call.table = plan.table;
  call.stream = plan.stream;
  FpGuard guard(kernel.flags);
  guard.Raise(plan.tasks == 0
                  ? RunRange(call, 0, n)
                  : ParallelFor(plan.tasks, plan.grain, &RunAxisTask, &task).For(kernel.flags));
}

bool IsOrderFree(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  for (int out = kernel.inputs; out < kernel.Operands(); ++out) {
    if (std::abs(operands[out].stride_bytes) < kernel.Size(out)) return false;
    for (int i = 0; i < out; ++i) {
      if (i < kernel.inputs && IsInPlace(kernel, operands, i, out, n)) continue;
      if (SharesBytes(operands[i], kernel.Size(i), operands[out], kernel.Size(out), n)) {
        return false;
      }
    }
  }
  return true;
}

uint32_t RunInOrder(const Table& table, const KernelEntry& kernel, const lw_operand* operands,
                    int64_t n) {
  Call call{&table, &kernel, {}};
  std::copy_n(operands, kernel.Operands(), call.operands);
  // Of two outputs at one place the second is what stays, of one element too.
  const bool several = n > 1 || kernel.outputs > 1;
  if (several && !IsOrderFree(kernel, operands, n)) return RunOneByOne(call, n);
  call.ChooseRepeated();
  return RunRange(call, 0, n);
}

SizeRules ElementwiseRules(const KernelEntry& kernel) {
  // Operands of their own, which are only looked at, never read.
  Call call{&ActiveTable(), &kernel, {}};
  alignas(64) static const char places[kMaxOperands][64] = {};
  for (int i = 0; i < kernel.Operands(); ++i) call.operands[i] = {places[i], kernel.Size(i)};
  const auto least = [&call](auto holds) {
    return LeastSize([&](int64_t n) { return holds(MakePlan(call, n)); });
  };
  SizeRules rules;
  rules.threads_from = least([](const Plan& plan) { return plan.tasks > plan.grain; });
  rules.stream_from = least([](const Plan& plan) { return plan.stream; });
  rules.table_from = least([&](const Plan& plan) { return plan.table != call.table; });
  if (rules.table_from != SizeRules::kNever) rules.table = MakePlan(call, rules.table_from).table;
  return rules;
}

// ---------------------------------------------------------------- several axes

namespace {

// Below so many elements, the innermost axis gives way to a longer one whose elements are near each
// other: a row costs more than its elements then.
constexpr int64_t kShortRow = 16;
constexpr int64_t kNearBytes = 64;

struct MapTask {
  Geometry axes;  // inputs, then outputs
  Call call;      // operands of one row, moved from row to row
  const char* base[kMaxOperands];
  int64_t rows;
  int64_t parts;  // of a row, kSplit elements each
  int64_t rows_per_unit;

  int64_t RowSize() const { return axes.size[axes.ndim - 1]; }
};

// A row by its number.
class RowWalker {
 public:
  RowWalker(const MapTask& task, int64_t row) : task_(task) {
    for (int axis = task.axes.ndim - 2; axis >= 0; --axis) {
      index_[axis] = row % task.axes.size[axis];
      row /= task.axes.size[axis];
    }
  }
  void Place(Call& call) const {
    for (int i = 0; i < call.Operands(); ++i) {
      const char* at = task_.base[i];
      for (int axis = 0; axis < task_.axes.ndim - 1; ++axis) {
        at += index_[axis] * task_.axes.stride[i][axis];
      }
      call.operands[i].data = at;
    }
    // Another row may have another exponent.
    if (call.table->repeated[call.kernel->slot]) call.ChooseRepeated();
  }
  void Next() {
    for (int axis = task_.axes.ndim - 2; axis >= 0; --axis) {
      if (++index_[axis] < task_.axes.size[axis]) return;
      index_[axis] = 0;
    }
  }

 private:
  const MapTask& task_;
  int64_t index_[LW_MAX_NDIM] = {};
};

// Whether the loop takes every row as it is.
bool RowsAreReady(const MapTask& task) {
  if (task.call.table->repeated[task.call.kernel->slot]) return false;
  for (int i = 0; i < task.call.Operands(); ++i) {
    if (!task.call.Contiguous(i)) return false;
    for (int axis = 0; axis < task.axes.ndim - 1; ++axis) {
      if (task.axes.stride[i][axis] % task.call.Size(i) != 0) return false;
    }
  }
  return true;
}

uint32_t RunReadyRows(const MapTask& task, int64_t begin, int64_t end) {
  Call call = task.call;
  const ElementwiseFn loop = call.Loop();
  const auto size = static_cast<size_t>(task.RowSize());
  const void* in[kMaxInputs] = {};
  void* out[kMaxOutputs] = {};
  RowWalker row(task, begin);
  uint32_t raised = 0;
  for (int64_t i = begin; i < end; ++i, row.Next()) {
    row.Place(call);
    for (int k = 0; k < call.Inputs(); ++k) in[k] = call.operands[k].data;
    for (int k = call.Inputs(); k < call.Operands(); ++k) {
      out[k - call.Inputs()] = OutputBytes(call.operands[k].data);
    }
    raised |= loop(in, out, size);
  }
  return raised;
}

uint32_t RunRows(const MapTask& task, int64_t begin, int64_t end) {
  if (RowsAreReady(task)) return RunReadyRows(task, begin, end);
  Call call = task.call;
  RowWalker row(task, begin);
  uint32_t raised = 0;
  for (int64_t i = begin; i < end; ++i, row.Next()) {
    row.Place(call);
    raised |= RunRange(call, 0, task.RowSize());
  }
  return raised;
}

// Units are rows, several short ones or parts of a long one.
void RunMapTask(void* context, size_t begin, size_t end, uint32_t* raised) {
  const MapTask& task = *static_cast<const MapTask*>(context);
  if (task.parts == 1) {
    *raised |= RunRows(task, static_cast<int64_t>(begin) * task.rows_per_unit,
                       std::min(task.rows, static_cast<int64_t>(end) * task.rows_per_unit));
    return;
  }
  Call call = task.call;
  for (size_t unit = begin; unit < end; ++unit) {
    const int64_t row = static_cast<int64_t>(unit) / task.parts;
    const int64_t first = static_cast<int64_t>(unit) % task.parts * kSplit;
    RowWalker(task, row).Place(call);
    *raised |= RunRange(call, first, std::min(task.RowSize(), first + kSplit));
  }
}

// The axes in the order of the first output's memory, and a longer one innermost where that one is
// short: then the loop runs fewer times, over strided elements.
Geometry AxesOf(const KernelEntry& kernel, const lw_map_operand* operands, int32_t ndim,
                const int64_t* shape) {
  const int64_t* strides[kMaxOperands] = {};
  for (int i = 0; i < kernel.Operands(); ++i) strides[i] = operands[i].stride_bytes;
  Geometry axes =
      Collapse(ndim, shape, kAllAxes, strides, kernel.Operands(), kernel.inputs, Order::kAny);
  const int last = axes.ndim - 1;
  if (last > 0 && axes.size[last] < kShortRow) {
    int longest = last;
    for (int i = 0; i < last; ++i) {
      bool near = axes.size[i] > axes.size[longest] * 4;
      for (int k = 0; k < kernel.Operands(); ++k) near &= std::abs(axes.stride[k][i]) <= kNearBytes;
      if (near) longest = i;
    }
    if (longest != last) geometry::SwapAxes(axes, longest, last);
  }
  return axes;
}

}  // namespace

void RunMap(const KernelEntry& kernel, const lw_map_operand* operands, int32_t ndim,
            const int64_t* shape) {
  MapTask task{AxesOf(kernel, operands, ndim, shape), {&ActiveTable(), &kernel, {}}, {}, 1, 1, 1};
  const int last = task.axes.ndim - 1;
  for (int i = 0; i < kernel.Operands(); ++i) {
    task.base[i] = static_cast<const char*>(operands[i].data) + task.axes.offset[i];
    task.call.operands[i] = {task.base[i], task.axes.stride[i][last]};
  }
  const int64_t size = task.RowSize(), count = task.axes.Count();
  if (last == 0) return RunElementwise(kernel, task.call.operands, size);
  task.rows = count / size;
  Plan plan = MakePlan(task.call, count);
  task.call.table = plan.table;  // rows are not streamed: their ends would be written twice
  if (size >= 2 * kSplit) {
    task.parts = (size + kSplit - 1) / kSplit;
  } else {
    task.rows_per_unit = std::max<int64_t>(1, kSplit / size);
  }
  const int64_t units = (task.rows + task.rows_per_unit - 1) / task.rows_per_unit * task.parts;
  FpGuard guard(kernel.flags);
  guard.Raise(plan.tasks == 0
                  ? RunRows(task, 0, task.rows)
                  : ParallelFor(static_cast<size_t>(units), plan.grain, &RunMapTask, &task)
                        .For(kernel.flags));
}

}  // namespace lanewise
