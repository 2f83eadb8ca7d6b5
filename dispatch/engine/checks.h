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

// A flag or format of a function with two of them: 0 or 1.
lw_status CheckZeroOrOne(const char* function, const char* argument, int32_t value);

// The view's number of elements and, unless that is 0, the bytes it spans.
lw_status CheckView(const KernelEntry& kernel, const char* what, const lw_view& view, size_t size,
                    int64_t* count, const char** begin, const char** end);

// Whether no two elements of a checked view share a byte. Exact for views made of nested strides,
// which is what array libraries make; stranger ones are refused.
bool ElementsDistinct(const lw_view& view, size_t size);

// Whether two checked views, neither empty, share a byte. Exact unless deciding takes thousands of
// steps, which needs strides that no array library makes; such views count as sharing.
bool ViewsShareBytes(const lw_view& a, size_t a_size, const lw_view& b, size_t b_size);

// lw_reduce's views, axes and overlap.
lw_status CheckReduceViews(const KernelEntry& kernel, const lw_view& in, uint64_t axis_mask,
                           const lw_view& out);

// Completes options of another release (struct_size.h). `function` is named in the message.
lw_status TakeReduceOptions(const char* function, const lw_reduce_options& options,
                            lw_reduce_options& known);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_CHECKS_H_
