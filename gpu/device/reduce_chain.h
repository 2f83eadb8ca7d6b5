// The order of a reduction within a block: what each thread adds, and how threads join their
// results. For floating-point sums that is the fixed tree of docs/numerics.md; the other reductions
// take the same way because any would do.

#ifndef LANEWISE_GPU_DEVICE_REDUCE_CHAIN_H_
#define LANEWISE_GPU_DEVICE_REDUCE_CHAIN_H_

#include "gpu/device/block.h"
#include "gpu/device/reduce_arguments.h"
#include "gpu/device/reducer.h"

namespace lanewise {
namespace HWY_NAMESPACE {

using gpu::AxisWalk;
using gpu::ReduceArguments;
using gpu::ReduceMode;

// ---------------------------------------------------------------- addresses

struct Offsets {
  int64_t first, second;
};

HWY_INLINE Offsets OffsetsOf(const AxisWalk& walk, int64_t position) {
  Offsets offsets = {};
#pragma unroll 1
  for (int axis = walk.ndim - 1; axis >= 0; --axis) {
    int64_t index = position;
    if (axis > 0) {
      position = walk.small ? walk.divider[axis].Quotient(static_cast<uint32_t>(index))
                            : index / walk.size[axis];
      index -= position * walk.size[axis];
    }
    offsets.first += index * walk.stride[0][axis];
    offsets.second += index * walk.stride[1][axis];
  }
  return offsets;
}

// The sequence of one output.
template <class R>
struct Sequence {
  using T = typename R::Element;
  const ReduceArguments& args;
  const char* x;
  typename R::Middle center;

