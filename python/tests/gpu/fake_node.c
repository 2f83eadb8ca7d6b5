/* A machine with an NVIDIA device node, beside the fake driver of tests/gpu_host: preloaded into
 * the tests' process under the name libcuda.so.1. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

__attribute__((visibility("default"))) int access(const char* path, int mode) {
  if (!strcmp(path, "/dev/nvidiactl")) return 0;
  int (*real)(const char*, int);
  *(void**)&real = dlsym(RTLD_NEXT, "access");
  return real(path, mode);
}
