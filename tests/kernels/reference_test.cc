// Kernels whose results are exact or correctly rounded equal the scalar reference that is part of
// their definition (kernels/<room>/<family>.h), bit for bit, on every target and for every dtype.

#include <gtest/gtest.h>

#include <functional>
#include <tuple>

#include "kernels/all.h"
#include "tests/harness.h"

namespace lanewise {
namespace {

using namespace harness;  // NOLINT

// All combinations of special values, thinned out to `limit`, then as many random ones. All that
// there are of 16 bits: exhaustive_test.cc.
template <class... Ts>
std::tuple<std::vector<Ts>...> OperandLists(size_t limit) {
  const std::tuple<std::vector<Ts>...> specials{reference::Specials<Ts>()...};
  std::tuple<std::vector<Ts>...> lists;
  size_t all = 1;
  std::apply([&](const auto&... s) { ((all *= s.size()), ...); }, specials);
  const size_t step = all / limit + 1;
  const auto add = [&](auto&& pick) {
    [&]<size_t... I>(std::index_sequence<I...>) {
      (std::get<I>(lists).push_back(pick(std::get<I>(specials))), ...);
    }
    (std::index_sequence_for<Ts...>{});
  };
  for (size_t i = 0; i < all; i += step) {
    size_t rest = i;
    add([&](const auto& s) {
      const auto value = s[rest % s.size()];
      rest /= s.size();
      return value;
    });
  }
  reference::Rng rng(7);
  for (size_t i = 0; i < limit; ++i) {
    add([&](const auto& s) {
      return reference::Interesting<typename std::decay_t<decltype(s)>::value_type>(rng, s);
    });
  }
  return lists;
}

// One byte per element: std::vector<bool> cannot be an operand.
template <class T>
auto Stored(const std::vector<T>& values) {
  if constexpr (std::is_same_v<T, bool>)
    return std::vector<uint8_t>(values.begin(), values.end());
  else
    return values;
}

// One of two results, or the only one.
template <size_t kOutput, class R>
auto Result(const R& result) {
  if constexpr (!requires { result.second; })
    return result;
  else if constexpr (kOutput == 1)
    return result.second;
  else
    return result.first;
}

// An output against the reference, whose results are those of `ref(i)`.
template <size_t kOutput, class Out, class Ref>
void CheckOutput(lw_kernel kernel, size_t n, const Out* out, const std::string& where, Ref ref,
                 const std::function<std::string(size_t)>& inputs) {
  size_t bad = 0;
  for (size_t i = 0; i < n; ++i) {
    const Out want = static_cast<Out>(Result<kOutput>(ref(i)));
    const bool same =
        MovesBits(kernel) ? reference::SameBits(out[i], want) : reference::Same(out[i], want);
    if (same || ++bad > 3) continue;
    ADD_FAILURE() << where << ", output " << kOutput << ": (" << inputs(i) << "): got "
                  << ElementText(kDtype<Out>, &out[i]) << ", expected "
                  << ElementText(kDtype<Out>, &want);
  }
  EXPECT_EQ(bad, 0u) << where;
}

template <class Ref, class... In, class... Out>
void CheckKernel(lw_kernel kernel, const char* name, Ref ref, TypeList<In...>, TypeList<Out...>) {
  const auto lists = OperandLists<In...>(sizeof...(In) == 3 ? 60000 : 20000);
  const auto stored =
      std::apply([](const auto&... l) { return std::make_tuple(Stored(l)...); }, lists);
  const size_t n = std::get<0>(lists).size();
  const lw_dtype dtypes[] = {kDtype<In>..., kDtype<Out>...};
  const auto outs = std::make_tuple(std::make_unique<Out[]>(n)...);
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    std::vector<lw_operand> operands;
    const auto add = [&](const auto* data) {
      operands.push_back({data, static_cast<int64_t>(sizeof(*data))});
    };
    std::apply([&](const auto&... s) { (add(s.data()), ...); }, stored);
    std::apply([&](const auto&... out) { (add(out.get()), ...); }, outs);
    ASSERT_EQ(lw_call(kernel, dtypes, operands.data(), static_cast<int64_t>(n), nullptr), LW_OK)
        << name << ": " << lw_last_error();
    const auto wanted = [&](size_t i) {
      return std::apply([&](const auto&... l) { return ref(l[i]...); }, lists);
    };
    const auto inputs = [&](size_t i) {
      std::string text;
      int k = 0;
      std::apply([&](const auto&... s) { ((text += ElementText(dtypes[k++], &s[i]) + " "), ...); },
                 stored);
      return text;
    };
    const std::string where = std::string(name) + " " + lw_dtype_name(dtypes[0]) + " on " + target;
    [&]<size_t... K>(std::index_sequence<K...>) {
      (CheckOutput<K>(kernel, n, std::get<K>(outs).get(), where, wanted, inputs), ...);
    }
    (std::index_sequence_for<Out...>{});
  }
}

template <class Op, class T, class... In, class Outs>
void CheckOperands(TypeList<In...> ins, Outs outs) {
  const auto ref = [](In... in) { return reference::Result<Op, T>(in...); };
  CheckKernel(Op::kId, Op::kName.data(), ref, ins, outs);
}
template <class Op, class T>
void CheckOperation(Kernel<Op, T>) {
  if constexpr (kIsElementwise<Op> && !kIsMath<Op>) {
    CheckOperands<Op, T>(InputsOf<Op, T>{}, OutputsOf<Op, T>{});
  }
}
template <class Op, class From, class To>
void CheckOperation(Kernel<Op, Cast<From, To>>) {
  const auto ref = [](From x) { return reference::Converted<To>(x); };
  CheckKernel(Op::kId, Op::kName.data(), ref, TypeList<From>{}, TypeList<To>{});
}

TEST(Reference, ExactKernelsEqualTheirDefinition) {
  ForEachKernel([](auto kernel) { CheckOperation(kernel); });
}

// x * y + z where one more rounding on the way would show: products half way between two numbers,
// or nearly, and a z that decides.
template <class T>
void CheckFma() {
  constexpr int kDigits = kInfo<T>.digits;
  constexpr int kScale = std::is_same_v<T, f16> ? 6 : 60,
                kLeast = std::is_same_v<T, f16> ? 24 : 133;
  reference::Rng rng(21);
  std::vector<T> x, y, z;
  const auto number = [&](int64_t part, int64_t exponent) {
    const double value = std::ldexp(static_cast<double>(part), static_cast<int>(exponent));
    return reference::Converted<T>(rng.Next() & 1 ? value : -value);
  };
  for (int i = 0; i < 200000; ++i) {
    const int64_t bits = rng.Between(1, kDigits), end = int64_t{2} << kDigits;
    const int64_t u = rng.Between(int64_t{1} << (bits - 1), (int64_t{1} << bits) - 1) | 1;
    const int64_t v = rng.Between(end / u / 2, end / u) | 1;
    x.push_back(i % 4 ? number(u, rng.Between(-kScale, kScale)) : rng.Bits<T>());
    y.push_back(i % 4 ? number(v, rng.Between(-kScale, kScale)) : rng.Bits<T>());
    z.push_back(i % 4 > 1 ? number(rng.Between(1, 3), rng.Between(-kLeast, 2 * kScale))
                          : rng.Bits<T>());
  }
  int twice = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const auto f = [](T value) { return static_cast<float>(reference::Number(value)); };
    const T by_f32 = reference::Converted<T>(std::fma(f(x[i]), f(y[i]), f(z[i])));
    twice += !reference::Same(by_f32, reference::FmaOnce(x[i], y[i], z[i]));
  }
  EXPECT_GT(twice, 500) << "f32 would do: nothing is tested";
  const lw_dtype dtypes[] = {kDtype<T>, kDtype<T>, kDtype<T>, kDtype<T>};
  std::vector<T> out(x.size());
  const lw_operand operands[] = {{x.data(), 2}, {y.data(), 2}, {z.data(), 2}, {out.data(), 2}};
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    ASSERT_EQ(lw_call(LW_FMA, dtypes, operands, static_cast<int64_t>(x.size()), nullptr), LW_OK);
    int bad = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const T want = reference::FmaOnce(x[i], y[i], z[i]);
      if (reference::Same(out[i], want) || ++bad > 3) continue;
      ADD_FAILURE() << kInfo<T>.name << " on " << target << ": " << ElementText(LW_U16, &x[i])
                    << " " << ElementText(LW_U16, &y[i]) << " " << ElementText(LW_U16, &z[i])
                    << ": got " << ElementText(LW_U16, &out[i]) << ", expected "
                    << ElementText(LW_U16, &want);
    }
    EXPECT_EQ(bad, 0) << target;
  }
}
TEST(Reference, FmaOfNarrowFloatsIsRoundedOnce) {
  CheckFma<f16>();
  CheckFma<bf16>();
}

