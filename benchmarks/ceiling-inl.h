// Loops that move bytes and compute nothing, for the ceiling of a row.

#if defined(LANEWISE_BENCHMARKS_CEILING_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_BENCHMARKS_CEILING_INL_H_
#undef LANEWISE_BENCHMARKS_CEILING_INL_H_
#else
#define LANEWISE_BENCHMARKS_CEILING_INL_H_
#endif

#include "benchmarks/ceiling.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise::bench {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D64 = hn::ScalableTag<uint64_t>;
using V64 = hn::Vec<D64>;

template <bool kStream>
HWY_INLINE void Put(V64 v, uint64_t* to) {
  if constexpr (kStream) {
    hn::Stream(v, D64(), to);
  } else {
    hn::StoreU(v, D64(), to);
  }
}

// The xor of all reads goes somewhere that the compiler cannot see through.
HWY_INLINE void Consume(V64 v) {
  HWY_ALIGN uint64_t lanes[hn::MaxLanes(D64())];
  hn::Store(v, D64(), lanes);
  asm volatile("" : : "r"(lanes) : "memory");
}

HWY_INLINE V64 Word(const Traffic& t, int stream, size_t at) {
  return hn::LoadU(D64(), static_cast<const uint64_t*>(t.in[stream]) + at);
}

template <int kReads>
HWY_INLINE V64 Gather(const Traffic& t, size_t at) {
  V64 v = Word(t, 0, at);
  if constexpr (kReads > 1) v = hn::Xor(v, Word(t, 1, at));
  if constexpr (kReads > 2) v = hn::Xor(v, Word(t, 2, at));
  return v;
}

template <int kReads, bool kStream>
void MoveAndWrite(const Traffic& t) {
  const size_t step = hn::Lanes(D64()), words = t.written / 8;
  uint64_t* out = static_cast<uint64_t*>(t.out);
#pragma GCC unroll 1
  for (size_t at = 0; at + 4 * step <= words; at += 4 * step) {
    const V64 v0 = Gather<kReads>(t, at), v1 = Gather<kReads>(t, at + step);
    const V64 v2 = Gather<kReads>(t, at + 2 * step), v3 = Gather<kReads>(t, at + 3 * step);
    Put<kStream>(v0, out + at);
    Put<kStream>(v1, out + at + step);
    Put<kStream>(v2, out + at + 2 * step);
    Put<kStream>(v3, out + at + 3 * step);
  }
  if constexpr (kStream) hwy::FlushStream();
}

template <int kReads>
void MoveOnly(const Traffic& t) {
  const size_t step = hn::Lanes(D64()), words = t.read[0] / 8;
  V64 a0 = hn::Zero(D64()), a1 = a0, a2 = a0, a3 = a0;
#pragma GCC unroll 1
  for (size_t at = 0; at + 4 * step <= words; at += 4 * step) {
    a0 = hn::Xor(a0, Gather<kReads>(t, at));
    a1 = hn::Xor(a1, Gather<kReads>(t, at + step));
    a2 = hn::Xor(a2, Gather<kReads>(t, at + 2 * step));
    a3 = hn::Xor(a3, Gather<kReads>(t, at + 3 * step));
  }
  Consume(hn::Xor(hn::Xor(a0, a1), hn::Xor(a2, a3)));
}

template <int kReads>
void TogetherFor(const Traffic& t, bool stream) {
  if (t.written == 0) return MoveOnly<kReads>(t);
  return stream ? MoveAndWrite<kReads, true>(t) : MoveAndWrite<kReads, false>(t);
}

void Together(const Traffic& t, bool stream) {
  switch (t.reads) {
    case 1:
      return TogetherFor<1>(t, stream);
    case 2:
      return TogetherFor<2>(t, stream);
    default:
      return TogetherFor<3>(t, stream);
  }
}

template <bool kStream>
void WritePiece(uint64_t* out, size_t begin, size_t end, V64 v) {
  const size_t step = hn::Lanes(D64());
#pragma GCC unroll 4
  for (size_t at = begin; at + step <= end; at += step) Put<kStream>(v, out + at);
}

HWY_INLINE V64 ReadPiece(const uint64_t* in, size_t begin, size_t end, V64 v) {
  const D64 d;
  const size_t step = hn::Lanes(d);
  V64 a0 = v, a1 = v, a2 = v, a3 = v;
  size_t at = begin;
#pragma GCC unroll 1
  for (; at + 4 * step <= end; at += 4 * step) {
    a0 = hn::Xor(a0, hn::LoadU(d, in + at));
    a1 = hn::Xor(a1, hn::LoadU(d, in + at + step));
    a2 = hn::Xor(a2, hn::LoadU(d, in + at + 2 * step));
    a3 = hn::Xor(a3, hn::LoadU(d, in + at + 3 * step));
  }
  for (; at + step <= end; at += step) a0 = hn::Xor(a0, hn::LoadU(d, in + at));
  return hn::Xor(hn::Xor(a0, a1), hn::Xor(a2, a3));
}

// Word at which piece i of `pieces` of a stream begins; cache-line multiples.
HWY_INLINE size_t PieceAt(size_t bytes, size_t i, size_t pieces) {
  return i == pieces ? bytes / 8 : bytes / 8 * i / pieces / 8 * 8;
}

void InPieces(const Traffic& t, size_t piece, bool stream) {
  size_t longest = t.written;
  for (int k = 0; k < t.reads; ++k) longest = HWY_MAX(longest, t.read[k]);
  const size_t pieces = longest / piece + 1;
  V64 v = hn::Zero(D64());
#pragma GCC unroll 1
  for (size_t i = 0; i < pieces; ++i) {
    for (int k = 0; k < t.reads; ++k) {
      v = ReadPiece(static_cast<const uint64_t*>(t.in[k]), PieceAt(t.read[k], i, pieces),
                    PieceAt(t.read[k], i + 1, pieces), v);
    }
    uint64_t* out = static_cast<uint64_t*>(t.out);
    const size_t begin = PieceAt(t.written, i, pieces), end = PieceAt(t.written, i + 1, pieces);
    stream ? WritePiece<true>(out, begin, end, v) : WritePiece<false>(out, begin, end, v);
  }
  if (stream) hwy::FlushStream();
  Consume(v);
}

CeilingLoops MakeCeiling() { return {&Together, &InPieces}; }

}  // namespace HWY_NAMESPACE
}  // namespace lanewise::bench
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
