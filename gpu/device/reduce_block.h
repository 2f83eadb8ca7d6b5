// What a block does in each mode of a reduction (reduce_arguments.h).

#ifndef LANEWISE_GPU_DEVICE_REDUCE_BLOCK_H_
#define LANEWISE_GPU_DEVICE_REDUCE_BLOCK_H_

#include "gpu/device/reduce_chain.h"

namespace lanewise {
namespace HWY_NAMESPACE {

template <class R>
HWY_INLINE void ReduceByThread(const Block<gpu::kReduceThreads>& block,
                               const ReduceArguments& args) {
  block.Each([&](int thread) {
    const int64_t output = block.Index() * gpu::kReduceThreads + thread;
    if (output >= args.outputs) return;
    const Offsets at = OffsetsOf(args.kept, output);
    const Sequence<R> s(args, output, at.first);
    // The lanes of the first row; it has no second.
    typename R::State lane[gpu::kThreadLimit];
#pragma unroll
    for (int l = 0; l < gpu::kThreadLimit; ++l) {
      lane[l] = R::Identity();
      if (l < args.n) lane[l] = s.AddAt(lane[l], l);
    }
    FoldLanes<R, gpu::kThreadLimit>(lane);
    WriteResult<R>(args, output, at.second, lane[0]);
  });
}

template <class R>
HWY_INLINE void ReduceByTeam(const Block<gpu::kReduceThreads>& block, const ReduceArguments& args) {
  typename Block<gpu::kReduceThreads>::template PerThread<LaneStates<R>> acc;
  const auto output_of = [&](int thread) {
    return block.Index() * gpu::kTeamsPerBlock + thread / kTeam;
  };
  ReduceChunks<R>(
      block,
      [&](int thread) {
        const int64_t output = output_of(thread);
        return Sequence<R>(args, output, OffsetsOf(args.kept, output).first);
      },
      [&](int thread) -> int64_t { return output_of(thread) < args.outputs ? 0 : -1; }, acc);
  block.Each([&](int thread) {
    const int64_t output = output_of(thread);
    if (thread % kTeam != 0 || output >= args.outputs) return;
    WriteResult<R>(args, output, OffsetsOf(args.kept, output).second, acc[thread].v[0]);
  });
}

// Block index: output * groups + group.
template <class R>
HWY_INLINE void ReduceGroups(const Block<gpu::kReduceThreads>& block, const ReduceArguments& args) {
  using BlockType = Block<gpu::kReduceThreads>;
  auto* values = block.template Shared<typename R::State, gpu::kMaxGroupChunks>();
  const int64_t output = block.Index() / args.groups;
  const int64_t first = block.Index() % args.groups * args.group_chunks;
  const int64_t chunks = (args.n + kTeamChunk<R> - 1) / kTeamChunk<R>;
  const int count =
      static_cast<int>(chunks - first < args.group_chunks ? chunks - first : args.group_chunks);
  const Offsets at = OffsetsOf(args.kept, output);
#pragma unroll 1
  for (int begin = 0; begin < count; begin += gpu::kTeamsPerBlock) {
    typename BlockType::template PerThread<LaneStates<R>> acc;
    ReduceChunks<R>(
        block, [&](int) { return Sequence<R>(args, output, at.first); },
        [&](int thread) -> int64_t {
          const int chunk = begin + thread / kTeam;
          return chunk < count ? first + chunk : -1;
        },
        acc);
    block.Each([&](int thread) {
      if (thread % kTeam == 0) values[begin + thread / kTeam] = acc[thread].v[0];
    });
  }
  JoinShared<R>(block, values, count, gpu::kReduceThreads);
  block.Each([&](int thread) {
    if (thread != 0) return;
    if (args.out) {
      WriteResult<R>(args, output, at.second, values[0]);
    } else {
      static_cast<typename R::State*>(args.partial)[block.Index()] = values[0];
    }
  });
}

// Threads are 32 columns times 16 rows. A chunk has L lanes, of which thread row y has y, y + 16
// ...; the fold over lanes therefore begins within threads.
template <class R>
inline constexpr int kColumnRow = kTeam* R::kColumnLanes;
template <class R>
inline constexpr int kColumnChunk = gpu::kChunkRows* kColumnRow<R>;

template <class R>
HWY_INLINE typename R::State ReduceColumn(const Sequence<R>& s, int64_t begin) {
  typename R::State lane[R::kColumnLanes];
#pragma unroll
  for (int l = 0; l < R::kColumnLanes; ++l) lane[l] = R::Identity();
  // Four rows are read before the first is added.
  constexpr int kBatch = R::kColumnLanes > 1 ? 4 : 8;
  using T = typename R::Element;
#pragma unroll 1
  for (int row = 0; row < gpu::kChunkRows; row += kBatch) {
    const int64_t at = begin + row * kColumnRow<R>;
    if (at >= s.args.n) break;
    T x[kBatch * R::kColumnLanes];
#pragma unroll
    for (int k = 0; k < kBatch * R::kColumnLanes; ++k) {
      const int64_t i = at + k * kTeam;
      if (i < s.args.n) {
        x[k] = *reinterpret_cast<const T*>(s.x + OffsetsOf(s.args.reduced, i).first);
      }
    }
#pragma unroll
    for (int k = 0; k < kBatch * R::kColumnLanes; ++k) {
      const int64_t i = at + k * kTeam;
      auto& state = lane[k % R::kColumnLanes];
      if (i < s.args.n) state = s.Add(state, x[k], T(0), i);
    }
  }
  FoldLanes<R, R::kColumnLanes>(lane);
  return lane[0];
}

// Block index: (rest * column_blocks + column block) * groups + chunk, with output = rest * columns
// + column. A partial result for each output and chunk.
template <class R>
HWY_INLINE void ReduceColumns(const Block<gpu::kColumnThreads>& block,
                              const ReduceArguments& args) {
  auto* values = block.template Shared<typename R::State, gpu::kColumnThreads>();
  const int64_t columns = args.kept.size[args.kept.ndim - 1];
  const int64_t chunk = block.Index() % args.groups, rest = block.Index() / args.groups;
  const int64_t first = rest % args.column_blocks * gpu::kColumns;
  const auto output_of = [&](int thread) {
    return rest / args.column_blocks * columns + first + thread % gpu::kColumns;
  };
  const auto exists = [&](int thread) { return first + thread % gpu::kColumns < columns; };
  block.Each([&](int thread) {
    if (!exists(thread)) return;
    const int64_t output = output_of(thread);
    const Sequence<R> s(args, output, OffsetsOf(args.kept, output).first);
    values[thread] = ReduceColumn(s, chunk * kColumnChunk<R> + thread / gpu::kColumns);
  });
#pragma unroll 1
  for (int s = kTeam / 2; s > 0; s /= 2) {
    block.Sync();
    block.Each([&](int thread) {
      if (thread >= s * gpu::kColumns || !exists(thread)) return;
      values[thread] = R::Join(values[thread], values[thread + s * gpu::kColumns]);
    });
  }
  block.Each([&](int thread) {
    if (thread >= gpu::kColumns || !exists(thread)) return;
    const int64_t output = output_of(thread);
    if (args.out) {
      WriteResult<R>(args, output, OffsetsOf(args.kept, output).second, values[thread]);
    } else {
      static_cast<typename R::State*>(args.partial)[output * args.groups + chunk] = values[thread];
    }
  });
}

template <class R>
HWY_INLINE void JoinByThread(const Block<gpu::kReduceThreads>& block, const ReduceArguments& args) {
  block.Each([&](int thread) {
    const int64_t output = block.Index() * gpu::kReduceThreads + thread;
    if (output >= args.outputs) return;
    const auto* partial =
        static_cast<const typename R::State*>(args.partial) + output * args.groups;
    typename R::State v[gpu::kThreadLimit];
#pragma unroll
    for (int i = 0; i < gpu::kThreadLimit; ++i) {
      v[i] = i < args.groups ? partial[i] : R::Identity();
    }
    // Missing ones are the identity, on the right: it changes nothing.
    JoinNeighbours<R, gpu::kThreadLimit>(v);
    WriteResult<R>(args, output, OffsetsOf(args.kept, output).second, v[0]);
  });
}

// One output per block: aligned segments of 2048 partial results, then the segments.
template <class R>
HWY_INLINE void JoinByBlock(const Block<gpu::kReduceThreads>& block, const ReduceArguments& args) {
  using State = typename R::State;
  constexpr int kSegment = gpu::kReduceThreads * gpu::kJoinRun;
  State* values = block.template Shared<State, gpu::kReduceThreads + gpu::kMaxJoinSegments>();
  State* segments = values + gpu::kReduceThreads;
  const int64_t output = block.Index();
  const State* partial = static_cast<const State*>(args.partial) + output * args.groups;
  int count = 0;
#pragma unroll 1
  for (int64_t begin = 0; begin < args.groups; begin += kSegment, ++count) {
    const int64_t left = args.groups - begin;
    block.Each([&](int thread) {
      State v[gpu::kJoinRun];
#pragma unroll
      for (int i = 0; i < gpu::kJoinRun; ++i) {
        const int64_t at = thread * gpu::kJoinRun + i;
        v[i] = at < left ? partial[begin + at] : R::Identity();
      }
      JoinNeighbours<R, gpu::kJoinRun>(v);
      values[thread] = v[0];
    });
    JoinShared<R>(block, values, gpu::kReduceThreads, gpu::kReduceThreads);
    block.Each([&](int thread) {
      if (thread == 0) segments[count] = values[0];
    });
    block.Sync();
  }
  JoinShared<R>(block, segments, count, gpu::kReduceThreads);
  block.Each([&](int thread) {
    if (thread != 0) return;
    WriteResult<R>(args, output, OffsetsOf(args.kept, output).second, segments[0]);
  });
}

// The block of a mode, and what it does.
template <ReduceMode kMode>
using BlockOf = Block<kMode == ReduceMode::kColumns ? gpu::kColumnThreads : gpu::kReduceThreads>;

template <class R, ReduceMode kMode>
HWY_INLINE void ReduceBlock(const BlockOf<kMode>& block, const ReduceArguments& args) {
  if constexpr (kMode == ReduceMode::kThread)
    ReduceByThread<R>(block, args);
  else if constexpr (kMode == ReduceMode::kTeam)
    ReduceByTeam<R>(block, args);
  else if constexpr (kMode == ReduceMode::kGroups)
    ReduceGroups<R>(block, args);
  else if constexpr (kMode == ReduceMode::kColumns)
    ReduceColumns<R>(block, args);
  else if constexpr (kMode == ReduceMode::kJoinThread)
    JoinByThread<R>(block, args);
  else
    JoinByBlock<R>(block, args);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#endif  // LANEWISE_GPU_DEVICE_REDUCE_BLOCK_H_
