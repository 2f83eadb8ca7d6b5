#include "dispatch/engine/size_rules.h"

#include "dispatch/choose/policy.h"
#include "dispatch/engine/elementwise.h"

namespace lanewise {

SizeRules RulesOf(const KernelEntry& kernel) {
  if (kernel.shape == LW_SHAPE_ELEMENTWISE) return ElementwiseRules(kernel);
  SizeRules rules;
  if (kernel.shape == LW_SHAPE_SEARCH) {
    rules.threads_from = kThreadSearches;
    return rules;
  }
  if (kernel.shape != LW_SHAPE_COMPRESS) {
    rules.threads_from = LeastSize([&](int64_t n) { return IsWorthThreads(n * kernel.Size(0)); });
  }
  return rules;
}

}  // namespace lanewise
