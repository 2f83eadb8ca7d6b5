// The caller's floating-point environment: what it has set changes no result and is left as it
// was; on return exactly the exception flags that C Annex F asks for have been added.

#include <fenv.h>
#include <gtest/gtest.h>

#include <map>

#include "dispatch/base/fpenv.h"
#include "kernels/contracts.h"
#include "tests/engine/fpenv_cases.h"
#include "tests/harness.h"

namespace lanewise {
namespace {

using namespace harness;  // NOLINT

constexpr int kWatched = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;

std::string FlagText(int flags) {
  std::string text;
  if (flags & FE_INVALID) text += " invalid";
  if (flags & FE_DIVBYZERO) text += " divbyzero";
  if (flags & FE_OVERFLOW) text += " overflow";
  return text.empty() ? " none" : text;
}

// ---------------------------------------------------------------- control bits

// Everything a caller can set that would change arithmetic.
struct Environment {
  int rounding;
  bool flush;  // FTZ and DAZ
  bool denormals_are_zero;
  bool traps;
};

std::vector<Environment> AllEnvironments() {
  std::vector<Environment> all;
  for (int rounding : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    for (int bits = 0; bits < 8; ++bits) {
      all.push_back({rounding, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0});
    }
  }
  return all;
}

// Sets the environment while it lives; the default one before and after.
class EnvironmentScope {
 public:
  explicit EnvironmentScope(const Environment& e) {
    fesetenv(FE_DFL_ENV);
    fesetround(e.rounding);
#if defined(__x86_64__)
    if (e.traps) feenableexcept(FE_ALL_EXCEPT);
    uint32_t csr = _mm_getcsr();
    if (e.flush) csr |= 0x8000;
    if (e.denormals_are_zero) csr |= 0x0040;
    _mm_setcsr(csr);
#elif defined(__aarch64__)
    uint64_t fpcr;
    asm volatile("mrs %0, fpcr" : "=r"(fpcr));
    if (e.flush) fpcr |= 1u << 24;
    asm volatile("msr fpcr, %0" : : "r"(fpcr));
#endif
  }
  ~EnvironmentScope() { fesetenv(FE_DFL_ENV); }

  static uint64_t Control() {
    const auto state = FpState::Read();
#if defined(__x86_64__)
    return state & FpState::kControl;
#else
    return state >> 32;
#endif
  }
};

// One call of any kernel on inputs full of special values. Returns the outputs' bytes.
Bytes CallOn(const Arrays& arrays, lw_status* status) {
  const lw_kernel_record& r = arrays.record;
  size_t size = 0;
  for (int i = r.inputs; i < Operands(r); ++i) size += arrays.n * SizeOf(r, i);
  Bytes out(size, kSentinel);
  lw_operand operands[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < r.inputs; ++i) {
    operands[i] = {arrays.inputs[i].data(), static_cast<int64_t>(SizeOf(r, i))};
  }
  char* place = out.data();
  for (int i = r.inputs; i < Operands(r); ++i) {
    operands[i] = {place, static_cast<int64_t>(SizeOf(r, i))};
    place += arrays.n * SizeOf(r, i);
  }
  *status = CallAny(r, operands, static_cast<int64_t>(arrays.n));
  return out;
}

void CheckControl(const lw_kernel_record& record, size_t n, const char* target) {
  const Arrays arrays(record, n, 9);
  lw_status status;
  const Bytes expected = CallOn(arrays, &status);
  ASSERT_EQ(status, LW_OK) << lw_last_error();
  for (const Environment& e : AllEnvironments()) {
    uint64_t before, after;
    Bytes got;
    {
      const EnvironmentScope scope(e);
      before = EnvironmentScope::Control();
      got = CallOn(arrays, &status);
      after = EnvironmentScope::Control();
    }
    ASSERT_EQ(before, after) << Describe(record) << " on " << target;
    ASSERT_EQ(status, LW_OK);
    ASSERT_TRUE(got == expected) << Describe(record) << " on " << target << ", n = " << n
                                 << ", rounding " << e.rounding << ", flush " << e.flush
                                 << e.denormals_are_zero << ", traps " << e.traps;
  }
}

TEST(FpEnv, CallersSettingsChangeNothing) {
  for (const lw_kernel_record& record : AllRecords()) {
    for (const char* target : RunnableTargets()) {
      const TargetScope scope(target);
      for (size_t n : {37, 1300}) CheckControl(record, n, target);
    }
  }
}

TEST(FpEnv, CallersSettingsChangeNothingOverThreads) {
  for (const lw_kernel_record& record : AllRecords()) {
    if (record.dtypes[0] != LW_F64) continue;
    if (record.kernel != LW_EXP && record.kernel != LW_SUM && record.kernel != LW_DIVIDE) continue;
    CheckControl(record, static_cast<size_t>(ThreadedSize(record)), lw_current_target());
  }
}

// ---------------------------------------------------------------- exception flags

// Bits of a dtype for a number.
void PutNumber(lw_dtype dtype, double value, char* p) {
  Visit(dtype, [&](auto x) {
    using T = decltype(x);
    x = reference::Converted<T>(value);
    std::memcpy(p, static_cast<const void*>(&x), sizeof(x));
  });
}

// Arrays of ones with the operands of one case at one position.
class FlagCaller {
 public:
  FlagCaller(const lw_kernel_record& record, size_t max_n) : record_(record) {
    for (int i = 0; i < record.inputs; ++i) {
      data_[i].resize(max_n * SizeOf(record, i));
      for (size_t k = 0; k < max_n; ++k) PutNumber(record.dtypes[i], 1, At(i, k));
    }
    for (int i = record.inputs; i < Operands(record); ++i) {
      data_[i].resize(max_n * SizeOf(record, i));
    }
  }

