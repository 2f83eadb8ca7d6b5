// Speed on the GPU, as JSON: device copy, elementwise kernels and reductions of 2^28 elements, axis
// reductions, time of a launch; side by side with CUB in one run. bench_peers.py adds CuPy and
// PyTorch.

#include <cub/cub.cuh>
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "lanewise/lanewise_gpu.h"

namespace {

void Check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(error));
  std::exit(1);
}
void Check(lw_status status, const char* what) {
  if (status == LW_OK) return;
  fprintf(stderr, "%s: %s\n", what, lw_last_error());
  std::exit(1);
}

// Median milliseconds of a call, by events; warmed before.
template <class Call>
double Milliseconds(Call call, int repeats = 15) {
  cudaEvent_t begin, end;
  Check(cudaEventCreate(&begin), "event");
  Check(cudaEventCreate(&end), "event");
  for (int i = 0; i < 3; ++i) call();
  std::vector<float> times(static_cast<size_t>(repeats));
  for (float& time : times) {
    Check(cudaEventRecord(begin), "record");
    call();
    Check(cudaEventRecord(end), "record");
    Check(cudaEventSynchronize(end), "synchronise");
    Check(cudaEventElapsedTime(&time, begin, end), "elapsed");
  }
  std::nth_element(times.begin(), times.begin() + repeats / 2, times.end());
  return times[static_cast<size_t>(repeats / 2)];
}

bool first_row = true;
void Row(const std::string& what, const char* who, double bytes, double milliseconds) {
  printf("%s\n  {\"what\": \"%s\", \"who\": \"%s\", \"ms\": %.6f, \"GBps\": %.2f}",
         first_row ? "" : ",", what.c_str(), who, milliseconds, bytes / milliseconds * 1e-6);
  first_row = false;
  fflush(stdout);
}

__global__ void Empty() {}
__global__ void Fill(float* x, int64_t n) {
  for (int64_t i = blockIdx.x * int64_t{256} + threadIdx.x; i < n; i += gridDim.x * int64_t{256}) {
    x[i] = static_cast<float>(i % 1021) * 0.003f + 0.1f;
  }
}
__global__ void Fill(double* x, int64_t n) {
  for (int64_t i = blockIdx.x * int64_t{256} + threadIdx.x; i < n; i += gridDim.x * int64_t{256}) {
    x[i] = static_cast<double>(i % 1021) * 0.003 + 0.1;
  }
}

struct Arrays {
  void *a, *b, *c, *out;
  int64_t n, size;
};

void Elementwise(const char* name, lw_dtype dtype, const Arrays& arrays) {
  lw_kernel kernel;
  Check(lw_find_kernel(name, &kernel), name);
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    Check(lw_kernel_info(i, &record), name);
    if (record.kernel != kernel || record.dtypes[record.inputs - 1] != dtype) continue;
    lw_gpu_operand operands[LW_MAX_OPERANDS] = {};
    int64_t strides[LW_MAX_OPERANDS];
    // A second output takes the third input's place.
    void* data[] = {arrays.a, arrays.b, arrays.c};
    double bytes = 0;
    for (int k = 0; k < record.inputs + record.outputs; ++k) {
      strides[k] = static_cast<int64_t>(lw_dtype_size(record.dtypes[k]));
      operands[k].data = k == record.inputs ? arrays.out : data[k > record.inputs ? 2 : k];
      operands[k].stride_bytes = &strides[k];
      bytes += static_cast<double>(arrays.n * strides[k]);
    }
    const std::string what = std::string(name) + " " + lw_dtype_name(dtype);
    Row(what, "lanewise", bytes, Milliseconds([&] {
          Check(lw_gpu_call(kernel, record.dtypes, operands, 1, &arrays.n, nullptr), name);
        }));
    return;
  }
}

void ReduceWhole(const char* name, lw_dtype dtype, const Arrays& arrays) {
  lw_kernel kernel;
  Check(lw_find_kernel(name, &kernel), name);
  const lw_view in = {arrays.a, 1, &arrays.n, &arrays.size};
  const lw_view out = {arrays.out, 0, nullptr, nullptr};
  Row(std::string(name) + " " + lw_dtype_name(dtype), "lanewise",
      static_cast<double>(arrays.n * arrays.size), Milliseconds([&] {
        Check(lw_gpu_reduce(kernel, dtype, &in, 1, &out, nullptr, nullptr), name);
      }));
}

void ReduceAxis(lw_dtype dtype, const Arrays& arrays, int64_t rows, int64_t columns, int axis) {
  const int64_t shape[] = {rows, columns}, strides[] = {columns * arrays.size, arrays.size};
  const lw_view in = {arrays.a, 2, shape, strides};
  const lw_view out = {arrays.out, 1, &shape[1 - axis], &arrays.size};
  Row("sum " + std::string(lw_dtype_name(dtype)) + " axis " + std::to_string(axis) + " of " +
          std::to_string(rows) + "x" + std::to_string(columns),
      "lanewise", static_cast<double>(rows * columns * arrays.size), Milliseconds([&] {
        Check(lw_gpu_reduce(LW_SUM, dtype, &in, uint64_t{1} << axis, &out, nullptr, nullptr),
              "sum");
      }));
}

