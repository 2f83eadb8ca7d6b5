// Reductions, scans and compress through the C ABI: argument checks around
// dispatch/engine/reduce.h.

#include <new>

#include "api/typed.h"
#include "dispatch/base/error.h"
#include "dispatch/base/fpenv.h"
#include "dispatch/choose/state.h"
#include "dispatch/engine/checks.h"
#include "dispatch/engine/elementwise.h"
#include "dispatch/engine/overlap.h"
#include "dispatch/engine/reduce.h"

namespace lanewise {
namespace {

lw_status CheckReduction(const KernelEntry& kernel, int64_t n, const void* x, const void* y,
                         const void* result) {
  if (n < 0) return Fail(LW_ERR_SIZE, "%s: n is negative (%lld)", kernel.name, (long long)n);
  if (!result) return Fail(LW_ERR_NULL, "%s: the result is null", kernel.name);
  if (n > 0 && (!x || (kernel.inputs == 2 && !y))) {
    return Fail(LW_ERR_NULL, "%s: %s is null", kernel.name, OperandName(kernel, x ? 1 : 0));
  }
  if (n > INT64_MAX / 8) {
    return Fail(LW_ERR_SIZE, "%s: n = %lld exceeds the address space", kernel.name, (long long)n);
  }
  if (n == 0 && kernel.needs_element) {
    return Fail(LW_ERR_SIZE, "%s of an empty array is undefined", kernel.name);
  }
  return LW_OK;
}

lw_status FailOverlap(const KernelEntry& kernel, int input) {
  return Fail(LW_ERR_OVERLAP, "%s: the result overlaps input %d", kernel.name, input);
}

// Whether the result shares a byte with the n contiguous elements of an input.
bool LiesWithin(const KernelEntry& kernel, const void* input, int64_t n, const void* result) {
  const auto first = reinterpret_cast<uintptr_t>(input), at = reinterpret_cast<uintptr_t>(result);
  return n > 0 && at < first + static_cast<uintptr_t>(n) * kernel.Size(0) &&
         first < at + kernel.Size(kernel.inputs);
}

// The result lies outside the inputs, as in lw_reduce.
lw_status CheckResult(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  const lw_operand result = {operands[kernel.inputs].data, 0};
  for (int i = 0; i < kernel.inputs; ++i) {
    if (SharesBytes(operands[i], kernel.Size(i), result, kernel.Size(kernel.inputs), n)) {
      return FailOverlap(kernel, i);
    }
  }
  return LW_OK;
}

lw_status OutOfMemory(const KernelEntry& kernel) {
  return Fail(LW_ERR_MEMORY, "%s: out of memory for partial results", kernel.name);
}

}  // namespace

lw_status CallReduction(const KernelEntry& kernel, int64_t n, const void* x, const void* y,
                        double ddof, void* result) {
  const lw_status status = CheckReduction(kernel, n, x, y, result);
  if (status != LW_OK) return status;
  for (const void* input : {x, y}) {
    if (input && LiesWithin(kernel, input, n, result)) {
      return FailOverlap(kernel, input == x ? 0 : 1);
    }
  }
  try {
    FpGuard guard(kernel.flags);
    guard.Raise(ReduceContiguous(ActiveTable(), kernel, x, y, n, ddof, result).For(kernel.flags));
  } catch (const std::bad_alloc&) {
    return OutOfMemory(kernel);
  }
  return LW_OK;
}

lw_status CallReductionStrided(const KernelEntry& kernel, const lw_operand* operands, int64_t n,
                               double ddof) {
  const void* y = kernel.inputs == 2 ? operands[1].data : nullptr;
  lw_status status = CheckReduction(kernel, n, operands[0].data, y, operands[kernel.inputs].data);
  if (status != LW_OK) return status;
  for (int i = 0; i < kernel.inputs; ++i) {
    int64_t span;
    if (n > 0 &&
        (__builtin_mul_overflow(operands[i].stride_bytes, n, &span) || span == INT64_MIN)) {
      return Fail(LW_ERR_SIZE, "%s: n = %lld with stride %lld exceeds the address space",
                  kernel.name, (long long)n, (long long)operands[i].stride_bytes);
    }
  }
  status = CheckResult(kernel, operands, n);
  if (status != LW_OK) return status;
  try {
    FpGuard guard(kernel.flags);
    guard.Raise(ReduceStrided(ActiveTable(), kernel, operands, n, ddof).For(kernel.flags));
  } catch (const std::bad_alloc&) {
    return OutOfMemory(kernel);
  }
  return LW_OK;
}

lw_status CallScan(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  const lw_status status = CheckOperands(kernel, operands, n);
  if (status != LW_OK || n == 0) return status;
  try {
    FpGuard guard(kernel.flags);
    guard.Raise(ScanCall(ActiveTable(), kernel, operands, n).For(kernel.flags));
  } catch (const std::bad_alloc&) {
    return OutOfMemory(kernel);
  }
  return LW_OK;
}

lw_status CallCompress(const KernelEntry& kernel, const lw_operand* operands, int64_t n,
                       int64_t capacity, int64_t* count) {
  if (!count) return Fail(LW_ERR_NULL, "%s: count is null", kernel.name);
  return CompressChecked(ActiveTable(), kernel, operands, n, count, capacity);
}

}  // namespace lanewise

using namespace lanewise;  // NOLINT: definitions of extern "C" functions only

extern "C" lw_status lw_reduce(lw_kernel id, lw_dtype dtype, const lw_view* in, uint64_t axis_mask,
                               const lw_view* out, lw_call_options* options) {
  lw_status status = CheckNotNull("lw_reduce", {{"in", in}, {"out", out}});
  if (status != LW_OK) return status;
  const KernelEntry* kernel = FindReduction(id, dtype);
  if (!kernel || !ReducesAxes(*kernel)) return FailReduction(id, dtype);
  lw_call_options known;
  status = TakeCallOptions("lw_reduce", options, known);
  if (status != LW_OK) return status;
  status = CheckReduceViews(*kernel, *in, axis_mask, *out);
  if (status != LW_OK) return status;
  try {
    FpGuard guard(kernel->flags);
    guard.Raise(
        ReduceView(ActiveTable(), *kernel, *in, axis_mask, *out, known.ddof).For(kernel->flags));
  } catch (const std::bad_alloc&) {
    return OutOfMemory(*kernel);
  }
  int64_t count = 1;
  for (int i = 0; i < out->ndim; ++i) count *= out->shape[i];
  GiveCallResults(options, count);
  return LW_OK;
}
