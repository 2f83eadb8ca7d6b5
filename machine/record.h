// A machine as the package managers' detection sees it: recorded, or read from this one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dispatch/host/host.h"

namespace lanewise {

struct CudaFacts {
  std::string driver;  // "13.0", the newest CUDA that the driver serves; empty without a driver
  // Compute capabilities, "9.0", one per device. Absent: not asked for.
  std::optional<std::vector<std::string>> devices;
  std::string toolkit;  // of /usr/local/cuda/version.json, which mamba takes for the driver's
};

struct MachineRecord {
  HostInput host;      // always with the text of /proc/cpuinfo, if there is one
  std::string glibc;   // "2.36"; empty: another C library, or unknown
  std::string kernel;  // as uname gives it, "6.1.0-13-amd64"
  CudaFacts cuda;
};

struct RecordField {
  std::string_view key, value;
};

// The keys are those of machine files (docs/machine.md). Returns what is wrong, in words that name
// the key, or an empty text.
std::string ParseRecord(std::span<const RecordField> fields, MachineRecord& record);

// This machine. `devices`: ask the GPU driver for its devices, which can take seconds. Never fails:
// what cannot be read stays empty.
MachineRecord ReadRecord(bool devices);

// Does not initialise the driver unless `devices` is set. LANEWISE_GPU=off and CUDA_VISIBLE_DEVICES
// hide the driver here as they do from the library.
CudaFacts ReadCuda(bool devices);

}  // namespace lanewise
