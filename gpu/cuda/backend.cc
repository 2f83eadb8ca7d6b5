// The plugin's table (gpu/border.h) over the CUDA runtime.

#include "gpu/border.h"

#include <cuda_runtime.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <new>
#include <type_traits>
#include <utility>

#include "gpu/device/launch_plan.h"
#include "kernels/all.h"
#include "kernels/registry.h"

namespace lanewise::gpu {
namespace {

constexpr int32_t kArchitectures[] = {LANEWISE_CUDA_MACHINE_CODE};

// ---------------------------------------------------------------- kernels by slot

struct Kernels {
  std::array<MapKernel, kKernelCount> maps;
  std::array<ReduceKernel, kKernelCount> reductions;

  Kernels() {
    EnterParts(std::make_integer_sequence<int, kMapParts>(),
               std::make_integer_sequence<int, kReduceParts>());
  }

 private:
  template <int... kMap, int... kReduce>
  void EnterParts(std::integer_sequence<int, kMap...>, std::integer_sequence<int, kReduce...>) {
    (EnterMaps<kMap>(maps.data()), ...);
    (EnterReductions<kReduce>(reductions.data()), ...);
  }
};

const Kernels& AllOfThem() {
  static const Kernels kernels;
  return kernels;
}

struct Found {
  const MapKernel* map = nullptr;
  const ReduceKernel* reduction = nullptr;
};
Found Find(lw_kernel kernel, const lw_dtype* dtypes) {
  Found found;
  const KernelEntry* entry = FindKernel(kernel, dtypes);
  if (!entry) return found;
  const auto slot = static_cast<size_t>(entry->slot);
  const Kernels& all = AllOfThem();
  if (all.maps[slot].contiguous) found.map = &all.maps[slot];
  if (all.reductions[slot].pass.kernels[0]) found.reduction = &all.reductions[slot];
  return found;
}

// ---------------------------------------------------------------- errors and devices

lw_status Report(lw_backend_call* call, cudaError_t error) {
  if (error == cudaSuccess) return LW_OK;
  (void)cudaGetLastError();  // reported here: the caller's next question must not find it again
  snprintf(call->error, sizeof(call->error), "CUDA: %s (%s)", cudaGetErrorString(error),
           cudaGetErrorName(error));
  return error == cudaErrorMemoryAllocation ? LW_ERR_MEMORY : LW_ERR_CUDA;
}

lw_status NoKernel(lw_backend_call* call) {
  snprintf(call->error, sizeof(call->error), "the GPU has no such kernel");
  return LW_ERR_UNSUPPORTED;
}

// Makes the call's device current, and the one before again at the end.
class DeviceScope {
 public:
  explicit DeviceScope(const lw_backend_call* call) {
    error_ = cudaGetDevice(&before_);
    if (error_ == cudaSuccess && before_ != call->device) {
      error_ = cudaSetDevice(call->device);
      changed_ = error_ == cudaSuccess;
    }
  }
  ~DeviceScope() {
    if (changed_) cudaSetDevice(before_);
  }
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;
  cudaError_t error() const { return error_; }

