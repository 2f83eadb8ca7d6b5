// Operands where C Annex F says something about exception flags, and which flags it asks for:
// from C's own operators and functions where those are exact, by hand for the others.

#ifndef LANEWISE_TESTS_ENGINE_FPENV_CASES_H_
#define LANEWISE_TESTS_ENGINE_FPENV_CASES_H_

#include <fenv.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/harness.h"

namespace lanewise {

// Numbers that every dtype of the kernel holds exactly, or that saturate the same way.
struct FlagCase {
  double values[3] = {1, 1, 1};
  int flags = 0;
  int optional = 0;  // flags that Annex F allows but does not ask for
};

// Flags of one C operation, in float or double.
template <class T, class Fn>
int FlagsOf(Fn fn, const double* values) {
  volatile T x = static_cast<T>(values[0]), y = static_cast<T>(values[1]),
             z = static_cast<T>(values[2]);
  feclearexcept(FE_ALL_EXCEPT);
  const T a = x, b = y, c = z;
  volatile T result = fn(a, b, c);
  (void)result;
  const int flags = fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
  feclearexcept(FE_ALL_EXCEPT);
  return flags;
}

// By hand: results that C's functions give in any libm are not asked, since libms differ in flags.
template <class T>
FlagCase MathFlags(lw_kernel kernel, double x, double y) {
  const bool finite = std::isfinite(x);
  FlagCase c{{x, y, 1}};
  // The largest x with a finite e^x lies between these.
  const double exp_end = sizeof(T) == 4 ? 88.75 : 709.8;
  switch (kernel) {
    case LW_EXP:
      c.flags = finite && x > exp_end ? FE_OVERFLOW : 0;
      break;
    case LW_LOG:
      c.flags = x == 0 ? FE_DIVBYZERO : x < 0 ? FE_INVALID : 0;
      break;
    case LW_SIN:
    case LW_COS:
      c.flags = std::isinf(x) ? FE_INVALID : 0;
      break;
    case LW_POW: {
      const bool whole = std::isfinite(y) && std::trunc(y) == y;
      if (x == 0 && y < 0) {
        (std::isinf(y) ? c.optional : c.flags) = FE_DIVBYZERO;
      } else if (x < 0 && finite && std::isfinite(y) && !whole) {
        c.flags = FE_INVALID;
      } else if (finite && std::isfinite(y) && x != 0) {
        const double bits = y * std::log2(std::fabs(x));
        if (bits > std::numeric_limits<T>::max_exponent + 0.01) c.flags = FE_OVERFLOW;
      }
      break;
    }
    default:  // tanh, comparisons, minimum, floor and the like raise nothing
      break;
  }
  return c;
}

template <class T>
FlagCase ArithmeticFlags(lw_kernel kernel, double x, double y, double z) {
  FlagCase c{{x, y, z}};
  const double* v = c.values;
  switch (kernel) {
    case LW_ADD:
      c.flags = FlagsOf<T>([](T a, T b, T) { return a + b; }, v);
      break;
    case LW_SUBTRACT:
      c.flags = FlagsOf<T>([](T a, T b, T) { return a - b; }, v);
      break;
    case LW_MULTIPLY:
      c.flags = FlagsOf<T>([](T a, T b, T) { return a * b; }, v);
      break;
    case LW_DIVIDE:
      c.flags = FlagsOf<T>([](T a, T b, T) { return a / b; }, v);
      break;
    case LW_SQRT:
      c.flags = FlagsOf<T>([](T a, T, T) { return std::sqrt(a); }, v);
      break;
    case LW_FMA:
      c.flags = FlagsOf<T>([](T a, T b, T d) { return std::fma(a, b, d); }, v);
      if (std::isnan(z)) c.optional = FE_INVALID;  // 0 * inf + NaN
      break;
    // The reductions see one such element among ones.
    case LW_SUM:
    case LW_MEAN:
    case LW_VAR:
    case LW_CUMULATIVE_SUM:
      break;
    default:
      return MathFlags<T>(kernel, x, y);
  }
  return c;
}

inline FlagCase ConvertFlags(const lw_dtype* dtypes, double x) {
  FlagCase c{{x, 1, 1}};
  harness::Visit(dtypes[0], [&](auto from) {
    harness::Visit(dtypes[1], [&](auto to) {
      using From = decltype(from);
      const From seen = reference::Converted<From>(x);  // as the input's dtype has it
      const uint32_t raised = reference::ConversionFlags<decltype(to)>(seen);
      c.flags = raised == kInvalid ? FE_INVALID : raised == kOverflow ? FE_OVERFLOW : 0;
    });
  });
  return c;
}

template <class T>
std::vector<double> FlagValues() {
  using L = std::numeric_limits<T>;
  const double inf = std::numeric_limits<double>::infinity();
  return {0.0,
          -0.0,
          1.0,
          -1.0,
          inf,
          -inf,
          std::numeric_limits<double>::quiet_NaN(),
          L::max(),
          -L::max(),
          L::min(),
          -L::min(),
          L::denorm_min(),
          -L::denorm_min(),
          -2.5,
          3.0,
          0.5,
          1e4,
          -1e4,
          std::sqrt(L::max()) * 2};
}

// Kernels with flags that are asked of one element alone.
inline bool HasFlagCases(const lw_kernel_record& r) {
  switch (r.kernel) {
    case LW_SUM:
    case LW_MEAN:
    case LW_VAR:
    case LW_DOT:
    case LW_MIN:
    case LW_MAX:
    case LW_ARGMAX:
    case LW_CUMULATIVE_SUM:
    case LW_COMPRESS:
      return false;
    default:
      return true;
  }
}

inline bool ThreadedFlagKernel(const lw_kernel_record& r) {
  if (r.kernel == LW_CONVERT) {
    return r.dtypes[0] == LW_F64 && (r.dtypes[1] == LW_I32 || r.dtypes[1] == LW_F16);
  }
  return r.kernel == LW_DIVIDE || r.kernel == LW_LOG || r.kernel == LW_EXP ||
         r.kernel == LW_FLOOR || r.kernel == LW_FMA;
}

template <class T>
std::vector<FlagCase> FlagCasesOf(const lw_kernel_record& r) {
  std::vector<FlagCase> cases;
  const std::vector<double> values = FlagValues<T>();
  if (r.kernel == LW_CONVERT) {
    for (double x : values) cases.push_back(ConvertFlags(r.dtypes, x));
    for (double x : {65504.0, 65519.0, 65520.0, 0x1p31, -0x1p31,    0x1p31 - 128, 0x1p63,
                     -0x1p63, 127.5,   128.0,   -129.0, 255.5,      256.0,        -0.5,
                     32768.0, 65536.0, 0x1p32,  0x1p64, 0x1.fep127, 0x1.ffp127}) {
      // An integer saturates what it cannot hold: the input is then what it holds.
      cases.push_back(ConvertFlags(r.dtypes, x));
    }
    return cases;
  }
  reference::Rng rng(10);
  for (double x : values) {
    for (double y : values) {
      if (r.inputs == 1 && &y != &values[0]) break;
      // Three operands: every pair with two or three of the third.
      for (double z : {1.0, -values[rng.Below(values.size())], values[rng.Below(values.size())]}) {
        cases.push_back(ArithmeticFlags<T>(r.kernel, x, y, z));
        if (r.inputs < 3) break;
      }
    }
  }
  return cases;
}

// At most about a hundred cases, those with flags among them.
inline std::vector<FlagCase> FlagCases(const lw_kernel_record& r) {
  const bool f32 = r.dtypes[r.inputs - 1] == LW_F32;
  std::vector<FlagCase> all = f32 ? FlagCasesOf<float>(r) : FlagCasesOf<double>(r), cases;
  // Every case with flags counts; of the others, and beyond forty of a kind, every seventh.
  int kinds[64] = {};
  size_t index = 0;
  for (const FlagCase& c : all) {
    if (kinds[c.flags & 63]++ < 24 || index++ % 7 == 0) cases.push_back(c);
  }
  return cases;
}

}  // namespace lanewise

#endif  // LANEWISE_TESTS_ENGINE_FPENV_CASES_H_
