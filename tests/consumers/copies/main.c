/* Both copies work, and neither sees the other's functions or settings. */
#include <stdio.h>

const void* first_address(void);
const void* second_address(void);
int first_limit(int threads);
const char* first_error(void);
const char* second_error(void);
double first_exp(double x);
double second_exp(double x);

int main(void) {
  if (first_address() == second_address()) return puts("one copy serves both"), 1;
  if (first_exp(0) != 1 || second_exp(1) != first_exp(1)) return puts("wrong results"), 1;
  if (first_limit(-5) == 0 || !*first_error()) return puts("a bad limit is accepted"), 1;
  if (*second_error()) return puts("the second copy sees the first one's error"), 1;
  return puts("two copies"), 0;
}
