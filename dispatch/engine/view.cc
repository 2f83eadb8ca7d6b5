#include "dispatch/engine/view.h"

namespace lanewise {
Axes AxesOf(const Geometry& g) {
  Axes axes;
  for (int i = 0; i < g.ndim; ++i) {
    axes.Push(g.size[i], g.stride[0][i], g.operands > 1 ? g.stride[1][i] : 0);
  }
  return axes;
}

int64_t Axes::Count() const {
  int64_t count = 1;
  for (int i = 0; i < ndim; ++i) {
    if (size[i] == 0) return 0;  // other sizes may then be of any magnitude
  }
  for (int i = 0; i < ndim; ++i) count *= size[i];
  return count;
}

Axes OneAxis(int64_t size, int64_t stride) {
  Axes axes;
  axes.Push(size, stride);
  return axes;
}

void Walker::Seek(int64_t position) {
  offset_ = other_ = 0;
  for (int i = axes_.ndim - 1; i >= 0; --i) {
    index_[i] = i > 0 ? position % axes_.size[i] : position;
    position = i > 0 ? position / axes_.size[i] : 0;
    offset_ += index_[i] * axes_.stride[i];
    other_ += index_[i] * axes_.other[i];
  }
}

void Walker::Advance(int64_t count) {
  int i = axes_.ndim - 1;
  index_[i] += count;
  offset_ += count * axes_.stride[i];
  other_ += count * axes_.other[i];
  for (; i > 0 && index_[i] == axes_.size[i]; --i) {
    offset_ += axes_.stride[i - 1] - index_[i] * axes_.stride[i];
    other_ += axes_.other[i - 1] - index_[i] * axes_.other[i];
    index_[i] = 0;
    ++index_[i - 1];
  }
}

bool IsAligned(const ReducePlan& plan, int64_t size) {
  bool aligned = IsAligned(plan.in, 0, size);
  for (const Axes* axes : {&plan.kept, &plan.reduced}) {
    for (int i = 0; i < axes->ndim; ++i) aligned &= IsAligned(nullptr, axes->stride[i], size);
  }
  return aligned;
}

ReducePlan PlanReduction(const lw_view& in, uint64_t axis_mask, const lw_view& out,
                         int64_t item_size, bool any_order) {
  int64_t out_stride[LW_MAX_NDIM];  // by the input's axes
  for (int i = 0, out_axis = 0; i < in.ndim; ++i) {
    out_stride[i] = axis_mask >> i & 1 ? 0 : out.stride_bytes[out_axis++];
  }
  const int64_t* const strides[] = {in.stride_bytes, out_stride};
  const Geometry kept = Collapse(in.ndim, in.shape, ~axis_mask, strides, 2, 0, Order::kAny);
  Geometry reduced = Collapse(in.ndim, in.shape, axis_mask, strides, 1, 0,
                              any_order ? Order::kAny : Order::kLogical);
  // A sequence of one element counts as contiguous.
  if (reduced.ndim == 1 && reduced.size[0] == 1) reduced.stride[0][0] = item_size;
  const char* first = static_cast<const char*>(in.data);
  char* to = OutputBytes(out.data);
  if (first) first += kept.offset[0] + reduced.offset[0];  // null only without elements
  if (to) to += kept.offset[1];
  return {first, to, AxesOf(kept), AxesOf(reduced)};
}

}  // namespace lanewise
