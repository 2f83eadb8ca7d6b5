// Random calls of the C ABI, judged by fuzz_case.h. LANEWISE_FUZZ_CASES sets their number,
// LANEWISE_FUZZ_SEED the first seed; a failure names its own, to be run alone.

#include "tests/fuzz/fuzz_case.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace lanewise {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(Fuzz, RandomCalls) {
  const uint64_t cases = FromEnvironment("LANEWISE_FUZZ_CASES", 50000);
  const uint64_t seed = FromEnvironment("LANEWISE_FUZZ_SEED", 1);
  fuzz::Arena arena;
  int failures = 0;
  for (uint64_t i = 0; i < cases && failures < 10; ++i) {
    fuzz::Source source(seed + i);
    const std::string wrong = fuzz::Case(source, arena).Run();
    if (wrong.empty()) continue;
    ADD_FAILURE() << "LANEWISE_FUZZ_SEED=" << seed + i << " LANEWISE_FUZZ_CASES=1: " << wrong;
    ++failures;
  }
}

}  // namespace
}  // namespace lanewise
