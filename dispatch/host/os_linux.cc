// Linux. Plain system calls only, each of which may be refused (seccomp, no /proc, no /sys):
// the answer is then "unknown", never an error.

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdlib>

#include "dispatch/base/settings.h"
#include "dispatch/host/os.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace lanewise {
namespace {

#if defined(__x86_64__)

// Reads one leaf into the input and returns a copy.
CpuidLeaf AddLeaf(HostInput& input, uint32_t leaf, uint32_t subleaf = 0) {
  CpuidLeaf l{leaf, subleaf};
  __cpuid_count(leaf, subleaf, l.eax, l.ebx, l.ecx, l.edx);
  input.cpuid.push_back(l);
  return l;
}

const CpuidLeaf* FindLeaf(const HostInput& input, uint32_t leaf) {
  for (const CpuidLeaf& l : input.cpuid) {
    if (l.leaf == leaf) return &l;
  }
  return nullptr;
}

// XGETBV as bytes: the mnemonic is not known to every assembler at the baseline. The instruction
// faults unless the OS has set CR4.OSXSAVE.
uint64_t ReadXcr0() {
  uint32_t low, high;
  asm volatile(".byte 0x0F, 0x01, 0xD0" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

void ReadX86(HostInput& input, Detail detail) {
  const uint32_t max_basic = AddLeaf(input, 0).eax;
  const CpuidLeaf one = AddLeaf(input, 1);
  if (one.ecx >> 27 & 1) input.xcr0 = ReadXcr0();
  if (max_basic >= 7 && AddLeaf(input, 7).eax >= 1) AddLeaf(input, 7, 1);
  const bool hypervisor = one.ecx >> 31;
  if (hypervisor && detail == Detail::kFull) AddLeaf(input, 0x40000000);
  const uint32_t max_extended = AddLeaf(input, 0x80000000).eax;
  if (max_extended < 0x80000001 || max_extended > 0x8000FFFF) return;
  AddLeaf(input, 0x80000001);
  if (detail != Detail::kFull) return;
  for (uint32_t leaf : {0x80000002u, 0x80000003u, 0x80000004u, 0x80000008u}) {
    if (leaf <= max_extended) AddLeaf(input, leaf);
  }
}

#endif  // __x86_64__

#if defined(__aarch64__)

#ifndef PR_SVE_GET_VL
#define PR_SVE_GET_VL 51
#endif

void ReadArm(HostInput& input, Detail) {
  constexpr uint64_t kSve = uint64_t{1} << 22;
  constexpr int kLengthMask = 0xFFFF;  // above are the inheritance flags
  input.hwcap = getauxval(AT_HWCAP);
  input.hwcap2 = getauxval(AT_HWCAP2);
  if (input.hwcap & kSve) {
    // Of this thread. A program that changes it later for itself breaks fixed-length code.
    const int length = prctl(PR_SVE_GET_VL);
    if (length > 0) input.sve_bytes = static_cast<uint32_t>(length & kLengthMask);
  }
  // The register itself is readable through a trap where HWCAP_CPUID is set; files are safer in
  // sandboxes that do not emulate the trap.
  if (auto midr = ReadFile("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1")) {
    input.midr = *midr;
  } else if (auto cpuinfo = ReadFile("/proc/cpuinfo")) {
    input.cpuinfo = *cpuinfo;
  }
}

#endif  // __aarch64__

}  // namespace

std::optional<std::string> ReadFile(const std::string& path, size_t limit) {
  int fd;
  do {
    fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return std::nullopt;
  std::string text;
  char buffer[4096];
  bool good = true;
  while (text.size() < limit) {
    const ssize_t got = read(fd, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    good = got >= 0;
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  close(fd);
  if (!good) return std::nullopt;
  return text;
}

HostInput ReadHost([[maybe_unused]] Detail detail) {
  const int saved_errno = errno;
  HostInput input;
#if defined(__x86_64__)
  input.arch = Arch::kX86_64;
  ReadX86(input, detail);
#elif defined(__aarch64__)
  input.arch = Arch::kAArch64;
  ReadArm(input, detail);
#endif
  errno = saved_errno;
  return input;
}

void ReadCaches(HostInput& input) {
  const int saved_errno = errno;
#if defined(__x86_64__)
  const CpuidLeaf* zero = FindLeaf(input, 0);
  const CpuidLeaf* max_extended = FindLeaf(input, 0x80000000);
  const CpuidLeaf* extended = FindLeaf(input, 0x80000001);
  const uint32_t max_basic = zero ? zero->eax : 0;
  const uint32_t max = extended && max_extended ? max_extended->eax : 0;
  const bool topoext = extended && (extended->ecx >> 22 & 1) && max >= 0x8000001D;
  bool described = false;
  for (uint32_t i = 0; i < 8 && (topoext || max_basic >= 4); ++i) {
    const bool more = AddLeaf(input, topoext ? 0x8000001D : 4, i).eax & 0x1F;
    if (!more) break;
    described = true;
  }
  if (!described && max >= 0x80000006) {
    AddLeaf(input, 0x80000005);
    AddLeaf(input, 0x80000006);
  }
#else
  for (int i = 0; i < 8; ++i) {
    const std::string base = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/";
    std::string line;
    for (const char* file : {"level", "type", "size"}) {
      const std::optional<std::string> text = ReadFile(base + file);
      if (!text) break;
      line += text->substr(0, text->find('\n')) + ' ';
    }
    if (line.empty()) break;
    input.caches += line + '\n';
  }
#endif
  errno = saved_errno;
}

int CountAffinity() {
  const int saved_errno = errno;
  // The mask must be as large as the kernel's, which is unknown: EINVAL asks for more.
  unsigned long mask[65536 / 8 / sizeof(unsigned long)];
  int count = 0;
  for (size_t size = 1024 / 8; size <= sizeof(mask); size *= 4) {
    const long got = syscall(SYS_sched_getaffinity, 0, size, mask);
    if (got < 0 && errno == EINVAL) continue;
    for (size_t i = 0; got > 0 && i < static_cast<size_t>(got) / sizeof(mask[0]); ++i) {
      count += std::popcount(mask[i]);
    }
    break;
  }
  errno = saved_errno;
  return count;
}

BudgetInput ReadBudget() {
  const int saved_errno = errno;
  BudgetInput input;
  input.affinity = CountAffinity();
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  input.online = online > 0 ? static_cast<int>(online) : 0;
  input.cgroup = ReadFile("/proc/self/cgroup").value_or("");
  input.mountinfo = ReadFile("/proc/self/mountinfo").value_or("");
  input.read_file = [](const std::string& path) { return ReadFile(path); };
  if (const char* threads = SettingText(Setting::kThreads)) input.env_threads = threads;
  if (const char* threads = std::getenv("OMP_NUM_THREADS")) input.omp_threads = threads;
  if (const char* threads = std::getenv("TBB_NUM_THREADS")) input.tbb_threads = threads;
  errno = saved_errno;
  return input;
}

}  // namespace lanewise
