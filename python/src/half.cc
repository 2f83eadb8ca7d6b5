#include "half.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace lanewise_py {
namespace {

constexpr npy_intp kBlock = 512;

struct HalfLoop {
  Loop kernel, widen, narrow;
  int operands;
  bool half[LW_MAX_OPERANDS];
  npy_intp size[LW_MAX_OPERANDS];  // bytes of an element of the caller
  npy_intp wide_size;
};

// Whether an input shares memory with the output other than by being the output.
bool OutputIsAlsoInput(const HalfLoop& loop, char** args, const npy_intp* steps, npy_intp n) {
  const int out = loop.operands - 1;
  auto low = [&](int i) { return args[i] + std::min<npy_intp>(0, steps[i] * (n - 1)); };
  auto high = [&](int i) {
    return args[i] + std::max<npy_intp>(0, steps[i] * (n - 1)) + loop.size[i];
  };
  for (int i = 0; i < out; ++i) {
    if (args[i] == args[out] && steps[i] == steps[out] && steps[i] != 0) continue;
    if (low(i) < high(out) && low(out) < high(i)) return true;
  }
  return false;
}

void RunHalf(char** args, const npy_intp* dims, const npy_intp* steps, void* context) {
  const HalfLoop& loop = *static_cast<const HalfLoop*>(context);
  const int out = loop.operands - 1;
  alignas(64) double wide[LW_MAX_OPERANDS][kBlock];
  // An output that feeds later inputs (accumulate, reduce) takes the elements one by one.
  const npy_intp step = OutputIsAlsoInput(loop, args, steps, dims[0]) ? 1 : kBlock;
  for (npy_intp at = 0; at < dims[0]; at += step) {
    const npy_intp n = std::min(step, dims[0] - at);
    char* inner[LW_MAX_OPERANDS];
    npy_intp inner_steps[LW_MAX_OPERANDS];
    for (int i = 0; i < loop.operands; ++i) {
      inner[i] = args[i] + at * steps[i];
      inner_steps[i] = steps[i];
      if (!loop.half[i]) continue;
      char* outer = std::exchange(inner[i], reinterpret_cast<char*>(wide[i]));
      inner_steps[i] = loop.wide_size;
      if (i == out) continue;
      char* pair[] = {outer, inner[i]};
      const npy_intp pair_steps[] = {steps[i], loop.wide_size};
      loop.widen.call(pair, &n, pair_steps, loop.widen.context);
    }
    loop.kernel.call(inner, &n, inner_steps, loop.kernel.context);
    if (!loop.half[out]) continue;
    char* pair[] = {inner[out], args[out] + at * steps[out]};
    const npy_intp pair_steps[] = {loop.wide_size, steps[out]};
    loop.narrow.call(pair, &n, pair_steps, loop.narrow.context);
  }
}

// bf16 is the upper half of f32. The library has no kernels for it yet.
float WidenBfloat16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

uint16_t NarrowBfloat16(float x) {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  if (x != x) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

// Rounded once: to f32 so that a remainder stays visible (round to odd), then to bf16.
uint16_t NarrowBfloat16(double x) {
  const float nearest = static_cast<float>(x);
  uint32_t bits = std::bit_cast<uint32_t>(nearest);
  if (nearest != x && x == x && std::isfinite(nearest)) {
    if (std::abs(static_cast<double>(nearest)) > std::abs(x)) --bits;  // towards zero
    bits |= 1;
  }
  return NarrowBfloat16(std::bit_cast<float>(bits));
}

template <class Wide>
void RunWidenBfloat16(char** args, const npy_intp* dims, const npy_intp* steps, void*) {
  for (npy_intp i = 0; i < dims[0]; ++i) {
    uint16_t bits;
    std::memcpy(&bits, args[0] + i * steps[0], sizeof(bits));
    const Wide x = WidenBfloat16(bits);
    std::memcpy(args[1] + i * steps[1], &x, sizeof(x));
  }
}

template <class Wide>
void RunNarrowBfloat16(char** args, const npy_intp* dims, const npy_intp* steps, void*) {
  for (npy_intp i = 0; i < dims[0]; ++i) {
    Wide x;
    std::memcpy(&x, args[0] + i * steps[0], sizeof(x));
    const uint16_t bits = NarrowBfloat16(x);
    std::memcpy(args[1] + i * steps[1], &bits, sizeof(bits));
  }
}

Loop FindConversion(lw_dtype from, lw_dtype to) {
  if (from == LW_BF16) {
    return {to == LW_F64 ? &RunWidenBfloat16<double> : &RunWidenBfloat16<float>, nullptr};
  }
  if (to == LW_BF16) {
    return {from == LW_F64 ? &RunNarrowBfloat16<double> : &RunNarrowBfloat16<float>, nullptr};
  }
  const lw_dtype dtypes[] = {from, to};
  Loop loop;
  if (lw_find_loop(LW_CONVERT, dtypes, &loop.call, &loop.context) != LW_OK) return {};
  return loop;
}

void RunSelectTwoBytes(char** args, const npy_intp* dims, const npy_intp* steps, void*) {
  for (npy_intp i = 0; i < dims[0]; ++i) {
    const char* from = args[0][i * steps[0]] ? args[1] + i * steps[1] : args[2] + i * steps[2];
    uint16_t element;
    std::memcpy(&element, from, sizeof(element));
    std::memcpy(args[3] + i * steps[3], &element, sizeof(element));
  }
}

}  // namespace

Loop MakeHalfLoop(const Kernel& kernel, const lw_dtype* dtypes) {
  const bool is_bfloat16 =
      std::find(dtypes, dtypes + kernel.inputs, LW_BF16) != dtypes + kernel.inputs;
  const lw_dtype narrow = is_bfloat16 ? LW_BF16 : LW_F16;
  // x * y + z of f16 needs more than f32's digits to be rounded once; f64's are enough. For one
  // and two operands f32 is.
  const lw_dtype wide = kernel.inputs == 3 ? LW_F64 : LW_F32;
  auto* loop = new HalfLoop{};
  loop->operands = kernel.inputs + 1;
  loop->wide_size = static_cast<npy_intp>(lw_dtype_size(wide));
  lw_dtype wide_dtypes[LW_MAX_OPERANDS];
  for (int i = 0; i < loop->operands; ++i) {
    loop->half[i] = dtypes[i] == narrow;
    loop->size[i] = static_cast<npy_intp>(lw_dtype_size(dtypes[i]));
    wide_dtypes[i] = loop->half[i] ? wide : dtypes[i];
  }
  loop->kernel = kernel.Find(wide_dtypes);
  loop->widen = FindConversion(narrow, wide);
  loop->narrow = FindConversion(wide, narrow);
  if (!loop->kernel || !loop->widen || !loop->narrow) {
    delete loop;
    return {};
  }
  return {&RunHalf, loop};
}

Loop SelectTwoBytes() { return {&RunSelectTwoBytes, nullptr}; }

}  // namespace lanewise_py
