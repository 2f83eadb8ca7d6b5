// Exact scalar argument reduction for huge arguments of sin and cos, in integer arithmetic.
// Serves the rare lanes for which products with a few words of 2/pi lose too much.
// Raises no exception flags, reads no rounding mode.

#ifndef LANEWISE_KERNELS_PAYNE_HANEK_H_
#define LANEWISE_KERNELS_PAYNE_HANEK_H_

#include <cstdint>

namespace lanewise {

// x = (4 n + quadrant) pi/2 + r with |r| <= pi/4 and r = (hi + lo) (1 + e), |e| < 2^-70.
// hi and lo do not overlap by more than one bit. `quadrant` is in 0..3.
struct ReducedAngle {
  double hi;
  double lo;
  uint32_t quadrant;
};

// x must be finite and at least 1.
ReducedAngle ReduceHugeAngle(double x);

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_PAYNE_HANEK_H_
