// Checks on a machine with a GPU that it gives the library's bits, through the C API:
//   gpu_check golden      the golden hashes of every kernel, contiguous and strided
//   gpu_check small       many small calls of every kernel, for compute-sanitizer as well
//   gpu_check exhaustive  exp, log and sin of all 2^32 f32 values
// Exits with 0 if all agree, 1 if not, 3 if there is no usable GPU.

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "golden.h"
#include "lanewise/lanewise_gpu.h"

namespace lanewise {
namespace {

int failures = 0;

void Fail(const std::string& what) {
  if (++failures <= 20) printf("FAILED %s\n", what.c_str());
}
bool Ok(lw_status status, const std::string& what) {
  if (status == LW_OK) return true;
  Fail(what + ": " + lw_last_error());
  return false;
}

// Memory of device 0.
class DeviceBytes {
 public:
  explicit DeviceBytes(size_t bytes) : bytes_(bytes) {
    if (!Ok(lw_gpu_alloc(0, bytes, nullptr, &data_), "alloc")) std::exit(1);
  }
  ~DeviceBytes() { lw_gpu_free(0, data_, bytes_, nullptr); }
  DeviceBytes(const DeviceBytes&) = delete;
  DeviceBytes& operator=(const DeviceBytes&) = delete;
  char* data() const { return static_cast<char*>(data_); }
  void From(const void* host, size_t bytes, size_t at = 0) {
    Ok(lw_gpu_copy(0, data() + at, host, bytes, LW_GPU_HOST_TO_DEVICE, nullptr), "copy to");
    Ok(lw_gpu_synchronise(0, nullptr), "synchronise");
  }
  void To(void* host, size_t bytes, size_t at = 0) const {
    Ok(lw_gpu_copy(0, host, data() + at, bytes, LW_GPU_DEVICE_TO_HOST, nullptr), "copy from");
    Ok(lw_gpu_synchronise(0, nullptr), "synchronise");
  }

