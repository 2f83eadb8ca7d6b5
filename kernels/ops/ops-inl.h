// lw::ops: the only operations that kernel bodies may use (docs/numerics.md).
// Every operation here returns the same bits on every target; tests/ops compares each
// with a scalar reference. Highway operations that differ between targets are defined anew.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_OPS_OPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_OPS_OPS_INL_H_
#undef LANEWISE_KERNELS_OPS_OPS_INL_H_
#else
#define LANEWISE_KERNELS_OPS_OPS_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#ifdef LANEWISE_ONE_LANE
#include "kernels/ops/one_lane.h"  // for CUDA
#else
#include "hwy/highway.h"
#endif

#include "kernels/ops/fma-inl.h"
#include "kernels/list/kernel.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

namespace ops {

template <class D>
using VecOf = hn::Vec<D>;
template <class D>
using MaskOf = hn::Mask<D>;
using hn::TFromD;

// -------- proven equal on all targets: re-exported

using hn::Add;
using hn::And;
using hn::AndNot;
using hn::BitCast;
using hn::CopySign;
using hn::Div;
using hn::IfNegativeThenElse;  // by the sign bit of the first argument, -0 and NaN included
using hn::IfThenElse;
using hn::IfThenElseZero;
using hn::IfThenZeroElse;
using hn::MaskFromVec;
using hn::Mul;
using hn::Neg;
using hn::Or;
using hn::OrAnd;
using hn::Set;
using hn::ShiftLeft;   // by a constant below the width
using hn::ShiftRight;  // by a constant below the width
using hn::Sqrt;
using hn::Sub;
using hn::VecFromMask;
using hn::Xor;
using hn::Zero;

// Comparisons give masks; NaN compares false, and Ne is true for NaN.
using hn::Eq;
using hn::Ge;
using hn::Gt;
using hn::Le;
using hn::Lt;
template <class V>
HWY_INLINE auto Ne(V a, V b) {
  return hn::Not(hn::Eq(a, b));
}
template <class M>
HWY_INLINE M NotMask(M m) {
  return hn::Not(m);
}
template <class M>
HWY_INLINE M AndMask(M a, M b) {
  return hn::And(a, b);
}
// Highway's Or on SVE is a select between masks, which GCC 12 compiles as if vectors had 128 bits
// where `a` is a comparison of bytes.
template <class M>
HWY_INLINE M OrMask(M a, M b) {
#if HWY_TARGET_IS_SVE
  return hn::Not(hn::AndNot(a, hn::Not(b)));
#else
  return hn::Or(a, b);
#endif
}

// True if no lane of the mask is set: the usual test before a special-value path.
template <class D, class M>
HWY_INLINE bool NoneOf(D d, M m) {
  return hn::AllFalse(d, m);
}
template <class D, class M>
HWY_INLINE bool AllOf(D d, M m) {
  return hn::AllTrue(d, m);
}

// Raises `flag` (kInvalid, kDivByZero, kOverflow) if any lane of the mask is set.
template <class D, class M>
HWY_INLINE void Raise(D d, M m, uint32_t flag, Raised& raised) {
  if (!hn::AllFalse(d, m)) raised.bits |= flag;
}

// -------- tags of the same number of lanes

template <class D>
using SignedOf = hn::RebindToSigned<D>;
template <class D>
using UnsignedOf = hn::RebindToUnsigned<D>;
template <class T, class D>
using SameLanes = hn::Rebind<T, D>;
// The f64 tag of half the lanes, for the halves of an f32 vector.
template <class D>
using HalfLanesF64 = hn::Repartition<double, D>;

// A mask of one element type as the mask of another of the same size.
template <class DTo, class M>
HWY_INLINE auto RebindMask(DTo d, M m) {
  return hn::RebindMask(d, m);
}

// -------- what a body with two outputs returns; on SVE no struct can hold vectors

template <class D>
using PairOf = hn::Vec2<D>;
template <class D, class V>
HWY_INLINE PairOf<D> Pair(D d, V first, V second) {
  return hn::Create2(d, first, second);
}
template <class P>
HWY_INLINE auto First(P pair) {
  return hn::Get2<0>(pair);
}
template <class P>
HWY_INLINE auto Second(P pair) {
  return hn::Get2<1>(pair);
}

// -------- bits and classes of floating-point values

template <class V>
HWY_INLINE V Abs(V v) {
  return hn::Abs(v);  // integers wrap: |INT_MIN| is INT_MIN
}
template <class D, class V>
HWY_INLINE auto Bits(D, V v) {
  return hn::BitCast(UnsignedOf<D>(), v);
}
template <class D, class VU>
HWY_INLINE auto FromBits(D d, VU v) {
  return hn::BitCast(d, v);
}
template <class V>
HWY_INLINE auto IsNaN(V v) {
  return hn::Not(hn::Eq(v, v));
}
template <class D, class V>
HWY_INLINE auto IsFinite(D d, V v) {
  return hn::Lt(hn::Abs(v), hn::Inf(d));
}
template <class D, class V>
HWY_INLINE auto IsInf(D d, V v) {
  return hn::Eq(hn::Abs(v), hn::Inf(d));
}
template <class D, class V>
HWY_INLINE auto SignBitSet(D d, V v) {
  const SignedOf<D> di;
  return hn::RebindMask(d, hn::Lt(hn::BitCast(di, v), hn::Zero(di)));
}
template <class D>
HWY_INLINE VecOf<D> Inf(D d) {
  return hn::Inf(d);
}
// The canonical quiet NaN: positive, only the quiet bit set.
template <class D>
HWY_INLINE VecOf<D> NaN(D d) {
  using T = TFromD<D>;
  const UnsignedOf<D> du;
  if constexpr (sizeof(T) == 4)
    return hn::BitCast(d, hn::Set(du, 0x7FC00000u));
  else
    return hn::BitCast(d, hn::Set(du, uint64_t{0x7FF8000000000000u}));
}

// -------- rounding to integral values; a zero result keeps the sign of its argument

template <class D, class V>
HWY_INLINE V Rint(D, V v) {
  return hn::CopySign(hn::Round(v), v);
}
template <class D, class V>
HWY_INLINE V Floor(D, V v) {
  return hn::CopySign(hn::Floor(v), v);
}
template <class D, class V>
HWY_INLINE V Ceil(D, V v) {
  return hn::CopySign(hn::Ceil(v), v);
}
template <class D, class V>
HWY_INLINE V Trunc(D, V v) {
  return hn::CopySign(hn::Trunc(v), v);
}

// The smaller operand, where neither is NaN and the zeros, if any, have one sign: elsewhere the
// result depends on the target.
using hn::Min;

// -------- IEEE 754-2019 minimum/maximum: NaN if either is NaN (canonical), -0 below +0

// Which zero or NaN Highway's Min and Max give depends on the target, and on x86 on the order of
// the operands. In both orders, equal operands differ at most in the sign of zero: Or keeps a
// minus, And a plus.
template <class D, class V>
HWY_INLINE V Minimum(D d, V a, V b) {
  if constexpr (hwy::IsFloat<TFromD<D>>()) {
    const V m = hn::Or(hn::Min(a, b), hn::Min(b, a));
    return hn::IfThenElse(hn::IsEitherNaN(a, b), ops::NaN(d), m);
  } else {
    return hn::Min(a, b);
  }
}
template <class D, class V>
HWY_INLINE V Maximum(D d, V a, V b) {
  if constexpr (hwy::IsFloat<TFromD<D>>()) {
    const V m = hn::And(hn::Max(a, b), hn::Max(b, a));
    return hn::IfThenElse(hn::IsEitherNaN(a, b), ops::NaN(d), m);
  } else {
    return hn::Max(a, b);
  }
}

// -------- shifts by a count per lane; a count of the width or more gives 0

template <class D, class V>
HWY_INLINE V ShiftLeftBy(D d, V v, V count) {
  using T = TFromD<D>;
  const auto small = hn::Lt(count, hn::Set(d, static_cast<T>(sizeof(T) * 8)));
  return hn::IfThenElseZero(small, hn::Shl(v, hn::IfThenElseZero(small, count)));
}
template <class D, class V>
HWY_INLINE V ShiftRightBy(D d, V v, V count) {  // unsigned types
  using T = TFromD<D>;
  const auto small = hn::Lt(count, hn::Set(d, static_cast<T>(sizeof(T) * 8)));
  return hn::IfThenElseZero(small, hn::Shr(v, hn::IfThenElseZero(small, count)));
}

// -------- integer quotients, truncated: 0 by zero, and the smallest number by -1 is itself. They
// may be computed in floating point: a kernel that uses them sets integer_flags in its contract.

template <class D, class V>
HWY_INLINE V DivInt(D d, V a, V b) {
  using T = TFromD<D>;
  const V one = hn::Set(d, T{1});
  const auto by_zero = hn::Eq(b, hn::Zero(d));
  auto apart = by_zero;
  if constexpr (hwy::IsSigned<T>()) {
    const auto by_minus = hn::Eq(b, hn::Set(d, T{-1}));
    apart = OrMask(by_zero, by_minus);
    a = hn::IfThenElse(by_minus, hn::Neg(a), a);
  }
  return hn::IfThenZeroElse(by_zero, hn::Div(a, hn::IfThenElse(apart, one, b)));
}

// -------- lanes of another width or kind. Exact unless the name says how it rounds.

// f32/f64 that already hold an integral value of small magnitude (|v| < 2^31, 2^51), and back.
template <class D, class V>
HWY_INLINE auto ToIntSmall([[maybe_unused]] D d, V v) {
  const SignedOf<D> di;
  if constexpr (sizeof(TFromD<D>) == 4) {
    return hn::ConvertTo(di, v);
  } else {
    // Adding 1.5 * 2^52 leaves the integer in the low bits: full speed without AVX-512DQ.
    const auto magic = hn::Set(d, 6755399441055744.0);
    return hn::Sub(hn::BitCast(di, hn::Add(v, magic)), hn::BitCast(di, magic));
  }
}
template <class D, class VI>
HWY_INLINE auto FromIntSmall(D d, VI v) {
  if constexpr (sizeof(TFromD<D>) == 4) {
    return hn::ConvertTo(d, v);
  } else {
    const SignedOf<D> di;
    const auto magic = hn::Set(d, 6755399441055744.0);
    return hn::Sub(hn::BitCast(d, hn::Add(v, hn::BitCast(di, magic))), magic);
  }
}
// 2^k as a floating-point value, for k (an integer vector) within the normal range.
template <class D, class VI>
HWY_INLINE auto Pow2Normal(D d, VI k) {
  const SignedOf<D> di;
  if constexpr (sizeof(TFromD<D>) == 4) {
    return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(k, hn::Set(di, 127))));
  } else {
    return hn::BitCast(d, hn::ShiftLeft<52>(hn::Add(k, hn::Set(di, int64_t{1023}))));
  }
}

