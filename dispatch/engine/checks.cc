#include "dispatch/engine/checks.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "dispatch/base/error.h"
#include "dispatch/base/struct_size.h"

namespace lanewise {

namespace {

// Text in a buffer of fixed size, cut off where it ends.
template <size_t kSize>
struct Sentence {
  char text[kSize] = "";
  void Add(const char* more) {
    const size_t used = std::strlen(text);
    snprintf(text + used, kSize - used, "%s", more);
  }
  // "f32,f32->f32"
  void AddLoop(const lw_dtype* dtypes, int inputs) {
    for (int i = 0; i <= inputs; ++i) {
      const char* name = lw_dtype_name(dtypes[i]);
      if (i > 0) Add(i == inputs ? "->" : ",");
      Add(name ? name : "?");
    }
  }
  void AddLoopsOf(lw_kernel id) {
    const char* separator = "";
    for (const KernelEntry& entry : kKernels) {
      if (entry.id != id) continue;
      Add(separator);
      AddLoop(entry.dtypes, entry.inputs);
      separator = ", ";
    }
  }
};

}  // namespace

lw_status FailDtypes(lw_kernel id, const lw_dtype* dtypes) {
  const KernelEntry* first = FirstKernel(id);
  if (!first) return Fail(LW_ERR_KERNEL, "no kernel has id %d", static_cast<int>(id));
  Sentence<64> given;
  given.AddLoop(dtypes, first->inputs);
  Sentence<320> taken;
  taken.AddLoopsOf(id);
  return Fail(LW_ERR_DTYPE, "%s takes %s, not %s", first->name, taken.text, given.text);
}

bool ReducesAxes(const KernelEntry& kernel) {
  return kernel.shape == LW_SHAPE_REDUCE || kernel.shape == LW_SHAPE_ARG;
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

bool ElementsDistinct(const lw_view& view, size_t size) {
  int order[LW_MAX_NDIM], axes = 0;
  for (int i = 0; i < view.ndim; ++i) {
    if (view.shape[i] > 1) order[axes++] = i;
  }
  std::sort(order, order + axes, [&](int a, int b) {
    return std::abs(view.stride_bytes[a]) < std::abs(view.stride_bytes[b]);
  });
  int64_t covered = static_cast<int64_t>(size);
  for (int k = 0; k < axes; ++k) {
    const int64_t stride = std::abs(view.stride_bytes[order[k]]);
    if (stride < covered) return false;
    covered += stride * (view.shape[order[k]] - 1);
  }
  return true;
}

namespace {

__extension__ typedef __int128 Wide;

// The sum of k * stride over terms, each k free between low and high.
struct Term {
  Wide stride;  // > 0
  Wide low, high;
};

Wide FloorDiv(Wide a, Wide b) { return a / b - (a % b < 0); }  // b > 0

class SumSearch {
 public:
  void Add(int64_t stride, int64_t size, bool negative) {
    if (size <= 1 || stride == 0) return;
    const bool down = (stride < 0) != negative;
    const Wide magnitude = stride < 0 ? -Wide{stride} : Wide{stride}, last = size - 1;
    const Wide low = down ? -last : Wide{0}, high = down ? Wide{0} : last;
    for (int i = 0; i < count_; ++i) {
      if (terms_[i].stride != magnitude) continue;
      terms_[i].low += low, terms_[i].high += high;
      return;
    }
    terms_[count_++] = {magnitude, low, high};
  }

  // Whether some sum is at least low and at most high.
  bool Reaches(Wide low, Wide high) {
    std::sort(terms_, terms_ + count_,
              [](const Term& a, const Term& b) { return a.stride > b.stride; });
    rest_[count_] = {0, 0};
    for (int i = count_ - 1; i >= 0; --i) {
      rest_[i].low = rest_[i + 1].low + terms_[i].stride * terms_[i].low;
      rest_[i].high = rest_[i + 1].high + terms_[i].stride * terms_[i].high;
    }
    steps_ = 0;
    return Search(0, low, high);
  }

 private:
  static constexpr int kMaxSteps = 20000;

  // The same for the terms from i on. With nested strides at most two values of each term are
  // worth a try, and mostly one.
  bool Search(int i, Wide low, Wide high) {
    if (high < rest_[i].low || rest_[i].high < low) return false;
    if (i == count_ || ++steps_ > kMaxSteps) return true;
    const Term& term = terms_[i];
    const Wide first = std::max(term.low, -FloorDiv(rest_[i + 1].high - low, term.stride));
    const Wide last = std::min(term.high, FloorDiv(high - rest_[i + 1].low, term.stride));
    for (Wide k = first; k <= last; ++k) {
      if (Search(i + 1, low - k * term.stride, high - k * term.stride)) return true;
    }
    return false;
  }

  struct Range {
    Wide low, high;
  };
  Term terms_[2 * LW_MAX_NDIM];
  Range rest_[2 * LW_MAX_NDIM + 1];  // what the terms from here on reach
  int count_ = 0;
  int steps_ = 0;
};

}  // namespace

bool ViewsShareBytes(const lw_view& a, size_t a_size, const lw_view& b, size_t b_size) {
  // Elements at distance d, from a's to b's, share a byte if -b_size < d < a_size.
  SumSearch distance;
  for (int i = 0; i < a.ndim; ++i) distance.Add(a.stride_bytes[i], a.shape[i], true);
  for (int i = 0; i < b.ndim; ++i) distance.Add(b.stride_bytes[i], b.shape[i], false);
  const Wide between = static_cast<Wide>(reinterpret_cast<uintptr_t>(b.data)) -
                       static_cast<Wide>(reinterpret_cast<uintptr_t>(a.data));
  return distance.Reaches(1 - static_cast<Wide>(b_size) - between,
                          static_cast<Wide>(a_size) - 1 - between);
}

lw_status CheckReduceViews(const KernelEntry& kernel, const lw_view& in, uint64_t axis_mask,
                           const lw_view& out) {
  int64_t in_count, out_count;
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

lw_status TakeReduceOptions(const char* function, const lw_reduce_options& options,
                            lw_reduce_options& known) {
  const lw_status status =
      CheckStructSize("reduce options", options.struct_size, kReduceOptionsSmallest);
  if (status != LW_OK || TakeStruct(&options, known)) return status;
  return Fail(LW_ERR_UNSUPPORTED, "%s: the options set something that lanewise %s lacks", function,
              lw_version());
}

}  // namespace lanewise
