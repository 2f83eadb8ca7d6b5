#include "machine/record.h"

#include <algorithm>
#include <charconv>

namespace lanewise {
namespace {

// "13.0", "2.36", "6.1.0": digits with dots between.
bool IsVersion(std::string_view text) {
  bool digit = false;
  for (const char c : text) {
    if (c == '.' && !digit) return false;
    if (c != '.' && (c < '0' || c > '9')) return false;
    digit = c != '.';
  }
  return digit;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string SetArchitecture(std::string_view value, HostInput& host) {
  if (value == "x86_64")
    host.arch = Arch::kX86_64;
  else if (value == "aarch64")
    host.arch = Arch::kAArch64;
  else
    return "is neither x86_64 nor aarch64";
  return "";
}

std::string SetXcr0(std::string_view value, HostInput& host) {
  if (value.starts_with("0x")) value.remove_prefix(2);
  const char* end = value.data() + value.size();
  const auto result = std::from_chars(value.data(), end, host.xcr0, 16);
  return result.ec == std::errc() && result.ptr == end ? "" : "is not a hexadecimal number";
}

std::string SetSveBits(std::string_view value, HostInput& host) {
  uint32_t bits = 0;
  const char* end = value.data() + value.size();
  const auto result = std::from_chars(value.data(), end, bits);
  if (result.ec != std::errc() || result.ptr != end || bits % 128 || bits > 2048)
    return "is not a multiple of 128 up to 2048";
  host.sve_bytes = bits / 8;
  return "";
}

std::string SetVersion(std::string_view value, std::string& version) {
  if (!IsVersion(value)) return "is not a version such as 2.36";
  version = value;
  return "";
}

std::string SetDevices(std::string_view value, CudaFacts& cuda) {
  cuda.devices = Lines(value);
  const bool good = std::all_of(cuda.devices->begin(), cuda.devices->end(), IsVersion);
  return good ? "" : "holds something else than compute capabilities such as 9.0";
}

// What is wrong with the value, without the key's name.
std::string SetField(const RecordField& field, MachineRecord& record) {
  const auto& [key, value] = field;
  if (key == "description" || key == "source") return "";  // for people
  if (key == "architecture") return SetArchitecture(value, record.host);
  if (key == "xcr0") return SetXcr0(value, record.host);
  if (key == "sve_bits") return SetSveBits(value, record.host);
  if (key == "glibc") return SetVersion(value, record.glibc);
  if (key == "cuda_driver") return SetVersion(value, record.cuda.driver);
  if (key == "cuda_toolkit") return SetVersion(value, record.cuda.toolkit);
  if (key == "cuda_arch") return SetDevices(value, record.cuda);
  if (key == "cpuinfo")
    record.host.cpuinfo = value;
  else if (key == "hypervisor")
    record.host.hypervisor = value;
  else if (key == "kernel")
    record.kernel = value;
  else
    return "is not a key of machine files";
  return "";
}

}  // namespace

std::string ParseRecord(std::span<const RecordField> fields, MachineRecord& record) {
  for (const RecordField& field : fields) {
    const std::string wrong = SetField(field, record);
    if (wrong.empty()) continue;
    return "'" + std::string(field.key) + "' " + wrong;
  }
  HostInput& host = record.host;
  const bool flags = !CpuinfoField(host.cpuinfo, "flags").empty();
  const bool features = !CpuinfoField(host.cpuinfo, "Features").empty();
  if (host.arch == Arch::kOther && flags) host.arch = Arch::kX86_64;
  if (host.arch == Arch::kOther && features) host.arch = Arch::kAArch64;
  if (host.arch == Arch::kOther) {
    return host.cpuinfo.empty()
               ? "'cpuinfo' and 'architecture' are both missing"
               : "'cpuinfo' has neither a line 'flags' (x86_64) nor 'Features' (aarch64)";
  }
  if (host.arch == Arch::kX86_64 ? features : flags)
    return "'cpuinfo' is not of the 'architecture' given";
  if (record.cuda.devices && !record.cuda.devices->empty() && record.cuda.driver.empty())
    return "'cuda_arch' needs 'cuda_driver'";
  return "";
}

}  // namespace lanewise
