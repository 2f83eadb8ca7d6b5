#include "benchmarks/demo.h"

#include <gnu/libc-version.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "benchmarks/case.h"
#include "benchmarks/peers.h"

namespace lanewise::bench {
namespace {

const struct {
  lw_kernel kernel;
  lw_dtype dtype;
} kDemoKernels[] = {{LW_EXP, LW_F32},      {LW_EXP, LW_F64},
                    {LW_LOG, LW_F32},      {LW_SIN, LW_F64},
                    {LW_POW, LW_F32},      {LW_TANH, LW_F32},
                    {LW_ADD, LW_F32},      {LW_SUM, LW_F32},
                    {LW_DOT, LW_F64},      {LW_CUMULATIVE_SUM, LW_F32},
                    {LW_COMPRESS, LW_F32}, {LW_MAX, LW_F32}};

// The result of one call at a target, byte for byte.
std::vector<char> ResultAt(const Case& test, const std::string& target) {
  std::memset(test.out, 0, OutputBytes(test));
  LibraryCallAt(test, target)(1);
  const char* bytes = static_cast<const char*>(test.out);
  return {bytes, bytes + OutputBytes(test)};
}

// Number of targets whose result differs from the baseline's.
int Differing(const Case& test) {
  const std::vector<Target>& targets = SupportedTargets();
  const std::vector<char> expected = ResultAt(test, targets.front().name);
  int differing = 0;
  for (const Target& target : targets) differing += ResultAt(test, target.name) != expected;
  return differing;
}

// A time in ten columns; "-" where nothing was measured, '*' behind a software FMA.
void PrintTime(double ns, bool soft) {
  if (ns > 0)
    std::printf(" %9.3f%c", ns, soft ? '*' : ' ');
  else
    std::printf(" %9s ", "-");
}

void DemoRow(const lw_kernel_record& record, int& differing_rows) {
  const Target &first = SupportedTargets().front(), &last = SupportedTargets().back();
  Case test{record, 65536, "uniform"};
  Prepare(test);
  const int differing = Differing(test);
  differing_rows += differing > 0;
  std::vector<Contestant> list;
  for (const Target* target : {&first, &last}) {
    list.push_back({target->name, Kind::kTarget, target->name, LibraryCallAt(test, target->name)});
  }
  AddLibm(test, list);
  Race(list, {});
  const double n = static_cast<double>(test.n);
  const double baseline = list[0].best / n, best = list[1].best / n;
  const double libm = list.size() > 2 ? list[2].best / n : 0;
  std::printf("%-15s %-5s", record.name, test.Types().c_str());
  PrintTime(libm, false);
  PrintTime(baseline, first.SoftFma(test));
  PrintTime(best, last.SoftFma(test));
  std::printf(" %8.1fx   %s\n", (libm > 0 ? libm : baseline) / best, differing ? "NO" : "yes");
  std::fflush(stdout);
}

void PrintLegend() {
  const std::vector<Target>& targets = SupportedTargets();
  const std::string first = TargetLabel(targets.front().name);
  std::printf(
      "\nspeed-up: %s against what a program has without lanewise: the C library's function\n"
      "(glibc %s), and the loop at %s where it has none.\n",
      TargetLabel(targets.back().name).c_str(), gnu_get_libc_version(), first.c_str());
  if (targets.front().has_fma) return;
  std::printf(
      "* software FMA: %s has no fused multiply-add instruction; lanewise computes it in software\n"
      "there, for the same bits. %s\n",
      first.c_str(),
      targets.back().has_fma
          ? "Nobody ran that before: it is in no speed-up."
          : "Nor has this CPU: math functions are slower here than the C library's.");
}

}  // namespace

int RunDemo() {
  const std::vector<Target>& targets = SupportedTargets();
  std::printf("64k elements, one thread, ns per element. Same bits: the result bytes of");
  for (const Target& target : targets) std::printf(" %s", TargetLabel(target.name).c_str());
  std::printf(" compared.\n\n%-15s %-5s %9s  %9s  %9s  %9s   %s\n", "kernel", "type", "C library",
              TargetLabel(targets.front().name).c_str(), TargetLabel(targets.back().name).c_str(),
              "speed-up", "same bits");
  int differing_rows = 0;
  const std::vector<lw_kernel_record> records = AllRecords();
  for (const auto& wanted : kDemoKernels) {
    for (const lw_kernel_record& record : records) {
      if (record.kernel == wanted.kernel && record.dtypes[0] == wanted.dtype) {
        DemoRow(record, differing_rows);
      }
    }
  }
  PrintLegend();
  return differing_rows ? 1 : 0;
}

}  // namespace lanewise::bench
