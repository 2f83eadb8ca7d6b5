// Whether arrays share bytes: the one answer for the CPU, the GPU and NumPy's loops. Reads no array
// memory, so that it serves device memory too.

#ifndef LANEWISE_DISPATCH_ENGINE_OVERLAP_H_
#define LANEWISE_DISPATCH_ENGINE_OVERLAP_H_

#include <cstddef>
#include <cstdint>

#include "lanewise/lanewise.h"

namespace lanewise {

// Whether the n elements of two operands, whose extents fit the address space, share a byte. Exact.
bool SharesBytes(const lw_operand& a, size_t a_size, const lw_operand& b, size_t b_size, int64_t n);

// Whether two checked views, neither empty, share a byte. Exact for views of one axis each, and for
// others unless deciding takes thousands of steps, which needs strides that no array library makes;
// such views count as sharing.
bool ViewsShareBytes(const lw_view& a, size_t a_size, const lw_view& b, size_t b_size);

// Whether no two elements of a checked view share a byte. Exact for views made of nested strides,
// which is what array libraries make; stranger ones are refused.
bool ElementsDistinct(const lw_view& view, size_t size);

// Whether element i of both lies at the same place, for every i.
bool SamePlace(const lw_view& a, const lw_view& b);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_OVERLAP_H_
