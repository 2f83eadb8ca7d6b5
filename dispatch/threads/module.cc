#include "dispatch/threads/module.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <string_view>

#include "dispatch/base/once.h"
#include "dispatch/host/os.h"

namespace lanewise {
namespace {

std::atomic<bool> g_workers_started{false};
std::atomic<int> g_inside{0};  // threads that load the module or ask it for its limit
std::atomic<bool> g_module_missing{false};
std::atomic<bool> g_forked{false};

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

// Whether there is memory to load the module and what it needs. The dynamic loader itself ends the
// process where it gets none at some points.
bool HasRoomToLoad() {
  constexpr size_t kMapped = size_t{16} << 20, kHeap = size_t{1} << 20;
  void* mapped = mmap(nullptr, kMapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return false;
  void* volatile heap = std::malloc(kHeap);  // volatile: or the compiler leaves it out
  const bool good = heap != nullptr;
  std::free(heap);
  munmap(mapped, kMapped);
  return good;
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
  if (!HasRoomToLoad()) throw std::bad_alloc();
  // Before oneTBB is there, so that an end of the process that begins while it loads waits for
  // this.
  const Running loading;
  if (!loading || std::atexit(&LeaveWorkers) != 0) {
    m.reason = loading ? "no threads: no memory" : "no threads: the process is ending";
    return m;
  }
  const std::string path = folder + LANEWISE_TBB_MODULE;
  const OpenedLibrary opened = OpenLibrary(path);
  if (opened.passing) throw std::bad_alloc();
  if (!opened.handle) {
    m.reason = "no threads: " + opened.error;
    return m;
  }
  void* handle = opened.handle;
  const auto* version = static_cast<const char*>(dlsym(handle, LANEWISE_TBB_VERSION_SYMBOL));
  const auto run = reinterpret_cast<LanewiseRunFn>(dlsym(handle, LANEWISE_TBB_RUN_SYMBOL));
  const auto limit = reinterpret_cast<LanewiseLimitFn>(dlsym(handle, LANEWISE_TBB_LIMIT_SYMBOL));
  if (version && std::string_view(version) != LANEWISE_VERSION) {
    m.reason = "no threads: " + path + " is of lanewise " + version +
               ", this library of lanewise " LANEWISE_VERSION ": install both from one release";
  } else if (!version || !run || !limit) {
    m.reason = "no threads: " + path + " is not lanewise's threading module";
  } else if (!LeftAlone()) {
    m.reason = "no threads: the process is ending";
  } else if (limit() < 1) {  // which initialises oneTBB: here, where there is room
    m.reason = "no threads: no memory to initialise oneTBB";
  } else {
    m.run = run;
    m.limit = limit;
  }
  return m;
}

constinit Once<Module> g_module;

// A child that is forked meanwhile would wait for ever for a lock that another thread held.
class Inside {
 public:
  Inside() { g_inside.fetch_add(1); }
  ~Inside() { g_inside.fetch_sub(1); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
};

}  // namespace

int64_t Milliseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

Running::Running() : entered_(!g_exiting.load()) {
  if (!entered_) return;
  Count(1);
  if (!g_exiting.load()) return;
  Count(-1);
  entered_ = false;
}

void Running::Count(int change) {
  t_running += change;
  g_running.fetch_add(change);
}

const Module& LoadModule() {
  // Before the module is loaded: a child forked meanwhile would wait for ever for the loading. An
  // error (no memory) leaves children without the handler, and so the parent without workers.
  static constinit Once<int> registered;
  const int handler = registered.Get([] {
    return pthread_atfork(nullptr, nullptr, [] {
      g_running.store(t_running);  // the calls of other threads do not go on here
      if (g_workers_started.load() || g_inside.load() > 0) g_forked.store(true);
    });
  });
  const Module& loaded = g_module.Get([handler] {
    const int saved_errno = errno;
    const Inside inside;
    Module m = handler == 0 ? OpenModule() : Module{nullptr, nullptr, "no threads: no memory"};
    errno = saved_errno;
    return m;
  });
  if (!loaded.run) g_module_missing.store(true);
  return loaded;
}

int ModuleLimit() {
  const Module* module = g_module.Peek();
  if (!module || !module->limit) return 0;
  const Inside inside;
  const Running running;
  return running ? module->limit() : 0;
}

bool ModuleIsLoaded() { return g_module.Peek() != nullptr; }
bool ModuleIsMissing() { return g_module_missing.load(std::memory_order_relaxed); }
void WorkersStart() { g_workers_started.store(true); }
bool IsForkedFromWorkers() { return g_forked.load(std::memory_order_relaxed); }

void RegisterLeave() {
  static constinit std::atomic<bool> again{false};
  if (!again.load(std::memory_order_relaxed) && !again.exchange(true)) {
    (void)std::atexit(&LeaveWorkers);
  }
}

}  // namespace lanewise
