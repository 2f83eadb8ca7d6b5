// Reductions, scans and compress through the C ABI: argument checks around dispatch/reduce.h.

#include <algorithm>
#include <bit>
#include <new>

#include "dispatch/elementwise.h"
#include "dispatch/error.h"
#include "dispatch/fpenv.h"
#include "dispatch/reduce.h"
#include "dispatch/state.h"
#include "dispatch/struct_size.h"
#include "dispatch/typed.h"

namespace lanewise {
namespace {

bool NeedsElement(const KernelEntry& kernel) {
  return kernel.id == LW_MIN || kernel.id == LW_MAX || kernel.id == LW_ARGMAX;
}

lw_status CheckReduction(const KernelEntry& kernel, int64_t n, const void* x, const void* y,
                         const void* result) {
  if (n < 0) return Fail(LW_ERR_SIZE, "%s: n is negative (%lld)", kernel.name, (long long)n);
  if (!result) return Fail(LW_ERR_NULL, "%s: the result is null", kernel.name);
  if (n > 0 && (!x || (kernel.inputs == 2 && !y))) {
    return Fail(LW_ERR_NULL, "%s: an input is null", kernel.name);
  }
  if (n > INT64_MAX / 8) {
    return Fail(LW_ERR_SIZE, "%s: n = %lld exceeds the address space", kernel.name, (long long)n);
  }
  if (n == 0 && NeedsElement(kernel)) {
    return Fail(LW_ERR_SIZE, "%s of an empty array is undefined", kernel.name);
  }
  return LW_OK;
}

lw_status OutOfMemory(const KernelEntry& kernel) {
  return Fail(LW_ERR_MEMORY, "%s: out of memory for partial results", kernel.name);
}

// The view's number of elements and the bytes it spans, or a failure.
lw_status CheckView(const KernelEntry& kernel, const char* what, const lw_view& view, size_t size,
                    int64_t* count, const char** begin, const char** end) {
  if (view.ndim < 0 || view.ndim > LW_MAX_NDIM) {
    return Fail(LW_ERR_SIZE, "%s: %s has ndim %d, not 0..%d", kernel.name, what, view.ndim,
                LW_MAX_NDIM);
  }
  if (view.ndim > 0 && (!view.shape || !view.stride_bytes)) {
    return Fail(LW_ERR_NULL, "%s: shape or strides of %s are null", kernel.name, what);
  }
  int64_t below = 0, above = 0;
  bool fits = true, empty = false;
  *count = 1;
  for (int i = 0; i < view.ndim; ++i) {
    if (view.shape[i] < 0) {
      return Fail(LW_ERR_SIZE, "%s: axis %d of %s has negative size %lld", kernel.name, i, what,
                  (long long)view.shape[i]);
    }
    if (view.shape[i] == 0) {
      empty = true;
      continue;
    }
    int64_t span;
    fits &= !__builtin_mul_overflow(*count, view.shape[i], count);
    fits &= !__builtin_mul_overflow(view.stride_bytes[i], view.shape[i] - 1, &span);
    fits &= !__builtin_add_overflow(span < 0 ? below : above, span, span < 0 ? &below : &above);
  }
  if (empty) *count = 0;
  if (empty) return LW_OK;
  if (!fits || below == INT64_MIN || above > INT64_MAX - static_cast<int64_t>(size)) {
    return Fail(LW_ERR_SIZE, "%s: %s exceeds the address space", kernel.name, what);
  }
  if (!view.data) return Fail(LW_ERR_NULL, "%s: data of %s is null", kernel.name, what);
  *begin = static_cast<const char*>(view.data) + below;
  *end = static_cast<const char*>(view.data) + above + size;
  return LW_OK;
}

// Whether no two elements of a view share a byte. Exact for views made of nested strides, which
// is what array libraries make; stranger ones are refused.
bool ElementsDistinct(const lw_view& view, size_t size) {
  int order[LW_MAX_NDIM], axes = 0;
  for (int i = 0; i < view.ndim; ++i) {
    if (view.shape[i] > 1) order[axes++] = i;
  }
  std::sort(order, order + axes, [&](int a, int b) {
    return std::abs(view.stride_bytes[a]) < std::abs(view.stride_bytes[b]);
  });
  int64_t covered = static_cast<int64_t>(size);
  for (int k = 0; k < axes; ++k) {
    const int64_t stride = std::abs(view.stride_bytes[order[k]]);
    if (stride < covered) return false;
    covered += stride * (view.shape[order[k]] - 1);
  }
  return true;
}

lw_status CheckReduceViews(const KernelEntry& kernel, const lw_view& in, uint64_t axis_mask,
                           const lw_view& out) {
  int64_t in_count, out_count;
  const char *in_begin = nullptr, *in_end = nullptr, *out_begin = nullptr, *out_end = nullptr;
  lw_status status =
      CheckView(kernel, "the input", in, kernel.Size(0), &in_count, &in_begin, &in_end);
  if (status != LW_OK) return status;
  status = CheckView(kernel, "the output", out, kernel.Size(kernel.inputs), &out_count, &out_begin,
                     &out_end);
  if (status != LW_OK) return status;
  if (in.ndim < 64 && (axis_mask >> in.ndim) != 0) {
    return Fail(LW_ERR_SHAPE, "%s: axis_mask 0x%llx names an axis that the input of ndim %d lacks",
                kernel.name, (unsigned long long)axis_mask, in.ndim);
  }
  if (out.ndim != in.ndim - std::popcount(axis_mask)) {
    return Fail(LW_ERR_SHAPE, "%s: the output has ndim %d, expected %d", kernel.name, out.ndim,
                in.ndim - std::popcount(axis_mask));
  }
  bool reduces_nothing = false;
  for (int i = 0, k = 0; i < in.ndim; ++i) {
    if (axis_mask >> i & 1) {
      reduces_nothing |= in.shape[i] == 0;
    } else if (out.shape[k++] != in.shape[i]) {
      return Fail(LW_ERR_SHAPE, "%s: axis %d of the output has size %lld, expected %lld",
                  kernel.name, k - 1, (long long)out.shape[k - 1], (long long)in.shape[i]);
    }
  }
  if (reduces_nothing && out_count > 0 && NeedsElement(kernel)) {
    return Fail(LW_ERR_SIZE, "%s over an empty axis is undefined", kernel.name);
  }
  if (out_count > 0 && !ElementsDistinct(out, kernel.Size(kernel.inputs))) {
    return Fail(LW_ERR_OVERLAP, "%s: elements of the output overlap each other", kernel.name);
  }
  if (in_count > 0 && out_count > 0 && in_begin < out_end && out_begin < in_end) {
    return Fail(LW_ERR_OVERLAP, "%s: the output overlaps the input", kernel.name);
  }
  return LW_OK;
}

lw_status TakeOptions(const lw_reduce_options& options, lw_reduce_options& known) {
  const lw_status status =
      CheckStructSize("lw_reduce: options", options.struct_size, kReduceOptionsSmallest);
  if (status != LW_OK || TakeStruct(&options, known)) return status;
  return Fail(LW_ERR_UNSUPPORTED, "lw_reduce: the options set something that lanewise %s lacks",
              lw_version());
}

}  // namespace

lw_status CallReduction(const KernelEntry& kernel, int64_t n, const void* x, const void* y,
                        double ddof, void* result) {
  const lw_status status = CheckReduction(kernel, n, x, y, result);
  if (status != LW_OK) return status;
  try {
    FpGuard guard(kernel.flags);
    guard.Raise(ReduceContiguous(ActiveTable(), kernel, x, y, n, ddof, result).For(kernel.flags));
  } catch (const std::bad_alloc&) {
    return OutOfMemory(kernel);
  }
  return LW_OK;
}

lw_status CallReductionStrided(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  const void* y = kernel.inputs == 2 ? operands[1].data : nullptr;
  const lw_status status =
      CheckReduction(kernel, n, operands[0].data, y, operands[kernel.inputs].data);
  if (status != LW_OK) return status;
  for (int i = 0; i < kernel.inputs; ++i) {
    int64_t span;
    if (n > 0 &&
        (__builtin_mul_overflow(operands[i].stride_bytes, n, &span) || span == INT64_MIN)) {
      return Fail(LW_ERR_SIZE, "%s: n = %lld with stride %lld exceeds the address space",
                  kernel.name, (long long)n, (long long)operands[i].stride_bytes);
    }
  }
  try {
    FpGuard guard(kernel.flags);
    guard.Raise(ReduceStrided(ActiveTable(), kernel, operands, n).For(kernel.flags));
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
                       int64_t* count) {
  if (!count) return Fail(LW_ERR_NULL, "%s: count is null", kernel.name);
  return CompressChecked(ActiveTable(), kernel, operands, n, count);
}

}  // namespace lanewise

using namespace lanewise;  // NOLINT: definitions of extern "C" functions only

extern "C" lw_status lw_reduce(lw_kernel id, lw_dtype dtype, const lw_view* in, uint64_t axis_mask,
                               const lw_view* out, const lw_reduce_options* options) {
  if (!in || !out) return Fail(LW_ERR_NULL, "lw_reduce: a view is null");
  if (!FirstKernel(id)) return Fail(LW_ERR_KERNEL, "no kernel has id %d", static_cast<int>(id));
  const KernelEntry* kernel = FindReduction(id, dtype);
  if (!kernel || (kernel->shape != LW_SHAPE_REDUCE && kernel->shape != LW_SHAPE_ARG)) {
    const char* name = lw_dtype_name(dtype);
    return Fail(kernel ? LW_ERR_KERNEL : LW_ERR_DTYPE, "%s does not reduce %s over axes",
                FirstKernel(id)->name, name ? name : "this dtype");
  }
  lw_reduce_options known = {sizeof(known), 0};
  if (options) {
    const lw_status status = TakeOptions(*options, known);
    if (status != LW_OK) return status;
  }
  const lw_status status = CheckReduceViews(*kernel, *in, axis_mask, *out);
  if (status != LW_OK) return status;
  try {
    FpGuard guard(kernel->flags);
    guard.Raise(
        ReduceView(ActiveTable(), *kernel, *in, axis_mask, *out, known.ddof).For(kernel->flags));
  } catch (const std::bad_alloc&) {
    return Fail(LW_ERR_MEMORY, "%s: out of memory for partial results", kernel->name);
  }
  return LW_OK;
}
