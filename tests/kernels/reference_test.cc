// Kernels whose results are exact or correctly rounded equal the scalar reference that is part of
// their definition (kernels/<room>/<family>.h), bit for bit, on every target and for every dtype.

#include <gtest/gtest.h>

#include "kernels/all.h"
#include "tests/kernels/definitions.h"

namespace lanewise {
namespace {

using namespace harness;  // NOLINT

// All combinations of special values, thinned out to `limit`, then as many random ones. All that
// there are of 16 bits: exhaustive_test.cc.
Work WorkOf(const lw_kernel_record& record, size_t limit) {
  Work work;
  work.record = record;
  Bytes specials[LW_MAX_OPERANDS];
  size_t counts[LW_MAX_OPERANDS], all = 1;
  for (int k = 0; k < record.inputs; ++k) {
    specials[k] = harness::AllSpecials(record.dtypes[k]);
    all *= counts[k] = specials[k].size() / SizeOf(record, k);
  }
  const size_t step = all / limit + 1;
  work.n = (all + step - 1) / step + limit;
  for (int k = 0; k < record.inputs; ++k) {
    work.inputs[k] = InterestingBytes(record.dtypes[k], 7 + static_cast<uint64_t>(k), work.n);
  }
  for (size_t i = 0, place = 0; i < all; i += step, ++place) {
    size_t rest = i;
    for (int k = 0; k < record.inputs; ++k) {
      const size_t size = SizeOf(record, k);
      std::memcpy(&work.inputs[k][place * size], &specials[k][rest % counts[k] * size], size);
      rest /= counts[k];
    }
  }
  return work;
}

void CheckKernel(const Definition& definition) {
  const lw_kernel_record& record = definition.record;
  Work work = WorkOf(record, record.inputs == 3 ? 60000 : 20000);
  Expect(definition, work);
  const auto inputs = [&](size_t i) {
    std::string text;
    for (int k = 0; k < record.inputs; ++k) {
      text += ElementText(record.dtypes[k], &work.inputs[k][i * SizeOf(record, k)]) + " ";
    }
    return text;
  };
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    Bytes outputs[LW_MAX_OPERANDS];
    lw_operand operands[LW_MAX_OPERANDS];
    for (int k = 0; k < Operands(record); ++k) {
      Bytes& bytes = k < record.inputs ? work.inputs[k] : outputs[k - record.inputs];
      bytes.resize(work.n * SizeOf(record, k));
      operands[k] = {bytes.data(), static_cast<int64_t>(SizeOf(record, k))};
    }
    ASSERT_EQ(
        lw_call(record.kernel, record.dtypes, operands, static_cast<int64_t>(work.n), nullptr),
        LW_OK)
        << Describe(record) << ": " << lw_last_error();
    for (int k = 0; k < record.outputs; ++k) {
      ExpectElements(record, k, outputs[k], work.expected[k], std::string("on ") + target, inputs);
    }
  }
}

TEST(Reference, ExactKernelsEqualTheirDefinition) {
  int checked = 0;
  for (const Definition& definition : harness::Definitions()) {
    if (definition.element == nullptr) continue;
    CheckKernel(definition);
    ++checked;
  }
  EXPECT_GT(checked, 400);
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
