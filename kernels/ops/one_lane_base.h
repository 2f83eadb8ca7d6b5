// The tags, bits and masks of one_lane.h, and what bodies see of a target there.

#ifndef LANEWISE_KERNELS_OPS_ONE_LANE_BASE_H_
#define LANEWISE_KERNELS_OPS_ONE_LANE_BASE_H_

#ifndef LANEWISE_ONE_LANE
#error "one_lane.h replaces Highway where LANEWISE_ONE_LANE is defined"
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/base.h"

// ---------------------------------------------------------------- what bodies see of a target

#undef HWY_INLINE
#undef HWY_NOINLINE
#ifdef __CUDACC__
#define HWY_INLINE __device__ __forceinline__
#else
#define HWY_INLINE inline __attribute__((always_inline))
#endif
// Special paths too: a call would pass `Raised` through memory, inlined it vanishes.
#define HWY_NOINLINE HWY_INLINE

#define HWY_NAMESPACE N_ONE_LANE
#define HWY_BEFORE_NAMESPACE() static_assert(true, "")
#define HWY_AFTER_NAMESPACE() static_assert(true, "")
#define HWY_ALIGN alignas(64)
#define HWY_MAX_LANES_D(D) 1
#define HWY_NATIVE_FMA 1
// One lane is no x86 vector, whatever the host compiler builds for.
#undef HWY_ARCH_X86
#define HWY_ARCH_X86 0

