// lanewise-probe: what this machine is, what lanewise does with it, and whether it does it right.
// Needs neither Python nor a GPU; without --selftest it answers in a few milliseconds.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "golden.h"
#include "golden_text.h"  // made from tests/golden/<numerics version>.txt by CMake
#include "kernel_list.h"
#include "lanewise/lanewise.h"
#include "lanewise/lanewise_gpu.h"
#include "machine_file.h"

namespace {

using lanewise::golden::Case;
using lanewise::golden::Form;

// Grows the buffer until the text fits.
template <class Get>
std::string GetText(Get get, lw_status& status) {
  size_t length = 0;
  status = get(nullptr, 0, &length);
  if (status != LW_OK) return "";
  std::string text(length + 1, '\0');
  status = get(text.data(), text.size(), &length);
  text.resize(std::min(length, text.size() - 1));
  return text;
}

int Print(const std::string& text, lw_status status) {
  if (status != LW_OK) {
    fprintf(stderr, "lanewise-probe: %s\n", lw_last_error());
    return status == LW_ERR_VALUE ? 2 : 1;
  }
  fputs(text.c_str(), stdout);
  return 0;
}

int PrintMachine(int format) {
  lw_status status;
  const std::string text =
      GetText([&](char* buffer, size_t size,
                  size_t* length) { return lw_machine(format, buffer, size, length); },
              status);
  return Print(text, status);
}

int PrintDescribed(const std::string& file) {
  MachineFields fields;
  try {
    fields = ReadMachineFile(file);
  } catch (const std::exception& error) {
    fprintf(stderr, "lanewise-probe: %s\n", error.what());
    return 2;
  }
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : fields) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  lw_status status;
  const std::string text = GetText(
      [&](char* buffer, size_t size, size_t* length) {
        return lw_machine_described(static_cast<int32_t>(keys.size()), keys.data(), values.data(),
                                    buffer, size, length);
      },
      status);
  return Print(text, status);
}

int RefuseExplain() {
  fprintf(stderr, "lanewise-probe: %s\n", lw_last_error());
  return 2;
}

// The loops of a kernel that explain shows: all, or the first with an input of this dtype.
std::vector<lw_kernel_record> LoopsOf(lw_kernel kernel, const lw_dtype* dtype) {
  std::vector<lw_kernel_record> loops;
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    if (lw_kernel_info(i, &record) != LW_OK || record.kernel != kernel) continue;
    const lw_dtype *begin = record.dtypes, *end = begin + record.inputs;
    if (dtype && std::find(begin, end, *dtype) == end) continue;
    loops.push_back(record);
    if (dtype) break;
  }
  return loops;
}

std::string ExplainText(lw_kernel kernel, const lw_dtype* dtypes, int64_t n, bool json,
                        lw_status& status) {
  return GetText(
      [&](char* buffer, size_t size, size_t* length) {
        return lw_explain(kernel, dtypes, n, json, buffer, size, length);
      },
      status);
}

// wanted: a kernel and, unless all its loops are meant, a dtype. n: elements; 0: small arrays. As
// JSON, all are an array.
int Explain(const std::vector<std::string>& wanted, int64_t n, bool json) {
  lw_kernel kernel;
  lw_dtype dtype = LW_F32;
  const bool one = wanted.size() > 1;
  if (lw_find_kernel(wanted[0].c_str(), &kernel) != LW_OK) return RefuseExplain();
  if (one && lw_dtype_parse(wanted[1].c_str(), &dtype) != LW_OK) return RefuseExplain();
  const std::vector<lw_kernel_record> loops = LoopsOf(kernel, one ? &dtype : nullptr);
  lw_status status = LW_OK;
  if (loops.empty()) {  // the library says which there are
    const std::vector<lw_dtype> dtypes(LW_MAX_OPERANDS, dtype);
    ExplainText(kernel, dtypes.data(), n, json, status);
    return RefuseExplain();
  }
  std::string text, separator = json && !one ? "[" : "";
  for (const lw_kernel_record& loop : loops) {
    text += separator + ExplainText(kernel, loop.dtypes, n, json, status);
    if (status != LW_OK) return Print(text, status);
    separator = json ? "," : "\n";
  }
  return Print(text + (json && !one ? "]\n" : ""), LW_OK);
}

struct Tally {
  int cases = 0;
  int excused = 0;
  std::vector<std::string> failures;
};

