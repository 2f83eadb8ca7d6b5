// exp(-x^2 / 2) at 10,000 places, as a table of 100 rows: its sum and the largest sum of a column.
// The programs in C and Fortran beside this one print the same digits, on every machine.
#include <cstdio>
#include <lanewise/lanewise.hpp>
#include <vector>

namespace lw = lanewise;

int main() try {
  constexpr int kRows = 100, kColumns = 100, kCount = kRows * kColumns;
  std::vector<double> x(kCount), y(kCount), sums(kColumns);
  for (int i = 0; i < kCount; ++i) x[i] = (i - kCount / 2) / 1000.0;

  lw::multiply(x, x, y);
  lw::multiply(y, lw::scalar(-0.5), y);
  lw::exp(y, y);

  const lw::View<const double, 2> table(y.data(), {kRows, kColumns});
  lw::reduce<LW_SUM>(table, lw::axes(0), lw::View<double, 1>(sums.data(), {kColumns}));
  std::printf("%23.16E%23.16E\n", lw::sum(y), lw::max(sums));
} catch (const lw::Error& error) {
  std::fprintf(stderr, "statistics: %s\n", error.what());
  return 1;
}
