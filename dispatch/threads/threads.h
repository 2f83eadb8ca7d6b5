// Splitting one call over threads: oneTBB, loaded at the first call that is large enough, within
// the CPU budget. No result depends on whether, or over how many threads, a call was split.

#ifndef LANEWISE_DISPATCH_THREADS_THREADS_H_
#define LANEWISE_DISPATCH_THREADS_THREADS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "kernels/list/kernel.h"

namespace lanewise {

// Runs on any thread; `raised` collects flags of rule kOwn bodies.
using TaskFn = void (*)(void* context, size_t begin, size_t end, uint32_t* raised);

// Calls fn for disjoint ranges that cover [0, tasks), each at least `grain` long, possibly at the
// same time on several threads, and returns when all are done. The caller's scoped target cap is
// in force in every task; tasks run in the default floating-point environment. Returns the flags
// of the tasks: those that kOwn bodies ask for, and those that instructions raised on other
// threads, which count for kernels of rule kHardware only.
struct TaskFlags {
  uint32_t own = 0;
  uint32_t hardware = 0;
  void Add(const TaskFlags& more) {
    own |= more.own;
    hardware |= more.hardware;
  }
  uint32_t For(Flags rule) const { return own | (rule == Flags::kHardware ? hardware : 0); }
};
TaskFlags ParallelFor(size_t tasks, size_t grain, TaskFn fn, void* context);

// Threads that a large call may use now: 1 when threads are off, known to be unavailable or after a
// fork. Asks the system for the affinity mask: for large calls only.
int ThreadBudget();

// The same after a look at the threading module, which it loads.
int ThreadsToBeHad();

// Why calls run on so many threads, in one sentence, for lw_machine.
std::string ThreadReport();

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_THREADS_THREADS_H_
