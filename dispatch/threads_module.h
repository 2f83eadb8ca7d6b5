// The border between liblanewise and its threading module.

#ifndef LANEWISE_DISPATCH_THREADS_MODULE_H_
#define LANEWISE_DISPATCH_THREADS_MODULE_H_

#include <stddef.h>

extern "C" {

typedef void (*LanewiseRangeFn)(void* context, size_t begin, size_t end);
// Calls fn for disjoint ranges covering [0, tasks) on at most `threads` threads, each range once;
// grain >= 1. 0 if all ran.
typedef int (*LanewiseRunFn)(int threads, size_t tasks, size_t grain, LanewiseRangeFn fn,
                             void* context);
}

#endif  // LANEWISE_DISPATCH_THREADS_MODULE_H_
