// The contiguous loops of the conversions, one body in each: the elements behind the last whole
// vector go through it in zeroed copies.

#if defined(LANEWISE_KERNELS_CONVERT_CONVERT_LOOPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_CONVERT_CONVERT_LOOPS_INL_H_
#undef LANEWISE_KERNELS_CONVERT_CONVERT_LOOPS_INL_H_
#else
#define LANEWISE_KERNELS_CONVERT_CONVERT_LOOPS_INL_H_
#endif

#include <cstring>

#include "kernels/convert/convert-inl.h"
#include "kernels/loops/map-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// Bytes of the widest type that a conversion goes through: floats are at least f32 on
// the way.
template <class From, class To>
inline constexpr size_t kWidestBytes = [] {
  constexpr bool kByBits = ConvertTo::kByBits<From, To>;
  constexpr size_t kLeast = kByBits ? 1 : 4;
  return HWY_MAX(kLeast, HWY_MAX(sizeof(From), sizeof(To)));
}();

template <class From, class To>
uint32_t ConvertLoop(const void* const* inputs, void* const* outputs, size_t n) {
  using In = StoredAs<From>;
  using Out = StoredAs<To>;
  const hn::ScalableTag<UnsignedOfSize<kWidestBytes<From, To>>> d;
  const hn::Rebind<In, decltype(d)> d_in;
  const hn::Rebind<Out, decltype(d)> d_out;
  constexpr size_t kMax = HWY_MAX_LANES_D(decltype(d));
  HWY_ALIGN In tail[kMax];
  HWY_ALIGN Out tail_out[kMax];
  const In* a = static_cast<const In*>(inputs[0]);
  Out* out = static_cast<Out*>(outputs[0]);
  Out* last = nullptr;
  const size_t lanes = hn::Lanes(d);
  const size_t rest = n % lanes;
  size_t whole = n - rest;
  Raised raised;
  for (;;) {
    for (size_t i = 0; i < whole; i += lanes) {
      hn::StoreU(ConvertBody<From, To>(d, hn::LoadU(d_in, a + i), raised), d_out, out + i);
    }
    if (rest == 0 || last) break;
    // 0 converts without a flag in every direction.
    hwy::ZeroBytes<sizeof(tail)>(tail);
    hwy::CopyBytes(a + whole, tail, rest * sizeof(In));
    last = out + whole;
    a = tail;
    out = tail_out;
    whole = lanes;
  }
  if (last) hwy::CopyBytes(tail_out, last, rest * sizeof(Out));
  return raised.bits;
}

// Between integers of one size.
template <size_t kSize>
uint32_t CopyLoop(const void* const* in, void* const* out, size_t n) {
  if (in[0] != out[0]) std::memmove(out[0], in[0], n * kSize);
  return 0;
}

template <class From, class To>
constexpr ElementwiseFn LoopOfCast(Kernel<ConvertTo, Cast<From, To>>) {
  if constexpr (std::is_same_v<To, bool>)
    return &CompareLoop<IsTrue<From>, UnsignedAs<From>>;
  else if constexpr (std::is_same_v<From, To>)
    return &CopyLoop<sizeof(To)>;
  else
    return &ConvertLoop<From, To>;
}

template <class... Casts>
void FillCasts(Table& table, TypeList<Casts...>) {
  Slot* slot = table.slots.data() + FirstSlot(LW_CONVERT);
  ((slot++->elementwise = LoopOfCast(ShareLoop(Kernel<ConvertTo, Casts>{}))), ...);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
