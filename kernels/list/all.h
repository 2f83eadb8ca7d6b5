// AllOperations: the one list. Everything else (table slots, lw_kernel_info, tests, benchmarks,
// docs) is derived from it.

#ifndef LANEWISE_KERNELS_LIST_ALL_H_
#define LANEWISE_KERNELS_LIST_ALL_H_

#include "kernels/arithmetic/arithmetic.h"
#include "kernels/compare/compare.h"
#include "kernels/convert/convert.h"
#include "kernels/list/kernel.h"
#include "kernels/math/exponential.h"
#include "kernels/math/power.h"
#include "kernels/math/trigonometric.h"
#include "kernels/reduce/reduce.h"
#include "kernels/scan/scan.h"
#include "kernels/select/compress.h"

namespace lanewise {

template <class... Lists>
struct Concat;
template <class... As, class... Bs, class... Rest>
struct Concat<TypeList<As...>, TypeList<Bs...>, Rest...> {
  using type = typename Concat<TypeList<As..., Bs...>, Rest...>::type;
};
template <class... As>
struct Concat<TypeList<As...>> {
  using type = TypeList<As...>;
};

using AllOperations = typename Concat<Arithmetic, Comparison, Exponential, Trigonometric, Power,
                                      Reduction, Scanning, Compression, Conversion>::type;

// All kernels: each operation once per element type.
template <class Op, class Types>
struct KernelsOf;
template <class Op, class... Ts>
struct KernelsOf<Op, TypeList<Ts...>> {
  using type = TypeList<Kernel<Op, Ts>...>;
};
template <class List>
struct Expand;
template <class... Ops>
struct Expand<TypeList<Ops...>> {
  using type = typename Concat<typename KernelsOf<Ops, typename Ops::Types>::type...>::type;
};
using AllKernels = typename Expand<AllOperations>::type;

template <class... Ks>
constexpr size_t CountOf(TypeList<Ks...>) {
  return sizeof...(Ks);
}
inline constexpr size_t kKernelCount = CountOf(AllKernels{});

template <class K, class... Ks>
constexpr size_t IndexOf(TypeList<Ks...>) {
  constexpr bool same[] = {std::is_same_v<K, Ks>...};
  for (size_t i = 0; i < sizeof...(Ks); ++i) {
    if (same[i]) return i;
  }
  return sizeof...(Ks);
}

// Position of a kernel in every table and in lw_kernel_info.
template <class Op, class T>
inline constexpr size_t kSlot = IndexOf<Kernel<Op, T>>(AllKernels{});

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_ALL_H_
