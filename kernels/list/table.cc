#include "kernels/list/table.h"

#include "kernels/list/families.h"
#include "hwy/detect_targets.h"

namespace lanewise {
namespace {

struct Known {
  int64_t target;
  const char* name;
};
// Worst first within an architecture. On AArch64 our NEON needs no AES instructions.
constexpr Known kKnown[] = {
    {HWY_SSE2, "SSE2"},
    {HWY_SSE4, "SSE4"},
    {HWY_AVX2, "AVX2"},
    {HWY_AVX3, "AVX3"},
    {HWY_AVX3_ZEN4, "AVX3_ZEN4"},
    {HWY_AVX3_SPR, "AVX3_SPR"},
    {HWY_NEON_WITHOUT_AES, "NEON"},
    {HWY_SVE, "SVE"},
    {HWY_SVE_256, "SVE_256"},
    {HWY_SVE2, "SVE2"},
    {HWY_SVE2_128, "SVE2_128"},
};

constexpr size_t CountCompiled() {
  size_t count = 0;
  for (const Known& known : kKnown) count += (known.target & (HWY_TARGETS)) != 0;
  return count;
}

struct Compiled {
  CompiledTarget list[CountCompiled()];
};
constexpr Compiled kCompiled = [] {
  Compiled compiled{};
  size_t i = 0;
  for (const Known& known : kKnown) {
    if (known.target & (HWY_TARGETS)) compiled.list[i++] = {known.target, known.name};
  }
  return compiled;
}();

}  // namespace

const CompiledTarget* const kCompiledTargets = kCompiled.list;
const size_t kCompiledTargetCount = CountCompiled();

Table BuildTable(int64_t target) {
  Table table;
  table.target = target;
  table.slot_target.fill(target);
  for (auto fill : kFillFamily) fill(target, table);
  return table;
}

}  // namespace lanewise
