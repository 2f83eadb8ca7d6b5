// The threading module, which brings oneTBB: loaded at the first call that is large enough, and
// never closed; and the end of the process, at which oneTBB destroys what it has.

#ifndef LANEWISE_DISPATCH_THREADS_MODULE_H_
#define LANEWISE_DISPATCH_THREADS_MODULE_H_

#include <cstdint>
#include <string>

#include "dispatch/threads/border.h"

namespace lanewise {

struct Module {
  LanewiseRunFn run = nullptr;  // null: there are no threads, and why
  LanewiseLimitFn limit = nullptr;
  std::string reason;
};

// From the library's own folder only, never searched for. Throws when memory is short; the next
// call tries again.
const Module& LoadModule();
bool ModuleIsLoaded();  // or missing
// The module was wanted and is not there: calls stay serial.
bool ModuleIsMissing();
// How many threads oneTBB would use at most just now; 0 while it is not loaded or must be left
// alone.
int ModuleLimit();

// Says that workers exist from now on. A child of a process that had them is forked for good: they
// do not exist there, and oneTBB cannot restart them.
void WorkersStart();
bool IsForkedFromWorkers();

// Before what oneTBB registered at its first use: once more what waits for calls at the end.
void RegisterLeave();

// Whether oneTBB may be used, as long as this lives. Serial calls are not counted: a thread that
// makes one after the other would hold up the end of the process for as long as it does.
class Running {
 public:
  Running();
  ~Running() {
    if (entered_) Count(-1);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  explicit operator bool() const { return entered_; }

 private:
  static void Count(int change);
  bool entered_;
};

int64_t Milliseconds();  // of the monotonic clock

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_THREADS_MODULE_H_
