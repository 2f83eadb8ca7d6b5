// The fused multiply-add of lw::ops, exact on every target: the instruction where there is one,
// software elsewhere. Part of ops-inl.h, which bodies include.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_OPS_FMA_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_OPS_FMA_INL_H_
#undef LANEWISE_KERNELS_OPS_FMA_INL_H_
#else
#define LANEWISE_KERNELS_OPS_FMA_INL_H_
#endif

#include <cstddef>

#include "kernels/ops/exact_fma.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

namespace ops {

// s + e (an unevaluated sum) rounded to odd: if inexact, the neighbour whose last bit is 1.
// Rounding that to fewer bits later gives the correctly rounded sum.
template <class D, class V>
HWY_INLINE V RoundToOdd(D d, V s, V e) {
  const hn::RebindToSigned<D> di;
  using TI = hn::TFromD<decltype(di)>;
  const auto one = hn::Set(di, TI{1});
  const auto bits = hn::BitCast(di, s);
  const auto even = hn::Eq(hn::And(bits, one), hn::Zero(di));
  // e != 0 and not NaN (s infinite or NaN gives e NaN).
  const auto inexact = hn::RebindMask(di, hn::Gt(hn::Abs(e), hn::Zero(d)));
  // Away from zero if e has the sign of s, else towards it.
  const auto same_sign =
      hn::Ge(hn::BitCast(di, hn::Xor(hn::BitCast(di, s), hn::BitCast(di, e))), hn::Zero(di));
  const auto step = hn::IfThenElse(same_sign, one, hn::Set(di, TI{-1}));
  return hn::BitCast(d, hn::Add(bits, hn::IfThenElseZero(hn::And(even, inexact), step)));
}

template <class D, class V>
HWY_INLINE V TwoSumError(D, V a, V b, V s) {
  const V bb = hn::Sub(s, a);
  return hn::Add(hn::Sub(a, hn::Sub(s, bb)), hn::Sub(b, bb));
}

// a * b + c rounded to odd, where the product is exact and nothing overflows.
template <class D, class V>
HWY_INLINE V MulAddOdd(D d, V a, V b, V c) {
  const V p = hn::Mul(a, b);
  const V s = hn::Add(p, c);
  return RoundToOdd(d, s, TwoSumError(d, p, c, s));
}

#if HWY_NATIVE_FMA

template <class D, class V>
HWY_INLINE V MulAdd(D, V a, V b, V c) {
  return hn::MulAdd(a, b, c);
}
template <class D, class V>
HWY_INLINE V NegMulAdd(D, V a, V b, V c) {
  return hn::NegMulAdd(a, b, c);
}
template <class D, class V>
HWY_INLINE V MulSub(D, V a, V b, V c) {
  return hn::MulSub(a, b, c);
}

#else

template <class D, class V>
HWY_NOINLINE V MulAddSoftF32(D d, V a, V b, V c) {
  const hn::Repartition<double, D> d64;
  const auto lower = MulAddOdd(d64, hn::PromoteLowerTo(d64, a), hn::PromoteLowerTo(d64, b),
                               hn::PromoteLowerTo(d64, c));
  const auto upper = MulAddOdd(d64, hn::PromoteUpperTo(d64, a), hn::PromoteUpperTo(d64, b),
                               hn::PromoteUpperTo(d64, c));
  const hn::Half<D> half;
  return hn::Combine(d, hn::DemoteTo(half, upper), hn::DemoteTo(half, lower));
}

template <class D, class V>
HWY_NOINLINE V MulAddExactLanes(D d, V a, V b, V c) {
  HWY_ALIGN double la[HWY_MAX_LANES_D(D)], lb[HWY_MAX_LANES_D(D)], lc[HWY_MAX_LANES_D(D)];
  hn::Store(a, d, la);
  hn::Store(b, d, lb);
  hn::Store(c, d, lc);
  for (size_t i = 0; i < hn::Lanes(d); ++i) la[i] = ExactFma(la[i], lb[i], lc[i]);
  return hn::Load(d, la);
}

// Dekker's product error; exact for the exponent range that MulAddSoftF64 admits.
template <class D, class V>
HWY_INLINE V TwoProductError(D d, V a, V b, V p) {
  const V split = hn::Set(d, 134217729.0);  // 2^27 + 1
  const V ta = hn::Mul(split, a), tb = hn::Mul(split, b);
  const V ah = hn::Sub(ta, hn::Sub(ta, a)), al = hn::Sub(a, ah);
  const V bh = hn::Sub(tb, hn::Sub(tb, b)), bl = hn::Sub(b, bh);
  const V e = hn::Sub(p, hn::Mul(ah, bh));
  return hn::Sub(hn::Mul(al, bl), hn::Sub(hn::Sub(e, hn::Mul(al, bh)), hn::Mul(ah, bl)));
}

// |v| is 0 or within [2^lo, 2^hi).
template <class D, class V>
HWY_INLINE hn::Mask<D> ZeroOrWithin(D d, V v, double lo, double hi) {
  const V m = hn::Abs(v);
  return hn::Or(hn::Eq(m, hn::Zero(d)),
                hn::And(hn::Ge(m, hn::Set(d, lo)), hn::Lt(m, hn::Set(d, hi))));
}

template <class D, class V>
HWY_NOINLINE V MulAddSoftF64(D d, V a, V b, V c) {
  // Within these ranges no product, error term or sum over- or underflows.
  const auto safe =
      hn::And(hn::And(ZeroOrWithin(d, a, 0x1p-300, 0x1p300), ZeroOrWithin(d, b, 0x1p-300, 0x1p300)),
              ZeroOrWithin(d, c, 0x1p-800, 0x1p900));
  if (HWY_UNLIKELY(!hn::AllTrue(d, safe))) return MulAddExactLanes(d, a, b, c);
  // Boldo and Melquiond: the low parts are summed to odd, then one ordinary rounding.
  const V ph = hn::Mul(a, b);
  const V pl = TwoProductError(d, a, b, ph);
  const V th = hn::Add(c, pl);
  const V tl = TwoSumError(d, c, pl, th);
  const V uh = hn::Add(ph, th);
  const V ul = TwoSumError(d, ph, th, uh);
  const V low = hn::Add(tl, ul);
  const V r = hn::Add(uh, RoundToOdd(d, low, TwoSumError(d, tl, ul, low)));
  // A zero result: product and sum are exact, and the plain sum has the right sign.
  return hn::IfThenElse(hn::Eq(r, hn::Zero(d)), hn::Add(ph, c), r);
}

template <class D, class V>
HWY_INLINE V MulAdd(D d, V a, V b, V c) {
  if constexpr (sizeof(hn::TFromD<D>) == 4)
    return MulAddSoftF32(d, a, b, c);
  else
    return MulAddSoftF64(d, a, b, c);
}
template <class D, class V>
HWY_INLINE V NegMulAdd(D d, V a, V b, V c) {
  return MulAdd(d, hn::Neg(a), b, c);
}
template <class D, class V>
HWY_INLINE V MulSub(D d, V a, V b, V c) {
  return MulAdd(d, a, b, hn::Neg(c));
}

#endif  // HWY_NATIVE_FMA

}  // namespace ops
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
