#include "dispatch/choose/state.h"
#include "dispatch/threads/limits.h"

#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>

#include "dispatch/base/once.h"
#include "dispatch/base/settings.h"
#include "dispatch/base/text.h"
#include "dispatch/choose/policy.h"
#include "dispatch/threads/threads.h"

namespace lanewise {

std::atomic<const Table*> g_table{nullptr};

namespace {

constexpr int kMaxTargets = 16;

// Of the compiled targets those that run here; worked out at the first use, so that loading the
// library costs nothing.
struct Targets {
  TargetState states[kMaxTargets];
  int best = 0;
};

const Targets& TheseTargets() {
  static constinit Once<Targets> targets;
  return targets.Get([] {
    Targets t;
    for (int i = 0; i < static_cast<int>(kCompiledTargetCount); ++i) {
      const auto target = ParseTarget(kCompiledTargets[i].name);
      if (target) t.states[i] = ThisHost().StateOf(*target);
      if (t.states[i].supported) t.best = i;
    }
    return t;
  });
}

std::atomic<int> g_api_cap{-1};

// LANEWISE_MAX_TARGET, read once.
struct Cap {
  int target = -1;  // -1 without a cap
  std::string warning;
};

const Cap& EnvironmentCap() {
  static constinit Once<Cap> cap;
  return cap.Get([] {
    Cap c;
    const char* text = SettingText(Setting::kMaxTarget);
    if (text) c.target = TargetIndex(text);
    if (text && c.target < 0) c.warning = Complaint(Setting::kMaxTarget, text);
    return c;
  });
}

void PrintVerboseLine() {
  if (!IsVerbose()) return;
  const int current = TargetIndexOf(ActiveTable());
  const int best = BestTargetIndex();
  const std::string warnings = Warnings();
  const std::string line = std::string("lanewise ") + lw_version() + ", numerics " +
                           std::to_string(lw_numerics_version()) + ": target " +
                           kCompiledTargets[current].name +
                           (current == best ? " (best of this machine); " : " (capped); ") +
                           ThreadReport() + (warnings.empty() ? "" : "; ") + warnings + "\n";
  fputs(ValidUtf8(line).c_str(), stderr);
}

int EffectiveCap() {
  const int api = g_api_cap.load(std::memory_order_relaxed);
  return api >= 0 ? api : EnvironmentCap().target;
}

// Of the targets up to the index the best that runs here; throws when memory is short.
const Table& BestTable(int max_index) {
  static constinit Once<Table> tables[kMaxTargets];
  int index = 0;
  for (int i = 0; i <= max_index && i < static_cast<int>(kCompiledTargetCount); ++i) {
    if (TargetSupported(i)) index = i;
  }
  return tables[index].Get([index] {
    Table table = BuildTable(kCompiledTargets[index].target);
    for (const TargetException& exception : kTargetExceptions) {
      if (std::strcmp(exception.target, kCompiledTargets[index].name) != 0) continue;
      const int use = TargetIndex(exception.use);
      if (use < 0 || !TargetSupported(use)) continue;
      // Not on the stack: threads may have little of that.
      const std::unique_ptr<const Table> other(new Table(BuildTable(kCompiledTargets[use].target)));
      for (const auto& kernel : kKernels) {
        if (kernel.id != exception.kernel) continue;
        table.slots[kernel.slot] = other->slots[kernel.slot];
        table.repeated[kernel.slot] = other->repeated[kernel.slot];
        table.slot_target[kernel.slot] = other->target;
      }
    }
    return table;
  });
}

// For want of memory to find out about the machine: the same bits, and no memory needed.
const Table& BaselineTable() {
  static const Table table = BuildTable(kCompiledTargets[0].target);
  return table;
}

const Table* TableInForce() {
  const int cap = EffectiveCap();
  return &BestTable(cap < 0 ? static_cast<int>(kCompiledTargetCount) - 1 : cap);
}

}  // namespace

const Table& InitialiseTable() {
  try {
    const Table* expected = nullptr;
    const Table* table = TableInForce();
    if (!g_table.compare_exchange_strong(expected, table, std::memory_order_acq_rel)) {
      return *expected;
    }
  } catch (const std::exception&) {
    return BaselineTable();  // the next call tries again
  }
  try {
    PrintVerboseLine();
  } catch (const std::exception&) {
    // No memory for a line.
  }
  return *g_table.load(std::memory_order_acquire);
}

int BestTargetIndex() { return TheseTargets().best; }
bool TargetSupported(int index) { return TheseTargets().states[index].supported; }
const char* TargetReason(int index) { return TheseTargets().states[index].reason.c_str(); }

int TargetIndex(std::string_view name) {
  const auto target = ParseTarget(name);
  if (!target) return -1;
  // A cap may name a target that is not compiled in: the next lower one that is, counts.
  int found = -1;
  for (int i = 0; i < static_cast<int>(kCompiledTargetCount); ++i) {
    const auto compiled = ParseTarget(kCompiledTargets[i].name);
    if (compiled && ArchOf(*compiled) == ArchOf(*target) && *compiled <= *target) found = i;
  }
  return found;
}

int TargetIndexOf(const Table& table) {
  for (int i = 0; i < static_cast<int>(kCompiledTargetCount); ++i) {
    if (kCompiledTargets[i].target == table.target) return i;
  }
  return 0;
}

const Table& TableCappedAt(int max_index) {
  try {
    return BestTable(max_index);
  } catch (const std::exception&) {
    return BaselineTable();
  }
}

std::string Warnings() {
  std::string text;
  for (const std::string& more : {EnvironmentCap().warning, SettingWarnings(), ThreadWarnings()}) {
    text += (text.empty() || more.empty() ? "" : "; ") + more;
  }
  return text;
}

void SetMaxTarget(int index) {
  const int before = g_api_cap.exchange(index, std::memory_order_relaxed);
  try {
    g_table.store(TableInForce(), std::memory_order_release);
  } catch (...) {
    g_api_cap.store(before, std::memory_order_relaxed);
    throw;
  }
}

int ProcessMaxTarget() { return EffectiveCap(); }

}  // namespace lanewise