 private:
  int before_ = 0;
  bool changed_ = false;
  cudaError_t error_;
};

cudaStream_t StreamOf(const lw_backend_call* call) {
  return static_cast<cudaStream_t>(call->stream);
}

// Runs work(stream) on the call's device.
template <class Work>
lw_status OnDevice(lw_backend_call* call, Work work) {
  const DeviceScope scope(call);
  if (scope.error() != cudaSuccess) return Report(call, scope.error());
  return Report(call, work(StreamOf(call)));
}

// ---------------------------------------------------------------- memory and streams

bool HasPools(int device) {
  constexpr int kCached = 64;
  static std::atomic<int8_t> known[kCached];  // 0: not asked, 1: no, 2: yes
  if (device < kCached && known[device] != 0) return known[device] == 2;
  int supported = 0;
  if (cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, device) != cudaSuccess) {
    (void)cudaGetLastError();
    return false;
  }
  if (device < kCached) known[device] = supported ? 2 : 1;
  return supported != 0;
}

lw_status PointerInfo(lw_backend_call* call, const void* address, lw_gpu_memory* memory,
                      int32_t* device) {
  cudaPointerAttributes attributes{};
  const cudaError_t error = cudaPointerGetAttributes(&attributes, address);
  *memory = LW_GPU_MEMORY_HOST;
  *device = -1;
  if (error == cudaErrorInvalidValue) {  // not CUDA's at all
    (void)cudaGetLastError();
    return LW_OK;
  }
  if (error != cudaSuccess) return Report(call, error);
  if (attributes.type == cudaMemoryTypeHost) *memory = LW_GPU_MEMORY_PINNED;
  if (attributes.type == cudaMemoryTypeDevice) *memory = LW_GPU_MEMORY_DEVICE;
  if (attributes.type == cudaMemoryTypeManaged) *memory = LW_GPU_MEMORY_MANAGED;
  if (attributes.type != cudaMemoryTypeUnregistered) *device = attributes.device;
  return LW_OK;
}

lw_status Alloc(lw_backend_call* call, size_t bytes, void** address) {
  *address = nullptr;
  return OnDevice(call, [&](cudaStream_t stream) {
    return HasPools(call->device) ? cudaMallocAsync(address, bytes, stream)
                                  : cudaMalloc(address, bytes);
  });
}

lw_status Free(lw_backend_call* call, void* address, size_t) {
  return OnDevice(call, [&](cudaStream_t stream) {
    return HasPools(call->device) ? cudaFreeAsync(address, stream) : cudaFree(address);
  });
}

lw_status Copy(lw_backend_call* call, void* to, const void* from, size_t bytes,
               lw_gpu_copy_kind kind) {
  const cudaMemcpyKind direction = kind == LW_GPU_HOST_TO_DEVICE   ? cudaMemcpyHostToDevice
                                   : kind == LW_GPU_DEVICE_TO_HOST ? cudaMemcpyDeviceToHost
                                                                   : cudaMemcpyDeviceToDevice;
  return OnDevice(call, [&](cudaStream_t stream) {
    return cudaMemcpyAsync(to, from, bytes, direction, stream);
  });
}

lw_status StreamWait(lw_backend_call* call, void* other) {
  return OnDevice(call, [&](cudaStream_t stream) {
    cudaEvent_t event;
    cudaError_t error = cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
    if (error != cudaSuccess) return error;
    error = cudaEventRecord(event, static_cast<cudaStream_t>(other));
    if (error == cudaSuccess) error = cudaStreamWaitEvent(stream, event, 0);
    cudaEventDestroy(event);  // once it has passed
    return error;
  });
}

lw_status Synchronise(lw_backend_call* call) {
  return OnDevice(call, [](cudaStream_t stream) { return cudaStreamSynchronize(stream); });
}

// ---------------------------------------------------------------- launches

struct LaunchContext {
  cudaStream_t stream;
  cudaError_t error = cudaSuccess;
};

bool Launch(void* context, const void* kernel, int64_t blocks, int threads, const void* arguments) {
  auto& launch = *static_cast<LaunchContext*>(context);
  void* parameters[] = {const_cast<void*>(arguments)};
  if (blocks > kMaxBlocks) {
    launch.error = cudaErrorInvalidConfiguration;
    return false;
  }
  launch.error =
      cudaLaunchKernel(kernel, dim3(static_cast<unsigned>(blocks)),
                       dim3(static_cast<unsigned>(threads)), parameters, 0, launch.stream);
  return launch.error == cudaSuccess;
}

int32_t HasKernel(lw_kernel kernel, const lw_dtype* dtypes) {
  const Found found = Find(kernel, dtypes);
  return found.map || found.reduction;
}

// A task whose kernel is found; a reduction is planned too, for its scratch memory.
struct Prepared {
  Found found;
  ReducePlan reduction;
};
static_assert(sizeof(Prepared) <= sizeof(lw_backend_plan::own));
static_assert(std::is_trivially_copyable_v<Prepared>);

lw_status Prepare(lw_backend_call* call, const lw_backend_task* task, lw_backend_plan* plan) {
  const Found found = Find(task->kernel, task->dtypes);
  if (!found.map && !found.reduction) return NoKernel(call);
  auto* prepared = new (plan->own) Prepared;
  prepared->found = found;
  plan->task = task;
  plan->scratch_bytes = 0;
  if (found.reduction) {
    prepared->reduction = PlanReduction(*task, *found.reduction);
    plan->scratch_bytes = prepared->reduction.scratch_bytes;
  }
  return LW_OK;
}

lw_status LaunchPrepared(lw_backend_call* call, const lw_backend_plan* plan, void* scratch) {
  const Prepared& prepared = *std::launder(reinterpret_cast<const Prepared*>(plan->own));
  return OnDevice(call, [&](cudaStream_t stream) {
    LaunchContext context{stream};
    if (prepared.found.map) {
      LaunchMap(*plan->task, *prepared.found.map, &Launch, &context);
    } else {
      LaunchReduce(prepared.reduction, *prepared.found.reduction, scratch, &Launch, &context);
    }
    return context.error;
  });
}

lw_status WarmUp(lw_backend_call* call, lw_kernel kernel, const lw_dtype* dtypes) {
  const Found found = Find(kernel, dtypes);
  if (!found.map && !found.reduction) return NoKernel(call);
  return OnDevice(call, [&](cudaStream_t) {
    cudaFuncAttributes attributes;  // asking for them loads the code
    cudaError_t error = cudaSuccess;
    const auto load = [&](const void* address) {
      if (error == cudaSuccess) error = cudaFuncGetAttributes(&attributes, address);
    };
    if (found.map) {
      load(found.map->contiguous);
      load(found.map->strided);
    } else {
      for (const void* address : found.reduction->pass.kernels) load(address);
      for (const void* address : found.reduction->center.kernels) {
        if (address) load(address);
      }
    }
    return error;
  });
}

constexpr lw_backend kBackend = {
    sizeof(lw_backend),
    LW_BACKEND_ABI,
    kNumericsVersion,
    0,
    LANEWISE_VERSION,
    "CUDA " LANEWISE_CUDA_TOOLKIT,
    static_cast<int32_t>(std::size(kArchitectures)),
    LANEWISE_CUDA_PTX,
    kArchitectures,
    &HasKernel,
    &PointerInfo,
    &Alloc,
    &Free,
    &Copy,
    &StreamWait,
    &Synchronise,
    &Prepare,
    &LaunchPrepared,
    &WarmUp,
};

}  // namespace
}  // namespace lanewise::gpu

extern "C" __attribute__((visibility("default"))) const lw_backend* lanewise_gpu_backend(int32_t) {
  return &lanewise::gpu::kBackend;
}
