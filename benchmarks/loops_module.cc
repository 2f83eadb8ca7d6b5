// The library's loops without the C functions around them, for the cost of a call. They come from
// the library's own objects, linked into a module because the library does not export them.

#include <cstring>

#include "dispatch/choose/state.h"
#include "kernels/list/table.h"
#include "kernels/registry.h"

using lanewise::ElementwiseFn;

// The elementwise loop of a kernel for f32 at a target (Highway's bit); null if there is none.
extern "C" __attribute__((visibility("default"))) ElementwiseFn BenchFindLoop(const char* kernel,
                                                                              int64_t target) {
  const lanewise::Table table = lanewise::BuildTable(target);
  for (const lanewise::KernelEntry& entry : lanewise::kKernels) {
    if (entry.shape == LW_SHAPE_ELEMENTWISE && std::strcmp(entry.name, kernel) == 0 &&
        entry.dtypes[entry.inputs] == LW_F32) {
      return table.slots[static_cast<size_t>(entry.slot)].elementwise;
    }
  }
  return nullptr;
}
