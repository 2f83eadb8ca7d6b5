// A C++20 program without exceptions and RTTI that uses lanewise.hpp.

#include <cstdio>
#include <vector>

#include "lanewise/lanewise.hpp"

int main() {
  const std::vector<float> x{1, 4, 9};
  std::vector<float> y(3);
  float sum = 0, rows[3] = {};
  if (lanewise::try_call<LW_SQRT>(x, y) != LW_OK || y[2] != 3) return 1;
  if (lanewise::try_call<LW_ADD>(x, lanewise::scalar(1.0f), y) != LW_OK || y[2] != 10) return 2;
  if (lanewise::try_call<LW_SUM>(x, std::span(&sum, 1)) != LW_OK || sum != 14) return 3;
  if (lanewise::try_call<LW_EXP>(x, std::span(y).first(1)) != LW_ERR_SHAPE) return 4;
  const lanewise::View<const float, 2> view(x.data(), {3, 1});
  const lanewise::View<float, 1> out(rows, {3});
  const lw_view from = view, to = out;
  if (lw_reduce(LW_SUM, LW_F32, &from, lanewise::axes(1), &to, nullptr) != LW_OK) return 5;
  std::printf("without exceptions: %g\n", static_cast<double>(sum));
  return rows[2] != 9;
}
