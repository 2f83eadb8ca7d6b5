// Argument checks and the short way to the loop for the typed contiguous functions. Small arrays
// go straight from here to the loop; large ones go through the driver.

#ifndef LANEWISE_API_TYPED_H_
#define LANEWISE_API_TYPED_H_

#include "dispatch/base/fpenv.h"
#include "dispatch/choose/policy.h"
#include "dispatch/choose/state.h"
#include "dispatch/engine/elementwise.h"
#include "kernels/all.h"

namespace lanewise {

// Checked reductions, scans, compress and searches, out of line (api/reduce.cc, api/search.cc).
lw_status CallReduction(const KernelEntry& kernel, int64_t n, const void* x, const void* y,
                        double ddof, void* result);
lw_status CallReductionStrided(const KernelEntry& kernel, const lw_operand* operands, int64_t n,
                               double ddof);
lw_status CallScan(const KernelEntry& kernel, const lw_operand* operands, int64_t n);
lw_status CallCompress(const KernelEntry& kernel, const lw_operand* operands, int64_t n,
                       int64_t capacity, int64_t* count);
lw_status CallSearch(const KernelEntry& kernel, const lw_view& sorted, const lw_view& values,
                     int32_t right, const lw_view& out, int64_t* count);
// The general case: full checks, then the driver.
lw_status CallElementwise(const KernelEntry& kernel, const lw_operand* operands, int64_t n);

// The loops want aligned elements; the driver copies others to where they are.
template <class T>
inline bool Aligned(const T* data) {
  return (reinterpret_cast<uintptr_t>(data) & (sizeof(T) - 1)) == 0;
}

// In place, or no byte in common, for contiguous operands.
inline bool Disjoint(const void* in, size_t in_size, const void* out, size_t out_size, size_t n) {
  const auto a = reinterpret_cast<uintptr_t>(in), b = reinterpret_cast<uintptr_t>(out);
  return (a == b && in_size == out_size) || a + n * in_size <= b || b + n * out_size <= a;
}

inline constexpr int64_t kShortCall = 16 * 1024;

template <class Op, class T, class... In>
lw_status Elementwise(int64_t n, T* out, const In*... in) {
  constexpr size_t slot = kSlot<Op, T>;
  const bool usable =
      n > 0 && n <= kShortCall && out && Aligned(out) && (... && (in != nullptr && Aligned(in)));
  if (!usable || !(... && Disjoint(in, sizeof(In), out, sizeof(T), static_cast<size_t>(n))))
      [[unlikely]] {
    const lw_operand operands[] = {{in, sizeof(In)}..., {out, sizeof(T)}};
    return CallElementwise(kKernels[slot], operands, n);
  }
  const void* inputs[] = {in...};
  void* outputs[] = {out};
  const ElementwiseFn loop = ActiveTable().slots[slot].elementwise;
  if constexpr (Op::kFlags == Flags::kUntouched) {
    loop(inputs, outputs, static_cast<size_t>(n));
  } else {
    FpGuard guard(Op::kFlags);
    guard.Raise(loop(inputs, outputs, static_cast<size_t>(n)));
  }
  return LW_OK;
}

// Two outputs take the way of large arrays.
template <class Op, class T, class... In>
lw_status ElementwiseTwo(int64_t n, T* first, T* second, const In*... in) {
  const lw_operand operands[] = {{in, sizeof(In)}..., {first, sizeof(T)}, {second, sizeof(T)}};
  return CallElementwise(kKernels[kSlot<Op, T>], operands, n);
}

template <class Op, class T, class R>
lw_status Reduced(int64_t n, const T* x, const T* y, double ddof, R* result) {
  return CallReduction(kKernels[kSlot<Op, T>], n, x, y, ddof, result);
}

template <class Op, class T>
lw_status ReducedTwo(int64_t n, const T* x, const T* y, T* result) {
  return CallReduction(kKernels[kSlot<Op, T>], n, x, y, 0, result);
}

template <class Op, class T>
lw_status Scanned(int64_t n, const T* x, T* out) {
  const lw_operand operands[] = {{x, sizeof(T)}, {out, sizeof(T)}};
  return CallScan(kKernels[kSlot<Op, T>], operands, n);
}

template <class Op, class T>
lw_status Compressed(int64_t n, const T* x, const uint8_t* mask, T* out, int64_t* count) {
  const lw_operand operands[] = {{x, sizeof(T)}, {mask, 1}, {out, sizeof(T)}};
  return CallCompress(kKernels[kSlot<Op, T>], operands, n, 0, count);
}

template <class Op, class T>
lw_status Searched(int64_t n, const T* a, int64_t count, const T* v, int32_t right, int64_t* out) {
  const int64_t step = sizeof(T), out_step = sizeof(int64_t);
  int64_t written;
  return CallSearch(kKernels[kSlot<Op, T>], {a, 1, &n, &step}, {v, 1, &count, &step}, right,
                    {out, 1, &count, &out_step}, &written);
}

}  // namespace lanewise

#endif  // LANEWISE_API_TYPED_H_
