#include "dispatch/threads.h"

#include <dlfcn.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>

#include "dispatch/fpenv.h"
#include "dispatch/os.h"
#include "dispatch/state.h"
#include "dispatch/threads_module.h"

namespace lanewise {
namespace {

std::atomic<int> g_api_limit{0};
std::atomic<bool> g_workers_started{false};
// The module was wanted and is not there: calls stay serial and the report says why.
std::atomic<bool> g_module_missing{false};
// A child of a process that had workers: they do not exist here, and oneTBB cannot restart them.
std::atomic<bool> g_forked{false};

const CpuBudget& SystemBudget() {
  static const CpuBudget budget = ComputeBudget(ReadBudget());
  return budget;
}

struct Module {
  LanewiseRunFn run = nullptr;
  std::string reason;
};

// Loaded from the library's own folder only, never searched for, never closed.
const Module& LoadModule() {
  static const Module module = [] {
    const int saved_errno = errno;
    Module m;
    const std::string folder = OwnFolder();
    const std::string path = folder + LANEWISE_TBB_MODULE;
    void* handle = folder.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      const char* error = folder.empty() ? "own folder unknown" : dlerror();
      m.reason = std::string("no threads: ") + (error ? error : "threading module not loaded");
      errno = saved_errno;
      return m;
    }
    m.run = reinterpret_cast<LanewiseRunFn>(dlsym(handle, "lanewise_tbb_run"));
    if (!m.run) m.reason = "no threads: " + path + " is not lanewise's threading module";
    errno = saved_errno;
    return m;
  }();
  return module;
}

struct Work {
  TaskFn fn;
  void* context;
  const Table* scoped;  // the caller's cap
  // oneTBB orders begin and end of every task; acquire and release here say the same to
  // ThreadSanitizer, which cannot see inside that library.
  std::atomic<bool> ready{false};
  std::atomic<uint32_t> raised{0};
};

void RunRange(void* context, size_t begin, size_t end) {
  Work& work = *static_cast<Work*>(context);
  (void)work.ready.load(std::memory_order_acquire);
  const Table* own = t_table;
  t_table = work.scoped;
  uint32_t raised = 0;
  {
    TaskFpGuard guard;
    work.fn(work.context, begin, end, &raised);
    raised |= guard.Finish() << 16;
  }
  t_table = own;
  work.raised.fetch_or(raised, std::memory_order_acq_rel);
}

}  // namespace

int ThreadBudget() {
  if (g_forked.load(std::memory_order_relaxed)) return 1;
  if (g_module_missing.load(std::memory_order_relaxed)) return 1;
  const int limit = g_api_limit.load(std::memory_order_relaxed);
  const int cpus = SystemBudget().cpus;
  return limit > 0 ? std::min(limit, cpus) : cpus;
}

void SetThreadLimit(int limit) { g_api_limit.store(limit, std::memory_order_relaxed); }

TaskFlags ParallelFor(size_t tasks, size_t grain, TaskFn fn, void* context) {
  const int threads = ThreadBudget();
  if (threads > 1 && tasks > grain) {
    // Before the module is loaded: a child forked meanwhile would wait for ever for the loading.
    static const int handler = pthread_atfork(nullptr, nullptr, [] {
      if (g_workers_started.load()) g_forked.store(true);
    });
    if (handler == 0) g_workers_started.store(true);
    const Module& module = LoadModule();
    if (!module.run) g_module_missing.store(true);
    if (module.run) {
      Work work{fn, context, t_table};
      work.ready.store(true, std::memory_order_release);
      if (module.run(threads, tasks, std::max<size_t>(grain, 1), &RunRange, &work) == 0) {
        const uint32_t raised = work.raised.load(std::memory_order_acquire);
        return {raised & 0xFFFF, raised >> 16};
      }
    }
  }
  TaskFlags flags;
  fn(context, 0, tasks, &flags.own);
  return flags;
}

std::string ThreadReport() {
  if (g_forked.load()) {
    return "1 thread: this process was forked from one that had worker threads";
  }
  const CpuBudget& budget = SystemBudget();
  const int limit = g_api_limit.load();
  std::string report = std::to_string(ThreadBudget()) +
                       (ThreadBudget() == 1 ? " thread: " : " threads: ") +
                       (limit > 0 && limit < budget.cpus ? "lw_set_threads" : budget.reason);
  for (const std::string& warning : budget.warnings) report += "; " + warning;
  if (g_module_missing.load()) report = "1 thread: " + LoadModule().reason;
  return report;
}

}  // namespace lanewise
