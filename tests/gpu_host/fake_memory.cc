#include "tests/gpu_host/fake_memory.h"

#include <sys/mman.h>

#include <map>

namespace fake {
namespace {

constexpr size_t kPage = 65536;  // of every machine, and a gap behind most blocks

std::map<const char*, Block> g_blocks;

bool IsGuarded(const Block& block) { return block.memory == LW_GPU_MEMORY_DEVICE; }

void Protect(int access) {
  for (const auto& [begin, block] : g_blocks) {
    if (IsGuarded(block)) mprotect(block.begin, block.mapped, access);
  }
}

}  // namespace

char* NewBlock(lw_gpu_memory memory, int32_t device, size_t bytes) {
  Block block;
  block.bytes = bytes;
  block.mapped = (bytes + kPage - 1) / kPage * kPage;
  block.memory = memory;
  block.device = device;
  const int access = IsGuarded(block) ? PROT_NONE : PROT_READ | PROT_WRITE;
  void* address = mmap(nullptr, block.mapped, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) return nullptr;
  block.begin = static_cast<char*>(address);
  g_blocks[block.begin] = block;
  return block.begin;
}

void DropBlock(char* begin) {
  const auto found = g_blocks.find(begin);
  if (found == g_blocks.end()) return;
  mmap(begin, found->second.mapped, PROT_NONE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  g_blocks.erase(found);
}

const Block* BlockOf(const void* address) {
  const char* at = static_cast<const char*>(address);
  const auto next = g_blocks.upper_bound(at);
  if (next == g_blocks.begin()) return nullptr;
  const Block& block = std::prev(next)->second;
  return at < block.begin + block.bytes ? &block : nullptr;
}

int64_t BlockCount() { return static_cast<int64_t>(g_blocks.size()); }

Access::Access() { Protect(PROT_READ | PROT_WRITE); }
Access::~Access() { Protect(PROT_NONE); }

}  // namespace fake
