#include "dispatch/engine/reduce_var.h"

#include <bit>
#include <cmath>
#include <limits>

namespace lanewise {
namespace {

// Let n elements equal c, finite and not 0, and let u be half an ulp of 1. An element is added to
// others at most 31 times in its lane, 6 times in the fold and ceil(log2(chunks)) times in the tree
// of chunks, all terms have one sign, and the quotient rounds at most twice: unless the sum
// overflows, |mean - c| <= e |mean| with e = (39 + ceil(log2(chunks))) u, but for terms in u^2. The
// difference c - mean is then exact, as the two are within a factor of two. Its square is rounded,
// to at most d^2 (1 + u) or the least subnormal more, and the sum of squares grows by another
// factor of 1 + e at most. `Spread` counts 5 roundings more, 10 % or so, for all of these small
// factors.
// Not all sums below the bound belong to equal elements, so the elements decide.
template <class T>
double Spread(const Sequences& r) {
  const auto chunks = static_cast<uint64_t>((r.n + r.chunk - 1) / r.chunk);
  const double half_ulp = std::numeric_limits<T>::epsilon() / 2;
  return static_cast<double>(44 + std::bit_width(chunks)) * half_ulp;
}

// Comparisons are quiet: a NaN here must not raise invalid.
template <class T>
bool MayBeEqual(const T* sums, const T* means, size_t count, double n, double spread) {
  constexpr double kLarge = 0x1p450;  // n times its square does not overflow
  constexpr double kLeast = 2.0 * std::numeric_limits<T>::denorm_min();
  for (size_t j = 0; j < count; ++j) {
    const double sum = sums[j];
    if (!std::isgreater(sum, 0.0)) continue;  // +0 already, or NaN
    // The sum of the elements or of the squares has overflowed.
    if (std::isinf(sum)) return true;
    const double d = spread * std::fabs(static_cast<double>(means[j]));
    if (d > kLarge || sum <= n * (d * d + kLeast)) return true;
  }
  return false;
}

}  // namespace

bool MayBeEqual(const Sequences& r, const char* sums, const char* means, size_t count) {
  const double n = static_cast<double>(r.n);
  if (r.entry.dtypes[0] == LW_F32) {
    return MayBeEqual(reinterpret_cast<const float*>(sums), reinterpret_cast<const float*>(means),
                      count, n, Spread<float>(r));
  }
  return MayBeEqual(reinterpret_cast<const double*>(sums), reinterpret_cast<const double*>(means),
                    count, n, Spread<double>(r));
}

}  // namespace lanewise
