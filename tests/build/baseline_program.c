/* Names the library's targets: linked with it, or with -DLW_BY_DLOPEN through dlopen(argv[1]). */
#include <stdio.h>
#ifdef LW_BY_DLOPEN
#include <dlfcn.h>
#else
#include <lanewise/lanewise.h>
#endif

int main(int argc, char** argv) {
#ifdef LW_BY_DLOPEN
  void* library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
  const char* (*name)(int) = NULL;
  int i;
  if (!library) return printf("refused: %s\n", argc > 1 ? dlerror() : "no path"), 3;
  *(void**)&name = dlsym(library, "lw_target_name");
  if (!name) return printf("%s\n", dlerror()), 4;
  for (i = 0; name(i); ++i) printf("%s\n", name(i));
#else
  int i;
  (void)argc, (void)argv;
  printf("started\n");
  for (i = 0; i < lw_target_count(); ++i) printf("%s\n", lw_target_name(i));
#endif
  return 0;
}
