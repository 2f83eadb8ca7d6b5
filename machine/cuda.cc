// CUDA as far as package managers are concerned.

#include "dispatch/host/os.h"
#include "gpu/driver.h"
#include "gpu/runtime.h"
#include "machine/record.h"

namespace lanewise {
namespace {

// The version of the toolkit whose folder is /usr/local/cuda: "version" : "13.0.1" of "cuda".
std::string ReadToolkit() {
  const std::string text = ReadFile("/usr/local/cuda/version.json").value_or("");
  size_t at = text.find("\"cuda\"");
  if (at == std::string::npos) return "";
  at = text.find("\"version\"", at);
  if (at == std::string::npos) return "";
  at = text.find_first_of("0123456789", at);
  if (at == std::string::npos) return "";
  return text.substr(at, text.find_first_not_of("0123456789.", at) - at);
}

// Empty, or nothing where the driver could not be asked or did not say.
std::optional<std::vector<std::string>> Devices(const gpu::Status& status) {
  std::vector<std::string> devices;
  switch (status.state) {
    case LW_GPU_NO_NODE:
    case LW_GPU_NO_DRIVER:
    case LW_GPU_STUB_DRIVER:
    case LW_GPU_NO_DEVICE:
      return devices;
    case LW_GPU_READY:
    case LW_GPU_OLD_DEVICE:
    case LW_GPU_NO_PLUGIN:
    case LW_GPU_REFUSED_PLUGIN:
    case LW_GPU_NO_CODE:
      for (const gpu::Device& device : status.devices)
        devices.push_back(gpu::CapabilityText(device.driver.compute_capability));
      return devices;
    default:
      return std::nullopt;
  }
}

}  // namespace

CudaFacts ReadCuda(bool devices) {
  const gpu::Status status = gpu::GetStatus(devices);
  CudaFacts cuda;
  if (status.driver_version > 0) cuda.driver = gpu::VersionText(status.driver_version);
  if (devices) cuda.devices = Devices(status);
  cuda.toolkit = ReadToolkit();
  return cuda;
}

}  // namespace lanewise
