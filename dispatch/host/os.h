// All that asks the operating system or the CPU itself. One .cc per OS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dispatch/host/budget.h"
#include "dispatch/host/host.h"

namespace lanewise {

// In a virtual machine every CPUID leaf costs a trap into the hypervisor, 1 to 20 us or more.
enum class Detail : uint8_t {
  kTargets,  // what decides the targets: 6 leaves; for loading the library
  kFull,     // and brand, hypervisor vendor: for reports
};

// Never fails: what cannot be read stays zero or empty.
HostInput ReadHost(Detail detail = Detail::kFull);

// Adds what describes the caches to the input of a host that was read here.
void ReadCaches(HostInput& input);

// Affinity, cgroups and the variables that limit threads of this process. `api_limit` is left to
// the caller.
BudgetInput ReadBudget();

// CPUs in the calling thread's affinity mask now; 0 if unknown. One system call, no memory.
int CountAffinity();

// The real folder of this library (or of the program that it is linked into), absolute and ending
// in a slash; empty if that cannot be known for certain.
std::string OwnFolder();

// Whether this program was started by the dynamic loader. One that is static as a whole must open
// no module: it would bring a second C library, and crash.
bool HasDynamicLoader();

// Opens a shared object for good: it is never closed.
struct OpenedLibrary {
  void* handle = nullptr;
  std::string error;     // the loader's words if it failed
  bool passing = false;  // memory was short: another try may work
};
OpenedLibrary OpenLibrary(const std::string& path);

// If a line of /proc/self/maps covers the address, the file's path, or empty if it names none.
std::optional<std::string_view> MappedFile(std::string_view line, uintptr_t address);

// A file, or its first `limit` bytes and up to 4 KiB more; nothing if it cannot be read.
std::optional<std::string> ReadFile(const std::string& path, size_t limit = size_t{1} << 20);

}  // namespace lanewise
