#include "dispatch/engine/operands.h"

#include <cstdlib>

#include "dispatch/base/error.h"
#include "dispatch/engine/checks.h"
#include "dispatch/engine/elementwise.h"
#include "dispatch/engine/elementwise_call.h"
#include "dispatch/engine/overlap.h"

namespace lanewise {
namespace {

lw_status FailOverlap(const KernelEntry& kernel, int operand, int out, bool may_be_in_place) {
  return Fail(LW_ERR_OVERLAP, "%s: %s overlaps %s%s", kernel.name, OperandName(kernel, out),
              OperandName(kernel, operand),
              may_be_in_place && operand < kernel.inputs ? " other than exactly in place" : "");
}

// Whether stride * (n - 1) + size stays within the address space.
bool ExtentFits(int64_t stride, size_t size, int64_t n) {
  int64_t span, end;
  return !__builtin_mul_overflow(stride, n - 1, &span) && span != INT64_MIN &&
         !__builtin_add_overflow(span < 0 ? -span : span, static_cast<int64_t>(size), &end);
}

lw_status CheckOutput(const KernelEntry& kernel, const lw_operand* operands, int out, int64_t n) {
  if (n > 1 && std::abs(operands[out].stride_bytes) < kernel.Size(out)) {
    return Fail(LW_ERR_OVERLAP, "%s: the stride of %s, %lld bytes, makes its elements overlap",
                kernel.name, OperandName(kernel, out), (long long)operands[out].stride_bytes);
  }
  for (int i = 0; i < out; ++i) {
    if (i < kernel.inputs && IsInPlace(kernel, operands, i, out, n)) continue;
    if (SharesBytes(operands[i], kernel.Size(i), operands[out], kernel.Size(out), n)) {
      return FailOverlap(kernel, i, out, true);
    }
  }
  return LW_OK;
}

}  // namespace

lw_status CheckOperands(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  if (n < 0) return Fail(LW_ERR_SIZE, "%s: n is negative (%lld)", kernel.name, (long long)n);
  if (n == 0) return LW_OK;
  for (int i = 0; i < kernel.Operands(); ++i) {
    const char* name = OperandName(kernel, i);
    if (!operands[i].data) return Fail(LW_ERR_NULL, "%s: %s is null", kernel.name, name);
    if (!ExtentFits(operands[i].stride_bytes, kernel.Size(i), n)) {
      return Fail(LW_ERR_SIZE,
                  "%s: n = %lld with the stride of %s, %lld, exceeds the address space",
                  kernel.name, (long long)n, name, (long long)operands[i].stride_bytes);
    }
  }
  for (int out = kernel.inputs; out < kernel.Operands(); ++out) {
    const lw_status status = CheckOutput(kernel, operands, out, n);
    if (status != LW_OK) return status;
  }
  return LW_OK;
}

lw_status CheckNdim(const KernelEntry& kernel, int32_t ndim, const int64_t* shape) {
  if (ndim < 0 || ndim > LW_MAX_NDIM) {
    return Fail(LW_ERR_SIZE, "%s: ndim is %d, not 0..%d", kernel.name, ndim, LW_MAX_NDIM);
  }
  if (ndim > 0 && !shape) return Fail(LW_ERR_NULL, "%s: shape is null", kernel.name);
  return LW_OK;
}

lw_status CheckedOperands::Add(int i, const lw_view& view) {
  views[i] = view;
  const lw_status status =
      CheckView(kernel, OperandName(kernel, i), view, kernel.Size(i), &count, &begin_[i], &end_[i]);
  has_memory[i] = status == LW_OK && count > 0;
  return status;
}

lw_status CheckedOperands::CheckPair(int operand, int out, bool may_be_in_place) const {
  if (!has_memory[operand] || end_[operand] <= begin_[out] || end_[out] <= begin_[operand]) {
    return LW_OK;
  }
  const size_t size = kernel.Size(operand), out_size = kernel.Size(out);
  const bool in_place = may_be_in_place && operand < kernel.inputs &&
                        SamePlace(views[operand], views[out]) && size == out_size;
  if (in_place || !ViewsShareBytes(views[operand], size, views[out], out_size)) return LW_OK;
  return FailOverlap(kernel, operand, out, may_be_in_place);
}

lw_status CheckedOperands::CheckOverlap(bool may_be_in_place) const {
  for (int out = kernel.inputs; out < kernel.Operands(); ++out) {
    if (!ElementsDistinct(views[out], kernel.Size(out))) {
      return Fail(LW_ERR_OVERLAP, "%s: elements of %s overlap each other", kernel.name,
                  OperandName(kernel, out));
    }
    for (int i = 0; i < out; ++i) {
      const lw_status status = CheckPair(i, out, may_be_in_place);
      if (status != LW_OK) return status;
    }
  }
  return LW_OK;
}

lw_status CheckMap(const KernelEntry& kernel, const lw_map_operand* operands, int32_t ndim,
                   const int64_t* shape, int64_t* count) {
  static constexpr int64_t kRepeat[LW_MAX_NDIM] = {};
  lw_status status = CheckNdim(kernel, ndim, shape);
  CheckedOperands checked(kernel);
  for (int i = 0; i < kernel.Operands() && status == LW_OK; ++i) {
    const bool repeats = i < kernel.inputs && !operands[i].stride_bytes;
    status = checked.Add(
        i, {operands[i].data, ndim, shape, repeats ? kRepeat : operands[i].stride_bytes});
  }
  *count = checked.count;
  return status == LW_OK && *count > 0 ? checked.CheckOverlap(/*may_be_in_place=*/true) : status;
}

}  // namespace lanewise
