// The threading module: a shared object of its own, so that oneTBB is loaded only when a call is
// split for the first time. One exported function and its version, plain C types across the border.
//
// Nothing here is ever destroyed: calls may come from atexit handlers, static destructors, and from
// threads that still run while the process exits.

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "dispatch/threads/border.h"

namespace {

// ---------------------------------------------------------------- room for workers

// What oneTBB gives its workers, and what it and malloc want besides when they start.
constexpr size_t kStackBytes = size_t{4} << 20;
constexpr size_t kRoomBytes = size_t{32} << 20;

// Threads that only wait, until the rehearsal is over.
class Rehearsal {
 public:
  bool Start(size_t threads) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return false;
    bool good = pthread_attr_setstacksize(&attributes, kStackBytes) == 0;
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
// caller's thread leaves tasks in the queue. So the start is rehearsed, once, before it is trusted.
bool CanStart(int workers) {
  void* room =
      mmap(nullptr, kRoomBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return false;
  bool good;
  {
    Rehearsal rehearsal;
    good = rehearsal.Start(static_cast<size_t>(workers));
  }
  munmap(room, kRoomBytes);
  return good;
}

// ---------------------------------------------------------------- arenas

// One arena per thread limit in use; limits change rarely.
struct Arena {
  int threads = 0;
  std::unique_ptr<tbb::task_arena> arena;
};

// Null when there is no memory or no thread to be had.
tbb::task_arena* ArenaFor(int threads) {
  constexpr int kArenas = 8;
  static std::mutex& mutex = *new std::mutex;
  static Arena* const arenas = new Arena[kArenas];
  static int used = 0, rehearsed = 1;
  std::lock_guard lock(mutex);
  for (int i = 0; i < used; ++i) {
    if (arenas[i].threads == threads) return arenas[i].arena.get();
  }
  // The ninth limit shares the last arena: correct, only less exact.
  if (used == kArenas) return arenas[kArenas - 1].arena.get();
  if (threads > rehearsed && !CanStart(threads - 1)) return nullptr;
  // Initialised here: an arena whose initialisation fails at its first use would make every later
  // call spin for ever.
  auto arena = std::make_unique<tbb::task_arena>(threads);
  arena->initialize();
  rehearsed = std::max(rehearsed, threads);
  arenas[used] = {threads, std::move(arena)};
  return arenas[used++].arena.get();
}

// A call in equal pieces; a piece runs exactly once, whatever fails around it (in-place kernels
// must not be repeated).
struct Pieces {
  static constexpr size_t kMax = 256;
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
  return 0;
}
