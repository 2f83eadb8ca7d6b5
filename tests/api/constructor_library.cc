// A library whose constructor uses lanewise, before main and perhaps before lanewise's own
// initialisers have run.

#include "tests/workload.h"

namespace {
uint64_t g_hash = 0;
char g_target[32] = "";

__attribute__((constructor(101))) void UseLanewise() {
  g_hash = lw_test::Work(lw_test::Linked(), lw_test::kLarge);
  std::strncpy(g_target, lw_current_target(), sizeof(g_target) - 1);
}
}  // namespace

extern "C" __attribute__((visibility("default"))) uint64_t HashFromConstructor() { return g_hash; }
extern "C" __attribute__((visibility("default"))) uint64_t HashNow() {
  return lw_test::Work(lw_test::Linked(), lw_test::kLarge);
}
extern "C" __attribute__((visibility("default"))) const char* TargetFromConstructor() {
  return g_target;
}