TEST(Reference, EveryByteButZeroIsTrue) {
  std::vector<uint8_t> x(65536), y(65536), out(65536);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<uint8_t>(i % 256);
    y[i] = static_cast<uint8_t>(i / 256);
  }
  const lw_dtype dtypes[] = {LW_BOOL, LW_BOOL, LW_BOOL};
  const lw_operand operands[] = {{x.data(), 1}, {y.data(), 1}, {out.data(), 1}};
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    const auto check = [&](lw_kernel kernel, auto op) {
      ASSERT_EQ(lw_call(kernel, dtypes, operands, 65536, nullptr), LW_OK);
      int bad = 0;
      for (size_t i = 0; i < x.size(); ++i) bad += out[i] != op(x[i] != 0, y[i] != 0);
      EXPECT_EQ(bad, 0) << target << " kernel " << kernel;
    };
    check(LW_EQUAL, Equal{});
    check(LW_NOT_EQUAL, NotEqual{});
    check(LW_BITWISE_AND, BitwiseAnd{});
    check(LW_BITWISE_OR, BitwiseOr{});
    check(LW_BITWISE_XOR, BitwiseXor{});
    check(LW_LOGICAL_AND, LogicalAnd{});
    check(LW_LOGICAL_OR, LogicalOr{});
    check(LW_LOGICAL_XOR, LogicalXor{});
    const lw_operand of_one[] = {{x.data(), 1}, {out.data(), 1}};
    for (const lw_kernel kernel : {LW_INVERT, LW_LOGICAL_NOT}) {
      ASSERT_EQ(lw_call(kernel, dtypes, of_one, 65536, nullptr), LW_OK);
      for (size_t i = 0; i < 256; ++i) EXPECT_EQ(out[i], x[i] == 0) << target << " of " << i;
    }
  }
}

