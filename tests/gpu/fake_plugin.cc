// A GPU plugin without a GPU. What it guards, so that errors of the host side show:
//   - "device" memory is inaccessible outside the plugin's own operations: a host access crashes;
//   - streams run nothing until they are synchronised: who forgets to wait sees stale bytes;
//   - operands must lie inside live blocks, scratch memory is overwritten as a kernel would;
//   - shapes, strides and dtypes are copied at the launch, host memory of copies is read late.
// Arithmetic is the CPU library's.

#include "tests/gpu/fake_plugin.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gpu/backend.h"

namespace {

constexpr size_t kPage = 65536;
constexpr unsigned char kScratchPattern = 0xA5;

struct Block {
  char* begin = nullptr;
  size_t bytes = 0;  // as asked for
  size_t mapped = 0;
  lw_gpu_memory memory = LW_GPU_MEMORY_DEVICE;
  int32_t device = 0;
};

using Operation = std::function<void()>;
struct Stream {
  std::deque<Operation> queue;
  int64_t queued = 0, done = 0;
};

struct Failure {
  int left = 0;
  int status = 0;
};

std::recursive_mutex g_mutex;
std::map<const char*, Block> g_blocks;
std::map<std::pair<int32_t, void*>, Stream> g_streams;
std::map<std::string, Failure> g_failures;
FakeCounters g_counters{};
size_t g_scratch = 1000;
int32_t g_removed = -1;
std::string g_late_error;  // of an operation that ran
using Lock = std::lock_guard<std::recursive_mutex>;

lw_status Fail(lw_backend_call* call, lw_status status, const std::string& text) {
  snprintf(call->error, sizeof(call->error), "%s", text.c_str());
  return status;
}

// Whether this call is to fail, by the test's wish.
bool Fails(lw_backend_call* call, const char* function, lw_status* status) {
  Failure& failure = g_failures[function];
  if (failure.left == 0 || --failure.left > 0) return false;
  *status = Fail(call, static_cast<lw_status>(failure.status),
                 std::string("fake failure of ") + function);
  return true;
}

// ------------------------------------------------------------------ memory

bool IsGuarded(const Block& block) { return block.memory == LW_GPU_MEMORY_DEVICE; }

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

// The addresses stay reserved and inaccessible: use after free crashes or is refused.
void DropBlock(char* begin) {
  const auto found = g_blocks.find(begin);
  if (found == g_blocks.end()) return;
  mmap(begin, found->second.mapped, PROT_NONE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  g_blocks.erase(found);
}

const Block* BlockOf(const void* address) {
  const char* at = static_cast<const char*>(address);
  auto next = g_blocks.upper_bound(at);
  if (next == g_blocks.begin()) return nullptr;
  const Block& block = std::prev(next)->second;
  return at < block.begin + block.bytes ? &block : nullptr;
}

void Protect(int access) {
  for (const auto& [begin, block] : g_blocks) {
    if (IsGuarded(block)) mprotect(block.begin, block.mapped, access);
  }
}

// Device memory is accessible while one lives.
struct Access {
  Access() { Protect(PROT_READ | PROT_WRITE); }
  ~Access() { Protect(PROT_NONE); }
};

// ------------------------------------------------------------------ tasks

struct Task {
  lw_backend_task task;
  std::vector<lw_dtype> dtypes;
  std::vector<int64_t> shape;
  std::vector<lw_backend_operand> operands;
  std::vector<std::vector<int64_t>> strides;

  explicit Task(const lw_backend_task& t)
      : task(t),
        dtypes(t.dtypes, t.dtypes + t.inputs + 1),
        shape(t.shape, t.shape + t.ndim),
        operands(t.operands, t.operands + t.inputs + 1) {
    for (const lw_backend_operand& operand : operands) {
      strides.emplace_back();
      if (!operand.by_value) {
        strides.back().assign(operand.stride_bytes, operand.stride_bytes + t.ndim);
      } else {
        strides.back().assign(static_cast<size_t>(t.ndim), 0);
      }
    }
  }
  int Out() const { return task.inputs; }
  size_t Size(int i) const { return lw_dtype_size(dtypes[static_cast<size_t>(i)]); }
  bool Reduces(int axis) const { return task.axis_mask >> axis & 1; }
  int64_t Count(bool kept_only) const {
    int64_t count = 1;
    for (int i = 0; i < task.ndim; ++i) {
      if (!kept_only || !Reduces(i)) count *= shape[static_cast<size_t>(i)];
    }
    return count;
  }
  void* Data(int i) {
    lw_backend_operand& operand = operands[static_cast<size_t>(i)];
    return operand.by_value ? static_cast<void*>(&operand.value) : operand.data;
  }
};

// Every byte that the operand touches lies in one live block of the device.
bool IsInside(const Task& t, int i, int32_t device) {
  const auto index = static_cast<size_t>(i);
  if (t.operands[index].by_value) return true;
  if (t.Count(i == t.Out()) == 0) return true;
  int64_t below = 0, above = 0;
  for (int axis = 0; axis < t.task.ndim; ++axis) {
    const int64_t span =
        (t.shape[static_cast<size_t>(axis)] - 1) * t.strides[index][static_cast<size_t>(axis)];
    if (span < 0) below += span;
    if (span > 0) above += span;
  }
  // compress writes no more than it is asked to; its room is the caller's promise.
  if (t.task.kind == LW_SHAPE_COMPRESS && i == t.Out()) above = 0;
  const char* first = static_cast<const char*>(t.operands[index].data) + below;
  const char* last = static_cast<const char*>(t.operands[index].data) + above + t.Size(i) - 1;
  const Block* block = BlockOf(first);
  return block && block == BlockOf(last) && block->memory != LW_GPU_MEMORY_PINNED &&
         (block->memory == LW_GPU_MEMORY_MANAGED || block->device == device);
}

void Note(lw_status status, const char* what) {
  if (status != LW_OK && g_late_error.empty())
    g_late_error = std::string(what) + ": " + lw_last_error();
}

// All but the last axis by an odometer, the last by lw_call.
void RunElementwise(Task& t) {
  const int axes = t.task.ndim;
  std::vector<int64_t> index(static_cast<size_t>(axes), 0);
  const int64_t inner = axes ? t.shape.back() : 1;
  const int64_t rows = t.Count(false) / std::max<int64_t>(inner, 1);
  for (int64_t row = 0; row < rows; ++row) {
    lw_operand operands[LW_MAX_OPERANDS];
    for (int i = 0; i <= t.Out(); ++i) {
      const auto& strides = t.strides[static_cast<size_t>(i)];
      char* at = static_cast<char*>(t.Data(i));
      for (int k = 0; k + 1 < axes; ++k)
        at += index[static_cast<size_t>(k)] * strides[static_cast<size_t>(k)];
      operands[i] = {at, axes ? strides.back() : 0};
      if (!axes) operands[i].stride_bytes = static_cast<int64_t>(t.Size(i));
    }
    Note(lw_call(t.task.kernel, t.dtypes.data(), operands, inner), "elementwise");
    for (int k = axes - 2; k >= 0; --k) {
      if (++index[static_cast<size_t>(k)] < t.shape[static_cast<size_t>(k)]) break;
      index[static_cast<size_t>(k)] = 0;
    }
  }
}

void RunReduction(Task& t) {
  std::vector<int64_t> out_shape, out_strides;
  for (int i = 0; i < t.task.ndim; ++i) {
    if (t.Reduces(i)) continue;
    out_shape.push_back(t.shape[static_cast<size_t>(i)]);
    out_strides.push_back(t.strides[1][static_cast<size_t>(i)]);
  }
  const lw_view in{t.Data(0), t.task.ndim, t.shape.data(), t.strides[0].data()};
  const lw_view out{t.Data(1), static_cast<int32_t>(out_shape.size()), out_shape.data(),
                    out_strides.data()};
  const lw_reduce_options options{sizeof(options), t.task.ddof};
  Note(lw_reduce(t.task.kernel, t.dtypes[0], &in, t.task.axis_mask, &out, &options), "reduction");
}

void RunOneAxis(Task& t) {
  lw_operand operands[LW_MAX_OPERANDS];
  for (int i = 0; i <= t.Out(); ++i)
    operands[i] = {t.Data(i), t.strides[static_cast<size_t>(i)][0]};
  const int64_t n = t.shape[0];
  Note(lw_call(t.task.kernel, t.dtypes.data(), operands, n), "one axis");
  if (t.task.kind != LW_SHAPE_COMPRESS) return;
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    count += static_cast<const char*>(operands[1].data)[i * operands[1].stride_bytes] != 0;
  }
  *t.task.count = count;
}

void RunTask(Task& t) {
  switch (t.task.kind) {
    case LW_SHAPE_ELEMENTWISE:
      return RunElementwise(t);
    case LW_SHAPE_REDUCE:
    case LW_SHAPE_ARG:
      return RunReduction(t);
    default:
      return RunOneAxis(t);
  }
}

// ------------------------------------------------------------------ streams

Stream& StreamOf(const lw_backend_call* call) { return g_streams[{call->device, call->stream}]; }

void Push(lw_backend_call* call, Operation operation) {
  Stream& stream = StreamOf(call);
  stream.queue.push_back(std::move(operation));
  ++stream.queued;
}

// Runs a stream until `done` of its operations have run.
void RunUntil(Stream& stream, int64_t done) {
  while (stream.done < done && !stream.queue.empty()) {
    Operation operation = std::move(stream.queue.front());
    stream.queue.pop_front();
    ++stream.done;
    operation();
  }
}

// ------------------------------------------------------------------ the table

size_t ScratchOf(const lw_backend_task* task) {
  return task->kind == LW_SHAPE_ELEMENTWISE ? 0 : g_scratch;
}

int32_t HasKernel(lw_kernel kernel, const lw_dtype* dtypes) {
  if (kernel == g_removed) return 0;
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    if (lw_kernel_info(i, &record) != LW_OK || record.kernel != kernel) continue;
    if (std::equal(dtypes, dtypes + record.inputs + 1, record.dtypes)) return 1;
  }
  return 0;
}

