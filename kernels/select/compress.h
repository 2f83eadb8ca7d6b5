// Compress: what it means. Bodies in compress-inl.h.

#ifndef LANEWISE_KERNELS_SELECT_COMPRESS_H_
#define LANEWISE_KERNELS_SELECT_COMPRESS_H_

#include "kernels/list/kernel.h"

namespace lanewise {

struct CompressBy {
  static constexpr lw_kernel kId = LW_COMPRESS;
  static constexpr std::string_view kName = "compress";
  static constexpr std::string_view kDoc =
      "the elements of x where the mask is not 0, in order; moves bits only";
  using Shape = Compress;
  using Types = FloatsAndInts;
  static constexpr Ulp kBound{0};
  static constexpr Flags kFlags = Flags::kUntouched;
};

using Compression = TypeList<CompressBy>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_SELECT_COMPRESS_H_
