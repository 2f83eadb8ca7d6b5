// One lane in Highway's vocabulary: a vector is a plain number, a mask a bool. With
// LANEWISE_ONE_LANE defined kernels/ops/ops-inl.h stands on this instead of Highway, and the bodies
// of kernels/*/*-inl.h compile, unchanged, as CUDA device code, and on the host for the tests. What
// the operations mean is Highway's documentation; only those are here that ops-inl.h, fma-inl.h and
// the bodies name. Device code rounds by intrinsics, which nvcc never contracts. A translation unit
// has either this or Highway's targets.

#ifndef LANEWISE_KERNELS_OPS_ONE_LANE_H_
#define LANEWISE_KERNELS_OPS_ONE_LANE_H_

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

// Operations executed, for the test that compares them with the compiled code: host only.
#ifdef LANEWISE_COUNT_OPERATIONS
namespace lanewise {
struct OperationCount {
  int add = 0, mul = 0, fma = 0, div = 0, sqrt = 0;
};
inline OperationCount operation_count;
}  // namespace lanewise
#define LANEWISE_COUNT(WHAT) (void)++lanewise::operation_count.WHAT
#else
#define LANEWISE_COUNT(WHAT) (void)0
#endif

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

// ---------------------------------------------------------------- arithmetic

// Integers wrap around; at least 32 bits, so that no narrow type is promoted to int.
template <class T>
using WrapOf = If<(sizeof(T) == 8), uint64_t, uint32_t>;