lw_status PointerInfo(lw_backend_call* call, const void* address, lw_gpu_memory* memory,
                      int32_t* device) {
  const Lock lock(g_mutex);
  ++g_counters.lookups;
  lw_status status;
  if (Fails(call, "pointer_info", &status)) return status;
  const Block* block = BlockOf(address);
  *memory = block ? block->memory : LW_GPU_MEMORY_HOST;
  *device = block && block->memory != LW_GPU_MEMORY_PINNED ? block->device : -1;
  return LW_OK;
}

lw_status Alloc(lw_backend_call* call, size_t bytes, void** address) {
  const Lock lock(g_mutex);
  lw_status status;
  if (Fails(call, "alloc", &status)) return status;
  if (bytes == 0) return Fail(call, LW_ERR_INTERNAL, "alloc of 0 bytes");
  *address =
      bytes > (size_t{1} << 40) ? nullptr : NewBlock(LW_GPU_MEMORY_DEVICE, call->device, bytes);
  if (!*address) return Fail(call, LW_ERR_MEMORY, "out of fake memory");
  ++g_counters.allocations;
  return LW_OK;
}

lw_status Free(lw_backend_call* call, void* address, size_t bytes) {
  const Lock lock(g_mutex);
  lw_status status;
  if (Fails(call, "free", &status)) return status;
  const auto found = g_blocks.find(static_cast<char*>(address));
  if (found == g_blocks.end()) return Fail(call, LW_ERR_CUDA, "free of an unknown address");
  if (found->second.bytes != bytes) return Fail(call, LW_ERR_CUDA, "free of another size");
  ++g_counters.frees;
  Push(call, [address] { DropBlock(static_cast<char*>(address)); });
  return LW_OK;
}

