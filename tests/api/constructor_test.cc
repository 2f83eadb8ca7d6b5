// Calls from another library's constructor have the right bits and the machine's best target.

#include <gtest/gtest.h>

#include "tests/workload.h"

extern "C" uint64_t HashFromConstructor();
extern "C" const char* TargetFromConstructor();

namespace {

// And from a static initialiser of the program.
const uint64_t g_hash = lw_test::Work(lw_test::Linked(), lw_test::kLarge);

TEST(Constructor, SameBitsBeforeMain) {
  const uint64_t expected = lw_test::Work(lw_test::Linked(), lw_test::kLarge);
  ASSERT_NE(expected, 0u);
  EXPECT_EQ(HashFromConstructor(), expected);
  EXPECT_EQ(g_hash, expected);
  EXPECT_STREQ(TargetFromConstructor(), lw_current_target());
}

TEST(Constructor, SameBitsAsEveryTarget) {
  for (int i = 0; i < lw_target_count(); ++i) {
    if (!lw_target_supported(i)) continue;
    ASSERT_EQ(lw_push_max_target(lw_target_name(i)), LW_OK);
    EXPECT_EQ(lw_test::Work(lw_test::Linked(), lw_test::kLarge), HashFromConstructor())
        << lw_target_name(i);
    ASSERT_EQ(lw_pop_max_target(), LW_OK);
  }
}

}  // namespace
