#include "benchmarks/demo.h"

#include <cstdio>
#include <cstring>
#include <vector>

#include "benchmarks/case.h"

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

void DemoRow(const lw_kernel_record& record, int& differing_rows) {
  const std::vector<Target>& targets = SupportedTargets();
  Case test{record, 65536, "uniform"};
  Prepare(test);
  const int differing = Differing(test);
  differing_rows += differing > 0;
  std::vector<Contestant> list;
  for (const Target* target : {&targets.front(), &targets.back()}) {
    list.push_back({target->name, Kind::kTarget, target->name, LibraryCallAt(test, target->name)});
  }
  Race(list, {});
  const double n = static_cast<double>(test.n);
  const double baseline = list[0].best / n, best = list[1].best / n;
  const bool soft = test.UsesFma() && !targets.front().has_fma;
  std::printf("%-15s %-5s %10.3f %10.3f %9.1fx   %s%s\n", record.name, test.Types().c_str(),
              baseline, best, baseline / best, differing ? "NO" : "yes",
              soft ? "         soft FMA" : "");
}

}  // namespace

int RunDemo() {
  const std::vector<Target>& targets = SupportedTargets();
  std::printf("64k elements, one thread, ns per element. Same bits: the result bytes of");
  for (const Target& target : targets) std::printf(" %s", target.name.c_str());
  std::printf(" compared.\n\n%-15s %-5s %10s %10s %10s   %s\n", "kernel", "type",
              targets.front().name.c_str(), targets.back().name.c_str(), "speed-up", "same bits");
  int differing_rows = 0;
  const std::vector<lw_kernel_record> records = AllRecords();
  for (const auto& wanted : kDemoKernels) {
    for (const lw_kernel_record& record : records) {
      if (record.kernel == wanted.kernel && record.dtypes[0] == wanted.dtype) {
        DemoRow(record, differing_rows);
      }
    }
  }
  if (!targets.front().has_fma) {
    std::printf(
        "\nsoft FMA: %s has no fused multiply-add; its result is computed in software, bit "
        "for bit.\n",
        targets.front().name.c_str());
  }
  return differing_rows ? 1 : 0;
}

}  // namespace lanewise::bench
