// The exact value behind every accuracy claim: MPFR, and the distance of a result from it.

#ifndef LANEWISE_TESTS_ACCURACY_ACCURACY_REFERENCE_H_
#define LANEWISE_TESTS_ACCURACY_ACCURACY_REFERENCE_H_

#include "lanewise/lanewise.h"

namespace lanewise {

// |result - f(x)| in units in the last place: the spacing of the type in the binade of the exact
// value, which below the smallest normal number is that of the subnormals and above the largest
// finite one goes on doubling. An infinite result stands for the first power of two that the
// type cannot hold, so overflow where round to nearest asks for it measures at most 0.5.
// Infinity means wrong altogether: NaN against a number, an infinity against an exact pole of the
// other sign or a number against a pole, a zero of the wrong sign.
//
// Kernels: LW_EXP, LW_LOG, LW_SIN, LW_COS, LW_TANH; any other gives NaN. Thread-safe.
double UlpErrorF32(lw_kernel kernel, float x, float result);
double UlpErrorF64(lw_kernel kernel, double x, double result);

// The same for two arguments: LW_POW is x raised to y.
double UlpErrorF32(lw_kernel kernel, float x, float y, float result);
double UlpErrorF64(lw_kernel kernel, double x, double y, double result);

// f(x) rounded once, to nearest even, with subnormals: the correctly rounded result.
float CorrectlyRoundedF32(lw_kernel kernel, float x, float y = 0);
double CorrectlyRoundedF64(lw_kernel kernel, double x, double y = 0);

}  // namespace lanewise

#endif  // LANEWISE_TESTS_ACCURACY_ACCURACY_REFERENCE_H_
