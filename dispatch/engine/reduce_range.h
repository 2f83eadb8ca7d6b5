// One range of one sequence, or of a block of adjacent sequences: how elements reach the loops
// of a table (directly, packed, or many columns at once) and how chunks are joined.

#ifndef LANEWISE_DISPATCH_ENGINE_REDUCE_RANGE_H_
#define LANEWISE_DISPATCH_ENGINE_REDUCE_RANGE_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "dispatch/choose/policy.h"
#include "dispatch/engine/view.h"
#include "dispatch/threads/threads.h"
#include "kernels/list/table.h"
#include "kernels/registry.h"

namespace lanewise {

// Bytes of accumulator type in a chunk (docs/numerics.md): part of the contract.
inline constexpr int64_t kChunkBytes = 8192;
// Rows of one call of `columns`, at most; a chunk of f32 has as many.
inline constexpr int64_t kMaxRows = 2048;

// Sequences across memory of at least so many bytes go through ReduceBands: less stays in the
// caches between two visits of a line.
inline constexpr int64_t kBandBytes = int64_t{32} << 10;

enum class Mode {
  kContiguous,     // the sequence lies in memory as it is
  kGather,         // packed chunk by chunk
  kBands,          // across memory: ReduceBands
  kColumns,        // adjacent sequences side by side
  kPackedColumns,  // the same after packing each row of them
};
inline bool InColumns(Mode mode) { return mode >= Mode::kColumns; }

// Sequences of n elements each that are reduced alike.
struct Sequences {
  const Table& table;
  const KernelEntry& entry;
  Mode mode;
  int64_t n;      // at least 1
  int64_t chunk;  // elements per chunk
  double ddof;
  const Axes* axes;         // of the sequence; unused by kContiguous
  int64_t column_stride;    // from one sequence to the next; InColumns only
  const char* y = nullptr;  // second operand (dot), one sequence only
  const Axes* y_axes = nullptr;

  int64_t ElementSize() const { return entry.Size(0); }
  int64_t ResultSize() const { return entry.Size(entry.inputs); }
  const ReduceLoops& Loops() const { return *table.slots[entry.slot].reduce; }
  // Of the last pass; those of the passes around it are not larger.
  int64_t AccumulatorSize() const { return Loops().accumulator_bytes; }
  double Divisor() const {
    return Loops().takes_ddof ? static_cast<double>(n) - ddof : static_cast<double>(n);
  }
  // Rows of accumulators, one per column, that ReduceRange needs: a row per level of the tree that
  // joins the chunks, what the loop asks for, and packed rows.
  int64_t StackRows() const;
  int64_t WorkRows() const;
};

// The chunk size of a reduction; where any order gives the same bits, what suits the buffers.
int64_t ChunkOf(const ReduceLoops& loops);

// Joins rows of accumulators as the chunks' tree does: a binary counter. Rows are adjacent, `top`
// of them are occupied; `finished` counts the subtrees (all of one size) pushed so far.
struct RowStack {
  const ReduceLoops& loops;
  char* rows;
  int64_t row_bytes;
  size_t columns;
  int64_t top = 0;
  uint64_t finished = 0;

  char* Top() const { return rows + top * row_bytes; }  // where the next result belongs
  void JoinTopTwo() {
    loops.combine(rows + (top - 2) * row_bytes, rows + (top - 1) * row_bytes, columns);
    --top;
  }
  void Push() {
    ++top;
    for (uint64_t b = ++finished; (b & 1) == 0; b >>= 1) JoinTopTwo();
  }
  void Finish() {  // leaves the result in the first row
    while (top > 1) JoinTopTwo();
  }
};

// Joins `count` adjacent rows, results of subtrees of one size in order, into the first.
void JoinRows(const ReduceLoops& loops, char* rows, int64_t count, int64_t row_bytes,
              size_t columns);

// Memory for rows: from the stack if that is enough, else from the heap. When there is none,
// columns() shrinks to what fits the stack, possibly 0.
class RowMemory {
 public:
  RowMemory(int64_t rows, int64_t element_size, int64_t columns) : columns_(columns) {
    const int64_t bytes = rows * element_size * columns;
    if (bytes <= static_cast<int64_t>(sizeof(small_))) return;
    heap_ = static_cast<char*>(std::malloc(static_cast<size_t>(bytes)));
    if (!heap_) columns_ = static_cast<int64_t>(sizeof(small_)) / (rows * element_size);
  }
  ~RowMemory() { std::free(heap_); }
  RowMemory(const RowMemory&) = delete;
  RowMemory& operator=(const RowMemory&) = delete;
  char* data() { return heap_ ? heap_ : small_; }
  int64_t columns() const { return columns_; }

 private:
  int64_t columns_;
  char* heap_ = nullptr;
  alignas(64) char small_[4096];
};

// `count` elements from the walker's position on, packed.
void Pack(const Table& table, size_t size, const char* base, const Axes& axes, Walker& walker,
          int64_t count, char* to);

// Elements [begin, end) of each of `columns` sequences, the first at base; begin is at a border of
// a power-of-two number of chunks that is at least the range. The results are the first row of
// `work`, which has WorkRows() rows.
void ReduceRange(const Sequences& r, const ReduceLoops& loops, const char* base, size_t columns,
                 int64_t begin, int64_t end, const void* center, char* work);

// Whether sequences of n elements over the plan's reduced axes are better read in bands.
bool SuitsBands(const ReducePlan& plan, const KernelEntry& entry, const ReduceLoops& loops,
                int64_t n);

// A whole sequence (mode kBands) to one accumulator, on threads or here. Adds the tasks' flags.
// False, and nothing done, when memory is short.
bool ReduceBands(const Sequences& r, const ReduceLoops& loops, const char* base, const void* center,
                 bool threads, char* result, TaskFlags& flags);

// Argmax of every sequence of a plan.
TaskFlags RunArgPlan(const Table& table, const KernelEntry& entry, const ReducePlan& plan);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_REDUCE_RANGE_H_
