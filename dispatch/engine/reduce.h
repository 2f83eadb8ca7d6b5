// Reductions, scans and compress around the loops of a table: views, threads, finishing.
// Functions take the table explicitly and give the flags of their tasks, for the caller's guard.
// No result depends on the table's target, on threads or on the order of memory.

#ifndef LANEWISE_DISPATCH_ENGINE_REDUCE_H_
#define LANEWISE_DISPATCH_ENGINE_REDUCE_H_

#include <cstdint>

#include "dispatch/threads/threads.h"
#include "kernels/list/table.h"
#include "kernels/registry.h"

namespace lanewise {

// n contiguous elements of x (and y, for dot) to one result. min, max, argmax: n >= 1.
TaskFlags ReduceContiguous(const Table& table, const KernelEntry& entry, const void* x,
                           const void* y, int64_t n, double ddof, void* out);

// The same with byte strides of any sign, 0 included. The result goes to the data of the last
// operand.
TaskFlags ReduceStrided(const Table& table, const KernelEntry& entry, const lw_operand* operands,
                        int64_t n, double ddof = 0);

// Reduces `in` over the axes of axis_mask into `out`. Shapes are checked by the caller, and that
// min, max and argmax reduce at least one element. Not for dot.
TaskFlags ReduceView(const Table& table, const KernelEntry& entry, const lw_view& in,
                     uint64_t axis_mask, const lw_view& out, double ddof);

// cumulative_sum of checked operands (x, out), in place or not.
TaskFlags ScanCall(const Table& table, const KernelEntry& entry, const lw_operand* operands,
                   int64_t n);

// Operands x, mask, out: checks them, then writes the elements of x whose mask byte is not 0 and
// gives their number. Exactly that many elements of out are written; it has room for `capacity`, or
// enough if that is 0.
lw_status CompressChecked(const Table& table, const KernelEntry& entry, const lw_operand* operands,
                          int64_t n, int64_t* count, int64_t capacity = 0);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_REDUCE_H_
