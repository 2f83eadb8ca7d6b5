// How many threads a call may use: the CPU budget, and what the program asked for.

#ifndef LANEWISE_DISPATCH_THREADS_LIMITS_H_
#define LANEWISE_DISPATCH_THREADS_LIMITS_H_

#include <string>

namespace lanewise {

// The limit that binds and what sets it, where threads are to be had at all. The reason lives as
// long as the process.
struct ThreadLimit {
  int threads;
  const char* reason;
};

// Asks the system for the affinity mask of the calling thread; throws when memory is short.
ThreadLimit BindingLimit();

// Sets the API limit (0: none).
void SetThreadLimit(int limit);

// What was ignored in the environment.
std::string ThreadWarnings();

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_THREADS_LIMITS_H_
