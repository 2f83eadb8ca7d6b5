// What the calling thread has pushed (lw_push_target, lw_push_threads). It travels into the tasks
// of a call that is split over threads.

#ifndef LANEWISE_DISPATCH_BASE_SCOPE_H_
#define LANEWISE_DISPATCH_BASE_SCOPE_H_

namespace lanewise {

struct Table;

struct Scope {
  const Table* table = nullptr;  // of the scoped cap; null without one
  int thread_limit = 0;          // 0 without one
};

// Constant-initialised, so that reading it costs no more than a load.
extern constinit thread_local Scope t_scope;

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_BASE_SCOPE_H_
