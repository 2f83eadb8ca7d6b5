// The library in a sandbox where no file can be opened (so no /proc and no /sys) and the CPU mask
// cannot be asked for: same bits, no crash, an honest report.

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>

#include "tests/workload.h"

namespace {

#if defined(__x86_64__)
constexpr uint32_t kArch = AUDIT_ARCH_X86_64;
#else
constexpr uint32_t kArch = AUDIT_ARCH_AARCH64;
#endif

// From here on the calls that open files fail with `error`; all others work. The filter sees no
// paths, so it refuses every open.
bool RefuseFiles(int error, bool affinity_too) {
  constexpr auto kLoad = static_cast<uint16_t>(BPF_LD | BPF_W | BPF_ABS);
  constexpr auto kEqual = static_cast<uint16_t>(BPF_JMP | BPF_JEQ | BPF_K);
  constexpr auto kReturn = static_cast<uint16_t>(BPF_RET | BPF_K);
  const uint32_t refuse = SECCOMP_RET_ERRNO | static_cast<uint32_t>(error);
#if defined(SYS_open)
  constexpr uint32_t kOpen = SYS_open;
#else
  constexpr uint32_t kOpen = SYS_openat;
#endif
  constexpr uint32_t kOpenat2 = 437;
  const uint32_t affinity = affinity_too ? SYS_sched_getaffinity : kOpen;
  sock_filter code[] = {
      {kLoad, 0, 0, offsetof(seccomp_data, arch)},
      {kEqual, 0, 6, kArch},
      {kLoad, 0, 0, offsetof(seccomp_data, nr)},
      {kEqual, 3, 0, kOpen},
      {kEqual, 2, 0, SYS_openat},
      {kEqual, 1, 0, kOpenat2},
      {kEqual, 0, 1, affinity},
      {kReturn, 0, 0, refuse},
      {kReturn, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog program{sizeof(code) / sizeof(code[0]), code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

// Exit status of a sandboxed child; the library has not been used before the sandbox closes.
int InSandbox(int error, bool affinity_too, uint64_t* hash) {
  int ends[2];
  if (pipe(ends) != 0) return 100;
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(300);
    if (!RefuseFiles(error, affinity_too)) _exit(101);
    if (open("/proc/self/status", O_RDONLY) >= 0 || errno != error) _exit(102);
    errno = 0;
    const uint64_t value = lw_test::Work(lw_test::Linked(), lw_test::kLarge);
    if (errno != 0) _exit(103);  // a refused file is nobody's business but the library's
    if (lw_get_threads() < 1) _exit(104);
    char report[16384];
    size_t length = 0;
    if (lw_machine(0, report, sizeof(report), &length) != LW_OK || length == 0) _exit(105);
    if (lw_machine(1, report, sizeof(report), &length) != LW_OK || length == 0) _exit(106);
    _exit(write(ends[1], &value, sizeof(value)) == sizeof(value) ? 0 : 107);
  }
  int status = 0;
  const bool waited = child > 0 && waitpid(child, &status, 0) == child;
  if (!waited || !WIFEXITED(status)) {
    close(ends[0]), close(ends[1]);
    return waited ? 1000 + WTERMSIG(status) : 108;
  }
  const bool got = WEXITSTATUS(status) == 0 && read(ends[0], hash, sizeof(*hash)) == sizeof(*hash);
  close(ends[0]), close(ends[1]);
  return got ? 0 : WEXITSTATUS(status);
}

TEST(NoProc, SameBitsWithoutFiles) {
  // Children first: the parent's first use must not hand them what it has read.
  uint64_t absent = 0, forbidden = 0, blind = 0;
  EXPECT_EQ(InSandbox(ENOENT, false, &absent), 0);
  EXPECT_EQ(InSandbox(EACCES, false, &forbidden), 0);
  EXPECT_EQ(InSandbox(EPERM, true, &blind), 0);
  const uint64_t expected = lw_test::Work(lw_test::Linked(), lw_test::kLarge);
  ASSERT_NE(expected, 0u);
  EXPECT_EQ(absent, expected);
  EXPECT_EQ(forbidden, expected);
  EXPECT_EQ(blind, expected);
}

}  // namespace
