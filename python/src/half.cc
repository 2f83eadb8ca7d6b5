#include "half.h"

#include <algorithm>
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

Loop FindConversion(lw_dtype from, lw_dtype to) {
  const lw_dtype dtypes[] = {from, to};
  Loop loop;
  if (lw_find_loop(LW_CONVERT, dtypes, &loop.call, &loop.context) != LW_OK) return {};
  return loop;
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

}  // namespace lanewise_py
