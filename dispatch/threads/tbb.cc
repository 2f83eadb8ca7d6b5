// The threading module: a shared object of its own, so that oneTBB is loaded only when a call is
// split for the first time. A few exported functions and their version, plain C types across the
// border.
//
// Nothing here is ever destroyed: calls may come from atexit handlers, static destructors, and from
// threads that still run while the process exits.

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_scheduler_observer.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "dispatch/threads/border.h"

namespace {

// ---------------------------------------------------------------- room for workers

// What workers want besides their stacks when they start: memory for oneTBB and malloc, and address
// space, as glibc's malloc may reserve a heap of 64 MiB for each, and twice that for a moment.
constexpr size_t kRoomBytes = size_t{32} << 20;
constexpr size_t kReservedBytes = size_t{128} << 20;  // of each

class Mapping {
 public:
  Mapping(size_t bytes, int protection)
      : bytes_(bytes),
        data_(mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {}
  ~Mapping() {
    if (data_ != MAP_FAILED) munmap(data_, bytes_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  explicit operator bool() const { return data_ != MAP_FAILED; }

 private:
  size_t bytes_;
  void* data_;
};

// Threads that only wait, until the rehearsal is over.
class Rehearsal {
 public:
  bool Start(size_t threads) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return false;
    const size_t stack = tbb::global_control::active_value(tbb::global_control::thread_stack_size);
    bool good = pthread_attr_setstacksize(&attributes, stack) == 0;
    threads_.reserve(threads);
    // The program's signals are not for these threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (good && threads_.size() < threads) {
      pthread_t thread;
      good = pthread_create(&thread, &attributes, &Wait, this) == 0;
      if (good) threads_.push_back(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    return good;
  }
  ~Rehearsal() {
    pthread_mutex_lock(&mutex_);
    over_ = true;
    pthread_cond_broadcast(&changed_);
    pthread_mutex_unlock(&mutex_);
    for (pthread_t thread : threads_) pthread_join(thread, nullptr);
  }

 private:
  static void* Wait(void* self) {
    Rehearsal& r = *static_cast<Rehearsal*>(self);
    pthread_mutex_lock(&r.mutex_);
    while (!r.over_) pthread_cond_wait(&r.changed_, &r.mutex_);
    pthread_mutex_unlock(&r.mutex_);
    return nullptr;
  }

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
  bool over_ = false;
  std::vector<pthread_t> threads_;
};

// Whether so many workers can be had now. oneTBB starts them one by one, some from each other, and
// cannot go on when one of them fails: an exception on a worker ends the process, one on the
// caller's thread leaves tasks in the queue. So the start is rehearsed before it is trusted.
bool CanStart(size_t workers) {
  const Mapping room(kRoomBytes, PROT_READ | PROT_WRITE);
  const Mapping reserved(workers * kReservedBytes, PROT_NONE);
  if (!room || !reserved) return false;
  Rehearsal rehearsal;
  return rehearsal.Start(workers);
}

// ---------------------------------------------------------------- workers

constexpr int kMostThreads = 256;  // of one call
constexpr int kArenas = 8;
constexpr size_t kMostWorkers = size_t{kArenas} * (kMostThreads - 1);

// The workers that were seen. They never end, as the arenas below do not, and oneTBB wakes those
// that sleep before it starts others.
std::atomic<size_t> g_seen{0};

void NoteWorker() {
  static std::atomic<pthread_t> seen[kMostWorkers];
  const pthread_t self = pthread_self();
  for (std::atomic<pthread_t>& other : seen) {
    pthread_t none = 0;
    if (other.load() == self) return;
    if (other.compare_exchange_strong(none, self)) {
      g_seen.fetch_add(1);
      return;
    }
    if (none == self) return;
  }
}

// Sees the workers that enter an arena.
class Observer : public tbb::task_scheduler_observer {
 public:
  explicit Observer(tbb::task_arena& arena) : task_scheduler_observer(arena) { observe(true); }
  ~Observer() override { observe(false); }
  void on_scheduler_entry(bool is_worker) override {
    if (is_worker) NoteWorker();
  }
};

int64_t Milliseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

int Allowed() {
  const size_t allowed =
      tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
  return static_cast<int>(std::clamp<size_t>(allowed, 1, kMostThreads));
}

// ---------------------------------------------------------------- arenas

// One arena per thread limit in use; limits change rarely.
struct Arena {
  int threads = 0;
  std::unique_ptr<tbb::task_arena> arena;
  std::unique_ptr<Observer> observer;
};

// Used by one thread at a time.
class Arenas {
 public:
  // Null when there is no memory, or not all workers can be had that oneTBB might want to start.
  tbb::task_arena* For(int threads) {
    Arena* found = Find(threads);
    const size_t all = workers_ + static_cast<size_t>(found ? 0 : threads - 1);
    const size_t wanted = std::min(all, static_cast<size_t>(Allowed() - 1));
    const size_t seen = g_seen.load();
    if (seen < wanted && !CanStart(wanted - seen)) return nullptr;
    if (!found) found = &Add(threads);
    if (seen < wanted && Milliseconds() >= start_again_) {
      constexpr int64_t kPatienceMilliseconds = 100, kPauseMilliseconds = 1000;
      StartIn(0, wanted, Milliseconds() + kPatienceMilliseconds);
      if (g_seen.load() < wanted) start_again_ = Milliseconds() + kPauseMilliseconds;
    }
    return found->arena.get();
  }

 private:
  Arena* Find(int threads) {
    for (int i = 0; i < used_; ++i) {
      if (arenas_[i].threads == threads) return &arenas_[i];
    }
    // The ninth limit shares the last arena: correct, only less exact.
    return used_ == kArenas ? &arenas_[kArenas - 1] : nullptr;
  }

  Arena& Add(int threads) {
    auto arena = std::make_unique<tbb::task_arena>(threads);
    // Initialised here: an arena whose initialisation fails at its first use would make every later
    // call spin for ever.
    arena->initialize();
    auto observer = std::make_unique<Observer>(*arena);
    workers_ += static_cast<size_t>(threads - 1);
    arenas_[used_] = {threads, std::move(arena), std::move(observer)};
    return arenas_[used_++];
  }

  // oneTBB starts workers only when it has work for them, so at any later call. Here all arenas get
  // work at once, which is to wait for each other. Not longer than a moment: another part of the
  // program may keep some busy.
  void StartIn(int i, size_t workers, int64_t end) {
    if (i == used_) {
      while (g_seen.load() < workers && Milliseconds() < end) usleep(50);
      return;
    }
    const auto wait = [&](int piece) { StartIn(piece == 0 ? i + 1 : used_, workers, end); };
    arenas_[i].arena->execute(
        [&] { tbb::parallel_for(0, arenas_[i].threads, wait, tbb::simple_partitioner()); });
  }

  Arena arenas_[kArenas];
  int used_ = 0;
  size_t workers_ = 0;       // that all arenas might use at the same time
  int64_t start_again_ = 0;  // by Milliseconds()
};

// For so many threads, or half as many, and so on, which `threads` then says; null: none.
tbb::task_arena* ArenaFor(int& threads) {
  static std::mutex& mutex = *new std::mutex;
  static Arenas& arenas = *new Arenas;
  std::lock_guard lock(mutex);
  for (; threads > 1; threads = (threads + 1) / 2) {
    if (tbb::task_arena* arena = arenas.For(threads)) return arena;
  }
  return nullptr;
}

// A call in equal pieces; a piece runs exactly once, whatever fails around it (in-place kernels
// must not be repeated).
struct Pieces {
  static constexpr size_t kMax = kMostThreads;
  size_t count;
  size_t tasks;
  LanewiseRangeFn fn;
  void* context;
  std::atomic<bool> taken[kMax] = {};

  void Run(size_t i) {
    if (taken[i].exchange(true)) return;
    fn(context, tasks * i / count, tasks * (i + 1) / count);
  }
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const char lanewise_tbb_version[] =
    LANEWISE_VERSION;

extern "C" __attribute__((visibility("default"))) int lanewise_tbb_limit() {
  // oneTBB never ends a second call where the first had no memory.
  static std::atomic<bool> broken{false};
  if (broken.load()) return 0;
  try {
    return Allowed();
  } catch (const std::exception&) {
    broken.store(true);
    return 0;
  }
}

extern "C" __attribute__((visibility("default"))) int lanewise_tbb_run(int threads, size_t tasks,
                                                                       size_t grain,
                                                                       LanewiseRangeFn fn,
                                                                       void* context) {
  tbb::task_arena* arena = nullptr;
  try {
    arena = ArenaFor(threads);
  } catch (const std::exception&) {
    // As if there were none.
  }
  if (!arena) return 1;
  // A few pieces per thread even out a busy machine; each is at least a grain.
  const size_t wanted = std::min<size_t>(Pieces::kMax, static_cast<size_t>(threads) * 4);
  Pieces pieces{std::max<size_t>(1, std::min(wanted, tasks / grain)), tasks, fn, context};
  try {
    arena->execute(
        [&] { tbb::parallel_for(size_t{0}, pieces.count, [&](size_t i) { pieces.Run(i); }); });
  } catch (const std::exception&) {
    // No memory or no threads: what no worker took is done here.
    for (size_t i = 0; i < pieces.count; ++i) pieces.Run(i);
  }
  return threads;
}
