// fork(): a child of a process with worker threads computes the same bits by itself and does not
// wait for workers that exist in its parent only. A hang ends by SIGALRM.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "tests/workload.h"

namespace {

constexpr unsigned kPatienceSeconds = 300;

// Runs `body` in a child; its result is the exit status. -1: the child died, e.g. of the alarm.
template <class Body>
int InChild(Body body) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(kPatienceSeconds);
    _exit(body());
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Pipe from child to parent for one hash.
struct Channel {
  int ends[2];
  // Reading never waits: a child that sent nothing has failed.
  Channel() {
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
  }
  ~Channel() { close(ends[0]), close(ends[1]); }
  bool Send(uint64_t value) const { return write(ends[1], &value, 8) == 8; }
  uint64_t Receive() const {
    uint64_t value = 0;
    return read(ends[0], &value, 8) == 8 ? value : 0;
  }
};

// Must come first: no call of the library has been made in this process.
TEST(Fork, BeforeFirstUse) {
  const lw_test::Api api = lw_test::Linked();
  const Channel channel;
  ASSERT_EQ(InChild([&] { return channel.Send(lw_test::Work(api, lw_test::kLarge)) ? 0 : 1; }), 0);
  const uint64_t hash = channel.Receive();
  EXPECT_NE(hash, 0u);
  EXPECT_EQ(hash, lw_test::Work(api, lw_test::kLarge));
}

TEST(Fork, ChildOfThreadedParentRunsSerially) {
  const lw_test::Api api = lw_test::Linked();
  ASSERT_EQ(lw_set_threads(2), LW_OK);
  const bool threaded = lw_get_threads() > 1;  // not on one CPU
  const uint64_t expected = lw_test::Work(api, lw_test::kLarge);
  ASSERT_NE(expected, 0u);
  for (int repeat = 0; repeat < 3; ++repeat) {
    const Channel channel;
    const int status = InChild([&] {
      if (lw_get_threads() != 1) return 2;
      if (!channel.Send(lw_test::Work(api, lw_test::kLarge))) return 3;
      // A limit set later brings no workers back.
      if (lw_set_threads(2) != LW_OK || lw_get_threads() != 1) return 4;
      char report[16384];
      size_t length;
      if (lw_machine(0, report, sizeof(report), &length) != LW_OK) return 5;
      if (threaded && !std::strstr(report, "forked")) return 6;
      // A child of the child.
      return InChild([&] {
        return lw_get_threads() == 1 && lw_test::Work(api, lw_test::kLarge) == expected ? 0 : 7;
      });
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(channel.Receive(), expected);
    EXPECT_EQ(lw_test::Work(api, lw_test::kLarge), expected) << "the parent goes on";
    EXPECT_EQ(lw_get_threads() > 1, threaded);
  }
  ASSERT_EQ(lw_set_threads(0), LW_OK);
}

// A scoped cap of the parent's thread is the child's too.
TEST(Fork, CapTravelsIntoTheChild) {
  const lw_test::Api api = lw_test::Linked();
  const char* lowest = lw_target_name(0);
  const uint64_t expected = lw_test::Work(api, lw_test::kSmall);
  ASSERT_EQ(lw_push_max_target(lowest), LW_OK);
  EXPECT_EQ(InChild([&] {
              if (std::strcmp(lw_current_target(), lowest) != 0) return 1;
              return lw_test::Work(api, lw_test::kSmall) == expected ? 0 : 2;
            }),
            0);
  ASSERT_EQ(lw_pop_max_target(), LW_OK);
}

}  // namespace
