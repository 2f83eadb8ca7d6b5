// Launch geometry: what shape, strides and addresses mean for a kernel's threads. Plain host code
// without CUDA, so that the plugin and the tests on the CPU use the same; only Divider is also for
// device code (constexpr).

#ifndef LANEWISE_GPU_DEVICE_GEOMETRY_H_
#define LANEWISE_GPU_DEVICE_GEOMETRY_H_

#include <cstdint>

#include "dispatch/engine/geometry.h"

namespace lanewise::gpu {

// How one operand lies along collapsed axes.
enum class Access : uint8_t { kContiguous, kRepeated, kStrided };

inline Access AccessOf(const Geometry& g, int operand, int64_t element_size) {
  const int64_t* stride = g.stride[operand];
  bool repeated = true;
  for (int i = 0; i < g.ndim; ++i) repeated &= stride[i] == 0;
  if (g.ndim == 1 && (g.size[0] <= 1 || stride[0] == element_size)) return Access::kContiguous;
  return repeated ? Access::kRepeated : Access::kStrided;
}

// CUDA's limit of the grid's first dimension.
inline constexpr int64_t kMaxBlocks = INT32_MAX;

// Blocks that cover `items` at `per_block` each, both at least 1; where that is too many, each has
// to take several turns.
inline int64_t BlocksFor(int64_t items, int64_t per_block) {
  const int64_t blocks = (items - 1) / per_block + 1;
  return blocks < kMaxBlocks ? blocks : kMaxBlocks;
}

// Division by a number known at launch only, of 0 <= x < 2^31, as a multiplication.
struct Divider {
  uint32_t divisor = 1;
  uint32_t multiplier = 1;
  uint32_t shift = 0;

  Divider() = default;
  // 1 <= d < 2^31.
  explicit constexpr Divider(uint32_t d) : divisor(d) {
    while ((uint64_t{1} << shift) < d) ++shift;
    multiplier =
        static_cast<uint32_t>(((uint64_t{1} << 32) * ((uint64_t{1} << shift) - d)) / d + 1);
  }
  constexpr uint32_t Quotient(uint32_t x) const {
    const uint32_t high = static_cast<uint32_t>((uint64_t{x} * multiplier) >> 32);
    return (high + x) >> shift;
  }
  constexpr uint32_t Remainder(uint32_t x) const { return x - Quotient(x) * divisor; }
};

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_DEVICE_GEOMETRY_H_