// The definitions themselves, on what they promise in words.
TEST(Reference, DefinitionsKeepTheirPromises) {
  EXPECT_TRUE(std::signbit(Minimum{}(0.0, -0.0)) && std::signbit(Minimum{}(-0.0, 0.0)));
  EXPECT_FALSE(std::signbit(Maximum{}(0.0, -0.0)) || std::signbit(Maximum{}(-0.0, 0.0)));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(Minimum{}(nan, 1.0)) && std::isnan(Maximum{}(1.0, nan)));
  EXPECT_TRUE(std::isnan(Clip{}(1.0, nan, 2.0)));
  EXPECT_EQ(Add{}(std::numeric_limits<int32_t>::max(), 1), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(Multiply{}(uint8_t{200}, uint8_t{2}), uint8_t{144});
  EXPECT_EQ(Subtract{}(uint8_t{1}, uint8_t{2}), uint8_t{255});
  EXPECT_TRUE(std::signbit(Rint{}(-0.25)) && std::signbit(Floor{}(-0.0)));
  EXPECT_TRUE(std::signbit(Negative{}(0.0f)) && !std::signbit(Abs{}(-0.0f)));
  EXPECT_TRUE(std::signbit(Ceil{}(-0.5)) && std::signbit(Trunc{}(-0.5f)));
  EXPECT_EQ(FMin{}(nan, 1.0) + FMax{}(2.0, nan), 3.0);
  EXPECT_TRUE(std::isnan(FMin{}(nan, nan)) && std::isnan(Sign{}(nan)));
  EXPECT_TRUE(std::signbit(FMin{}(0.0, -0.0)) && !std::signbit(FMax{}(-0.0, 0.0)));
  EXPECT_FALSE(std::signbit(Sign{}(-0.0)));
  EXPECT_TRUE(SignBit{}(-nan) && SignBit{}(-0.0) && !IsFinite{}(nan) && !IsInf{}(nan));
  EXPECT_EQ(Negative{}(std::numeric_limits<int8_t>::min()), std::numeric_limits<int8_t>::min());
  EXPECT_EQ(Abs{}(std::numeric_limits<int64_t>::min()), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Negative{}(uint16_t{1}), uint16_t{65535});
  EXPECT_EQ(Square{}(int8_t{127}), 1);
  EXPECT_TRUE(LogicalAnd{}(nan, 1.0) && LogicalOr{}(-0.0, nan) && LogicalXor{}(nan, -0.0));
  EXPECT_TRUE(LogicalNot{}(-0.0) && !LogicalNot{}(nan) && !LogicalXor{}(nan, 2.0));
  EXPECT_TRUE(Invert{}(false) && !Invert{}(true));
  EXPECT_EQ(Invert{}(uint8_t{1}), uint8_t{254});
}

}  // namespace
}  // namespace lanewise
