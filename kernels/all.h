// AllOperations: the one list. Everything else (table slots, lw_kernel_info, tests, benchmarks,
// docs) is derived from it.

#ifndef LANEWISE_KERNELS_ALL_H_
#define LANEWISE_KERNELS_ALL_H_

#include "kernels/arithmetic/arithmetic.h"
#include "kernels/arithmetic/unary.h"
#include "kernels/bits/bits.h"
#include "kernels/compare/compare.h"
#include "kernels/convert/convert.h"
#include "kernels/list/kernel.h"
#include "kernels/math/exponential.h"
#include "kernels/math/power.h"
#include "kernels/math/trigonometric.h"
#include "kernels/reduce/reduce.h"
#include "kernels/scan/scan.h"
#include "kernels/select/compress.h"
#include "kernels/sort/searchsorted.h"

namespace lanewise {

// In the order of the list; a new family is a line here and in families.h.
using AllFamilies = TypeList<Arithmetic, Unary, Bits, Comparison, Exponential, Trigonometric, Power,
                             Reduction, Scanning, Compression, Sorting, Conversion>;

// Calls f(Kernel<Op, T>{}) for every operation and each of its element types, in the order of the
// list.
template <class F>
struct KernelVisitor {
  F& f;
  template <class Op, class... Ts>
  constexpr void Operation(TypeList<Ts...>) {
    (f(Kernel<Op, Ts>{}), ...);
  }
  template <class... Ops>
  constexpr void Family(TypeList<Ops...>) {
    (Operation<Ops>(typename Ops::Types{}), ...);
  }
  template <class... Families>
  constexpr void List(TypeList<Families...>) {
    (Family(Families{}), ...);
  }
};
template <class F>
constexpr void ForEachKernel(F f) {
  KernelVisitor<F>{f}.List(AllFamilies{});
}

// Where an operation's kernels are, by kernel id: they are neighbours.
inline constexpr size_t kIdLimit = 1024;
struct Slots {
  struct Range {
    int16_t first = 0;
    int16_t end = 0;  // the first, if there are none
  };
  Range of[kIdLimit] = {};
  int16_t count = 0;
  constexpr Slots() {
    ForEachKernel([this]<class Op, class T>(Kernel<Op, T>) {
      if (of[Op::kId].end == 0) of[Op::kId].first = count;
      of[Op::kId].end = ++count;
    });
  }
};
inline constexpr Slots kSlots;
inline constexpr size_t kKernelCount = static_cast<size_t>(kSlots.count);

// Position of a kernel in every table and in lw_kernel_info.
template <class Op, class T>
inline constexpr size_t kSlot =
    static_cast<size_t>(kSlots.of[Op::kId].first) + PositionOf<T>(typename Op::Types{});

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_ALL_H_
