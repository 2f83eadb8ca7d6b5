/* A C99 program that uses lanewise: the typed layer, the generic layer, threads. */
#include <lanewise/lanewise.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAIL(...) return fprintf(stderr, __VA_ARGS__), 1

int main(void) {
  enum { kCount = 1 << 21 };
  const lw_dtype dtypes[3] = {LW_I32, LW_I32, LW_I32};
  int32_t a[3] = {1, 2, 3}, b[3] = {10, 20, 30}, c[3] = {0, 0, 0};
  lw_operand operands[3];
  float total = 0, *x = calloc(kCount, sizeof(float));
  char report[16384];
  size_t length = 0;

  if (!x) FAIL("out of memory\n");
  /* Large enough for threads; e^0 is 1. */
  if (lw_exp_f32(kCount, x, x) != LW_OK) FAIL("exp: %s\n", lw_last_error());
  if (lw_sum_f32(kCount, x, &total) != LW_OK) FAIL("sum: %s\n", lw_last_error());
  if (total != (float)kCount) FAIL("sum of ones is %g\n", (double)total);

  operands[0].data = a, operands[0].stride_bytes = 4;
  operands[1].data = b, operands[1].stride_bytes = 4;
  operands[2].data = c, operands[2].stride_bytes = 4;
  if (lw_call(LW_ADD, dtypes, operands, 3, NULL) != LW_OK) FAIL("add: %s\n", lw_last_error());
  if (c[0] != 11 || c[1] != 22 || c[2] != 33) FAIL("add gave %d %d %d\n", c[0], c[1], c[2]);

  if (lw_machine(0, report, sizeof(report), &length) != LW_OK) FAIL("no report\n");
  /* The threading module must be found beside the library, wherever that has been moved. */
  if (getenv("LW_EXPECT_MODULE") && strstr(report, "no threads:")) FAIL("%s", report);
  printf("C: lanewise %s, %s, up to %d thread(s)\n", lw_version(), lw_current_target(),
         (int)lw_get_threads());
  free(x);
  return 0;
}
