// What an elementwise operation takes and gives, as a function type:
//
//   using Signature = Map<Elem(Elem, Elem)>;                    // add
//   using Signature = Map<bool(Elem, Elem)>;                    // less
//   using Signature = Map<Elem(bool, Elem, Elem)>;              // where
//   using Signature = Map<Outputs<Elem, Elem>(Elem, Elem)>;     // divmod
//
// Elem stands for each of the operation's Types in turn, CastFrom and CastTo for the two of a Cast;
// every other type is meant as it is.

#ifndef LANEWISE_KERNELS_LIST_SIGNATURE_H_
#define LANEWISE_KERNELS_LIST_SIGNATURE_H_

#include <cstddef>
#include <type_traits>

#include "kernels/list/type_list.h"

namespace lanewise {

struct Elem;
struct CastFrom;
struct CastTo;

// The element type of a conversion kernel is the pair of both types.
template <class From, class To>
struct Cast {};

template <class... Out>
struct Outputs;

// Outputs at i from the inputs at i alone.
template <class Function>
struct Map;

// What the reference of an operation with two outputs returns; its body returns an ops::Pair.
template <class A, class B = A>
struct Two {
  A first;
  B second;
};

namespace detail {

template <class S, class T>
struct Resolve {
  using type = S;
};
template <class T>
struct Resolve<Elem, T> {
  using type = T;
};
template <class From, class To>
struct Resolve<CastFrom, Cast<From, To>> {
  using type = From;
};
template <class From, class To>
struct Resolve<CastTo, Cast<From, To>> {
  using type = To;
};

template <class Signature, class T>
struct Operands;
template <class Out, class... In, class T>
struct Operands<Map<Out(In...)>, T> {
  using Inputs = TypeList<typename Resolve<In, T>::type...>;
  using Outputs = TypeList<typename Resolve<Out, T>::type>;
};
template <class... Out, class... In, class T>
struct Operands<Map<Outputs<Out...>(In...)>, T> {
  using Inputs = TypeList<typename Resolve<In, T>::type...>;
  using Outputs = TypeList<typename Resolve<Out, T>::type...>;
};

template <class Signature>
inline constexpr bool kIsMap = false;
template <class Function>
inline constexpr bool kIsMap<Map<Function>> = true;

template <class T, class List>
inline constexpr bool kAllAre = false;
template <class T, class... Ts>
inline constexpr bool kAllAre<T, TypeList<Ts...>> = (std::is_same_v<T, Ts> && ...);

}  // namespace detail

template <class Op>
inline constexpr bool kIsElementwise = [] {
  if constexpr (requires { typename Op::Signature; })
    return detail::kIsMap<typename Op::Signature>;
  else
    return false;
}();

// The operands of a kernel, as TypeLists.
template <class Op, class T>
using InputsOf = typename detail::Operands<typename Op::Signature, T>::Inputs;
template <class Op, class T>
using OutputsOf = typename detail::Operands<typename Op::Signature, T>::Outputs;

// Whether all operands of a kernel are of its element type.
template <class Op, class T>
inline constexpr bool kIsUniform =
    detail::kAllAre<T, InputsOf<Op, T>>&& detail::kAllAre<T, OutputsOf<Op, T>>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_SIGNATURE_H_
