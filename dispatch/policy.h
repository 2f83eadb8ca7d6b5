// Tuning numbers of dispatch, each with the measurement behind it, and the exceptions to "the
// newest target wins". Nothing here can change a result's bits.

#ifndef LANEWISE_DISPATCH_POLICY_H_
#define LANEWISE_DISPATCH_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lanewise/lanewise.h"

namespace lanewise {

// On `target`, take the loop of `use` for every dtype of a kernel.
struct TargetException {
  lw_kernel kernel;
  const char* target;
  const char* use;
  const char* reason;
};

// None so far: on the machines measured (docs/benchmarks.md) the newest target is never slower.
inline constexpr std::span<const TargetException> kTargetExceptions{};

// Bytes per operand in one block of the strided driver: four blocks fill a third of a 48 KiB L1
// and half of a 32 KiB one.
inline constexpr size_t kBlockBytes = 4096;

// Elements from which a call is split over threads. An estimate that still wants a quiet machine
// with several cores: waking a sleeping worker costs 5 to 50 us, a
// warm one 2 us; one thread does this much in about 30 us (plain arithmetic from L2: 0.1 ns per
// element, math: 0.5 to 2 ns).
inline constexpr int64_t kThreadElementsPlain = 512 * 1024;
inline constexpr int64_t kThreadElementsMath = 64 * 1024;
// A task must do at least this many elements, to be worth handing over.
inline constexpr size_t kTaskElementsPlain = 128 * 1024;
inline constexpr size_t kTaskElementsMath = 16 * 1024;

// Streaming stores begin where the output alone exceeds the last-level cache (this size if the
// cache is unknown): below, they would evict data that the next call reads.
inline constexpr uint64_t kStreamBytesDefault = 32u << 20;

// Streaming loops of plain kernels use at most this target. f32 add at 16M elements on Zen 4,
// ns/element, one run: AVX2 0.335, AVX3 0.352, without streaming 0.51 and 0.58. On AArch64 the
// name means nothing and the best target is used.
inline constexpr const char* kStreamMaxTarget = "AVX2";

// Blocks of the strided driver when its output is streamed. The same add through blocks of 512,
// 1024, 2048 and 4096 bytes: 0.40, 0.35, 0.37, 0.40 (the two phases disturb the prefetchers).
inline constexpr size_t kStreamBlockBytes = 1024;

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_POLICY_H_
