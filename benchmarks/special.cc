#include "benchmarks/special.h"

#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "benchmarks/data.h"
#include "benchmarks/module.h"
#include "benchmarks/numpy_peer.h"
#include "benchmarks/peers.h"

namespace lanewise::bench {
namespace {

Contestant Named(const char* name, Batch batch) {
  return {name, Kind::kTarget, "", std::move(batch)};
}

// Races and turns the best times, each divided by `n`, into a Special.
Special Finish(const std::string& name, std::vector<Contestant> list, const Effort& effort,
               double n) {
  Race(list, effort);
  Special special{name, {}};
  for (const Contestant& c : list) special.values.push_back({c.name + "_ns", c.best / n});
  return special;
}

lw_kernel_record RecordOf(lw_kernel kernel, lw_dtype element) {
  for (const lw_kernel_record& record : AllRecords()) {
    if (record.kernel == kernel && record.dtypes[0] == element) return record;
  }
  std::abort();
}

// ---------------------------------------------------------------- calls and loading

// A typed call for one element against the loop that it ends in, reached by pointer.
void CallCost(const Effort& effort, std::vector<Special>& specials) {
  using Loop = uint32_t (*)(const void*, const void*, const void*, void*, size_t);
  using Find = Loop (*)(const char*, int64_t);
  static void* const module = OpenModule("bench_loops.so");
  const auto find = reinterpret_cast<Find>(ModuleSymbol(module, "BenchFindLoop"));
  if (!find) {
    const char* reason = dlerror();
    std::printf("  call cost left out: %s\n",
                reason ? reason : "bench_loops.so has no such symbol");
    return;
  }
  static float x[1] = {0.5f}, y[1] = {1.5f}, out[1];
  const auto measure = [&](const char* kernel, const char* name, auto typed) {
    const Loop loop = find(kernel, SupportedTargets().back().bit);
    if (!loop) return;
    specials.push_back(Finish(std::string("call of one element, ") + name,
                              {Named("typed", Timed(typed)),
                               Named("loop", Timed([loop] { loop(x, y, nullptr, out, 1); }))},
                              effort, 1));
  };
  measure("abs", "abs f32, no guard", [] { lw_abs_f32(1, x, out); });
  measure("add", "add f32, guarded", [] { lw_add_f32(1, x, y, out); });
  measure("exp", "exp f32, guarded", [] { lw_exp_f32(1, x, out); });
}

// Nanoseconds of one dlopen in a fresh process; 0 on failure.
double LoadNs(const std::string& program, const std::string& library) {
  std::FILE* pipe = popen(("'" + program + "' '" + library + "'").c_str(), "r");
  double ns = 0;
  if (!pipe || std::fscanf(pipe, "%lf", &ns) != 1) ns = 0;
  if (pipe) pclose(pipe);
  return ns;
}

void LoadCost(int rounds, std::vector<Special>& specials) {
  Dl_info info;
  const std::string folder = ProgramFolder(), program = folder + "/bench_load";
  if (!dladdr(reinterpret_cast<void*>(&lw_version), &info) || access(program.c_str(), X_OK) != 0 ||
      !std::strstr(info.dli_fname, ".so")) {
    return;
  }
  double best[2] = {1e12, 1e12};
  for (int i = 0; i < rounds; ++i) {
    const std::string files[] = {info.dli_fname, folder + "/bench_empty.so"};
    for (int k : {0, 1}) {
      const double ns = LoadNs(program, files[k]);
      if (ns > 0 && ns < best[k]) best[k] = ns;
    }
  }
  specials.push_back({"load of the library", {{"lanewise_ns", best[0]}, {"empty_ns", best[1]}}});
}

// ---------------------------------------------------------------- strides, axes

void Strides(const Effort& effort, bool small, std::vector<Special>& specials) {
  static Buffer buffers[] = {Buffer(0), Buffer(1), Buffer(2), Buffer(3)};
  const struct {
    lw_kernel kernel;
    lw_dtype dtype;
  } cases[] = {{LW_ADD, LW_F32}, {LW_ADD, LW_F64}, {LW_EXP, LW_F32}};
  for (const auto& [kernel, dtype] : cases) {
    const lw_kernel_record record = RecordOf(kernel, dtype);
    const int64_t size = static_cast<int64_t>(lw_dtype_size(dtype));
    for (int64_t n : {int64_t{16384}, int64_t{65536}}) {
      if (small) n /= 1024;
      std::vector<Contestant> list;
      for (int64_t stride : {1, 2, -1}) {
        struct {
          lw_dtype dtypes[4];
          lw_operand operands[4];
        } call{};
        for (int i = 0; i <= record.inputs; ++i) {
          char* data = static_cast<char*>(buffers[i].Get(static_cast<size_t>(2 * n * size)));
          if (stride == 1) FillOperand(record, i, "uniform", 2 * n, data);
          call.dtypes[i] = record.dtypes[i];
          call.operands[i] = {stride < 0 ? data + (n - 1) * size : data, stride * size};
        }
        const char* name = stride == 1 ? "contiguous" : stride == 2 ? "stride_2" : "stride_minus_1";
        list.push_back(Named(name, Timed([call, kernel = kernel, n] {
                               lw_call(kernel, call.dtypes, call.operands, n, nullptr);
                             })));
      }
      specials.push_back(Finish(std::string("strides, ") + record.name + " " +
                                    lw_dtype_name(dtype) + " n " + std::to_string(n),
                                list, effort, static_cast<double>(n)));
    }
  }
}

void Axes(const Effort& effort, bool small, std::vector<Special>& specials) {
  static Buffer input(0), output(3);
  const int64_t rows = small ? 64 : 16384, columns = small ? 32 : 1024;
  float* x = static_cast<float*>(input.Get(static_cast<size_t>(rows * columns) * 4));
  float* out = static_cast<float*>(output.Get(static_cast<size_t>(rows) * 4));
  FillOperand(RecordOf(LW_SUM, LW_F32), 0, "uniform", rows * columns, x);
  for (int axis : {0, 1}) {
    std::vector<Contestant> list;
    list.push_back(
        Named("lanewise", Timed([=] { SumMatrix(x, rows, columns, uint64_t{1} << axis, out); })));
    if (g_use_peers && NumPyPeer::Get().LoadMatrix(x, rows, columns, axis)) {
      list.push_back(Named("numpy", [](int64_t calls) { return NumPyPeer::Get().Run(calls); }));
    }
    specials.push_back(Finish("sum over axis " + std::to_string(axis) + " of " +
                                  std::to_string(rows) + "x" + std::to_string(columns) + " f32",
                              list, effort, static_cast<double>(rows * columns)));
  }
}

// ---------------------------------------------------------------- threads

// Times single calls, each after the workers have been idle for 10 ms.
Batch Cold(Batch call) {
  return [call](int64_t calls) {
    int64_t ns = 0;
    for (int64_t i = 0; i < calls; ++i) {
      const timespec pause{0, 10'000'000};
      nanosleep(&pause, nullptr);
      ns += call(1);
    }
    return ns;
  };
}

void Threads(Effort effort, bool small, int32_t threads, std::vector<Special>& specials) {
  const clockid_t clock = g_batch_clock;
  g_batch_clock = CLOCK_MONOTONIC;  // CPU time of one thread says nothing about two
  const struct {
    lw_kernel kernel;
    int64_t n;
  } cases[] = {
      {LW_EXP, 131072}, {LW_EXP, 1 << 20}, {LW_ADD, 1 << 20}, {LW_SUM, 1 << 20}, {LW_ADD, 1 << 24}};
  for (const auto& [kernel, n] : cases) {
    Case test{RecordOf(kernel, LW_F32), small ? n / 4096 : n, "uniform"};
    Prepare(test);
    const auto with = [call = LibraryCall(test)](int32_t limit) -> Batch {
      return [call, limit](int64_t calls) {
        lw_set_threads(limit);
        return call(calls);
      };
    };
    for (bool cold : {false, true}) {
      if (cold) effort.batch_ns = 1;  // each batch is one call
      const auto batch = [&](int32_t limit) { return cold ? Cold(with(limit)) : with(limit); };
      specials.push_back(Finish(std::string(cold ? "cold" : "warm") + " threads, " +
                                    test.record.name + " f32 n " + std::to_string(test.n),
                                {Named("one", batch(1)), Named("two", batch(2))}, effort, 1));
    }
  }
  lw_set_threads(threads);
  g_batch_clock = clock;
}

}  // namespace

std::vector<Special> RunSpecials(const Effort& effort, bool small, int32_t threads) {
  std::vector<Special> specials;
  size_t printed = 0;
  const auto flush = [&] {
    for (; printed < specials.size(); ++printed) PrintSpecial(specials[printed]);
  };
  std::printf("\nSpecial cases, best of the rounds:\n");
  CallCost(effort, specials);
  flush();
  LoadCost(small ? 2 : 31, specials);
  flush();
  Strides(effort, small, specials);
  flush();
  Axes(effort, small, specials);
  flush();
  Threads(effort, small, threads, specials);
  flush();
  return specials;
}

void PrintSpecial(const Special& special) {
  std::printf("  %-40s", special.name.c_str());
  for (const auto& [key, value] : special.values) {
    std::printf("  %s %.4g", key.c_str(), value);
  }
  if (special.values.size() >= 2) {
    std::printf("  (");
    const double first = special.values[0].second;
    for (size_t i = 1; i < special.values.size(); ++i) {
      std::printf("%s%.2f", i > 1 ? ", " : "x ", special.values[i].second / first);
    }
    std::printf(")");
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace lanewise::bench
