// The benchmark program: every kernel of the list x target x size, peers side by side.
// docs/benchmarks.md says how to run it and what the columns mean.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "benchmarks/case.h"
#include "benchmarks/data.h"
#include "benchmarks/demo.h"
#include "benchmarks/measure.h"
#include "benchmarks/peers.h"
#include "benchmarks/report.h"
#include "benchmarks/special.h"

namespace lanewise::bench {
namespace {

constexpr const char* kUsage =
    "bench [options] [Google Benchmark's options, such as --benchmark_filter=exp/f32]\n"
    "  --full            all sizes and all conversions (default: 1k 64k 16M)\n"
    "  --sizes LIST      such as 8,100,1k,64k,1M,16M\n"
    "  --data LIST       of uniform,subnormal,special,huge,sorted,few; or all\n"
    "  --threads N       threads that the library may use (default 1)\n"
    "  --no-peers        the library and the ceiling only\n"
    "  --no-special      only the table\n"
    "  --only-special    only the special cases\n"
    "  --cpu-time        one thread's CPU time instead of real time, for a busy machine\n"
    "  --json FILE       write all raw numbers\n"
    "  --demo            the best target against what people have, in seconds\n"
    "  --smoke           everything once on tiny arrays\n";

struct Options {
  bool full = false, peers = true, table = true, special = true, demo = false, smoke = false;
  std::vector<int64_t> sizes;
  std::vector<std::string> data = {"uniform"};
  int32_t threads = 1;
  std::string json;
  bool cpu_time = false;
};

[[noreturn]] void Usage(int status) {
  std::fputs(kUsage, status ? stderr : stdout);
  std::exit(status);
}

std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> items;
  std::stringstream stream(list);
  for (std::string item; std::getline(stream, item, ',');) items.push_back(item);
  return items;
}

int64_t ParseSize(const std::string& text) {
  for (int64_t n : {1000, 65536, 1048576, 16777216}) {
    if (text == SizeName(n)) return n;
  }
  const int64_t n = std::atoll(text.c_str());
  if (n <= 0) Usage(2);
  return n;
}

// Takes our own options out of argv; Google Benchmark gets the rest.
Options ParseOptions(int& argc, char** argv) {
  Options options;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= argc) Usage(2);
      return argv[++i];
    };
    if (argument == "--help")
      Usage(0);
    else if (argument == "--full")
      options.full = true;
    else if (argument == "--no-peers")
      options.peers = false;
    else if (argument == "--no-special")
      options.special = false;
    else if (argument == "--only-special")
      options.table = false;
    else if (argument == "--demo")
      options.demo = true;
    else if (argument == "--smoke")
      options.smoke = true;
    else if (argument == "--cpu-time")
      options.cpu_time = true;
    else if (argument == "--json")
      options.json = value();
    else if (argument == "--threads")
      options.threads = std::atoi(value().c_str());
    else if (argument == "--sizes") {
      for (const std::string& size : Split(value())) options.sizes.push_back(ParseSize(size));
    } else if (argument == "--data") {
      const std::string list = value();
      options.data = list == "all" ? DataSets() : Split(list);
    } else
      argv[kept++] = argv[i];
  }
  argc = kept;
  if (options.sizes.empty()) {
    options.sizes = {1000, 65536, 16777216};
    if (options.full) options.sizes = {8, 100, 1000, 65536, 1048576, 16777216};
    if (options.smoke) options.sizes = {8, 100};
  }
  return options;
}

// The quick set leaves out conversions between two types that are not f32.
bool Wanted(const lw_kernel_record& record, const Options& options) {
  return options.full || options.smoke || record.kernel != LW_CONVERT ||
         record.dtypes[0] == LW_F32 || record.dtypes[1] == LW_F32;
}

std::vector<Row> MakeRows(const Options& options) {
  std::vector<Row> rows;
  for (const lw_kernel_record& record : AllRecords()) {
    if (!Wanted(record, options)) continue;
    for (const std::string& data : options.data) {
      for (int64_t n : options.sizes) {
        Row row{{record, n, data}, {}};
        if (DataSetApplies(data, row.test.Element())) rows.push_back(row);
      }
    }
  }
  return rows;
}

// Emulated FMA and scalar libm take most of the time on large arrays and change nothing there.
bool TooSlow(const Contestant& contestant, const Case& test, const Options& options) {
  if (options.full || test.n < (1 << 20) || !test.UsesFma()) return false;
  if (contestant.name == "libm") return true;
  if (contestant.kind == Kind::kCeiling) return false;
  for (const Target& target : SupportedTargets()) {
    const bool best = target.name == SupportedTargets().back().name;
    if (target.name == contestant.target) return !target.has_fma && !best;
  }
  return false;
}

// Rows from DRAM feel every neighbour on the machine: they get longer to find a quiet moment.
Effort EffortOf(const Options& options, int64_t n = 0) {
  Effort effort;
  if (n > (1 << 20)) effort.row_ns *= 2;
  if (options.smoke) {
    effort.batch_ns = 1;
    effort.rounds = effort.min_rounds = 1;
  }
  return effort;
}

// Of the best target and the one below: the widest vectors do not always move bytes fastest
// (Zen 4 reads memory faster 32 bytes at a time than 64).
void AddAllCeilings(const Case& test, std::vector<Contestant>& all) {
  const std::vector<Target>& targets = SupportedTargets();
  for (size_t i = targets.size() - std::min<size_t>(2, targets.size()); i < targets.size(); ++i) {
    AddCeilings(TrafficOf(test), targets[i].bit, targets[i].name, all);
  }
}

void RunRow(benchmark::State& state, Row* row, const Options& options) {
  for (auto _ : state) {
    Prepare(row->test);
    std::vector<Contestant> all, list;
    for (const Target& target : SupportedTargets()) {
      all.push_back(
          {target.name, Kind::kTarget, target.name, LibraryCallAt(row->test, target.name)});
    }
    AddAllCeilings(row->test, all);
    AddPeers(row->test, all);
    for (Contestant& c : all) {
      if (!TooSlow(c, row->test, options)) list.push_back(std::move(c));
    }
    Race(list, EffortOf(options, row->test.n));
    for (Contestant& c : list) c.batch = nullptr;  // the operands are gone after this row
    row->results = std::move(list);
    state.SetIterationTime(row->BestTarget() * static_cast<double>(row->test.n) * 1e-9);
  }
  for (const Contestant& c : row->results) {
    state.counters[c.name] = c.best / static_cast<double>(row->test.n);
  }
}

int Main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) Usage(2);
  lw_set_threads(options.threads);
  g_use_peers = options.peers;
  if (options.cpu_time) g_batch_clock = CLOCK_THREAD_CPUTIME_ID;
  if (options.demo) return RunDemo();

  std::vector<Row> rows;
  if (options.table) {
    rows = MakeRows(options);
    for (Row& row : rows) {
      benchmark::RegisterBenchmark(
          row.test.Name().c_str(),
          [&row, &options](benchmark::State& state) { RunRow(state, &row, options); })
          ->Iterations(1)
          ->UseManualTime();
    }
    TableReporter reporter(rows);
    benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  std::vector<Special> specials;
  if (options.special) specials = RunSpecials(EffortOf(options), options.smoke, options.threads);
  PrintMeans(rows);
  PrintPeers();
  const std::string mode = options.smoke ? "smoke" : options.full ? "full" : "quick";
  return options.json.empty() || WriteJson(options.json, rows, specials, mode) ? 0 : 1;
}

}  // namespace
}  // namespace lanewise::bench

int main(int argc, char** argv) { return lanewise::bench::Main(argc, argv); }
