// What tests may ask of the fake plugin (fake_plugin.cc), through dlsym.

#ifndef LANEWISE_TESTS_GPU_HOST_FAKE_PLUGIN_H_
#define LANEWISE_TESTS_GPU_HOST_FAKE_PLUGIN_H_

#include <cstddef>
#include <cstdint>

struct FakeCounters {
  int64_t launches;      // queued, whether run or not
  int64_t synchronises;  // calls of the only function that waits
  int64_t copies;
  int64_t waits;    // stream_wait
  int64_t lookups;  // pointer_info
  int64_t warm_ups;
  int64_t allocations;  // by the plugin's own alloc
  int64_t frees;
  int64_t blocks;  // not freed yet, of any origin
  int64_t queued;  // operations that no stream has run yet
};

struct FakeControl {
  FakeCounters (*counters)();
  // Memory for tests: LW_GPU_MEMORY_PINNED, _DEVICE or _MANAGED. Never waits, is never reused.
  void* (*allocate)(int32_t memory, int32_t device, size_t bytes);
  void (*release)(void* address);
  // Makes the call number `nth` (1 is the next) of a function of the table fail with `status`.
  void (*fail)(const char* function, int nth, int status);
  // Scratch memory that reductions ask for.
  void (*set_scratch)(size_t bytes);
  // Kernel that the plugin does not have; -1: none.
  void (*remove_kernel)(int32_t kernel);
};

// extern "C" const FakeControl* lanewise_fake_control();

#endif  // LANEWISE_TESTS_GPU_HOST_FAKE_PLUGIN_H_
