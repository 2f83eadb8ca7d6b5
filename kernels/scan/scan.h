// Scans: what each operation means. The order of operations is documented in docs/numerics.md;
// bodies in scan-inl.h.

#ifndef LANEWISE_KERNELS_SCAN_SCAN_H_
#define LANEWISE_KERNELS_SCAN_SCAN_H_

#include "kernels/list/kernel.h"

namespace lanewise {

struct CumulativeSum : Operation<CumulativeSum> {
  static constexpr lw_kernel kId = LW_CUMULATIVE_SUM;
  static constexpr std::string_view kName = "cumulative_sum";
  static constexpr std::string_view kDoc =
      "out[i] = x[0] + ... + x[i] in a fixed blocked order; integers in 64 bits, wrapping";
  using Shape = Scan;
  using Types = TypeList<float, double, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t,
                         int64_t, uint64_t, f16, bf16, bool>;
  template <class T>
  using Result = SumOf<T>;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kHardware,
      .raises = kInvalid | kOverflow,
      .numpy = "`np.cumsum`; order of additions",
  };
};

using Scanning = TypeList<CumulativeSum>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_SCAN_SCAN_H_
