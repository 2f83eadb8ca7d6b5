#include "gpu/driver.h"

#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>
#include <thread>

#include "dispatch/base/settings.h"
#include "dispatch/host/os.h"
#include "gpu/loader.h"

namespace lanewise::gpu {
namespace {

// What this file needs of cuda.h: numbers that the driver's ABI fixes for ever.
enum : int {
  kSuccess = 0,
  kNotInitialised = 3,
  kStubLibrary = 34,
  kNoDevice = 100,
  kInvalidDevice = 101,
  kAttributeMultiprocessors = 16,
  kAttributeMajor = 75,
  kAttributeMinor = 76,
};

struct Functions {
  int (*version)(int*) = nullptr;
  int (*init)(unsigned) = nullptr;
  int (*count)(int*) = nullptr;
  int (*device)(int*, int) = nullptr;
  int (*attribute)(int*, int, int) = nullptr;
  int (*name)(char*, int, int) = nullptr;
  int (*memory)(size_t*, int) = nullptr;
  int (*error_name)(int, const char**) = nullptr;  // optional
};

template <class F>
const char* Find(void* library, const char* symbol, F& function) {
  function = reinterpret_cast<F>(dlsym(library, symbol));
  return function ? nullptr : symbol;
}

// The name of the first missing function, or null.
const char* FindAll(void* library, Functions& f) {
  const char* missing = nullptr;
  const auto find = [&](const char* symbol, auto& function) {
    if (const char* name = Find(library, symbol, function); name && !missing) missing = name;
  };
  find("cuDriverGetVersion", f.version);
  find("cuInit", f.init);
  find("cuDeviceGetCount", f.count);
  find("cuDeviceGet", f.device);
  find("cuDeviceGetAttribute", f.attribute);
  find("cuDeviceGetName", f.name);
  find("cuDeviceTotalMem_v2", f.memory);
  Find(library, "cuGetErrorName", f.error_name);
  return missing;
}

// "error 999 (CUDA_ERROR_UNKNOWN)".
std::string ErrorText(const Functions& f, int error) {
  std::string text = "error " + std::to_string(error);
  const char* name = nullptr;
  if (f.error_name && f.error_name(error, &name) == kSuccess && name) {
    text += " (" + std::string(name).substr(0, 80) + ")";
  }
  return text;
}

// PCs and servers; WSL; Jetson.
constexpr const char* kNodes[] = {"/dev/nvidiactl", "/dev/dxg", "/dev/nvhost-ctrl", "/dev/nvmap"};

bool AnyNode(const std::string& root) {
  return std::any_of(std::begin(kNodes), std::end(kNodes),
                     [&](const char* node) { return access((root + node).c_str(), F_OK) == 0; });
}

// Versions are 1000 * major + 10 * minor.
bool Plausible(int32_t version) { return version >= 1000 && version < 100000 && version % 10 == 0; }

bool Plausible(const DriverDevice& device) {
  const int capability = device.compute_capability;
  return capability >= 10 && capability < 1000 && device.multiprocessors >= 1 &&
         device.multiprocessors <= 65536 && device.memory_bytes >= (int64_t{1} << 20) &&
         device.memory_bytes <= (int64_t{1} << 50);
}
constexpr int kMaxDevices = 1024;

std::string Describe(const DriverDevice& d) {
  return "compute capability " + CapabilityText(d.compute_capability) + ", " +
         std::to_string(d.multiprocessors) + " multiprocessors, " + std::to_string(d.memory_bytes) +
         " bytes";
}

std::string Printable(const char* text, size_t size) {
  std::string result(text, strnlen(text, size));
  std::replace_if(
      result.begin(), result.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return result;
}

DriverFindings Found(lw_gpu_state state, std::string reason) {
  DriverFindings found;
  found.state = state;
  found.reason = std::move(reason);
  return found;
}

DriverFindings NoDevice(const std::string& what) {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (!visible) return Found(LW_GPU_NO_DEVICE, "the CUDA driver finds no device: " + what);
  return Found(LW_GPU_HIDDEN,
               "CUDA_VISIBLE_DEVICES=\"" + Printable(visible, 64) + "\" leaves no device: " + what);
}

// One device, or false and the failed question.
bool AskDevice(const Functions& f, int ordinal, DriverDevice& device, std::string& failure) {
  int handle = 0, major = 0, minor = 0;
  size_t memory = 0;
  char name[256] = "";
  const auto ask = [&](const char* what, int rc) {
    if (rc == kSuccess) return true;
    failure = std::string(what) + " for device " + std::to_string(ordinal) + " failed with " +
              ErrorText(f, rc);
    return false;
  };
  if (!ask("cuDeviceGet", f.device(&handle, ordinal)) ||
      !ask("cuDeviceGetAttribute", f.attribute(&major, kAttributeMajor, handle)) ||
      !ask("cuDeviceGetAttribute", f.attribute(&minor, kAttributeMinor, handle)) ||
      !ask("cuDeviceGetAttribute",
           f.attribute(&device.multiprocessors, kAttributeMultiprocessors, handle)) ||
      !ask("cuDeviceTotalMem", f.memory(&memory, handle)) ||
      !ask("cuDeviceGetName", f.name(name, sizeof(name), handle))) {
    return false;
  }
  // Out of range here becomes a capability that is implausible.
  const bool sane = major >= 1 && major < 100 && minor >= 0 && minor < 10;
  device.compute_capability = sane ? 10 * major + minor : 0;
  device.memory_bytes = static_cast<int64_t>(std::min<uint64_t>(memory, INT64_MAX));
  device.name = Printable(name, sizeof(name));
  return true;
}

// cuInit and all devices; may take any time.
DriverFindings AskDriver(const Functions& f) {
  int rc = f.init(0);
  if (rc == kNotInitialised) {
    return Found(LW_GPU_FORKED,
                 "CUDA was used before fork() by a parent of this process, and works in no child");
  }
  if (rc == kNoDevice || rc == kInvalidDevice) return NoDevice("cuInit says " + ErrorText(f, rc));
  if (rc != kSuccess) {
    return Found(LW_GPU_INIT_FAILED, "cuInit failed with " + ErrorText(f, rc));
  }
  int count = 0;
  rc = f.count(&count);
  if (rc == kNoDevice || (rc == kSuccess && count == 0)) return NoDevice("it counts 0");
  if (rc != kSuccess) {
    return Found(LW_GPU_INIT_FAILED, "cuDeviceGetCount failed with " + ErrorText(f, rc));
  }
  if (count < 0 || count > kMaxDevices) {
    return Found(LW_GPU_IMPLAUSIBLE,
                 "the CUDA driver claims " + std::to_string(count) + " devices");
  }
  DriverFindings found;
  size_t newest = 0;
  for (int i = 0; i < count; ++i) {
    DriverDevice device;
    std::string failure;
    if (!AskDevice(f, i, device, failure)) return Found(LW_GPU_INIT_FAILED, failure);
    if (!Plausible(device)) {
      return Found(LW_GPU_IMPLAUSIBLE, "the CUDA driver claims for device " + std::to_string(i) +
                                           ": " + Describe(device));
    }
    found.devices.push_back(std::move(device));
    if (found.devices[newest].compute_capability < found.devices.back().compute_capability) {
      newest = found.devices.size() - 1;
    }
  }
  const DriverDevice& best = found.devices[newest];
  found.state = best.compute_capability < kOldestCapability ? LW_GPU_OLD_DEVICE : LW_GPU_READY;
  if (found.state == LW_GPU_OLD_DEVICE) found.reason = OldDeviceReason(best);
  return found;
}

// What the version, and the functions that the library has, say.
DriverFindings Judge(const std::string& library, const Functions& f, const char* missing) {
  if (!f.version) {
    return Found(LW_GPU_NO_DRIVER,
                 library + " is not the CUDA driver: it lacks " + std::string(missing));
  }
  int version = 0;
  const int rc = f.version(&version);
  if (rc == kStubLibrary) {
    return Found(LW_GPU_STUB_DRIVER,
                 "the libcuda.so.1 that the loader finds is the CUDA toolkit's stub, which is for "
                 "linking only: remove its folder from LD_LIBRARY_PATH");
  }
  if (rc != kSuccess) {
    return Found(LW_GPU_INIT_FAILED, "cuDriverGetVersion failed with " + ErrorText(f, rc));
  }
  if (!Plausible(version)) {
    return Found(LW_GPU_IMPLAUSIBLE,
                 "the CUDA driver claims to be version " + std::to_string(version));
  }
  DriverFindings found;
  found.version = version;
  if (version < kOldestDriver) {
    found.state = LW_GPU_OLD_DRIVER;
    found.reason = "the driver supports CUDA " + VersionText(version) + "; lanewise needs CUDA " +
                   VersionText(kOldestDriver) + ", which comes with driver 580 and newer";
  } else if (missing) {
    found.state = LW_GPU_NO_DRIVER;
    found.reason = library + " is not the CUDA driver: it lacks " + missing;
  } else {
    found.state = LW_GPU_NOT_ASKED;
    found.reason = "a driver for CUDA " + VersionText(version) +
                   " is there; its devices are asked about at the first use of a GPU";
  }
  return found;
}

// What can be seen without initialising CUDA, and the library if it loads.
DriverFindings Look(const DriverSource& source, void*& library) {
  if (GpuIsOff()) return Found(LW_GPU_OFF, "LANEWISE_GPU=off");
  if (!AnyNode(source.root)) {
    return Found(LW_GPU_NO_NODE, "this machine shows no NVIDIA GPU (no " + std::string(kNodes[0]) +
                                     " or the like)");
  }
  if (!HasDynamicLoader()) {
    return Found(LW_GPU_NO_DRIVER,
                 "the CUDA driver does not load: this program is static as a whole");
  }
  // Never unloaded: the driver keeps threads and exit handlers.
  const OpenedLibrary opened = OpenLibrary(source.library);
  library = opened.handle;
  if (!library) {
    DriverFindings found =
        Found(LW_GPU_NO_DRIVER, "the CUDA driver does not load: " + opened.error);
    found.passing = opened.passing;
    return found;
  }
  Functions f;
  const char* missing = FindAll(library, f);
  return Judge(source.library, f, missing);
}

// The program's signals are not for the threads that are started while this lives.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

std::string VersionText(int32_t version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string CapabilityText(int32_t capability) {
  return std::to_string(capability / 10) + "." + std::to_string(capability % 10);
}

std::string OldDeviceReason(const DriverDevice& device) {
  return device.name + " has compute capability " + CapabilityText(device.compute_capability) +
         "; lanewise needs " + CapabilityText(kOldestCapability);
}

// Shared with the asking thread, which may outlive everybody's patience.
struct Driver::Answer {
  std::mutex mutex;
  std::condition_variable arrived;
  bool done = false;
  bool out_of_memory = false;  // no answer: to be asked again
  DriverFindings findings;
};

void Driver::PeekLocked() {
  if (peeked_) return;
  const int saved_errno = errno;
  findings_ = Look(source_, library_);
  peeked_ = !findings_.passing;
  errno = saved_errno;
}

// Takes over the answer if it has arrived; one that failed for want of memory is forgotten.
void Driver::Adopt() {
  if (!answer_) return;
  {
    std::lock_guard lock(answer_->mutex);
    if (!answer_->done) return;
    if (answer_->out_of_memory) {
      peeked_ = false;
    } else {
      answer_->findings.version = findings_.version;
      findings_ = std::move(answer_->findings);
    }
  }
  answer_.reset();
}

DriverFindings Driver::Peek() {
  std::lock_guard lock(mutex_);
  Adopt();
  PeekLocked();
  return findings_;
}

bool Driver::Asked() {
  std::lock_guard lock(mutex_);
  return asked_;
}

// Starts the thread; false and the reason if there can be none.
bool Driver::Ask(std::string& failure) {
  Functions f;
  const char* missing = library_ ? FindAll(library_, f) : "everything";
  if (missing) {
    failure = source_.library + " is not the CUDA driver: it lacks " + missing;
    return false;
  }
  auto answer = std::make_shared<Answer>();
  const auto ask = [answer, f] {
    DriverFindings findings;
    bool out_of_memory = false;
    try {
      findings = AskDriver(f);
    } catch (const std::bad_alloc&) {
      out_of_memory = true;
    }
    std::lock_guard done(answer->mutex);
    answer->findings = std::move(findings);
    answer->out_of_memory = out_of_memory;
    answer->done = true;
    answer->arrived.notify_all();
  };
  const SignalsBlocked blocked;
  try {
    std::thread(ask).detach();
  } catch (const std::system_error& error) {
    failure = std::string("no thread for the CUDA driver: ") + error.what();
    return false;
  }
  answer_ = std::move(answer);
  asked_ = true;
  return true;
}

DriverFindings Driver::Initialise() {
  std::lock_guard lock(mutex_);
  Adopt();
  PeekLocked();
  if (findings_.state != LW_GPU_NOT_ASKED) return findings_;
  std::string failure;
  if (!answer_ && !Ask(failure)) {
    DriverFindings failed = Found(LW_GPU_INIT_FAILED, std::move(failure));
    failed.version = findings_.version;
    failed.passing = true;
    return failed;
  }
  const int timeout = GpuTimeoutMs();
  std::unique_lock wait(answer_->mutex);
  const bool arrived = answer_->arrived.wait_for(wait, std::chrono::milliseconds(timeout),
                                                 [&] { return answer_->done; });
  wait.unlock();
  Adopt();
  if (!peeked_) throw std::bad_alloc();
  if (!arrived && findings_.state == LW_GPU_NOT_ASKED) {
    std::string reason = "the CUDA driver did not answer within " + std::to_string(timeout) +
                         " ms (LANEWISE_GPU_TIMEOUT_MS)";
    findings_.state = LW_GPU_TIMEOUT;
    findings_.reason = std::move(reason);
  }
  return findings_;
}

}  // namespace lanewise::gpu
