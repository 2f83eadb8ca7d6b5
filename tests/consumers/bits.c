/* bits LIBRARY: hashes of results that -ffast-math would change, and whether loading the library
 * changes the floating-point mode of the caller. */
#include <dlfcn.h>
#include <fenv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kCount = 20000 };
static double x[kCount], y[kCount], z[kCount];

typedef int (*Unary)(int64_t, const double*, double*);
typedef int (*Binary)(int64_t, const double*, const double*, double*);
typedef int (*Variance)(int64_t, const double*, double, double*);

/* FNV-1a; every NaN counts as one. */
static uint64_t Hash(const double* values, int n) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (int i = 0; i < n; ++i) {
    uint64_t bits;
    memcpy(&bits, &values[i], sizeof(bits));
    if ((bits & INT64_MAX) > 0x7FF0000000000000u) bits = 0x7FF8000000000000u;
    for (int k = 0; k < 64; k += 8) hash = (hash ^ (bits >> k & 0xFF)) * 0x100000001b3u;
  }
  return hash;
}

static void* Find(void* library, const char* name) {
  void* function = dlsym(library, name);
  if (!function) fprintf(stderr, "no %s\n", name), exit(1);
  return function;
}

static unsigned Mode(void) {
#ifdef __x86_64__
  return __builtin_ia32_stmxcsr() & 0xFFC0; /* without the exception flags */
#else
  return 0;
#endif
}

int main(int count, char** arguments) {
  static const char* const unary[] = {"exp",  "log",  "sin", "cos",      "tanh",          "floor",
                                      "rint", "sqrt", "abs", "negative", "cumulative_sum"};
  static const char* const binary[] = {"pow", "divide", "minimum", "maximum"};
  const unsigned mode = Mode();
  void* library = count > 1 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (!library) return fprintf(stderr, "%s\n", count > 1 ? dlerror() : "bits LIBRARY"), 1;
  if (Mode() != mode) return fprintf(stderr, "loading changes the floating-point mode\n"), 1;

  uint64_t state = 88172645463325252u;
  for (int i = 0; i < kCount; ++i) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    x[i] = ((double)(state >> 11) / 9007199254740992.0 - 0.5) * 1400;
    y[i] = (double)(state & 0xffff) / 777.0;
  }
  const double special[] = {1 / 0.0, -1 / 0.0, 0 / 0.0, -0.0, 5e-324, 1e308, -745.2, 709.9};
  memcpy(x, special, sizeof(special));

  for (size_t i = 0; i < sizeof(unary) / sizeof(*unary); ++i) {
    char name[64];
    snprintf(name, sizeof(name), "lw_%s_f64", unary[i]);
    if (((Unary)Find(library, name))(kCount, i == 1 || i == 10 ? y : x, z) != 0) return 1;
    printf("%-16s %016llx\n", unary[i], (unsigned long long)Hash(z, kCount));
  }
  for (size_t i = 0; i < sizeof(binary) / sizeof(*binary); ++i) {
    char name[64];
    snprintf(name, sizeof(name), "lw_%s_f64", binary[i]);
    if (((Binary)Find(library, name))(kCount, y, x, z) != 0) return 1;
    printf("%-16s %016llx\n", binary[i], (unsigned long long)Hash(z, kCount));
  }
  if (((Unary)Find(library, "lw_min_f64"))(kCount, x, z) != 0) return 1;
  if (((Variance)Find(library, "lw_var_f64"))(kCount, y, 1, z + 1) != 0) return 1;
  if (((Binary)Find(library, "lw_dot_f64"))(kCount - 10, x + 10, y + 10, z + 2) != 0) return 1;
  printf("min, var, dot    %016llx\n", (unsigned long long)Hash(z, 3));
  return 0;
}
