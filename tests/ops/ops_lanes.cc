// Lanes of another width or kind; memory, masks and single lanes.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/ops/ops_lanes.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/ops/tables-inl.h"
#include "tests/ops/ops_check-inl.h"
#include "tests/ops/ops_lists.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// ---------------------------------------------------------------- lanes of another width or kind

template <class T>
void SmallIntegers() {
  using I = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  const int64_t end = sizeof(T) == 4 ? int64_t{1} << 31 : int64_t{1} << 51;
  const int exact = sizeof(T) == 4 ? 24 : 51;
  std::vector<T> whole = {T{-0.0}};
  std::vector<I> ints, exponents;
  reference::Rng rng(4);
  for (int i = -3000; i <= 3000; ++i) whole.push_back(static_cast<T>(i));
  for (int i = 0; i < 100000; ++i) {
    const T x = static_cast<T>(rng.Between(-end + 1, end - 1));
    if (std::fabs(x) < static_cast<T>(end)) whole.push_back(x);
    const int64_t small = (int64_t{1} << rng.Between(1, exact)) - 1;
    ints.push_back(static_cast<I>(rng.Between(-small, small)));
  }
  for (int e = std::numeric_limits<T>::min_exponent - 1; e < std::numeric_limits<T>::max_exponent;
       ++e) {
    exponents.push_back(e);
  }
  LW_UNARY(kStrict, whole, ops::ToIntSmall(d, v), static_cast<I>(x));
  LW_UNARY(kStrict, ints, ops::FromIntSmall(Tag<T>(), v), static_cast<T>(x));
  LW_UNARY(kStrict, exponents, ops::Pow2Normal(Tag<T>(), v), std::ldexp(T{1}, static_cast<int>(x)));
}

inline void Halves() {
  const Tag<float> d;
  const hn::Repartition<double, Tag<float>> d64;
  HWY_ALIGN float in[HWY_MAX_LANES_D(Tag<float>)];
  HWY_ALIGN float back[HWY_MAX_LANES_D(Tag<float>)];
  HWY_ALIGN double wide[HWY_MAX_LANES_D(Tag<float>)];
  const std::vector<float>& all = AllOrMany<float>();
  const size_t lanes = hn::Lanes(d);
  Mismatches bad("PromoteLower, PromoteUpper, DemoteTwo");
  reference::Rng rng(5);
  for (size_t i = 0; i < all.size(); i += lanes) {
    const auto v = LoadFrom(d, all, i, in);
    hn::Store(ops::PromoteLower(d64, v), d64, wide);
    hn::Store(ops::PromoteUpper(d64, v), d64, wide + lanes / 2);
    for (size_t l = 0; l < lanes; ++l) {
      if (!reference::Same(wide[l], static_cast<double>(in[l]))) bad.Add(wide[l], double{in[l]}, l);
      // Something between this float and the next, ties and what overflows included.
      const auto ulps = static_cast<double>(rng.Between(-4, 4)) / 8;
      const double gap = static_cast<double>(std::nextafter(in[l], INFINITY)) - wide[l];
      if (std::isfinite(gap)) wide[l] += gap * ulps;
      if (rng.Below(50) == 0) wide[l] *= 0x1p100;
    }
    hn::Store(ops::DemoteTwo(d, hn::Load(d64, wide), hn::Load(d64, wide + lanes / 2)), d, back);
    for (size_t l = 0; l < lanes; ++l) {
      const float expected = static_cast<float>(wide[l]);
      if (!reference::Same(back[l], expected)) bad.Add(back[l], expected, wide[l]);
    }
  }
}

// ---------------------------------------------------------------- memory, masks, lanes

template <class T>
void Gathers() {
  using I = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  [[maybe_unused]] static T table[1000];
  std::vector<I> indices;
  for (int i = 0; i < 1000; ++i) {
    table[i] = static_cast<T>(i * 3 + 1);
    indices.push_back((i * 7919) % 1000);
  }
  LW_UNARY(kStrict, indices, ops::Gather(Tag<T>(), table, v), static_cast<T>(x * 3 + 1));
}

// Masks with exactly one lane set, none and all.
template <class T>
void MaskTests() {
  const Tag<T> d;
  const size_t lanes = hn::Lanes(d);
  for (size_t set = 0; set <= lanes; ++set) {
    HWY_ALIGN T v[HWY_MAX_LANES_D(Tag<T>)] = {};
    if (set < lanes) v[set] = 1;
    const auto mask = ops::Ne(hn::Load(d, v), ops::Zero(d));
    EXPECT_EQ(ops::NoneOf(d, mask), set == lanes);
    EXPECT_FALSE(ops::AllOf(d, mask) && lanes > 1);
    EXPECT_EQ(ops::AllOf(d, ops::NotMask(mask)), set == lanes);
    Raised raised{kInvalid};
    ops::Raise(d, mask, kOverflow, raised);
    EXPECT_EQ(raised.bits, set == lanes ? kInvalid : kInvalid | kOverflow);
  }
}

template <class T>
void Lanewise() {
  // The function sees v, a, b and c of its lane and may change the last three.
  const Triples<T>& t = FmaTriples<T>();
  const auto rotate = [](auto v, auto& a, auto& b, auto& c) {
    const auto old = a;
    a = b, b = c, c = v == v ? old : v;
  };
  const auto apply = [rotate](auto d, auto a, auto b, auto c, int which) HWY_ATTR {
    auto x = a, y = b, z = c;
    ops::ForEachLane(d, b, x, y, z, rotate);
    return which == 0 ? x : which == 1 ? y : z;
  };
  Ternary(
      "ForEachLane a", t,
      [&](auto d, auto a, auto b, auto c) HWY_ATTR { return apply(d, a, b, c, 0); },
      [](T, T y, T) { return y; });
  Ternary(
      "ForEachLane b", t,
      [&](auto d, auto a, auto b, auto c) HWY_ATTR { return apply(d, a, b, c, 1); },
      [](T, T, T z) { return z; });
  Ternary(
      "ForEachLane c", t,
      [&](auto d, auto a, auto b, auto c) HWY_ATTR { return apply(d, a, b, c, 2); },
      [](T x, T y, T) { return y == y ? x : y; });
}

inline constexpr OpsCase kLaneCases[] = {
    {"SmallIntegersF32", &SmallIntegers<float>},
    {"SmallIntegersF64", &SmallIntegers<double>},
    {"Halves", &Halves},
    {"GatherF32", &Gathers<float>},
    {"GatherF64", &Gathers<double>},
    {"MasksU8", &MaskTests<uint8_t>},
    {"MasksU16", &MaskTests<uint16_t>},
    {"MasksF32", &MaskTests<float>},
    {"MasksF64", &MaskTests<double>},
    {"LanewiseF32", &Lanewise<float>},
    {"LanewiseF64", &Lanewise<double>},
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void AddLanes(std::vector<TargetCase>& cases) {
#define LW_CASES(TARGET, NAMESPACE) AddCases(TARGET, NAMESPACE::kLaneCases, cases);
  HWY_VISIT_TARGETS(LW_CASES)
#undef LW_CASES
}
}  // namespace lanewise
#endif