  // The watched flags after a call that found `entry` set.
  int Call(const double* values, size_t n, size_t position, int entry) {
    lw_operand operands[LW_MAX_OPERANDS] = {};
    for (int i = 0; i < Operands(record_); ++i) {
      operands[i] = {data_[i].data(), static_cast<int64_t>(SizeOf(record_, i))};
      if (i < record_.inputs) PutNumber(record_.dtypes[i], values[i], At(i, position));
    }
    feclearexcept(FE_ALL_EXCEPT);
    if (entry) feraiseexcept(entry);
    const lw_status status =
        lw_call(record_.kernel, record_.dtypes, operands, static_cast<int64_t>(n), nullptr);
    const int flags = fetestexcept(kWatched);
    feclearexcept(FE_ALL_EXCEPT);
    EXPECT_EQ(status, LW_OK) << lw_last_error();
    for (int i = 0; i < record_.inputs; ++i) PutNumber(record_.dtypes[i], 1, At(i, position));
    return flags;
  }

 private:
  char* At(int i, size_t k) { return &data_[i][k * SizeOf(record_, i)]; }
  const lw_kernel_record record_;
  Bytes data_[LW_MAX_OPERANDS];
};

std::vector<lw_kernel_record> FloatRecords() {
  std::vector<lw_kernel_record> records = AllRecords();
  std::erase_if(records, [](const lw_kernel_record& r) {
    const bool floating =
        IsFloat(r.dtypes[0]) || IsFloat(r.dtypes[r.inputs - 1]) || IsFloat(r.dtypes[r.inputs]);
    return !floating || AllFlagCases(r).empty();
  });
  return records;
}

std::vector<size_t> Positions(size_t n) {
  std::vector<size_t> positions;
  for (size_t p = 0; p < n; ++p) {
    if (n <= 18 || p < 1 || p + 2 >= n || p == n / 2 || p == n - n % 16) positions.push_back(p);
  }
  return positions;
}

void CheckFlags(const lw_kernel_record& record, const char* target) {
  FlagCaller caller(record, 130);
  for (const FlagCase& c : FlagCases(record)) {
    int wrong = 0;
    for (size_t n = 1; n <= 130; n += n < 34 ? 1 : 3) {
      for (size_t p : Positions(n)) {
        const int entry = (n + p) % 4 == 0 ? (n % 2 ? FE_INVALID : FE_DIVBYZERO | FE_OVERFLOW) : 0;
        const int flags = caller.Call(c.values, n, p, entry);
        if (((flags ^ (c.flags | entry)) & ~c.optional) == 0 || ++wrong > 1) continue;
        ADD_FAILURE() << Describe(record) << " on " << target << ", n = " << n << ", position " << p
                      << ", operands " << c.values[0] << " " << c.values[1] << " " << c.values[2]
                      << ": flags" << FlagText(flags) << ", expected" << FlagText(c.flags | entry)
                      << ", entry" << FlagText(entry);
      }
    }
    EXPECT_EQ(wrong, 0);
  }
}

class Flags : public ::testing::TestWithParam<lw_kernel_record> {};
INSTANTIATE_TEST_SUITE_P(, Flags, ::testing::ValuesIn(FloatRecords()), [](const auto& info) {
  std::string name = info.param.name;
  for (int i = 0; i < Operands(info.param); ++i) {
    name += std::string("_") + lw_dtype_name(info.param.dtypes[i]);
  }
  return name;
});

TEST_P(Flags, AreThoseOfAnnexF) {
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    CheckFlags(GetParam(), target);
  }
}

// Large arrays: the flags of every task reach the caller's thread, and stay off the workers.
TEST_P(Flags, TravelFromTasks) {
  const size_t n = static_cast<size_t>(ThreadedSize(GetParam()));
  FlagCaller caller(GetParam(), n);
  const double ones[LW_MAX_OPERANDS] = {1, 1, 1, 1};
  for (int32_t threads : {1, 2}) {
    const ThreadScope limit(threads);
    std::map<int, int> seen;
    for (const FlagCase& c : FlagCases(GetParam())) {
      if (c.optional || ++seen[c.flags] > 3) continue;
      for (size_t p : {size_t{0}, n / 2 + 1, n - 1}) {
        EXPECT_EQ(caller.Call(c.values, n, p, 0), c.flags)
            << Describe(GetParam()) << ", " << threads << " threads, position " << p
            << ", operands " << c.values[0] << " " << c.values[1];
        if (c.flags == 0) continue;
        EXPECT_EQ(caller.Call(ones, n, p, 0), 0) << "flags remained on a worker";
      }
    }
  }
}

// What the contracts say of flags: all that a kernel may raise is seen in its cases.
TEST(FlagRule, CasesRaiseWhatTheContractsSay) {
  std::map<lw_kernel, int> raised;
  for (const lw_kernel_record& r : FloatRecords()) {
    for (const FlagCase& c : AllFlagCases(r)) raised[r.kernel] |= c.flags;
  }
  EXPECT_GT(raised.size(), 20u);
  for (const auto& [kernel, flags] : raised) {
    EXPECT_EQ(flags, ToFenv(ContractOf(kernel).raises)) << "kernel " << kernel;
  }
}

// Two results come from more than one instruction.
template <class Op, class T>
constexpr bool HasOneOutput(Kernel<Op, T>) {
  if constexpr (kIsElementwise<Op> && std::is_floating_point_v<T>)
    return OutputsOf<Op, T>::kSize == 1;
  else
    return false;
}

// The rule against the instructions: C's own operators and exact functions.
TEST(FlagRule, IsThatOfTheInstructions) {
  size_t compared = 0;
  ForEachKernel([&]<class Op, class T>(Kernel<Op, T> kernel) {
    if constexpr (kHasFlagCases<Op, T> && HasOneOutput(kernel)) {
      if (Op::kBound.value != 0.5) return;  // the reference is the operation itself
      for (const FlagCase& c : FlagCasesOf(kernel)) {
        const int flags = FlagsOf<T>(&Apply<Op, T>, c.values);
        EXPECT_EQ((flags ^ c.flags) & ~c.optional, 0)
            << Op::kName << " of " << c.values[0] << " " << c.values[1] << " " << c.values[2]
            << ": flags" << FlagText(flags) << ", by rule" << FlagText(c.flags);
        ++compared;
      }
    }
  });
  EXPECT_GT(compared, 1000u);
}

}  // namespace
}  // namespace lanewise
