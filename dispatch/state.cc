#include "dispatch/state.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

#include "dispatch/os.h"
#include "dispatch/policy.h"
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
  static const Machine machine;
  return machine;
}

std::atomic<int> g_api_cap{-1};

void PrintVerboseLine() {
  const Settings& settings = EnvironmentSettings();
  if (!settings.verbose) return;
  const int current = TargetIndexOf(ActiveTable());
  const int best = BestTargetIndex();
  fprintf(stderr, "lanewise %s, numerics %d: target %s (%s)%s%s\n", lw_version(),
          lw_numerics_version(), kCompiledTargets[current].name,
          current == best ? "best of this machine" : "capped",
          settings.warnings.empty() ? "" : "; ", settings.warnings.c_str());
}

int EffectiveCap() {
  const int api = g_api_cap.load(std::memory_order_relaxed);
  return api >= 0 ? api : EnvironmentSettings().max_target;
}

const Table* TableInForce() {
  const int cap = EffectiveCap();
  return &TableCappedAt(cap < 0 ? static_cast<int>(kCompiledTargetCount) - 1 : cap);
}

}  // namespace

const Table& InitialiseTable() {
  const Table* expected = nullptr;
  const Table* table = TableInForce();
  if (g_table.compare_exchange_strong(expected, table, std::memory_order_acq_rel)) {
    PrintVerboseLine();
    return *table;
  }
  return *expected;
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
  static std::once_flag once[kMaxTargets];
  static Table tables[kMaxTargets];
  int index = 0;
  for (int i = 0; i <= max_index && i < static_cast<int>(kCompiledTargetCount); ++i) {
    if (TargetSupported(i)) index = i;
  }
  std::call_once(once[index], [index] {
    tables[index] = BuildTable(kCompiledTargets[index].target);
    for (const TargetException& exception : kTargetExceptions) {
      if (std::strcmp(exception.target, kCompiledTargets[index].name) != 0) continue;
      const int use = TargetIndex(exception.use);
      if (use < 0 || !TargetSupported(use)) continue;
      const Table other = BuildTable(kCompiledTargets[use].target);
      for (const auto& kernel : kKernels) {
        if (kernel.id != exception.kernel) continue;
        tables[index].slots[kernel.slot] = other.slots[kernel.slot];
        tables[index].repeated[kernel.slot] = other.repeated[kernel.slot];
        tables[index].slot_target[kernel.slot] = other.target;
      }
    }
  });
  return tables[index];
}

const Settings& EnvironmentSettings() {
  static const Settings settings = [] {
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
  }();
  return settings;
}

void SetMaxTarget(int index) {
  g_api_cap.store(index, std::memory_order_relaxed);
  g_table.store(TableInForce(), std::memory_order_release);
}

int ProcessMaxTarget() { return EffectiveCap(); }

}  // namespace lanewise
