// Sequences that run across memory, such as a Fortran-order matrix that is summed in C order:
// neighbours in the sequence are far apart, and neighbours in memory belong to different parts of
// the sequence. Read in order, every cache line would be fetched once for each of its elements.
//
// So the work is cut into strips: a few adjacent rows (a row: the sequence over all axes inside the
// fast one, whose elements are adjacent in memory), transposed tile by tile into rows of
// consecutive elements. Pieces of chunks are put together until a chunk is complete; the chunks'
// results are joined in tree order at the end. A chunk belongs to the strip that it begins in.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "dispatch/engine/reduce_range.h"

namespace lanewise {
namespace {

// Adjacent bytes of one column of a tile: several cache lines, because the next column may lie in
// another page. f32 sum of 4000 x 4000, 64 x 1e6 and 4096 x 4096 in Fortran order on Zen 4, ns per
// element: 128 bytes 0.95, 0.87, 0.66; 256 bytes 0.66, 0.60, 0.50; 512 and 1024 bytes as 256.
// Only reading the 4096 x 4096 in such pieces takes 0.40 to 0.47.
constexpr int64_t kColumnBytes = 256;
// So that a tile holds whole chunks: with 256 KiB the 721 x 1440 f32 took 0.44 instead of 0.22.
constexpr int64_t kTileBytes = int64_t{512} << 10;
// Chunks of a strip, at least, so that a chunk shared by two strips is rare.
constexpr int64_t kStripChunks = 16;

// The axis whose elements are nearest to each other, if it is not the innermost; else -1.
int FastAxis(const Axes& axes) {
  const int inner = axes.ndim - 1;
  int fast = inner;
  for (int i = 0; i < inner; ++i) {
    const int64_t stride = std::abs(axes.stride[i]);
    if (stride != 0 && stride < std::abs(axes.stride[fast])) fast = i;
  }
  return fast == inner ? -1 : fast;
}

struct Bands {
  const Sequences& r;
  const ReduceLoops& loops;
  const char* base;
  const void* center;
  char* results;                    // of all chunks
  std::atomic<bool> failed{false};  // a task found no memory

  Axes row;  // the axes inside the fast one
  int64_t row_size = 1, rows = 0, row_stride = 0;
  int64_t blocks = 1;  // of `rows` rows each: one per index of the axes outside
  int64_t height = 0;  // rows of a strip and of a tile
  int64_t width = 0;   // columns of a tile
  int64_t pitch = 0;   // bytes from one row of a tile to the next
  int64_t strips_per_block = 0;

  Bands(const Sequences& sequences, const ReduceLoops& reduce, const char* from, const void* middle,
        char* to)
      : r(sequences), loops(reduce), base(from), center(middle), results(to) {
    const Axes& axes = *r.axes;
    const int fast = FastAxis(axes);
    for (int i = 0; i < fast; ++i) blocks *= axes.size[i];
    for (int i = fast + 1; i < axes.ndim; ++i) {
      row.Push(axes.size[i], axes.stride[i]);
      row_size *= axes.size[i];
    }
    rows = axes.size[fast];
    row_stride = axes.stride[fast];
    const int64_t size = r.ElementSize();
    height = std::max(kColumnBytes / size, (kStripChunks * r.chunk + row_size - 1) / row_size);
    height = std::min(height, rows);
    width = std::clamp(kTileBytes / size / height, int64_t{1}, std::min(row_size, r.chunk));
    pitch = width * size;
    if (pitch % 512 == 0) pitch += 64;  // rows a power of two apart share one set of the cache
    strips_per_block = (rows + height - 1) / height;
  }
  int64_t Strips() const { return blocks * strips_per_block; }
  int64_t StripElements() const { return height * row_size; }
  int64_t Chunks() const { return (r.n + r.chunk - 1) / r.chunk; }
  int64_t ChunkSize(int64_t chunk) const { return std::min(r.chunk, r.n - chunk * r.chunk); }
  void Reduce(int64_t chunk, const char* elements) const {
    loops.contiguous(elements, nullptr, static_cast<size_t>(ChunkSize(chunk)), center,
                     results + chunk * loops.accumulator_bytes);
  }
};

// Puts the chunks of one strip together from pieces in any order.
class Assembler {
 public:
  explicit Assembler(const Bands& bands) : b_(bands) {
    const int64_t chunks = bands.StripElements() / bands.r.chunk + 2;
    // Unfinished at a time: in each row the chunk that the tiles have come to, and the one at its
    // begin, which waits for the end of the row before. Flat strips go in order.
    places_ = 2 * std::min(bands.height, kColumnBytes / bands.r.ElementSize()) + 2;
    const int64_t tile = (bands.height * bands.pitch + 63) / 64 * 64;
    memory_ = static_cast<char*>(std::malloc(static_cast<size_t>(
        tile + places_ * kChunkBytes + (2 * chunks + places_) * int64_t{sizeof(int64_t)})));
    if (!memory_) return;
    buffers_ = memory_ + tile;
    place_ = reinterpret_cast<int64_t*>(buffers_ + places_ * kChunkBytes);
    filled_ = place_ + chunks;
    free_ = filled_ + chunks;
  }
  ~Assembler() { std::free(memory_); }
  Assembler(const Assembler&) = delete;
  Assembler& operator=(const Assembler&) = delete;
  explicit operator bool() const { return memory_ != nullptr; }
  char* Tile() { return memory_; }

