// Between integers and f32, f64: rounded once; into integers truncated and saturated, NaN to 0,
// what does not fit raising invalid.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_OPS_INT_FLOATS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_OPS_INT_FLOATS_INL_H_
#undef LANEWISE_KERNELS_OPS_INT_FLOATS_INL_H_
#else
#define LANEWISE_KERNELS_OPS_INT_FLOATS_INL_H_
#endif

#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace ops {

// -------- floating point to integer

// Of a type's row, plain numbers: CUDA's compiler reads no structs of the host.
template <class T>
inline constexpr int kDigits = kInfo<T>.digits;
template <class T>
inline constexpr bool kIsSigned = kInfo<T>.kind == DtypeKind::kSigned;

// The range of an integer type in a floating-point type: from kRangeBegin on, below kRangeEnd.
template <class To, class TF>
inline constexpr TF kRangeEnd = static_cast<TF>(uint64_t{1} << (kDigits<To> - 1)) * 2;
template <class To, class TF>
inline constexpr TF kRangeBegin = kIsSigned<To> ? -kRangeEnd<To, TF> : 0;

// Where the truncated value is in the range.
template <class To, class DF, class VF>
HWY_INLINE MaskOf<DF> FitsIn(DF df, VF v) {
  using TF = TFromD<DF>;
  constexpr TF kLow = kRangeBegin<To, TF>;
  const auto below = hn::Lt(v, hn::Set(df, kRangeEnd<To, TF>));
  if constexpr (kIsSigned<To> && kDigits<To> >= kDigits<TF>)
    return hn::And(hn::Ge(v, hn::Set(df, kLow)), below);  // there is no kLow - 1
  else
    return hn::And(hn::Gt(v, hn::Set(df, kLow - 1)), below);
}

// Into the signed type DI of the float's size. To is that type or a narrower one, or the unsigned
// one of the size, whose bits the result then has.
template <class To, class DI, class DF, class VF>
HWY_INLINE VecOf<DI> FloatToInt(DI di, DF df, VF v, Raised& raised) {
  using TI = TFromD<DI>;
  using TF = TFromD<DF>;
  const auto fits = FitsIn<To>(df, v);
  auto x = hn::IfThenElseZero(fits, v);
  VecOf<DI> r;
  if constexpr (kDigits<To> == sizeof(TF) * 8) {
    const auto half = hn::Set(df, kRangeEnd<TI, TF>);
    const auto upper = hn::Ge(x, half);
    x = hn::Sub(x, hn::IfThenElseZero(upper, half));
    const auto sign = hn::Set(di, hwy::LimitsMin<TI>());
    r = hn::Xor(hn::ConvertTo(di, x), hn::IfThenElseZero(hn::RebindMask(di, upper), sign));
  } else {
    r = hn::ConvertTo(di, x);
  }
  if (HWY_LIKELY(hn::AllTrue(df, fits))) return r;
  ops::Raise(df, hn::Not(fits), kInvalid, raised);
  const auto too_large = hn::RebindMask(di, hn::Ge(v, hn::Set(df, kRangeEnd<To, TF>)));
  const auto high = hn::Set(di, static_cast<TI>(hwy::LimitsMax<To>()));
  r = hn::IfThenElse(too_large, high, r);
  if constexpr (!kIsSigned<To>) return r;  // 0 is the lowest
  const auto too_small = hn::RebindMask(di, hn::Lt(v, hn::Set(df, kRangeBegin<To, TF>)));
  return hn::IfThenElse(too_small, hn::Set(di, static_cast<TI>(hwy::LimitsMin<To>())), r);
}

// The same from f64 to at most 32 bits.
template <class To, class D32, class D64, class V64>
HWY_INLINE VecOf<D32> F64ToInt32(D32 d32, D64 d, V64 v, Raised& raised) {
  const auto fits = FitsIn<To>(d, v);
  auto x = v;
  if (HWY_UNLIKELY(!hn::AllTrue(d, fits))) {
    // Clamping first keeps the instruction away from its target-dependent results.
    ops::Raise(d, hn::Not(fits), kInvalid, raised);
    const auto begin = hn::Set(d, kRangeBegin<To, double>), end = hn::Set(d, kRangeEnd<To, double>);
    x = hn::IfThenElse(hn::Ge(v, end), hn::Set(d, kRangeEnd<To, double> - 1), x);
    x = hn::IfThenElse(hn::Lt(v, begin), begin, x);
    x = hn::IfThenElseZero(hn::Eq(v, v), x);
  }
  x = hn::Trunc(x);
  if constexpr (kDigits<To> < 32) return hn::DemoteTo(d32, x);
  const auto sign = hn::Set(d32, hwy::LimitsMin<int32_t>());
  return hn::Xor(hn::DemoteTo(d32, hn::Sub(x, hn::Set(d, 0x1p31))), sign);
}

// -------- integer to floating point

// An integer whose lowest bits are folded into one sticky bit, so that as many are left as the
// float of its size has: exact there, and rounding that to fewer bits gives the correctly rounded
// value.
template <class DI, class VI>
HWY_INLINE VI RoundToOdd(DI di, VI v) {
  using T = TFromD<DI>;
  constexpr int kKept = sizeof(T) == 4 ? 24 : 53;
  constexpr int kFolded = kDigits<T> - kKept;
  const auto low = hn::Set(di, static_cast<T>((T{1} << kFolded) - 1));
  const auto lost = hn::Ne(hn::And(v, low), hn::Zero(di));
  const auto sticky = hn::IfThenElseZero(lost, hn::Set(di, static_cast<T>(T{1} << kFolded)));
  const auto odd = hn::Or(hn::AndNot(low, v), sticky);
  // Values that the float holds anyway stay as they are.
  const auto end = hn::Set(di, static_cast<T>(T{1} << kKept));
  if constexpr (!kIsSigned<T>)
    return hn::IfThenElse(hn::Gt(v, end), odd, v);
  else
    return hn::IfThenElse(
        hn::Or(hn::Gt(hn::Abs(v), end), hn::Eq(v, hn::Set(di, hwy::LimitsMin<T>()))), odd, v);
}

// At most 32 bits to f32, one rounding.
template <class D32, class DI, class VI>
HWY_INLINE VecOf<D32> IntToF32(D32 d32, DI, VI v) {
  using T = TFromD<DI>;
  const hn::RebindToSigned<D32> di32;
  if constexpr (sizeof(T) < 4) {
    return hn::ConvertTo(d32, hn::PromoteTo(di32, v));
  } else if constexpr (hwy::IsSigned<T>()) {
    return hn::ConvertTo(d32, v);
  } else {
    // Both halves are exact, so is the upper one's weight.
    const auto lower = hn::And(v, hn::Set(DI(), 0xFFFFu));
    const auto upper = hn::ConvertTo(d32, hn::BitCast(di32, hn::ShiftRight<16>(v)));
    const auto weighted = hn::Mul(upper, hn::Set(d32, 65536.0f));
    return hn::Add(weighted, hn::ConvertTo(d32, hn::BitCast(di32, lower)));
  }
}

// Any integer to f64; 64 bits are rounded.
template <class D64, class DI, class VI>
HWY_INLINE VecOf<D64> IntToF64(D64 d64, DI, VI v) {
  using T = TFromD<DI>;
  if constexpr (sizeof(T) < 4)
    return hn::PromoteTo(d64, hn::PromoteTo(hn::Rebind<int32_t, D64>(), v));
  else if constexpr (sizeof(T) == 4)
    return hn::PromoteTo(d64, v);
  else
    return hn::ConvertTo(d64, v);
}

}  // namespace ops
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
