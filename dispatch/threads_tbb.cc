// The threading module: a shared object of its own, so that oneTBB is loaded only when a call is
// split for the first time. One exported function, plain C types across the border.

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

#include "dispatch/threads_module.h"

namespace {

// One arena per thread limit in use; limits change rarely.
struct Arena {
  int threads = 0;
  std::unique_ptr<tbb::task_arena> arena;
};

tbb::task_arena& ArenaFor(int threads) {
  static std::mutex mutex;
  static Arena arenas[8];
  static int used = 0;
  std::lock_guard lock(mutex);
  for (int i = 0; i < used; ++i) {
    if (arenas[i].threads == threads) return *arenas[i].arena;
  }
  // The ninth limit shares the last arena: correct, only less exact.
  if (used == 8) return *arenas[7].arena;
  arenas[used] = {threads, std::make_unique<tbb::task_arena>(threads)};
  return *arenas[used++].arena;
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

extern "C" __attribute__((visibility("default"))) int lanewise_tbb_run(int threads, size_t tasks,
                                                                       size_t grain,
                                                                       LanewiseRangeFn fn,
                                                                       void* context) {
  // A few pieces per thread even out a busy machine; each is at least a grain.
  const size_t wanted = std::min<size_t>(Pieces::kMax, static_cast<size_t>(threads) * 4);
  Pieces pieces{std::max<size_t>(1, std::min(wanted, tasks / grain)), tasks, fn, context};
  try {
    ArenaFor(threads).execute(
        [&] { tbb::parallel_for(size_t{0}, pieces.count, [&](size_t i) { pieces.Run(i); }); });
  } catch (...) {
    // No memory or no threads: what no worker took is done here.
    for (size_t i = 0; i < pieces.count; ++i) pieces.Run(i);
  }
  return 0;
}
