// A table holds one loop per kernel, all of one SIMD target. BuildTable is a pure function, so
// tests and benchmarks can hold the tables of several targets side by side.

#ifndef LANEWISE_KERNELS_LIST_TABLE_H_
#define LANEWISE_KERNELS_LIST_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/list/kernel.h"

namespace lanewise {

// ---------------------------------------------------------------- loops of the other shapes

// Pieces of a reduction, and what the engine has to know about it. A chunk is C = 8 KiB /
// accumulator_bytes consecutive elements of the sequence; dispatch/engine/reduce.cc walks views,
// packs strided data and joins chunks over threads.
struct EqualElements;
struct ReduceLoops {
  // Reduces n >= 1 contiguous elements whose first is at a chunk border, all chunks joined by the
  // tree. y: second operand, or null. center: the result of the pass before, or null.
  void (*contiguous)(const void* x, const void* y, size_t n, const void* center, void* acc);
  // Reduces one chunk of `rows` <= C rows for `columns` adjacent sequences at once: element j of
  // row i lies at base + offsets[i] + j * sizeof(T). center, acc: one accumulator per column.
  // scratch: scratch_rows * columns accumulators. Null: not of two operands.
  void (*columns)(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                  const void* center, void* acc, void* scratch);
  // acc[i] = join(acc[i], other[i]).
  void (*combine)(void* acc, const void* other, size_t count);
  // Results from `count` accumulators, in place or not; null: these are the results. The divisor
  // is n, less ddof where takes_ddof.
  void (*finish)(const void* acc, size_t count, double divisor, void* results);
  // `count` results of nothing, also where the divisor is not positive; null: there is none.
  void (*empty)(size_t count, void* results);
  // The reduction in a pass before, whose results this one is given; null: there is none.
  const ReduceLoops* center;
  // What becomes of sequences of equal elements; null: nothing else.
  const EqualElements* equal;
  uint8_t accumulator_bytes;
  uint8_t scratch_rows;
  bool any_order;  // the same result in any order of the elements
  bool takes_ddof;
};

// Equal elements have the variance +0, although their sum, and so their mean, is rounded.
struct EqualElements {
  // Of the accumulators of `count` sequences of n elements in `chunks` chunks, whether any may
  // belong to equal elements. False for nearly all data, so that nothing more is read.
  bool (*may_be)(const void* sums, const void* centers, size_t count, double n, uint64_t chunks);
  const ReduceLoops* least;  // of the same elements, with accumulators of at most as many bytes
  const ReduceLoops* most;
  // The accumulators `sums`, or zeros where least and most agree. They may overwrite `most`.
  void (*settle)(const void* sums, const void* least, const void* most, size_t count, void* to);
};

// Pieces of a search for the best element.
struct ArgLoops {
  // Index of the first best element of n >= 1 contiguous elements.
  int64_t (*contiguous)(const void* x, size_t n);
  // Takes an element that comes after *best if it is better, and says so; aligned or not.
  bool (*take)(void* best, const void* element);
};

// Pieces of cumulative_sum over superblocks of kScanBlock elements. Carries and totals are of the
// output's type.
struct ScanLoops {
  // The carry before the first superblock.
  void (*start)(void* carry);
  // Sum of one superblock (n <= kScanBlock) in the scan's own order, to *total.
  void (*total)(const void* x, size_t n, void* total);
  // out[i] from *carry on; adds the superblock's total to *carry. In place is allowed where input
  // and output have one size.
  void (*scan)(const void* x, size_t n, void* carry, void* out);
  // Totals of superblocks to what each starts from; *carry goes from before the first to after the
  // last.
  void (*chain)(void* totals, size_t blocks, void* carry);
  uint8_t carry_bytes;  // of a carry and of a total
};
inline constexpr size_t kScanBlock = 4096;

struct CompressLoops {
  size_t (*count)(const void* mask, size_t n);  // of bytes that are not 0
  // Writes the selected elements to out, which has room for exactly `capacity` of them.
  void (*compress)(const void* x, const void* mask, size_t n, void* out, size_t capacity);
};

// One axis of elements in ascending order; found otherwise, they give other places, never a read
// outside.
struct SortedElements {
  const void* data;
  int64_t stride_bytes;  // any sign
  int64_t n;
};
// Places of `count` contiguous values: in front of equal elements or, if right, behind them.
using SearchFn = void (*)(const SortedElements& sorted, const void* values, size_t count,
                          bool right, int64_t* places);

// ---------------------------------------------------------------- copies around the loops

// Element sizes 1, 2, 4, 8 are rows 0..3.
struct CopyLoops {
  // n elements, stride bytes apart (any sign), to contiguous memory, and back.
  void (*pack)(const void* from, int64_t stride_bytes, void* to, size_t n);
  void (*unpack)(const void* from, void* to, int64_t stride_bytes, size_t n);
  // One element n times.
  void (*fill)(const void* element, void* to, size_t n);
  // `rows` rows of `columns` elements to rows of adjacent elements, `pitch` bytes apart. Only of
  // elements of 4 and 8 bytes, aligned.
  void (*transpose)(const void* from, int64_t row_stride, int64_t column_stride, size_t rows,
                    size_t columns, void* to, int64_t pitch);
};
constexpr size_t SizeRow(size_t size) { return size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3; }

// ---------------------------------------------------------------- the table

union Slot {
  ElementwiseFn elementwise;
  const ReduceLoops* reduce;
  const ArgLoops* arg;
  const ScanLoops* scan;
  const CompressLoops* compress;
  SearchFn search;
};

// Room for every kernel of the list; fixed here, so that a family that grows does not compile all
// others again. registry.cc refuses a list that is longer.
inline constexpr size_t kTableSlots = 1280;

struct Table {
  int64_t target = 0;  // Highway's bit, e.g. HWY_AVX2
  std::array<Slot, kTableSlots> slots{};
  std::array<int64_t, kTableSlots> slot_target{};  // differs from target where policy says so
  // The same loops with stores past the caches, where there are any; else null.
  std::array<ElementwiseFn, kTableSlots> stream_loops{};
  // For a second input that is one element for all: a loop that does not read it, or null.
  std::array<ElementwiseFn (*)(const void* element), kTableSlots> repeated{};
  std::array<CopyLoops, 4> copies{};
  // Copies bytes past the caches; both pointers of any alignment.
  void (*stream)(const void* from, void* to, size_t bytes) = nullptr;
};

// Position of an operation's first element type in every table; those of its other types follow in
// the order of Op::Types.
size_t FirstSlot(lw_kernel id);

// Targets compiled into this library, worst first.
struct CompiledTarget {
  int64_t target;
  const char* name;  // "AVX2"
};
extern const CompiledTarget* const kCompiledTargets;
extern const size_t kCompiledTargetCount;

// Table of one compiled target: its own loops only.
Table BuildTable(int64_t target);

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_TABLE_H_
