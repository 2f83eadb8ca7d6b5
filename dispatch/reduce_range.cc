#include "dispatch/reduce_range.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace lanewise {
namespace {

// ---------------------------------------------------------------- transposing reader

// A sequence that runs across memory, such as a Fortran-order matrix in C order: consecutive
// elements are far apart, and each cache line holds elements of many runs of the innermost axis.
// So a band of runs is packed at once, which reads every line once.
constexpr int64_t kBandRuns = 16;
constexpr int64_t kBandBytes = int64_t{4} << 20;
// Lines touched before the next run's elements of the same lines: with strides of a power of two
// they share one set of the cache, which has 8 places.
constexpr int64_t kBandLines = 8;

template <class U>
void TransposeBlock(const char* from, int64_t stride, int64_t run_stride, int64_t runs,
                    int64_t count, char* to, int64_t pitch) {
  for (int64_t i = 0; i < runs; ++i) {
    const char* p = from + i * run_stride;
    char* out = to + i * pitch;
    for (int64_t j = 0; j < count; ++j) std::memcpy(out + j * sizeof(U), p + j * stride, sizeof(U));
  }
}

void Transpose(int64_t size, const char* from, int64_t stride, int64_t run_stride, int64_t runs,
               int64_t count, char* to) {
  const int64_t pitch = count * size;
  for (int64_t j = 0; j < count; j += kBandLines) {
    const int64_t part = std::min(kBandLines, count - j);
    const char* p = from + j * stride;
    char* out = to + j * size;
    if (size == 4)
      TransposeBlock<uint32_t>(p, stride, run_stride, runs, part, out, pitch);
    else if (size == 8)
      TransposeBlock<uint64_t>(p, stride, run_stride, runs, part, out, pitch);
    else if (size == 2)
      TransposeBlock<uint16_t>(p, stride, run_stride, runs, part, out, pitch);
    else
      TransposeBlock<uint8_t>(p, stride, run_stride, runs, part, out, pitch);
  }
}

// Reads a sequence in order, band by band if that pays, else run by run.
class Reader {
 public:
  Reader(const Table& table, int64_t size, const char* base, const Axes& axes)
      : table_(table), size_(size), base_(base), axes_(axes), walker_(axes) {
    const int64_t inner = axes.InnerStride(), length = axes.InnerSize();
    if (axes.ndim < 2 || std::abs(inner) < 64) return;
    const int64_t outer = axes.stride[axes.ndim - 2];
    runs_ = std::min(std::min(kBandRuns, axes.size[axes.ndim - 2]), kBandBytes / size / length);
    if (std::abs(outer) * 2 > 64 || runs_ < 2) return;
    band_ = static_cast<char*>(std::malloc(static_cast<size_t>(runs_ * length * size)));
  }
  ~Reader() { std::free(band_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void Seek(int64_t position) {
    position_ = position;
    walker_.Seek(position);
  }

  // The next `count` elements: in place or in `buffer`.
  const char* Next(int64_t count, char* buffer) {
    if (!band_) {
      Pack(table_, static_cast<size_t>(size_), base_, axes_, walker_, count, buffer);
      return buffer;
    }
    if (position_ >= begin_ && position_ + count <= end_) {
      position_ += count;
      return band_ + (position_ - count - begin_) * size_;
    }
    for (int64_t done = 0; done < count;) {
      if (position_ < begin_ || position_ >= end_) Fill();
      const int64_t part = std::min(count - done, end_ - position_);
      std::memcpy(buffer + done * size_, band_ + (position_ - begin_) * size_,
                  static_cast<size_t>(part * size_));
      position_ += part;
      done += part;
    }
    return buffer;
  }

 private:
  // Packs the band that holds position_.
  void Fill() {
    const int64_t length = axes_.InnerSize(), all = axes_.size[axes_.ndim - 2];
    const int64_t run = position_ / length;
    const int64_t first = run % all / runs_ * runs_;  // within the second axis from the end
    const int64_t runs = std::min(runs_, all - first);
    begin_ = (run - run % all + first) * length;
    end_ = begin_ + runs * length;
    walker_.Seek(begin_);
    Transpose(size_, base_ + walker_.Offset(), axes_.InnerStride(), axes_.stride[axes_.ndim - 2],
              runs, length, band_);
  }

  const Table& table_;
  const int64_t size_;
  const char* const base_;
  const Axes& axes_;
  Walker walker_;
  char* band_ = nullptr;
  int64_t runs_ = 0;
  int64_t position_ = 0, begin_ = 0, end_ = 0;
};

// ---------------------------------------------------------------- gather

void GatherRange(const Sequences& r, const ReduceLoops& loops, const char* base, int64_t begin,
                 int64_t end, const void* center, RowStack& stack) {
  alignas(64) char x_buffer[kChunkBytes], y_buffer[kChunkBytes];
  Reader x_reader(r.table, r.ElementSize(), base, *r.axes);
  Reader y_reader(r.table, r.ElementSize(), r.y, r.y ? *r.y_axes : *r.axes);
  x_reader.Seek(begin);
  y_reader.Seek(begin);
  for (int64_t i = begin; i < end; i += r.chunk) {
    const int64_t count = std::min(r.chunk, end - i);
    const char* x = x_reader.Next(count, x_buffer);
    const char* y = r.y ? y_reader.Next(count, y_buffer) : nullptr;
    loops.contiguous(x, y, static_cast<size_t>(count), center, stack.Top());
    stack.Push();
  }
  stack.Finish();
}

// ---------------------------------------------------------------- columns

void ColumnRange(const Sequences& r, const ReduceLoops& loops, const char* base, int64_t begin,
                 int64_t end, const void* center, RowStack& stack) {
  int64_t offsets[kMaxRows];
  char* scratch = stack.rows + r.StackRows() * stack.row_bytes;
  char* packed = scratch + static_cast<int64_t>(kReduceScratchRows) * stack.row_bytes;
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
  return StackRows() + static_cast<int64_t>(kReduceScratchRows) + packed;
}

int64_t ChunkOf(const KernelEntry& entry) {
  return std::min(kChunkBytes / entry.Size(entry.inputs), kMaxRows);
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
  RowStack stack{loops, work, static_cast<int64_t>(columns) * r.ResultSize(), columns};
  if (InColumns(r.mode)) {
    ColumnRange(r, loops, base, begin, end, center, stack);
  } else if (r.mode == Mode::kGather) {
    GatherRange(r, loops, base, begin, end, center, stack);
  } else {
    const int64_t skip = begin * r.ElementSize();
    loops.contiguous(base + skip, r.y ? r.y + skip : nullptr, static_cast<size_t>(end - begin),
                     center, work);
  }
}

}  // namespace lanewise
