// What changes with the size of a call whose operands are contiguous and lie apart: from how many
// elements on. Found by asking what decides about calls, so that it cannot say anything else.

#ifndef LANEWISE_DISPATCH_ENGINE_SIZE_RULES_H_
#define LANEWISE_DISPATCH_ENGINE_SIZE_RULES_H_

#include <cstdint>

#include "kernels/list/table.h"
#include "kernels/registry.h"

namespace lanewise {

struct SizeRules {
  static constexpr int64_t kNever = INT64_MAX;
  int64_t threads_from = kNever;
  int64_t stream_from = kNever;  // stores past the caches
  int64_t table_from = kNever;   // another target's loops: those of `table`
  const Table* table = nullptr;
};

// The least n for which a rule holds that begins at a size and does not end; kNever if none.
template <class Holds>
int64_t LeastSize(Holds holds) {
  int64_t below = 0, from = int64_t{1} << 56;
  if (!holds(from)) return SizeRules::kNever;
  while (from - below > 1) {
    const int64_t middle = below + (from - below) / 2;
    (holds(middle) ? from : below) = middle;
  }
  return from;
}

// Of any kernel, for the calling thread.
SizeRules RulesOf(const KernelEntry& kernel);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_SIZE_RULES_H_