  HWY_INLINE Sequence(const ReduceArguments& a, int64_t output, int64_t offset)
      : args(a), x(static_cast<const char*>(a.in[0]) + offset), center(0) {
    if constexpr (R::kIsCenter) {
      if (a.n > 0) center = *reinterpret_cast<const T*>(x);
    } else {
      if (a.center) center = static_cast<const typename R::Middle*>(a.center)[output];
    }
  }
  HWY_INLINE typename R::State Add(typename R::State state, T a, T b, int64_t i) const {
    return R::Add(state, a, b, center, i);
  }
  // Element i, wherever it lies.
  HWY_INLINE void Load(int64_t i, T& a, T& b) const {
    const Offsets at = OffsetsOf(args.reduced, i);
    a = *reinterpret_cast<const T*>(x + at.first);
    b = T(0);
    if constexpr (R::kOperands == 2) {
      b = *reinterpret_cast<const T*>(static_cast<const char*>(args.in[1]) + at.second);
    }
  }
  HWY_INLINE typename R::State AddAt(typename R::State state, int64_t i) const {
    T a, b;
    Load(i, a, b);
    return Add(state, a, b, i);
  }
};

template <class R>
HWY_INLINE void WriteResult(const ReduceArguments& args, int64_t output, int64_t offset,
                            typename R::State state) {
  using Output = typename R::Output;
  char* out = static_cast<char*>(args.out) +
              (args.out_packed ? output * static_cast<int64_t>(sizeof(Output)) : offset);
  Output result = R::Finish(state, args.n, args.ddof);
  if constexpr (R::kIsCenter) {
    using T = typename R::Element;
    if (state.varies == 0 && args.n > 0) {
      result = R::FromElement(*reinterpret_cast<const T*>(static_cast<const char*>(args.in[0]) +
                                                          OffsetsOf(args.kept, output).first));
    }
  }
  *reinterpret_cast<Output*>(out) = result;
}

// ---------------------------------------------------------------- the fixed tree

// Elements of a row and of a chunk.
template <class R>
inline constexpr int kWidth = R::kWidth;
template <class R>
inline constexpr int kTeamRow = kTeam* kWidth<R>;
template <class R>
inline constexpr int kTeamChunk = gpu::kChunkRows* kTeamRow<R>;

// A thread's elements of a row; out of alignment, element by element.
template <bool kAligned, class P, class T>
HWY_INLINE P LoadRow(const T* from) {
  if constexpr (kAligned) {
    return LoadWide<P>(from);
  } else {
    P pack;
#pragma unroll
    for (int e = 0; e < static_cast<int>(sizeof(P) / sizeof(T)); ++e) pack.v[e] = from[e];
    return pack;
  }
}

// acc[e] joins element e of what this thread has of each row, rows in order. The sequence is
// contiguous and `begin` this thread's first element; kAllRows: rows is kChunkRows.
template <class R, bool kAligned, bool kAllRows>
HWY_INLINE void ChainRows(const Sequence<R>& s, int64_t begin, int rows, typename R::State* acc) {
  using T = typename R::Element;
  using P = Pack<T, kWidth<R>>;
  constexpr bool kTwo = R::kOperands == 2;
  // Rows in flight: 128 bytes of whole chunks.
  constexpr int kBatch = kAllRows ? (kTwo ? 4 : 8) : kWidth < R >> 4 ? 1 : kTwo ? 2 : 4;
  const T* x = reinterpret_cast<const T*>(s.x) + begin;
  const T* y = static_cast<const T*>(s.args.in[1]) + (kTwo ? begin : 0);
#pragma unroll 1
  for (int row = 0; row < rows; row += kBatch) {
    P a[kBatch], b[kTwo ? kBatch : 1] = {};
#pragma unroll
    for (int r = 0; r < kBatch; ++r) {
      if (!kAllRows && row + r >= rows) continue;
      const int at = (row + r) * kTeamRow<R>;
      a[r] = LoadRow<kAligned, P>(x + at);
      if constexpr (kTwo) b[r] = LoadRow<kAligned, P>(y + at);
    }
#pragma unroll
    for (int r = 0; r < kBatch; ++r) {
      if (!kAllRows && row + r >= rows) continue;
#pragma unroll
      for (int e = 0; e < kWidth<R>; ++e) {
        auto& lane = acc[e % R::kLanes];
        lane = s.Add(lane, a[r].v[e], b[kTwo ? r : 0].v[e], begin + (row + r) * kTeamRow<R> + e);
      }
    }
  }
}

// The same of any sequence from row `row` on, element by element.
template <class R>
HWY_INLINE void ChainElements(const Sequence<R>& s, int64_t begin, int row,
                              typename R::State* acc) {
  using T = typename R::Element;
  constexpr int kBatch = kWidth<R> >= 8 ? 1 : 8 / kWidth<R>;  // rows in flight
  begin += row * kTeamRow<R>;
#pragma unroll 1
  for (; row < gpu::kChunkRows; row += kBatch, begin += kBatch * kTeamRow<R>) {
    if (begin >= s.args.n) return;
    T a[kBatch * kWidth<R>], b[kBatch * kWidth<R>];
#pragma unroll
    for (int k = 0; k < kBatch * kWidth<R>; ++k) {
      const int64_t i = begin + k / kWidth<R> * kTeamRow<R> + k % kWidth<R>;
      if (i < s.args.n && row + k / kWidth<R> < gpu::kChunkRows) s.Load(i, a[k], b[k]);
    }
#pragma unroll
    for (int k = 0; k < kBatch * kWidth<R>; ++k) {
      const int64_t i = begin + k / kWidth<R> * kTeamRow<R> + k % kWidth<R>;
      auto& lane = acc[k % kWidth<R> % R::kLanes];
      if (i < s.args.n && row + k / kWidth<R> < gpu::kChunkRows) lane = s.Add(lane, a[k], b[k], i);
    }
  }
}

// One chunk, as far as it goes.
template <class R>
HWY_INLINE void ChainChunk(const Sequence<R>& s, int64_t chunk, int thread,
                           typename R::State* acc) {
  const int64_t begin = chunk * kTeamChunk<R>;
  const int64_t mine = begin + thread % kTeam * kWidth<R>;
  const int64_t left = s.args.n - begin;
  int rows = 0;  // whole rows of a contiguous sequence
  if (s.args.contiguous) {
    rows = left >= kTeamChunk<R> ? gpu::kChunkRows : static_cast<int>(left) / kTeamRow<R>;
    if (!s.args.wide)
      ChainRows<R, false, false>(s, mine, rows, acc);
    else if (rows == gpu::kChunkRows)
      ChainRows<R, true, true>(s, mine, rows, acc);
    else
      ChainRows<R, true, false>(s, mine, rows, acc);
  }
  if (left > rows * kTeamRow<R> && rows < gpu::kChunkRows) ChainElements(s, mine, rows, acc);
}

// Folds the lanes of a thread: lane l joins lane l + s, s = kLanes / 2 ... 1.
template <class R, int kCount>
HWY_INLINE void FoldLanes(typename R::State* acc) {
  if constexpr (kCount > 1) {
#pragma unroll
    for (int l = 0; l < kCount / 2; ++l) acc[l] = R::Join(acc[l], acc[l + kCount / 2]);
    FoldLanes<R, kCount / 2>(acc);
  }
}

// Joins neighbours, their results' neighbours and so on, into v[0]: a subtree of the binary tree.
template <class R, int kCount>
HWY_INLINE void JoinNeighbours(typename R::State* v) {
  if constexpr (kCount > 1) {
#pragma unroll
    for (int i = 0; i < kCount / 2; ++i) v[i] = R::Join(v[2 * i], v[2 * i + 1]);
    JoinNeighbours<R, kCount / 2>(v);
  }
}

// One chunk for each team; the result is state 0 of the team's first thread. s(thread) gives the
// sequence, chunk(thread) the chunk; a chunk at or behind the end gives the identity.
template <class R>
struct LaneStates {
  typename R::State v[R::kLanes];
};

template <class R, class BlockType, class SequenceOf, class ChunkOf>
HWY_INLINE void ReduceChunks(const BlockType& block, SequenceOf sequence_of, ChunkOf chunk_of,
                             typename BlockType::template PerThread<LaneStates<R>>& acc) {
  block.Each([&](int thread) {
#pragma unroll
    for (int l = 0; l < R::kLanes; ++l) acc[thread].v[l] = R::Identity();
    const int64_t chunk = chunk_of(thread);
    if (chunk < 0) return;
    const Sequence<R> s = sequence_of(thread);
    ChainChunk(s, chunk, thread, acc[thread].v);
  });
  // Row lanes of a thread are adjacent, so the fold begins between threads.
  if constexpr (R::kAnyOrder) {
    block.Each([&](int thread) { FoldLanes<R, R::kLanes>(acc[thread].v); });
  }
  constexpr int kShuffled = R::kAnyOrder ? 1 : R::kLanes;
#pragma unroll
  for (int distance = kTeam / 2; distance > 0; distance /= 2) {
    block.FoldDown(acc, distance, [](LaneStates<R> a, const LaneStates<R>& b) {
#pragma unroll
      for (int l = 0; l < kShuffled; ++l) a.v[l] = R::Join(a.v[l], b.v[l]);
      return a;
    });
  }
  if constexpr (!R::kAnyOrder) {
    block.Each([&](int thread) { FoldLanes<R, R::kLanes>(acc[thread].v); });
  }
}

// Joins values[0, count) by the binary tree: neighbours first, a last one without a neighbour goes
// up unchanged. The result is values[0].
template <class R, class BlockType>
HWY_INLINE void JoinShared(const BlockType& block, typename R::State* values, int count,
                           int threads) {
#pragma unroll 1
  for (int width = 1; width < count; width *= 2) {
    block.Sync();
    block.Each([&](int thread) {
      for (int i = 2 * width * thread; i + width < count; i += 2 * width * threads) {
        values[i] = R::Join(values[i], values[i + width]);
      }
    });
  }
  block.Sync();
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#endif  // LANEWISE_GPU_DEVICE_REDUCE_CHAIN_H_
