// searchsorted: what it means. Loops in searchsorted.cc.

#ifndef LANEWISE_KERNELS_SORT_SEARCHSORTED_H_
#define LANEWISE_KERNELS_SORT_SEARCHSORTED_H_

#include "kernels/list/kernel.h"

namespace lanewise {

struct SearchSorted : Operation<SearchSorted> {
  static constexpr lw_kernel kId = LW_SEARCHSORTED;
  static constexpr std::string_view kName = "searchsorted";
  static constexpr std::string_view kDoc =
      "where each element of v belongs in the sorted a: in front of those that are equal to it, or "
      "behind them; NaN is equal to NaN and larger than any number, -0 equal to +0";
  using Shape = Search;
  using Types = AnyType;
  static constexpr Contract kContract{
      .bound = Ulp{0},
      .flags = Flags::kUntouched,
      .operands = "a v",
      .numpy = "none where a is sorted; else other indices, from 0 to n like NumPy's",
  };
};

using Sorting = TypeList<SearchSorted>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_SORT_SEARCHSORTED_H_
