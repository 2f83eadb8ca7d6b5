// Checks of arguments that several functions of the C ABI share. None reads array memory, so that
// they serve device memory too. Failures leave the thread's message.

#ifndef LANEWISE_DISPATCH_ENGINE_CHECKS_H_
#define LANEWISE_DISPATCH_ENGINE_CHECKS_H_

#include "kernels/registry.h"

namespace lanewise {

// Names the dtypes that were given and those that a kernel takes, inputs and output.
lw_status FailDtypes(lw_kernel id, const lw_dtype* dtypes);

// Whether lw_reduce takes the kernel; and why a kernel does not reduce a dtype over axes.
bool ReducesAxes(const KernelEntry& kernel);
lw_status FailReduction(lw_kernel id, lw_dtype dtype);

// The function of the C ABI that runs the kernel.
const char* FunctionOf(const KernelEntry& kernel);

// A flag or format of a function with two of them: 0 or 1.
lw_status CheckZeroOrOne(const char* function, const char* argument, int32_t value);

// "input 0", "the output": how messages name an operand.
const char* OperandName(const KernelEntry& kernel, int operand);

// The view's number of elements and, unless that is 0, the bytes it spans.
lw_status CheckView(const KernelEntry& kernel, const char* what, const lw_view& view, size_t size,
                    int64_t* count, const char** begin, const char** end);

// lw_reduce's views, axes and overlap.
lw_status CheckReduceViews(const KernelEntry& kernel, const lw_view& in, uint64_t axis_mask,
                           const lw_view& out);

// Completes options of another release (struct_size.h); null gives the defaults. `function` is
// named in the message.
lw_status TakeCallOptions(const char* function, const lw_call_options* options,
                          lw_call_options& known);
// Writes the results of a call to its options, if any, which have been taken.
void GiveCallResults(lw_call_options* options, int64_t count);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_CHECKS_H_
