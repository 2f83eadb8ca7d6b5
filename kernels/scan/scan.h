// Scans: what each operation means. The order of operations is documented in docs/numerics.md;
// bodies in scan-inl.h.

#ifndef LANEWISE_KERNELS_SCAN_SCAN_H_
#define LANEWISE_KERNELS_SCAN_SCAN_H_

#include "kernels/list/kernel.h"

namespace lanewise {

struct CumulativeSum {
  static constexpr lw_kernel kId = LW_CUMULATIVE_SUM;
  static constexpr std::string_view kName = "cumulative_sum";
  static constexpr std::string_view kDoc = "out[i] is the sum of x[0..i] in a fixed blocked order";
  using Shape = Scan;
  using Types = Floats;
  static constexpr Ulp kBound{0.5};  // of each addition
  static constexpr Flags kFlags = Flags::kHardware;
};

using Scanning = TypeList<CumulativeSum>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_SCAN_SCAN_H_
