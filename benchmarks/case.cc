#include "benchmarks/case.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

#include "benchmarks/data.h"
#include "hwy/detect_targets.h"
#include "kernels/contracts.h"

namespace lanewise::bench {

bool Case::Reduces() const {
  return record.shape == LW_SHAPE_REDUCE || record.shape == LW_SHAPE_REDUCE_TWO ||
         record.shape == LW_SHAPE_ARG;
}

std::string Case::Types() const {
  const std::string element = lw_dtype_name(Element());
  return record.kernel == LW_CONVERT ? element + "-" + lw_dtype_name(Output()) : element;
}

std::string Case::Name() const {
  std::string name = std::string(record.name) + "/" + Types() + "/" + std::to_string(n);
  return data == "uniform" ? name : name + "/" + data;
}

std::vector<lw_kernel_record> AllRecords() {
  std::vector<lw_kernel_record> records;
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    if (lw_kernel_info(i, &record) == LW_OK) records.push_back(record);
  }
  return records;
}

const char* SizeName(int64_t n) {
  switch (n) {
    case 1000:
      return "1k";
    case 65536:
      return "64k";
    case 1048576:
      return "1M";
    case 16777216:
      return "16M";
    default:
      return nullptr;
  }
}

namespace {
// Where the second output begins, aligned as the first; without it where the first ends.
size_t FirstBytes(const Case& test) {
  const size_t size = lw_dtype_size(test.Output());
  const size_t bytes = test.Reduces() ? size : size * static_cast<size_t>(test.n);
  return test.record.outputs == 1 ? bytes : (bytes + 63) / 64 * 64;
}
}  // namespace

size_t OutputBytes(const Case& test) {
  if (test.record.outputs == 1) return FirstBytes(test);
  const size_t size = lw_dtype_size(test.record.dtypes[test.record.inputs + 1]);
  return FirstBytes(test) + size * static_cast<size_t>(test.n);
}

void Prepare(Case& test) {
  static Buffer inputs[] = {Buffer(0), Buffer(1), Buffer(2)};
  static Buffer output(3);
  for (int i = 0; i < test.record.inputs; ++i) {
    const size_t size = lw_dtype_size(test.record.dtypes[i]);
    void* memory = inputs[i].Get(static_cast<size_t>(test.n) * size);
    FillOperand(test.record, i, test.IsSearch() && i == 0 ? "sorted" : test.data, test.n, memory);
    test.in[i] = memory;
  }
  test.out = output.Get(OutputBytes(test) + 64);
  test.second =
      test.record.outputs == 1 ? nullptr : static_cast<char*>(test.out) + FirstBytes(test);
}

Traffic TrafficOf(const Case& test) {
  Traffic traffic;
  traffic.reads = test.record.inputs;
  for (int i = 0; i < traffic.reads; ++i) {
    traffic.in[i] = test.in[i];
    traffic.read[i] = static_cast<size_t>(test.n) * lw_dtype_size(test.record.dtypes[i]);
  }
  traffic.out = test.out;
  traffic.written = test.Reduces() ? 0 : OutputBytes(test);
  if (test.IsCompress()) traffic.written /= 2;  // the masks of the data sets are half true
  return traffic;
}

std::string TargetLabel(const std::string& name) {
  if (name == "AVX3") return "AVX-512";
  if (name == "AVX3_ZEN4") return "AVX512zen4";
  if (name == "AVX3_SPR") return "AVX512spr";
  return name;
}

const std::vector<Target>& SupportedTargets() {
  static const std::vector<Target> targets = [] {
    const Target known[] = {{"SSE2", HWY_SSE2, false},
                            {"SSE4", HWY_SSE4, false},
                            {"AVX2", HWY_AVX2, true},
                            {"AVX3", HWY_AVX3, true},
                            {"AVX3_ZEN4", HWY_AVX3_ZEN4, true},
                            {"AVX3_SPR", HWY_AVX3_SPR, true},
                            {"NEON", HWY_NEON_WITHOUT_AES, true},
                            {"SVE", HWY_SVE, true},
                            {"SVE_256", HWY_SVE_256, true},
                            {"SVE2", HWY_SVE2, true},
                            {"SVE2_128", HWY_SVE2_128, true}};
    std::vector<Target> found;
    for (int32_t i = 0; i < lw_target_count(); ++i) {
      if (!lw_target_supported(i)) continue;
      Target target{lw_target_name(i), 0, true};
      for (const Target& k : known) {
        if (k.name == target.name) target = k;
      }
      found.push_back(target);
    }
    return found;
  }();
  return targets;
}

