#include "dispatch/state.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "dispatch/once.h"
#include "dispatch/os.h"
#include "dispatch/policy.h"
#include "dispatch/text.h"
#include "dispatch/threads.h"
#include "gpu/driver.h"

namespace lanewise {

std::atomic<const Table*> g_table{nullptr};
thread_local const Table* t_table = nullptr;

namespace {

constexpr int kMaxTargets = 16;

// What this process needs to know about the machine to pick targets; worked out at the first use,
// so that loading the library costs nothing.
struct Machine {
  Host host;
  TargetState states[kMaxTargets];
  int best = 0;

  Machine() : host(DetectHost(ReadHost(Detail::kTargets))) {
    for (int i = 0; i < static_cast<int>(kCompiledTargetCount); ++i) {
      const auto target = ParseTarget(kCompiledTargets[i].name);
      if (target) states[i] = host.StateOf(*target);
      if (states[i].supported) best = i;
    }
  }
};

const Machine& ThisMachine() {
  static constinit Once<Machine> machine;
  return machine.Get([] { return Machine(); });
}

std::atomic<int> g_api_cap{-1};

void PrintVerboseLine() {
  if (!EnvironmentSettings().verbose) return;
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
  return api >= 0 ? api : EnvironmentSettings().max_target;
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
      const Table other = BuildTable(kCompiledTargets[use].target);
      for (const auto& kernel : kKernels) {
        if (kernel.id != exception.kernel) continue;
        table.slots[kernel.slot] = other.slots[kernel.slot];
        table.repeated[kernel.slot] = other.repeated[kernel.slot];
        table.slot_target[kernel.slot] = other.target;
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

const Host& ThisHost() { return ThisMachine().host; }
int BestTargetIndex() { return ThisMachine().best; }
bool TargetSupported(int index) { return ThisMachine().states[index].supported; }
const char* TargetReason(int index) { return ThisMachine().states[index].reason.c_str(); }

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
  const std::string& settings = EnvironmentSettings().warnings;
  const std::string threads = ThreadWarnings();
  return settings + (settings.empty() || threads.empty() ? "" : "; ") + threads;
}

const Settings& EnvironmentSettings() {
  static constinit Once<Settings> settings;
  return settings.Get([] {
    Settings s{-1, "", false};
    if (const char* text = std::getenv("LANEWISE_MAX_TARGET"); text && *text) {
      s.max_target = TargetIndex(text);
      if (s.max_target < 0) {
        s.warnings = "LANEWISE_MAX_TARGET=" + std::string(text).substr(0, 64) +
                     " is not a target of this architecture and is ignored";
      }
    }
    if (const char* text = std::getenv("LANEWISE_VERBOSE"); text && *text) {
      s.verbose = std::strcmp(text, "0") != 0;
    }
    if (const char* text = std::getenv("LANEWISE_GPU");
        text && *text && std::strcmp(text, "off") && std::strcmp(text, "on")) {
      if (!s.warnings.empty()) s.warnings += "; ";
      s.warnings += "LANEWISE_GPU=" + std::string(text).substr(0, 64) +
                    " is neither on nor off and is ignored";
    }
    if (const char* text = std::getenv("LANEWISE_GPU_TIMEOUT_MS");
        text && *text && !gpu::ParseTimeout(text)) {
      if (!s.warnings.empty()) s.warnings += "; ";
      s.warnings += "LANEWISE_GPU_TIMEOUT_MS=" + std::string(text).substr(0, 64) +
                    " is no number of milliseconds and is ignored";
    }
    return s;
  });
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
