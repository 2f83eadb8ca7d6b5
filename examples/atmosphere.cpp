// A worked example: diagnostics of a global weather analysis, the same bits on every machine.
//
// The fields are those of a quarter-degree grid (721 latitudes from pole to pole, 1440 longitudes):
// temperature T in K and wind (u, v) in m/s. One step computes
//
//   es     saturation vapour pressure over water in hPa (Bolton 1980, equation 10, the Magnus
//   form):
//          es = 6.112 exp(17.67 t / (t + 243.5)), t in degrees Celsius, 0.3 % from -35 to 35
//   speed  sqrt(u^2 + v^2) in m/s
//   the global means of T, es and speed, each latitude weighted by its cosine
//
// in f32 and in f64, under every SIMD target that this machine has, and compares all result bytes.
// The fields are made up from integer hashes and polynomials, so no data file is needed.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "lanewise/lanewise.hpp"

namespace lw = lanewise;

namespace {

constexpr std::size_t kLatitudes = 721;
constexpr std::size_t kLongitudes = 1440;
constexpr std::size_t kCells = kLatitudes * kLongitudes;
constexpr int kRepetitions = 5;

// In [-1, 1), from the finaliser of splitmix64.
double Noise(std::uint64_t seed) {
  seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9u;
  seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EBu;
  seed ^= seed >> 31;
  return static_cast<double>(static_cast<std::int64_t>(seed)) * 0x1p-63;
}

// A triangle wave around the globe in [-1, 1], `waves` times.
double Wave(std::size_t longitude, std::size_t waves) {
  const double phase = static_cast<double>(longitude * waves % kLongitudes) / kLongitudes;
  return phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase;
}

template <class T>
struct Fields {
  std::vector<T> temperature, u, v, latitude;

  Fields() : temperature(kCells), u(kCells), v(kCells), latitude(kLatitudes) {
    for (std::size_t j = 0; j < kLatitudes; ++j) {
      const double degrees = -90 + 0.25 * static_cast<double>(j);
      const double x = degrees < 0 ? -degrees / 90 : degrees / 90;  // 0 equator, 1 pole
      latitude[j] = static_cast<T>(degrees * (3.14159265358979323846 / 180));
      for (std::size_t i = 0; i < kLongitudes; ++i) {
        const std::size_t cell = j * kLongitudes + i;
        const double land = Wave(i, 3) * x;
        const double jet = 4 * x * (1 - x);  // westerlies of the middle latitudes, trades below
        temperature[cell] = static_cast<T>(300 - 55 * x * x + 4 * land + 3 * Noise(3 * cell));
        u[cell] = static_cast<T>(22 * jet * jet - 6 + 4 * Noise(3 * cell + 1));
        v[cell] = static_cast<T>(5 * jet * Wave(i, 6) + 4 * Noise(3 * cell + 2));
      }
    }
  }
};

template <class T>
struct Diagnostics {
  std::vector<T> es, speed, scratch, weight, rows;
  T mean_temperature = 0, mean_es = 0, mean_speed = 0;

  Diagnostics()
      : es(kCells), speed(kCells), scratch(kCells), weight(kLatitudes), rows(kLatitudes) {}

  // Mean over longitudes, then over latitudes by weight.
  T GlobalMean(const std::vector<T>& field) {
    lw::reduce<LW_MEAN>(lw::View<const T, 2>(field.data(), {kLatitudes, kLongitudes}), lw::axes(1),
                        lw::View<T, 1>(rows.data(), {kLatitudes}));
    return lw::dot(rows, weight) / lw::sum(weight);
  }

  void Step(const Fields<T>& in) {
    const auto value = [](double x) { return lw::scalar(static_cast<T>(x)); };
    lw::subtract(in.temperature, value(273.15), es);
    lw::add(es, value(243.5), scratch);
    lw::multiply(es, value(17.67), es);
    lw::divide(es, scratch, es);
    lw::exp(es, es);
    lw::multiply(es, value(6.112), es);

    lw::multiply(in.u, in.u, speed);
    lw::multiply(in.v, in.v, scratch);
    lw::add(speed, scratch, speed);
    lw::sqrt(speed, speed);

    lw::cos(in.latitude, weight);
    mean_temperature = GlobalMean(in.temperature);
    mean_es = GlobalMean(es);
    mean_speed = GlobalMean(speed);
  }

