#include "dispatch/threads/threads.h"

#include <algorithm>
#include <atomic>
#include <exception>

#include "dispatch/base/fpenv.h"
#include "dispatch/base/scope.h"
#include "dispatch/threads/limits.h"
#include "dispatch/threads/module.h"

namespace lanewise {
namespace {

// Where not all workers could be started: how many threads there can be, and when more are tried
// again, by Milliseconds(); or 0. It is tried ever more rarely.
std::atomic<int> g_startable{1};
std::atomic<int64_t> g_retry_at{0};
std::atomic<int64_t> g_patience{0};
constexpr int64_t kLeastPatience = 1000, kMostPatience = 64000;
constexpr char kShort[] =
    "worker threads could not be started (memory or threads are short), which is tried again later";

bool WaitsForRetry() {
  const int64_t at = g_retry_at.load(std::memory_order_relaxed);
  return at != 0 && Milliseconds() < at;
}

void NoteStart(int wanted, int started) {
  if (g_retry_at.load(std::memory_order_relaxed) == 0 && started >= wanted) return;
  if (WaitsForRetry()) {
    if (started < g_startable.load()) g_startable.store(started);
  } else if (started >= wanted) {
    g_patience.store(0);
    g_retry_at.store(0);
  } else {
    const int64_t patience = std::clamp(2 * g_patience.load(), kLeastPatience, kMostPatience);
    g_patience.store(patience);
    g_startable.store(started);
    g_retry_at.store(Milliseconds() + patience);
  }
}

// The limit that binds, those of workers among them.
ThreadLimit LimitNow() {
  ThreadLimit least = BindingLimit();
  const int module = ModuleLimit();
  if (module > 0 && module < least.threads) {
    least = {module, "oneTBB's own limit (CPUs of the main thread, or a tbb::global_control)"};
  }
  const int startable = g_startable.load();
  if (startable < least.threads && WaitsForRetry()) least = {startable, kShort};
  return least;
}

// Null: no threads, or not now.
LanewiseRunFn Runner() {
  try {
    return LoadModule().run;
  } catch (const std::exception&) {
    return nullptr;  // no memory; the next call tries again
  }
}

struct Work {
  TaskFn fn;
  void* context;
  Scope scope;  // the caller's caps
  // oneTBB orders begin and end of every task; acquire and release here say the same to
  // ThreadSanitizer, which cannot see inside that library.
  std::atomic<bool> ready{false};
  std::atomic<uint32_t> raised{0};
};

void RunRange(void* context, size_t begin, size_t end) {
  Work& work = *static_cast<Work*>(context);
  (void)work.ready.load(std::memory_order_acquire);
  const Scope own = t_scope;
  t_scope = work.scope;
  uint32_t raised = 0;
  {
    TaskFpGuard guard;
    work.fn(work.context, begin, end, &raised);
    raised |= guard.Finish() << 16;
  }
  t_scope = own;
  work.raised.fetch_or(raised, std::memory_order_acq_rel);
}

// False if nothing was done: the process is at its end, or no memory or threads just now.
bool RunOnWorkers(LanewiseRunFn run, int threads, size_t tasks, size_t grain, TaskFn fn,
                  void* context, TaskFlags& flags) {
  const Running running;
  if (!running) return false;
  WorkersStart();
  Work work{fn, context, t_scope};
  work.ready.store(true, std::memory_order_release);
  const int started = run(threads, tasks, grain, &RunRange, &work);
  NoteStart(threads, started);
  if (started <= 1) return false;
  RegisterLeave();
  const uint32_t raised = work.raised.load(std::memory_order_acquire);
  flags = {raised & 0xFFFF, raised >> 16};
  return true;
}

}  // namespace

int ThreadBudget() {
  if (IsForkedFromWorkers() || ModuleIsMissing()) return 1;
  try {
    return LimitNow().threads;
  } catch (const std::exception&) {
    return 1;  // no memory to find out
  }
}

int ThreadsToBeHad() {
  const bool loaded = ModuleIsLoaded();
  const int threads = ThreadBudget();
  if (threads == 1 || loaded) return threads;
  return Runner() ? ThreadBudget() : 1;  // the module has a limit of its own
}

TaskFlags ParallelFor(size_t tasks, size_t grain, TaskFn fn, void* context) {
  const int threads = tasks > grain ? ThreadsToBeHad() : 1;
  const LanewiseRunFn run = threads > 1 ? Runner() : nullptr;
  TaskFlags flags;
  if (run && RunOnWorkers(run, threads, tasks, std::max<size_t>(grain, 1), fn, context, flags)) {
    return flags;
  }
  fn(context, 0, tasks, &flags.own);
  return flags;
}

std::string ThreadReport() {
  const int threads = ThreadsToBeHad();
  const std::string number = std::to_string(threads) + (threads == 1 ? " thread: " : " threads: ");
  if (IsForkedFromWorkers()) {
    return number + "this process was forked from one that had worker threads";
  }
  if (ModuleIsMissing()) return number + LoadModule().reason;
  const ThreadLimit limit = LimitNow();
  return number +
         (threads < limit.threads ? "no memory to load the threading module" : limit.reason);
}

}  // namespace lanewise
