// argmax of contiguous and strided sequences.

#include <algorithm>
#include <cstring>

#include "dispatch/engine/reduce_range.h"

namespace lanewise {
namespace {

// The best element of a sequence so far.
struct Best {
  int64_t at = -1;
  alignas(8) char value[8];

  // The best of the elements from `first` on; all earlier ones are known.
  void Add(const ArgLoops& loops, int64_t size, int64_t first, const char* elements,
           int64_t count) {
    const int64_t i = loops.contiguous(elements, static_cast<size_t>(count));
    AddOne(loops, size, first + i, elements + i * size);
  }
  void AddOne(const ArgLoops& loops, int64_t size, int64_t place, const char* element) {
    if (at < 0) {
      std::memcpy(value, element, static_cast<size_t>(size));
    } else if (!loops.take(value, element)) {
      return;
    }
    at = place;
  }
};

struct ArgPlan {
  const Table& table;
  const ArgLoops& loops;
  const ReducePlan& plan;
  int64_t n;
  int64_t size;  // of an element
};

// ---------------------------------------------------------------- output by output

int64_t ArgGather(const ArgPlan& p, const char* base) {
  alignas(64) char block[kChunkBytes];
  const int64_t most = kChunkBytes / p.size;
  Walker walk(p.plan.reduced);
  Best best;
  for (int64_t i = 0; i < p.n; i += most) {
    const int64_t count = std::min(most, p.n - i);
    Pack(p.table, static_cast<size_t>(p.size), base, p.plan.reduced, walk, count, block);
    best.Add(p.loops, p.size, i, block, count);
  }
  return best.at;
}

void RunArg(void* context, size_t begin, size_t end, uint32_t*) {
  const ArgPlan& p = *static_cast<const ArgPlan*>(context);
  const Axes& axes = p.plan.reduced;
  Walker walk(p.plan.kept);
  walk.Seek(static_cast<int64_t>(begin));
  for (size_t u = begin; u < end; ++u, walk.Advance(1)) {
    const char* base = p.plan.in + walk.Offset();
    int64_t at;
    if (axes.ndim == 1 && axes.InnerStride() == p.size && IsAligned(base, 0, p.size)) {
      at = p.loops.contiguous(base, static_cast<size_t>(p.n));
    } else {
      at = ArgGather(p, base);
    }
    std::memcpy(p.plan.out + walk.OtherOffset(), &at, sizeof(at));
  }
}

// ---------------------------------------------------------------- adjacent outputs together

// Adjacent sequences that are read side by side, transposed: as many bytes as reduce_bands reads.
constexpr int64_t kSideBytes = 256;
constexpr int64_t kLeastTransposed = 4;  // bytes of an element

// Outputs [first, first + columns) of the innermost kept axis, from the walker's place.
void ArgColumns(const ArgPlan& p, const char* base, int64_t columns, char* out, int64_t stride) {
  constexpr int64_t kBlock = 256;
  alignas(64) char tile[kSideBytes * kBlock];
  const CopyLoops& copy = p.table.copies[SizeRow(static_cast<size_t>(p.size))];
  Best best[kSideBytes / kLeastTransposed];
  Walker walk(p.plan.reduced);
  for (int64_t i = 0; i < p.n;) {
    const int64_t count = std::min({kBlock, p.n - i, walk.Run()}), pitch = kBlock * p.size;
    copy.transpose(base + walk.Offset(), p.size, p.plan.reduced.InnerStride(),
                   static_cast<size_t>(columns), static_cast<size_t>(count), tile, pitch);
    for (int64_t j = 0; j < columns; ++j) {
      best[j].Add(p.loops, p.size, i, tile + j * pitch, count);
    }
    walk.Advance(count);
    i += count;
  }
  for (int64_t j = 0; j < columns; ++j) std::memcpy(out + j * stride, &best[j].at, sizeof(int64_t));
}

// Units: blocks of kSideBytes of adjacent outputs, all along the innermost kept axis.
void RunArgColumns(void* context, size_t begin, size_t end, uint32_t*) {
  const ArgPlan& p = *static_cast<const ArgPlan*>(context);
  const Axes& kept = p.plan.kept;
  const int64_t side = kSideBytes / p.size, inner = kept.InnerSize();
  const int64_t blocks = (inner + side - 1) / side, stride = kept.other[kept.ndim - 1];
  Walker walk(kept);
  for (size_t u = begin; u < end; ++u) {
    const int64_t first = static_cast<int64_t>(u) % blocks * side;
    walk.Seek(static_cast<int64_t>(u) / blocks * inner + first);
    const char* base = p.plan.in + walk.Offset();
    char* out = p.plan.out + walk.OtherOffset();
    const int64_t columns = std::min(side, inner - first);
    ArgColumns(p, base, columns, out, stride);
  }
}

bool SuitsColumns(const ArgPlan& p) {
  const int64_t step = p.plan.reduced.InnerStride();
  return p.size >= kLeastTransposed && IsAligned(p.plan, p.size) &&
         p.plan.kept.InnerStride() == p.size && p.plan.kept.InnerSize() > 1 &&
         p.plan.reduced.InnerSize() >= 8 && (step < 0 ? -step : step) > p.size;
}

// ---------------------------------------------------------------- one long output on threads

struct ArgParts {
  const ArgPlan& p;
  static constexpr int64_t kMax = 64;
  int64_t part;  // elements
  int64_t at[kMax];
};

void RunArgParts(void* context, size_t begin, size_t end, uint32_t*) {
  ArgParts& parts = *static_cast<ArgParts*>(context);
  for (size_t k = begin; k < end; ++k) {
    const int64_t first = static_cast<int64_t>(k) * parts.part;
    const size_t count = static_cast<size_t>(std::min(parts.part, parts.p.n - first));
    parts.at[k] = first + parts.p.loops.contiguous(parts.p.plan.in + first * parts.p.size, count);
  }
}

TaskFlags ArgOnThreads(const ArgPlan& p) {
  const int64_t least = kTaskBytes / p.size;
  ArgParts parts{p, std::max(least, (p.n + ArgParts::kMax - 1) / ArgParts::kMax), {}};
  const size_t count = static_cast<size_t>((p.n + parts.part - 1) / parts.part);
  const TaskFlags flags = ParallelFor(count, 1, &RunArgParts, &parts);
  Best best;
  for (size_t k = 0; k < count; ++k) {
    best.AddOne(p.loops, p.size, parts.at[k], p.plan.in + parts.at[k] * p.size);
  }
  std::memcpy(p.plan.out, &best.at, sizeof(best.at));
  return flags;
}

}  // namespace

TaskFlags RunArgPlan(const Table& table, const KernelEntry& entry, const ReducePlan& plan) {
  ArgPlan p{table, *table.slots[entry.slot].arg, plan, plan.reduced.Count(), entry.Size(0)};
  const int64_t outputs = plan.kept.Count(), bytes = p.n * p.size;
  const bool contiguous = plan.reduced.ndim == 1 && plan.reduced.InnerStride() == p.size &&
                          IsAligned(plan.in, 0, p.size);
  if (outputs == 1 && contiguous && IsWorthThreads(bytes)) {
    return ArgOnThreads(p);
  }
  const bool columns = SuitsColumns(p);
  const int64_t side = columns ? kSideBytes / p.size : 1, inner = plan.kept.InnerSize();
  const int64_t units = columns ? outputs / inner * ((inner + side - 1) / side) : outputs;
  const TaskFn run = columns ? &RunArgColumns : &RunArg;
  if (!IsWorthThreads(outputs * bytes)) {
    run(&p, 0, static_cast<size_t>(units), nullptr);
    return {};
  }
  const int64_t grain = std::max(int64_t{1}, kTaskBytes / (bytes * side));
  return ParallelFor(static_cast<size_t>(units), static_cast<size_t>(grain), run, &p);
}

}  // namespace lanewise
