// A C++20 program that uses lanewise.
#include <array>
#include <cstdio>
#include <lanewise/lanewise.hpp>
#include <vector>

int main() {
  std::vector<double> x(1000, 0.0), y(x.size());
  lanewise::cos(x, y);
  const std::array<int, 3> whole{1, 2, 3};
  if (lanewise::sum(y) != 1000.0 || lanewise::sum(whole) != 6) return 1;
  try {
    lanewise::exp(x, std::span(y).first(1));
    return 1;
  } catch (const lanewise::Error& error) {
    if (error.status() != LW_ERR_SHAPE) return 1;
  }
  std::printf("C++: lanewise %s, %s\n", lw_version(), lanewise::current_target());
  return 0;
}