// Four defects of Bochs 2.7 (tests/emulated/README.md). Real CPUs and later emulators have none.
// A fused multiply-subtract that cancels to its last bits gives 0.
bool CpuLosesCancelledFma() {
  const double x = 0x1.2d11c58b221aep+0, y = 0x1.101a29cb057cp+53, z = -0x1.4001a6d8808c2p+53;
  double result = 0;
  return lw_fma_f64(1, &x, &y, &z, &result) == LW_OK && result != -0x1.bfe0aa4dcp-10;
}

// Whether a kernel gives something else than `right` for a vector of equal elements.
template <class In, class Out>
bool Errs(lw_kernel kernel, lw_dtype in, std::vector<In> elements, lw_dtype out, Out right,
          int outputs = 1) {
  constexpr int64_t kCount = 32;
  std::vector<std::vector<In>> inputs;
  std::vector<Out> result(kCount), others(kCount);
  std::vector<lw_dtype> dtypes(elements.size(), in);
  std::vector<lw_operand> operands;
  inputs.reserve(LW_MAX_OPERANDS);
  operands.reserve(LW_MAX_OPERANDS);
  for (const In element : elements) inputs.emplace_back(kCount, element);
  for (const auto& input : inputs) operands.push_back({input.data(), sizeof(In)});
  for (int k = 0; k < outputs; ++k) {
    dtypes.push_back(out);
    operands.push_back({k == 0 ? result.data() : others.data(), sizeof(Out)});
  }
  return lw_call(kernel, dtypes.data(), operands.data(), kCount, nullptr) == LW_OK &&
         result[0] != right;
}
// Unsigned integers of 64 bits become f64 without what the lowest bit adds to a tie.
bool CpuMisroundsUnsigned() {
  return Errs<uint64_t, double>(LW_CONVERT, LW_U64, {0xFFFFFFFFFFFEA401u}, LW_F64,
                                0x1.fffffffffffd5p+63);
}
// An f64 from 2^63 on becomes the largest unsigned integer of 64 bits, as in this quotient.
bool CpuSaturatesUnsigned() {
  return Errs<uint64_t, uint64_t>(LW_DIVMOD, LW_U64, {0xAE161E8C45725C2Fu, 1}, LW_U64,
                                  0xAE161E8C45725C2Fu, 2);
}
// A tie between two f16 goes to the larger one: this sum is 0x1.6eap-5.
bool CpuMisroundsHalves() {
  return Errs<uint16_t, uint16_t>(LW_ADD, LW_F16, {0x29DC, 0x9430}, LW_F16, 0x29BA);
}

// Keys of cases that may differ on a CPU with a defect, and on no other. A line is the defect's
// name and the key.
std::set<std::string> ReadExcused(const std::string& path) {
  std::map<std::string, bool> shown = {{"fma", CpuLosesCancelledFma()},
                                       {"unsigned", CpuMisroundsUnsigned()},
                                       {"saturated", CpuSaturatesUnsigned()},
                                       {"halves", CpuMisroundsHalves()}};
  std::set<std::string> keys;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const size_t space = line.find(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    if (shown[line.substr(0, space)]) keys.insert(line.substr(space + 1));
  }
  return keys;
}

// Every case under the cap in force: the library's hash, called in every form, against the file's.
Tally CheckTarget(const std::map<std::string, uint64_t>& golden,
                  const std::set<std::string>& excused) {
  Tally tally;
  lanewise::golden::ForEachCase([&](Case& c) {
    ++tally.cases;
    const auto line = golden.find(c.key);
    if (line == golden.end()) {
      tally.failures.push_back(c.key + ": no golden hash");
      return;
    }
    for (const Form form : lanewise::golden::kForms) {
      const lw_status status = Run(c, form);
      if (status != LW_OK)
        tally.failures.push_back(c.key + ": " + lw_last_error());
      else if (Hash(c) != line->second && excused.contains(c.key))
        ++tally.excused;
      else if (Hash(c) != line->second)
        tally.failures.push_back(c.key + ": " + Name(form) + " result differs");
    }
  });
  return tally;
}

bool IsTarget(const std::string& name) {
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    if (name == lw_target_name(i)) return true;
  }
  return false;
}

