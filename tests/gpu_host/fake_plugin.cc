// A GPU plugin without a GPU. What it guards, so that errors of the host side show:
//   - "device" memory is inaccessible outside the plugin's own operations: a host access crashes;
//   - streams run nothing until they are synchronised: who forgets to wait sees stale bytes;
//   - operands must lie inside live blocks, scratch memory is overwritten as a kernel would;
//   - shapes, strides and dtypes are copied at the launch, host memory of copies is read late.
// Arithmetic is the CPU library's. FAKE_RELEASE: the lanewise that it claims to be of.

#include "tests/gpu_host/fake_plugin.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "gpu/border.h"
#include "tests/gpu_host/fake_memory.h"
#include "tests/gpu_host/fake_tasks.h"

namespace {

#ifndef FAKE_RELEASE
#define FAKE_RELEASE lw_version()
#endif

using namespace fake;  // NOLINT

constexpr unsigned char kScratchPattern = 0xA5;

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
    if (std::equal(dtypes, dtypes + record.inputs + record.outputs, record.dtypes)) return 1;
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
  const Block* block = BlockOf(address);
  if (!block || block->begin != address) {
    return Fail(call, LW_ERR_CUDA, "free of an unknown address");
  }
  if (block->bytes != bytes) return Fail(call, LW_ERR_CUDA, "free of another size");
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

lw_status Prepare(lw_backend_call* call, const lw_backend_task* task, lw_backend_plan* plan) {
  const Lock lock(g_mutex);
  lw_status status;
  if (Fails(call, "prepare", &status)) return status;
  if (!HasKernel(task->kernel, task->dtypes)) {
    return Fail(call, LW_ERR_UNSUPPORTED, "no such kernel");
  }
  plan->task = task;
  plan->scratch_bytes = ScratchOf(task);
  return LW_OK;
}

lw_status Launch(lw_backend_call* call, const lw_backend_plan* plan, void* scratch) {
  const lw_backend_task* task = plan->task;
  const Lock lock(g_mutex);
  ++g_counters.launches;
  lw_status status;
  if (Fails(call, "launch", &status)) return status;
  const auto copy = std::make_shared<Task>(*task);
  for (int i = 0; i < task->inputs + task->outputs; ++i) {
    if (!copy->IsInside(i, call->device)) {
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
    const std::string error = copy->Run();
    if (g_late_error.empty()) g_late_error = error;
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

// What the core calls: as of a real plugin, nothing is thrown.
template <auto kFunction>
struct Caught;
template <class... Arguments, lw_status (*kFunction)(lw_backend_call*, Arguments...)>
struct Caught<kFunction> {
  static lw_status Call(lw_backend_call* call, Arguments... arguments) {
    try {
      return kFunction(call, arguments...);
    } catch (const std::bad_alloc&) {
      snprintf(call->error, sizeof(call->error), "the fake is out of memory");
      return LW_ERR_MEMORY;
    }
  }
};

// ------------------------------------------------------------------ the tests' side

FakeCounters Counters() {
  const Lock lock(g_mutex);
  FakeCounters counters = g_counters;
  counters.blocks = BlockCount();
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
                                    FAKE_RELEASE,
                                    "no CUDA, a fake",
                                    3,
                                    0,
                                    kArchitectures,
                                    &HasKernel,
                                    &Caught<&PointerInfo>::Call,
                                    &Caught<&Alloc>::Call,
                                    &Caught<&Free>::Call,
                                    &Caught<&Copy>::Call,
                                    &Caught<&StreamWait>::Call,
                                    &Caught<&Synchronise>::Call,
                                    &Caught<&Prepare>::Call,
                                    &Caught<&Launch>::Call,
                                    &Caught<&WarmUp>::Call};
  return &kTable;
}
