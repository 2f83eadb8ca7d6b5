// Operations on integers of one type.

#if defined(LANEWISE_TESTS_OPS_OPS_INTEGERS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_TESTS_OPS_OPS_INTEGERS_INL_H_
#undef LANEWISE_TESTS_OPS_OPS_INTEGERS_INL_H_
#else
#define LANEWISE_TESTS_OPS_OPS_INTEGERS_INL_H_
#endif

#include "tests/ops/ops_check-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

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

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
