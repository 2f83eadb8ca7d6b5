/* Prints the nanoseconds of one dlopen. Linked with the C library alone, so that everything else
 * that the library needs is loaded, and counted, with it. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  void* handle = dlopen(argv[1], RTLD_NOW);
  clock_gettime(CLOCK_MONOTONIC, &end);
  if (!handle) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  printf("%lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec));
  return 0;
}
