#include "dispatch/engine/search.h"

#include <algorithm>

#include "dispatch/base/error.h"
#include "dispatch/choose/policy.h"
#include "dispatch/engine/checks.h"
#include "dispatch/engine/operands.h"
#include "dispatch/engine/view.h"
#include "dispatch/threads/threads.h"

namespace lanewise {
namespace {

// Values of one call of a loop, packed together where they lie apart, and the unit of splitting.
// The same values are always together: if nothing is sorted, a place may depend on its neighbours.
constexpr int64_t kBlock = 1024;

struct SearchCall {
  const Table& table;
  const KernelEntry& kernel;
  SortedElements sorted;
  const char* values;
  char* out;
  Axes axes;  // of the values, with the output's strides beside
  int64_t count;
  bool right;

  bool IsContiguous(const void* data, int64_t stride, int operand) const {
    return axes.ndim == 1 && stride == kernel.Size(operand) &&
           IsAligned(data, 0, kernel.Size(operand));
  }
};

// fn(offset of a run in the values, in the output, its elements, elements before it)
template <class Fn>
void ForEachRun(const Axes& axes, int64_t first, int64_t count, Fn fn) {
  Walker walker(axes);
  walker.Seek(first);
  for (int64_t done = 0; done < count;) {
    const int64_t run = std::min(walker.Run(), count - done);
    fn(walker.Offset(), walker.OtherOffset(), run, done);
    walker.Advance(run);
    done += run;
  }
}

// `count` <= kBlock values from the first-th on, in logical order.
void SearchBlock(const SearchCall& search, int64_t first, int64_t count) {
  const Axes& axes = search.axes;
  const int64_t size = search.kernel.Size(0);
  alignas(64) char values[kBlock * 8];
  alignas(64) int64_t places[kBlock];
  const char* from = values;
  if (search.IsContiguous(search.values, axes.InnerStride(), 1)) {
    from = search.values + first * size;
  } else {
    const CopyLoops& copy = search.table.copies[SizeRow(static_cast<size_t>(size))];
    ForEachRun(axes, first, count, [&](int64_t offset, int64_t, int64_t run, int64_t done) {
      copy.pack(search.values + offset, axes.InnerStride(), values + done * size,
                static_cast<size_t>(run));
    });
  }
  const SearchFn loop = search.table.slots[search.kernel.slot].search;
  const int64_t out_stride = axes.other[axes.ndim - 1];
  if (search.IsContiguous(search.out, out_stride, 2)) {
    auto* out = reinterpret_cast<int64_t*>(search.out) + first;
    return loop(search.sorted, from, static_cast<size_t>(count), search.right, out);
  }
  loop(search.sorted, from, static_cast<size_t>(count), search.right, places);
  const CopyLoops& copy = search.table.copies[SizeRow(sizeof(int64_t))];
  ForEachRun(axes, first, count, [&](int64_t, int64_t offset, int64_t run, int64_t done) {
    copy.unpack(places + done, search.out + offset, out_stride, static_cast<size_t>(run));
  });
}

void RunBlocks(void* context, size_t begin, size_t end, uint32_t*) {
  const SearchCall& search = *static_cast<const SearchCall*>(context);
  for (size_t block = begin; block < end; ++block) {
    const int64_t first = static_cast<int64_t>(block) * kBlock;
    SearchBlock(search, first, std::min(kBlock, search.count - first));
  }
}

lw_status CheckShapes(const KernelEntry& kernel, const lw_view& sorted, const lw_view& values,
                      const lw_view& out) {
  if (sorted.ndim != 1) {
    return Fail(LW_ERR_SHAPE, "%s: %s has ndim %d, expected 1", kernel.name, OperandName(kernel, 0),
                sorted.ndim);
  }
  if (out.ndim != values.ndim) {
    return Fail(LW_ERR_SHAPE, "%s: the output has ndim %d, expected %d", kernel.name, out.ndim,
                values.ndim);
  }
  for (int i = 0; i < out.ndim; ++i) {
    if (out.shape[i] == values.shape[i]) continue;
    return Fail(LW_ERR_SHAPE, "%s: axis %d of the output has size %lld, expected %lld", kernel.name,
                i, (long long)out.shape[i], (long long)values.shape[i]);
  }
  return LW_OK;
}

}  // namespace

lw_status CheckSearchViews(const KernelEntry& kernel, const lw_view& sorted, const lw_view& values,
                           const lw_view& out, int64_t* count) {
  CheckedOperands checked(kernel);
  lw_status status = checked.Add(0, sorted);
  if (status == LW_OK) status = checked.Add(1, values);
  if (status == LW_OK) status = checked.Add(2, out);
  if (status == LW_OK) status = CheckShapes(kernel, sorted, values, out);
  *count = checked.count;
  return status == LW_OK && *count > 0 ? checked.CheckOverlap(/*may_be_in_place=*/false) : status;
}

void SearchView(const Table& table, const KernelEntry& kernel, const lw_view& sorted,
                const lw_view& values, bool right, const lw_view& out) {
  const int64_t* const strides[] = {values.stride_bytes, out.stride_bytes};
  const Axes axes =
      AxesOf(Collapse(values.ndim, values.shape, kAllAxes, strides, 2, 1, Order::kLogical));
  SearchCall search{table,
                    kernel,
                    {sorted.data, sorted.stride_bytes[0], sorted.shape[0]},
                    static_cast<const char*>(values.data),
                    OutputBytes(out.data),
                    axes,
                    axes.Count(),
                    right};
  const auto blocks = static_cast<size_t>((search.count + kBlock - 1) / kBlock);
  if (search.count >= kThreadSearches && ThreadBudget() > 1) {
    (void)ParallelFor(blocks, kTaskSearches / kBlock, &RunBlocks, &search);
  } else {
    RunBlocks(&search, 0, blocks, nullptr);
  }
}

}  // namespace lanewise
