// Views of strided memory, normalised for reductions: as few axes as possible.

#ifndef LANEWISE_DISPATCH_ENGINE_VIEW_H_
#define LANEWISE_DISPATCH_ENGINE_VIEW_H_

#include <cstddef>
#include <cstdint>

#include "dispatch/engine/geometry.h"
#include "lanewise/lanewise.h"

namespace lanewise {

// Axes with up to two byte strides each, outermost first; at least one axis. A part of a Geometry,
// small enough to be walked by every task.
struct Axes {
  int ndim = 0;
  int64_t size[LW_MAX_NDIM];
  int64_t stride[LW_MAX_NDIM];
  int64_t other[LW_MAX_NDIM];  // stride in a second array (the output), where there is one

  void Push(int64_t axis_size, int64_t axis_stride, int64_t axis_other = 0) {
    size[ndim] = axis_size, stride[ndim] = axis_stride, other[ndim] = axis_other;
    ++ndim;
  }
  int64_t Count() const;
  int64_t InnerSize() const { return size[ndim - 1]; }
  int64_t InnerStride() const { return stride[ndim - 1]; }
};

// Whether elements at this place and stride are aligned to their size, as the loops want them;
// others are packed first.
inline bool IsAligned(const void* data, int64_t stride, int64_t size) {
  return ((reinterpret_cast<uintptr_t>(data) | static_cast<uintptr_t>(stride)) &
          static_cast<uintptr_t>(size - 1)) == 0;
}

// Axes of the first operand, and of the second beside it if there are two.
Axes AxesOf(const Geometry& g);
// One axis.
Axes OneAxis(int64_t size, int64_t stride);

// A position in the sequence that axes describe, in their (logical) order.
class Walker {
 public:
  explicit Walker(const Axes& axes) : axes_(axes) { Seek(0); }
  void Seek(int64_t position);
  int64_t Offset() const { return offset_; }
  int64_t OtherOffset() const { return other_; }
  // Elements from here to the end of the innermost axis.
  int64_t Run() const { return axes_.InnerSize() - index_[axes_.ndim - 1]; }
  // Moves on by count <= Run().
  void Advance(int64_t count);

 private:
  const Axes& axes_;
  int64_t index_[LW_MAX_NDIM];
  int64_t offset_ = 0, other_ = 0;
};

// A reduction of a view. `kept` axes are in the order of the input's memory, with the output's
// strides beside the input's; `reduced` axes keep their logical order.
struct ReducePlan {
  const char* in;
  char* out;
  Axes kept;
  Axes reduced;
};

// The memory of an output: lw_operand and lw_view have const pointers for the inputs' sake.
inline char* OutputBytes(const void* data) { return static_cast<char*>(const_cast<void*>(data)); }

// Whether all elements of the input are aligned to their size.
bool IsAligned(const ReducePlan& plan, int64_t size);

// any_order: the result does not depend on the order of elements, so reduced axes are sorted too.
ReducePlan PlanReduction(const lw_view& in, uint64_t axis_mask, const lw_view& out,
                         int64_t item_size, bool any_order);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_VIEW_H_
