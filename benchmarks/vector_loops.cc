// Compiles the loops over vector functions once per target.

#include "benchmarks/vector_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benchmarks/vector_loops.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "benchmarks/vector_loops-inl.h"

#if HWY_ONCE
namespace lanewise::bench {
VectorLoops BuildVectorLoops(int64_t target) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) return NAMESPACE::MakeVectorLoops();
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
  return {};
}
}  // namespace lanewise::bench
#endif
