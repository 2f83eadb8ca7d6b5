// What the host passes to a reduction kernel.

#ifndef LANEWISE_GPU_DEVICE_REDUCE_ARGUMENTS_H_
#define LANEWISE_GPU_DEVICE_REDUCE_ARGUMENTS_H_

#include <cstdint>

#include "gpu/device/geometry.h"

namespace lanewise::gpu {

// How the work of a reduction is given to threads. n: elements of each output; a chunk is 32 rows
// of the fixed tree.
enum class ReduceMode : uint8_t {
  kThread,      // an output for each thread: n <= 16
  kTeam,        // an output for each half warp: one chunk
  kGroups,      // a block for a power of two of chunks, at least 16: one partial result
  kColumns,     // a block for a chunk of 32 adjacent outputs: one partial result for each
  kJoinThread,  // joins at most 16 partial results of an output, an output for each thread
  kJoinBlock,   // joins any number, an output for each block
};
inline constexpr int kReduceModes = 6;

inline constexpr int kReduceThreads = 256;
inline constexpr int kColumnThreads = 512;
inline constexpr int kColumns = 32;        // outputs of a block, kColumns mode
inline constexpr int kThreadLimit = 16;    // elements or partial results that one thread joins
inline constexpr int kChunkRows = 32;      // rows of a chunk (docs/numerics.md)
inline constexpr int kTeamsPerBlock = 16;  // kReduceThreads / 16
inline constexpr int kMaxGroupChunks = 256;
inline constexpr int kJoinRun = 8;  // partial results that a thread of kJoinBlock joins first
inline constexpr int kMaxJoinSegments = 1024;

// Byte offsets of position i of some axes, in two operands.
struct AxisWalk {
  int32_t ndim = 1;
  uint32_t small = 1;  // positions are below 2^31: divisions are multiplications
  Divider divider[LW_MAX_NDIM];
  int64_t size[LW_MAX_NDIM] = {1};  // outermost first
  int64_t stride[2][LW_MAX_NDIM] = {};
};

struct ReduceArguments {
  const void* in[2] = {};
  const void* center = nullptr;  // of each output: what the pass before gave
  void* out = nullptr;           // null: states go to `partial`
  void* partial = nullptr;       // states, `groups` for each output
  int64_t n = 0, outputs = 1;
  int64_t groups = 1;         // partial results of an output
  int64_t group_chunks = 1;   // kGroups: chunks of a block
  int64_t column_blocks = 1;  // kColumns: blocks along the innermost kept axis
  double ddof = 0;
  uint32_t contiguous = 0;  // the elements of a sequence are neighbours
  uint32_t wide = 0;        // and each sequence is aligned to 16 bytes
  uint32_t out_packed = 0;  // output o is element o of `out`, not where `kept` says
  AxisWalk reduced;         // first and second input
  AxisWalk kept;            // first input and output
};
static_assert(sizeof(ReduceArguments) <= 4096, "limit of kernel parameters");

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_DEVICE_REDUCE_ARGUMENTS_H_
