/* Preloaded: this process, and oneTBB in it, sees MORE_CPUS CPUs (at most 64). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int Cpus(void) {
  const char* text = getenv("MORE_CPUS");
  return text ? atoi(text) : 1;
}

static void Fill(size_t size, void* mask) {
  const unsigned long bits = Cpus() < 64 ? (1ul << Cpus()) - 1 : ~0ul;
  memset(mask, 0, size);
  memcpy(mask, &bits, size < sizeof(bits) ? size : sizeof(bits));
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t* mask) {
  (void)pid;
  Fill(size, mask);
  return 0;
}

long syscall(long number, ...) {
  va_list list;
  long a[6];
  va_start(list, number);
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_sched_getaffinity) {
    const long size = a[1] < 128 ? a[1] : 128;
    Fill((size_t)size, (void*)a[2]);
    return size;
  }
  static long (*next)(long, ...);
  if (!next) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

long sysconf(int name) {
  if (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF) return Cpus();
  static long (*next)(int);
  if (!next) next = (long (*)(int))dlsym(RTLD_NEXT, "sysconf");
  return next(name);
}

int get_nprocs(void) { return Cpus(); }
int get_nprocs_conf(void) { return Cpus(); }
