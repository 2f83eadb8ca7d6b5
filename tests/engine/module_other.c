/* What must never be loaded (NOISY), or must be refused because it is of another release. */
#include <stdio.h>
#include <unistd.h>

#ifdef NOISY
__attribute__((constructor)) static void Announce(void) {
  puts("A MODULE FROM ELSEWHERE RUNS");
  fflush(stdout);
}
#endif
const char lanewise_tbb_version[] = "9.9.9";
int lanewise_tbb_run(int threads, size_t tasks, size_t grain, void* fn, void* context) {
  (void)threads, (void)tasks, (void)grain, (void)fn, (void)context;
  _exit(9);
}
