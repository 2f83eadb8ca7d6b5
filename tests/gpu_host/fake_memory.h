// The fake plugin's memory. Device memory is inaccessible unless an Access lives.

#ifndef LANEWISE_TESTS_GPU_HOST_FAKE_MEMORY_H_
#define LANEWISE_TESTS_GPU_HOST_FAKE_MEMORY_H_

#include <cstddef>
#include <cstdint>

#include "lanewise/lanewise_gpu.h"

namespace fake {

struct Block {
  char* begin = nullptr;
  size_t bytes = 0;  // as asked for
  size_t mapped = 0;
  lw_gpu_memory memory = LW_GPU_MEMORY_DEVICE;
  int32_t device = 0;
};

char* NewBlock(lw_gpu_memory memory, int32_t device, size_t bytes);  // null: out of memory
// The addresses stay reserved and inaccessible: use after free crashes or is refused.
void DropBlock(char* begin);
const Block* BlockOf(const void* address);  // null if in none
int64_t BlockCount();

class Access {
 public:
  Access();
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;
};

}  // namespace fake

#endif  // LANEWISE_TESTS_GPU_HOST_FAKE_MEMORY_H_
