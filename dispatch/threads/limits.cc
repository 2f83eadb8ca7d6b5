#include "dispatch/host/budget.h"
#include "dispatch/threads/limits.h"

#include <atomic>
#include <climits>

#include "dispatch/base/once.h"
#include "dispatch/base/scope.h"
#include "dispatch/host/os.h"

namespace lanewise {
namespace {

// What the system and the environment allow; read once, except that the affinity mask of the
// calling thread is asked for anew by every call that is large enough to be split.
struct SystemLimits {
  CpuBudget budget;
  int others = INT_MAX;  // the least limit but the affinity mask's, which is the first
  std::string others_reason;
};

SystemLimits ReadLimits() {
  SystemLimits limits;
  limits.budget = ComputeBudget(ReadBudget());
  for (size_t i = 1; i < limits.budget.limits.size(); ++i) {
    const CpuLimit& limit = limits.budget.limits[i];
    if (limit.cpus < limits.others) limits.others = limit.cpus, limits.others_reason = limit.reason;
  }
  return limits;
}

const SystemLimits& System() {
  static constinit Once<SystemLimits> limits;
  return limits.Get(&ReadLimits);
}

std::atomic<int> g_api_limit{0};

}  // namespace

ThreadLimit BindingLimit() {
  const SystemLimits& system = System();
  const CpuLimit& recorded = system.budget.limits[0];
  const int affinity = CountAffinity();
  ThreadLimit least{affinity > 0 ? affinity : recorded.cpus, recorded.reason.c_str()};
  const auto add = [&least](int limit, const char* reason) {
    if (limit > 0 && limit < least.threads) least = {limit, reason};
  };
  add(system.others, system.others_reason.c_str());
  add(g_api_limit.load(std::memory_order_relaxed), "lw_set_threads");
  add(t_scope.thread_limit, "a scoped limit of this thread (lw_push_threads)");
  return least;
}

void SetThreadLimit(int limit) { g_api_limit.store(limit, std::memory_order_relaxed); }

std::string ThreadWarnings() {
  std::string text;
  for (const std::string& warning : System().budget.warnings) {
    text += (text.empty() ? "" : "; ") + warning;
  }
  return text;
}

}  // namespace lanewise
