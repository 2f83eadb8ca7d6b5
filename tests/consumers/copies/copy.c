/* One of two shared libraries that each contain lanewise; NAME is "first" or "second". */
#include <lanewise/lanewise.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define EXPORT __attribute__((visibility("default")))

EXPORT const void* JOIN(NAME, _address)(void);
EXPORT const void* JOIN(NAME, _address)(void) { return (const void*)&lw_last_error; }

EXPORT int JOIN(NAME, _limit)(int threads);
EXPORT int JOIN(NAME, _limit)(int threads) { return lw_set_threads(threads); }

EXPORT const char* JOIN(NAME, _error)(void);
EXPORT const char* JOIN(NAME, _error)(void) { return lw_last_error(); }

EXPORT double JOIN(NAME, _exp)(double x);
EXPORT double JOIN(NAME, _exp)(double x) {
  double y = 0;
  return lw_exp_f64(1, &x, &y) == LW_OK ? y : -1;
}
