// Timing: contestants of one row run in turn, round after round, so that noise hits all of them.

#ifndef LANEWISE_BENCHMARKS_MEASURE_H_
#define LANEWISE_BENCHMARKS_MEASURE_H_

#include <time.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lanewise::bench {

inline int64_t ClockNs(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}
inline int64_t NowNs() { return ClockNs(CLOCK_MONOTONIC); }

// The clock of all batches. The thread's CPU time leaves out what other programs take on a busy
// machine; it is the same as real time on a quiet one, and means nothing with several threads.
inline clockid_t g_batch_clock = CLOCK_MONOTONIC;

// Makes `calls` calls and returns the nanoseconds that they took together.
using Batch = std::function<int64_t(int64_t calls)>;

// The loop over calls is part of the closure, so that a call costs no std::function.
template <class F>
Batch Timed(F call) {
  return [call](int64_t calls) {
    const int64_t start = ClockNs(g_batch_clock);
    for (int64_t i = 0; i < calls; ++i) call();
    return ClockNs(g_batch_clock) - start;
  };
}

enum class Kind { kTarget, kCeiling, kPeer };

struct Contestant {
  std::string name;  // "AVX3", "SLEEF", "NumPy"
  Kind kind;
  std::string target;  // the SIMD target that it is measured at; "" if it has a choice of its own
  Batch batch;
  // Results, in nanoseconds per call.
  double best = 0;
  double median = 0;
  int rounds = 0;
};

struct Effort {
  double batch_ns = 150e3;  // one batch: long against the clock, short against a time slice
  int rounds = 15;
  double row_ns = 1.5e9;  // a row ends early (after min_rounds) when it has taken this long
  int min_rounds = 2;
};

// Fills in the results.
void Race(std::vector<Contestant>& contestants, const Effort& effort);

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_MEASURE_H_
