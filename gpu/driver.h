// The NVIDIA driver, found without linking it and without trusting it: in order environment, device
// nodes, libcuda.so.1, its version, and only when somebody wants a GPU cuInit and the devices, on a
// thread of their own with a deadline. Every outcome is a state and a sentence, or
// std::bad_alloc, which leaves nothing behind.

#ifndef LANEWISE_GPU_DRIVER_H_
#define LANEWISE_GPU_DRIVER_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lanewise/lanewise_gpu.h"

namespace lanewise::gpu {

// Where the driver is looked for. In production always the default: no setting, environment
// variable or exported function changes it. Tests, which see the library's inside, give their own.
struct DriverSource {
  std::string root;                      // stands before /dev/nvidiactl and the like
  std::string library = "libcuda.so.1";  // as for dlopen
};

struct DriverDevice {
  std::string name;
  int32_t compute_capability = 0;  // 10 * major + minor
  int32_t multiprocessors = 0;
  int64_t memory_bytes = 0;
};

struct DriverFindings {
  lw_gpu_state state = LW_GPU_NOT_ASKED;
  std::string reason;
  int32_t version = 0;  // 13000 is CUDA 13.0; 0 if unknown
  std::vector<DriverDevice> devices;
  bool passing =
      false;  // for want of memory or of a thread: not kept, the next question tries again
};

// The oldest driver that runs a plugin built with CUDA 13.0, and the oldest device of that toolkit.
inline constexpr int32_t kOldestDriver = 13000;
inline constexpr int32_t kOldestCapability = 75;

class Driver {
 public:
  explicit Driver(DriverSource source = {}) : source_(std::move(source)) {}
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // What can be known without initialising CUDA: LW_GPU_NOT_ASKED if nothing speaks against a GPU.
  // After Initialise: what that found.
  DriverFindings Peek();
  // All the way: LW_GPU_READY if there is a device that is not too old. A driver that exceeds the
  // deadline is not waited for again; its answer counts whenever it comes.
  DriverFindings Initialise();
  // Whether Initialise has started to ask the driver, ever.
  bool Asked();

 private:
  struct Answer;

  void PeekLocked();
  bool Ask(std::string& failure);
  void Adopt();

  const DriverSource source_;
  std::mutex mutex_;
  bool peeked_ = false;  // findings_ stay
  bool asked_ = false;
  DriverFindings findings_;
  void* library_ = nullptr;
  std::shared_ptr<Answer> answer_;  // of the thread that asks; null before, and once taken over
};

std::string VersionText(int32_t version);        // "13.0" for 13000
std::string CapabilityText(int32_t capability);  // "9.0" for 90
std::string OldDeviceReason(const DriverDevice& device);

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_DRIVER_H_
