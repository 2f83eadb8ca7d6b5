/* Loads the threading module and says what came of it. module_program [FOLDER [delete]]: changes to
 * FOLDER first, and removes the program's own file. */
#include <lanewise/lanewise.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
  static double x[600000];
  static char report[65536];
  size_t length;
  char self[4096] = "";
  if (argc > 2 && (readlink("/proc/self/exe", self, sizeof(self) - 1) <= 0 || unlink(self) != 0)) {
    return 3;
  }
  if (argc > 1 && chdir(argv[1]) != 0) return 2;
  if (lw_exp_f64(600000, x, x) != LW_OK || x[599999] != 1.0) return 1;
  if (lw_machine(0, report, sizeof(report), &length) != LW_OK) return 1;
  printf("threads %d\n", lw_get_threads());
  char* line = strstr(report, "threads ");
  if (line) printf("%.*s\n", (int)strcspn(line, "\n"), line);
  return 0;
}
