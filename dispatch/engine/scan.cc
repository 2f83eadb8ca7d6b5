// Scans and compress around the loops of a table.

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "dispatch/base/error.h"
#include "dispatch/choose/policy.h"
#include "dispatch/engine/checks.h"
#include "dispatch/engine/overlap.h"
#include "dispatch/engine/reduce.h"
#include "dispatch/engine/view.h"
#include "dispatch/threads/threads.h"

namespace lanewise {
namespace {

constexpr int64_t kBlock = static_cast<int64_t>(kScanBlock);
// Carries of blocks of superblocks that one round keeps.
constexpr int64_t kRoundBlocks = 512;
constexpr size_t kGrainBlocks = 8;
// Elements of a block of a strided compress.
constexpr int64_t kCompressBlock = 1024;

const char* At(const lw_operand& operand, int64_t i) {
  return static_cast<const char*>(operand.data) + i * operand.stride_bytes;
}
char* OutputAt(const lw_operand& operand, int64_t i) { return OutputBytes(At(operand, i)); }

// One round: up to kRoundBlocks superblocks, their totals side by side, the carries one after the
// other, then the scans side by side from their carries.
struct Round {
  const ScanLoops& loops;
  const char* x;
  char* out;
  int64_t n;
  int64_t size;                              // bytes of an element
  int64_t out_size;                          // and of a sum: out, totals, carries
  alignas(8) char values[kRoundBlocks * 8];  // totals, then carries

