// Tuning numbers of dispatch, each with the measurement behind it, and the exceptions to "the
// newest target wins". Nothing here can change a result's bits.

#ifndef LANEWISE_DISPATCH_CHOOSE_POLICY_H_
#define LANEWISE_DISPATCH_CHOOSE_POLICY_H_

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

// Bytes of the widest operand from which a call is split over threads, and that a task must have
// at least. Measured on two cores of Zen 4 (VM) in two runs: microseconds on one thread; gain from
// two threads when called back to back, 0.2 ms and 10 ms after the last call.
//   from these sizes on                         |  below them
//   exp  f32 256k   51:  1.0-1.7  0.9-1.1  0.6-0.8  |  sin  f64  64k  63:  1.8  1.0  0.7
//   sin  f64 128k  120:  1.8      1.0-1.3  0.8-0.9  |  add  f32 256k  35:  0.9  0.9  0.9
//   sin  f64 256k  240:  0.9-1.8  1.5-1.6  0.9-1.3  |  sqrt f64 128k  71:  1.7  1.2  0.8
//   add  f32 512k   70:  1.0-1.7  0.9      0.9-1.3  |  sum  f32 256k  12:  1.1  0.6  0.7
//   add  f32   1M  165:  1.0-2.1  1.0-1.3  1.0-1.5
//   sqrt f64 256k  142:  1.8-2.0  1.0      0.9
//   sum  f32   1M   45:  1.0-1.6  0.9-1.1  0.7-1.0
// Where a range begins at 0.9 or 1.0, a whole series of calls gained nothing, for a reason not
// found, and another one did. Where it gained, handing over paid from 10 to 20 us of work; after
// idle milliseconds it costs 20 to 70 us. These sizes lie between, and want a machine with more
// cores.
inline constexpr int64_t kThreadBytesPlain = int64_t{2} << 20;
inline constexpr int64_t kThreadBytesMath = int64_t{1} << 20;
inline constexpr int64_t kTaskBytesPlain = int64_t{512} << 10;
inline constexpr int64_t kTaskBytesMath = int64_t{256} << 10;
// The same for reductions and scans.
inline constexpr int64_t kParallelBytes = int64_t{4} << 20;
constexpr bool IsWorthThreads(int64_t bytes) { return bytes >= kParallelBytes; }
inline constexpr int64_t kTaskBytes = int64_t{512} << 10;
// Searches in a sorted array: values from which a call is split, and that a task has at least. Of
// two threads on two cores of an Intel Xeon (VM), called back to back, 16k f64 gained 1.4 to 1.7
// times: 47 us on one thread for sorted values in 1k elements, 600 us for random ones in 1M.
inline constexpr int64_t kThreadSearches = 16384;
inline constexpr int64_t kTaskSearches = 4096;

// Streaming stores begin where the output alone exceeds the last-level cache (this size if the
// cache is unknown): below, they would evict data that the next call reads.
inline constexpr uint64_t kStreamBytesDefault = 32u << 20;

// Plain kernels use at most this target where the operands exceed the last-level cache. Zen 4, 16M
// elements, ns/element at AVX2 and AVX3 in one run each: add f32 0.335 and 0.352 (without streaming
// 0.51 and 0.58); equal f32 0.32 and 0.37, f64 0.61 and 0.70, i64 0.55 and 0.64; less i64 0.55 and
// 0.72. Conversions keep their target: i64 to f32 took 0.51 and 0.33. On AArch64 the name means
// nothing and the best target is used.
inline constexpr const char* kMemoryMaxTarget = "AVX2";

// Blocks of the strided driver when its output is streamed. The same add through blocks of 512,
// 1024, 2048 and 4096 bytes: 0.40, 0.35, 0.37, 0.40 (the two phases disturb the prefetchers).
inline constexpr size_t kStreamBlockBytes = 1024;

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_CHOOSE_POLICY_H_
