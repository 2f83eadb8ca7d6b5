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

// Bytes of the widest operand from which a call is split over threads, and that a task must have
// at least. Measured on two cores of Zen 4 (VM), microseconds on one thread and gain from two:
// called back to back, 0.2 ms after the last call, 10 ms after it (the worker sleeps deeply):
//   exp  f32   256k elements    56: 1.9 (best)  1.1   0.6      sin f64  64k   63: 1.8  1.0  0.7
//   add  f32   256k             35: 0.9         0.9   0.9               128k  126: 1.9  1.3  0.8
//              512k             65: 1.7         0.9   1.3               256k  250: 1.9  1.6  1.3
//   sqrt f64   128k             71: 1.7         1.2   0.8      sum f32  256k   12: 1.1  0.6  0.7
//              256k            142: 1.8         1.0   0.9               1M     49: 1.6  1.1  1.0
// So handing over pays from 10 to 20 us of work when warm and from about 100 us when cold, where
// too early a split costs up to 50 us; these sizes lie between. More cores gain more.
inline constexpr int64_t kThreadBytesPlain = int64_t{2} << 20;
inline constexpr int64_t kThreadBytesMath = int64_t{1} << 20;
inline constexpr int64_t kTaskBytesPlain = int64_t{512} << 10;
inline constexpr int64_t kTaskBytesMath = int64_t{256} << 10;
// The same for reductions and scans.
inline constexpr int64_t kParallelBytes = int64_t{4} << 20;
inline constexpr int64_t kTaskBytes = int64_t{512} << 10;

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

#endif  // LANEWISE_DISPATCH_POLICY_H_
