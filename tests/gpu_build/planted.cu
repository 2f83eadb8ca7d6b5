// Everything that check_compiled.py must find, planted: a test proves that it does.

#define LANEWISE_ONE_LANE
#include "gpu/device/map_block.h"

namespace lanewise {
namespace HWY_NAMESPACE {

// A sum that the compiler may fuse with what is around it.
__global__ void Contractible(float* x) { x[0] = x[0] + x[1]; }
__global__ void Approximate(float* x) { x[0] = __expf(x[0]); }
__global__ void FlushedToZero(float* x) {
  asm("add.rn.ftz.f32 %0, %1, %2;" : "=f"(x[0]) : "f"(x[0]), "f"(x[1]));
}
__global__ void InLocalMemory(float* x, int i) {
  float copy[32];
  for (int k = 0; k < 32; ++k) copy[k * i & 31] = x[k];
  for (int k = 0; k < 32; ++k) x[k] = copy[k ^ i];
}
__device__ __noinline__ float Called(float x) { return __fadd_rn(x, 1.0f); }
__global__ void Calls(float* x) { x[0] = Called(x[0]); }

// In the clothes of real kernels: a product and a sum that nvcc fuses, narrow accesses, a float
// operation in a kernel that moves bits.
template <class Op, class T>
__global__ void ContiguousKernel(gpu::ContiguousMap args) {
  T* out = static_cast<T*>(args.out[0]);
  if constexpr (std::is_same_v<Op, Abs>) {
    out[threadIdx.x] = fabsf(out[threadIdx.x]);
  } else {
    out[threadIdx.x] = out[threadIdx.x] * 3.0f + out[0];
  }
}
template __global__ void ContiguousKernel<Abs, float>(gpu::ContiguousMap);
template __global__ void ContiguousKernel<Add, float>(gpu::ContiguousMap);

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
