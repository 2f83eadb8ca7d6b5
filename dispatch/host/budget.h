// How many CPUs this process may keep busy.
//
// A pure function of recorded texts and of a file reader, so that tests use invented trees.
// Weights (cpu.weight, cpu.shares) are no limits and are ignored.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lanewise {

struct BudgetInput {
  int affinity = 0;       // CPUs in the affinity mask, 0 if unknown
  int online = 0;         // CPUs online, 0 if unknown; counts when `affinity` is unknown
  std::string cgroup;     // /proc/self/cgroup
  std::string mountinfo;  // /proc/self/mountinfo
  std::function<std::optional<std::string>(const std::string& path)> read_file;
  std::optional<std::string> env_threads;  // LANEWISE_THREADS
  std::optional<std::string> omp_threads;  // OMP_NUM_THREADS, which counts without the former
  std::optional<std::string> tbb_threads;  // TBB_NUM_THREADS, likewise
  int api_limit = 0;                       // 0 or less: none
};

struct CpuLimit {
  int cpus = 1;
  std::string reason;  // "affinity mask", "cgroup v2 /sys/fs/cgroup/job/cpu.max = 150000 100000"
};

struct CpuBudget {
  int cpus = 1;
  std::string reason;                 // of the limit that binds; the first of equal ones
  std::vector<CpuLimit> limits;       // every limit found, binding or not; first the affinity's
  std::vector<std::string> warnings;  // what was ignored and why
};

CpuBudget ComputeBudget(const BudgetInput& input);

}  // namespace lanewise
