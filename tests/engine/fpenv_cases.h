// Operands where C Annex F says something about exception flags, and which flags it asks for: by
// the rule of IEEE 754 from what the kernel's reference gives, with the poles of its contract.

#ifndef LANEWISE_TESTS_ENGINE_FPENV_CASES_H_
#define LANEWISE_TESTS_ENGINE_FPENV_CASES_H_

#include <fenv.h>

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "kernels/all.h"
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

inline int ToFenv(uint32_t flags) {
  return (flags & kInvalid ? FE_INVALID : 0) | (flags & kDivByZero ? FE_DIVBYZERO : 0) |
         (flags & kOverflow ? FE_OVERFLOW : 0);
}

// The operation's reference on the first of three values.
template <class Op, class T>
auto Apply(T x, T y, T z) {
  if constexpr (std::is_invocable_v<Op, T, T, T>)
    return Op{}(x, y, z);
  else if constexpr (std::is_invocable_v<Op, T, T>)
    return Op{}(x, y);
  else
    return Op{}(x);
}
template <class Op, class T>
inline constexpr size_t kInputs = std::is_invocable_v<Op, T, T, T> ? 3
                                  : std::is_invocable_v<Op, T, T>  ? 2
                                                                   : 1;

// Kernels of floats that have a reference for one element, and conversions.
template <class Op, class T>
inline constexpr bool kHasFlagCases = kIsNarrow<T> ? kHasFlagCases<Op, double>
                                                   : std::is_floating_point_v<T> &&
                                                         (std::is_invocable_v<Op, T> ||
                                                          std::is_invocable_v<Op, T, T> ||
                                                          kInputs<Op, T> == 3);
template <class Op, class From, class To>
inline constexpr bool kHasFlagCases<Op, Cast<From, To>> = true;

// f16 and bf16 are computed in f64 here, which has digits and range enough.
template <class T>
using ComputedAs = std::conditional_t<kIsNarrow<T>, double, T>;
// A number as the dtype holds it.
template <class T>
double Held(double x) {
  return static_cast<double>(reference::Number(reference::Converted<T>(x)));
}

// Invalid: a NaN of operands that are none. Divide-by-zero: an exact infinity of finite operands.
// Overflow: any other infinity of finite operands.
template <class Op, class T, class R>
int FlagsOfResult(const FlagCase& c, R result) {
  if constexpr (requires { result.second; }) {
    return FlagsOfResult<Op, T>(c, result.first) | FlagsOfResult<Op, T>(c, result.second);
  } else if constexpr (std::is_floating_point_v<R>) {
    const double held = Held<T>(static_cast<double>(result));
    bool finite = true, nan = false, pole = false;
    for (size_t i = 0; i < kInputs<Op, ComputedAs<T>>; ++i) {
      finite &= std::isfinite(c.values[i]);
      nan |= std::isnan(c.values[i]);
    }
    for (const Pole& p : Op::kContract.poles) pole |= c.values[p.operand] == p.at;
    if (std::isnan(held) && !nan) return FE_INVALID;
    if (std::isinf(held) && finite) return pole ? FE_DIVBYZERO : FE_OVERFLOW;
  }
  return 0;
}

template <class Op, class T>
FlagCase CaseOf(double x, double y, double z) {
  using W = ComputedAs<T>;
  FlagCase c{{Held<T>(x), Held<T>(y), Held<T>(z)}};
  c.flags =
      FlagsOfResult<Op, T>(c, Apply<Op, W>(static_cast<W>(c.values[0]), static_cast<W>(c.values[1]),
                                           static_cast<W>(c.values[2])));
  for (const OpenFlags& open : Op::kContract.open_flags) {
    bool same = true;
    for (size_t i = 0; i < kInputs<Op, ComputedAs<T>>; ++i) {
      const double value = c.values[i], at = open.operands[i];
      same &= value == at || (std::isnan(value) && std::isnan(at));
    }
    if (same) c.optional |= ToFenv(open.flags);
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

template <class Op, class T>
std::vector<FlagCase> FlagCasesOf(Kernel<Op, T>) {
  std::vector<FlagCase> cases;
  std::vector<double> values = FlagValues<ComputedAs<T>>();
  if constexpr (std::is_same_v<T, f16>)
    values.insert(values.end(), {65504, -65504, 300, 12, 0x1p-14, -0x1p-24});
  if constexpr (std::is_same_v<T, bf16>)
    values.insert(values.end(), {0x1.fep127, -0x1.fep127, 0x1p127, 0x1p100, 0x1p-126, -0x1p-133});
  reference::Rng rng(10);
  for (double x : values) {
    for (double y : values) {
      // Three operands: every pair with two or three of the third.
      for (double z : {1.0, -values[rng.Below(values.size())], values[rng.Below(values.size())]}) {
        cases.push_back(CaseOf<Op, T>(x, y, z));
        if (kInputs<Op, ComputedAs<T>> < 3) break;
      }
      if (kInputs<Op, ComputedAs<T>> == 1) break;
    }
  }
  for (const OpenFlags& open : Op::kContract.open_flags) {
    cases.push_back(CaseOf<Op, T>(open.operands[0], open.operands[1], open.operands[2]));
  }
  return cases;
}
template <class Op, class From, class To>
std::vector<FlagCase> FlagCasesOf(Kernel<Op, Cast<From, To>>) {
  constexpr lw_dtype kPair[] = {kDtype<From>, kDtype<To>};
  std::vector<FlagCase> cases;
  using Wide = std::conditional_t<std::is_same_v<From, float>, float, double>;
  for (double x : FlagValues<Wide>()) cases.push_back(ConvertFlags(kPair, x));
  for (double x : {65504.0, 65519.0, 65520.0, 0x1p31, -0x1p31,    0x1p31 - 128, 0x1p63,
                   -0x1p63, 127.5,   128.0,   -129.0, 255.5,      256.0,        -0.5,
                   32768.0, 65536.0, 0x1p32,  0x1p64, 0x1.fep127, 0x1.ffp127}) {
    // An integer saturates what it cannot hold: the input is then what it holds.
    cases.push_back(ConvertFlags(kPair, x));
  }
  return cases;
}

// All cases of a kernel; none of one whose flags are not asked of one element alone.
inline std::vector<FlagCase> AllFlagCases(const lw_kernel_record& r) {
  std::vector<FlagCase> cases;
  int32_t index = 0;
  ForEachKernel([&]<class Op, class T>(Kernel<Op, T> kernel) {
    lw_kernel_record other{};
    other.struct_size = sizeof(other);
    if (lw_kernel_info(index++, &other) != LW_OK || other.kernel != r.kernel) return;
    if (!std::equal(r.dtypes, r.dtypes + harness::Operands(r), other.dtypes)) return;
    if constexpr (kHasFlagCases<Op, T>) cases = FlagCasesOf(kernel);
  });
  return cases;
}

// At most about a hundred cases, those with flags among them.
inline std::vector<FlagCase> FlagCases(const lw_kernel_record& r) {
  const std::vector<FlagCase> all = AllFlagCases(r);
  std::vector<FlagCase> cases;
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
