// oneTBB's own limit of threads, which is not that of the calling thread: calls keep to it, say so,
// and nothing is printed.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "lanewise/lanewise.h"

namespace {

constexpr int64_t kLarge = 600000;

struct Outcome {
  int status = -1;
  std::string printed;
};

// Exit status of `body` in a child, and what the child printed.
Outcome InChild(const std::function<int()>& body) {
  fflush(stdout);
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    const int status = body();
    fflush(nullptr);
    _exit(status);
  }
  close(ends[1]);
  Outcome outcome;
  char text[4096];
  for (ssize_t got; (got = read(ends[0], text, sizeof(text))) > 0;) {
    outcome.printed.append(text, static_cast<size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  if (child > 0 && waitpid(child, &status, 0) == child) {
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  return outcome;
}

bool CallLarge() {
  std::vector<double> x(kLarge, 0.0), y(kLarge);
  double sum = 0;
  return lw_exp_f64(kLarge, x.data(), y.data()) == LW_OK &&
         lw_sum_f64(kLarge, y.data(), &sum) == LW_OK && sum == static_cast<double>(kLarge);
}

bool Reports(const char* what) {
  static char report[65536];
  size_t length;
  return lw_machine(0, report, sizeof(report), &length) == LW_OK && std::strstr(report, what);
}

class Limits : public testing::Test {
 protected:
  // This process never uses the library or oneTBB: each child does so for the first time.
  void SetUp() override {
    for (const char* name : {"LANEWISE_THREADS", "OMP_NUM_THREADS", "TBB_NUM_THREADS"}) {
      unsetenv(name);
    }
    threads_ = InChild([] { return std::min<int>(250, lw_get_threads()); }).status;
    ASSERT_GE(threads_, 1);
    if (threads_ == 1) GTEST_SKIP() << "one thread: nothing to limit";
  }
  int threads_ = 0;
};

// As OMP_PROC_BIND and taskset leave it: the main thread on one CPU, others on all.
TEST_F(Limits, OfTheMainThreadsCpus) {
  const Outcome outcome = InChild([&] {
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof(all), &all) != 0) return 100;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
    }
    if (sched_setaffinity(0, sizeof(one), &one) != 0) return 101;
    int status = 0;
    std::thread([&] {
      if (sched_setaffinity(0, sizeof(all), &all) != 0) status = 102;
      if (!CallLarge()) status = 103;
      if (lw_get_threads() != 1) status = 104;
      if (!Reports("oneTBB's own limit")) status = 105;
      if (lw_set_threads(threads_) != LW_OK || !CallLarge() || lw_get_threads() != 1) status = 106;
    }).join();
    return status;
  });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.printed, "");
}

// A program that limits oneTBB itself, before the first call or later.
TEST_F(Limits, OfAGlobalControl) {
  using Control = tbb::global_control;
  for (const bool started : {false, true}) {
    const Outcome outcome = InChild([&] {
      if (started && !CallLarge()) return 100;
      {
        const Control control(Control::max_allowed_parallelism, 1);
        if (!CallLarge() || lw_get_threads() != 1) return 101;
        if (!Reports("oneTBB's own limit")) return 102;
      }
      if (!CallLarge() || lw_get_threads() != threads_) return 103;
      return Reports("oneTBB's own limit") ? 104 : 0;
    });
    EXPECT_EQ(outcome.status, 0) << started;
    EXPECT_EQ(outcome.printed, "") << started;
  }
}

}  // namespace