bool Reaches(const void* address, size_t bytes, bool device) {
  const Block* block = BlockOf(address);
  if (!device) return !block || block->memory != LW_GPU_MEMORY_DEVICE;
  return block && block == BlockOf(static_cast<const char*>(address) + bytes - 1);
}

lw_status Copy(lw_backend_call* call, void* to, const void* from, size_t bytes,
               lw_gpu_copy_kind kind) {
  const Lock lock(g_mutex);
  ++g_counters.copies;
  lw_status status;
  if (Fails(call, "copy", &status)) return status;
  if (!Reaches(to, bytes, kind != LW_GPU_DEVICE_TO_HOST) ||
      !Reaches(from, bytes, kind != LW_GPU_HOST_TO_DEVICE)) {
    return Fail(call, LW_ERR_CUDA, "illegal address in a copy");
  }
  Push(call, [=] {
    const Access access;
    std::memmove(to, from, bytes);
  });
  return LW_OK;
}

lw_status StreamWait(lw_backend_call* call, void* other) {
  const Lock lock(g_mutex);
  ++g_counters.waits;
  lw_status status;
  if (Fails(call, "stream_wait", &status)) return status;
  const std::pair<int32_t, void*> key{call->device, other};
  Push(call, [key, until = g_streams[key].queued] { RunUntil(g_streams[key], until); });
  return LW_OK;
}

