// The loops of f16 and bf16, which are what elements are stored as: loaded, widened to f32,
// computed there, rounded once and stored. Their tails are copies filled up with ones.

#if defined(LANEWISE_KERNELS_LOOPS_MAP_NARROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_LOOPS_MAP_NARROW_INL_H_
#undef LANEWISE_KERNELS_LOOPS_MAP_NARROW_INL_H_
#else
#define LANEWISE_KERNELS_LOOPS_MAP_NARROW_INL_H_
#endif

#include <utility>

#include "kernels/loops/operands-inl.h"
#include "kernels/ops/narrow_pairs-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class T>
inline constexpr uint16_t kStoredOne = std::is_same_v<T, f16> ? 0x3C00 : 0x3F80;

// As many elements as fit a vector, computed as two vectors of f32.
template <class Op, class T, size_t kIn, size_t kOut, size_t... I>
HWY_INLINE void NarrowVector(const Places<const uint16_t, kIn>& in,
                             const Places<uint16_t, kOut>& out, size_t offset, Raised& raised,
                             std::index_sequence<I...>) {
  const hn::ScalableTag<float> d;
  const auto a = CallBody<Op>(d, raised, ops::WidenFirst<T>(d, in.at[I] + offset)...);
  const auto b = CallBody<Op>(d, raised, ops::WidenSecond<T>(d, in.at[I] + offset)...);
  if constexpr (kOut == 1) {
    ops::StorePair<T>(d, a, b, out.at[0] + offset, raised);
  } else {
    ops::StorePair<T>(d, ops::First(a), ops::First(b), out.at[0] + offset, raised);
    ops::StorePair<T>(d, ops::Second(a), ops::Second(b), out.at[1] + offset, raised);
  }
}

// Fewer elements, in copies that are filled up with ones.
template <class Op, class T, size_t kIn, size_t kOut, size_t... I>
HWY_NOINLINE uint32_t NarrowPart(const Places<const uint16_t, kIn>& in,
                                 const Places<uint16_t, kOut>& out, size_t offset, size_t count,
                                 std::index_sequence<I...> each) {
  const hn::ScalableTag<uint16_t> d16;
  constexpr size_t kMax = HWY_MAX_LANES_D(decltype(d16));
  HWY_ALIGN uint16_t ins[kIn][kMax];
  HWY_ALIGN uint16_t outs[kOut][kMax];
  const void* in_places[] = {ins[I]...};
  void* out_places[kOut];
  for (size_t k = 0; k < kIn; ++k) {
    hn::Store(hn::Set(d16, kStoredOne<T>), d16, ins[k]);
    hwy::CopyBytes(in.at[k] + offset, ins[k], count * sizeof(uint16_t));
  }
  for (size_t k = 0; k < kOut; ++k) out_places[k] = outs[k];
  Raised raised;
  NarrowVector<Op, T>(Places<const uint16_t, kIn>(in_places), Places<uint16_t, kOut>(out_places), 0,
                      raised, each);
  for (size_t k = 0; k < kOut; ++k) {
    hwy::CopyBytes(outs[k], out.at[k] + offset, count * sizeof(uint16_t));
  }
  return raised.bits;
}

// Of an operation with a bound for ordinary arguments: one test instead of the body's and that of
// the results.
template <class Op, class T>
HWY_INLINE uint32_t NarrowOrdinary(const Places<const uint16_t, 1>& in,
                                   const Places<uint16_t, 1>& out, size_t offset) {
  const hn::ScalableTag<float> d;
  const hn::ScalableTag<int16_t> di;
  const hn::RebindToUnsigned<decltype(di)> du;
  const auto bits = hn::BitCast(di, hn::LoadU(du, in.at[0] + offset));
  const auto magnitude = hn::And(bits, hn::Set(di, INT16_MAX));
  const auto beyond = hn::Gt(magnitude, hn::Set(di, kOrdinary<Op, T>));
  if (HWY_UNLIKELY(!hn::AllFalse(di, beyond))) {
    return NarrowPart<Op, T>(in, out, offset, hn::Lanes(di), std::make_index_sequence<1>());
  }
  const auto a = OrdinaryBody(Op{}, d, ops::WidenFirst<T>(d, in.at[0] + offset));
  const auto b = OrdinaryBody(Op{}, d, ops::WidenSecond<T>(d, in.at[0] + offset));
  ops::StoreFinitePair<T>(d, a, b, out.at[0] + offset);
  return 0;
}

template <class Op, class T>
uint32_t NarrowLoop(const void* const* inputs, void* const* outputs, size_t n) {
  const Places<const uint16_t, InputsOf<Op, T>::kSize> in(inputs);
  const Places<uint16_t, OutputsOf<Op, T>::kSize> out(outputs);
  const std::make_index_sequence<InputsOf<Op, T>::kSize> each;
  const size_t lanes = hn::Lanes(hn::ScalableTag<uint16_t>());
  Raised raised;
  size_t i = 0;
  if constexpr (Op::kFlags != Flags::kOwn) {
    for (; i + 2 * lanes <= n; i += 2 * lanes) {
      NarrowVector<Op, T>(in, out, i, raised, each);
      NarrowVector<Op, T>(in, out, i + lanes, raised, each);
    }
  }
  for (; i + lanes <= n; i += lanes) {
    if constexpr (kOrdinary<Op, T> != 0)
      raised.bits |= NarrowOrdinary<Op, T>(in, out, i);
    else
      NarrowVector<Op, T>(in, out, i, raised, each);
  }
  if (i != n) raised.bits |= NarrowPart<Op, T>(in, out, i, n - i, each);
  return raised.bits;
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