  // Chunks [first, last) from now on.
  void Begin(int64_t first, int64_t last) {
    first_ = first, last_ = last;
    std::fill_n(filled_, last - first, 0);
    for (free_count_ = 0; free_count_ < places_; ++free_count_) free_[free_count_] = free_count_;
  }

  // Elements from `position` of the sequence on; those of other chunks are passed over.
  void Add(int64_t position, const char* from, int64_t count) {
    while (count > 0) {
      const int64_t chunk = position / b_.r.chunk, offset = position % b_.r.chunk;
      const int64_t part = std::min(b_.r.chunk - offset, count);
      if (chunk >= first_ && chunk < last_) AddPiece(chunk, offset, from, part);
      position += part, count -= part, from += part * b_.r.ElementSize();
    }
  }

 private:
  void AddPiece(int64_t chunk, int64_t offset, const char* from, int64_t count) {
    if (count == b_.ChunkSize(chunk)) return b_.Reduce(chunk, from);
    int64_t& filled = filled_[chunk - first_];
    int64_t& place = place_[chunk - first_];
    if (filled == 0) place = free_[--free_count_];
    char* buffer = buffers_ + place * kChunkBytes;
    const int64_t size = b_.r.ElementSize();
    std::memcpy(buffer + offset * size, from, static_cast<size_t>(count * size));
    filled += count;
    if (filled < b_.ChunkSize(chunk)) return;
    b_.Reduce(chunk, buffer);
    free_[free_count_++] = place;
  }

