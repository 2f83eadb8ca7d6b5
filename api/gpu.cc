// The GPU's status, devices, memory and streams through the C ABI.

#include "dispatch/base/error.h"
#include "dispatch/base/struct_size.h"
#include "dispatch/engine/checks.h"
#include "gpu/session.h"

namespace lanewise::gpu {
namespace {

// Sizes in release 0.1, the smallest that are accepted (struct_size.h). They never change.
constexpr uint32_t kDeviceRecordSmallest = 40;
static_assert(sizeof(lw_gpu_device_record) >= kDeviceRecordSmallest);

// Whether an address lies on the device of the call (device) or in host memory (not device).
lw_status CheckPlace(Session& session, const char* what, const void* address, bool on_device) {
  lw_gpu_memory memory = LW_GPU_MEMORY_HOST;
  int32_t device = -1;
  const lw_status status =
      session.Check(session.backend().pointer_info(session.call(), address, &memory, &device));
  if (status != LW_OK || memory == LW_GPU_MEMORY_MANAGED) return status;
  if ((memory == LW_GPU_MEMORY_DEVICE) != on_device) {
    return Fail(LW_ERR_DEVICE, "%s: `%s` lies in %s memory", session.function(), what,
                on_device ? "host" : "device");
  }
  if (on_device && device != session.call()->device) {
    return Fail(LW_ERR_DEVICE, "%s: `%s` lies on device %d, not on device %d", session.function(),
                what, device, session.call()->device);
  }
  return LW_OK;
}

lw_status Copy(int32_t device, void* to, const void* from, size_t bytes, lw_gpu_copy_kind kind,
               void* stream) {
  if (kind < LW_GPU_HOST_TO_DEVICE || kind > LW_GPU_DEVICE_TO_DEVICE) {
    return Fail(LW_ERR_VALUE, "lw_gpu_copy: %d is not a kind of copy", static_cast<int>(kind));
  }
  if (bytes == 0) return LW_OK;
  lw_status status = CheckNotNull("lw_gpu_copy", {{"to", to}, {"from", from}});
  if (status != LW_OK) return status;
  Session session;
  status = session.StartOn("lw_gpu_copy", device, stream);
  if (status == LW_OK) status = CheckPlace(session, "to", to, kind != LW_GPU_DEVICE_TO_HOST);
  if (status == LW_OK) status = CheckPlace(session, "from", from, kind != LW_GPU_HOST_TO_DEVICE);
  if (status != LW_OK) return status;
  const auto a = reinterpret_cast<uintptr_t>(to), b = reinterpret_cast<uintptr_t>(from);
  if ((a > b ? a - b : b - a) < bytes) {
    return Fail(LW_ERR_OVERLAP, "lw_gpu_copy: to and from overlap");  // undefined for CUDA
  }
  return session.Check(session.backend().copy(session.call(), to, from, bytes, kind));
}

lw_status WarmUp(int32_t device, lw_kernel id, const lw_dtype* dtypes) {
  if (!FirstKernel(id)) return Fail(LW_ERR_KERNEL, "no kernel has id %d", static_cast<int>(id));
  if (dtypes && !FindKernel(id, dtypes)) return FailDtypes(id, dtypes);
  Session session;
  lw_status status = session.StartOn("lw_gpu_warmup", device, nullptr);
  if (status != LW_OK) return status;
  const lw_backend& backend = session.backend();
  bool any = false;
  for (const KernelEntry& kernel : kKernels) {
    if (kernel.id != id || (dtypes && &kernel != FindKernel(id, dtypes))) continue;
    if (!backend.has_kernel(kernel.id, kernel.dtypes)) continue;
    any = true;
    status = session.Check(backend.warm_up(session.call(), kernel.id, kernel.dtypes));
    if (status != LW_OK) return status;
  }
  if (any) return LW_OK;
  return Fail(LW_ERR_UNSUPPORTED, "lw_gpu_warmup: the GPU plugin has no kernel %s%s",
              FirstKernel(id)->name, dtypes ? " for these dtypes" : "");
}

}  // namespace
}  // namespace lanewise::gpu

using namespace lanewise;       // NOLINT: definitions of extern "C" functions only
using namespace lanewise::gpu;  // NOLINT

