// CUDA as far as package managers are concerned.

#include "dispatch/os.h"
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

}  // namespace

// No driver is looked for yet: none is reported.
CudaFacts ReadCuda(bool devices) {
  CudaFacts cuda;
  cuda.toolkit = ReadToolkit();
  if (devices) cuda.devices.emplace();
  return cuda;
}

}  // namespace lanewise
