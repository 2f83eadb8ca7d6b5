// Equal elements have the variance +0, although their sum, and so their mean, is rounded.

#ifndef LANEWISE_DISPATCH_ENGINE_REDUCE_VAR_H_
#define LANEWISE_DISPATCH_ENGINE_REDUCE_VAR_H_

#include <cstddef>
#include <cstring>

#include "dispatch/engine/reduce_range.h"

namespace lanewise {

// Of the squares' sums of `count` sequences, whether any may belong to equal elements: what the
// rounding of their mean can leave. False for nearly all data, so that nothing more is read.
bool MayBeEqual(const Sequences& r, const char* sums, const char* means, size_t count);

// Sets the sums of sequences of equal elements to +0. `sums` is the row that reduce(loops) leaves
// its results in; the two rows at `means` are the means, and free.
template <class Reduce>
void ZeroIfEqual(const Sequences& r, char* sums, char* means, size_t count, Reduce reduce) {
  if (!MayBeEqual(r, sums, means, count)) return;
  const bool narrow = r.entry.dtypes[0] == LW_F32;
  const auto loops = [&](lw_kernel id) -> const ReduceLoops& {
    return *r.table.slots[FindReduction(id, r.entry.dtypes[0])->slot].reduce;
  };
  const size_t bytes = count * static_cast<size_t>(r.ResultSize());
  char *saved = means, *least = means + bytes;
  std::memcpy(saved, sums, bytes);
  reduce(loops(LW_MIN));
  std::memcpy(least, sums, bytes);
  reduce(loops(LW_MAX));
  const auto finish = [&](auto* most) {
    using T = std::remove_pointer_t<decltype(most)>;
    const T* lowest = reinterpret_cast<const T*>(least);
    const T* sum = reinterpret_cast<const T*>(saved);
    for (size_t j = 0; j < count; ++j) {
      const bool nan = sum[j] != sum[j];  // of equal infinities
      most[j] = lowest[j] == most[j] && !nan ? T(0) : sum[j];
    }
  };
  if (narrow)
    finish(reinterpret_cast<float*>(sums));
  else
    finish(reinterpret_cast<double*>(sums));
}

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_REDUCE_VAR_H_
