#include "accuracy_points.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "accuracy_reference.h"

namespace lanewise {
namespace {

template <class T>
constexpr lw_dtype kDtypeOf = std::is_same_v<T, float> ? LW_F32 : LW_F64;

double DoubleReference(lw_kernel kernel, double x) {
  switch (kernel) {
    case LW_EXP:
      return std::exp(x);
    case LW_LOG:
      return std::log(x);
    case LW_SIN:
      return std::sin(x);
    case LW_COS:
      return std::cos(x);
    case LW_TANH:
      return std::tanh(x);
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

// Error of an f32 result by a reference that is good to about 2^-29 f32-ULP; infinity if only
// MPFR can tell.
double QuickError(float got, double wanted) {
  if (std::isnan(got) || std::isnan(wanted)) {
    return std::isnan(got) && std::isnan(wanted) ? 0 : INFINITY;
  }
  if (static_cast<float>(wanted) == got) return 0.5;
  if (!std::isfinite(got) || !std::isfinite(wanted)) return INFINITY;
  const int exponent = std::max(std::ilogb(wanted), -126);
  return std::fabs(static_cast<double>(got) - wanted) * std::ldexp(1.0, 23 - exponent);
}

template <class T>
T Bits(uint64_t r) {
  if constexpr (sizeof(T) == 4)
    return std::bit_cast<float>(static_cast<uint32_t>(r));
  else
    return std::bit_cast<double>(r);
}

// The edges at which a function changes its ways, with their neighbourhoods.
template <class T>
std::vector<T> HardPoints(lw_kernel kernel) {
  std::vector<double> centres = {0,
                                 1,
                                 -1,
                                 0.5,
                                 2,
                                 1e-5,
                                 -1e-5,
                                 0.7071067811865476,
                                 1e10,
                                 1e22,
                                 1e300,
                                 1e38,
                                 3e38,
                                 1e-300,
                                 1e-38,
                                 1e-44,
                                 5e-324,
                                 0.34657359027997264,
                                 0.693147180559945};
  if (kernel == LW_EXP) {
    for (double c :
         {88.72283905206835, -87.33654475055310, -103.2789, -103.9720770839918, 709.782712893384,
          -708.3964185322641, -744.4400719213812, -745.1332191019412}) {
      centres.push_back(c);
    }
  }
  if (kernel == LW_TANH) {
    for (double c : {0.001, 0.02, 0.3, 0.55, 0.625, 1.0, 4.0, 8.317766, 9.01091, 18.7149738751185,
                     19.06154746539849, 22.0}) {
      centres.push_back(c);
      centres.push_back(-c);
    }
  }
  if (kernel == LW_SIN || kernel == LW_COS) {
    // Doubles closest to multiples of pi/2, small and huge; 6381956970095103 * 2^797 is the
    // double that lies closest of all.
    for (int k = 1; k < 2000; k += k < 40 ? 1 : 37) centres.push_back(k * 1.5707963267948966);
    for (double c : {1e4, 71476.0625, 16367173 * 0x1p72, 6381956970095103 * 0x1p797, 1e5, 1e6, 1e15,
                     0x1p31, 0x1p53, 0x1p100, 1.7976931348623157e308}) {
      centres.push_back(c);
    }
  }
  std::vector<T> points;
  for (const double centre : centres) {
    T up = static_cast<T>(centre), down = up;
    for (int i = 0; i < 40; ++i) {
      points.push_back(up);
      points.push_back(down);
      up = std::nextafter(up, std::numeric_limits<T>::infinity());
      down = std::nextafter(down, -std::numeric_limits<T>::infinity());
    }
  }
  return points;
}

// The domain in which a function is neither constant nor overflows, mixed with any bit pattern.
template <class T>
T RandomArgument(lw_kernel kernel, std::mt19937_64& rng) {
  const auto uniform = [&](double lo, double hi) {
    return static_cast<T>(lo + (hi - lo) * (static_cast<double>(rng() >> 11) * 0x1p-53));
  };
  const unsigned kind = rng() % 4;
  if (kind == 0) return Bits<T>(rng());
  switch (kernel) {
    case LW_EXP:
      return sizeof(T) == 4 ? uniform(-104, 89) : uniform(-746, 710);
    case LW_LOG:
      return kind == 1 ? uniform(0.5, 2) : Bits<T>(rng() & (~uint64_t{0} >> (kind == 2 ? 1 : 33)));
    case LW_TANH:
      return kind == 1 ? uniform(-1, 1) : uniform(-20, 20);
    default:
      return kind == 1 ? uniform(-10, 10) : kind == 2 ? uniform(-1e5, 1e5) : uniform(-1e9, 1e9);
  }
}

template <class T>
void PowArguments(int64_t count, std::mt19937_64& rng, std::vector<T>& x, std::vector<T>& y) {
  const double log_max = sizeof(T) == 4 ? 128 : 1024, log_min = sizeof(T) == 4 ? -150 : -1075;
  const auto unit = [&] { return static_cast<double>(rng() >> 11) * 0x1p-53; };
  for (int64_t i = 0; i < count; ++i) {
    T a, b;
    switch (i % 5) {
      case 0:  // x near 1, so that y is huge
        a = static_cast<T>(1 + (unit() - 0.5) * std::ldexp(1.0, -static_cast<int>(rng() % 40)));
        b = static_cast<T>((unit() - 0.5) * 2 * log_max /
                           std::fabs(std::log2(static_cast<double>(a)) + 1e-300));
        break;
      case 1:  // any x, results over the whole range and its edges
        a = std::fabs(Bits<T>(rng()));
        b = static_cast<T>((log_min + (log_max - log_min) * unit()) /
                           std::log2(static_cast<double>(a)));
        break;
      case 2:  // right at overflow or underflow
        a = static_cast<T>(std::ldexp(1 + unit(), static_cast<int>(rng() % 60) - 30));
        b = static_cast<T>(((rng() & 1) ? log_max : log_min + (rng() % 25)) /
                           std::log2(static_cast<double>(a)) * (1 + (unit() - 0.5) * 1e-6));
        break;
      case 3:  // negative x with small integers, odd and even
        a = static_cast<T>(-(unit() * 40 + 0.01));
        b = static_cast<T>(static_cast<int>(rng() % 60) - 30);
        break;
      default:  // ordinary
        a = static_cast<T>(unit() * 10);
        b = static_cast<T>((unit() - 0.5) * 20);
    }
    if (std::isnan(a) || std::isnan(b)) a = 2, b = static_cast<T>(0.5);
    x.push_back(a);
    y.push_back(b);
  }
}

}  // namespace

std::vector<lw_kernel_record> MathKernels() {
  std::vector<lw_kernel_record> kernels;
  lw_kernel_record record = {};
  record.struct_size = sizeof(record);
  for (int32_t i = 0; lw_kernel_info(i, &record) == LW_OK; ++i) {
    const bool math = record.shape == LW_SHAPE_ELEMENTWISE && record.max_ulp > 0.5;
    if (math && record.dtypes[0] == LW_F32) kernels.push_back(record);
  }
  return kernels;
}

template <class T>
bool RunMath(lw_kernel kernel, const std::vector<T>& x, const std::vector<T>& y,
             std::vector<T>& out) {
  out.resize(x.size());
  const int64_t size = sizeof(T);
  lw_operand operands[3] = {{x.data(), size}, {out.data(), size}, {}};
  const lw_dtype dtypes[] = {kDtypeOf<T>, kDtypeOf<T>, kDtypeOf<T>};
  if (kernel == LW_POW) {
    operands[1] = {y.data(), size};
    operands[2] = {out.data(), size};
  }
  return lw_call(kernel, dtypes, operands, static_cast<int64_t>(x.size()), nullptr) == LW_OK;
}
template bool RunMath(lw_kernel, const std::vector<float>&, const std::vector<float>&,
                      std::vector<float>&);
template bool RunMath(lw_kernel, const std::vector<double>&, const std::vector<double>&,
                      std::vector<double>&);

WorstCase SweepF32(lw_kernel kernel, uint64_t begin, uint64_t end, uint64_t step) {
  constexpr uint64_t kBlock = 1 << 16;
  WorstCase worst;
  std::vector<float> x, out;
  for (uint64_t at = begin; at < end; at += kBlock * step) {
    x.clear();
    for (uint64_t i = at; i < end && i < at + kBlock * step; i += step) x.push_back(Bits<float>(i));
    if (!RunMath(kernel, x, {}, out)) return {INFINITY, x[0], 0};
    for (size_t i = 0; i < x.size(); ++i) {
      double error = QuickError(out[i], DoubleReference(kernel, static_cast<double>(x[i])));
      // 0.5 stands for "correctly rounded"; what it is exactly matters to nobody.
      if (error > 0.5 && (error > 0.9 || error > worst.ulp)) {
        error = UlpErrorF32(kernel, x[i], out[i]);
      }
      worst.Update(error, static_cast<double>(x[i]));
    }
  }
  return worst;
}

template <class T>
WorstCase CheckPoints(lw_kernel kernel, int64_t count) {
  std::mt19937_64 rng(20261122 + static_cast<unsigned>(kernel));
  std::vector<T> x, y, out;
  if (kernel == LW_POW) {
    PowArguments(count, rng, x, y);
  } else {
    x = HardPoints<T>(kernel);
    for (int64_t i = 0; i < count; ++i) x.push_back(RandomArgument<T>(kernel, rng));
  }
  WorstCase worst;
  if (!RunMath(kernel, x, y, out)) return {INFINITY, 0, 0};
  for (size_t i = 0; i < x.size(); ++i) {
    double error;
    if constexpr (sizeof(T) == 4) {
      error = kernel == LW_POW ? UlpErrorF32(kernel, x[i], y[i], out[i])
                               : UlpErrorF32(kernel, x[i], out[i]);
    } else {
      error = kernel == LW_POW ? UlpErrorF64(kernel, x[i], y[i], out[i])
                               : UlpErrorF64(kernel, x[i], out[i]);
    }
    worst.Update(error, static_cast<double>(x[i]),
                 kernel == LW_POW ? static_cast<double>(y[i]) : 0);
  }
  return worst;
}
template WorstCase CheckPoints<float>(lw_kernel, int64_t);
template WorstCase CheckPoints<double>(lw_kernel, int64_t);

}  // namespace lanewise
