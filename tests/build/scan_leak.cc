// A planted leak for tests/build/scan_instructions.py, which must find it. Never linked into the
// library.
//
// `Leak` stands inside a target's region (between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE) but
// outside that target's namespace. The compiler therefore makes a weak symbol without the target in
// its name and with the target's instructions; where another file has a baseline copy of the same
// inline function, the linker keeps either, and an old CPU dies of SIGILL in code that looks
// innocent.
//
// With -DLANEWISE_SCAN_NO_LEAK the function is where it belongs, and the scan must pass.
// Compile with the checkout's root and Highway on the include path.
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/build/scan_leak.cc"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();

#if !defined(LANEWISE_SCAN_NO_LEAK) && (HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SVE)
namespace lanewise_scan {
inline __attribute__((noinline)) float Leak(const float* x, size_t n) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  for (size_t i = 0; i + hn::Lanes(d) <= n; i += hn::Lanes(d))
    sum = hn::Add(sum, hn::LoadU(d, x + i));
  return hn::ReduceSum(d, sum);
}
}  // namespace lanewise_scan
#define LANEWISE_SCAN_CALL lanewise_scan::Leak
#endif

namespace lanewise_scan {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The same code where it belongs.
inline __attribute__((noinline)) float NoLeak(const float* x, size_t n) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  for (size_t i = 0; i + hn::Lanes(d) <= n; i += hn::Lanes(d))
    sum = hn::Add(sum, hn::LoadU(d, x + i));
  return hn::ReduceSum(d, sum);
}

float Sum(const float* x, size_t n) {
#ifdef LANEWISE_SCAN_CALL
  return LANEWISE_SCAN_CALL(x, n) + NoLeak(x, n);
#else
  return NoLeak(x, n);
#endif
}
}  // namespace HWY_NAMESPACE
}  // namespace lanewise_scan
#undef LANEWISE_SCAN_CALL

HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise_scan {
HWY_EXPORT(Sum);
float Dispatched(const float* x, size_t n) { return HWY_DYNAMIC_DISPATCH(Sum)(x, n); }
}  // namespace lanewise_scan
#endif
