// Process-wide and per-thread state of dispatch: the active table and the caps.

#ifndef LANEWISE_DISPATCH_STATE_H_
#define LANEWISE_DISPATCH_STATE_H_

#include <atomic>
#include <string>
#include <string_view>

#include "dispatch/host.h"
#include "dispatch/registry.h"
#include "dispatch/table.h"

namespace lanewise {

// The table of the whole process; null until the first call. Choosing it then, and not when the
// library is loaded, makes loading free and calls from other libraries' constructors safe.
extern std::atomic<const Table*> g_table;
const Table& InitialiseTable();
// The calling thread's table while a scoped cap is in force, else null.
extern thread_local const Table* t_table;

inline const Table& ActiveTable() {
  const Table* scoped = t_table;
  if (scoped) [[unlikely]]
    return *scoped;
  const Table* table = g_table.load(std::memory_order_acquire);
  return table ? *table : InitialiseTable();
}

// The best supported table whose target is not above `max` (an index into kCompiledTargets), with
// the policy's exceptions (dispatch/policy.h) applied. The baseline's when memory is short.
const Table& TableCappedAt(int max_index);

const Host& ThisHost();

// Index into kCompiledTargets of the best one supported here; of a name; -1 if unknown.
int BestTargetIndex();
int TargetIndex(std::string_view name);
int TargetIndexOf(const Table& table);

// Whether a compiled target runs on this host; if not, why.
bool TargetSupported(int index);
const char* TargetReason(int index);

// Settings from the environment, read once; unknown values leave a message and the default.
struct Settings {
  int max_target;        // index, or -1 without a cap
  std::string warnings;  // one line per value that was not understood
  bool verbose;
};
const Settings& EnvironmentSettings();
// All that was ignored in the environment, the limits of threads included; empty if nothing.
std::string Warnings();

// The API's process-wide cap; -1 removes it.
void SetMaxTarget(int index);
int ProcessMaxTarget();  // index of the cap in force (environment or API), or -1

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_STATE_H_
