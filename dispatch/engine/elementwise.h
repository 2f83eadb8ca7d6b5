// The driver of all elementwise kernels: checks, strides, scalars, in-place operands, streaming
// stores and threads around one contiguous loop.

#ifndef LANEWISE_DISPATCH_ENGINE_ELEMENTWISE_H_
#define LANEWISE_DISPATCH_ENGINE_ELEMENTWISE_H_

#include "dispatch/engine/size_rules.h"
#include "kernels/list/table.h"
#include "kernels/registry.h"

namespace lanewise {

// Null pointers, sizes that overflow the address space, overlap. LW_OK or the failure, with its
// message. The output is the last operand.
lw_status CheckOperands(const KernelEntry& kernel, const lw_operand* operands, int64_t n);

// Runs a checked call under the floating-point guard.
void RunElementwise(const KernelEntry& kernel, const lw_operand* operands, int64_t n);

// The same without the guard and threads, elements in order: for NumPy's loops, where operands
// may overlap in any way. Returns the Raised bits.
uint32_t RunInOrder(const Table& table, const KernelEntry& kernel, const lw_operand* operands,
                    int64_t n);

// What changes with the size of a call.
SizeRules ElementwiseRules(const KernelEntry& kernel);

// Whether the n elements of two operands share a byte.
bool SharesBytes(const lw_operand& a, size_t a_size, const lw_operand& b, size_t b_size, int64_t n);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_ELEMENTWISE_H_
