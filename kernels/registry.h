// The kernel list as run-time data: one entry per kernel, in slot order, derived from AllFamilies.
// Who includes this is not compiled again when a family's declarations change.

#ifndef LANEWISE_KERNELS_REGISTRY_H_
#define LANEWISE_KERNELS_REGISTRY_H_

#include <span>

#include "kernels/list/kernel.h"

namespace lanewise {

struct KernelEntry {
  lw_kernel id;
  const char* name;
  const char* doc;
  lw_shape shape;
  int inputs;
  int outputs;
  lw_dtype dtypes[LW_MAX_OPERANDS];  // inputs, then outputs
  double max_ulp;
  Flags flags;
  bool math;           // long bodies: worth threads at far fewer elements than plain arithmetic
  bool needs_element;  // a reduction that has no result for nothing
  int numerics_since;
  int slot;
  int Operands() const { return inputs + outputs; }
  uint8_t Size(int operand) const { return kDtypes[dtypes[operand]].size; }
};

extern const std::span<const KernelEntry> kKernels;

// Null if there is no such kernel, or none for these dtypes (inputs, then outputs).
const KernelEntry* FindKernel(lw_kernel id, const lw_dtype* dtypes);
// The first entry of a kernel id; null if unknown.
const KernelEntry* FirstKernel(lw_kernel id);
// Entry of a reduction for an element type; null if none.
const KernelEntry* FindReduction(lw_kernel id, lw_dtype element);

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_REGISTRY_H_
