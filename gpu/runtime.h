// The GPU of this process: driver and plugin, each found once, at the first question; and the state
// after fork(). Programs that ask nothing pay nothing.

#ifndef LANEWISE_GPU_RUNTIME_H_
#define LANEWISE_GPU_RUNTIME_H_

#include <string>
#include <vector>

#include "gpu/driver.h"
#include "gpu/loader.h"

namespace lanewise::gpu {

struct Device {
  DriverDevice driver;
  std::string reason;  // why it cannot be used; "" if it can
};

// What calls need once all is found; never freed.
struct Runtime {
  const lw_backend* backend = nullptr;
  std::vector<Device> devices;
};

struct Status {
  lw_gpu_state state = LW_GPU_NOT_ASKED;
  std::string reason;
  int32_t driver_version = 0;
  std::vector<Device> devices;
  Plugin plugin;  // path empty: not looked for
};

// initialise: as lw_gpu_status.
Status GetStatus(bool initialise);

// The runtime, or null and the thread's message with its status in *error. One load when all is
// well.
const Runtime* RequireRuntime(lw_status* error);

// The device of this number, valid for ever; null if there is none. Gives the number of devices.
const Device* FindDevice(int32_t device, int32_t* count);

// Whether this process is the child of one that used the GPU; LW_ERR_FORKED with its message.
bool IsForked();
lw_status FailForked();

// lw_gpu_set_plugin.
lw_status SetPluginPath(const char* path);

// Tests only (the library exports neither): another place for the driver, before the first
// question.
void SetDriverSource(DriverSource source);

}  // namespace lanewise::gpu

#endif  // LANEWISE_GPU_RUNTIME_H_
