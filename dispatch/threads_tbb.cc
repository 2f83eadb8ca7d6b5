// The threading module: a shared object of its own, so that oneTBB is loaded only when a call is
// split for the first time. One exported function, plain C types across the border.

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

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

}  // namespace

extern "C" __attribute__((visibility("default"))) int lanewise_tbb_run(
    int threads, size_t tasks, size_t grain, LanewiseRangeFn fn, void* context) {
  try {
    ArenaFor(threads).execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<size_t>(0, tasks, grain),
          [&](const tbb::blocked_range<size_t>& range) { fn(context, range.begin(), range.end()); });
    });
    return 0;
  } catch (...) {
    // Out of memory or threads before any range ran twice: the caller repeats serially, which is
    // safe because every range writes the same values.
    return -1;
  }
}
