#include "dispatch/engine/reduce_range.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace lanewise {
namespace {

// ---------------------------------------------------------------- gather

void GatherRange(const Sequences& r, const ReduceLoops& loops, const char* base, int64_t begin,
                 int64_t end, const void* center, RowStack& stack) {
  alignas(64) char x_buffer[kChunkBytes], y_buffer[kChunkBytes];
  const size_t size = static_cast<size_t>(r.ElementSize());
  Walker x_walk(*r.axes), y_walk(r.y ? *r.y_axes : *r.axes);
  x_walk.Seek(begin);
  y_walk.Seek(begin);
  for (int64_t i = begin; i < end; i += r.chunk) {
    const int64_t count = std::min(r.chunk, end - i);
    Pack(r.table, size, base, *r.axes, x_walk, count, x_buffer);
    if (r.y) Pack(r.table, size, r.y, *r.y_axes, y_walk, count, y_buffer);
    loops.contiguous(x_buffer, r.y ? y_buffer : nullptr, static_cast<size_t>(count), center,
                     stack.Top());
    stack.Push();
  }
  stack.Finish();
}

// ---------------------------------------------------------------- columns

void ColumnRange(const Sequences& r, const ReduceLoops& loops, const char* base, int64_t begin,
                 int64_t end, const void* center, RowStack& stack) {
  int64_t offsets[kMaxRows];
  char* scratch = stack.rows + r.StackRows() * stack.row_bytes;
  char* packed = scratch + loops.scratch_rows * stack.row_bytes;
  const size_t size = static_cast<size_t>(r.ElementSize());
  const CopyLoops& copy = r.table.copies[SizeRow(size)];
  const bool pack = r.mode == Mode::kPackedColumns;
  Walker walk(*r.axes);
  walk.Seek(begin);
  for (int64_t i = begin; i < end; i += r.chunk) {
    const int64_t rows = std::min(r.chunk, end - i);
    for (int64_t k = 0; k < rows; ++k, walk.Advance(1)) {
      offsets[k] = walk.Offset();
      if (!pack) continue;
      const int64_t at = k * static_cast<int64_t>(stack.columns * size);
      copy.pack(base + offsets[k], r.column_stride, packed + at, stack.columns);
      offsets[k] = at;
    }
    loops.columns(pack ? packed : base, offsets, static_cast<size_t>(rows), stack.columns, center,
                  stack.Top(), scratch);
    stack.Push();
  }
  stack.Finish();
}

}  // namespace

// ---------------------------------------------------------------- shared

int64_t Sequences::StackRows() const {
  return std::bit_width(static_cast<uint64_t>((n + chunk - 1) / chunk)) + 1;
}

int64_t Sequences::WorkRows() const {
  if (!InColumns(mode)) return StackRows();
  const int64_t packed = mode == Mode::kPackedColumns ? std::min(n, chunk) : 0;
  return StackRows() + Loops().scratch_rows + packed;
}

void JoinRows(const ReduceLoops& loops, char* rows, int64_t count, int64_t row_bytes,
              size_t columns) {
  RowStack stack{loops, rows, row_bytes, columns};
  for (int64_t i = 0; i < count; ++i) {
    // Rows move down to the top of the stack, which never passes them.
    const char* row = rows + i * row_bytes;
    if (row != stack.Top()) std::memcpy(stack.Top(), row, static_cast<size_t>(row_bytes));
    stack.Push();
  }
  stack.Finish();
}

int64_t ChunkOf(const ReduceLoops& loops) {
  return std::min(kChunkBytes / loops.accumulator_bytes, kMaxRows);
}

void Pack(const Table& table, size_t size, const char* base, const Axes& axes, Walker& walker,
          int64_t count, char* to) {
  const CopyLoops& copy = table.copies[SizeRow(size)];
  while (count > 0) {
    const int64_t run = std::min(count, walker.Run());
    copy.pack(base + walker.Offset(), axes.InnerStride(), to, static_cast<size_t>(run));
    walker.Advance(run);
    to += run * static_cast<int64_t>(size);
    count -= run;
  }
}

void ReduceRange(const Sequences& r, const ReduceLoops& loops, const char* base, size_t columns,
                 int64_t begin, int64_t end, const void* center, char* work) {
  RowStack stack{loops, work, static_cast<int64_t>(columns) * loops.accumulator_bytes, columns};
  if (InColumns(r.mode)) {
    ColumnRange(r, loops, base, begin, end, center, stack);
  } else if (r.mode != Mode::kContiguous) {
    GatherRange(r, loops, base, begin, end, center, stack);
  } else {
    const int64_t skip = begin * r.ElementSize();
    loops.contiguous(base + skip, r.y ? r.y + skip : nullptr, static_cast<size_t>(end - begin),
                     center, work);
  }
}

}  // namespace lanewise
