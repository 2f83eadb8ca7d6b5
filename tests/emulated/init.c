// PID 1 of the Bochs guest: runs one program and reports how it ended. See run-bochs.sh.
//
// com1 (ttyS0) carries the kernel's messages, marker lines and the program's stderr; com2 (ttyS1)
// carries the program's stdout. A marker line starts with the run's nonce, so that nothing that the
// kernel or the program prints can be taken for one. Bochs's own exit status says nothing about the
// guest: only the marker "exit N" counts.
//
// Static C without any SIMD of its own: it must work on every CPU model.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define MAX_STRINGS 4096

static char nonce[128];
static int com1 = -1, com2 = -1;

static void power_off(void) {
  if (com2 >= 0) tcdrain(com2);  // else the last bytes of the serial ports are lost
  if (com1 >= 0) tcdrain(com1);
  sync();
  if (ioperm(0x8900, 1, 1) == 0)  // Bochs's shutdown port
    for (const char* p = "Shutdown"; *p; ++p) outb((unsigned char)*p, 0x8900);
  for (;;) pause();  // not reached; if it is, the wrapper's time limit ends the run
}

static void marker(const char* text) {
  // The leading newline ends an unfinished line of stderr; the wrapper takes it off again.
  char line[1024];
  int n = snprintf(line, sizeof line, "\n%s %s\n", nonce, text);
  if (n > (int)sizeof line - 1) n = (int)sizeof line - 1;
  for (int done = 0; done < n;) {
    ssize_t w = write(com1, line + done, (size_t)(n - done));
    if (w < 0 && errno != EINTR) break;
    if (w > 0) done += (int)w;
  }
}

static void fail(const char* what) {
  char text[512];
  snprintf(text, sizeof text, "error %s (%s)", what, strerror(errno));
  marker(text);
  power_off();
}

static int open_serial(const char* path) {
  int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return -1;
  struct termios t;
  if (tcgetattr(fd, &t) == 0) {
    cfmakeraw(&t);  // bytes pass as they are, no newline translation
    cfsetspeed(&t, B115200);
    t.c_cflag |= CLOCAL;
    tcsetattr(fd, TCSANOW, &t);
  }
  return fd;
}

static char* read_file(const char* path, size_t* size) {
  size_t room = 1 << 16, have = 0;
  char* data = malloc(room + 1);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || !data) return NULL;
  for (;;) {
    ssize_t n = read(fd, data + have, room - have);
    if (n <= 0) break;
    have += (size_t)n;
    if (have == room && !(data = realloc(data, (room *= 2) + 1))) return NULL;
  }
  close(fd);
  data[have] = 0;
  if (size) *size = have;
  return data;
}

// A file of NUL-terminated strings as a NULL-terminated vector.
static char** read_strings(const char* path) {
  static char* none[1];
  size_t size = 0, count = 0;
  char* data = read_file(path, &size);
  if (!data) return none;
  char** v = calloc(MAX_STRINGS + 1, sizeof *v);
  for (size_t i = 0; v && i < size && count < MAX_STRINGS; i += strlen(data + i) + 1)
    v[count++] = data + i;
  return v ? v : none;
}

// Every flag asked for must be in /proc/cpuinfo: what the kernel does not enable (XCR0), programs
// do not see, and a test of AVX-512 code that quietly ran without AVX-512 would prove nothing.
static void check_flags(char** wanted) {
  char* info = read_file("/proc/cpuinfo", NULL);
  char* flags = info ? strstr(info, "\nflags") : NULL;
  char missing[800] = "";
  if (flags) {
    char* end = strchr(++flags, '\n');
    if (end) *end = ' ';
    if (end) end[1] = 0;
  }
  for (; *wanted; ++wanted) {
    char word[128];
    snprintf(word, sizeof word, " %s ", *wanted);
    if (flags && strstr(flags, word)) continue;
    strncat(missing, word, sizeof missing - strlen(missing) - 1);
  }
  if (!*missing) return;
  char text[900];
  snprintf(text, sizeof text, "missing%s", missing);
  marker(text);
  power_off();
}

int main(void) {
  mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
  mount("proc", "/proc", "proc", 0, NULL);
  mount("sysfs", "/sys", "sysfs", 0, NULL);
  com1 = open_serial("/dev/ttyS0");
  com2 = open_serial("/dev/ttyS1");
  char** first = read_strings("/emulated/nonce");
  snprintf(nonce, sizeof nonce, "%s", first[0] ? first[0] : "?");
  if (com2 < 0) fail("cannot open the second serial port");

  check_flags(read_strings("/emulated/flags"));
  char** args = read_strings("/emulated/args");
  char** env = read_strings("/emulated/env");
  char** cwd = read_strings("/emulated/cwd");
  if (!args[0]) fail("no program to run");

  marker("begin");
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    setsid();
    int null = open("/dev/null", O_RDONLY);
    if (cwd[0] && chdir(cwd[0]) != 0) _exit(126);
    dup2(null, 0);
    dup2(com2, 1);
    dup2(com1, 2);
    if (null > 2) close(null);
    execve(args[0], args, env);
    dprintf(2, "init: cannot run %s: %s\n", args[0], strerror(errno));
    _exit(127);
  }
  for (;;) {
    int status;
    pid_t pid = wait(&status);  // reaps orphans as well
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) fail("wait");
    if (pid != child) continue;
    char text[64];
    snprintf(text, sizeof text, "exit %d",
             WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    tcdrain(com2);
    marker(text);
    power_off();
  }
}
