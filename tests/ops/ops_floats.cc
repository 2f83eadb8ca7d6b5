// Arithmetic, bits and classes of floating-point values.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/ops/ops_floats.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "tests/ops/ops_check-inl.h"
#include "tests/ops/ops_lists.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

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

inline constexpr OpsCase kFloatCases[] = {
    {"ArithmeticF32", &FloatArithmetic<float>},
    {"ArithmeticF64", &FloatArithmetic<double>},
    {"BitsF32", &FloatBits<float>},
    {"BitsF64", &FloatBits<double>},
    {"ClassesF32", &FloatClasses<float>},
    {"ClassesF64", &FloatClasses<double>},
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void AddFloats(std::vector<TargetCase>& cases) {
#define LW_CASES(TARGET, NAMESPACE) AddCases(TARGET, NAMESPACE::kFloatCases, cases);
  HWY_VISIT_TARGETS(LW_CASES)
#undef LW_CASES
}
}  // namespace lanewise
#endif
