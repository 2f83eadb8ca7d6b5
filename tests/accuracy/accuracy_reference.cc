#include "accuracy_reference.h"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lanewise {
namespace {

// MPFR rounds its functions correctly, relative to the result: 160 bits leave 100 beyond f64.
constexpr mpfr_prec_t kPrecision = 160;

class Number {
 public:
  Number() { mpfr_init2(value_, kPrecision); }
  ~Number() { mpfr_clear(value_); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  operator mpfr_ptr() { return value_; }

 private:
  mpfr_t value_;
};

// Working storage is kept: allocating it would cost more than a cheap function.
struct Workspace {
  Number x, y, exact, result;
};

Workspace& ThreadWorkspace() {
  thread_local Workspace workspace;
  return workspace;
}

// False if the kernel is not known here.
bool Evaluate(lw_kernel kernel, double x, double y, Workspace& w) {
  mpfr_set_d(w.x, x, MPFR_RNDN);
  switch (kernel) {
    case LW_EXP:
      mpfr_exp(w.exact, w.x, MPFR_RNDN);
      return true;
    case LW_LOG:
      mpfr_log(w.exact, w.x, MPFR_RNDN);
      return true;
    case LW_SIN:
      mpfr_sin(w.exact, w.x, MPFR_RNDN);
      return true;
    case LW_COS:
      mpfr_cos(w.exact, w.x, MPFR_RNDN);
      return true;
    case LW_TANH:
      mpfr_tanh(w.exact, w.x, MPFR_RNDN);
      return true;
    case LW_POW:
      mpfr_set_d(w.y, y, MPFR_RNDN);
      mpfr_pow(w.exact, w.x, w.y, MPFR_RNDN);
      return true;
    default:
      return false;
  }
}

template <class T>
double UlpError(lw_kernel kernel, double x, double y, double result) {
  using Limits = std::numeric_limits<T>;
  constexpr double kWrong = std::numeric_limits<double>::infinity();
  Workspace& w = ThreadWorkspace();
  if (!Evaluate(kernel, x, y, w)) return std::numeric_limits<double>::quiet_NaN();

  if (mpfr_nan_p(w.exact)) return std::isnan(result) ? 0.0 : kWrong;
  if (std::isnan(result)) return kWrong;
  const bool same_sign = (mpfr_signbit(w.exact) != 0) == std::signbit(result);
  if (mpfr_inf_p(w.exact)) return std::isinf(result) && same_sign ? 0.0 : kWrong;
  if (result == 0 && !same_sign) return kWrong;

  // Binades by the exponent of 2^(e-1) <= |v| < 2^e, as MPFR and frexp count.
  constexpr int kMinExponent = Limits::min_exponent;
  const mpfr_exp_t exponent = mpfr_zero_p(w.exact)
                                  ? kMinExponent
                                  : std::max<mpfr_exp_t>(mpfr_get_exp(w.exact), kMinExponent);
  if (std::isinf(result)) {
    if (!same_sign) return kWrong;
    if (exponent > Limits::max_exponent) return 0.0;
    mpfr_set_d(w.result, std::signbit(result) ? -1.0 : 1.0, MPFR_RNDN);
    mpfr_mul_2si(w.result, w.result, Limits::max_exponent, MPFR_RNDN);
  } else {
    mpfr_set_d(w.result, result, MPFR_RNDN);
  }
  mpfr_sub(w.result, w.result, w.exact, MPFR_RNDN);
  mpfr_mul_2si(w.result, w.result, Limits::digits - static_cast<long>(exponent), MPFR_RNDN);
  return std::fabs(mpfr_get_d(w.result, MPFR_RNDN));
}

}  // namespace

double UlpErrorF32(lw_kernel kernel, float x, float result) {
  return UlpError<float>(kernel, x, 0, result);
}
double UlpErrorF64(lw_kernel kernel, double x, double result) {
  return UlpError<double>(kernel, x, 0, result);
}
double UlpErrorF32(lw_kernel kernel, float x, float y, float result) {
  return UlpError<float>(kernel, x, y, result);
}
double UlpErrorF64(lw_kernel kernel, double x, double y, double result) {
  return UlpError<double>(kernel, x, y, result);
}

// MPFR's exponent range is wider than the type's: these round once into subnormals, too.
float CorrectlyRoundedF32(lw_kernel kernel, float x, float y) {
  Workspace& w = ThreadWorkspace();
  if (!Evaluate(kernel, x, y, w)) return std::numeric_limits<float>::quiet_NaN();
  return mpfr_get_flt(w.exact, MPFR_RNDN);
}
double CorrectlyRoundedF64(lw_kernel kernel, double x, double y) {
  Workspace& w = ThreadWorkspace();
  if (!Evaluate(kernel, x, y, w)) return std::numeric_limits<double>::quiet_NaN();
  return mpfr_get_d(w.exact, MPFR_RNDN);
}

}  // namespace lanewise
