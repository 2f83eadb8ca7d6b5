#include "saturate.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "fp_errors.h"

namespace lanewise_py {
namespace {

constexpr npy_intp kBlock = 512;

struct SaturatingLoop {
  Loop widen;  // into i32 or i64; for u64 into f64
};

// gcc's -O2 leaves loops with a narrowing as they are.
#if defined(__GNUC__) && !defined(__clang__)
#define LANEWISE_VECTORIZED __attribute__((optimize("O3")))
#else
#define LANEWISE_VECTORIZED
#endif

template <class Wide, class To>
LANEWISE_VECTORIZED bool ClampContiguous(const Wide* __restrict wide, npy_intp n,
                                         To* __restrict out) {
  constexpr Wide kLow = std::numeric_limits<To>::min(), kHigh = std::numeric_limits<To>::max();
  Wide differs = 0;
  for (npy_intp i = 0; i < n; ++i) {
    const Wide x = wide[i], at_least = x < kLow ? kLow : x;
    const Wide clamped = at_least > kHigh ? kHigh : at_least;
    differs |= clamped ^ x;
    out[i] = static_cast<To>(clamped);
  }
  return differs == 0;
}

// Elements of the kernel's result type Wide, clamped to To's range.
template <class Wide, class To>
bool Clamp(const Wide* wide, npy_intp n, char* out, npy_intp step) {
  constexpr Wide kLow = std::numeric_limits<To>::min(), kHigh = std::numeric_limits<To>::max();
  if (step == sizeof(To)) return ClampContiguous(wide, n, reinterpret_cast<To*>(out));
  bool fits = true;
  for (npy_intp i = 0; i < n; ++i) {
    const Wide clamped = std::clamp(wide[i], kLow, kHigh);
    fits &= clamped == wide[i];
    const To element = static_cast<To>(clamped);
    std::memcpy(out + i * step, &element, sizeof(element));
  }
  return fits;
}

// u64 has no wider integer: its values are f64's own.
template <>
bool Clamp<double, uint64_t>(const double* wide, npy_intp n, char* out, npy_intp step) {
  bool fits = true;
  for (npy_intp i = 0; i < n; ++i) {
    const double x = wide[i];
    const bool inside = x > -1 && x < 0x1p64;
    uint64_t element = x >= 0x1p64 ? ~uint64_t{0} : 0;
    if (inside && x >= 1) element = static_cast<uint64_t>(x);
    fits &= inside;
    std::memcpy(out + i * step, &element, sizeof(element));
  }
  return fits;
}

template <class Wide, class To>
void Run(char** args, const npy_intp* dims, const npy_intp* steps, void* context) {
  const auto& loop = *static_cast<const SaturatingLoop*>(context);
  alignas(64) Wide wide[kBlock];
  const npy_intp wide_steps[] = {steps[0], sizeof(Wide)};
  bool fits = true;
  for (npy_intp at = 0; at < dims[0]; at += kBlock) {
    const npy_intp n = std::min(kBlock, dims[0] - at);
    char* from = args[0] + at * steps[0];
    char* pair[] = {from, reinterpret_cast<char*>(wide)};
    if (loop.widen) {
      loop.widen.call(pair, &n, wide_steps, loop.widen.context);
    } else {  // f64 as it is
      for (npy_intp i = 0; i < n; ++i) std::memcpy(wide + i, from + i * steps[0], sizeof(Wide));
    }
    fits &= Clamp<Wide, To>(wide, n, args[1] + at * steps[1], steps[1]);
  }
  if (!fits) RaiseInvalid();
}

struct Kind {
  lw_dtype to, wide;
  PyUFuncGenericFunction run;
};

constexpr Kind kKinds[] = {
    {LW_I8, LW_I32, &Run<int32_t, int8_t>},    {LW_U8, LW_I32, &Run<int32_t, uint8_t>},
    {LW_I16, LW_I32, &Run<int32_t, int16_t>},  {LW_U16, LW_I32, &Run<int32_t, uint16_t>},
    {LW_U32, LW_I64, &Run<int64_t, uint32_t>}, {LW_U64, LW_F64, &Run<double, uint64_t>},
};

}  // namespace

Loop MakeSaturatingLoop(const Kernel& convert, lw_dtype from, lw_dtype to) {
  if (from != LW_F16 && from != LW_F32 && from != LW_F64) return {};
  for (const Kind& kind : kKinds) {
    if (kind.to != to) continue;
    auto* loop = new SaturatingLoop{};  // lives as long as the ufuncs: as the process
    const lw_dtype dtypes[] = {from, kind.wide};
    if (from != kind.wide) loop->widen = convert.Find(dtypes);
    if (from != kind.wide && !loop->widen) {
      delete loop;
      return {};
    }
    return {reinterpret_cast<lw_loop>(kind.run), loop};
  }
  return {};
}

}  // namespace lanewise_py
