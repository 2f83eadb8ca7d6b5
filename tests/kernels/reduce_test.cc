// Reductions of every compiled target that runs here, against references written straight from
// docs/numerics.md: bits and exception flags. Views and threads are in files of their own.

#include "reduce_reference.h"

namespace lanewise {
namespace {

// Kinds that say something about integers.
template <class T>
bool KindMatters(int kind) {
  return kIsFloat<T> || kind == 0 || kind == 1 || kind == 3 || kind == 6;
}

template <class Op, class T>
void CheckContiguous(const std::vector<Table>& tables, size_t n, int kind) {
  if (!KindMatters<T>(kind)) return;
  using R = typename Op::template Result<T>;
  constexpr bool kNeedsElement =
      std::is_same_v<Op, Min> || std::is_same_v<Op, Max> || std::is_same_v<Op, ArgMax>;
  if (n == 0 && kNeedsElement) return;
  const std::vector<T> x = Values<T>(n, 1, kind), y = Values<T>(n, 2, kind);
  const double ddof = static_cast<double>(n % 3);
  std::feclearexcept(FE_ALL_EXCEPT);
  const R want = RefReduce<Op, T>(x, y, ddof);
  const int want_flags = std::fetestexcept(kWatched);
  const size_t offset = n % 7;
  std::vector<T> xs(n + 8), ys(n + 8);
  std::copy(x.begin(), x.end(), xs.begin() + offset);
  std::copy(y.begin(), y.end(), ys.begin() + offset);
  for (const Table& table : tables) {
    R got{};
    std::feclearexcept(FE_ALL_EXCEPT);
    const TaskFlags tasks =
        ReduceContiguous(table, Entry<Op, T>(), xs.data() + offset, ys.data() + offset,
                         static_cast<int64_t>(n), ddof, &got);
    const int flags = std::fetestexcept(kWatched) | (tasks.hardware & kInvalid ? FE_INVALID : 0) |
                      (tasks.hardware & kOverflow ? FE_OVERFLOW : 0);
    ASSERT_TRUE(SameBits(got, want))
        << Op::kName << sizeof(T) << " n " << n << " kind " << kind << " target " << table.target
        << ": " << Shown(got) << ", " << Shown(want);
    if (Op::kFlags == Flags::kHardware && kIsFloat<T>) {
      ASSERT_EQ(flags, want_flags)
          << Op::kName << sizeof(T) << " n " << n << " kind " << kind << " target " << table.target;
    }
  }
}

template <class Op, class T>
void CheckType(const std::vector<Table>& tables) {
  if constexpr (!std::is_same_v<T, bool>) {  // these have a test of their own
    for (size_t n : Lengths()) {
      for (int kind = 0; kind < kKinds; ++kind) CheckContiguous<Op, T>(tables, n, kind);
      if (testing::Test::HasFatalFailure()) return;
    }
    CheckContiguous<Op, T>(tables, (1 << 20) + 3, 0);
  }
}

template <class Op, class... Ts>
void CheckOperation(TypeList<Ts...>) {
  const std::vector<Table> tables = Tables();
  (CheckType<Op, Ts>(tables), ...);
}

TEST(Reduce, Sum) { CheckOperation<Sum>(Sum::Types{}); }
TEST(Reduce, Mean) { CheckOperation<Mean>(Mean::Types{}); }
TEST(Reduce, Var) { CheckOperation<Var>(Var::Types{}); }
TEST(Reduce, Dot) { CheckOperation<Dot>(Dot::Types{}); }
TEST(Reduce, Prod) { CheckOperation<Prod>(Prod::Types{}); }
TEST(Reduce, Min) { CheckOperation<Min>(Min::Types{}); }
TEST(Reduce, Max) { CheckOperation<Max>(Max::Types{}); }
TEST(Reduce, ArgMax) { CheckOperation<ArgMax>(ArgMax::Types{}); }

TEST(Reduce, SumOfMinusZerosKeepsItsSign) {
  for (const Table& table : Tables()) {
    for (int64_t n : {1, 2, 63, 64, 65, 2048, 5000}) {
      const std::vector<float> x(static_cast<size_t>(n), -0.0f);
      float sum = 1;
      ReduceContiguous(table, Entry<Sum, float>(), x.data(), nullptr, n, 0, &sum);
      EXPECT_TRUE(sum == 0 && std::signbit(sum));
      ReduceContiguous(table, Entry<Sum, float>(), x.data(), nullptr, 0, 0, &sum);
      EXPECT_TRUE(sum == 0 && !std::signbit(sum));
    }
  }
}

// NaN from min and max is the canonical one, wherever it stood.
TEST(Reduce, ExtremeOfNaNIsCanonical) {
  for (const Table& table : Tables()) {
    for (size_t n : {1, 5, 64, 200}) {
      for (size_t at = 0; at < n; ++at) {
        std::vector<double> x = Values<double>(n, 3, 0);
        x[at] = -std::numeric_limits<double>::quiet_NaN();
        double got;
        ReduceContiguous(table, Entry<Max, double>(), x.data(), nullptr, static_cast<int64_t>(n), 0,
                         &got);
        ASSERT_EQ(std::bit_cast<uint64_t>(got), 0x7FF8000000000000u);
        int64_t index;
        ReduceContiguous(table, Entry<ArgMax, double>(), x.data(), nullptr, static_cast<int64_t>(n),
                         0, &index);
        ASSERT_EQ(index, static_cast<int64_t>(at));
      }
    }
  }
}

// Of bytes of which each but 0 is true; one pair among many, or none.
TEST(Reduce, DotOfBooleans) {
  for (const Table& table : Tables()) {
    for (const int64_t n : {0, 1, 5, 31, 33, 64, 200, 1100, 70'001}) {
      std::vector<uint8_t> x(static_cast<size_t>(n) + 1), y(x.size());
      for (size_t i = 0; i < x.size(); ++i) {
        x[i] = i % 3 == 0 ? static_cast<uint8_t>(0x80u >> i % 8) : 0;
        y[i] = i % 3 == 1 ? static_cast<uint8_t>(i | 1u) : 0;
      }
      const auto dot = [&] {
        uint8_t got = 77;
        ReduceContiguous(table, Entry<Dot, bool>(), x.data(), y.data(), n, 0, &got);
        const lw_operand reversed[] = {{x.data() + n - 1, -1}, {y.data() + n - 1, -1}, {&got, 1}};
        const uint8_t forwards = got;
        if (n > 0) ReduceStrided(table, Entry<Dot, bool>(), reversed, n);
        EXPECT_EQ(got, forwards) << n << " target " << table.target;
        return got;
      };
      EXPECT_EQ(dot(), 0) << n << " target " << table.target;
      for (const int64_t at : {int64_t{0}, n / 2, n - 1}) {
        if (n == 0) break;
        const uint8_t was_x = std::exchange(x[static_cast<size_t>(at)], uint8_t{1});
        const uint8_t was_y = std::exchange(y[static_cast<size_t>(at)], uint8_t{0x40});
        EXPECT_EQ(dot(), 1) << n << " at " << at << " target " << table.target;
        x[static_cast<size_t>(at)] = was_x, y[static_cast<size_t>(at)] = was_y;
      }
    }
  }
}

TEST(ReduceStrided, DotOfReversedAndRepeated) {
  const std::vector<double> x = Values<double>(9001, 5, 0), y = Values<double>(9001, 6, 0);
  std::vector<double> reversed(x.rbegin(), x.rend()), repeated(x.size(), y[0]);
  const double want = RefReduce<Dot, double>(reversed, repeated, 0);
  for (const Table& table : Tables()) {
    double got = 0;
    const lw_operand operands[] = {{&x.back(), -8}, {y.data(), 0}, {&got, 8}};
    ReduceStrided(table, Entry<Dot, double>(), operands, 9001);
    EXPECT_TRUE(SameBits(got, want));
  }
}

}  // namespace
}  // namespace lanewise
