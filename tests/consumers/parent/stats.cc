// C++17, as most projects: the C header.
#include "stats.h"

#include <lanewise/lanewise.h>

#include <stdexcept>

double MeanOfExponentials(const std::vector<double>& x) {
  const int64_t n = static_cast<int64_t>(x.size());
  std::vector<double> y(x.size());
  double mean = 0;
  if (lw_exp_f64(n, x.data(), y.data()) != LW_OK || lw_mean_f64(n, y.data(), &mean) != LW_OK) {
    throw std::runtime_error(lw_last_error());
  }
  return mean;
}
