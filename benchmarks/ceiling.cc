// Compiles the ceiling loops once per target.

#include "benchmarks/ceiling.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benchmarks/ceiling.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "benchmarks/ceiling-inl.h"

#if HWY_ONCE
namespace lanewise::bench {

CeilingLoops BuildCeiling(int64_t target) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) return NAMESPACE::MakeCeiling();
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
  return {};
}

void AddCeilings(const Traffic& traffic, int64_t target, const std::string& name,
                 std::vector<Contestant>& contestants) {
  // From here on the output may not fit the caches: stores past them are tried as well.
  constexpr size_t kTryStreaming = size_t{4} << 20;
  const CeilingLoops loops = BuildCeiling(target);
  if (!loops.together) return;
  bool equal = traffic.reads > 0;
  for (int k = 0; k < traffic.reads; ++k) {
    equal &= traffic.read[k] == traffic.read[0] &&
             (traffic.written == 0 || traffic.written == traffic.read[0]);
  }
  const auto add = [&](const char* kind, bool stream, auto loop) {
    if (stream && traffic.written < kTryStreaming) return;
    contestants.push_back({std::string("ceiling ") + kind + (stream ? " nt " : " ") + name,
                           Kind::kCeiling, name, Timed([=] { loop(traffic, stream); })});
  };
  const auto pieces = [in_pieces = loops.in_pieces](size_t piece) {
    return [=](const Traffic& t, bool stream) { in_pieces(t, piece, stream); };
  };
  for (bool stream : {false, true}) {
    if (equal) add("together", stream, loops.together);
    if (!equal) add("by 512", stream, pieces(512));
    if (traffic.reads > 1 || !equal) add("by 4096", stream, pieces(4096));
  }
}

}  // namespace lanewise::bench
#endif
