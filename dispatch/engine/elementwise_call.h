// One axis of an elementwise call, or one thread's part of it: the contiguous loop, or blocks
// around it where operands do not lie as it wants them.

#ifndef LANEWISE_DISPATCH_ENGINE_ELEMENTWISE_CALL_H_
#define LANEWISE_DISPATCH_ENGINE_ELEMENTWISE_CALL_H_

#include "dispatch/engine/view.h"
#include "kernels/list/table.h"
#include "kernels/registry.h"

namespace lanewise {

struct ElementwiseCall {
  const Table* table;
  const KernelEntry* kernel;
  lw_operand operands[kMaxOperands];
  bool stream = false;               // stores past the caches
  ElementwiseFn repeated = nullptr;  // serves for this second input, which it does not read

  int Inputs() const { return kernel->inputs; }
  int Operands() const { return kernel->Operands(); }
  uint8_t Size(int i) const { return kernel->Size(i); }
  // The loops want elements aligned to their size; others go through the blocks.
  bool Contiguous(int i) const {
    return operands[i].stride_bytes == Size(i) &&
           (reinterpret_cast<uintptr_t>(operands[i].data) & (Size(i) - 1u)) == 0;
  }
  const char* At(int i, int64_t element) const {
    return static_cast<const char*>(operands[i].data) + element * operands[i].stride_bytes;
  }
  char* OutputAt(int i, int64_t element) const { return OutputBytes(At(i, element)); }
  bool Ready(int i) const { return Contiguous(i) || (i == 1 && repeated); }
  ElementwiseFn Loop() const {
    return repeated ? repeated : table->slots[kernel->slot].elementwise;
  }
  ElementwiseFn StreamLoop() const { return table->stream_loops[kernel->slot]; }
  void ChooseRepeated() {
    const auto choose = table->repeated[kernel->slot];
    repeated = choose && operands[1].stride_bytes == 0 ? choose(operands[1].data) : nullptr;
  }
};

// Whether an output lies exactly where an input does, so that each element may replace its own.
inline bool IsInPlace(const KernelEntry& kernel, const lw_operand* operands, int input, int output,
                      int64_t n) {
  const lw_operand &in = operands[input], &out = operands[output];
  return in.data == out.data && (n == 1 || in.stride_bytes == out.stride_bytes) &&
         kernel.Size(input) == kernel.Size(output);
}

// Runs elements [begin, end). Returns the Raised bits.
uint32_t RunRange(const ElementwiseCall& call, int64_t begin, int64_t end);

// The same, element by element: for operands that overlap in any way.
uint32_t RunOneByOne(const ElementwiseCall& call, int64_t n);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_ELEMENTWISE_CALL_H_
