// One element of any elementwise kernel: its operand types and its body over one lane. What the
// launchers (map.cu) and the tests on the host share.

#ifndef LANEWISE_GPU_DEVICE_ELEMENT_H_
#define LANEWISE_GPU_DEVICE_ELEMENT_H_

#include <type_traits>

#include "kernels/all-inl.h"
#include "kernels/all.h"

namespace lanewise {
namespace HWY_NAMESPACE {

// The operand types of a signature, as they are stored.
template <class Inputs, class Outputs>
struct StoredOperands;
template <class... In, class Out, class... More>
struct StoredOperands<TypeList<In...>, TypeList<Out, More...>> {
  using Output = StoredAs<Out>;  // the first
  using Outputs = TypeList<StoredAs<Out>, StoredAs<More>...>;
  using Inputs = TypeList<StoredAs<In>...>;
  static constexpr size_t kInputs = sizeof...(In), kOutputs = 1 + sizeof...(More);
};

// f16 and bf16 are computed with as f32.
template <class T>
HWY_INLINE float Widened(uint16_t v) {
  const hn::Tag<float> d;
  if constexpr (std::is_same_v<T, f16>)
    return ops::F16ToF32(d, v);
  else
    return ops::BF16ToF32(d, v);
}

// out = op(in...), elements as they are stored; two outputs as an ops::Pair.
template <class Op, class T>
struct Element : StoredOperands<InputsOf<Op, T>, OutputsOf<Op, T>> {
  using Base = StoredOperands<InputsOf<Op, T>, OutputsOf<Op, T>>;
  using typename Base::Output;

  template <class... V>
  static HWY_INLINE auto Apply(V... v) {
    [[maybe_unused]] Raised raised;  // CUDA has no exception flags: nobody reads it
    if constexpr (std::is_same_v<typename Op::Signature, Map<CastTo(CastFrom)>>) {
      return ApplyConvert(static_cast<T*>(nullptr), raised, v...);
    } else if constexpr (std::is_same_v<InputsOf<Op, T>, TypeList<bool, T, T>>) {
      return ApplySelect(v...);
    } else if constexpr (kIsNarrow<T>) {
      return ApplyNarrow(raised, v...);
    } else if constexpr (Op::kFlags == Flags::kOwn) {
      return Body(Op{}, hn::Tag<T>(), v..., raised);
    } else if constexpr (Base::kOutputs == 2) {
      return Body(Op{}, hn::Tag<T>(), v...);
    } else {
      return static_cast<Output>(Body(Op{}, hn::Tag<T>(), v...));
    }
  }

 private:
  template <class From, class To>
  static HWY_INLINE Output ApplyConvert(Cast<From, To>*, Raised& raised, StoredAs<From> v) {
    const hn::Tag<StoredAs<From>> d;
    if constexpr (std::is_same_v<To, bool>)
      return Body(IsTrue<From>{}, hn::Tag<UnsignedAs<From>>(), hn::ToBits(v));
    else
      return ConvertBody<From, To>(d, v, raised);
  }
  static HWY_INLINE uint16_t Round(float result, Raised& raised) {
    const hn::Tag<float> d;
    if constexpr (std::is_same_v<T, f16>)
      return ops::F32ToF16(hn::Tag<uint16_t>(), d, result, raised);
    else
      return ops::F32ToBF16(hn::Tag<uint16_t>(), d, result, raised);
  }
  template <class... V>
  static HWY_INLINE auto ApplyWide(Raised& raised, V... v) {
    if constexpr (Op::kFlags == Flags::kOwn)
      return Body(Op{}, hn::Tag<float>(), v..., raised);
    else
      return Body(Op{}, hn::Tag<float>(), v...);
  }
  template <class... V>
  static HWY_INLINE auto ApplyNarrow(Raised& raised, V... v) {
    const auto wide = ApplyWide(raised, Widened<T>(v)...);
    if constexpr (Base::kOutputs == 2) {
      return ops::Pair(hn::Tag<uint16_t>(), Round(ops::First(wide), raised),
                       Round(ops::Second(wide), raised));
    } else {
      return static_cast<Output>(Round(wide, raised));
    }
  }
  template <class V>
  static HWY_INLINE V ApplySelect(uint8_t condition, V x, V y) {
    return Body(Op{}, hn::Tag<T>(), condition != 0, x, y);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#endif  // LANEWISE_GPU_DEVICE_ELEMENT_H_
