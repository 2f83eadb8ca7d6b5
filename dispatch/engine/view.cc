#include "dispatch/engine/view.h"

#include <utility>

namespace lanewise {
namespace {

uint64_t Magnitude(int64_t stride) {
  return stride < 0 ? uint64_t{0} - static_cast<uint64_t>(stride) : static_cast<uint64_t>(stride);
}

// Flips negative strides and sorts by stride, largest first. A stride of 0 counts as the largest:
// repeating an axis is best done outside. Insertion sort: few axes, and equal ones stay in order.
void SortByStride(Axes& axes, const char** in, char** out) {
  for (int i = 0; i < axes.ndim; ++i) {
    if (axes.stride[i] >= 0) continue;
    *in += (axes.size[i] - 1) * axes.stride[i];
    if (out) *out += (axes.size[i] - 1) * axes.other[i];
    axes.stride[i] = -axes.stride[i];
    axes.other[i] = -axes.other[i];
  }
  for (int i = 1; i < axes.ndim; ++i) {
    for (int k = i; k > 0; --k) {
      // Magnitude - 1 wraps 0 to the largest value.
      if (Magnitude(axes.stride[k - 1]) - 1 >= Magnitude(axes.stride[k]) - 1) break;
      std::swap(axes.size[k - 1], axes.size[k]);
      std::swap(axes.stride[k - 1], axes.stride[k]);
      std::swap(axes.other[k - 1], axes.other[k]);
    }
  }
}

}  // namespace

int64_t Axes::Count() const {
  int64_t count = 1;
  for (int i = 0; i < ndim; ++i) {
    if (size[i] == 0) return 0;  // other sizes may then be of any magnitude
  }
  for (int i = 0; i < ndim; ++i) count *= size[i];
  return count;
}

void Axes::Merge(int64_t unit_stride) {
  int kept = 0;
  for (int i = 0; i < ndim; ++i) {
    if (size[i] == 1) continue;
    // The axis before covers this one's whole extent with each step.
    const bool joins = kept > 0 && stride[kept - 1] == stride[i] * size[i] &&
                       other[kept - 1] == other[i] * size[i];
    if (joins) {
      size[kept - 1] *= size[i];
      stride[kept - 1] = stride[i];
      other[kept - 1] = other[i];
    } else {
      size[kept] = size[i], stride[kept] = stride[i], other[kept] = other[i];
      ++kept;
    }
  }
  ndim = kept;
  if (ndim == 0) Push(1, unit_stride);
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
  ReducePlan plan;
  plan.in = static_cast<const char*>(in.data);
  plan.out = OutputBytes(out.data);
  int out_axis = 0;
  for (int i = 0; i < in.ndim; ++i) {
    if (axis_mask >> i & 1) {
      plan.reduced.Push(in.shape[i], in.stride_bytes[i]);
    } else {
      plan.kept.Push(in.shape[i], in.stride_bytes[i], out.stride_bytes[out_axis++]);
    }
  }
  if (plan.kept.Count() != 0 && plan.reduced.Count() != 0) {
    SortByStride(plan.kept, &plan.in, &plan.out);
    if (any_order) SortByStride(plan.reduced, &plan.in, nullptr);
  }
  plan.kept.Merge(0);
  plan.reduced.Merge(item_size);
  return plan;
}

}  // namespace lanewise
