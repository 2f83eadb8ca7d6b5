// The cases of ops_test, one function each, compiled once per target. A new operation of lw::ops
// gets a line here.

#if defined(LANEWISE_TESTS_OPS_OPS_CASES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_TESTS_OPS_OPS_CASES_INL_H_
#undef LANEWISE_TESTS_OPS_OPS_CASES_INL_H_
#else
#define LANEWISE_TESTS_OPS_OPS_CASES_INL_H_
#endif

#include "tests/ops/ops_check-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// An operation on vectors beside the same on scalars. Arguments: tag d, then v, or a and b.
#define LW_UNARY(how, values, vec, ref) \
  Unary<how>(                           \
      #vec, values,                     \
      [](auto d, auto v) HWY_ATTR {     \
        (void)d;                        \
        return vec;                     \
      },                                \
      [](auto x) { return ref; })
#define LW_BINARY(how, pairs, vec, ref)     \
  Binary<how>(                              \
      #vec, pairs,                          \
      [](auto d, auto a, auto b) HWY_ATTR { \
        (void)d;                            \
        return vec;                         \
      },                                    \
      [](auto x, auto y) {                  \
        (void)x, (void)y;                   \
        return ref;                         \
      })
#define LW_TERNARY(how, triples, vec, ref)          \
  Ternary<how>(                                     \
      #vec, triples,                                \
      [](auto d, auto a, auto b, auto c) HWY_ATTR { \
        (void)d, (void)b, (void)c;                  \
        return vec;                                 \
      },                                            \
      [](auto x, auto y, auto z) {                  \
        (void)y, (void)z;                           \
        return ref;                                 \
      })

// ---------------------------------------------------------------- integers

template <class T>
void IntegerBits(const Pairs<T>& p) {
  LW_BINARY(kStrict, p, ops::And(a, b), x & y);
  LW_BINARY(kStrict, p, ops::Or(a, b), x | y);
  LW_BINARY(kStrict, p, ops::Xor(a, b), x ^ y);
  LW_BINARY(kStrict, p, ops::AndNot(a, b), ~x & y);
  LW_BINARY(kStrict, p, ops::OrAnd(a, a, b), x | (x & y));
  LW_BINARY(kStrict, p, ops::IfThenElse(ops::Eq(a, b), ops::Zero(d), b), x == y ? 0 : y);
  LW_BINARY(kStrict, p, ops::IfThenElseZero(ops::Lt(a, b), b), x < y ? y : 0);
  LW_BINARY(kStrict, p, ops::IfThenZeroElse(ops::Lt(a, b), b), x < y ? 0 : y);
  LW_BINARY(kStrict, p, ops::VecFromMask(d, ops::Lt(a, b)), x < y ? -1 : 0);
  LW_BINARY(kStrict, p, Ones(d, ops::MaskFromVec(ops::VecFromMask(d, ops::Lt(a, b)))), x < y);
  LW_BINARY(kStrict, p,
            Ones(d, ops::AndMask(ops::Le(a, b), ops::NotMask(ops::Eq(a, ops::Zero(d))))),
            x <= y && x != 0);
  LW_BINARY(kStrict, p, Ones(d, ops::OrMask(ops::Eq(a, b), ops::Gt(a, ops::Set(d, 3)))),
            x == y || x > 3);
}

template <class T>
void Comparisons(const Pairs<T>& p) {
  LW_BINARY(kStrict, p, Ones(d, ops::Eq(a, b)), x == y);
  LW_BINARY(kStrict, p, Ones(d, ops::Ne(a, b)), x != y);
  LW_BINARY(kStrict, p, Ones(d, ops::Lt(a, b)), x < y);
  LW_BINARY(kStrict, p, Ones(d, ops::Le(a, b)), x <= y);
  LW_BINARY(kStrict, p, Ones(d, ops::Gt(a, b)), x > y);
  LW_BINARY(kStrict, p, Ones(d, ops::Ge(a, b)), x >= y);
}

