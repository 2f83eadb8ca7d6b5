// Density of moist air on a grid: pressure falls exponentially with height, humidity comes from the
// Magnus formula for the vapour pressure. lanewise has the exponentials and the mean; the loops in
// between are this program's own, compiled for the level of the build.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include <lanewise/lanewise.hpp>

namespace {

constexpr float kDryAir = 287.05f, kVapour = 461.5f;  // gas constants, J / (kg K)

struct Grid {
  std::vector<float> height, celsius, humidity;  // metres, degrees, 0 to 1
};

// A smooth made-up state of the atmosphere, the same everywhere: no libm, no random numbers.
Grid MakeGrid(size_t n) {
  Grid grid{std::vector<float>(n), std::vector<float>(n), std::vector<float>(n)};
  for (size_t i = 0; i < n; ++i) {
    const float x = static_cast<float>(i % 1440) / 1440.0f;
    grid.height[i] = static_cast<float>(i % 97) * 40.0f;
    grid.celsius[i] = 30.0f - 0.0065f * grid.height[i] - 40.0f * x * (1.0f - x);
    grid.humidity[i] = 0.2f + 0.6f * x;
  }
  return grid;
}

// exp of each element, in place.
void Exp(std::span<float> values) { lanewise::exp(values, values); }

std::vector<float> Density(const Grid& grid) {
  const size_t n = grid.height.size();
  std::vector<float> pressure(n), vapour(n), density(n);
  for (size_t i = 0; i < n; ++i) {
    pressure[i] = grid.height[i] * (-1.0f / 8434.0f);
    vapour[i] = 17.62f * grid.celsius[i] / (243.12f + grid.celsius[i]);
  }
  Exp(pressure);
  Exp(vapour);
  for (size_t i = 0; i < n; ++i) {
    const float kelvin = grid.celsius[i] + 273.15f;
    const float e = grid.humidity[i] * 611.2f * vapour[i];
    density[i] = (101325.0f * pressure[i] - e) / (kDryAir * kelvin) + e / (kVapour * kelvin);
  }
  return density;
}

// FNV-1a over the bits: two builds agree if this does.
uint64_t Hash(std::span<const float> values) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const float value : values) hash = (hash ^ std::bit_cast<uint32_t>(value)) * 0x100000001b3;
  return hash;
}

}  // namespace

int main() {
  const std::vector<float> density = Density(MakeGrid(1440 * 721));
  std::printf("mean %.6f kg/m3, hash %016llx, target %s\n",
              static_cast<double>(lanewise::mean(density)),
              static_cast<unsigned long long>(Hash(density)), lw_current_target());
}
