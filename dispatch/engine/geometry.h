// The axes of a call over several operands, as few as possible: for the CPU's loops and for the
// GPU's launches. Plain host code.

#ifndef LANEWISE_DISPATCH_ENGINE_GEOMETRY_H_
#define LANEWISE_DISPATCH_ENGINE_GEOMETRY_H_

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "lanewise/lanewise.h"

namespace lanewise {

// Axes of up to LW_MAX_OPERANDS operands, as few as possible, innermost last. What lies past ndim
// and operands is not set: clearing 5 KiB takes longer than a short call.
struct Geometry {
  int ndim = 0;  // at least 1 after Collapse
  int operands = 0;
  int64_t size[LW_MAX_NDIM];
  int64_t stride[LW_MAX_OPERANDS][LW_MAX_NDIM];  // bytes
  int64_t offset[LW_MAX_OPERANDS] = {};  // bytes from element (0, ..., 0) to where walking begins

  int64_t Count() const {
    int64_t count = 1;
    for (int i = 0; i < ndim; ++i) {
      if (size[i] == 0) return 0;  // the others may then be of any magnitude
    }
    for (int i = 0; i < ndim; ++i) count *= size[i];
    return count;
  }
  // Bytes from the operand's first element, in memory, to its last.
  int64_t Extent(int operand) const {
    int64_t extent = 0;
    for (int i = 0; i < ndim; ++i) extent += std::abs(stride[operand][i]) * (size[i] - 1);
    return extent;
  }
};

enum class Order : uint8_t {
  kAny,      // elements may be visited in any order: axes are sorted by memory and may be flipped
  kLogical,  // C order of the given axes
};

namespace geometry {

inline void SwapAxes(Geometry& g, int a, int b) {
  std::swap(g.size[a], g.size[b]);
  for (int k = 0; k < g.operands; ++k) std::swap(g.stride[k][a], g.stride[k][b]);
}

// Whether axis a belongs outside axis b: by the strides of the leading operand, and by the others'
// where those are equal. A stride of 0 belongs outside.
inline bool BelongsOutside(const Geometry& g, int a, int b, int leader) {
  for (int n = 0; n < g.operands; ++n) {
    const int k = n == 0 ? leader : n <= leader ? n - 1 : n;
    // Magnitude - 1 wraps 0 to the largest value.
    const uint64_t x = static_cast<uint64_t>(std::abs(g.stride[k][a])) - 1;
    const uint64_t y = static_cast<uint64_t>(std::abs(g.stride[k][b])) - 1;
    if (x != y) return x > y;
  }
  return false;
}

inline void SortByMemory(Geometry& g, int leader) {
  for (int i = 0; i < g.ndim; ++i) {
    // The first operand with a direction decides it.
    int64_t direction = g.stride[leader][i];
    for (int k = 0; k < g.operands && direction == 0; ++k) direction = g.stride[k][i];
    if (direction >= 0) continue;
    for (int k = 0; k < g.operands; ++k) {
      g.offset[k] += (g.size[i] - 1) * g.stride[k][i];
      g.stride[k][i] = -g.stride[k][i];
    }
  }
  // Insertion sort: few axes, and equal ones stay in order.
  for (int i = 1; i < g.ndim; ++i) {
    for (int k = i; k > 0 && BelongsOutside(g, k, k - 1, leader); --k) SwapAxes(g, k, k - 1);
  }
}

// Joins neighbours of which one step of the outer is the whole inner axis, for every operand.
inline void Merge(Geometry& g) {
  int kept = 0;
  for (int i = 0; i < g.ndim; ++i) {
    bool joins = kept > 0;
    for (int k = 0; k < g.operands && joins; ++k) {
      joins = g.stride[k][kept - 1] == g.stride[k][i] * g.size[i];
    }
    if (joins) --kept;
    g.size[kept] = joins ? g.size[kept] * g.size[i] : g.size[i];
    for (int k = 0; k < g.operands; ++k) g.stride[k][kept] = g.stride[k][i];
    ++kept;
  }
  g.ndim = kept;
}

}  // namespace geometry

// The axes of `axis_mask` of a shape, without those of size 1, joined where possible. strides: one
// array for each operand, in bytes; null for one that is the same everywhere. leader: the operand
// whose memory decides the order (usually the output). No axis left gives one of size 1. An empty
// axis leaves that axis alone. Sizes and strides stay within the address space (checked before).
inline Geometry Collapse(int ndim, const int64_t* shape, uint64_t axis_mask,
                         const int64_t* const* strides, int operands, int leader, Order order) {
  Geometry g;
  g.operands = operands;
  for (int i = 0; i < ndim; ++i) {
    if (!(axis_mask >> i & 1) || shape[i] == 1) continue;
    if (shape[i] == 0) g.ndim = 0;
    g.size[g.ndim] = shape[i];
    for (int k = 0; k < operands; ++k) g.stride[k][g.ndim] = strides[k] ? strides[k][i] : 0;
    ++g.ndim;
    if (shape[i] == 0) return g;
  }
  if (order == Order::kAny) geometry::SortByMemory(g, leader);
  geometry::Merge(g);
  if (g.ndim == 0) {
    g.ndim = 1;
    g.size[0] = 1;
    for (int k = 0; k < operands; ++k) g.stride[k][0] = 0;
  }
  return g;
}

inline constexpr uint64_t kAllAxes = ~uint64_t{0};

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_GEOMETRY_H_
