// The border between liblanewise and its threading module.

#ifndef LANEWISE_DISPATCH_THREADS_BORDER_H_
#define LANEWISE_DISPATCH_THREADS_BORDER_H_

#include <stddef.h>

extern "C" {

// What the module exports: the release it belongs to, which must be the library's own, a string;
// and the function.
#define LANEWISE_TBB_VERSION_SYMBOL "lanewise_tbb_version"
#define LANEWISE_TBB_RUN_SYMBOL "lanewise_tbb_run"

typedef void (*LanewiseRangeFn)(void* context, size_t begin, size_t end);
// Calls fn for disjoint ranges covering [0, tasks) on at most `threads` threads, each range once;
// grain >= 1. 0 if all ran; otherwise none did: no memory or no threads just now.
typedef int (*LanewiseRunFn)(int threads, size_t tasks, size_t grain, LanewiseRangeFn fn,
                             void* context);
}

#endif  // LANEWISE_DISPATCH_THREADS_BORDER_H_
