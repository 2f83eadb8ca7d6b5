/* Functions whose newest symbol version is later than glibc 2.17, bound to the one of 2.2.5, which
 * every glibc keeps. The linker's --wrap sends all calls here, those of libstdc++ too. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

__asm__(".symver old_dladdr, dladdr@GLIBC_2.2.5");
__asm__(".symver old_dlerror, dlerror@GLIBC_2.2.5");
__asm__(".symver old_dlopen, dlopen@GLIBC_2.2.5");
__asm__(".symver old_dlsym, dlsym@GLIBC_2.2.5");
__asm__(".symver old_pthread_create, pthread_create@GLIBC_2.2.5");
__asm__(".symver old_pthread_detach, pthread_detach@GLIBC_2.2.5");
__asm__(".symver old_pthread_join, pthread_join@GLIBC_2.2.5");
__asm__(".symver old_pthread_attr_setstacksize, pthread_attr_setstacksize@GLIBC_2.2.5");
__asm__(".symver old_pthread_sigmask, pthread_sigmask@GLIBC_2.2.5");
__asm__(".symver old_pthread_once, pthread_once@GLIBC_2.2.5");
__asm__(".symver old_strtol, strtol@GLIBC_2.2.5");
__asm__(".symver old_strtoul, strtoul@GLIBC_2.2.5");
__asm__(".symver old_strtoll, strtoll@GLIBC_2.2.5");
__asm__(".symver old_strtoull, strtoull@GLIBC_2.2.5");
__asm__(".symver old_fxstat, __fxstat@GLIBC_2.2.5");
__asm__(".symver old_lxstat, __lxstat@GLIBC_2.2.5");
__asm__(".symver old_xstat, __xstat@GLIBC_2.2.5");

extern int old_dladdr(const void* address, Dl_info* info);
extern char* old_dlerror(void);
extern void* old_dlopen(const char* file, int mode);
extern void* old_dlsym(void* handle, const char* name);
extern int old_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*routine)(void*), void* argument);
extern int old_pthread_detach(pthread_t thread);
extern int old_pthread_join(pthread_t thread, void** result);
extern int old_pthread_attr_setstacksize(pthread_attr_t* attributes, size_t bytes);
extern int old_pthread_sigmask(int how, const sigset_t* set, sigset_t* before);
extern int old_pthread_once(pthread_once_t* control, void (*routine)(void));
extern long old_strtol(const char* text, char** end, int base);
extern unsigned long old_strtoul(const char* text, char** end, int base);
extern long long old_strtoll(const char* text, char** end, int base);
extern unsigned long long old_strtoull(const char* text, char** end, int base);
extern int old_fxstat(int version, int file, struct stat* result);
extern int old_lxstat(int version, const char* path, struct stat* result);
extern int old_xstat(int version, const char* path, struct stat* result);

int __wrap_dladdr(const void* address, Dl_info* info) { return old_dladdr(address, info); }
char* __wrap_dlerror(void) { return old_dlerror(); }
void* __wrap_dlopen(const char* file, int mode) { return old_dlopen(file, mode); }
void* __wrap_dlsym(void* handle, const char* name) { return old_dlsym(handle, name); }
int __wrap_pthread_once(pthread_once_t* control, void (*routine)(void)) {
  return old_pthread_once(control, routine);
}

int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                          void* (*routine)(void*), void* argument) {
  return old_pthread_create(thread, attributes, routine, argument);
}
int __wrap_pthread_detach(pthread_t thread) { return old_pthread_detach(thread); }
int __wrap_pthread_join(pthread_t thread, void** result) {
  return old_pthread_join(thread, result);
}
int __wrap_pthread_attr_setstacksize(pthread_attr_t* attributes, size_t bytes) {
  return old_pthread_attr_setstacksize(attributes, bytes);
}
int __wrap_pthread_sigmask(int how, const sigset_t* set, sigset_t* before) {
  return old_pthread_sigmask(how, set, before);
}

/* New in 2.38, where the headers choose them: these take binary numbers (0b101) too. */
long __wrap___isoc23_strtol(const char* text, char** end, int base) {
  return old_strtol(text, end, base);
}
unsigned long __wrap___isoc23_strtoul(const char* text, char** end, int base) {
  return old_strtoul(text, end, base);
}
long long __wrap___isoc23_strtoll(const char* text, char** end, int base) {
  return old_strtoll(text, end, base);
}
unsigned long long __wrap___isoc23_strtoull(const char* text, char** end, int base) {
  return old_strtoull(text, end, base);
}

/* New in 2.30. Until then a condition waited by the clock of the day: as long from now. */
int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                  clockid_t clock, const struct timespec* until) {
  struct timespec now, day;
  clock_gettime(clock, &now);
  clock_gettime(CLOCK_REALTIME, &day);
  day.tv_sec += until->tv_sec - now.tv_sec;
  day.tv_nsec += until->tv_nsec - now.tv_nsec;
  if (day.tv_nsec < 0) {
    day.tv_nsec += 1000000000;
    --day.tv_sec;
  } else if (day.tv_nsec >= 1000000000) {
    day.tv_nsec -= 1000000000;
    ++day.tv_sec;
  }
  return pthread_cond_timedwait(condition, mutex, &day);
}

/* 1: the layout of x86-64's struct stat, the only one there ever was; stat64 is the same. */
int __wrap_fstat(int file, struct stat* result) { return old_fxstat(1, file, result); }
int __wrap_lstat(const char* path, struct stat* result) { return old_lxstat(1, path, result); }
int __wrap_stat(const char* path, struct stat* result) { return old_xstat(1, path, result); }
int __wrap_fstat64(int file, struct stat* result) { return old_fxstat(1, file, result); }
int __wrap_lstat64(const char* path, struct stat* result) { return old_lxstat(1, path, result); }
int __wrap_stat64(const char* path, struct stat* result) { return old_xstat(1, path, result); }

/* New in 2.32. "Several threads" is always right, if slower. */
char __libc_single_threaded = 0;