template <class T>
T ReferenceQuotient(T x, T y) {
  if (y == 0) return 0;
  if (std::is_signed_v<T> && y == static_cast<T>(-1)) {
    return static_cast<T>(uint64_t{0} - static_cast<uint64_t>(x));
  }
  return static_cast<T>(x / y);
}

template <class T>
void Integers() {
  using U = std::make_unsigned_t<T>;
  const Pairs<T>& p = AllOrManyPairs<T>();
  IntegerBits(p);
  Comparisons(p);
  // Through uint64_t, which wraps.
  LW_BINARY(kStrict, p, ops::Add(a, b), static_cast<T>(uint64_t(x) + uint64_t(y)));
  LW_BINARY(kStrict, p, ops::Sub(a, b), static_cast<T>(uint64_t(x) - uint64_t(y)));
  LW_BINARY(kStrict, p, ops::Mul(a, b), static_cast<T>(uint64_t(x) * uint64_t(y)));
  LW_BINARY(kStrict, p, ops::DivInt(d, a, b), ReferenceQuotient(x, y));
  LW_BINARY(kStrict, p, ops::First(ops::Pair(d, a, b)), x);
  LW_BINARY(kStrict, p, ops::Second(ops::Pair(d, a, b)), y);
  LW_BINARY(kStrict, p, ops::Minimum(d, a, b), y < x ? y : x);
  LW_BINARY(kStrict, p, ops::Maximum(d, a, b), x < y ? y : x);

  const std::vector<T>& v1 = AllOrMany<T>();
  constexpr int kWidth = 8 * sizeof(T);
  LW_UNARY(kStrict, v1, ops::ShiftLeft<1>(v), static_cast<T>(static_cast<U>(x) << 1));
  LW_UNARY(kStrict, v1, ops::ShiftLeft<kWidth - 1>(v),
           static_cast<T>(static_cast<uint64_t>(x) << (kWidth - 1)));
  LW_UNARY(kStrict, v1, ops::ShiftRight<1>(v), x >> 1);
  LW_UNARY(kStrict, v1, ops::ShiftRight<kWidth - 1>(v), x >> (kWidth - 1));

  // Every count from 0 to beyond the width, and the largest there is.
  Pairs<T> shifts;
  for (T x : reference::Specials<T>()) {
    for (int count = 0; count <= kWidth + 2; ++count) shifts.Add(x, static_cast<T>(count));
    shifts.Add(x, std::numeric_limits<T>::max());
  }
  LW_BINARY(kStrict, shifts, ops::ShiftLeftBy(d, a, b),
            y >= static_cast<T>(kWidth) ? 0 : static_cast<T>(static_cast<uint64_t>(x) << y));
  if constexpr (std::is_unsigned_v<T>) {
    LW_BINARY(kStrict, shifts, ops::ShiftRightBy(d, a, b), y >= kWidth ? 0 : x >> y);
  } else {
    LW_UNARY(kStrict, v1, ops::Neg(v), static_cast<T>(-static_cast<uint64_t>(x)));
    LW_UNARY(kStrict, v1, ops::Abs(v), static_cast<T>(x < 0 ? -static_cast<uint64_t>(x) : x));
    LW_BINARY(kStrict, p, ops::IfNegativeThenElse(a, b, a), x < 0 ? y : x);
  }
}

// ---------------------------------------------------------------- floating point

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;

template <class T>
void FloatArithmetic() {
  const Pairs<T>& p = AllOrManyPairs<T>();
  Comparisons(p);
  LW_BINARY(kAnyNaN, p, ops::Add(a, b), x + y);
  LW_BINARY(kAnyNaN, p, ops::Sub(a, b), x - y);
  LW_BINARY(kAnyNaN, p, ops::Mul(a, b), x * y);
  LW_BINARY(kAnyNaN, p, ops::Div(a, b), x / y);
  LW_UNARY(kAnyNaN, AllOrMany<T>(), ops::Sqrt(v), std::sqrt(x));
}