// Runs the golden cases on every target this machine has; at least `expect` must be in use.
int SelfTest(const std::string& expect, const std::string& only, const std::string& excuse_file) {
  std::set<std::string> excused;
  if (!excuse_file.empty()) excused = ReadExcused(excuse_file);
  if (!excused.empty()) {
    printf("this CPU has known defects: %zu cases may differ\n", excused.size());
  }
  const auto golden = lanewise::golden::Parse(kGoldenText);
  if (!only.empty() && !IsTarget(only)) {
    fprintf(stderr, "lanewise-probe: this build has no target \"%s\"\n", only.c_str());
    return 2;
  }
  int failed = 0, passed = 0;
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    const std::string name = lw_target_name(i);
    if (!only.empty() && only != name) continue;
    if (!lw_target_supported(i)) {
      printf("%-10s not run: %s\n", name.c_str(), lw_target_reason(i));
      continue;
    }
    if (lw_push_max_target(name.c_str()) != LW_OK || name != lw_current_target()) {
      printf("%-10s not run: capped\n", name.c_str());
      lw_pop_max_target();
      continue;
    }
    const auto start = std::chrono::steady_clock::now();
    const Tally tally = CheckTarget(golden, excused);
    lw_pop_max_target();
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    printf("%-10s %d cases, %zu failures, %.2f s\n", name.c_str(), tally.cases,
           tally.failures.size(), seconds);
    if (tally.excused) printf("    %d results differ as expected on this CPU\n", tally.excused);
    for (size_t k = 0; k < tally.failures.size() && k < 100; ++k) {
      printf("    %s\n", tally.failures[k].c_str());
    }
    (tally.failures.empty() ? passed : failed)++;
  }
  printf("numerics %d, in use: %s; targets: %d passed, %d failed\n", lw_numerics_version(),
         lw_current_target(), passed, failed);
  if (!expect.empty() && expect != lw_current_target()) {
    printf("expected %s to be in use\n", expect.c_str());
    return 1;
  }
  return failed || !passed ? 1 : 0;
}

int Run(int argc, char** argv) {
  CLI::App app{"Shows what this machine is and which kernels lanewise runs on it."};
  app.set_version_flag("--version", std::string("lanewise-probe ") + lw_version());
  bool json = false, gpu = false, selftest = false, list = false;
  std::vector<std::string> explain;
  int64_t elements = 0;
  std::string expect, only, excuse, machine;
  app.add_flag("--json", json, "JSON instead of text (docs/machine.md)");
  app.add_flag("--gpu", gpu, "ask the GPU's driver for its devices, which may take seconds");
  app.add_option("--machine", machine,
                 "JSON of another machine: a machine file, or a copy of its /proc/cpuinfo")
      ->type_name("FILE");
  app.add_option("--explain", explain,
                 "which variant of KERNEL runs for DTYPE, or for each dtype, and why")
      ->expected(1, 2)
      ->type_name("KERNEL [DTYPE]");
  app.add_option("--elements", elements, "with --explain: for contiguous arrays of N elements")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  app.add_flag(
      "--list", list,
      "all kernels with dtypes, error bound and meaning; with --json all that their contracts say");
  app.add_flag("--selftest", selftest, "compare every kernel on every target with golden hashes");
  app.add_option("--target", only, "with --selftest: this target only");
  app.add_option("--expect-target", expect, "with --selftest: fail unless this target is in use");
  app.add_option("--excuse", excuse,
                 "with --selftest: file of cases that may differ on a CPU whose FMA is defective");
  app.footer(
      "Exit status: 0 all well, 1 a check failed, 2 an unknown kernel, dtype or target or a bad "
      "machine "
      "file,\n"
      "100+ bad usage.\n"
      "LANEWISE_MAX_TARGET caps the target, LANEWISE_THREADS limits threads,\n"
      "LANEWISE_VERBOSE=1 prints one line at first use.");
  CLI11_PARSE(app, argc, argv);
  // All texts below then tell what this finds.
  lw_gpu_state state;
  if (gpu) lw_gpu_status(1, &state);
  if (!explain.empty()) return Explain(explain, elements, json);
  if (selftest) return SelfTest(expect, only, excuse);
  if (list) return PrintKernels(json);
  if (!machine.empty()) return PrintDescribed(machine);
  return PrintMachine(!json ? 0 : gpu ? LW_MACHINE_JSON | LW_MACHINE_DEVICES : LW_MACHINE_JSON);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {  // short memory, or a file that cannot be read
    fprintf(stderr, "lanewise-probe: %s\n", error.what());
    return 1;
  }
}
