#include "accuracy_reference.h"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace lanewise {

struct ExactFunction {
  const char* name;
  int (*one)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
  int (*two)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);
  double (*in_double)(double);  // of functions of one argument
};

namespace {

// C's math functions that MPFR has: kernels with a bound above 0.5 ULP name theirs.
constexpr ExactFunction kFunctions[] = {
    {"exp", mpfr_exp, nullptr, std::exp},         {"exp2", mpfr_exp2, nullptr, std::exp2},
    {"expm1", mpfr_expm1, nullptr, std::expm1},   {"log", mpfr_log, nullptr, std::log},
    {"log2", mpfr_log2, nullptr, std::log2},      {"log10", mpfr_log10, nullptr, std::log10},
    {"log1p", mpfr_log1p, nullptr, std::log1p},   {"sin", mpfr_sin, nullptr, std::sin},
    {"cos", mpfr_cos, nullptr, std::cos},         {"tan", mpfr_tan, nullptr, std::tan},
    {"asin", mpfr_asin, nullptr, std::asin},      {"acos", mpfr_acos, nullptr, std::acos},
    {"atan", mpfr_atan, nullptr, std::atan},      {"sinh", mpfr_sinh, nullptr, std::sinh},
    {"cosh", mpfr_cosh, nullptr, std::cosh},      {"tanh", mpfr_tanh, nullptr, std::tanh},
    {"asinh", mpfr_asinh, nullptr, std::asinh},   {"acosh", mpfr_acosh, nullptr, std::acosh},
    {"atanh", mpfr_atanh, nullptr, std::atanh},   {"cbrt", mpfr_cbrt, nullptr, std::cbrt},
    {"erf", mpfr_erf, nullptr, std::erf},         {"erfc", mpfr_erfc, nullptr, std::erfc},
    {"tgamma", mpfr_gamma, nullptr, std::tgamma}, {"pow", nullptr, mpfr_pow, nullptr},
    {"atan2", nullptr, mpfr_atan2, nullptr},      {"hypot", nullptr, mpfr_hypot, nullptr},
};

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

void Evaluate(const ExactFunction& f, double x, double y, Workspace& w) {
  mpfr_set_d(w.x, x, MPFR_RNDN);
  if (f.one) {
    f.one(w.exact, w.x, MPFR_RNDN);
  } else {
    mpfr_set_d(w.y, y, MPFR_RNDN);
    f.two(w.exact, w.x, w.y, MPFR_RNDN);
  }
}

}  // namespace

const ExactFunction* FindExact(const char* name) {
  for (const ExactFunction& f : kFunctions) {
    if (name && !std::strcmp(f.name, name)) return &f;
  }
  return nullptr;
}

double InDouble(const ExactFunction& f, double x) { return f.in_double(x); }

double UlpError(const ExactFunction& f, double x, double y, double result, BinaryFormat format) {
  constexpr double kWrong = std::numeric_limits<double>::infinity();
  Workspace& w = ThreadWorkspace();
  Evaluate(f, x, y, w);

  if (mpfr_nan_p(w.exact)) return std::isnan(result) ? 0.0 : kWrong;
  if (std::isnan(result)) return kWrong;
  const bool same_sign = (mpfr_signbit(w.exact) != 0) == std::signbit(result);
  if (mpfr_inf_p(w.exact)) return std::isinf(result) && same_sign ? 0.0 : kWrong;
  if (result == 0 && !same_sign) return kWrong;

  // Binades by the exponent of 2^(e-1) <= |v| < 2^e, as MPFR and frexp count.
  const int least = 3 - format.end;  // of the smallest normal number
  const mpfr_exp_t exponent =
      mpfr_zero_p(w.exact) ? least : std::max<mpfr_exp_t>(mpfr_get_exp(w.exact), least);
  if (std::isinf(result)) {
    if (!same_sign) return kWrong;
    if (exponent > format.end) return 0.0;
    mpfr_set_d(w.result, std::signbit(result) ? -1.0 : 1.0, MPFR_RNDN);
    mpfr_mul_2si(w.result, w.result, format.end, MPFR_RNDN);
  } else {
    mpfr_set_d(w.result, result, MPFR_RNDN);
  }
  mpfr_sub(w.result, w.result, w.exact, MPFR_RNDN);
  mpfr_mul_2si(w.result, w.result, format.digits - static_cast<long>(exponent), MPFR_RNDN);
  return std::fabs(mpfr_get_d(w.result, MPFR_RNDN));
}

template <class T>
double UlpError(const ExactFunction& f, T x, T y, T result) {
  using Limits = std::numeric_limits<T>;
  return UlpError(f, static_cast<double>(x), static_cast<double>(y), static_cast<double>(result),
                  BinaryFormat{Limits::digits, Limits::max_exponent});
}
template double UlpError(const ExactFunction&, float, float, float);
template double UlpError(const ExactFunction&, double, double, double);

}  // namespace lanewise