lw_status Synchronise(lw_backend_call* call) {
  const Lock lock(g_mutex);
  ++g_counters.synchronises;
  Stream& stream = StreamOf(call);
  RunUntil(stream, stream.queued);
  lw_status status;
  if (Fails(call, "synchronise", &status)) return status;
  if (g_late_error.empty()) return LW_OK;
  const std::string error = std::move(g_late_error);
  g_late_error.clear();
  return Fail(call, LW_ERR_CUDA, error);
}

lw_status ScratchBytes(lw_backend_call* call, const lw_backend_task* task, size_t* bytes) {
  const Lock lock(g_mutex);
  lw_status status;
  if (Fails(call, "scratch_bytes", &status)) return status;
  *bytes = ScratchOf(task);
  return LW_OK;
}

lw_status Launch(lw_backend_call* call, const lw_backend_task* task, void* scratch) {
  const Lock lock(g_mutex);
  ++g_counters.launches;
  lw_status status;
  if (Fails(call, "launch", &status)) return status;
  const auto copy = std::make_shared<Task>(*task);
  for (int i = 0; i <= task->inputs; ++i) {
    if (!IsInside(*copy, i, call->device)) {
      return Fail(call, LW_ERR_CUDA, "illegal address of operand " + std::to_string(i));
    }
  }
  const size_t bytes = ScratchOf(task);
  if (bytes ? !scratch || !Reaches(scratch, bytes, true) : scratch != nullptr) {
    return Fail(call, LW_ERR_CUDA, "illegal scratch memory");
  }
  Push(call, [copy, scratch, bytes] {
    const Access access;
    if (bytes) std::memset(scratch, kScratchPattern, bytes);
    RunTask(*copy);
  });
  return LW_OK;
}

lw_status WarmUp(lw_backend_call* call, lw_kernel kernel, const lw_dtype* dtypes) {
  const Lock lock(g_mutex);
  ++g_counters.warm_ups;
  lw_status status;
  if (Fails(call, "warm_up", &status)) return status;
  return HasKernel(kernel, dtypes) ? LW_OK : Fail(call, LW_ERR_CUDA, "no such kernel");
}

// ------------------------------------------------------------------ the tests' side

FakeCounters Counters() {
  const Lock lock(g_mutex);
  FakeCounters counters = g_counters;
  counters.blocks = static_cast<int64_t>(g_blocks.size());
  counters.queued = 0;
  for (const auto& [key, stream] : g_streams)
    counters.queued += static_cast<int64_t>(stream.queue.size());
  return counters;
}
void* Allocate(int32_t memory, int32_t device, size_t bytes) {
  const Lock lock(g_mutex);
  return NewBlock(static_cast<lw_gpu_memory>(memory), device, bytes);
}
void Release(void* address) {
  const Lock lock(g_mutex);
  DropBlock(static_cast<char*>(address));
}
void SetFailure(const char* function, int nth, int status) {
  const Lock lock(g_mutex);
  g_failures[function] = {nth, status};
}
void SetScratch(size_t bytes) { g_scratch = bytes; }
void RemoveKernel(int32_t kernel) { g_removed = kernel; }

constexpr int32_t kArchitectures[] = {75, 80, 90};

}  // namespace

extern "C" __attribute__((visibility("default"))) const FakeControl* lanewise_fake_control() {
  static constexpr FakeControl kControl = {&Counters,   &Allocate,   &Release,
                                           &SetFailure, &SetScratch, &RemoveKernel};
  return &kControl;
}

extern "C" __attribute__((visibility("default"))) const lw_backend* lanewise_gpu_backend(int32_t) {
  static const lw_backend kTable = {sizeof(lw_backend),
                                    LW_BACKEND_ABI,
                                    lw_numerics_version(),
                                    0,
                                    "0.1.0",
                                    "no CUDA, a fake",
                                    3,
                                    0,
                                    kArchitectures,
                                    &HasKernel,
                                    &PointerInfo,
                                    &Alloc,
                                    &Free,
                                    &Copy,
                                    &StreamWait,
                                    &Synchronise,
                                    &ScratchBytes,
                                    &Launch,
                                    &WarmUp};
  return &kTable;
}
