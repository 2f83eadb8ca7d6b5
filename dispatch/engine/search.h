// Searches in a sorted array around the loops of a table: checks, several axes, strides, threads.

#ifndef LANEWISE_DISPATCH_ENGINE_SEARCH_H_
#define LANEWISE_DISPATCH_ENGINE_SEARCH_H_

#include "kernels/list/table.h"
#include "kernels/registry.h"

namespace lanewise {

// Shapes and overlap. *count: of the values, of which there must be one for SearchView. Reads no
// array memory.
lw_status CheckSearchViews(const KernelEntry& kernel, const lw_view& sorted, const lw_view& values,
                           const lw_view& out, int64_t* count);

// Where the checked values belong in the checked `sorted`. The results do not depend on threads or
// on the order of memory, even if nothing is sorted.
void SearchView(const Table& table, const KernelEntry& kernel, const lw_view& sorted,
                const lw_view& values, bool right, const lw_view& out);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_SEARCH_H_
