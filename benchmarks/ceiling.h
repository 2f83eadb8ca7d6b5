// The ceiling of a row: how fast this machine moves the row's bytes when nothing is computed.

#ifndef LANEWISE_BENCHMARKS_CEILING_H_
#define LANEWISE_BENCHMARKS_CEILING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/measure.h"

namespace lanewise::bench {

inline constexpr int kMaxReads = 3;

// What one call reads and writes, in bytes.
struct Traffic {
  const void* in[kMaxReads] = {};
  size_t read[kMaxReads] = {};
  int reads = 0;
  void* out = nullptr;
  size_t written = 0;
};

// One way of moving the bytes: `stream` uses stores past the caches.
struct CeilingLoops {
  // All streams of equal length, read and written vector by vector.
  void (*together)(const Traffic& traffic, bool stream);
  // Any lengths: a piece of each stream in turn, of the longest `piece` bytes.
  void (*in_pieces)(const Traffic& traffic, size_t piece, bool stream);
};

// Loops of the best target that is compiled in and supported (an hwy target bit).
CeilingLoops BuildCeiling(int64_t target);

// Contestants named "ceiling ... TARGET": the best of them is the ceiling of the row.
void AddCeilings(const Traffic& traffic, int64_t target, const std::string& name,
                 std::vector<Contestant>& contestants);

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_CEILING_H_
