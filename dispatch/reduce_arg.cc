// argmax of contiguous and strided sequences.

#include <cstring>

#include "dispatch/reduce_range.h"

namespace lanewise {
namespace {

// The first largest element of a sequence, by packed blocks.
template <class T>
int64_t ArgGather(const Table& table, ArgFn fn, const char* base, const Axes& axes, int64_t n) {
  constexpr int64_t kBlock = kChunkBytes / sizeof(T);
  alignas(64) T block[kBlock];
  Walker walk(axes);
  int64_t best = 0;
  T best_value{};
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t count = n - i < kBlock ? n - i : kBlock;
    Pack(table, sizeof(T), base, axes, walk, count, reinterpret_cast<char*>(block));
    const int64_t at = fn(block, static_cast<size_t>(count));
    const T value = block[at];
    if (value != value) return i + at;
    if (i == 0 || value > best_value) {
      best = i + at;
      best_value = value;
    }
  }
  return best;
}

struct ArgPlan {
  const Table& table;
  const KernelEntry& entry;
  const ReducePlan& plan;
  int64_t n;
};

void RunArg(void* context, size_t begin, size_t end, uint32_t*) {
  const ArgPlan& p = *static_cast<const ArgPlan*>(context);
  const ArgFn fn = p.table.slots[p.entry.slot].arg;
  const Axes& axes = p.plan.reduced;
  Walker walk(p.plan.kept);
  walk.Seek(static_cast<int64_t>(begin));
  for (size_t u = begin; u < end; ++u, walk.Advance(1)) {
    const char* base = p.plan.in + walk.Offset();
    int64_t at;
    const int64_t size = p.entry.Size(0);
    if (axes.ndim == 1 && axes.InnerStride() == size && IsAligned(base, 0, size)) {
      at = fn(base, static_cast<size_t>(p.n));
    } else if (p.entry.dtypes[0] == LW_F32) {
      at = ArgGather<float>(p.table, fn, base, axes, p.n);
    } else {
      at = ArgGather<double>(p.table, fn, base, axes, p.n);
    }
    std::memcpy(p.plan.out + walk.OtherOffset(), &at, sizeof(at));
  }
}

}  // namespace

TaskFlags RunArgPlan(const Table& table, const KernelEntry& entry, const ReducePlan& plan) {
  ArgPlan p{table, entry, plan, plan.reduced.Count()};
  const size_t outputs = static_cast<size_t>(plan.kept.Count());
  const int64_t bytes = p.n * entry.Size(0);
  if (static_cast<int64_t>(outputs) * bytes < kParallelBytes) {
    RunArg(&p, 0, outputs, nullptr);
    return {};
  }
  const int64_t grain = bytes >= kTaskBytes ? 1 : kTaskBytes / bytes;
  return ParallelFor(outputs, static_cast<size_t>(grain), &RunArg, &p);
}

}  // namespace lanewise