extern "C" {

lw_status lw_gpu_status(int32_t initialise, lw_gpu_state* state) {
  if (!state) return Fail(LW_ERR_NULL, "lw_gpu_status: state is null");
  const lw_status valid = CheckZeroOrOne("lw_gpu_status", "initialise", initialise);
  if (valid != LW_OK) return valid;
  return Guarded("lw_gpu_status", [=] { return *state = GetStatus(initialise != 0).state, LW_OK; });
}

lw_status lw_gpu_device_count(int32_t* count) {
  if (!count) return Fail(LW_ERR_NULL, "lw_gpu_device_count: count is null");
  if (IsForked()) return FailForked();
  return Guarded("lw_gpu_device_count", [=] {
    return *count = static_cast<int32_t>(GetStatus(true).devices.size()), LW_OK;
  });
}

lw_status lw_gpu_set_plugin(const char* path) {
  return Guarded("lw_gpu_set_plugin", [=] { return SetPluginPath(path); });
}

lw_status lw_gpu_has_kernel(lw_kernel id, const lw_dtype* dtypes, int32_t* has) {
  lw_status status = CheckNotNull("lw_gpu_has_kernel", {{"dtypes", dtypes}, {"has", has}});
  if (status != LW_OK) return status;
  if (!FirstKernel(id)) return Fail(LW_ERR_KERNEL, "no kernel has id %d", static_cast<int>(id));
  *has = 0;
  if (!FindKernel(id, dtypes)) return LW_OK;
  Session session;
  status = session.Start("lw_gpu_has_kernel");
  if (status == LW_OK) *has = session.backend().has_kernel(id, dtypes) != 0;
  return status;
}

lw_status lw_gpu_warmup(int32_t device, lw_kernel id, const lw_dtype* dtypes) {
  return WarmUp(device, id, dtypes);
}

lw_status lw_gpu_pointer_info(const void* address, lw_gpu_memory* memory, int32_t* device) {
  lw_status status = CheckNotNull("lw_gpu_pointer_info", {{"memory", memory}, {"device", device}});
  if (status != LW_OK) return status;
  Session session;
  status = session.Start("lw_gpu_pointer_info");
  if (status != LW_OK) return status;
  lw_gpu_memory found = LW_GPU_MEMORY_HOST;
  int32_t where = -1;
  if (address) {
    session.call()->device = 0;
    status = session.Check(session.backend().pointer_info(session.call(), address, &found, &where));
  }
  if (status != LW_OK) return status;
  *memory = found;
  *device = where;
  return LW_OK;
}

lw_status lw_gpu_alloc(int32_t device, size_t bytes, void* stream, void** address) {
  if (!address) return Fail(LW_ERR_NULL, "lw_gpu_alloc: address is null");
  Session session;
  lw_status status = session.StartOn("lw_gpu_alloc", device, stream);
  if (status != LW_OK) return status;
  void* block = nullptr;
  if (bytes > 0) status = session.Allocate(bytes, &block);
  if (status == LW_OK) *address = block;
  return status;
}

lw_status lw_gpu_free(int32_t device, void* address, size_t bytes, void* stream) {
  if (!address) return LW_OK;
  Session session;
  const lw_status status = session.StartOn("lw_gpu_free", device, stream);
  if (status != LW_OK) return status;
  return session.Check(session.backend().free(session.call(), address, bytes));
}

lw_status lw_gpu_copy(int32_t device, void* to, const void* from, size_t bytes,
                      lw_gpu_copy_kind kind, void* stream) {
  return Copy(device, to, from, bytes, kind, stream);
}

lw_status lw_gpu_stream_wait(int32_t device, void* stream, void* other) {
  Session session;
  const lw_status status = session.StartOn("lw_gpu_stream_wait", device, stream);
  if (status != LW_OK || stream == other) return status;
  return session.Check(session.backend().stream_wait(session.call(), other));
}

lw_status lw_gpu_synchronise(int32_t device, void* stream) {
  Session session;
  const lw_status status = session.StartOn("lw_gpu_synchronise", device, stream);
  if (status != LW_OK) return status;
  return session.Check(session.backend().synchronise(session.call()));
}

lw_status lw_gpu_device_info(int32_t device, lw_gpu_device_record* record) {
  if (!record) return Fail(LW_ERR_NULL, "lw_gpu_device_info: record is null");
  const lw_status status =
      CheckStructSize("lw_gpu_device_info: record", record->struct_size, kDeviceRecordSmallest);
  if (status != LW_OK) return status;
  if (IsForked()) return FailForked();
  const Device* found = nullptr;
  int32_t count = 0;
  const lw_status asked =
      Guarded("lw_gpu_device_info", [&] { return found = FindDevice(device, &count), LW_OK; });
  if (asked != LW_OK) return asked;
  if (!found) {
    return Fail(LW_ERR_VALUE, "lw_gpu_device_info: there is no device %d; this process sees %d",
                device, count);
  }
  lw_gpu_device_record ours{};
  ours.compute_capability = found->driver.compute_capability;
  ours.name = found->driver.name.c_str();
  ours.reason = found->reason.c_str();
  ours.memory_bytes = found->driver.memory_bytes;
  ours.multiprocessors = found->driver.multiprocessors;
  ours.usable = found->reason.empty();
  GiveStruct(ours, record);
  return LW_OK;
}

}  // extern "C"
