// The typed contiguous layer of the C ABI: one line per function, argument checks and dispatch in
// typed.h.

#include "api/typed.h"
#include "lanewise/lanewise.h"

using namespace lanewise;  // NOLINT: definitions of extern "C" functions only

extern "C" {

lw_status lw_negative_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Negative, float>(n, out, x);
}
lw_status lw_negative_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Negative, double>(n, out, x);
}
lw_status lw_abs_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Abs, float>(n, out, x);
}
lw_status lw_abs_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Abs, double>(n, out, x);
}
lw_status lw_ceil_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Ceil, float>(n, out, x);
}
lw_status lw_ceil_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Ceil, double>(n, out, x);
}
lw_status lw_trunc_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Trunc, float>(n, out, x);
}
lw_status lw_trunc_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Trunc, double>(n, out, x);
}
lw_status lw_reciprocal_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Reciprocal, float>(n, out, x);
}
lw_status lw_reciprocal_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Reciprocal, double>(n, out, x);
}
lw_status lw_fmin_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<FMin, float>(n, out, x, y);
}
lw_status lw_fmin_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<FMin, double>(n, out, x, y);
}
lw_status lw_fmax_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<FMax, float>(n, out, x, y);
}
lw_status lw_fmax_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<FMax, double>(n, out, x, y);
}
lw_status lw_radians_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Radians, float>(n, out, x);
}
lw_status lw_radians_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Radians, double>(n, out, x);
}
lw_status lw_degrees_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Degrees, float>(n, out, x);
}
lw_status lw_degrees_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Degrees, double>(n, out, x);
}
lw_status lw_square_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Square, float>(n, out, x);
}
lw_status lw_square_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Square, double>(n, out, x);
}
lw_status lw_sign_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Sign, float>(n, out, x);
}
lw_status lw_sign_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Sign, double>(n, out, x);
}
lw_status lw_copysign_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<CopySign, float>(n, out, x, y);
}
lw_status lw_copysign_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<CopySign, double>(n, out, x, y);
}
lw_status lw_divmod_f32(int64_t n, const float* x, const float* y, float* quotient,
                        float* remainder) {
  return ElementwiseTwo<DivMod, float>(n, quotient, remainder, x, y);
}
lw_status lw_divmod_f64(int64_t n, const double* x, const double* y, double* quotient,
                        double* remainder) {
  return ElementwiseTwo<DivMod, double>(n, quotient, remainder, x, y);
}
lw_status lw_sqrt_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Sqrt, float>(n, out, x);
}
lw_status lw_sqrt_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Sqrt, double>(n, out, x);
}
lw_status lw_floor_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Floor, float>(n, out, x);
}
lw_status lw_floor_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Floor, double>(n, out, x);
}
lw_status lw_rint_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Rint, float>(n, out, x);
}
lw_status lw_rint_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Rint, double>(n, out, x);
}
lw_status lw_exp_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Exp, float>(n, out, x);
}
lw_status lw_exp_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Exp, double>(n, out, x);
}
lw_status lw_expm1_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Expm1, float>(n, out, x);
}
lw_status lw_expm1_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Expm1, double>(n, out, x);
}
lw_status lw_log_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Log, float>(n, out, x);
}
lw_status lw_log_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Log, double>(n, out, x);
}
lw_status lw_sin_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Sin, float>(n, out, x);
}
lw_status lw_sin_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Sin, double>(n, out, x);
}
lw_status lw_cos_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Cos, float>(n, out, x);
}
lw_status lw_cos_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Cos, double>(n, out, x);
}
lw_status lw_tanh_f32(int64_t n, const float* x, float* out) {
  return Elementwise<Tanh, float>(n, out, x);
}
lw_status lw_tanh_f64(int64_t n, const double* x, double* out) {
  return Elementwise<Tanh, double>(n, out, x);
}
lw_status lw_add_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<Add, float>(n, out, x, y);
}
lw_status lw_add_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<Add, double>(n, out, x, y);
}
lw_status lw_subtract_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<Subtract, float>(n, out, x, y);
}
lw_status lw_subtract_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<Subtract, double>(n, out, x, y);
}
lw_status lw_multiply_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<Multiply, float>(n, out, x, y);
}
lw_status lw_multiply_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<Multiply, double>(n, out, x, y);
}
lw_status lw_divide_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<Divide, float>(n, out, x, y);
}
lw_status lw_divide_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<Divide, double>(n, out, x, y);
}
lw_status lw_minimum_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<Minimum, float>(n, out, x, y);
}
lw_status lw_minimum_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<Minimum, double>(n, out, x, y);
}
lw_status lw_maximum_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<Maximum, float>(n, out, x, y);
}
lw_status lw_maximum_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<Maximum, double>(n, out, x, y);
}
lw_status lw_pow_f32(int64_t n, const float* x, const float* y, float* out) {
  return Elementwise<Pow, float>(n, out, x, y);
}
lw_status lw_pow_f64(int64_t n, const double* x, const double* y, double* out) {
  return Elementwise<Pow, double>(n, out, x, y);
}
lw_status lw_fma_f32(int64_t n, const float* x, const float* y, const float* z, float* out) {
  return Elementwise<Fma, float>(n, out, x, y, z);
}
lw_status lw_fma_f64(int64_t n, const double* x, const double* y, const double* z, double* out) {
  return Elementwise<Fma, double>(n, out, x, y, z);
}
lw_status lw_clip_f32(int64_t n, const float* x, const float* low, const float* high, float* out) {
  return Elementwise<Clip, float>(n, out, x, low, high);
}
lw_status lw_clip_f64(int64_t n, const double* x, const double* low, const double* high,
                      double* out) {
  return Elementwise<Clip, double>(n, out, x, low, high);
}
lw_status lw_where_f32(int64_t n, const uint8_t* condition, const float* x, const float* y,
                       float* out) {
  return Elementwise<Where, float>(n, out, condition, x, y);
}
lw_status lw_where_f64(int64_t n, const uint8_t* condition, const double* x, const double* y,
                       double* out) {
  return Elementwise<Where, double>(n, out, condition, x, y);
}
lw_status lw_sum_f32(int64_t n, const float* x, float* result) {
  return Reduced<Sum, float>(n, x, nullptr, 0, result);
}
lw_status lw_sum_f64(int64_t n, const double* x, double* result) {
  return Reduced<Sum, double>(n, x, nullptr, 0, result);
}
lw_status lw_mean_f32(int64_t n, const float* x, float* result) {
  return Reduced<Mean, float>(n, x, nullptr, 0, result);
}
lw_status lw_mean_f64(int64_t n, const double* x, double* result) {
  return Reduced<Mean, double>(n, x, nullptr, 0, result);
}
lw_status lw_var_f32(int64_t n, const float* x, double ddof, float* result) {
  return Reduced<Var, float>(n, x, nullptr, ddof, result);
}
lw_status lw_var_f64(int64_t n, const double* x, double ddof, double* result) {
  return Reduced<Var, double>(n, x, nullptr, ddof, result);
}
lw_status lw_dot_f32(int64_t n, const float* x, const float* y, float* result) {
  return ReducedTwo<Dot, float>(n, x, y, result);
}
lw_status lw_dot_f64(int64_t n, const double* x, const double* y, double* result) {
  return ReducedTwo<Dot, double>(n, x, y, result);
}
lw_status lw_prod_f32(int64_t n, const float* x, float* result) {
  return Reduced<Prod, float>(n, x, nullptr, 0, result);
}
lw_status lw_prod_f64(int64_t n, const double* x, double* result) {
  return Reduced<Prod, double>(n, x, nullptr, 0, result);
}
lw_status lw_min_f32(int64_t n, const float* x, float* result) {
  return Reduced<Min, float>(n, x, nullptr, 0, result);
}
lw_status lw_min_f64(int64_t n, const double* x, double* result) {
  return Reduced<Min, double>(n, x, nullptr, 0, result);
}
lw_status lw_max_f32(int64_t n, const float* x, float* result) {
  return Reduced<Max, float>(n, x, nullptr, 0, result);
}
lw_status lw_max_f64(int64_t n, const double* x, double* result) {
  return Reduced<Max, double>(n, x, nullptr, 0, result);
}
lw_status lw_argmax_f32(int64_t n, const float* x, int64_t* result) {
  return Reduced<ArgMax, float>(n, x, nullptr, 0, result);
}
lw_status lw_argmax_f64(int64_t n, const double* x, int64_t* result) {
  return Reduced<ArgMax, double>(n, x, nullptr, 0, result);
}
lw_status lw_cumulative_sum_f32(int64_t n, const float* x, float* out) {
  return Scanned<CumulativeSum, float>(n, x, out);
}
lw_status lw_cumulative_sum_f64(int64_t n, const double* x, double* out) {
  return Scanned<CumulativeSum, double>(n, x, out);
}
lw_status lw_compress_f32(int64_t n, const float* x, const uint8_t* mask, float* out,
                          int64_t* count) {
  return Compressed<CompressBy, float>(n, x, mask, out, count);
}
lw_status lw_compress_f64(int64_t n, const double* x, const uint8_t* mask, double* out,
                          int64_t* count) {
  return Compressed<CompressBy, double>(n, x, mask, out, count);
}
lw_status lw_searchsorted_f32(int64_t n, const float* a, int64_t count, const float* v,
                              int32_t right, int64_t* out) {
  return Searched<SearchSorted, float>(n, a, count, v, right, out);
}
lw_status lw_searchsorted_f64(int64_t n, const double* a, int64_t count, const double* v,
                              int32_t right, int64_t* out) {
  return Searched<SearchSorted, double>(n, a, count, v, right, out);
}

}  // extern "C"