 private:
  void* data_ = nullptr;
  size_t bytes_;
};

bool IsReduction(const lw_kernel_record& r) {
  return r.shape == LW_SHAPE_REDUCE || r.shape == LW_SHAPE_REDUCE_TWO || r.shape == LW_SHAPE_ARG;
}

std::vector<int64_t> Strides(const std::vector<int64_t>& shape, int64_t size) {
  std::vector<int64_t> strides(shape.size());
  for (size_t i = shape.size(); i-- > 0; size *= shape[i]) strides[i] = size;
  return strides;
}

// Computes c.output on the GPU. `shift`: elements by which the first input is out of alignment;
// `step`: distance between its elements.
bool RunOnGpu(golden::Case& c, size_t shift, int64_t step) {
  const lw_kernel_record& r = c.record;
  const std::vector<int64_t> shape = c.shape.empty() ? std::vector<int64_t>{c.n} : c.shape;
  const uint64_t mask = !IsReduction(r) ? 0 : c.shape.empty() ? 1 : c.axis_mask;
  std::vector<int64_t> out_shape;
  int64_t outputs = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (mask >> i & 1) continue;
    out_shape.push_back(shape[i]);
    outputs *= shape[i];
  }
  const size_t out_size = lw_dtype_size(r.dtypes[r.inputs]);
  c.output.assign(static_cast<size_t>(outputs) * out_size, 0xA5);
  DeviceBytes out(c.output.size());
  std::vector<std::unique_ptr<DeviceBytes>> in;
  std::vector<std::vector<int64_t>> strides;
  lw_gpu_operand operands[LW_MAX_OPERANDS] = {};
  for (int k = 0; k < r.inputs; ++k) {
    const size_t size = lw_dtype_size(r.dtypes[k]);
    const auto& bytes = c.inputs[static_cast<size_t>(k)];
    const size_t spread = k == 0 ? static_cast<size_t>(step) : 1, gap = k == 0 ? shift * size : 0;
    std::vector<uint8_t> host(gap + bytes.size() * spread);
    for (size_t i = 0; i < bytes.size() / size; ++i) {
      std::memcpy(&host[gap + i * size * spread], &bytes[i * size], size);
    }
    in.push_back(std::make_unique<DeviceBytes>(host.size()));
    in.back()->From(host.data(), host.size());
    strides.push_back(golden::Repeats(c, k) ? std::vector<int64_t>(shape.size(), 0)
                                            : Strides(shape, static_cast<int64_t>(size * spread)));
    operands[k].data = in.back()->data() + gap;
    operands[k].stride_bytes = strides.back().data();
  }
  const std::vector<int64_t> out_strides = Strides(out_shape, static_cast<int64_t>(out_size));
  operands[r.inputs].data = out.data();
  operands[r.inputs].stride_bytes = out_strides.data();
  lw_status status;
  if (IsReduction(r) && r.shape != LW_SHAPE_REDUCE_TWO) {
    const lw_view x = {operands[0].data, static_cast<int32_t>(shape.size()), shape.data(),
                       operands[0].stride_bytes};
    const lw_view y = {out.data(), static_cast<int32_t>(out_shape.size()), out_shape.data(),
                       out_strides.data()};
    status = lw_gpu_reduce(r.kernel, r.dtypes[0], &x, mask, &y, nullptr, nullptr);
  } else {
    status = lw_gpu_call(r.kernel, r.dtypes, operands, static_cast<int32_t>(shape.size()),
                         shape.data(), nullptr);
  }
  if (!Ok(status, c.key)) return false;
  out.To(c.output.data(), c.output.size());
  return true;
}

bool OnGpu(const lw_kernel_record& r) {
  int32_t has = 0;
  return Ok(lw_gpu_has_kernel(r.kernel, r.dtypes, &has), r.name) && has;
}

int Golden(const std::string& folder) {
  std::ifstream file(folder + "/" + std::to_string(lw_numerics_version()) + ".txt");
  std::stringstream text;
  text << file.rdbuf();
  const auto recorded = golden::Parse(text.str());
  int compared = 0;
  golden::ForEachCase([&](golden::Case& c) {
    if (!OnGpu(c.record)) return;
    const auto line = recorded.find(c.key);
    if (line == recorded.end()) return Fail(c.key + " has no recorded hash");
    for (const auto& [shift, step] : {std::pair<size_t, int64_t>{0, 1}, {1, 1}, {0, 3}}) {
      if (!RunOnGpu(c, shift, step)) continue;
      ++compared;
      if (Hash(c) != line->second) {
        Fail(c.key + ", shift " + std::to_string(shift) + ", step " + std::to_string(step));
      }
    }
  });
  printf("golden: %d hashes compared, %d failures\n", compared, failures);
  return compared;
}

// Every kernel at a few small sizes, compared with the CPU; little work, so that compute-sanitizer
// finishes soon.
int Small() {
  int calls = 0;
  golden::ForEachCase([&](golden::Case& c) {
    if (!OnGpu(c.record) || c.n > 2053 || c.key.find("wide") == std::string::npos) return;
    golden::Case cpu = c;
    if (!Ok(golden::Run(cpu), c.key) || !RunOnGpu(c, calls % 2, 1 + calls % 3)) return;
    if (Hash(c) != Hash(cpu)) Fail(c.key);
    ++calls;
  });
  printf("small: %d calls, %d failures\n", calls, failures);
  return calls;
}

// All f32 bit patterns, block by block, against the CPU; NaN equals NaN.
int Exhaustive() {
  constexpr size_t kBlock = size_t{1} << 24;
  std::vector<uint32_t> x(kBlock), gpu(kBlock), cpu(kBlock);
  DeviceBytes in(kBlock * 4), out(kBlock * 4);
  const lw_dtype dtypes[] = {LW_F32, LW_F32};
  const int64_t shape = kBlock, stride = 4;
  for (const lw_kernel kernel : {LW_EXP, LW_LOG, LW_SIN}) {
    int64_t wrong = 0;
    for (uint64_t begin = 0; begin < uint64_t{1} << 32; begin += kBlock) {
      for (size_t i = 0; i < kBlock; ++i) x[i] = static_cast<uint32_t>(begin + i);
      in.From(x.data(), kBlock * 4);
      const lw_gpu_operand operands[] = {{in.data(), &stride, 0, 0}, {out.data(), &stride, 0, 0}};
      if (!Ok(lw_gpu_call(kernel, dtypes, operands, 1, &shape, nullptr), "exhaustive")) return 0;
      const lw_operand host[] = {{x.data(), 4}, {cpu.data(), 4}};
      if (!Ok(lw_call(kernel, dtypes, host, shape, nullptr), "exhaustive")) return 0;
      out.To(gpu.data(), kBlock * 4);
      for (size_t i = 0; i < kBlock; ++i) {
        const bool both_nan =
            (gpu[i] & 0x7FFFFFFF) > 0x7F800000 && (cpu[i] & 0x7FFFFFFF) > 0x7F800000;
        wrong += gpu[i] != cpu[i] && !both_nan;
      }
    }
    const char* name = kernel == LW_EXP ? "exp" : kernel == LW_LOG ? "log" : "sin";
    if (wrong) Fail(std::string(name) + " f32: " + std::to_string(wrong) + " inputs differ");
    printf("exhaustive: %s f32 of 2^32 inputs, %" PRId64 " differ\n", name, wrong);
    fflush(stdout);
  }
  return 1;
}

int Main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what != "golden" && what != "small" && what != "exhaustive") {
    printf("usage: gpu_check golden FOLDER | small | exhaustive\n");
    return 2;
  }
  lw_gpu_state state;
  if (lw_gpu_status(1, &state) != LW_OK || state != LW_GPU_READY) {
    char reason[2000] = "";
    lw_gpu_explain(1, 0, reason, sizeof(reason), nullptr);
    printf("no GPU: %s\n", reason);
    return 3;
  }
  const int done = what == "golden"  ? Golden(argc > 2 ? argv[2] : "tests/golden")
                   : what == "small" ? Small()
                                     : Exhaustive();
  if (done == 0) Fail("nothing was compared");
  return failures ? 1 : 0;
}

}  // namespace
}  // namespace lanewise

int main(int argc, char** argv) { return lanewise::Main(argc, argv); }
