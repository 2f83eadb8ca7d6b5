// The border between liblanewise and its threading module.

#ifndef LANEWISE_DISPATCH_THREADS_BORDER_H_
#define LANEWISE_DISPATCH_THREADS_BORDER_H_

#include <stddef.h>

extern "C" {

// What the module exports: the release it belongs to, which must be the library's own, a string;
// and the functions.
#define LANEWISE_TBB_VERSION_SYMBOL "lanewise_tbb_version"
#define LANEWISE_TBB_LIMIT_SYMBOL "lanewise_tbb_limit"
#define LANEWISE_TBB_RUN_SYMBOL "lanewise_tbb_run"

// How many threads oneTBB would use at most just now, at least 1; it prints a warning when it is
// asked for more. 0: no memory at the first call, and then oneTBB must not be called again.
typedef int (*LanewiseLimitFn)(void);

typedef void (*LanewiseRangeFn)(void* context, size_t begin, size_t end);
// Calls fn for disjoint ranges covering [0, tasks) on at most `threads` threads, each range once;
// grain >= 1. Returns on how many threads at most: fewer than `threads` where memory or threads are
// short just now; 1: no range ran.
typedef int (*LanewiseRunFn)(int threads, size_t tasks, size_t grain, LanewiseRangeFn fn,
                             void* context);
}

#endif  // LANEWISE_DISPATCH_THREADS_BORDER_H_
