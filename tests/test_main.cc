// GoogleTest's main, plus a closing line that names the targets that could run on this machine.

#include <gtest/gtest.h>

#include <cstdio>

#include "lanewise/lanewise.h"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  printf("[ targets  ] available:");
  for (int i = 0; i < lw_target_count(); ++i) {
    if (lw_target_supported(i)) printf(" %s", lw_target_name(i));
  }
  printf("\n[ targets  ] missing:");
  bool any = false;
  for (int i = 0; i < lw_target_count(); ++i) {
    if (lw_target_supported(i)) continue;
    printf(" %s (%s)", lw_target_name(i), lw_target_reason(i));
    any = true;
  }
  printf("%s\n", any ? "" : " none");
  return result;
}