namespace hwy {
namespace HWY_NAMESPACE {

// ---------------------------------------------------------------- tags and types

template <class T>
struct Tag {
  using Element = T;
};
template <class D>
using TFromD = typename D::Element;

template <class D>
using Vec = TFromD<D>;
template <class D>
using Mask = bool;

template <class T, class D>
using Rebind = Tag<T>;
template <class D>
using RebindToSigned = Tag<MakeSigned<TFromD<D>>>;
template <class D>
using RebindToUnsigned = Tag<MakeUnsigned<TFromD<D>>>;
template <class D>
using RebindToFloat = Tag<MakeFloat<TFromD<D>>>;
// Of two half vectors in a wider type the upper one is empty.
template <class T, class D>
using Repartition = Tag<T>;
template <class D>
using Half = D;

template <class D>
HWY_INLINE constexpr size_t Lanes(D) {
  return 1;
}

template <class D>
struct Vec2 {
  Vec<D> v0, v1;
};
template <class D>
HWY_INLINE Vec2<D> Create2(D, Vec<D> v0, Vec<D> v1) {
  return {v0, v1};
}
template <size_t kIndex, class D>
HWY_INLINE Vec<D> Get2(Vec2<D> pair) {
  return kIndex == 0 ? pair.v0 : pair.v1;
}

// ---------------------------------------------------------------- bits

template <class T>
HWY_INLINE auto ToBits(T v) {
  return __builtin_bit_cast(MakeUnsigned<T>, v);
}
template <class T>
HWY_INLINE T FromBits(MakeUnsigned<T> bits) {
  return __builtin_bit_cast(T, bits);
}

template <class D, class V>
HWY_INLINE Vec<D> BitCast(D, V v) {
  return __builtin_bit_cast(Vec<D>, v);
}
template <class D>
HWY_INLINE Vec<D> Set(D, TFromD<D> value) {
  return value;
}
template <class D>
HWY_INLINE Vec<D> Zero(D) {
  return Vec<D>(0);
}
template <class D>
HWY_INLINE Vec<D> Inf(D d) {
  if constexpr (sizeof(TFromD<D>) == 4)
    return BitCast(d, 0x7F800000u);
  else
    return BitCast(d, uint64_t{0x7FF0000000000000});
}

template <class V>
HWY_INLINE V And(V a, V b) {
  return FromBits<V>(static_cast<MakeUnsigned<V>>(ToBits(a) & ToBits(b)));
}
template <class V>
HWY_INLINE V Or(V a, V b) {
  return FromBits<V>(static_cast<MakeUnsigned<V>>(ToBits(a) | ToBits(b)));
}
template <class V>
HWY_INLINE V Xor(V a, V b) {
  return FromBits<V>(static_cast<MakeUnsigned<V>>(ToBits(a) ^ ToBits(b)));
}
template <class V>
HWY_INLINE V AndNot(V not_a, V b) {
  return FromBits<V>(static_cast<MakeUnsigned<V>>(~ToBits(not_a) & ToBits(b)));
}
template <class V>
HWY_INLINE V OrAnd(V o, V a, V b) {
  return Or(o, And(a, b));
}

template <class V>
inline constexpr MakeUnsigned<V> kSignBit = static_cast<MakeUnsigned<V>>(MakeUnsigned<V>{1}
                                                                         << (sizeof(V) * 8 - 1));

template <class V>
HWY_INLINE V CopySign(V magnitude, V sign) {
  return FromBits<V>((ToBits(magnitude) & ~kSignBit<V>) | (ToBits(sign) & kSignBit<V>));
}

template <int kBits, class V>
HWY_INLINE V ShiftLeft(V v) {
  return FromBits<V>(static_cast<MakeUnsigned<V>>(ToBits(v) << kBits));
}
template <int kBits, class V>
HWY_INLINE V ShiftRight(V v) {
  return static_cast<V>(v >> kBits);
}
template <class V>
HWY_INLINE V Shl(V v, V count) {
  return FromBits<V>(static_cast<MakeUnsigned<V>>(ToBits(v) << ToBits(count)));
}
template <class V>
HWY_INLINE V Shr(V v, V count) {
  return static_cast<V>(v >> count);
}

// ---------------------------------------------------------------- masks

HWY_INLINE bool And(bool a, bool b) { return a && b; }
HWY_INLINE bool Or(bool a, bool b) { return a || b; }
HWY_INLINE bool Not(bool a) { return !a; }

template <class D>
HWY_INLINE bool AllFalse(D, bool m) {
  return !m;
}
template <class D>
HWY_INLINE bool AllTrue(D, bool m) {
  return m;
}
template <class D>
HWY_INLINE bool RebindMask(D, bool m) {
  return m;
}

template <class V>
HWY_INLINE bool Eq(V a, V b) {
  return a == b;
}
template <class V>
HWY_INLINE bool Ne(V a, V b) {
  return a != b;
}
template <class V>
HWY_INLINE bool Lt(V a, V b) {
  return a < b;
}
template <class V>
HWY_INLINE bool Le(V a, V b) {
  return a <= b;
}
template <class V>
HWY_INLINE bool Gt(V a, V b) {
  return a > b;
}
template <class V>
HWY_INLINE bool Ge(V a, V b) {
  return a >= b;
}

// A selection moves bits; as a choice between numbers the compiler might make an fmin of it.
template <class V>
HWY_INLINE V IfThenElse(bool m, V yes, V no) {
  return FromBits<V>(m ? ToBits(yes) : ToBits(no));
}
template <class V>
HWY_INLINE V IfThenElseZero(bool m, V yes) {
  return IfThenElse(m, yes, V(0));
}
template <class V>
HWY_INLINE V IfThenZeroElse(bool m, V no) {
  return IfThenElse(m, V(0), no);
}
template <class V>
HWY_INLINE V IfNegativeThenElse(V v, V yes, V no) {
  return IfThenElse((ToBits(v) & kSignBit<V>) != 0, yes, no);
}
template <class V>
HWY_INLINE bool MaskFromVec(V v) {
  return ToBits(v) != 0;
}
template <class D>
HWY_INLINE Vec<D> VecFromMask(D, bool m) {
  using TU = MakeUnsigned<TFromD<D>>;
  return FromBits<Vec<D>>(m ? static_cast<TU>(~TU{0}) : TU{0});
}

}  // namespace HWY_NAMESPACE
}  // namespace hwy

#endif  // LANEWISE_KERNELS_OPS_ONE_LANE_BASE_H_