  // FNV-1a over 32-bit words of everything that was computed.
  std::uint64_t Hash() const {
    std::uint64_t hash = 0xCBF29CE484222325u;
    const auto mix = [&hash](const T* data, std::size_t n) {
      for (std::size_t i = 0; i < n * sizeof(T) / 4; ++i) {
        std::uint32_t word;
        std::memcpy(&word, reinterpret_cast<const char*>(data) + 4 * i, 4);
        hash = (hash ^ word) * 0x100000001B3u;
      }
    };
    mix(es.data(), es.size());
    mix(speed.data(), speed.size());
    mix(weight.data(), weight.size());
    const T means[] = {mean_temperature, mean_es, mean_speed};
    mix(means, 3);
    return hash;
  }

  bool Plausible() const {
    return mean_temperature > 280 && mean_temperature < 295 && mean_es > 10 && mean_es < 30 &&
           mean_speed > 4 && mean_speed < 20;
  }
};

// Returns whether every target gave the same bits and a plausible world.
template <class T>
bool Compare() {
  const char* name = std::is_same_v<T, float> ? "f32" : "f64";
  const Fields<T> fields;
  Diagnostics<T> result;
  double first_seconds = 0;
  std::uint64_t first_hash = 0;
  bool good = true;
  std::string slowest;
  for (std::int32_t i = 0; i < lw_target_count(); ++i) {
    const std::string target = lw_target_name(i);
    if (!lw_target_supported(i)) {
      std::printf("%s  %-10s not run: %s\n", name, target.c_str(), lw_target_reason(i));
      continue;
    }
    const lw::MaxTarget cap(target.c_str());
    if (target != lw::current_target()) {
      std::printf("%s  %-10s not run: the process is capped at %s\n", name, target.c_str(),
                  lw::current_target());
      continue;
    }
    double best = std::numeric_limits<double>::infinity();
    for (int repetition = 0; repetition < kRepetitions; ++repetition) {
      const auto start = std::chrono::steady_clock::now();
      result.Step(fields);
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      best = seconds.count() < best ? seconds.count() : best;
    }
    const std::uint64_t hash = result.Hash();
    if (slowest.empty()) {
      slowest = target;
      first_seconds = best;
      first_hash = hash;
    }
    const bool same = hash == first_hash;
    good &= same && result.Plausible();
    std::printf("%s  %-10s %8.2f ms  %6.2fx  %016llx  %s\n", name, target.c_str(), best * 1e3,
                first_seconds / best, static_cast<unsigned long long>(hash),
                !same               ? "DIFFERENT"
                : target == slowest ? "the first"
                                    : "identical");
    std::fflush(stdout);
  }
  std::printf("%s  global means: T %.3f K, es %.3f hPa, wind %.3f m/s%s\n\n", name,
              static_cast<double>(result.mean_temperature), static_cast<double>(result.mean_es),
              static_cast<double>(result.mean_speed), result.Plausible() ? "" : "  NOT PLAUSIBLE");
  return good;
}

}  // namespace

int main() {
  try {
    std::printf("lanewise %s, numerics %d: %zu x %zu grid, best of %d, up to %d thread(s)\n\n",
                lw_version(), lw_numerics_version(), kLatitudes, kLongitudes, kRepetitions,
                lw::get_threads());
    std::printf("type target       per step  faster  hash of the results\n");
    const bool f32 = Compare<float>();
    const bool f64 = Compare<double>();
    if (!f32 || !f64) {
      std::printf("FAILED: targets disagree or a global mean is implausible.\n");
      return 1;
    }
    std::printf(
        "Each step was computed with different instructions, and every byte of the fields and\n"
        "global means is the same: a result can be repeated on any other machine. The targets\n"
        "differ in speed alone, and a program that sets no cap runs on the last one listed.\n");
    return 0;
  } catch (const lw::Error& error) {
    std::fprintf(stderr, "lanewise: %s\n", error.what());
    return 1;
  }
}
