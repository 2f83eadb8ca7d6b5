#include "dispatch/engine/reduce.h"

#include <algorithm>
#include <cstring>

#include "dispatch/engine/reduce_range.h"

namespace lanewise {
namespace {

// ---------------------------------------------------------------- sizes

// Parts that one long sequence is split into, at most.
constexpr int64_t kMaxGroups = 64;
// Accumulators of a block of columns: with the rows of partial results they stay in L2.
constexpr int64_t kColumnBytes = 4096;
// Packed columns stay in L2 with their source.
constexpr int64_t kPackedBytes = int64_t{128} << 10;
// Contiguous sequences of at most so many elements are packed as columns: a call of the loop for
// each would take 8 ns or more.
constexpr int64_t kShortSequence = 12;

// ---------------------------------------------------------------- passes

// Sequences of equal elements get what their kernel wants. `sums` is the row that reduce(loops)
// leaves its accumulators in; the two rows at `centers` are those of the pass before, and free.
template <class Reduce>
void SettleEqual(const Sequences& r, const EqualElements& equal, char* sums, char* centers,
                 size_t columns, Reduce reduce) {
  const auto chunks = static_cast<uint64_t>((r.n + r.chunk - 1) / r.chunk);
  if (!equal.may_be(sums, centers, columns, static_cast<double>(r.n), chunks)) return;
  const size_t bytes = columns * static_cast<size_t>(r.AccumulatorSize());
  char *saved = centers, *least = centers + bytes;
  std::memcpy(saved, sums, bytes);
  reduce(*equal.least, nullptr);
  std::memcpy(least, sums, columns * equal.least->accumulator_bytes);
  reduce(*equal.most, nullptr);
  equal.settle(saved, least, sums, columns, sums);
}

// All passes over `columns` sequences: reduce(loops, center) leaves accumulators in the first row
// of `row`, the two rows at `spare` are free. The results end in `row`.
template <class Reduce>
void RunPasses(const Sequences& r, char* row, char* spare, size_t columns, Reduce reduce) {
  const ReduceLoops& loops = r.Loops();
  const double divisor = r.Divisor();
  if (!(divisor > 0)) return loops.empty(columns, row);
  const char* center = nullptr;
  if (loops.center) {
    reduce(*loops.center, nullptr);
    loops.center->finish(row, columns, static_cast<double>(r.n), spare);
    center = spare;
  }
  reduce(loops, center);
  if (loops.equal) SettleEqual(r, *loops.equal, row, spare, columns, reduce);
  if (loops.finish) loops.finish(row, columns, divisor, row);
}

// Reduces `columns` adjacent sequences on this thread; results in the first row of `work`, which
// has WorkRows() + 2 rows.
void ReduceHere(const Sequences& r, const char* base, size_t columns, char* work) {
  char* spare = work + r.WorkRows() * static_cast<int64_t>(columns) * r.AccumulatorSize();
  RunPasses(r, work, spare, columns, [&](const ReduceLoops& loops, const char* center) {
    TaskFlags flags;  // none: everything runs here
    if (r.mode == Mode::kBands && ReduceBands(r, loops, base, center, false, work, flags)) return;
    ReduceRange(r, loops, base, columns, 0, r.n, center, work);
  });
}

// ---------------------------------------------------------------- one long sequence on threads

struct GroupPass {
  const Sequences& r;
  const ReduceLoops& loops;
  const char* base;
  size_t columns;
  int64_t group;  // elements: a power of two of chunks
  const void* center;
  char* partial;  // a row per group
};

void RunGroups(void* context, size_t begin, size_t end, uint32_t*) {
  const GroupPass& p = *static_cast<const GroupPass*>(context);
  const int64_t size = p.r.AccumulatorSize(), columns = static_cast<int64_t>(p.columns);
  const int64_t own = p.loops.accumulator_bytes;
  RowMemory work(p.r.WorkRows(), size, columns);
  Sequences r = p.r;
  if (work.columns() == 0) r.mode = Mode::kGather;  // short of memory: one column at a time
  const int64_t block = std::max(work.columns(), int64_t{1});
  for (size_t g = begin; g < end; ++g) {
    const int64_t first = static_cast<int64_t>(g) * p.group;
    const int64_t last = p.r.n - first < p.group ? p.r.n : first + p.group;
    char* row = p.partial + static_cast<int64_t>(g) * columns * own;
    for (int64_t j = 0; j < columns; j += block) {
      const int64_t count = std::min(block, columns - j);
      const char* center = p.center ? static_cast<const char*>(p.center) + j * size : nullptr;
      ReduceRange(r, p.loops, p.base + j * r.column_stride, static_cast<size_t>(count), first, last,
                  center, work.data());
      std::memcpy(row + j * own, work.data(), static_cast<size_t>(count * own));
    }
  }
}

// Runs the groups and joins them in tree order; the result is the first row of partial.
TaskFlags ReduceGroups(GroupPass& p) {
  TaskFlags flags;
  if (p.r.mode == Mode::kBands &&
      ReduceBands(p.r, p.loops, p.base, p.center, true, p.partial, flags)) {
    return flags;
  }
  const size_t groups = static_cast<size_t>((p.r.n + p.group - 1) / p.group);
  flags = ParallelFor(groups, 1, &RunGroups, &p);
  JoinRows(p.loops, p.partial, static_cast<int64_t>(groups),
           static_cast<int64_t>(p.columns) * p.loops.accumulator_bytes, p.columns);
  return flags;
}

// Elements per group: aligned subtrees of at least kTaskBytes, at most kMaxGroups of them.
int64_t GroupSize(const Sequences& r, int64_t columns) {
  int64_t group = r.chunk;
  const int64_t row_bytes = columns * r.ElementSize();
  while (group * row_bytes < kTaskBytes || (r.n + group - 1) / group > kMaxGroups) group *= 2;
  return group;
}

// As ReduceHere, on threads. `partial` has kMaxGroups + 2 rows.
TaskFlags ReduceOnThreads(const Sequences& r, const char* base, size_t columns, char* partial) {
  TaskFlags flags;
  const int64_t group = GroupSize(r, static_cast<int64_t>(columns));
  char* spare = partial + kMaxGroups * static_cast<int64_t>(columns) * r.AccumulatorSize();
  RunPasses(r, partial, spare, columns, [&](const ReduceLoops& loops, const char* center) {
    GroupPass pass{r, loops, base, columns, group, center, partial};
    flags.Add(ReduceGroups(pass));
  });
  return flags;
}

// ---------------------------------------------------------------- many outputs

// Units of work: an output, or a block of adjacent outputs (InColumns).
struct Outputs {
  const Sequences& r;
  const ReducePlan& plan;
  int64_t block;   // columns of a unit; 1 unless InColumns
  int64_t blocks;  // units along the innermost kept axis; 1 unless InColumns
};

void WriteRow(const Sequences& r, const char* row, int64_t columns, char* out, int64_t stride) {
  const size_t size = static_cast<size_t>(r.ResultSize());
  if (stride == r.ResultSize()) {
    std::memcpy(out, row, size * static_cast<size_t>(columns));
    return;
  }
  for (int64_t j = 0; j < columns; ++j)
    std::memcpy(out + j * stride, row + j * r.ResultSize(), size);
}

// Outputs [first, last) along the innermost kept axis.
void RunColumns(const Outputs& o, const Walker& walk, int64_t first, int64_t last,
                RowMemory& work) {
  const int64_t out_stride = o.plan.kept.other[o.plan.kept.ndim - 1];
  const char* in = o.plan.in + walk.Offset();
  char* out = o.plan.out + walk.OtherOffset();
  Sequences one = o.r;  // where memory for columns is short
  one.mode = Mode::kGather;
  while (first < last) {
    const int64_t columns = std::clamp(work.columns(), int64_t{1}, last - first);
    ReduceHere(work.columns() > 0 ? o.r : one, in + first * o.r.column_stride,
               static_cast<size_t>(columns), work.data());
    WriteRow(o.r, work.data(), columns, out + first * out_stride, out_stride);
    first += columns;
  }
}

void RunUnits(void* context, size_t begin, size_t end, uint32_t*) {
  const Outputs& o = *static_cast<const Outputs*>(context);
  RowMemory work(o.r.WorkRows() + 2, o.r.AccumulatorSize(), o.block);
  Walker walk(o.plan.kept);
  if (InColumns(o.r.mode)) {
    const int64_t inner = o.plan.kept.InnerSize();
    for (size_t u = begin; u < end; ++u) {
      const int64_t first = static_cast<int64_t>(u) % o.blocks * o.block;
      walk.Seek(static_cast<int64_t>(u) / o.blocks * inner);
      RunColumns(o, walk, first, std::min(first + o.block, inner), work);
    }
    return;
  }
  walk.Seek(static_cast<int64_t>(begin));
  for (size_t u = begin; u < end; ++u, walk.Advance(1)) {
    ReduceHere(o.r, o.plan.in + walk.Offset(), 1, work.data());
    WriteRow(o.r, work.data(), 1, o.plan.out + walk.OtherOffset(), 0);
  }
}

// Few outputs from long sequences: one block after the other, each on all threads.
TaskFlags RunUnitsOnThreads(const Outputs& o, int64_t units) {
  TaskFlags flags;
  Walker walk(o.plan.kept);
  const int64_t inner = InColumns(o.r.mode) ? o.plan.kept.InnerSize() : 1;
  const int64_t out_stride = o.plan.kept.other[o.plan.kept.ndim - 1];
  for (int64_t u = 0; u < units; ++u) {
    walk.Seek(u / o.blocks * inner);
    const int64_t first = u % o.blocks * o.block;
    const int64_t columns = std::min(o.block, inner - first);
    RowMemory rows(kMaxGroups + 2, o.r.AccumulatorSize(), columns);
    if (rows.columns() < columns) {
      RunUnits(const_cast<Outputs*>(&o), static_cast<size_t>(u), static_cast<size_t>(u + 1),
               nullptr);
      continue;
    }
    flags.Add(ReduceOnThreads(o.r, o.plan.in + walk.Offset() + first * o.r.column_stride,
                              static_cast<size_t>(columns), rows.data()));
    WriteRow(o.r, rows.data(), columns, o.plan.out + walk.OtherOffset() + first * out_stride,
             out_stride);
  }
  return flags;
}

int64_t BlockOf(const Sequences& r, int64_t inner) {
  if (!InColumns(r.mode)) return 1;
  int64_t block = kColumnBytes / r.AccumulatorSize();
  if (r.mode == Mode::kPackedColumns) {
    block = std::clamp(kPackedBytes / (r.WorkRows() * r.AccumulatorSize()), int64_t{16}, block);
  }
  return std::min(block, inner);
}

TaskFlags RunPlan(const Sequences& r, const ReducePlan& plan) {
  const int64_t outputs = plan.kept.Count();
  const int64_t inner = InColumns(r.mode) ? plan.kept.InnerSize() : 1;
  const int64_t block = BlockOf(r, inner);
  const Outputs o{r, plan, block, (inner + block - 1) / block};
  const int64_t units = outputs / inner * o.blocks;
  const int64_t unit_bytes = r.n * r.ElementSize() * o.block;
  if (!IsWorthThreads(units * unit_bytes)) {
    RunUnits(const_cast<Outputs*>(&o), 0, static_cast<size_t>(units), nullptr);
    return {};
  }
  const int threads = ThreadBudget();
  if (threads > 1 && units < 2 * threads && IsWorthThreads(unit_bytes)) {
    return RunUnitsOnThreads(o, units);
  }
  const int64_t grain = unit_bytes >= kTaskBytes ? 1 : kTaskBytes / unit_bytes;
  return ParallelFor(static_cast<size_t>(units), static_cast<size_t>(grain), &RunUnits,
                     const_cast<Outputs*>(&o));
}

// ---------------------------------------------------------------- entry points

Mode ChooseMode(const ReducePlan& plan, const KernelEntry& entry, const ReduceLoops& loops,
                int64_t n) {
  const int64_t size = entry.Size(0);
  const int64_t kept = plan.kept.InnerStride();
  const bool aligned = IsAligned(plan, size);
  const bool contiguous = aligned && plan.reduced.ndim == 1 && plan.reduced.InnerStride() == size;
  const bool many = plan.kept.InnerSize() >= 16 && kept != 0;
  if (contiguous)
    return many && n > 1 && n <= kShortSequence ? Mode::kPackedColumns : Mode::kContiguous;
  if (aligned && kept == size && plan.kept.InnerSize() > 1) return Mode::kColumns;
  if (aligned && SuitsBands(plan, entry, loops, n)) return Mode::kBands;
  // Whichever neighbours are nearer in memory are packed together.
  const int64_t step = plan.reduced.InnerStride();
  return many && (n <= kShortSequence || kept < (step < 0 ? -step : step)) ? Mode::kPackedColumns
                                                                           : Mode::kGather;
}

// n elements of x (and y) at byte strides to one result.
TaskFlags ReduceOne(const Table& table, const KernelEntry& entry, const void* x, int64_t x_stride,
                    const void* y, int64_t y_stride, int64_t n, double ddof, void* out) {
  const bool arg = entry.shape == LW_SHAPE_ARG;
  const ReduceLoops* loops = arg ? nullptr : table.slots[entry.slot].reduce;
  if (n == 0) {
    if (loops) loops->empty(1, out);  // argmax of nothing is refused before
    return {};
  }
  const int64_t size = entry.Size(0);
  const bool contiguous = (n == 1 || (x_stride == size && (y == nullptr || y_stride == size))) &&
                          IsAligned(x, 0, size) && (y == nullptr || IsAligned(y, 0, size));
  // Short, contiguous, one pass: nothing but the loop.
  if (contiguous && n <= kMaxRows && !arg && !loops->center) {
    alignas(8) char result[8];  // the caller's may be unaligned
    loops->contiguous(x, y, static_cast<size_t>(n), nullptr, result);
    if (loops->finish) loops->finish(result, 1, static_cast<double>(n), result);
    std::memcpy(out, result, entry.Size(entry.inputs));
    return {};
  }
  const ReducePlan plan{static_cast<const char*>(x), static_cast<char*>(out), OneAxis(1, 0),
                        OneAxis(n, contiguous ? size : x_stride)};
  if (arg) return RunArgPlan(table, entry, plan);
  const Axes y_axes = OneAxis(n, y_stride);
  const Sequences r{table,
                    entry,
                    contiguous ? Mode::kContiguous : Mode::kGather,
                    n,
                    ChunkOf(*loops),
                    ddof,
                    &plan.reduced,
                    0,
                    static_cast<const char*>(y),
                    &y_axes};
  return RunPlan(r, plan);
}

}  // namespace

TaskFlags ReduceContiguous(const Table& table, const KernelEntry& entry, const void* x,
                           const void* y, int64_t n, double ddof, void* out) {
  const int64_t size = entry.Size(0);
  return ReduceOne(table, entry, x, size, y, size, n, ddof, out);
}

TaskFlags ReduceStrided(const Table& table, const KernelEntry& entry, const lw_operand* operands,
                        int64_t n, double ddof) {
  const lw_operand none = {nullptr, 0};
  const lw_operand& y = entry.inputs == 2 ? operands[1] : none;
  return ReduceOne(table, entry, operands[0].data, operands[0].stride_bytes, y.data, y.stride_bytes,
                   n, ddof, OutputBytes(operands[entry.inputs].data));
}

TaskFlags ReduceView(const Table& table, const KernelEntry& entry, const lw_view& in,
                     uint64_t axis_mask, const lw_view& out, double ddof) {
  const bool arg = entry.shape == LW_SHAPE_ARG;
  const ReduceLoops* loops = arg ? nullptr : table.slots[entry.slot].reduce;
  const ReducePlan plan =
      PlanReduction(in, axis_mask, out, entry.Size(0), !arg && loops->any_order);
  const int64_t outputs = plan.kept.Count(), n = plan.reduced.Count();
  if (outputs == 0) return {};
  if (n == 0) {
    Walker walk(plan.kept);
    for (int64_t u = 0; loops && u < outputs; ++u, walk.Advance(1)) {
      loops->empty(1, plan.out + walk.OtherOffset());
    }
    return {};
  }
  if (arg) return RunArgPlan(table, entry, plan);
  const Sequences r{table,
                    entry,
                    ChooseMode(plan, entry, *loops, n),
                    n,
                    ChunkOf(*loops),
                    ddof,
                    &plan.reduced,
                    plan.kept.InnerStride()};
  return RunPlan(r, plan);
}

}  // namespace lanewise