namespace {

[[noreturn]] void Die(const Case& test, lw_status status) {
  std::fprintf(stderr, "bench: %s: status %d: %s\n", test.Name().c_str(), status, lw_last_error());
  std::exit(1);
}

// lw_<name>_<dtype>, found by name so that a new kernel needs nothing here.
void* TypedFunction(const Case& test) {
  const std::string name = std::string("lw_") + test.record.name + "_" + test.Types();
  return dlsym(RTLD_DEFAULT, name.c_str());
}

template <class... In>
Batch TypedCall(void* symbol, int64_t n, void* out, In... in) {
  const auto function = reinterpret_cast<lw_status (*)(int64_t, In..., void*)>(symbol);
  return Timed([=] { function(n, in..., out); });
}

Batch Typed(const Case& test, void* symbol) {
  const void *a = test.in[0], *b = test.in[1], *c = test.in[2];
  if (ContractOf(test.record.kernel).parameter) return TypedCall(symbol, test.n, test.out, a, 0.0);
  if (test.IsCompress()) {
    static int64_t count;
    return TypedCall(symbol, test.n, static_cast<void*>(&count), a, b, test.out);
  }
  if (test.second) {
    return test.record.inputs == 1 ? TypedCall(symbol, test.n, test.second, a, test.out)
                                   : TypedCall(symbol, test.n, test.second, a, b, test.out);
  }
  switch (test.record.inputs) {
    case 1:
      return TypedCall(symbol, test.n, test.out, a);
    case 2:
      return TypedCall(symbol, test.n, test.out, a, b);
    default:
      return TypedCall(symbol, test.n, test.out, a, b, c);
  }
}

// As many values as there are elements in the sorted array.
lw_status Search(const Case& test) {
  const auto step = static_cast<int64_t>(lw_dtype_size(test.Element())), out_step = int64_t{8};
  const lw_view sorted = {test.in[0], 1, &test.n, &step}, values = {test.in[1], 1, &test.n, &step};
  const lw_view out = {test.out, 1, &test.n, &out_step};
  return lw_searchsorted(test.Element(), &sorted, &values, 0, &out, nullptr);
}

Batch Generic(const Case& test) {
  if (test.IsSearch()) {
    const lw_status status = Search(test);
    if (status != LW_OK) Die(test, status);
    return Timed([test] { Search(test); });
  }
  struct Call {
    lw_kernel_record record;
    lw_operand operands[LW_MAX_OPERANDS];
    int64_t n;
  } call{test.record, {}, test.n};
  for (int i = 0; i < test.record.inputs + test.record.outputs; ++i) {
    const int output = i - test.record.inputs;
    const void* data = output == 0 ? test.out : output == 1 ? test.second : test.in[i];
    call.operands[i] = {data, static_cast<int64_t>(lw_dtype_size(test.record.dtypes[i]))};
  }
  const lw_status status =
      lw_call(test.record.kernel, call.record.dtypes, call.operands, call.n, nullptr);
  if (status != LW_OK) Die(test, status);
  return Timed(
      [call] { lw_call(call.record.kernel, call.record.dtypes, call.operands, call.n, nullptr); });
}

}  // namespace

Batch LibraryCall(const Case& test) {
  const Batch generic = Generic(test);  // also shows, once, that the call succeeds
  void* symbol = test.IsSearch() ? nullptr : TypedFunction(test);
  return symbol ? Typed(test, symbol) : generic;
}

Batch LibraryCallAt(const Case& test, const std::string& target) {
  const Batch call = LibraryCall(test);
  return [call, target](int64_t calls) {
    if (lw_push_max_target(target.c_str()) != LW_OK) std::abort();
    const int64_t ns = call(calls);
    lw_pop_max_target();
    return ns;
  };
}

lw_status SumMatrix(const float* x, int64_t rows, int64_t columns, uint64_t axis_mask, float* out) {
  const int64_t shape[] = {rows, columns}, strides[] = {columns * 4, 4};
  const int64_t kept = axis_mask == 1 ? columns : rows, step = 4;
  const lw_view in{x, 2, shape, strides};
  const lw_view result{out, 1, &kept, &step};
  return lw_reduce(LW_SUM, LW_F32, &in, axis_mask, &result, nullptr);
}

}  // namespace lanewise::bench
