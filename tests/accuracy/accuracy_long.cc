// The error bounds of the math functions in full: f32 on all 2^32 inputs, f64 and pow on a million
// random and all hard points against MPFR. Prints the rows of docs/accuracy.md; exit status 1 if
// a bound does not hold.
//   accuracy_long [KERNEL...]

#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "accuracy_points.h"

namespace {

using lanewise::WorstCase;

// All f32 inputs, in slices on all CPUs.
WorstCase AllF32(const lw_kernel_record& kernel) {
  constexpr uint64_t kSlices = 256, kSlice = (uint64_t{1} << 32) / kSlices;
  std::atomic<uint64_t> next{0};
  std::vector<WorstCase> results(kSlices);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency()); ++t) {
    threads.emplace_back([&] {
      for (uint64_t slice; (slice = next++) < kSlices;) {
        results[slice] = lanewise::SweepF32(kernel, slice * kSlice, (slice + 1) * kSlice, 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  WorstCase worst;
  for (const WorstCase& result : results) worst.Update(result.ulp, result.x);
  return worst;
}

bool Report(const lw_kernel_record& kernel, const char* dtype, const char* inputs,
            const WorstCase& worst) {
  char at[80];
  if (kernel.inputs > 1)
    snprintf(at, sizeof(at), "%a, %a", worst.x, worst.y);
  else
    snprintf(at, sizeof(at), "%a", worst.x);
  printf("| %s | %s | %s | %.3f | `%s` |\n", kernel.name, dtype, inputs, worst.ulp, at);
  fflush(stdout);
  return worst.ulp <= kernel.max_ulp;
}

}  // namespace

int main(int argc, char** argv) {
  bool good = true;
  printf("| function | dtype | inputs | max ULP | at |\n|---|---|---|---|---|\n");
  for (const lw_kernel_record& k : lanewise::MathKernels()) {
    bool wanted = argc == 1;
    for (int i = 1; i < argc; ++i) wanted |= !strcmp(argv[i], k.name);
    if (!wanted) continue;
    if (k.inputs > 1) {
      good &= Report(k, "f32", "1e6 points", lanewise::CheckPoints<float>(k, 1000000));
    } else {
      good &= Report(k, "f32", "all 2^32", AllF32(k));
    }
    good &= Report(k, "f64", "1e6 points", lanewise::CheckPoints<double>(k, 1000000));
  }
  return good ? 0 : 1;
}
