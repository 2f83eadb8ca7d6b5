// Memory or threads that are short when calls are split over threads, at the first call or later:
// results stay right, then and in every later call, and no call hangs. Run on the CPUs there are,
// and on more (more_cpus.c).

#include <dirent.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "lanewise/lanewise.h"

namespace {

constexpr int64_t kRows = 640, kColumns = 1024, kCount = kRows * kColumns;  // 5 MiB
constexpr int64_t kSmall = 300000;                                          // one of few pieces
constexpr int64_t kMiB = 1 << 20, kPage = 4096;

// Shared with the children, which compute in turns.
struct Arrays {
  double x[kCount], y[kCount];
  double sums[kRows + kColumns];
  int partly;  // children whose calls got some threads, not all
};
Arrays& a = *static_cast<Arrays*>(
    mmap(nullptr, sizeof(Arrays), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

uint64_t Hash(const double* values, int64_t count) {
  uint64_t hash = 1;
  for (int64_t i = 0; i < count; ++i) {
    uint64_t bits;
    std::memcpy(&bits, values + i, 8);
    hash = (hash ^ bits) * 0x9E3779B97F4A7C15u;
  }
  return hash;
}

// Sums over an axis of x, stored in the order of C or Fortran.
uint64_t SumAxis(uint64_t mask, bool fortran) {
  const int64_t shape[] = {kRows, kColumns};
  const int64_t c_strides[] = {kColumns * 8, 8}, f_strides[] = {8, kRows * 8};
  lw_view in{}, out{};
  in.data = a.x;
  in.ndim = 2;
  in.shape = shape;
  in.stride_bytes = fortran ? f_strides : c_strides;
  const int64_t kept = mask == 3 ? 0 : shape[mask == 1];
  const int64_t stride = 8;
  out.data = a.sums;
  out.ndim = mask == 3 ? 0 : 1;
  out.shape = &kept;
  out.stride_bytes = &stride;
  if (lw_reduce(LW_SUM, LW_F64, &in, mask, &out, nullptr) != LW_OK) return 0;
  return Hash(a.sums, mask == 3 ? 1 : kept);
}

constexpr int kKinds = 6;
uint64_t Call(int kind) {
  switch (kind) {
    case 0:
      return lw_exp_f64(kCount, a.x, a.y) == LW_OK ? Hash(a.y, kCount) : 0;
    case 1:
      return lw_sum_f64(kCount, a.x, a.sums) == LW_OK ? Hash(a.sums, 1) : 0;
    case 2:
      return lw_cumulative_sum_f64(kCount, a.x, a.y) == LW_OK ? Hash(a.y, kCount) : 0;
    case 3:
      return SumAxis(1, false);
    case 4:
      return SumAxis(2, false);
    default:
      return SumAxis(3, true);  // the most scratch memory: tiles, and a result per chunk
  }
}

int Threads() {
  int count = 0;
  DIR* folder = opendir("/proc/self/task");
  if (!folder) return 0;
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

// Exit status of `body` in a child; 1000 and more: the signal that ended it, SIGALRM if it hung.
int InChild(const std::function<int()>& body) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(body());
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

class Shortage : public testing::Test {
 protected:
  // This process never uses the library: each child makes its own first call.
  static void SetUpTestSuite() {
    for (const char* name : {"LANEWISE_THREADS", "OMP_NUM_THREADS", "TBB_NUM_THREADS"}) {
      unsetenv(name);
    }
    for (int64_t i = 0; i < kCount; ++i) a.x[i] = static_cast<double>(i * 7919 % 1000) / 999;
    expected_ =
        static_cast<uint64_t*>(mmap(nullptr, sizeof(uint64_t) * kKinds, PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    ASSERT_EQ(InChild([] {
                for (int kind = 0; kind < kKinds; ++kind) {
                  if ((expected_[kind] = Call(kind)) == 0) return 1;
                }
                return 0;
              }),
              0);
    budget_ = InChild([] { return std::min(250, lw_get_threads()); });
    printf("[ threads  ] %d\n", budget_);
    if (const char* cpus = std::getenv("MORE_CPUS")) {
      ASSERT_EQ(InChild([] { return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)); }),
                std::atoi(cpus));
    }
  }

  // Bytes of address space, in `steps` up to more than a start takes: what is asked for before the
  // module is loaded and before workers are started, and for each a stack and a heap.
  static int64_t Room(int step, int steps) {
    const int64_t fine = 64 * kMiB, all = (72 + int64_t{132} * budget_) * kMiB;
    const int half = steps / 2;
    const int64_t room =
        step < half ? fine * step / half : fine + (all - fine) * (step - half) / half;
    return room / kPage * kPage;
  }

  // Number of the first wrong result, from `first` on; 0 if none.
  static int WrongFrom(int first) {
    for (int i = 0; i < kKinds; ++i) {
      const int kind = (first + i) % kKinds;
      if (Call(kind) != expected_[kind]) return 10 + kind;
    }
    return 0;
  }

  static int64_t AddressSpace() {
    long pages = 0;
    FILE* file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld", &pages) != 1) pages = 0;
    if (file) fclose(file);
    return int64_t{pages} * sysconf(_SC_PAGESIZE);
  }

  static bool Limit(rlim_t bytes) {
    rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0) return false;
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    return setrlimit(RLIMIT_AS, &limit) == 0;
  }

  // With `room` bytes of address space left, before the first call or after one that is small; then
  // without a limit.
  static int Squeezed(int first, int64_t room, bool started, bool all) {
    if (started && lw_exp_f64(kSmall, a.x, a.y) != LW_OK) return 100;
    const int64_t used = AddressSpace();
    if (used == 0 || !Limit(static_cast<rlim_t>(used + room))) return 101;
    const int wrong = WrongFrom(first);
    if (wrong) return wrong;
    if (lw_get_threads() > 1 && lw_get_threads() < budget_) ++a.partly;
    while (all && Threads() != budget_) (void)Call(0);  // at last all were to be had
    if (!Limit(RLIM_INFINITY)) return 102;
    const int later = WrongFrom(first);
    return later ? 20 + later : 0;
  }

  static int budget_;
  static uint64_t* expected_;
};
int Shortage::budget_;
uint64_t* Shortage::expected_;

TEST_F(Shortage, OfMemoryAtTheFirstCall) {
  constexpr int kSteps = 400;
  a.partly = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const int64_t room = Room(i, kSteps);
    EXPECT_EQ(InChild([&] { return Squeezed(i % kKinds, room, false, i == kSteps); }), 0)
        << room << " bytes left, first call of kind " << i % kKinds;
  }
  EXPECT_TRUE(budget_ < 8 || a.partly > 0);
}

TEST_F(Shortage, OfMemoryAfterTheStart) {
  constexpr int kSteps = 100;
  for (int i = 0; i <= kSteps; ++i) {
    const int64_t room = Room(i, kSteps);
    EXPECT_EQ(InChild([&] { return Squeezed(i % kKinds, room, true, i == kSteps); }), 0)
        << room << " bytes left, first call of kind " << i % kKinds;
  }
}

// From here on no thread and no process can be started by any thread of this process, as at a limit
// of processes.
bool RefuseThreads() {
#if defined(__x86_64__)
  constexpr uint32_t kArch = AUDIT_ARCH_X86_64;
#else
  constexpr uint32_t kArch = AUDIT_ARCH_AARCH64;
#endif
  constexpr auto kLoad = static_cast<uint16_t>(BPF_LD | BPF_W | BPF_ABS);
  constexpr auto kEqual = static_cast<uint16_t>(BPF_JMP | BPF_JEQ | BPF_K);
  constexpr auto kReturn = static_cast<uint16_t>(BPF_RET | BPF_K);
  constexpr uint32_t kClone3 = 435;
  sock_filter code[] = {
      {kLoad, 0, 0, offsetof(seccomp_data, arch)},
      {kEqual, 0, 4, kArch},
      {kLoad, 0, 0, offsetof(seccomp_data, nr)},
      {kEqual, 1, 0, SYS_clone},
      {kEqual, 0, 1, kClone3},
      {kReturn, 0, 0, SECCOMP_RET_ERRNO | EAGAIN},
      {kReturn, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog program{sizeof(code) / sizeof(code[0]), code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

TEST_F(Shortage, OfThreadsAtTheFirstCall) {
  for (int first = 0; first < kKinds; ++first) {
    EXPECT_EQ(InChild([&] {
                if (!RefuseThreads()) return 101;
                const int wrong = WrongFrom(first);
                if (wrong) return wrong;
                // The report tells the state, the limit of threads what calls will get.
                if (lw_get_threads() != 1) return 102;
                char report[32768];
                size_t length;
                if (lw_machine(0, report, sizeof(report), &length) != LW_OK) return 103;
                return budget_ == 1 || std::strstr(report, "could not be started") ? 0 : 104;
              }),
              0)
        << "first call of kind " << first;
  }
}

// oneTBB starts its workers when it has work for them, so possibly long after the first call.
TEST_F(Shortage, OfThreadsAfterTheStart) {
  for (int repeat = 0; repeat < 4; ++repeat) {
    for (int first = 0; first < kKinds; ++first) {
      EXPECT_EQ(InChild([&] {
                  if (lw_exp_f64(kSmall, a.x, a.y) != LW_OK) return 100;
                  if (!RefuseThreads()) return 101;
                  return WrongFrom(first);
                }),
                0)
          << "first call of kind " << first;
    }
  }
}

// Another limit of threads means other workers.
TEST_F(Shortage, OfThreadsAfterOtherLimits) {
  for (int first = 0; first < kKinds; ++first) {
    EXPECT_EQ(InChild([&] {
                for (int limit : {2, 5, 3}) {
                  if (lw_set_threads(limit) != LW_OK) return 100;
                  if (lw_exp_f64(kSmall, a.x, a.y) != LW_OK) return 100;
                }
                if (!RefuseThreads()) return 101;
                for (int limit : {7, 0, 5, 2, 9, 11, 12, 13, 14, 0}) {
                  if (lw_set_threads(limit) != LW_OK) return 102;
                  if (const int wrong = WrongFrom(first)) return wrong;
                }
                return 0;
              }),
              0)
        << "first call of kind " << first;
  }
}

}  // namespace
