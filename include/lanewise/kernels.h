/* The typed contiguous functions of lanewise, lw_<kernel>_<dtype>; lanewise.h includes this.
 * Written by dev/write_kernel_lists.py: each sentence is the kernel's own.
 *
 * n: number of elements, >= 0 (LW_ERR_SIZE). Pointers: LW_ERR_NULL if null while n > 0; any
 * alignment works, that of the element is fastest; out may equal an input (in place), any other
 * overlap is LW_ERR_OVERLAP. A condition or mask is n bytes, true if not 0.
 * Bounds are over the whole range of the type, subnormals included, rounding to nearest even.
 * Flags are the exception flags that a call may raise, each where C Annex F asks for it.
 */

#ifndef LANEWISE_KERNELS_H_
#define LANEWISE_KERNELS_H_

#include "lanewise/lanewise.h"

#ifdef __cplusplus
extern "C" {
#endif

/* x + y; integers wrap around. Correctly rounded. Flags: invalid, overflow. */
LW_API lw_status lw_add_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_add_f64(int64_t n, const double* x, const double* y, double* out);

/* x - y; integers wrap around. Correctly rounded. Flags: invalid, overflow. */
LW_API lw_status lw_subtract_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_subtract_f64(int64_t n, const double* x, const double* y, double* out);

/* x * y; integers wrap around. Correctly rounded. Flags: invalid, overflow. */
LW_API lw_status lw_multiply_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_multiply_f64(int64_t n, const double* x, const double* y, double* out);

/* x / y. Correctly rounded. Flags: invalid, divide-by-zero, overflow. */
LW_API lw_status lw_divide_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_divide_f64(int64_t n, const double* x, const double* y, double* out);

/* x * y + z, rounded once, also on CPUs without the instruction. Correctly rounded. Flags: invalid,
 * overflow. */
LW_API lw_status lw_fma_f32(int64_t n, const float* x, const float* y, const float* z, float* out);
LW_API lw_status lw_fma_f64(int64_t n, const double* x, const double* y, const double* z,
                            double* out);

/* Smaller of x and y; NaN if either is, -0 below +0. Exact. */
LW_API lw_status lw_minimum_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_minimum_f64(int64_t n, const double* x, const double* y, double* out);

/* Larger of x and y; NaN if either is, +0 above -0. Exact. */
LW_API lw_status lw_maximum_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_maximum_f64(int64_t n, const double* x, const double* y, double* out);

/* Smaller of x and y, or the one that is no NaN; -0 below +0. Exact. */
LW_API lw_status lw_fmin_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_fmin_f64(int64_t n, const double* x, const double* y, double* out);

/* Larger of x and y, or the one that is no NaN; +0 above -0. Exact. */
LW_API lw_status lw_fmax_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_fmax_f64(int64_t n, const double* x, const double* y, double* out);

/* minimum(maximum(x, low), high); NaN if any is. Exact. */
LW_API lw_status lw_clip_f32(int64_t n, const float* x, const float* low, const float* high,
                             float* out);
LW_API lw_status lw_clip_f64(int64_t n, const double* x, const double* low, const double* high,
                             double* out);

/* |x| with the sign of y, of zeros and NaNs too. Exact. */
LW_API lw_status lw_copysign_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_copysign_f64(int64_t n, const double* x, const double* y, double* out);

/* floor(x / y) and x - y * floor(x / y), which has the sign of y; integers wrap, by 0 both are 0.
 * Correctly rounded. Flags: invalid, divide-by-zero, overflow. */
LW_API lw_status lw_divmod_f32(int64_t n, const float* x, const float* y, float* quotient,
                               float* remainder);
LW_API lw_status lw_divmod_f64(int64_t n, const double* x, const double* y, double* quotient,
                               double* remainder);

/* -x; flips the sign of zeros and NaNs too; integers wrap around. Exact. */
LW_API lw_status lw_negative_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_negative_f64(int64_t n, const double* x, double* out);

/* |x|; clears the sign of zeros and NaNs too; integers wrap around. Exact. */
LW_API lw_status lw_abs_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_abs_f64(int64_t n, const double* x, double* out);

/* x * x; integers wrap around. Correctly rounded. Flags: overflow. */
LW_API lw_status lw_square_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_square_f64(int64_t n, const double* x, double* out);

/* Square root of x; NaN below -0. Correctly rounded. Flags: invalid. */
LW_API lw_status lw_sqrt_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_sqrt_f64(int64_t n, const double* x, double* out);

/* 1 / x. Correctly rounded. Flags: divide-by-zero, overflow. */
LW_API lw_status lw_reciprocal_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_reciprocal_f64(int64_t n, const double* x, double* out);

/* -1, 0 or 1 as x is below, at or above 0; +0 of either zero, NaN of NaN. Exact. */
LW_API lw_status lw_sign_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_sign_f64(int64_t n, const double* x, double* out);

/* Largest integral value not above x; -0 stays -0. Exact. */
LW_API lw_status lw_floor_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_floor_f64(int64_t n, const double* x, double* out);

/* Smallest integral value not below x; keeps the sign of zero. Exact. */
LW_API lw_status lw_ceil_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_ceil_f64(int64_t n, const double* x, double* out);

/* Nearest integral value towards 0; keeps the sign of zero. Exact. */
LW_API lw_status lw_trunc_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_trunc_f64(int64_t n, const double* x, double* out);

/* Nearest integral value, ties to even; keeps the sign of zero. Exact. */
LW_API lw_status lw_rint_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_rint_f64(int64_t n, const double* x, double* out);

/* x degrees in radians: x * (pi / 180), the factor rounded to the type. Correctly rounded. */
LW_API lw_status lw_radians_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_radians_f64(int64_t n, const double* x, double* out);

/* x radians in degrees: x * (180 / pi), the factor rounded to the type. Correctly rounded. Flags:
 * overflow. */
LW_API lw_status lw_degrees_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_degrees_f64(int64_t n, const double* x, double* out);

/* x where the condition is not 0, else y; moves bits only. Exact. */
LW_API lw_status lw_where_f32(int64_t n, const uint8_t* condition, const float* x, const float* y,
                              float* out);
LW_API lw_status lw_where_f64(int64_t n, const uint8_t* condition, const double* x, const double* y,
                              double* out);

/* e raised to the power x. At most 1 ULP. Flags: overflow. */
LW_API lw_status lw_exp_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_exp_f64(int64_t n, const double* x, double* out);

/* e raised to the power x, minus 1; keeps the sign of zero. At most 1 ULP. Flags: overflow. */
LW_API lw_status lw_expm1_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_expm1_f64(int64_t n, const double* x, double* out);

/* Natural logarithm of x; log(+-0) is -inf, NaN below. At most 1 ULP. Flags: invalid,
 * divide-by-zero. */
LW_API lw_status lw_log_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_log_f64(int64_t n, const double* x, double* out);

/* Hyperbolic tangent of x. At most 1 ULP. */
LW_API lw_status lw_tanh_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_tanh_f64(int64_t n, const double* x, double* out);

/* Sine of x in radians, for every finite x. At most 1 ULP. Flags: invalid. */
LW_API lw_status lw_sin_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_sin_f64(int64_t n, const double* x, double* out);

/* Cosine of x in radians, for every finite x. At most 1 ULP. Flags: invalid. */
LW_API lw_status lw_cos_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_cos_f64(int64_t n, const double* x, double* out);

/* x to the power y, all special cases of C99 Annex F; with y = 2, 0.5, -1 and 1 the bits of x * x,
 * sqrt(x), 1 / x and x. At most 1 ULP. Flags: invalid, divide-by-zero, overflow. */
LW_API lw_status lw_pow_f32(int64_t n, const float* x, const float* y, float* out);
LW_API lw_status lw_pow_f64(int64_t n, const double* x, const double* y, double* out);

/* Reductions: one result from n elements, in the fixed order of docs/numerics.md. result: one
 * element, must not be null, outside the inputs (LW_ERR_OVERLAP). */

/* Sum by the fixed tree; integers in 64 bits, wrapping; +0 if empty. Each operation is correctly
 * rounded. Flags: invalid, overflow. */
LW_API lw_status lw_sum_f32(int64_t n, const float* x, float* result);
LW_API lw_status lw_sum_f64(int64_t n, const double* x, double* result);

/* Sum / n, the quotient rounded once, integers as f64; NaN if empty. Each operation is correctly
 * rounded. Flags: invalid, overflow. */
LW_API lw_status lw_mean_f32(int64_t n, const float* x, float* result);
LW_API lw_status lw_mean_f64(int64_t n, const double* x, double* result);

/* Sum of (x - mean)^2 / (n - ddof), two passes, integers as f64; NaN if n <= ddof, +0 for equal
 * elements. Each operation is correctly rounded. Flags: invalid, overflow. */
LW_API lw_status lw_var_f32(int64_t n, const float* x, double ddof, float* result);
LW_API lw_status lw_var_f64(int64_t n, const double* x, double ddof, double* result);

/* Sum of the rounded products x * y by the fixed tree; integers wrap around in their own type, of
 * bool whether any pair is true; +0 if empty. Each operation is correctly rounded. Flags: invalid,
 * overflow. */
LW_API lw_status lw_dot_f32(int64_t n, const float* x, const float* y, float* result);
LW_API lw_status lw_dot_f64(int64_t n, const double* x, const double* y, double* result);

/* Product by the fixed tree; integers in 64 bits, wrapping; 1 if empty. Each operation is correctly
 * rounded. Flags: invalid, overflow. */
LW_API lw_status lw_prod_f32(int64_t n, const float* x, float* result);
LW_API lw_status lw_prod_f64(int64_t n, const double* x, double* result);

/* Smallest element; NaN if any is, -0 below +0. Exact. LW_ERR_SIZE if n is 0. */
LW_API lw_status lw_min_f32(int64_t n, const float* x, float* result);
LW_API lw_status lw_min_f64(int64_t n, const double* x, double* result);

/* Largest element; NaN if any is, +0 above -0. Exact. LW_ERR_SIZE if n is 0. */
LW_API lw_status lw_max_f32(int64_t n, const float* x, float* result);
LW_API lw_status lw_max_f64(int64_t n, const double* x, double* result);

/* Index of the first largest element, or of the first NaN; zeros of either sign are equal. Exact.
 * LW_ERR_SIZE if n is 0. */
LW_API lw_status lw_argmax_f32(int64_t n, const float* x, int64_t* result);
LW_API lw_status lw_argmax_f64(int64_t n, const double* x, int64_t* result);

/* Scans: as many results as elements. */

/* out[i] = x[0] + ... + x[i] in a fixed blocked order; integers in 64 bits, wrapping. Each
 * operation is correctly rounded. Flags: invalid, overflow. */
LW_API lw_status lw_cumulative_sum_f32(int64_t n, const float* x, float* out);
LW_API lw_status lw_cumulative_sum_f64(int64_t n, const double* x, double* out);

/* Compress: out needs room for as many elements as mask has true bytes; count gets that number. out
 * may be x (in place), any other overlap with x or mask is LW_ERR_OVERLAP, as is a count that
 * overlaps x, mask or the results. */

/* The elements of x where the mask is not 0, in order; moves bits only; in place, what is behind
 * the result keeps its values. Exact. */
LW_API lw_status lw_compress_f32(int64_t n, const float* x, const uint8_t* mask, float* out,
                                 int64_t* count);
LW_API lw_status lw_compress_f64(int64_t n, const double* x, const uint8_t* mask, double* out,
                                 int64_t* count);

/* Searches: a has n elements in ascending order, v and out have count. right: 0 in front of equal
 * elements, 1 behind them. out overlaps neither input (LW_ERR_OVERLAP). */

/* Where each element of v belongs in the sorted a: in front of those that are equal to it, or
 * behind them; NaN is equal to NaN and larger than any number, -0 equal to +0. Exact. */
LW_API lw_status lw_searchsorted_f32(int64_t n, const float* a, int64_t count, const float* v,
                                     int32_t right, int64_t* out);
LW_API lw_status lw_searchsorted_f64(int64_t n, const double* a, int64_t count, const double* v,
                                     int32_t right, int64_t* out);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LANEWISE_KERNELS_H_ */
