// Compress: what it means. Bodies in compress-inl.h.

#ifndef LANEWISE_KERNELS_SELECT_COMPRESS_H_
#define LANEWISE_KERNELS_SELECT_COMPRESS_H_

#include "kernels/list/kernel.h"

namespace lanewise {

struct CompressBy : Operation<CompressBy> {
  static constexpr lw_kernel kId = LW_COMPRESS;
  static constexpr std::string_view kName = "compress";
  static constexpr std::string_view kDoc =
      "the elements of x where the mask is not 0, in order; moves bits only; in place, what is "
      "behind the result keeps its values";
  using Shape = Compress;
  using Types = AnyType;
  static constexpr Contract kContract{
      .bound = Ulp{0},
      .flags = Flags::kUntouched,
      .moves_bits = true,
      .operands = "x mask",
      .numpy = "`x[mask]`; mask and array have the same length",
  };
};

using Compression = TypeList<CompressBy>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_SELECT_COMPRESS_H_
