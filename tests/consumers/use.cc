// A C++20 program that uses lanewise.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <lanewise/lanewise.hpp>
#include <string>
#include <vector>

// The threading module must be found beside the library, wherever that is.
bool ThreadsAreMissing() {
  std::vector<float> large(1 << 21, 1.0f);
  if (lanewise::sum(large) != static_cast<float>(large.size())) return true;
  std::string report(16384, '\0');
  size_t length = 0;
  if (lw_machine(0, report.data(), report.size(), &length) != LW_OK) return true;
  return std::getenv("LW_EXPECT_MODULE") && report.find("no threads:") != std::string::npos;
}

int main() {
  std::vector<double> x(1000, 0.0), y(x.size());
  lanewise::cos(x, y);
  if (ThreadsAreMissing()) return 1;
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
