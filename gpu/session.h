// From checked arguments to the plugin: which device, options, temporary memory, error texts.

#ifndef LANEWISE_GPU_SESSION_H_
#define LANEWISE_GPU_SESSION_H_

#include "gpu/runtime.h"
#include "kernels/registry.h"

namespace lanewise::gpu {

// One call of the C API: the runtime, device, stream and allocator that it uses.
class Session {
 public:
  Session() {
    call_.device = 0;
    call_.stream = nullptr;
    call_.error[0] = 0;
  }
  // Completes options of another release and checks them; null gives the defaults. `function` is
  // named in messages and outlives the session. No GPU is asked for yet.
  lw_status TakeOptions(const char* function, const lw_gpu_options* options);
  // Needs a usable GPU.
  lw_status Start(const char* function);
  // The same for a device that is named by number.
  lw_status StartOn(const char* function, int64_t device, void* stream);

  // Looks up where an operand lies, unless the caller vouches for it, and holds it against those
  // before: all must be on one device. what: "input 0".
  lw_status Place(const char* what, const void* address);
  // After the last Place: the device is known now; it must be a usable one.
  lw_status Settle();

  // Temporary device memory, in stream order. bytes > 0.
  lw_status Allocate(size_t bytes, void** address);
  void Free(void* address, size_t bytes);

  // Status of a function of the plugin, with its message.
  lw_status Check(lw_status status);

  const lw_backend& backend() const { return *runtime_->backend; }
  lw_backend_call* call() { return &call_; }
  const char* function() const { return function_; }

 private:
  lw_status CheckDevice(int64_t device);

  const char* function_ = "";
  const Runtime* runtime_ = nullptr;
  const lw_gpu_allocator* allocator_ = nullptr;
  bool device_known_ = false;
  bool placed_ = false;
  int64_t device_ = 0;
  char first_[16] = "";  // the operand that decided the device
  lw_backend_call call_;
};

// Device memory that lives as long as this object.
class Temporary {
 public:
  explicit Temporary(Session& session) : session_(session) {}
  ~Temporary() {
    if (address_) session_.Free(address_, bytes_);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  lw_status Allocate(size_t bytes) {
    bytes_ = bytes;
    return bytes ? session_.Allocate(bytes, &address_) : LW_OK;
  }
  void* address() const { return address_; }

 private:
  Session& session_;
  void* address_ = nullptr;
  size_t bytes_ = 0;
};

// Gets the task's temporary memory, queues it and gives the memory back.
lw_status Launch(Session& session, const KernelEntry& kernel, const lw_backend_task& task);

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_SESSION_H_
