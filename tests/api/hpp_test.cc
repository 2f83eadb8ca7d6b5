// lanewise.hpp: every function compiled and run once; errors; operands of all kinds.

#include "lanewise/lanewise.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

// A 16-bit type of the program's own.
struct Half {
  uint16_t bits;
};
template <>
struct lanewise::dtype_of<Half> {
  static constexpr lw_dtype value = LW_F16;
};

namespace {

namespace lw = lanewise;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;
using Bytes = std::vector<uint8_t>;
using Ints = std::vector<int32_t>;

template <class F>
lw_status StatusOf(F f) {
  try {
    f();
  } catch (const lw::Error& error) {
    EXPECT_STRNE(error.what(), "");
    return error.status();
  }
  return LW_OK;
}

static_assert(lw::Input<Floats> && lw::Input<std::span<const float>> && lw::Input<float[3]>);
static_assert(lw::Input<lw::Scalar<double>> && lw::Input<lw::Strided<const int>>);
static_assert(!lw::Input<std::vector<bool>> && !lw::Input<std::string>);
static_assert(lw::Output<Floats&> && lw::Output<std::span<float>> && lw::Output<lw::Strided<bool>>);
static_assert(!lw::Output<const Floats&> && !lw::Output<std::span<const float>>);
static_assert(!lw::Output<lw::Scalar<float>> && !lw::Output<lw::Strided<const float>>);
static_assert(lw::dtype_of<long>::value == LW_I64 && lw::dtype_of<long long>::value == LW_I64);
static_assert(lw::dtype_of<signed char>::value == LW_I8 && lw::dtype_of<bool>::value == LW_BOOL);

TEST(Hpp, OneInput) {
  const Doubles x{-2.5, 0.0, 0.5, 4.0};
  Doubles out(4);
  lw::negative(x, out);
  EXPECT_EQ(out, (Doubles{2.5, -0.0, -0.5, -4}));
  lw::abs(x, out);
  EXPECT_EQ(out, (Doubles{2.5, 0, 0.5, 4}));
  lw::floor(x, out);
  EXPECT_EQ(out, (Doubles{-3, 0, 0, 4}));
  lw::rint(x, out);
  EXPECT_EQ(out, (Doubles{-2, 0, 0, 4}));
  lw::sqrt(lw::scalar(4.0), out);
  EXPECT_EQ(out, (Doubles{2, 2, 2, 2}));
  const auto near = [&](double (*reference)(double)) {
    for (size_t i = 0; i < x.size(); ++i) {
      const double want = reference(x[i]);
      EXPECT_LE(std::fabs(out[i] - want), std::fabs(want) * 0x1p-51) << x[i];
    }
  };
  lw::exp(x, out);
  near(std::exp);
  lw::sin(x, out);
  near(std::sin);
  lw::cos(x, out);
  near(std::cos);
  lw::tanh(x, out);
  near(std::tanh);
  lw::log(lw::scalar(1.0), out);
  EXPECT_EQ(out, Doubles(4, 0.0));
}

TEST(Hpp, TwoAndThreeInputs) {
  const Floats x{1, 2, 3}, y{4, 0.5, -1}, z{1, 1, 1};
  Floats out(3);
  lw::add(x, y, out);
  EXPECT_EQ(out, (Floats{5, 2.5, 2}));
  lw::subtract(x, y, out);
  EXPECT_EQ(out, (Floats{-3, 1.5, 4}));
  lw::multiply(x, y, out);
  EXPECT_EQ(out, (Floats{4, 1, -3}));
  lw::divide(x, y, out);
  EXPECT_EQ(out, (Floats{0.25, 4, -3}));
  lw::minimum(x, y, out);
  EXPECT_EQ(out, (Floats{1, 0.5, -1}));
  lw::maximum(x, y, out);
  EXPECT_EQ(out, (Floats{4, 2, 3}));
  lw::pow(x, lw::scalar(2.0f), out);
  EXPECT_EQ(out, (Floats{1, 4, 9}));
  lw::fma(x, y, z, out);
  EXPECT_EQ(out, (Floats{5, 2, -2}));
  lw::clip(x, lw::scalar(1.5f), lw::scalar(2.5f), out);
  EXPECT_EQ(out, (Floats{1.5, 2, 2.5}));

  const Ints i{1, 2, std::numeric_limits<int32_t>::max()};
  Ints sums(3);
  lw::add(i, lw::scalar(1), sums);
  EXPECT_EQ(sums, (Ints{2, 3, std::numeric_limits<int32_t>::min()}));
}

TEST(Hpp, ComparisonsWriteBoolOrBytes) {
  const Floats x{1, 2, 3}, y{3, 2, 1};
  std::array<bool, 3> truth{};
  Bytes bytes(3);
  lw::less(x, y, truth);
  EXPECT_EQ(truth, (std::array{true, false, false}));
  lw::less(x, y, bytes);
  EXPECT_EQ(bytes, (Bytes{1, 0, 0}));
  lw::less_equal(x, y, bytes);
  EXPECT_EQ(bytes, (Bytes{1, 1, 0}));
  lw::greater(x, y, bytes);
  EXPECT_EQ(bytes, (Bytes{0, 0, 1}));
  lw::greater_equal(x, y, bytes);
  EXPECT_EQ(bytes, (Bytes{0, 1, 1}));
  lw::equal(x, y, bytes);
  EXPECT_EQ(bytes, (Bytes{0, 1, 0}));
  lw::not_equal(x, y, bytes);
  EXPECT_EQ(bytes, (Bytes{1, 0, 1}));
  lw::isnan(Floats{1, NAN, INFINITY}, std::span(bytes));
  EXPECT_EQ(bytes, (Bytes{0, 1, 0}));
  lw::less(Bytes{1, 2, 3}, Bytes{3, 2, 1}, bytes);
  EXPECT_EQ(bytes, (Bytes{1, 0, 0}));
}

TEST(Hpp, WhereAndCompressTakeBoolOrBytes) {
  const Floats x{1, 2, 3};
  const std::array truth{true, false, true};
  const Bytes bytes{2, 0, 255};
  Floats out(3);
  lw::where(truth, x, lw::scalar(-1.0f), out);
  EXPECT_EQ(out, (Floats{1, -1, 3}));
  lw::where(bytes, x, lw::scalar(-1.0f), out);
  EXPECT_EQ(out, (Floats{1, -1, 3}));
  Bytes chosen(3);
  lw::where(bytes, Bytes{1, 2, 3}, Bytes{7, 8, 9}, chosen);
  EXPECT_EQ(chosen, (Bytes{1, 8, 3}));

  Floats two(2);
  EXPECT_EQ(lw::compress(x, truth, two), 2);
  EXPECT_EQ(two, (Floats{1, 3}));
  EXPECT_EQ(lw::compress(Bytes{4, 5, 6}, bytes, chosen), 2);  // an output may be longer
  EXPECT_EQ(chosen[1], 6);
}

TEST(Hpp, Convert) {
  Ints out(4);
  lw::convert(Floats{1.9f, -1.9f, 1e20f, NAN}, out);
  EXPECT_EQ(out, (Ints{1, -1, std::numeric_limits<int32_t>::max(), 0}));
  std::array<Half, 2> halves{};
  lw::convert(Doubles{1.0, -2.0}, halves);
  EXPECT_EQ(halves[0].bits, 0x3C00);
  EXPECT_EQ(halves[1].bits, 0xC000);
  Doubles back(2);
  lw::convert(halves, back);
  EXPECT_EQ(back, (Doubles{1, -2}));
}

TEST(Hpp, Reductions) {
  const Floats x{1, 4, 2, 3};
  EXPECT_EQ(lw::sum(x), 10.0f);
  EXPECT_EQ(lw::mean(x), 2.5f);
  EXPECT_EQ(lw::var(x), 1.25f);
  EXPECT_EQ(lw::var(Doubles{1, 2, 3}, 1), 1.0);
  EXPECT_EQ(lw::var(lw::strided(x.data(), 2, 12), 1), 2.0f);
  EXPECT_EQ(lw::dot(x, x), 30.0f);
  EXPECT_EQ(lw::min(x), 1.0f);
  EXPECT_EQ(lw::max(x), 4.0f);
  EXPECT_EQ(lw::argmax(x), 1);
  const auto bytes = lw::sum(Bytes(1000, 255));
  static_assert(std::is_same_v<decltype(bytes), const uint64_t>);
  EXPECT_EQ(bytes, 255000u);
  const auto ints = lw::sum(Ints{std::numeric_limits<int32_t>::max(), 1});
  static_assert(std::is_same_v<decltype(ints), const int64_t>);
  EXPECT_EQ(ints, int64_t{1} << 31);
  static_assert(std::is_same_v<decltype(lw::max(Bytes{})), uint8_t>);
  Floats scan(4);
  lw::cumulative_sum(x, scan);
  EXPECT_EQ(scan, (Floats{1, 5, 7, 10}));

  const Floats none;
  EXPECT_EQ(lw::sum(none), 0.0f);
  EXPECT_FALSE(std::signbit(lw::sum(none)));
  EXPECT_EQ(lw::dot(none, none), 0.0f);
  EXPECT_TRUE(std::isnan(lw::mean(none)));
  EXPECT_TRUE(std::isnan(lw::var(none)));
  EXPECT_EQ(StatusOf([&] { lw::min(none); }), LW_ERR_SIZE);
  EXPECT_EQ(StatusOf([&] { lw::max(none); }), LW_ERR_SIZE);
  EXPECT_EQ(StatusOf([&] { lw::argmax(none); }), LW_ERR_SIZE);
  EXPECT_EQ(StatusOf([] { lw::var(lw::scalar(1.0f)); }), LW_ERR_SHAPE);
}

TEST(Hpp, ReductionsOverAxes) {
  const Doubles x{1, 2, 3, 4, 5, 6};
  const lw::View<const double, 2> rows(x.data(), {2, 3});
  Doubles over0(3), over1(2);
  lw::reduce<LW_SUM>(rows, lw::axes(0), lw::View<double, 1>(over0.data(), {3}));
  EXPECT_EQ(over0, (Doubles{5, 7, 9}));
  lw::reduce<LW_VAR>(rows, lw::axes(1), lw::View<double, 1>(over1.data(), {2}), 1);
  EXPECT_EQ(over1, (Doubles{1, 1}));
  double all = 0;
  lw::reduce<LW_MAX>(rows, lw::axes(0, 1), lw::View<double, 0>(&all, {}));
  EXPECT_EQ(all, 6);
  // Transposed and backwards.
  const lw::View<const double, 2> columns(x.data() + 5, {3, 2}, {-8, -24});
  lw::reduce<LW_SUM>(columns, lw::axes(0), lw::View<double, 1>(over1.data(), {2}));
  EXPECT_EQ(over1, (Doubles{15, 6}));
  // The generic form over lw_view, and an index as the result.
  std::array<int64_t, 2> where{};
  lw::reduce<LW_ARGMAX, double, int64_t>(rows, lw::axes(1),
                                         lw::View<int64_t, 1>(where.data(), {2}));
  EXPECT_EQ(where, (std::array<int64_t, 2>{2, 2}));

  EXPECT_EQ(StatusOf([&] {
              lw::reduce<LW_SUM>(rows, lw::axes(0), lw::View<double, 1>(over1.data(), {2}));
            }),
            LW_ERR_SHAPE);
  EXPECT_EQ(StatusOf([&] {
              lw::reduce<LW_SUM>(rows, lw::axes(2), lw::View<double, 1>(over0.data(), {3}));
            }),
            LW_ERR_SHAPE);
  Floats wrong(3);
  EXPECT_EQ(StatusOf([&] {
              lw::reduce<LW_SUM>(rows, lw::axes(0), lw::View<float, 1>(wrong.data(), {3}));
            }),
            LW_ERR_DTYPE);
}

TEST(Hpp, StridedOperands) {
  const Floats x{1, 2, 3, 4, 5, 6};
  Floats out(6, 0.0f);
  lw::add(lw::strided(x.data(), 3, 8), lw::strided(x.data() + 5, 3, -8),
          lw::strided(out.data(), 3, 8));
  EXPECT_EQ(out, (Floats{7, 0, 7, 0, 7, 0}));
  EXPECT_EQ(lw::sum(lw::strided(x.data() + 1, 3, 8)), 12.0f);
  // In place.
  Floats y = x;
  lw::multiply(y, y, y);
  EXPECT_EQ(y, (Floats{1, 4, 9, 16, 25, 36}));
}

// Every loop of the library can be called by id alone; here a few of each shape.
TEST(Hpp, CallById) {
  const Floats x{1, 2, 3};
  Floats out(3);
  float one = 0;
  lw::call<LW_NEGATIVE>(x, out);
  EXPECT_EQ(out, (Floats{-1, -2, -3}));
  lw::call<LW_SUM>(x, std::span(&one, 1));
  EXPECT_EQ(one, 6.0f);
  EXPECT_EQ((lw::reduce<LW_SUM, float>(x)), 6.0f);
  EXPECT_EQ(lw::try_call<LW_ADD>(x, x, out), LW_OK);
  EXPECT_EQ(out, (Floats{2, 4, 6}));
  Bytes packed(3);
  lw::call<LW_COMPRESS>(Bytes{1, 2, 3}, Bytes{0, 1, 0}, packed);
  EXPECT_EQ(packed[0], 2);
  constexpr auto kUnknown = static_cast<lw_kernel>(1000);
  EXPECT_EQ(lw::try_call<kUnknown>(x, out), LW_ERR_KERNEL);
}

TEST(Hpp, Searches) {
  using Places = std::vector<int64_t>;
  const Doubles sorted{1, 2, 2, 3}, values{0, 2, 2.5, 9};
  Places places(4);
  lw::searchsorted(sorted, values, places);
  EXPECT_EQ(places, (Places{0, 1, 3, 4}));
  lw::searchsorted(sorted, values, places, true);
  EXPECT_EQ(places, (Places{0, 3, 3, 4}));
  lw::call<LW_SEARCHSORTED>(sorted, lw::strided(&values[3], 4, -8), places);
  EXPECT_EQ(places, (Places{4, 3, 1, 0}));
  lw::searchsorted(lw::strided(sorted.data(), 2, 16), lw::scalar(2.0), std::span(places).first(2));
  EXPECT_EQ(places, (Places{1, 1, 1, 0}));
  // Values of two axes by columns; bytes for truth values.
  lw::searchsorted(sorted, lw::View<const double, 2>(values.data(), {2, 2}, {8, 16}),
                   lw::View<int64_t, 2>(places.data(), {2, 2}));
  EXPECT_EQ(places, (Places{0, 3, 1, 4}));
  const bool truths[] = {false, true, true};
  lw::searchsorted(truths, Bytes{7, 0}, std::span(places).first(2));
  EXPECT_EQ(places, (Places{1, 0, 1, 4}));
  const Places before = places;
  EXPECT_EQ(StatusOf([&] { lw::searchsorted(sorted, Doubles(3), places); }), LW_ERR_SHAPE);
  EXPECT_EQ(StatusOf([&] { lw::searchsorted(lw::scalar(1.0), values, places); }), LW_ERR_SHAPE);
  EXPECT_EQ(lw::try_call<LW_SEARCHSORTED>(sorted, Floats(4), places), LW_ERR_DTYPE);
  EXPECT_EQ(lw::try_call<LW_SEARCHSORTED>(places, places, places), LW_ERR_OVERLAP);
  EXPECT_EQ(places, before);
}

TEST(Hpp, Errors) {
  const Floats x{1, 2, 3}, y{1, 2};
  Floats out(3, 9.0f), two(2);
  EXPECT_EQ(StatusOf([&] { lw::exp(x, two); }), LW_ERR_SHAPE);
  EXPECT_EQ(StatusOf([&] { lw::exp(y, out); }), LW_ERR_SHAPE);
  EXPECT_EQ(StatusOf([&] { lw::add(x, y, out); }), LW_ERR_SHAPE);
  EXPECT_EQ(StatusOf([&] { lw::dot(x, y); }), LW_ERR_SHAPE);
  EXPECT_EQ(StatusOf([&] { lw::call<LW_SUM>(x, two); }), LW_ERR_SHAPE);
  EXPECT_EQ(StatusOf([&] { lw::compress(x, Bytes{1, 1, 1}, two); }), LW_ERR_SHAPE);
  EXPECT_EQ(StatusOf([&] { lw::call<LW_ADD>(x, lw::scalar(1.0), out); }), LW_ERR_DTYPE);
  EXPECT_EQ(StatusOf([&] { lw::call<LW_EXP>(Ints{1, 2, 3}, out); }), LW_ERR_DTYPE);
  EXPECT_EQ(StatusOf([] { lw::reduce<LW_SUM, int32_t>(std::vector<int16_t>(3)); }), LW_ERR_DTYPE);
  // Another number of operands must not turn an input into an output.
  EXPECT_EQ(lw::try_call<LW_EXP>(x, x, out), LW_ERR_SHAPE);
  EXPECT_EQ(lw::try_call<LW_ADD>(x, out), LW_ERR_SHAPE);
  EXPECT_EQ(x, (Floats{1, 2, 3}));
  EXPECT_EQ(out, Floats(3, 9.0f));
  Floats overlap(4);
  EXPECT_EQ(lw::try_call<LW_EXP>(std::span(overlap).first(3), std::span(overlap).last(3)),
            LW_ERR_OVERLAP);
  EXPECT_EQ(StatusOf([] { lw::MaxTarget cap("no such target"); }), LW_ERR_VALUE);
  EXPECT_EQ(StatusOf([] { lw::set_threads(-1); }), LW_ERR_VALUE);
  EXPECT_EQ(StatusOf([] { lw::set_max_target("no such target"); }), LW_ERR_VALUE);
}

TEST(Hpp, TargetsThreadsAndReports) {
  const std::string best = lw::current_target(), lowest = lw_target_name(0);
  {
    const lw::MaxTarget cap(lowest.c_str());
    EXPECT_EQ(lw::current_target(), lowest);
    const lw::MaxTarget inner(best.c_str());
    EXPECT_EQ(lw::current_target(), lowest) << "an inner scope cannot lift the cap";
  }
  EXPECT_EQ(lw::current_target(), best);
  lw::set_max_target(lowest.c_str());
  EXPECT_EQ(lw::current_target(), lowest);
  lw::set_max_target(nullptr);
  EXPECT_EQ(lw::current_target(), best);

  {
    const lw::MaxThreads limit(1);
    EXPECT_EQ(lw::get_threads(), 1);
    const lw::MaxThreads inner(2);
    EXPECT_EQ(lw::get_threads(), 1) << "an inner scope cannot lift the limit";
  }
  EXPECT_EQ(StatusOf([] { lw::MaxThreads limit(0); }), LW_ERR_VALUE);
  lw::set_threads(1);
  EXPECT_EQ(lw::get_threads(), 1);
  lw::set_threads(0);
  EXPECT_GE(lw::get_threads(), 1);

  EXPECT_NE(lw::explain(LW_EXP).find(best), std::string::npos);
  EXPECT_NE((lw::explain<double, double>(LW_EXP)).find("f64"), std::string::npos);
  EXPECT_EQ(lw::explain(LW_EXP, true).front(), '{');
  EXPECT_EQ(lw::explain<float>(LW_EXP, 1 << 20, true).front(), '{');
  EXPECT_NE(lw::explain<float>(LW_EXP, 1 << 20).find("here of 1048576 elements"),
            std::string::npos);
  EXPECT_EQ(StatusOf([] { (void)lw::explain<int, int>(LW_EXP); }), LW_ERR_DTYPE);
  EXPECT_NE(lw::machine().find(best), std::string::npos);
  EXPECT_EQ(lw::machine(true).front(), '{');
  EXPECT_EQ(lw::machine(true).find('\0'), std::string::npos);
}

}  // namespace
