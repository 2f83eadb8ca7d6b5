// A vector of f16 or bf16 as two vectors of f32, and back: what loops do around the computation of
// a storage type. Which elements are in which of the two is for these functions alone to know.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_OPS_NARROW_PAIRS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_OPS_NARROW_PAIRS_INL_H_
#undef LANEWISE_KERNELS_OPS_NARROW_PAIRS_INL_H_
#else
#define LANEWISE_KERNELS_OPS_NARROW_PAIRS_INL_H_
#endif

#include "kernels/ops/narrow_floats-inl.h"

// On x86 with the F16C instructions, except for results that are not finite: the bits of NaNs
// differ.
#undef LANEWISE_F16C
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
#define LANEWISE_F16C 1
#else
#define LANEWISE_F16C 0
#endif

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace ops {

template <class T>
inline constexpr bool kByF16C = LANEWISE_F16C != 0 && std::is_same_v<T, f16>;

// One vector of f32.
template <class T, class D32, class V16>
HWY_INLINE VecOf<D32> WidenOne(D32 d, V16 v) {
  if constexpr (kByF16C<T>)
    return hn::PromoteTo(d, hn::BitCast(hn::Rebind<hwy::float16_t, D32>(), v));
  else if constexpr (std::is_same_v<T, f16>)
    return F16ToF32(d, v);
  else
    return BF16ToF32(d, v);
}

// The two vectors are the lower and the upper half with F16C, which reads halves; else the even and
// the odd elements, which need no instruction across lanes.
template <class T, class D32>
HWY_INLINE VecOf<D32> WidenFirst(D32 d, const uint16_t* from) {
  const hn::RebindToUnsigned<D32> du;
  const hn::Repartition<uint16_t, D32> d16;
  if constexpr (kByF16C<T>) {
    const hn::Rebind<uint16_t, D32> half;
    return hn::PromoteTo(d, hn::BitCast(hn::Rebind<hwy::float16_t, D32>(), hn::LoadU(half, from)));
  } else {
    const auto words = hn::BitCast(du, hn::LoadU(d16, from));
    if constexpr (std::is_same_v<T, f16>)
      return F16WordsToF32(d, hn::And(words, hn::Set(du, 0xFFFFu)));
    else
      return hn::BitCast(d, hn::ShiftLeft<16>(words));
  }
}
template <class T, class D32>
HWY_INLINE VecOf<D32> WidenSecond(D32 d, const uint16_t* from) {
  const hn::RebindToUnsigned<D32> du;
  const hn::Repartition<uint16_t, D32> d16;
  if constexpr (kByF16C<T>) {
    return WidenFirst<T>(d, from + hn::Lanes(d));
  } else {
    const auto words = hn::BitCast(du, hn::LoadU(d16, from));
    if constexpr (std::is_same_v<T, f16>)
      return F16WordsToF32(d, hn::ShiftRight<16>(words));
    else
      return hn::BitCast(d, hn::And(words, hn::Set(du, 0xFFFF0000u)));
  }
}

template <class T, class D32, class V32>
HWY_INLINE auto RoundedWords(D32 d, V32 v, Raised& raised) {
  if constexpr (std::is_same_v<T, f16>)
    return F32ToF16Words(d, v, raised);
  else
    return F32ToBF16Words(d, v, raised);
}

// The bits of two vectors, in the lower half of each lane.
template <class T, class D32, class VU32>
HWY_INLINE void StoreWords(D32 d, VU32 a, VU32 b, uint16_t* to) {
  const hn::Repartition<uint16_t, D32> d16;
  if constexpr (kByF16C<T>) {
    const hn::Rebind<uint16_t, D32> half;
    hn::StoreU(hn::TruncateTo(half, a), half, to);
    hn::StoreU(hn::TruncateTo(half, b), half, to + hn::Lanes(d));
  } else {
    hn::StoreU(hn::OddEven(hn::BitCast(d16, hn::ShiftLeft<16>(b)), hn::BitCast(d16, a)), d16, to);
  }
}

// With results that overflow, are infinite or NaN.
template <class T, class D32, class V32>
HWY_NOINLINE void StoreSpecialPair(D32 d, V32 a, V32 b, uint16_t* to, Raised& raised) {
  StoreWords<T>(d, RoundedWords<T>(d, a, raised), RoundedWords<T>(d, b, raised), to);
}

// To nearest even, in place: the carry moves into the exponent. Infinities stay; so do NaNs whose
// lower half is 0, as it is of all that comes of bf16.
template <class D32, class V32>
HWY_INLINE VecOf<hn::Repartition<uint16_t, D32>> RoundToBF16Pair(D32, V32 a, V32 b) {
  const hn::RebindToUnsigned<D32> du;
  const hn::Repartition<uint16_t, D32> d16;
  const auto half_place = hn::Set(du, 0x7FFFu), one = hn::Set(du, 1u);
  const auto bits_a = hn::BitCast(du, a), bits_b = hn::BitCast(du, b);
  const auto odd_a = hn::And(hn::ShiftRight<16>(bits_a), one);
  const auto odd_b = hn::And(hn::ShiftRight<16>(bits_b), one);
  const auto sum_a = hn::Add(hn::Add(bits_a, half_place), odd_a);
  const auto sum_b = hn::Add(hn::Add(bits_b, half_place), odd_b);
  return hn::OddEven(hn::BitCast(d16, sum_b), hn::BitCast(d16, hn::ShiftRight<16>(sum_a)));
}

// Finite results.
template <class T, class D32, class V32>
HWY_INLINE void StoreFinitePair(D32 d, V32 a, V32 b, uint16_t* to) {
  const hn::RebindToUnsigned<D32> du;
  if constexpr (kByF16C<T>) {
    const hn::Rebind<hwy::float16_t, D32> half;
    const hn::Rebind<uint16_t, D32> half_bits;
    hn::StoreU(hn::BitCast(half_bits, hn::DemoteTo(half, a)), half_bits, to);
    hn::StoreU(hn::BitCast(half_bits, hn::DemoteTo(half, b)), half_bits, to + hn::Lanes(d));
  } else if constexpr (std::is_same_v<T, f16>) {
    const auto sign = hn::Set(du, 0x80000000u);
    const auto bits_a = hn::BitCast(du, a), bits_b = hn::BitCast(du, b);
    const auto sign_a = hn::And(bits_a, sign), sign_b = hn::And(bits_b, sign);
    const auto words_a = F16WordsOfFinite(d, hn::Xor(bits_a, sign_a));
    const auto words_b = F16WordsOfFinite(d, hn::Xor(bits_b, sign_b));
    StoreWords<T>(d, hn::Or(words_a, hn::ShiftRight<16>(sign_a)),
                  hn::Or(words_b, hn::ShiftRight<16>(sign_b)), to);
  } else {
    const hn::Repartition<uint16_t, D32> d16;
    hn::StoreU(RoundToBF16Pair(d, a, b), d16, to);
  }
}

// Rounded once.
template <class T, class D32, class V32>
HWY_INLINE void StorePair(D32 d, V32 a, V32 b, uint16_t* to, Raised& raised) {
  if constexpr (std::is_same_v<T, f16>) {
    const hn::RebindToSigned<D32> di;
    const auto magnitudes = hn::Set(di, INT32_MAX);
    const auto larger =
        hn::Max(hn::And(hn::BitCast(di, a), magnitudes), hn::And(hn::BitCast(di, b), magnitudes));
    const auto special = hn::Gt(larger, hn::Set(di, 0x477FEFFF));  // the last below 65520
    if (HWY_UNLIKELY(!hn::AllFalse(di, special))) {
      return StoreSpecialPair<T>(d, a, b, to, raised);
    }
    StoreFinitePair<T>(d, a, b, to);
  } else {
    const hn::Repartition<uint16_t, D32> d16;
    const hn::RebindToSigned<decltype(d16)> di16;
    const auto rounded = RoundToBF16Pair(d, a, b);
    const auto magnitude = hn::And(hn::BitCast(di16, rounded), hn::Set(di16, INT16_MAX));
    const auto special = hn::Gt(magnitude, hn::Set(di16, int16_t{kInfinityBits<T> - 1}));
    if (HWY_UNLIKELY(!hn::AllFalse(di16, special))) {
      return StoreSpecialPair<T>(d, a, b, to, raised);
    }
    hn::StoreU(rounded, d16, to);
  }
}

}  // namespace ops
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
