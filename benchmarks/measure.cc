#include "benchmarks/measure.h"

#include <algorithm>
#include <cmath>

namespace lanewise::bench {
namespace {

// Calls per batch; the first call (page faults, lazy binding, cold code) is not counted.
int64_t Calibrate(const Batch& batch, double batch_ns) {
  int64_t calls = 1;
  batch(1);
  for (;;) {
    const double ns = static_cast<double>(std::max<int64_t>(batch(calls), 1));
    if (ns >= batch_ns / 2 || calls > (int64_t{1} << 24)) {
      return std::max<int64_t>(1, std::llround(static_cast<double>(calls) * batch_ns / ns));
    }
    calls = ns < batch_ns / 16 ? calls * 8 : calls * 2;
  }
}

}  // namespace

void Race(std::vector<Contestant>& contestants, const Effort& effort) {
  const size_t count = contestants.size();
  std::vector<int64_t> calls(count);
  std::vector<std::vector<double>> times(count);
  const int64_t start = NowNs();
  for (size_t i = 0; i < count; ++i) calls[i] = Calibrate(contestants[i].batch, effort.batch_ns);
  // Each round starts with another contestant: no one always follows the same neighbour's caches.
  for (int round = 0; round < effort.rounds; ++round) {
    if (round >= effort.min_rounds && static_cast<double>(NowNs() - start) > effort.row_ns) break;
    for (size_t k = 0; k < count; ++k) {
      const size_t i = (k + static_cast<size_t>(round)) % count;
      times[i].push_back(static_cast<double>(contestants[i].batch(calls[i])) /
                         static_cast<double>(calls[i]));
    }
  }
  for (size_t i = 0; i < count; ++i) {
    std::sort(times[i].begin(), times[i].end());
    contestants[i].rounds = static_cast<int>(times[i].size());
    if (times[i].empty()) continue;
    contestants[i].best = times[i].front();
    contestants[i].median = times[i][times[i].size() / 2];
  }
}

}  // namespace lanewise::bench