template <class T>
void Cub(const char* dtype, const Arrays& arrays) {
  const T* in = static_cast<const T*>(arrays.a);
  T* out = static_cast<T*>(arrays.out);
  void* scratch = nullptr;
  size_t bytes = 0;
  Check(cub::DeviceReduce::Sum(scratch, bytes, in, out, arrays.n), "cub");
  Check(cudaMalloc(&scratch, bytes), "malloc");
  const double moved = static_cast<double>(arrays.n) * sizeof(T);
  Row(std::string("sum ") + dtype, "cub", moved, Milliseconds([&] {
        Check(cub::DeviceReduce::Sum(scratch, bytes, in, out, arrays.n), "cub");
      }));
  Check(cudaFree(scratch), "free");
}

template <class T>
void Type(lw_dtype dtype, int64_t n) {
  Arrays arrays{nullptr, nullptr, nullptr, nullptr, n, sizeof(T)};
  for (void** array : {&arrays.a, &arrays.b, &arrays.c, &arrays.out}) {
    Check(cudaMalloc(array, static_cast<size_t>(n) * sizeof(T)), "malloc");
    Fill<<<4096, 256>>>(static_cast<T*>(*array), n);
  }
  const std::string name = lw_dtype_name(dtype);
  const double bytes = static_cast<double>(n) * sizeof(T);
  Row("copy " + name, "cudaMemcpyAsync", 2 * bytes, Milliseconds([&] {
        Check(cudaMemcpyAsync(arrays.out, arrays.a, static_cast<size_t>(n) * sizeof(T),
                              cudaMemcpyDeviceToDevice),
              "copy");
      }));
  for (const char* kernel : {"add", "multiply", "divide", "fma", "sqrt", "abs", "minimum", "less",
                             "where", "exp", "log", "tanh", "sin", "cos", "pow"}) {
    Elementwise(kernel, dtype, arrays);
  }
  for (const char* kernel : {"sum", "mean", "var", "min", "max", "argmax"}) {
    ReduceWhole(kernel, dtype, arrays);
  }
  Cub<T>(name.c_str(), arrays);
  for (const int axis : {0, 1}) {
    ReduceAxis(dtype, arrays, 16384, n / 16384, axis);
    ReduceAxis(dtype, arrays, 1024, 1024, axis);
    ReduceAxis(dtype, arrays, n / 64, 64, axis);
  }
  for (void* array : {arrays.a, arrays.b, arrays.c, arrays.out}) Check(cudaFree(array), "free");
}

// Host time of a launch, in microseconds, many in a row.
template <class Call>
double LaunchMicroseconds(Call call) {
  constexpr int kLaunches = 2000;
  Check(cudaDeviceSynchronize(), "synchronise");
  timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int i = 0; i < kLaunches; ++i) call();
  Check(cudaDeviceSynchronize(), "synchronise");
  clock_gettime(CLOCK_MONOTONIC, &end);
  return (static_cast<double>(end.tv_sec - begin.tv_sec) * 1e6 +
          static_cast<double>(end.tv_nsec - begin.tv_nsec) * 1e-3) /
         kLaunches;
}

void Launches() {
  void* memory;
  Check(cudaMalloc(&memory, 4096), "malloc");
  const int64_t n = 16, stride = 4;
  const lw_dtype dtypes[] = {LW_F32, LW_F32};
  const lw_gpu_operand operands[] = {{memory, &stride, 0, 0},
                                     {static_cast<char*>(memory) + 1024, &stride, 0, 0}};
  lw_gpu_options options{};
  options.struct_size = sizeof(options);
  options.flags = LW_GPU_DEVICE_KNOWN;
  const auto empty = [] { Empty<<<1, 256>>>(); };
  const auto exp = [&] { Check(lw_gpu_call(LW_EXP, dtypes, operands, 1, &n, &options), "exp"); };
  LaunchMicroseconds(empty), LaunchMicroseconds(exp);
  const double empty_us = LaunchMicroseconds(empty), exp_us = LaunchMicroseconds(exp);
  Row("launch", "empty kernel", 0, empty_us * 1e-3);
  Row("launch", "lanewise exp f32 of 16", 0, exp_us * 1e-3);
  Check(cudaFree(memory), "free");
}

}  // namespace

int main(int argc, char** argv) {
  lw_gpu_state state;
  if (lw_gpu_status(1, &state) != LW_OK || state != LW_GPU_READY) {
    char reason[2000] = "";
    lw_gpu_explain(1, 0, reason, sizeof(reason), nullptr);
    fprintf(stderr, "no GPU: %s\n", reason);
    return 3;
  }
  const int64_t n = int64_t{1} << (argc > 1 ? std::atoi(argv[1]) : 28);
  printf("[");
  Launches();
  Type<float>(LW_F32, n);
  Type<double>(LW_F64, n);
  printf("\n]\n");
  return 0;
}