// The lower and upper half of an f32 vector in f64 (d64 has half the lanes), and both back
// with one rounding.
template <class D64, class V32>
HWY_INLINE VecOf<D64> PromoteLower(D64 d64, V32 v) {
  return hn::PromoteLowerTo(d64, v);
}
template <class D64, class V32>
HWY_INLINE VecOf<D64> PromoteUpper(D64 d64, V32 v) {
  return hn::PromoteUpperTo(d64, v);
}
template <class D32, class V64>
HWY_INLINE VecOf<D32> DemoteTwo(D32 d32, V64 lower, V64 upper) {
  const hn::Half<D32> half;
  return hn::Combine(d32, hn::DemoteTo(half, upper), hn::DemoteTo(half, lower));
}

// -------- polynomials, by the fused multiply-add of fma-inl.h

// c0 + x * (c1 + x * (c2 + ...)) by Horner's rule, coefficients in ascending order of degree.
template <class D, class V, class C0>
HWY_INLINE V Polynomial(D d, V, C0 c0) {
  return hn::Set(d, static_cast<TFromD<D>>(c0));
}
template <class D, class V, class C0, class... Cs>
HWY_INLINE V Polynomial(D d, V x, C0 c0, Cs... cs) {
  return MulAdd(d, x, Polynomial(d, x, cs...), hn::Set(d, static_cast<TFromD<D>>(c0)));
}

// For special paths only: calls fn(v[i], a[i], b[i], c[i]) for every lane; fn may change the last
// three. fn is plain C++ whose results do not depend on the machine.
template <class D, class V, class Fn>
HWY_NOINLINE void ForEachLane(D d, V v, V& a, V& b, V& c, Fn fn) {
  using T = TFromD<D>;
  HWY_ALIGN T lv[HWY_MAX_LANES_D(D)], la[HWY_MAX_LANES_D(D)], lb[HWY_MAX_LANES_D(D)],
      lc[HWY_MAX_LANES_D(D)];
  hn::Store(v, d, lv);
  hn::Store(a, d, la);
  hn::Store(b, d, lb);
  hn::Store(c, d, lc);
  for (size_t i = 0; i < hn::Lanes(d); ++i) fn(lv[i], la[i], lb[i], lc[i]);
  a = hn::Load(d, la);
  b = hn::Load(d, lb);
  c = hn::Load(d, lc);
}

}  // namespace ops
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
