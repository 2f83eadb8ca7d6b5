#include "dispatch/threads.h"

#include <dlfcn.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <exception>

#include "dispatch/fpenv.h"
#include "dispatch/once.h"
#include "dispatch/os.h"
#include "dispatch/state.h"
#include "dispatch/threads_module.h"

namespace lanewise {

constinit thread_local int t_thread_limit = 0;

namespace {

std::atomic<int> g_api_limit{0};
std::atomic<bool> g_workers_started{false};
std::atomic<int> g_loading{0};  // threads that are loading the module
// The module was wanted and is not there: calls stay serial and the report says why.
std::atomic<bool> g_module_missing{false};
// Workers could not be started: when it is tried again, in milliseconds of the monotonic clock; or
// 0. Until then calls are serial.
std::atomic<int64_t> g_retry_at{0};
constexpr int64_t kRetryMilliseconds = 1000;
// A child of a process that had workers: they do not exist here, and oneTBB cannot restart them.
std::atomic<bool> g_forked{false};

int64_t Milliseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

// oneTBB destroys what it has at the end of the process. Before it does, calls that use workers are
// waited for, and later ones are serial.
std::atomic<bool> g_exiting{false};
std::atomic<int> g_running{0};             // calls that use workers now
constinit thread_local int t_running = 0;  // those of this thread
constexpr int64_t kExitPatienceMilliseconds = 10000;

// Registered more than once: one deadline for all. The calls of the thread that ends the process
// (from a signal handler, say) cannot be waited for.
void LeaveWorkers() {
  static constinit std::atomic<int64_t> deadline{0};
  g_exiting.store(true);
  if (g_running.load() <= t_running) return;
  if (deadline.load() == 0) deadline.store(Milliseconds() + kExitPatienceMilliseconds);
  while (g_running.load() > t_running && Milliseconds() < deadline.load()) usleep(200);
}

// Whether oneTBB may be used, as long as this lives. Serial calls are not counted: a thread that
// makes one after the other would hold up the end for as long as it does.
class Running {
 public:
  Running() : entered_(!g_exiting.load()) {
    if (!entered_) return;
    Count(1);
    if (!g_exiting.load()) return;
    Count(-1);
    entered_ = false;
  }
  ~Running() {
    if (entered_) Count(-1);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  explicit operator bool() const { return entered_; }

 private:
  static void Count(int change) {
    t_running += change;
    g_running.fetch_add(change);
  }
  bool entered_;
};

bool WaitsForRetry() {
  const int64_t at = g_retry_at.load(std::memory_order_relaxed);
  return at != 0 && Milliseconds() < at;
}

// ---------------------------------------------------------------- limits

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

// The limit that binds and what sets it, where threads are to be had at all.
struct Binding {
  int threads;
  const char* reason;
};

Binding BindingLimit() {
  const SystemLimits& system = System();
  const CpuLimit& recorded = system.budget.limits[0];
  const int affinity = CountAffinity();
  Binding least{affinity > 0 ? affinity : recorded.cpus, recorded.reason.c_str()};
  const auto add = [&least](int limit, const char* reason) {
    if (limit > 0 && limit < least.threads) least = {limit, reason};
  };
  add(system.others, system.others_reason.c_str());
  add(g_api_limit.load(std::memory_order_relaxed), "lw_set_threads");
  add(t_thread_limit, "a scoped limit of this thread (lw_push_threads)");
  return least;
}

// ---------------------------------------------------------------- the module

struct Module {
  LanewiseRunFn run = nullptr;
  std::string reason;
};

// Whether oneTBB, loaded just now, is not being destroyed again already: false if the process began
// to end after oneTBB had registered what it destroys at exit, and before this registers what waits
// for calls. Then the ending thread calls LeaveWorkers at once. Once in a process, beside the
// loading.
bool LeftAlone() {
  constexpr useconds_t kMicroseconds = 500;
  if (std::atexit(&LeaveWorkers) != 0) return false;
  usleep(kMicroseconds);
  return !g_exiting.load();
}

Module OpenModule() {
  Module m;
  if (!HasDynamicLoader()) {
    m.reason = "no threads: this program is static as a whole, so no module can be opened";
    return m;
  }
  const std::string folder = OwnFolder();
  if (folder.empty()) {
    m.reason =
        "no threads: the folder of this library is not known, and the threading module is "
        "looked for nowhere else";
    return m;
  }
  // Before oneTBB is there, so that an end of the process that begins while it loads waits for
  // this.
  const Running loading;
  if (!loading || std::atexit(&LeaveWorkers) != 0) {
    m.reason = loading ? "no threads: no memory" : "no threads: the process is ending";
    return m;
  }
  const std::string path = folder + LANEWISE_TBB_MODULE;
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* error = dlerror();
    m.reason = "no threads: " + (error ? std::string(error) : path + " does not load");
    return m;
  }
  const auto* version = static_cast<const char*>(dlsym(handle, LANEWISE_TBB_VERSION_SYMBOL));
  const auto run = reinterpret_cast<LanewiseRunFn>(dlsym(handle, LANEWISE_TBB_RUN_SYMBOL));
  if (!version || !run) {
    m.reason = "no threads: " + path + " is not lanewise's threading module";
  } else if (std::string_view(version) != LANEWISE_VERSION) {
    m.reason = "no threads: " + path + " is of lanewise " + version +
               ", this library of lanewise " LANEWISE_VERSION ": install both from one release";
  } else if (!LeftAlone()) {
    m.reason = "no threads: the process is ending";
  } else {
    m.run = run;
  }
  return m;
}

// From the library's own folder only, never searched for, never closed.
const Module& LoadModule() {
  static constinit Once<Module> module;
  // Before the module is loaded: a child forked meanwhile would wait for ever for the loading. An
  // error (no memory) leaves children without the handler, and so the parent without workers.
  static constinit Once<int> registered;
  const int handler = registered.Get([] {
    return pthread_atfork(nullptr, nullptr, [] {
      g_running.store(t_running);  // the calls of other threads do not go on here
      if (g_workers_started.load() || g_loading.load() > 0) g_forked.store(true);
    });
  });
  struct Loading {
    Loading() { g_loading.fetch_add(1); }
    ~Loading() { g_loading.fetch_sub(1); }
  };
  const Module& loaded = module.Get([handler] {
    const int saved_errno = errno;
    const Loading loading;
    Module m = handler == 0 ? OpenModule() : Module{nullptr, "no threads: no memory"};
    errno = saved_errno;
    return m;
  });
  if (!loaded.run) g_module_missing.store(true);
  return loaded;
}

// Null: no threads, or not now.
LanewiseRunFn Runner() {
  try {
    return LoadModule().run;
  } catch (const std::exception&) {
    return nullptr;  // no memory; the next call tries again
  }
}

// ---------------------------------------------------------------- tasks

struct Work {
  TaskFn fn;
  void* context;
  const Table* scoped;  // the caller's cap
  int thread_limit;     // and its limit
  // oneTBB orders begin and end of every task; acquire and release here say the same to
  // ThreadSanitizer, which cannot see inside that library.
  std::atomic<bool> ready{false};
  std::atomic<uint32_t> raised{0};
};

void RunRange(void* context, size_t begin, size_t end) {
  Work& work = *static_cast<Work*>(context);
  (void)work.ready.load(std::memory_order_acquire);
  const Table* own = t_table;
  const int own_limit = t_thread_limit;
  t_table = work.scoped;
  t_thread_limit = work.thread_limit;
  uint32_t raised = 0;
  {
    TaskFpGuard guard;
    work.fn(work.context, begin, end, &raised);
    raised |= guard.Finish() << 16;
  }
  t_table = own;
  t_thread_limit = own_limit;
  work.raised.fetch_or(raised, std::memory_order_acq_rel);
}

// False if nothing was done: the process is at its end, or no memory or threads just now.
bool RunOnWorkers(LanewiseRunFn run, int threads, size_t tasks, size_t grain, TaskFn fn,
                  void* context, TaskFlags& flags) {
  const Running running;
  if (!running) return false;
  g_workers_started.store(true);
  Work work{fn, context, t_table, t_thread_limit};
  work.ready.store(true, std::memory_order_release);
  if (run(threads, tasks, grain, &RunRange, &work) != 0) {
    g_retry_at.store(Milliseconds() + kRetryMilliseconds);
    return false;
  }
  if (g_retry_at.load(std::memory_order_relaxed) != 0) g_retry_at.store(0);
  // And before what oneTBB registered at its first use.
  static constinit std::atomic<bool> again{false};
  if (!again.load(std::memory_order_relaxed) && !again.exchange(true)) {
    (void)std::atexit(&LeaveWorkers);
  }
  const uint32_t raised = work.raised.load(std::memory_order_acquire);
  flags = {raised & 0xFFFF, raised >> 16};
  return true;
}

}  // namespace

int ThreadBudget() {
  if (g_forked.load(std::memory_order_relaxed) ||
      g_module_missing.load(std::memory_order_relaxed) || WaitsForRetry()) {
    return 1;
  }
  try {
    return BindingLimit().threads;
  } catch (const std::exception&) {
    return 1;  // no memory to find out
  }
}

int ThreadsToBeHad() {
  const int threads = ThreadBudget();
  return threads == 1 || Runner() ? threads : 1;
}

void SetThreadLimit(int limit) { g_api_limit.store(limit, std::memory_order_relaxed); }

TaskFlags ParallelFor(size_t tasks, size_t grain, TaskFn fn, void* context) {
  const int threads = tasks > grain ? ThreadBudget() : 1;
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
  if (g_forked.load()) {
    return number + "this process was forked from one that had worker threads";
  }
  if (g_module_missing.load()) return number + LoadModule().reason;
  if (WaitsForRetry()) {
    return number +
           "worker threads could not be started (memory or threads are short), which is "
           "tried again later";
  }
  return number + BindingLimit().reason;
}

std::string ThreadWarnings() {
  std::string text;
  for (const std::string& warning : System().budget.warnings) {
    text += (text.empty() ? "" : "; ") + warning;
  }
  return text;
}

}  // namespace lanewise