  int64_t Count(int64_t block) const {
    return n - block * kBlock < kBlock ? n - block * kBlock : kBlock;
  }
};

void RunTotals(void* context, size_t begin, size_t end, uint32_t*) {
  Round& round = *static_cast<Round*>(context);
  for (int64_t b = static_cast<int64_t>(begin); b < static_cast<int64_t>(end); ++b) {
    round.loops.total(round.x + b * kBlock * round.size, static_cast<size_t>(round.Count(b)),
                      round.values + b * round.loops.carry_bytes);
  }
}

void RunScans(void* context, size_t begin, size_t end, uint32_t*) {
  Round& round = *static_cast<Round*>(context);
  for (int64_t b = static_cast<int64_t>(begin); b < static_cast<int64_t>(end); ++b) {
    alignas(8) char carry[8];
    const int64_t bytes = round.loops.carry_bytes;
    std::memcpy(carry, round.values + b * bytes, static_cast<size_t>(bytes));
    round.loops.scan(round.x + b * kBlock * round.size, static_cast<size_t>(round.Count(b)), carry,
                     round.out + b * kBlock * round.out_size);
  }
}

TaskFlags ScanOnThreads(const KernelEntry& entry, const ScanLoops& loops, const char* x, int64_t n,
                        char* out) {
  alignas(8) char carry[8];
  loops.start(carry);
  TaskFlags flags;
  const int64_t size = entry.Size(0), out_size = entry.Size(1);
  for (int64_t i = 0; i < n; i += kRoundBlocks * kBlock) {
    const int64_t count = n - i < kRoundBlocks * kBlock ? n - i : kRoundBlocks * kBlock;
    Round round{loops, x + i * size, out + i * out_size, count, size, out_size, {}};
    const size_t blocks = static_cast<size_t>((count + kBlock - 1) / kBlock);
    flags.Add(ParallelFor(blocks, kGrainBlocks, &RunTotals, &round));
    loops.chain(round.values, blocks, carry);
    flags.Add(ParallelFor(blocks, kGrainBlocks, &RunScans, &round));
  }
  return flags;
}

TaskFlags ScanContiguous(const KernelEntry& entry, const ScanLoops& loops, const char* x, int64_t n,
                         char* out) {
  if (IsWorthThreads(n * entry.Size(1)) && ThreadBudget() > 1) {
    return ScanOnThreads(entry, loops, x, n, out);
  }
  alignas(8) char carry[8];
  loops.start(carry);
  loops.scan(x, static_cast<size_t>(n), carry, out);
  return {};
}

void CompressStrided(const Table& table, const KernelEntry& entry, const lw_operand* operands,
                     int64_t n) {
  const CompressLoops& loops = *table.slots[entry.slot].compress;
  const CopyLoops& copy = table.copies[SizeRow(entry.Size(0))];
  const CopyLoops& copy_mask = table.copies[SizeRow(1)];
  alignas(64) char from[kCompressBlock * 8], to[kCompressBlock * 8], mask[kCompressBlock];
  int64_t written = 0;
  for (int64_t i = 0; i < n; i += kCompressBlock) {
    const size_t count = static_cast<size_t>(n - i < kCompressBlock ? n - i : kCompressBlock);
    copy.pack(At(operands[0], i), operands[0].stride_bytes, from, count);
    copy_mask.pack(At(operands[1], i), operands[1].stride_bytes, mask, count);
    const size_t selected = loops.count(mask, count);
    loops.compress(from, mask, count, to, selected);
    copy.unpack(to, OutputAt(operands[2], written), operands[2].stride_bytes, selected);
    written += static_cast<int64_t>(selected);
  }
}

// Number of mask bytes that are not 0, at any stride.
int64_t CountMask(const Table& table, const CompressLoops& loops, const lw_operand& mask,
                  int64_t n) {
  if (mask.stride_bytes == 1) {
    return static_cast<int64_t>(loops.count(mask.data, static_cast<size_t>(n)));
  }
  int64_t total = 0;
  alignas(64) char bytes[kCompressBlock];
  for (int64_t i = 0; i < n; i += kCompressBlock) {
    const size_t count = static_cast<size_t>(n - i < kCompressBlock ? n - i : kCompressBlock);
    table.copies[SizeRow(1)].pack(At(mask, i), mask.stride_bytes, bytes, count);
    total += static_cast<int64_t>(loops.count(bytes, count));
  }
  return total;
}

// Whether the bytes spanned by `a_count` and `b_count` elements meet.
bool ExtentsMeet(const lw_operand& a, int64_t a_size, int64_t a_count, const lw_operand& b,
                 int64_t b_size, int64_t b_count) {
  const char *a0 = At(a, 0), *a1 = At(a, a_count - 1), *b0 = At(b, 0), *b1 = At(b, b_count - 1);
  return std::min(a0, a1) < std::max(b0, b1) + b_size &&
         std::min(b0, b1) < std::max(a0, a1) + a_size;
}

lw_status CheckInputs(const KernelEntry& entry, const lw_operand* operands, int64_t n) {
  if (n < 0) return Fail(LW_ERR_SIZE, "%s: n is negative (%lld)", entry.name, (long long)n);
  if (n > 0 && (!operands[0].data || !operands[1].data)) {
    return Fail(LW_ERR_NULL, "%s: %s is null", entry.name,
                OperandName(entry, operands[0].data ? 1 : 0));
  }
  for (int i = 0; i < 3 && n > 0; ++i) {
    int64_t span;
    if (__builtin_mul_overflow(operands[i].stride_bytes, n, &span)) {
      return Fail(LW_ERR_SIZE, "%s: n = %lld with stride %lld exceeds the address space",
                  entry.name, (long long)n, (long long)operands[i].stride_bytes);
    }
  }
  return LW_OK;
}

// out holds `count` elements, which may be fewer than n: only these must keep clear of the inputs.
lw_status CheckOutput(const KernelEntry& entry, const lw_operand* operands, int64_t n,
                      int64_t count) {
  const lw_operand& out = operands[2];
  if (count == 0) return LW_OK;
  if (!out.data) return Fail(LW_ERR_NULL, "%s: the output is null", entry.name);
  if (count > 1 && std::abs(out.stride_bytes) < entry.Size(2)) {
    return Fail(LW_ERR_OVERLAP, "%s: the output's stride of %lld bytes makes its elements overlap",
                entry.name, (long long)out.stride_bytes);
  }
  for (int i = 0; i < 2; ++i) {
    const lw_operand& in = operands[i];
    // In place is safe: an element's new place is never behind that of one still to be read.
    const bool in_place =
        i == 0 && in.data == out.data && (n == 1 || in.stride_bytes == out.stride_bytes);
    if (!in_place && ExtentsMeet(in, entry.Size(i), n, out, entry.Size(2), count) &&
        SharesBytes(in, entry.Size(i), out, entry.Size(2), n)) {
      return Fail(LW_ERR_OVERLAP, "%s: the output overlaps input %d other than exactly in place",
                  entry.name, i);
    }
  }
  return LW_OK;
}

// Whoever reads the mask or the results afterwards must not find the count there.
lw_status CheckCount(const KernelEntry& entry, const lw_operand* operands, int64_t n,
                     int64_t selected, const int64_t* count) {
  for (int i = 0; i < 3; ++i) {
    if (SharesBytes(operands[i], entry.Size(i), {count, 0}, sizeof(*count), i < 2 ? n : selected)) {
      return Fail(LW_ERR_OVERLAP, "%s: count overlaps %s", entry.name, OperandName(entry, i));
    }
  }
  return LW_OK;
}

// Whether the count may lie in contiguous operands: a few instructions, for short calls.
bool CountIsNear(const KernelEntry& entry, const lw_operand* operands, int64_t n,
                 const int64_t* count) {
  constexpr uintptr_t kBehind = sizeof(*count) - 1;
  const uintptr_t last = reinterpret_cast<uintptr_t>(count) + kBehind;
  bool near = false;
  for (int i = 0; i < 3; ++i) {
    near |= last - reinterpret_cast<uintptr_t>(operands[i].data) <
            static_cast<uintptr_t>(n) * entry.Size(i) + kBehind;
  }
  return near;
}

}  // namespace

TaskFlags ScanCall(const Table& table, const KernelEntry& entry, const lw_operand* operands,
                   int64_t n) {
  const int64_t size = entry.Size(0), out_size = entry.Size(1);
  const ScanLoops& loops = *table.slots[entry.slot].scan;
  const lw_operand &x = operands[0], &out = operands[1];
  if (x.stride_bytes == size && out.stride_bytes == out_size && IsAligned(x.data, 0, size) &&
      IsAligned(out.data, 0, out_size)) {
    return ScanContiguous(entry, loops, At(x, 0), n, OutputAt(out, 0));
  }
  const CopyLoops& copy = table.copies[SizeRow(static_cast<size_t>(size))];
  const CopyLoops& copy_out = table.copies[SizeRow(static_cast<size_t>(out_size))];
  alignas(64) char block[kBlock * 8], narrow[kBlock * 4];
  char* elements = size == out_size ? block : narrow;
  alignas(8) char carry[8];
  loops.start(carry);
  for (int64_t i = 0; i < n; i += kBlock) {
    const size_t count = static_cast<size_t>(n - i < kBlock ? n - i : kBlock);
    copy.pack(At(x, i), x.stride_bytes, elements, count);
    loops.scan(elements, count, carry, block);
    copy_out.unpack(block, OutputAt(out, i), out.stride_bytes, count);
  }
  return {};
}

lw_status CompressChecked(const Table& table, const KernelEntry& entry, const lw_operand* operands,
                          int64_t n, int64_t* count, int64_t capacity) {
  lw_status status = CheckInputs(entry, operands, n);
  if (status != LW_OK) return status;
  const CompressLoops& loops = *table.slots[entry.slot].compress;
  const int64_t selected = CountMask(table, loops, operands[1], n);
  if (capacity < 0 || (capacity > 0 && selected > capacity)) {
    return Fail(LW_ERR_SHAPE, "%s: the mask selects %lld elements, the output has room for %lld",
                entry.name, (long long)selected, (long long)capacity);
  }
  status = CheckOutput(entry, operands, n, selected);
  if (status != LW_OK) return status;
  bool contiguous = true;
  for (int i = 0; i < 3; ++i) {
    contiguous &=
        operands[i].stride_bytes == entry.Size(i) && IsAligned(operands[i].data, 0, entry.Size(i));
  }
  if (!contiguous || CountIsNear(entry, operands, n, count)) {
    status = CheckCount(entry, operands, n, selected, count);
    if (status != LW_OK) return status;
  }
  if (contiguous) {
    loops.compress(operands[0].data, operands[1].data, static_cast<size_t>(n),
                   OutputAt(operands[2], 0), static_cast<size_t>(selected));
  } else {
    CompressStrided(table, entry, operands, n);
  }
  std::memcpy(count, &selected, sizeof(selected));  // it may be unaligned
  return LW_OK;
}

}  // namespace lanewise
