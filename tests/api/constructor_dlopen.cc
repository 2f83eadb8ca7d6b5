// A program without lanewise loads a library whose constructor uses it, threads included: dlopen
// holds the loader's lock meanwhile, and nothing may wait for it. A hang ends by SIGALRM.
//   constructor_dlopen LIBRARY

#include <dlfcn.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  alarm(300);
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) return std::fprintf(stderr, "FAILED: %s\n", dlerror()), 1;
  using Hash = uint64_t (*)();
  const auto from_constructor = reinterpret_cast<Hash>(dlsym(library, "HashFromConstructor"));
  const auto now = reinterpret_cast<Hash>(dlsym(library, "HashNow"));
  if (!from_constructor || !now) return std::fprintf(stderr, "FAILED: %s\n", dlerror()), 1;
  const uint64_t before = from_constructor(), after = now();
  std::printf("constructor %016llx, later %016llx\n", static_cast<unsigned long long>(before),
              static_cast<unsigned long long>(after));
  return before != 0 && before == after ? 0 : 1;
}
