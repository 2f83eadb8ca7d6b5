// Process-wide and per-thread state of dispatch: the active table and the caps.

#ifndef LANEWISE_DISPATCH_CHOOSE_STATE_H_
#define LANEWISE_DISPATCH_CHOOSE_STATE_H_

#include <atomic>
#include <string>
#include <string_view>

#include "dispatch/base/scope.h"
#include "dispatch/host/this_host.h"
#include "kernels/list/table.h"
#include "kernels/registry.h"

namespace lanewise {

// The table of the whole process; null until the first call. Choosing it then, and not when the
// library is loaded, makes loading free and calls from other libraries' constructors safe.
extern std::atomic<const Table*> g_table;
const Table& InitialiseTable();

inline const Table& ActiveTable() {
  const Table* scoped = t_scope.table;
  if (scoped) [[unlikely]]
    return *scoped;
  const Table* table = g_table.load(std::memory_order_acquire);
  return table ? *table : InitialiseTable();
}

// The best supported table whose target is not above `max` (an index into kCompiledTargets), with
// the policy's exceptions (dispatch/choose/policy.h) applied. The baseline's when memory is short.
const Table& TableCappedAt(int max_index);

// Index into kCompiledTargets of the best one supported here; of a name; -1 if unknown.
int BestTargetIndex();
int TargetIndex(std::string_view name);
int TargetIndexOf(const Table& table);

// Whether a compiled target runs on this host; if not, why.
bool TargetSupported(int index);
const char* TargetReason(int index);

// All that was ignored in the environment, limits of threads included; empty if nothing.
std::string Warnings();

// The API's process-wide cap; -1 removes it.
void SetMaxTarget(int index);
int ProcessMaxTarget();  // index of the cap in force (environment or API), or -1

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_CHOOSE_STATE_H_
