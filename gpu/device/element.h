// One element of any elementwise kernel: its operand types and its body over one lane. What the
// launchers (map.cu) and the tests on the host share.

#ifndef LANEWISE_GPU_DEVICE_ELEMENT_H_
#define LANEWISE_GPU_DEVICE_ELEMENT_H_

#include <type_traits>

#include "kernels/all-inl.h"
#include "kernels/all.h"

namespace lanewise {
namespace HWY_NAMESPACE {

// The operand types that a shape gives to a kernel of element type T: the output, then the inputs.
template <class Out, class... In>
struct OperandTypes {
  using Output = StoredAs<Out>;
  using Inputs = TypeList<StoredAs<In>...>;
  static constexpr size_t kInputs = sizeof...(In);
};

template <class Shape, class T>
struct OperandsOf;
template <class T>
struct OperandsOf<Map1, T> : OperandTypes<T, T> {};
template <class T>
struct OperandsOf<Map2, T> : OperandTypes<T, T, T> {};
template <class T>
struct OperandsOf<Map3, T> : OperandTypes<T, T, T, T> {};
template <class T>
struct OperandsOf<Compare, T> : OperandTypes<bool, T, T> {};
template <class T>
struct OperandsOf<Test, T> : OperandTypes<bool, T> {};
template <class T>
struct OperandsOf<Select, T> : OperandTypes<T, bool, T, T> {};
template <class From, class To>
struct OperandsOf<Convert, Cast<From, To>> : OperandTypes<To, From> {};

// out = op(in...), elements as they are stored.
template <class Op, class T>
struct Element : OperandsOf<typename Op::Shape, T> {
  using Base = OperandsOf<typename Op::Shape, T>;
  using typename Base::Output;

  template <class... V>
  static HWY_INLINE Output Apply(V... v) {
    [[maybe_unused]] Raised raised;  // CUDA has no exception flags: nobody reads it
    using Shape = typename Op::Shape;
    if constexpr (std::is_same_v<Shape, Convert>) {
      return ApplyConvert(static_cast<T*>(nullptr), raised, v...);
    } else if constexpr (std::is_same_v<Shape, Select>) {
      return ApplySelect(v...);
    } else if constexpr (Op::kFlags == Flags::kOwn) {
      return Body(Op{}, hn::Tag<T>(), v..., raised);
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
  template <class V>
  static HWY_INLINE V ApplySelect(uint8_t condition, V x, V y) {
    return Body(Op{}, hn::Tag<T>(), condition != 0, x, y);
  }
};

// Whether a kernel is launched as a map.
template <class Op>
inline constexpr bool kIsMap = kIsElementwise<typename Op::Shape>;

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#endif  // LANEWISE_GPU_DEVICE_ELEMENT_H_
