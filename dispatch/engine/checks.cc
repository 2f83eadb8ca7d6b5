#include "dispatch/engine/checks.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "dispatch/base/error.h"
#include "dispatch/base/struct_size.h"
#include "dispatch/engine/overlap.h"

namespace lanewise {

namespace {

// Text in a buffer of fixed size, cut off where it ends.
template <size_t kSize>
struct Sentence {
  // Not "": Clang 14 to 19 give that literal the size of another instance, and write as much.
  char text[kSize] = {};
  void Add(const char* more) {
    const size_t used = std::strlen(text);
    snprintf(text + used, kSize - used, "%s", more);
  }
  // "f32,f32->f32"
  void AddLoop(const lw_dtype* dtypes, const KernelEntry& kernel) {
    for (int i = 0; i < kernel.Operands(); ++i) {
      const char* name = lw_dtype_name(dtypes[i]);
      if (i > 0) Add(i == kernel.inputs ? "->" : ",");
      Add(name ? name : "?");
    }
  }
  void AddLoopsOf(lw_kernel id) {
    if (id == LW_CONVERT) return Add("any dtype to another one");
    const char* separator = "";
    for (const KernelEntry& entry : kKernels) {
      if (entry.id != id) continue;
      Add(separator);
      AddLoop(entry.dtypes, entry);
      separator = ", ";
    }
  }
};

}  // namespace

lw_status FailDtypes(lw_kernel id, const lw_dtype* dtypes) {
  const KernelEntry* first = FirstKernel(id);
  if (!first) return Fail(LW_ERR_KERNEL, "no kernel has id %d", static_cast<int>(id));
  Sentence<64> given;
  given.AddLoop(dtypes, *first);
  Sentence<320> taken;
  taken.AddLoopsOf(id);
  return Fail(LW_ERR_DTYPE, "%s takes %s, not %s", first->name, taken.text, given.text);
}

bool ReducesAxes(const KernelEntry& kernel) {
  return kernel.shape == LW_SHAPE_REDUCE || kernel.shape == LW_SHAPE_ARG;
}

const char* FunctionOf(const KernelEntry& kernel) {
  if (kernel.shape == LW_SHAPE_SEARCH) return "lw_searchsorted";
  return ReducesAxes(kernel) ? "lw_reduce" : "lw_call";
}

lw_status FailReduction(lw_kernel id, lw_dtype dtype) {
  const KernelEntry* first = FirstKernel(id);
  if (!first) return Fail(LW_ERR_KERNEL, "no kernel has id %d", static_cast<int>(id));
  if (!ReducesAxes(*first)) {
    return Fail(LW_ERR_KERNEL, "%s does not reduce an array over axes", first->name);
  }
  Sentence<320> taken;
  taken.AddLoopsOf(id);
  const char* name = lw_dtype_name(dtype);
  return Fail(LW_ERR_DTYPE, "%s reduces %s, not %s", first->name, taken.text,
              name ? name : "an unknown dtype");
}

lw_status CheckZeroOrOne(const char* function, const char* argument, int32_t value) {
  if (value == 0 || value == 1) return LW_OK;
  return Fail(LW_ERR_VALUE, "%s: %s is %d, not 0 or 1", function, argument, value);
}

const char* OperandName(const KernelEntry& kernel, int operand) {
  static constexpr const char* kInputs[] = {"input 0", "input 1", "input 2", "input 3",
                                            "input 4", "input 5", "input 6"};
  static constexpr const char* kOutputs[] = {"output 0", "output 1"};
  if (operand < kernel.inputs) return kInputs[operand];
  return kernel.outputs == 1 ? "the output" : kOutputs[operand - kernel.inputs];
}

lw_status CheckView(const KernelEntry& kernel, const char* what, const lw_view& view, size_t size,
                    int64_t* count, const char** begin, const char** end) {
  if (view.ndim < 0 || view.ndim > LW_MAX_NDIM) {
    return Fail(LW_ERR_SIZE, "%s: %s has ndim %d, not 0..%d", kernel.name, what, view.ndim,
                LW_MAX_NDIM);
  }
  if (view.ndim > 0 && (!view.shape || !view.stride_bytes)) {
    return Fail(LW_ERR_NULL, "%s: shape or strides of %s are null", kernel.name, what);
  }
  int64_t below = 0, above = 0;
  bool fits = true, empty = false;
  *count = 1;
  for (int i = 0; i < view.ndim; ++i) {
    if (view.shape[i] < 0) {
      return Fail(LW_ERR_SIZE, "%s: axis %d of %s has negative size %lld", kernel.name, i, what,
                  (long long)view.shape[i]);
    }
    if (view.shape[i] == 0) {
      empty = true;
      continue;
    }
    int64_t span;
    fits &= !__builtin_mul_overflow(*count, view.shape[i], count);
    fits &= !__builtin_mul_overflow(view.stride_bytes[i], view.shape[i] - 1, &span);
    fits &= !__builtin_add_overflow(span < 0 ? below : above, span, span < 0 ? &below : &above);
  }
  if (empty) *count = 0;
  if (empty) return LW_OK;
  if (!fits || below == INT64_MIN || above > INT64_MAX - static_cast<int64_t>(size)) {
    return Fail(LW_ERR_SIZE, "%s: %s exceeds the address space", kernel.name, what);
  }
  if (!view.data) return Fail(LW_ERR_NULL, "%s: data of %s is null", kernel.name, what);
  *begin = static_cast<const char*>(view.data) + below;
  *end = static_cast<const char*>(view.data) + above + size;
  return LW_OK;
}

lw_status CheckReduceViews(const KernelEntry& kernel, const lw_view& in, uint64_t axis_mask,
                           const lw_view& out) {
  int64_t in_count = 0, out_count = 0;
  const char *in_begin = nullptr, *in_end = nullptr, *out_begin = nullptr, *out_end = nullptr;
  lw_status status =
      CheckView(kernel, "the input", in, kernel.Size(0), &in_count, &in_begin, &in_end);
  if (status != LW_OK) return status;
  status = CheckView(kernel, "the output", out, kernel.Size(kernel.inputs), &out_count, &out_begin,
                     &out_end);
  if (status != LW_OK) return status;
  if (in.ndim < 64 && (axis_mask >> in.ndim) != 0) {
    return Fail(LW_ERR_SHAPE, "%s: axis_mask 0x%llx names an axis that the input of ndim %d lacks",
                kernel.name, (unsigned long long)axis_mask, in.ndim);
  }
  if (out.ndim != in.ndim - std::popcount(axis_mask)) {
    return Fail(LW_ERR_SHAPE, "%s: the output has ndim %d, expected %d", kernel.name, out.ndim,
                in.ndim - std::popcount(axis_mask));
  }
  bool reduces_nothing = false;
  for (int i = 0, k = 0; i < in.ndim; ++i) {
    if (axis_mask >> i & 1) {
      reduces_nothing |= in.shape[i] == 0;
    } else if (out.shape[k++] != in.shape[i]) {
      return Fail(LW_ERR_SHAPE, "%s: axis %d of the output has size %lld, expected %lld",
                  kernel.name, k - 1, (long long)out.shape[k - 1], (long long)in.shape[i]);
    }
  }
  if (reduces_nothing && out_count > 0 && kernel.needs_element) {
    return Fail(LW_ERR_SIZE, "%s over an empty axis is undefined", kernel.name);
  }
  if (out_count > 0 && !ElementsDistinct(out, kernel.Size(kernel.inputs))) {
    return Fail(LW_ERR_OVERLAP, "%s: elements of the output overlap each other", kernel.name);
  }
  if (in_count > 0 && out_count > 0 && in_begin < out_end && out_begin < in_end) {
    return Fail(LW_ERR_OVERLAP, "%s: the output overlaps the input", kernel.name);
  }
  return LW_OK;
}

lw_status TakeCallOptions(const char* function, const lw_call_options* options,
                          lw_call_options& known) {
  known = {};
  if (!options) return LW_OK;
  const lw_status status =
      CheckStructSize("call options", options->struct_size, kCallOptionsSmallest);
  if (status != LW_OK || (TakeStruct(options, known) && known.reserved == 0)) return status;
  return Fail(LW_ERR_UNSUPPORTED, "%s: the options set something that lanewise %s lacks", function,
              lw_version());
}

void GiveCallResults(lw_call_options* options, int64_t count) {
  if (!options) return;
  options->result_count = count;
  options->first_bad_index = -1;  // no kernel takes indices yet
}

}  // namespace lanewise
