// Searches in a sorted array through the C ABI.

#include <new>

#include "api/typed.h"
#include "dispatch/base/error.h"
#include "dispatch/choose/state.h"
#include "dispatch/engine/checks.h"
#include "dispatch/engine/search.h"

namespace lanewise {

lw_status CallSearch(const KernelEntry& kernel, const lw_view& sorted, const lw_view& values,
                     int32_t right, const lw_view& out, int64_t* count) {
  lw_status status = CheckZeroOrOne(kernel.name, "right", right);
  if (status == LW_OK) status = CheckSearchViews(kernel, sorted, values, out, count);
  if (status != LW_OK || *count == 0) return status;
  try {
    SearchView(ActiveTable(), kernel, sorted, values, right != 0, out);
  } catch (const std::bad_alloc&) {
    return Fail(LW_ERR_MEMORY, "%s: out of memory", kernel.name);
  }
  return LW_OK;
}

}  // namespace lanewise

using namespace lanewise;  // NOLINT: definitions of extern "C" functions only

extern "C" lw_status lw_searchsorted(lw_dtype dtype, const lw_view* sorted, const lw_view* values,
                                     int32_t right, const lw_view* out, lw_call_options* options) {
  lw_status status =
      CheckNotNull("lw_searchsorted", {{"sorted", sorted}, {"values", values}, {"out", out}});
  if (status != LW_OK) return status;
  const lw_dtype dtypes[] = {dtype, dtype, LW_I64};
  const KernelEntry* kernel = FindKernel(LW_SEARCHSORTED, dtypes);
  if (!kernel) return FailDtypes(LW_SEARCHSORTED, dtypes);
  lw_call_options known;
  status = TakeCallOptions("lw_searchsorted", options, known);
  int64_t count = 0;
  if (status == LW_OK) status = CallSearch(*kernel, *sorted, *values, right, *out, &count);
  if (status == LW_OK) GiveCallResults(options, count);
  return status;
}
