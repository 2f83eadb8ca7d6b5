#include "gpu/session.h"

#include <cstdio>

#include "dispatch/base/error.h"
#include "dispatch/base/struct_size.h"

namespace lanewise::gpu {
namespace {

// Sizes in release 0.1, the smallest that are accepted (struct_size.h). They never change.
constexpr uint32_t kGpuOptionsSmallest = 32;
static_assert(sizeof(lw_gpu_options) >= kGpuOptionsSmallest);
static_assert(offsetof(lw_gpu_options, device) + sizeof(int64_t) == sizeof(lw_gpu_options));

constexpr uintptr_t kAlignment = 256;

}  // namespace

lw_status Session::TakeOptions(const char* function, const lw_gpu_options* options) {
  function_ = function;
  if (!options) return LW_OK;
  const lw_status status =
      CheckStructSize("GPU options", options->struct_size, kGpuOptionsSmallest);
  if (status != LW_OK) return status;
  lw_gpu_options known;
  if (!TakeStruct(options, known) || (known.flags & ~LW_GPU_DEVICE_KNOWN)) {
    return Fail(LW_ERR_UNSUPPORTED, "%s: the GPU options set something that lanewise %s lacks",
                function, lw_version());
  }
  allocator_ = known.allocator;
  if (allocator_ && (!allocator_->alloc || !allocator_->free)) {
    return Fail(LW_ERR_NULL, "%s: a function of the allocator is null", function);
  }
  device_known_ = (known.flags & LW_GPU_DEVICE_KNOWN) != 0;
  device_ = known.device;
  call_.stream = known.stream;
  return LW_OK;
}

lw_status Session::Start(const char* function) {
  function_ = function;
  lw_status status = LW_OK;
  runtime_ = RequireRuntime(&status);
  if (!runtime_) return status;
  return device_known_ ? CheckDevice(device_) : LW_OK;
}

lw_status Session::StartOn(const char* function, int64_t device, void* stream) {
  call_.stream = stream;
  device_known_ = true;
  device_ = device;
  return Start(function);
}

lw_status Session::CheckDevice(int64_t device) {
  const auto count = static_cast<int64_t>(runtime_->devices.size());
  if (device < 0 || device >= count) {
    return Fail(LW_ERR_VALUE, "%s: there is no device %lld; this process sees %lld", function_,
                (long long)device, (long long)count);
  }
  const std::string& reason = runtime_->devices[static_cast<size_t>(device)].reason;
  if (!reason.empty()) {
    return Fail(LW_ERR_UNSUPPORTED, "%s: device %lld cannot be used: %s", function_,
                (long long)device, reason.c_str());
  }
  call_.device = static_cast<int32_t>(device);
  return LW_OK;
}

lw_status Session::Place(const char* what, const void* address) {
  if (device_known_) return LW_OK;
  lw_gpu_memory memory = LW_GPU_MEMORY_HOST;
  int32_t device = -1;
  call_.device = placed_ ? static_cast<int32_t>(device_) : 0;
  const lw_status status =
      Check(runtime_->backend->pointer_info(&call_, address, &memory, &device));
  if (status != LW_OK) return status;
  if (memory != LW_GPU_MEMORY_DEVICE && memory != LW_GPU_MEMORY_MANAGED) {
    return Fail(LW_ERR_DEVICE,
                "%s: %s lies in %s memory; copy it to the device first (lw_gpu_copy)", function_,
                what, memory == LW_GPU_MEMORY_PINNED ? "page-locked host" : "host");
  }
  // Managed memory follows the others; its own device counts where there are no others.
  if (memory == LW_GPU_MEMORY_MANAGED) {
    if (!placed_) device_ = device < 0 ? 0 : device;
    return LW_OK;
  }
  if (placed_ && device != device_) {
    return Fail(LW_ERR_DEVICE,
                "%s: %s lies on device %d and %s on device %lld; copy one of them to the other's "
                "device first",
                function_, what, device, first_, (long long)device_);
  }
  if (!placed_) snprintf(first_, sizeof(first_), "%s", what);
  placed_ = true;
  device_ = device;
  return LW_OK;
}

lw_status Session::Settle() { return device_known_ ? LW_OK : CheckDevice(device_); }

lw_status Session::Check(lw_status status) {
  if (status == LW_OK) return LW_OK;
  call_.error[sizeof(call_.error) - 1] = 0;
  return Fail(status, "%s: %s", function_, call_.error);
}

lw_status Session::Allocate(size_t bytes, void** address) {
  *address = nullptr;
  if (!allocator_) return Check(runtime_->backend->alloc(&call_, bytes, address));
  void* block = allocator_->alloc(allocator_->context, bytes, call_.stream);
  if (!block) {
    return Fail(LW_ERR_MEMORY, "%s: the allocator gave no %zu bytes of device memory", function_,
                bytes);
  }
  if (reinterpret_cast<uintptr_t>(block) % kAlignment != 0) {
    allocator_->free(allocator_->context, block, bytes, call_.stream);
    return Fail(LW_ERR_VALUE, "%s: the allocator's memory is not aligned to %d bytes", function_,
                static_cast<int>(kAlignment));
  }
  *address = block;
  return LW_OK;
}

void Session::Free(void* address, size_t bytes) {
  if (allocator_) {
    allocator_->free(allocator_->context, address, bytes, call_.stream);
  } else {
    // A failure here repeats one that a launch has reported, or that the next one will report.
    (void)runtime_->backend->free(&call_, address, bytes);
  }
}

lw_status Launch(Session& session, const KernelEntry& kernel, const lw_backend_task& task) {
  const lw_backend& backend = session.backend();
  lw_backend_plan plan;
  lw_status status = backend.prepare(session.call(), &task, &plan);
  if (status == LW_ERR_UNSUPPORTED) {
    return Fail(LW_ERR_UNSUPPORTED, "%s: the GPU plugin has no kernel %s for %s",
                session.function(), kernel.name, kDtypes[kernel.dtypes[kernel.inputs - 1]].name);
  }
  if (status != LW_OK) return session.Check(status);
  Temporary scratch(session);
  status = scratch.Allocate(plan.scratch_bytes);
  if (status != LW_OK) return status;
  return session.Check(backend.launch(session.call(), &plan, scratch.address()));
}

}  // namespace lanewise::gpu
