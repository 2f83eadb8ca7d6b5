#include "dispatch/engine/elementwise_call.h"

#include <algorithm>
#include <cstring>

#include "dispatch/choose/policy.h"
#include "hwy/cache_control.h"

namespace lanewise {
namespace {

// Contiguous pieces of up to kBlockBytes around the loop. The extra cache line keeps the buffers
// of different operands from having the same low address bits (4K aliasing).
struct alignas(64) Blocks {
  char bytes[kMaxOperands][kBlockBytes + 64];
};

// The places of one block's operands, as the loop takes them.
struct Places {
  const void* in[kMaxInputs] = {};
  void* out[kMaxOutputs] = {};
};

const CopyLoops& CopiesOf(const ElementwiseCall& call, int i) {
  return call.table->copies[SizeRow(call.Size(i))];
}

// Inputs that are one element for all, once for every block of up to `count` elements.
void FillRepeated(const ElementwiseCall& call, size_t count, Blocks& blocks, Places& places) {
  for (int i = 0; i < call.Inputs(); ++i) {
    if (call.operands[i].stride_bytes != 0) continue;
    CopiesOf(call, i).fill(call.operands[i].data, blocks.bytes[i], count);
    places.in[i] = blocks.bytes[i];
  }
}

void PackInputs(const ElementwiseCall& call, int64_t at, size_t count, Blocks& blocks,
                Places& places) {
  for (int i = 0; i < call.Inputs(); ++i) {
    const int64_t stride = call.operands[i].stride_bytes;
    if (stride == 0) continue;
    if (call.Contiguous(i)) {
      places.in[i] = call.At(i, at);
      continue;
    }
    CopiesOf(call, i).pack(call.At(i, at), stride, blocks.bytes[i], count);
    places.in[i] = blocks.bytes[i];
  }
}

// Runs [begin, end) block by block, each operand packed, repeated or used in place.
uint32_t RunBlocks(const ElementwiseCall& call, int64_t begin, int64_t end) {
  Blocks blocks;
  Places places;
  const int inputs = call.Inputs();
  size_t widest = 1;
  for (int i = 0; i < call.Operands(); ++i) widest = std::max<size_t>(widest, call.Size(i));
  const size_t block_bytes = call.stream ? kStreamBlockBytes : kBlockBytes;
  const int64_t step = static_cast<int64_t>(block_bytes / widest);
  FillRepeated(call, static_cast<size_t>(std::min(step, end - begin)), blocks, places);

  uint32_t raised = 0;
  for (int64_t at = begin; at < end; at += step) {
    const size_t count = static_cast<size_t>(std::min(step, end - at));
    PackInputs(call, at, count, blocks, places);
    for (int i = inputs; i < call.Operands(); ++i) {
      const bool direct = call.Contiguous(i) && !call.stream;
      places.out[i - inputs] = direct ? call.OutputAt(i, at) : blocks.bytes[i];
    }
    raised |= call.Loop()(places.in, places.out, count);
    for (int i = inputs; i < call.Operands(); ++i) {
      const void* result = places.out[i - inputs];
      if (result != blocks.bytes[i]) continue;
      if (call.stream) {
        call.table->stream(result, call.OutputAt(i, at), count * call.Size(i));
      } else {
        CopiesOf(call, i).unpack(result, call.OutputAt(i, at), call.operands[i].stride_bytes,
                                 count);
      }
    }
  }
  return raised;
}

}  // namespace

uint32_t RunRange(const ElementwiseCall& call, int64_t begin, int64_t end) {
  const ElementwiseFn loop = call.stream ? call.StreamLoop() : call.Loop();
  bool contiguous = loop != nullptr;
  for (int i = 0; i < call.Operands(); ++i) contiguous &= call.Ready(i);
  uint32_t raised;
  if (contiguous) {
    Places places;
    const int inputs = call.Inputs();
    for (int i = 0; i < inputs; ++i) places.in[i] = call.At(i, begin);
    for (int i = inputs; i < call.Operands(); ++i) {
      places.out[i - inputs] = call.OutputAt(i, begin);
    }
    raised = loop(places.in, places.out, static_cast<size_t>(end - begin));
  } else {
    raised = RunBlocks(call, begin, end);
  }
  // Stores past the caches are weakly ordered: another thread must not see the call's end first.
  if (call.stream) hwy::FlushStream();
  return raised;
}

uint32_t RunOneByOne(const ElementwiseCall& call, int64_t n) {
  // Through copies: elements may be unaligned.
  alignas(8) char elements[kMaxOperands][8];
  Places places;
  const int inputs = call.Inputs();
  for (int i = 0; i < inputs; ++i) places.in[i] = elements[i];
  for (int i = inputs; i < call.Operands(); ++i) places.out[i - inputs] = elements[i];
  uint32_t raised = 0;
  for (int64_t at = 0; at < n; ++at) {
    for (int i = 0; i < inputs; ++i) std::memcpy(elements[i], call.At(i, at), call.Size(i));
    raised |= call.Loop()(places.in, places.out, 1);
    for (int i = inputs; i < call.Operands(); ++i) {
      std::memcpy(call.OutputAt(i, at), elements[i], call.Size(i));
    }
  }
  return raised;
}

}  // namespace lanewise