template <class T>
void FloatBits() {
  const Pairs<T>& p = AllOrManyPairs<T>();
  const std::vector<T>& all = AllOrMany<T>();
  using U = BitsOf<T>;
  LW_UNARY(kStrict, all, ops::Neg(v), std::bit_cast<T>(std::bit_cast<U>(x) ^ ~(~U{0} >> 1)));
  LW_UNARY(kStrict, all, ops::Abs(v), std::bit_cast<T>(std::bit_cast<U>(x) & (~U{0} >> 1)));
  LW_UNARY(kStrict, all, ops::Bits(d, v), std::bit_cast<U>(x));
  LW_UNARY(kStrict, all, ops::FromBits(d, ops::Bits(d, v)), x);
  LW_UNARY(kStrict, all, ops::BitCast(ops::SignedOf<decltype(d)>(), v), std::bit_cast<U>(x));
  LW_BINARY(kStrict, p, ops::CopySign(a, b), std::copysign(x, y));
  LW_BINARY(kStrict, p, ops::IfNegativeThenElse(a, b, a), std::signbit(x) ? y : x);
  LW_BINARY(kStrict, p, ops::And(a, b),
            std::bit_cast<T>(std::bit_cast<U>(x) & std::bit_cast<U>(y)));
  LW_BINARY(kStrict, p, ops::AndNot(a, b),
            std::bit_cast<T>(~std::bit_cast<U>(x) & std::bit_cast<U>(y)));
  LW_BINARY(kStrict, p, ops::Xor(a, b),
            std::bit_cast<T>(std::bit_cast<U>(x) ^ std::bit_cast<U>(y)));
  LW_BINARY(kStrict, p, ops::IfThenElse(ops::Lt(a, b), a, b), x < y ? x : y);
  LW_BINARY(kStrict, p, ops::IfThenElseZero(ops::Ne(a, b), a), x != y ? x : 0);
  LW_BINARY(kStrict, p, ops::IfThenZeroElse(ops::Ge(a, b), a), x >= y ? 0 : x);
  LW_BINARY(kStrict, p,
            Ones(ops::SignedOf<decltype(d)>(),
                 ops::RebindMask(ops::SignedOf<decltype(d)>(), ops::Lt(a, b))),
            x < y);
}

template <class T>
void FloatClasses() {
  const std::vector<T>& all = AllOrMany<T>();
  using U = BitsOf<T>;
  LW_UNARY(kStrict, all, Ones(d, ops::IsNaN(v)), std::isnan(x));
  LW_UNARY(kStrict, all, Ones(d, ops::IsFinite(d, v)), std::isfinite(x));
  LW_UNARY(kStrict, all, Ones(d, ops::IsInf(d, v)), std::isinf(x));
  LW_UNARY(kStrict, all, Ones(d, ops::SignBitSet(d, v)), std::signbit(x));
  LW_UNARY(kStrict, all, ops::IfThenElse(ops::IsNaN(v), ops::Zero(d), ops::Inf(d)),
           std::isnan(x) ? 0 : std::numeric_limits<T>::infinity());
  constexpr U kNaN = sizeof(T) == 4 ? U{0x7FC00000} : U{0x7FF8} << (sizeof(U) * 8 - 16);
  LW_UNARY(kStrict, all, ops::Bits(d, ops::IfThenElse(ops::IsNaN(v), ops::NaN(d), v)),
           std::isnan(x) ? kNaN : std::bit_cast<U>(x));
}