  const Bands& b_;
  char* memory_ = nullptr;  // the tile, then what follows
  char* buffers_ = nullptr;
  int64_t* place_ = nullptr;   // of each chunk: its buffer, if filled != 0
  int64_t* filled_ = nullptr;  // of each chunk
  int64_t* free_ = nullptr;    // a stack
  int64_t places_ = 0, free_count_ = 0, first_ = 0, last_ = 0;
};

// Columns [first, first + count) of `rows` rows from `base` on.
void ReadTile(const Bands& b, const char* base, int64_t rows, int64_t first, int64_t count,
              char* tile) {
  const size_t size = static_cast<size_t>(b.r.ElementSize());
  const CopyLoops& copy = b.r.table.copies[SizeRow(size)];
  Walker walk(b.row);
  walk.Seek(first);
  while (count > 0) {
    const int64_t run = std::min(count, walk.Run());
    const char* from = base + walk.Offset();
    copy.transpose(from, b.row_stride, b.row.InnerStride(), static_cast<size_t>(rows),
                   static_cast<size_t>(run), tile, b.pitch);
    walk.Advance(run);
    tile += run * static_cast<int64_t>(size);
    count -= run;
  }
}

// The chunks that begin in a strip: all of its elements, and of the next strips what the last of
// these chunks lacks.
void ReduceStrip(const Bands& b, int64_t strip, Assembler& chunks) {
  const int64_t first_row = strip % b.strips_per_block * b.height;
  const int64_t rows = std::min(b.height, b.rows - first_row);
  const int64_t begin = (strip / b.strips_per_block * b.rows + first_row) * b.row_size;
  const int64_t end = begin + rows * b.row_size, chunk = b.r.chunk;
  const int64_t first = (begin + chunk - 1) / chunk, last = (end + chunk - 1) / chunk;
  if (first == last) return;
  chunks.Begin(first, last);
  Walker walk(*b.r.axes);
  walk.Seek(begin);
  const char* base = b.base + walk.Offset();
  const bool flat = b.pitch == b.row_size * b.r.ElementSize();
  for (int64_t j = 0; j < b.row_size; j += b.width) {
    const int64_t columns = std::min(b.width, b.row_size - j);
    ReadTile(b, base, rows, j, columns, chunks.Tile());
    if (flat) chunks.Add(begin, chunks.Tile(), rows * b.row_size);
    for (int64_t i = 0; i < rows && !flat; ++i) {
      chunks.Add(begin + i * b.row_size + j, chunks.Tile() + i * b.pitch, columns);
    }
  }
  const int64_t whole = std::min(last * chunk, b.r.n);
  if (whole == end) return;
  alignas(64) char rest[kChunkBytes];
  walk.Seek(end);
  Pack(b.r.table, static_cast<size_t>(b.r.ElementSize()), b.base, *b.r.axes, walk, whole - end,
       rest);
  chunks.Add(end, rest, whole - end);
}

void RunStrips(void* context, size_t begin, size_t end, uint32_t*) {
  Bands& b = *static_cast<Bands*>(context);
  Assembler chunks(b);
  if (!chunks) return b.failed.store(true, std::memory_order_relaxed);
  for (size_t strip = begin; strip < end; ++strip) {
    ReduceStrip(b, static_cast<int64_t>(strip), chunks);
  }
}

}  // namespace

bool SuitsBands(const ReducePlan& plan, const KernelEntry& entry, const ReduceLoops& loops,
                int64_t n) {
  const int fast = FastAxis(plan.reduced);
  const int64_t size = entry.Size(0);
  // In any order means in the order of memory; narrower elements cannot be transposed.
  if (fast < 0 || loops.any_order || size < 4) return false;
  return std::abs(plan.reduced.stride[fast]) <= 32 && plan.reduced.size[fast] > 1 &&
         std::abs(plan.reduced.InnerStride()) >= 64 && n * size >= kBandBytes;
}

bool ReduceBands(const Sequences& r, const ReduceLoops& loops, const char* base, const void* center,
                 bool threads, char* result, TaskFlags& flags) {
  Bands b(r, loops, base, center, nullptr);
  const int64_t size = loops.accumulator_bytes, chunks = b.Chunks();
  b.results = static_cast<char*>(std::malloc(static_cast<size_t>(chunks * size)));
  if (!b.results) return false;
  const size_t strips = static_cast<size_t>(b.Strips());
  if (threads) {
    const int64_t bytes = b.StripElements() * r.ElementSize();
    const int64_t grain = std::max(int64_t{1}, kTaskBytes / bytes);
    flags.Add(ParallelFor(strips, static_cast<size_t>(grain), &RunStrips, &b));
  } else {
    RunStrips(&b, 0, strips, nullptr);
  }
  const bool done = !b.failed.load(std::memory_order_relaxed);
  if (done) {
    JoinRows(loops, b.results, chunks, size, 1);
    std::memcpy(result, b.results, static_cast<size_t>(size));
  }
  std::free(b.results);
  return done;
}

}  // namespace lanewise
