// The driver of all elementwise kernels: checks, strides, axes, scalars, in-place operands,
// streaming stores and threads around one contiguous loop.

#ifndef LANEWISE_DISPATCH_ENGINE_ELEMENTWISE_H_
#define LANEWISE_DISPATCH_ENGINE_ELEMENTWISE_H_

#include "dispatch/engine/size_rules.h"
#include "kernels/list/table.h"
#include "kernels/registry.h"

namespace lanewise {

// Null pointers, sizes that overflow the address space, overlap. LW_OK or the failure, with its
// message. Operands: inputs, then outputs.
lw_status CheckOperands(const KernelEntry& kernel, const lw_operand* operands, int64_t n);

// Runs a checked call under the floating-point guard.
void RunElementwise(const KernelEntry& kernel, const lw_operand* operands, int64_t n);

// The same over several axes; an input without strides is one element for all. *count: of the
// elements, of which there must be one for RunMap.
lw_status CheckMap(const KernelEntry& kernel, const lw_map_operand* operands, int32_t ndim,
                   const int64_t* shape, int64_t* count);
void RunMap(const KernelEntry& kernel, const lw_map_operand* operands, int32_t ndim,
            const int64_t* shape);

// RunElementwise without the guard and threads, elements in order: for NumPy's loops, where
// operands may overlap in any way. Returns the Raised bits.
uint32_t RunInOrder(const Table& table, const KernelEntry& kernel, const lw_operand* operands,
                    int64_t n);

// Whether the operands overlap in no way that the order of elements could show.
bool IsOrderFree(const KernelEntry& kernel, const lw_operand* operands, int64_t n);

// What changes with the size of a call.
SizeRules ElementwiseRules(const KernelEntry& kernel);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_ELEMENTWISE_H_
