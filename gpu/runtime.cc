#include "gpu/runtime.h"

#include <pthread.h>

#include <atomic>
#include <mutex>
#include <new>

#include "dispatch/base/error.h"
#include "dispatch/base/once.h"
#include "dispatch/host/os.h"

namespace lanewise::gpu {
namespace {

constexpr const char* kForkedReason =
    "this process was forked from one that used the GPU: CUDA works in the parent only (start "
    "processes by spawn or forkserver, or use the GPU after the fork only); the CPU's kernels work";

// Threads that are in the middle of a question, whose locks a child would find taken for ever.
std::atomic<int> g_asking{0};
std::atomic<bool> g_initialised{false};
std::atomic<bool> g_forked{false};
std::atomic<const Runtime*> g_runtime{nullptr};

// Everything else, behind the lock. Leaked: the driver's thread may outlive static destructors.
struct Process {
  std::mutex mutex;
  DriverSource source;
  std::unique_ptr<Driver> driver;
  std::string plugin_path;
  bool plugin_tried = false;
  Plugin plugin;
  std::vector<Device> devices;  // set once, when the plugin has been tried
};
Process& ThisProcess() {
  static Process& process = *new Process;
  return process;
}

class Asking {
 public:
  Asking() {
    // Here and not when the library is loaded: who never asks has no handler. Nobody asks without
    // one: a child would not know what it is.
    static constinit Once<int> registered;
    registered.Get([] {
      const int failed = pthread_atfork(nullptr, nullptr, [] {
        if (g_initialised.load() || g_asking.load() > 0) g_forked.store(true);
      });
      if (failed) throw std::bad_alloc();
      return failed;
    });
    g_asking.fetch_add(1);
  }
  ~Asking() { g_asking.fetch_sub(1); }
};

// Before cuInit: a child forked meanwhile is lost, too. Taken back if the driver was not asked.
class Initialising {
 public:
  explicit Initialising(Driver& driver) : driver_(driver) { g_initialised.store(true); }
  ~Initialising() { g_initialised.store(driver_.Asked()); }
  Initialising(const Initialising&) = delete;
  Initialising& operator=(const Initialising&) = delete;

 private:
  Driver& driver_;
};

void AddDevices(const DriverFindings& found, const lw_backend* table, Status& status) {
  for (const DriverDevice& device : found.devices) {
    Device d{device, ""};
    if (device.compute_capability < kOldestCapability) {
      d.reason = OldDeviceReason(device);
    } else if (table) {
      d.reason = MissingCodeReason(*table, device.compute_capability);
    } else {
      d.reason = status.reason;
    }
    status.devices.push_back(std::move(d));
  }
}

const Plugin& GetPlugin(Process& process) {
  if (!process.plugin_tried) {
    const std::string folder = OwnFolder();
    const std::string path = !process.plugin_path.empty() ? process.plugin_path
                             : folder.empty()             ? ""
                                                          : folder + kPluginName;
    process.plugin = LoadPlugin(path);
    process.plugin_tried = !process.plugin.passing;
  }
  return process.plugin;
}

Status StatusLocked(Process& process, bool initialise) {
  if (!process.driver) process.driver = std::make_unique<Driver>(process.source);
  Status status;
  DriverFindings found = process.driver->Peek();
  if (initialise && found.state == LW_GPU_NOT_ASKED) {
    const Initialising initialising(*process.driver);
    found = process.driver->Initialise();
  }
  status.state = found.state;
  status.reason = found.reason;
  status.driver_version = found.version;
  if (found.state == LW_GPU_READY) {
    const Plugin& plugin = GetPlugin(process);
    status.plugin = plugin;
    if (!plugin.table) {
      status.state = plugin.state;
      status.reason = plugin.reason;
    }
  }
  AddDevices(found, status.plugin.table, status);
  if (process.devices.empty() && !status.plugin.passing) process.devices = status.devices;
  if (status.state != LW_GPU_READY) return status;
  const std::string* first = nullptr;
  for (const Device& device : status.devices) {
    if (device.reason.empty()) return status;
    if (!first) first = &device.reason;
  }
  status.state = LW_GPU_NO_CODE;
  status.reason = *first;
  return status;
}

}  // namespace

lw_status FailForked() { return Fail(LW_ERR_FORKED, "%s", kForkedReason); }

bool IsForked() { return g_forked.load(std::memory_order_relaxed); }

Status GetStatus(bool initialise) {
  const Asking asking;
  if (IsForked()) {
    Status status;
    status.state = LW_GPU_FORKED;
    status.reason = kForkedReason;
    return status;
  }
  Process& process = ThisProcess();
  std::lock_guard lock(process.mutex);
  Status status = StatusLocked(process, initialise);
  if (status.state == LW_GPU_READY && !g_runtime.load()) {
    g_runtime.store(new Runtime{status.plugin.table, status.devices}, std::memory_order_release);
  }
  return status;
}

const Runtime* RequireRuntime(lw_status* error) {
  if (IsForked()) {
    *error = FailForked();
    return nullptr;
  }
  if (const Runtime* runtime = g_runtime.load(std::memory_order_acquire)) return runtime;
  const Runtime* runtime = nullptr;
  *error = Guarded("looking for a GPU", [&runtime] {
    const Status status = GetStatus(true);
    if (status.state == LW_GPU_READY) {
      runtime = g_runtime.load(std::memory_order_acquire);
      return LW_OK;
    }
    return Fail(status.state == LW_GPU_FORKED ? LW_ERR_FORKED : LW_ERR_UNSUPPORTED, "no GPU: %s",
                status.reason.c_str());
  });
  return runtime;
}

const Device* FindDevice(int32_t device, int32_t* count) {
  const Status status = GetStatus(true);
  Process& process = ThisProcess();
  std::lock_guard lock(process.mutex);
  // There are devices, but not what the plugin says of them.
  if (process.devices.empty() && status.plugin.passing) throw std::bad_alloc();
  *count = static_cast<int32_t>(process.devices.size());
  return device < 0 || device >= *count ? nullptr : &process.devices[static_cast<size_t>(device)];
}

lw_status SetPluginPath(const char* path) {
  if (!path) return Fail(LW_ERR_NULL, "lw_gpu_set_plugin: path is null");
  if (path[0] != '/') {
    return Fail(LW_ERR_VALUE, "lw_gpu_set_plugin: \"%.200s\" is not an absolute path", path);
  }
  const Asking asking;
  if (IsForked()) return FailForked();
  Process& process = ThisProcess();
  std::lock_guard lock(process.mutex);
  if (process.plugin_tried) {
    return Fail(LW_ERR_VALUE, "lw_gpu_set_plugin: the plugin has been looked for already, at %s",
                process.plugin.path.c_str());
  }
  process.plugin_path = path;
  return LW_OK;
}

void SetDriverSource(DriverSource source) {
  Process& process = ThisProcess();
  std::lock_guard lock(process.mutex);
  process.source = std::move(source);
  process.driver.reset();
}

}  // namespace lanewise::gpu
