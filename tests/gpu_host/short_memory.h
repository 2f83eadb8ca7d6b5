// Memory that runs out when a test says so (short_memory.cc), in all threads of the program and in
// the libraries that it loads.

#ifndef LANEWISE_TESTS_GPU_HOST_SHORT_MEMORY_H_
#define LANEWISE_TESTS_GPU_HOST_SHORT_MEMORY_H_

namespace lw_test {

// Of the allocations from now on, the first `good` succeed; then one fails, or all do.
void RunShort(long good, bool all);
// Memory is back; whether any allocation failed meanwhile.
bool MemoryIsBack();

}  // namespace lw_test

#endif  // LANEWISE_TESTS_GPU_HOST_SHORT_MEMORY_H_
