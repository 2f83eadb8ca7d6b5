/* Before glibc 2.34 a program's own start code ran its constructors; since then glibc does, unless
 * the start code hands over a function, as this one does: so it is right for both. */

typedef void (*Constructor)(int, char**, char**);
extern Constructor __init_array_start[] __attribute__((visibility("hidden")));
extern Constructor __init_array_end[] __attribute__((visibility("hidden")));

__asm__(".symver old_libc_start_main, __libc_start_main@GLIBC_2.2.5");
extern int old_libc_start_main(int (*main)(int, char**, char**), int argc, char** argv,
                               Constructor init, void (*fini)(void), void (*rtld_fini)(void),
                               void* stack_end);

static void RunConstructors(int argc, char** argv, char** environment) {
  for (Constructor* c = __init_array_start; c != __init_array_end; ++c) {
    (*c)(argc, argv, environment);
  }
}

int __wrap___libc_start_main(int (*main)(int, char**, char**), int argc, char** argv,
                             Constructor init, void (*fini)(void), void (*rtld_fini)(void),
                             void* stack_end);
int __wrap___libc_start_main(int (*main)(int, char**, char**), int argc, char** argv,
                             Constructor init, void (*fini)(void), void (*rtld_fini)(void),
                             void* stack_end) {
  (void)init;
  return old_libc_start_main(main, argc, argv, &RunConstructors, fini, rtld_fini, stack_end);
}