#ifdef __CUDA_ARCH__
HWY_INLINE float AddFloat(float a, float b) { return __fadd_rn(a, b); }
HWY_INLINE double AddFloat(double a, double b) { return __dadd_rn(a, b); }
HWY_INLINE float SubFloat(float a, float b) { return __fsub_rn(a, b); }
HWY_INLINE double SubFloat(double a, double b) { return __dsub_rn(a, b); }
HWY_INLINE float MulFloat(float a, float b) { return __fmul_rn(a, b); }
HWY_INLINE double MulFloat(double a, double b) { return __dmul_rn(a, b); }
HWY_INLINE float DivFloat(float a, float b) { return __fdiv_rn(a, b); }
HWY_INLINE double DivFloat(double a, double b) { return __ddiv_rn(a, b); }
HWY_INLINE float SqrtFloat(float a) { return __fsqrt_rn(a); }
HWY_INLINE double SqrtFloat(double a) { return __dsqrt_rn(a); }
HWY_INLINE float FmaFloat(float a, float b, float c) { return __fmaf_rn(a, b, c); }
HWY_INLINE double FmaFloat(double a, double b, double c) { return __fma_rn(a, b, c); }
#else  // the host, compiled with -ffp-contract=off; also nvcc's host pass, which never runs it
template <class T>
HWY_INLINE T AddFloat(T a, T b) {
  return a + b;
}
template <class T>
HWY_INLINE T SubFloat(T a, T b) {
  return a - b;
}
template <class T>
HWY_INLINE T MulFloat(T a, T b) {
  return a * b;
}
template <class T>
HWY_INLINE T DivFloat(T a, T b) {
  return a / b;
}
HWY_INLINE float SqrtFloat(float a) { return __builtin_sqrtf(a); }
HWY_INLINE double SqrtFloat(double a) { return __builtin_sqrt(a); }
HWY_INLINE float FmaFloat(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
HWY_INLINE double FmaFloat(double a, double b, double c) { return __builtin_fma(a, b, c); }
#endif

template <class V>
HWY_INLINE V Add(V a, V b) {
  if constexpr (IsFloat<V>()) {
    LANEWISE_COUNT(add);
    return AddFloat(a, b);
  } else {
    return static_cast<V>(static_cast<WrapOf<V>>(a) + static_cast<WrapOf<V>>(b));
  }
}
template <class V>
HWY_INLINE V Sub(V a, V b) {
  if constexpr (IsFloat<V>()) {
    LANEWISE_COUNT(add);
    return SubFloat(a, b);
  } else {
    return static_cast<V>(static_cast<WrapOf<V>>(a) - static_cast<WrapOf<V>>(b));
  }
}
template <class V>
HWY_INLINE V Mul(V a, V b) {
  if constexpr (IsFloat<V>()) {
    LANEWISE_COUNT(mul);
    return MulFloat(a, b);
  } else {
    return static_cast<V>(static_cast<WrapOf<V>>(a) * static_cast<WrapOf<V>>(b));
  }
}
template <class V>
HWY_INLINE V Div(V a, V b) {
  if constexpr (IsFloat<V>()) {
    LANEWISE_COUNT(div);
    return DivFloat(a, b);
  } else {
    return static_cast<V>(a / b);
  }
}
template <class V>
HWY_INLINE V Sqrt(V v) {
  LANEWISE_COUNT(sqrt);
  return SqrtFloat(v);
}
// Integer instructions, which keep a NaN's bits: the compiler would make a floating-point negation
// of an exclusive or that it could see.
template <class V>
HWY_INLINE V FlipSign(V v) {
#ifdef __CUDA_ARCH__
  auto bits = ToBits(v);
  if constexpr (sizeof(V) == 4)
    asm("xor.b32 %0, %0, %1;" : "+r"(bits) : "r"(kSignBit<V>));
  else
    asm("xor.b64 %0, %0, %1;" : "+l"(bits) : "l"(kSignBit<V>));
  return FromBits<V>(bits);
#else
  return FromBits<V>(ToBits(v) ^ kSignBit<V>);
#endif
}
template <class V>
HWY_INLINE V ClearSign(V v) {
#ifdef __CUDA_ARCH__
  auto bits = ToBits(v);
  if constexpr (sizeof(V) == 4)
    asm("and.b32 %0, %0, %1;" : "+r"(bits) : "r"(~kSignBit<V>));
  else
    asm("and.b64 %0, %0, %1;" : "+l"(bits) : "l"(~kSignBit<V>));
  return FromBits<V>(bits);
#else
  return FromBits<V>(ToBits(v) & ~kSignBit<V>);
#endif
}

template <class V>
HWY_INLINE V Neg(V v) {
  if constexpr (IsFloat<V>())
    return FlipSign(v);
  else
    return Sub(V(0), v);
}
template <class V>
HWY_INLINE V Abs(V v) {
  if constexpr (IsFloat<V>())
    return ClearSign(v);
  else
    return v < 0 ? Neg(v) : v;
}

template <class V>
HWY_INLINE V MulAdd(V a, V b, V c) {
  LANEWISE_COUNT(fma);
  return FmaFloat(a, b, c);
}
// The sign is a modifier of the instruction, which the exclusive or of Neg would not become.
template <class V>
HWY_INLINE V NegMulAdd(V a, V b, V c) {
  return MulAdd(-a, b, c);
}
template <class V>
HWY_INLINE V MulSub(V a, V b, V c) {
  return MulAdd(a, b, -c);
}

// As x86 has them: the second operand if both are zeros or one is NaN. ops-inl.h asks in both
// orders.
template <class V>
HWY_INLINE V Min(V a, V b) {
  return a < b ? a : b;
}
template <class V>
HWY_INLINE V Max(V a, V b) {
  return a > b ? a : b;
}
template <class V>
HWY_INLINE bool IsEitherNaN(V a, V b) {
  return a != a || b != b;
}

HWY_INLINE float Round(float v) { return __builtin_rintf(v); }
HWY_INLINE double Round(double v) { return __builtin_rint(v); }
HWY_INLINE float Floor(float v) { return __builtin_floorf(v); }
HWY_INLINE double Floor(double v) { return __builtin_floor(v); }
HWY_INLINE float Ceil(float v) { return __builtin_ceilf(v); }
HWY_INLINE double Ceil(double v) { return __builtin_ceil(v); }
HWY_INLINE float Trunc(float v) { return __builtin_truncf(v); }
HWY_INLINE double Trunc(double v) { return __builtin_trunc(v); }

// ---------------------------------------------------------------- conversions

// C's conversions round to nearest or, to an integer, truncate; values out of range do not occur.
template <class D, class V>
HWY_INLINE Vec<D> ConvertTo(D, V v) {
  return static_cast<Vec<D>>(v);
}
template <class D, class V>
HWY_INLINE Vec<D> PromoteTo(D, V v) {
  return static_cast<Vec<D>>(v);
}
template <class D, class V>
HWY_INLINE Vec<D> DemoteTo(D, V v) {
  return static_cast<Vec<D>>(v);
}
template <class D, class V>
HWY_INLINE Vec<D> TruncateTo(D, V v) {
  return static_cast<Vec<D>>(v);
}
template <class D, class V>
HWY_INLINE Vec<D> PromoteLowerTo(D d, V v) {
  return PromoteTo(d, v);
}
template <class D, class V>
HWY_INLINE Vec<D> PromoteUpperTo(D d, V) {
  return Zero(d);  // an empty half: Combine drops what comes of it
}
template <class D, class V>
HWY_INLINE Vec<D> Combine(D, V /*upper*/, V lower) {
  return lower;
}

// ---------------------------------------------------------------- memory

template <class D, class VI>
HWY_INLINE Vec<D> GatherIndex(D, const TFromD<D>* table, VI index) {
  return table[index];
}
template <class D>
HWY_INLINE Vec<D> Load(D, const TFromD<D>* from) {
  return *from;
}
template <class D>
HWY_INLINE void Store(Vec<D> v, D, TFromD<D>* to) {
  *to = v;
}

}  // namespace HWY_NAMESPACE
}  // namespace hwy

#endif  // LANEWISE_KERNELS_OPS_ONE_LANE_H_
