#include "tests/gpu_host/short_memory.h"

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstddef>

namespace {

std::atomic<long> g_left{LONG_MAX};  // allocations that succeed yet
std::atomic<bool> g_all{false};
std::atomic<bool> g_failed{false};

bool Fails() {
  const long left = g_left.load(std::memory_order_relaxed);
  if (left == LONG_MAX) return false;
  const long mine = g_left.fetch_sub(1);
  if (mine > 0 || (mine < 0 && !g_all.load())) return false;
  g_failed.store(true);
  errno = ENOMEM;
  return true;
}

}  // namespace

namespace lw_test {

void RunShort(long good, bool all) {
  g_failed.store(false);
  g_all.store(all);
  g_left.store(good);
}

bool MemoryIsBack() {
  g_left.store(LONG_MAX);
  return g_failed.load();
}

}  // namespace lw_test

// The program's own functions come before those of the C library for everything in the process, the
// dynamic loader included, if it exports them: this file is compiled with hidden symbols.
#pragma GCC visibility push(default)
extern "C" {

void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t size) { return Fails() ? nullptr : __libc_malloc(size); }
void* calloc(size_t count, size_t size) { return Fails() ? nullptr : __libc_calloc(count, size); }
void* realloc(void* block, size_t size) { return Fails() ? nullptr : __libc_realloc(block, size); }
void* aligned_alloc(size_t alignment, size_t size) {
  return Fails() ? nullptr : __libc_memalign(alignment, size);
}

}  // extern "C"
#pragma GCC visibility pop
