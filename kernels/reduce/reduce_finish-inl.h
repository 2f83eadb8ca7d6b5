// What is left to do when all elements are joined: dividing, results of nothing, and variances of
// equal elements. Short loops over one accumulator for each output.

#if defined(LANEWISE_KERNELS_REDUCE_REDUCE_FINISH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_REDUCE_REDUCE_FINISH_INL_H_
#undef LANEWISE_KERNELS_REDUCE_REDUCE_FINISH_INL_H_
#else
#define LANEWISE_KERNELS_REDUCE_REDUCE_FINISH_INL_H_
#endif

#include <limits>

#include "kernels/list/table.h"
#include "kernels/reduce/reducer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class E>
void FinishRow(const void* acc, size_t count, double divisor, void* results) {
  const auto* from = static_cast<const typename E::Accumulator*>(acc);
  char* to = static_cast<char*>(results);
  for (size_t j = 0; j < count; ++j) {
    const auto result = E::Finish(from[j], divisor);
    __builtin_memcpy(to + j * sizeof(result), &result, sizeof(result));
  }
}

// They may be unaligned.
template <class E>
void EmptyRow(size_t count, void* results) {
  const auto nothing = E::Empty();
  for (size_t j = 0; j < count; ++j) {
    __builtin_memcpy(static_cast<char*>(results) + j * sizeof(nothing), &nothing, sizeof(nothing));
  }
}

// Let n elements equal c, finite and not 0, and let u be half an ulp of 1. An element is added to
// others at most 31 times in its lane, 6 times in the fold and ceil(log2(chunks)) times in the tree
// of chunks, all terms have one sign, and the quotient rounds at most twice: unless the sum
// overflows, |mean - c| <= e |mean| with e = (39 + ceil(log2(chunks))) u, but for terms in u^2. The
// difference c - mean is then exact, as the two are within a factor of two. Its square is rounded,
// to at most d^2 (1 + u) or the least subnormal more, and the sum of squares grows by another
// factor of 1 + e at most. `spread` counts 5 roundings more, 10 % or so, for all of these small
// factors.
// Not all sums below the bound belong to equal elements, so the elements decide.
// Comparisons are quiet: a NaN here must not raise invalid.
template <class A>
bool MayBeEqual(const void* vsums, const void* vmeans, size_t count, double n, uint64_t chunks) {
  constexpr double kLarge = 0x1p450;  // n times its square does not overflow
  constexpr double kLeast = 2.0 * static_cast<double>(std::numeric_limits<A>::denorm_min());
  constexpr double kHalfUlp = static_cast<double>(std::numeric_limits<A>::epsilon()) / 2;
  const A* sums = static_cast<const A*>(vsums);
  const A* means = static_cast<const A*>(vmeans);
  const int levels = chunks == 0 ? 0 : 64 - __builtin_clzll(chunks);
  const double spread = static_cast<double>(44 + levels) * kHalfUlp;
  for (size_t j = 0; j < count; ++j) {
    const double sum = static_cast<double>(sums[j]);
    if (!__builtin_isgreater(sum, 0.0)) continue;  // +0 already, or NaN
    // The sum of the elements or of the squares has overflowed.
    if (__builtin_isinf(sum)) return true;
    const double d = spread * __builtin_fabs(static_cast<double>(means[j]));
    if (d > kLarge || sum <= n * (d * d + kLeast)) return true;
  }
  return false;
}

// From the last one on: sums are not narrower than elements, whose place they take.
template <class A, class T>
void SettleEqual(const void* vsums, const void* vleast, const void* vmost, size_t count, void* to) {
  const A* sums = static_cast<const A*>(vsums);
  const char* least = static_cast<const char*>(vleast);
  const char* most = static_cast<const char*>(vmost);
  for (size_t j = count; j-- > 0;) {
    T low, high;
    __builtin_memcpy(&low, least + j * sizeof(T), sizeof(T));
    __builtin_memcpy(&high, most + j * sizeof(T), sizeof(T));
    const bool nan = sums[j] != sums[j];  // of equal infinities
    const A sum = static_cast<A>(low) == static_cast<A>(high) && !nan ? A(0) : sums[j];
    __builtin_memcpy(static_cast<char*>(to) + j * sizeof(A), &sum, sizeof(A));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