template <class T>
void FloatRounding() {
  // Every half between -300 and 300, the ends of the fraction bits, and all the usual values.
  std::vector<T> v1 = AllOrMany<T>();
  for (int i = -1200; i <= 1200; ++i) {
    v1.push_back(static_cast<T>(i) / 4);
    v1.push_back(std::nextafter(static_cast<T>(i) / 4, T{1e9}));
    v1.push_back(std::nextafter(static_cast<T>(i) / 4, T{-1e9}));
    const T end = std::ldexp(T{1}, std::numeric_limits<T>::digits - 1);
    v1.push_back(end + static_cast<T>(i) / 4);
    v1.push_back(end / 2 + static_cast<T>(i) / 4);
    v1.push_back(-end / 2 + static_cast<T>(i) / 4);
  }
  LW_UNARY(kAnyNaN, v1, ops::Rint(d, v), std::rint(x));
  LW_UNARY(kAnyNaN, v1, ops::Floor(d, v), std::floor(x));
  LW_UNARY(kAnyNaN, v1, ops::Ceil(d, v), std::ceil(x));
  LW_UNARY(kAnyNaN, v1, ops::Trunc(d, v), std::trunc(x));
}

template <class T>
T ReferenceMinimum(T x, T y) {
  if (x != x || y != y) return std::numeric_limits<T>::quiet_NaN();
  if (x == y) return std::signbit(x) ? x : y;
  return x < y ? x : y;
}

// What ops::Min is for: neither NaN nor zeros of both signs.
template <class D, class V>
HWY_INLINE V MagnitudeOrInf(D d, V v) {
  return ops::Abs(ops::IfThenElse(ops::IsNaN(v), ops::Inf(d), v));
}
template <class T>
T MagnitudeOrInf(T x) {
  return x != x ? std::numeric_limits<T>::infinity() : std::fabs(x);
}

template <class T>
void FloatMinMax() {
  const Pairs<T>& p = AllOrManyPairs<T>();  // results are canonical NaNs: strict
  LW_BINARY(kStrict, p, ops::Minimum(d, a, b), ReferenceMinimum(x, y));
  LW_BINARY(kStrict, p, ops::Maximum(d, a, b),
            x != x || y != y ? ReferenceMinimum(x, y) : -ReferenceMinimum(-x, -y));
  LW_BINARY(kStrict, p, ops::Min(MagnitudeOrInf(d, a), MagnitudeOrInf(d, b)),
            std::min(MagnitudeOrInf(x), MagnitudeOrInf(y)));
}

template <class T>
void FloatMulAdd() {
  const Triples<T>& t = FmaTriples<T>();
  LW_TERNARY(kAnyNaN, t, ops::MulAdd(d, a, b, c), std::fma(x, y, z));
  LW_TERNARY(kAnyNaN, t, ops::NegMulAdd(d, a, b, c), std::fma(-x, y, z));
  LW_TERNARY(kAnyNaN, t, ops::MulSub(d, a, b, c), std::fma(x, y, -z));
  LW_TERNARY(kAnyNaN, t, ops::Polynomial(d, a, 1.5, -2.25, 0.1),
             std::fma(x, std::fma(x, static_cast<T>(0.1), T{-2.25}), T{1.5}));
}

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

inline constexpr OpsCase kOpsCases[] = {
    {"U8", &Integers<uint8_t>},
    {"I8", &Integers<int8_t>},
    {"U16", &Integers<uint16_t>},
    {"I16", &Integers<int16_t>},
    {"U32", &Integers<uint32_t>},
    {"I32", &Integers<int32_t>},
    {"U64", &Integers<uint64_t>},
    {"I64", &Integers<int64_t>},
    {"ArithmeticF32", &FloatArithmetic<float>},
    {"ArithmeticF64", &FloatArithmetic<double>},
    {"BitsF32", &FloatBits<float>},
    {"BitsF64", &FloatBits<double>},
    {"ClassesF32", &FloatClasses<float>},
    {"ClassesF64", &FloatClasses<double>},
    {"RoundingF32", &FloatRounding<float>},
    {"RoundingF64", &FloatRounding<double>},
    {"MinMaxF32", &FloatMinMax<float>},
    {"MinMaxF64", &FloatMinMax<double>},
    {"MulAddF32", &FloatMulAdd<float>},
    {"MulAddF64", &FloatMulAdd<double>},
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

#endif  // per-target include guard
