// A program whose calls meet the end of the process: exit_program
// atexit|destructor|threads|both|busy|fork. Results are checked where they can be; status 77: a
// wrong one.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "lanewise/lanewise.h"

namespace {

constexpr int64_t kLarge = 600000;  // split over threads
double g_zeros[kLarge], g_ones[kLarge];

void CallLarge() {
  double sum = 0;
  lw_status status = lw_exp_f64(kLarge, g_zeros, g_ones);
  if (status == LW_OK) status = lw_sum_f64(kLarge, g_ones, &sum);
  if (status != LW_OK || sum != static_cast<double>(kLarge)) _exit(77);
}

// Destroyed after whatever the library made when it was used for the first time.
struct Last {
  bool active = false;
  ~Last() {
    if (active) CallLarge();
  }
} g_last;

void Compute(int64_t n) {
  auto* x = new std::vector<double>(static_cast<size_t>(n));
  for (double sum;;) {
    lw_exp_f64(n, x->data(), x->data());
    lw_sum_f64(n, x->data(), &sum);
    std::memset(x->data(), 0, static_cast<size_t>(n) * 8);
  }
}

// One large call after the other, with nothing in between.
void KeepBusy() {
  auto* x = new std::vector<double>(1000000);
  for (;;) lw_exp_f64(1000000, x->data(), x->data());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "atexit" || mode == "both") std::atexit(&CallLarge);
  if (mode == "destructor") g_last.active = true;
  if (mode == "threads" || mode == "both") {
    for (int i = 0; i < 3; ++i) std::thread(Compute, 200000 + i * 1000).detach();
    usleep(static_cast<useconds_t>(1000 + getpid() % 7 * 1500));
  } else if (mode == "busy" || mode == "fork") {
    for (int i = 0; i < 3; ++i) std::thread(KeepBusy).detach();
    usleep(100000);
    if (mode == "fork") {  // the child has none of those threads, so nothing to wait for
      const pid_t child = fork();
      int status = 0;
      if (child != 0) _exit(child < 0 || waitpid(child, &status, 0) != child || status != 0);
    }
  } else {
    CallLarge();
  }
  std::exit(0);
}
