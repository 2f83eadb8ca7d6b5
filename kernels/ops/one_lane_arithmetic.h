// The arithmetic of one_lane.h.

#ifndef LANEWISE_KERNELS_OPS_ONE_LANE_ARITHMETIC_H_
#define LANEWISE_KERNELS_OPS_ONE_LANE_ARITHMETIC_H_

#include "kernels/ops/one_lane_base.h"

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

}  // namespace HWY_NAMESPACE
}  // namespace hwy

#endif  // LANEWISE_KERNELS_OPS_ONE_LANE_ARITHMETIC_H_
