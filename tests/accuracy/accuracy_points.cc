#include "accuracy_points.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string_view>

#include "accuracy_reference.h"
#include "kernels/contracts.h"

namespace lanewise {
namespace {

template <class T>
constexpr lw_dtype kDtypeOf = std::is_same_v<T, float> ? LW_F32 : LW_F64;

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
std::vector<T> HardPoints(const Contract& contract) {
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
  for (double c : contract.hard_points) {
    centres.push_back(c);
    centres.push_back(-c);
  }
  for (int k = 1; contract.hard_period != 0 && k < 2000; k += k < 40 ? 1 : 37) {
    centres.push_back(k * contract.hard_period);
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

// From the domain of the contract, mixed with any bit pattern.
template <class T>
T RandomArgument(const Contract& contract, std::mt19937_64& rng) {
  const unsigned kind = rng() % 4;
  if (kind == 0) return Bits<T>(rng());
  UpTo<Range, 3> domain = {{-10, 10}, {-1e5, 1e5}, {-1e9, 1e9}};
  if (contract.domain.size()) domain = contract.domain;
  if (sizeof(T) == 4 && contract.domain_f32.size()) domain = contract.domain_f32;
  const Range range = domain[std::min<size_t>(kind, domain.size()) - 1];
  if (std::isinf(range.high)) return static_cast<T>(range.low) + std::fabs(Bits<T>(rng()));
  const double unit = static_cast<double>(rng() >> 11) * 0x1p-53;
  return static_cast<T>(range.low + (range.high - range.low) * unit);
}

// Functions of two arguments: any pair of what one would get.
template <class T>
void TwoArguments(const Contract& contract, int64_t count, std::mt19937_64& rng, std::vector<T>& x,
                  std::vector<T>& y) {
  for (int64_t i = 0; i < count; ++i) {
    x.push_back(RandomArgument<T>(contract, rng));
    y.push_back(RandomArgument<T>(contract, rng));
  }
}

// Those of pow, whose results depend on both together.
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

std::vector<lw_kernel_record> MathKernels(lw_dtype dtype) {
  std::vector<lw_kernel_record> kernels;
  lw_kernel_record record = {};
  record.struct_size = sizeof(record);
  for (int32_t i = 0; lw_kernel_info(i, &record) == LW_OK; ++i) {
    const bool math =
        record.shape == LW_SHAPE_ELEMENTWISE && ContractOf(record.kernel).bound.value > 0.5;
    if (math && record.dtypes[0] == dtype) kernels.push_back(record);
  }
  return kernels;
}

template <class T>
bool RunMath(const lw_kernel_record& kernel, const std::vector<T>& x, const std::vector<T>& y,
             std::vector<T>& out) {
  out.resize(x.size());
  const int64_t size = sizeof(T);
  lw_operand operands[3] = {{x.data(), size}, {out.data(), size}, {}};
  const lw_dtype dtypes[] = {kDtypeOf<T>, kDtypeOf<T>, kDtypeOf<T>};
  if (kernel.inputs > 1) {
    operands[1] = {y.data(), size};
    operands[2] = {out.data(), size};
  }
  return lw_call(kernel.kernel, dtypes, operands, static_cast<int64_t>(x.size()), nullptr) == LW_OK;
}

WorstCase SweepF32(const lw_kernel_record& kernel, uint64_t begin, uint64_t end, uint64_t step) {
  constexpr uint64_t kBlock = 1 << 16;
  const ExactFunction* exact = FindExact(ContractOf(kernel.kernel).reference);
  if (!exact) return {NAN, 0, 0};
  WorstCase worst;
  std::vector<float> x, out;
  for (uint64_t at = begin; at < end; at += kBlock * step) {
    x.clear();
    for (uint64_t i = at; i < end && i < at + kBlock * step; i += step) x.push_back(Bits<float>(i));
    if (!RunMath(kernel, x, {}, out)) return {INFINITY, x[0], 0};
    for (size_t i = 0; i < x.size(); ++i) {
      double error = QuickError(out[i], InDouble(*exact, static_cast<double>(x[i])));
      // 0.5 stands for "correctly rounded"; what it is exactly matters to nobody.
      if (error > 0.5 && (error > 0.9 || error > worst.ulp)) {
        error = UlpError(*exact, x[i], 0.0f, out[i]);
      }
      worst.Update(error, static_cast<double>(x[i]));
    }
  }
  return worst;
}

template <class T>
WorstCase CheckPoints(const lw_kernel_record& kernel, int64_t count) {
  const Contract& contract = ContractOf(kernel.kernel);
  const ExactFunction* exact = FindExact(contract.reference);
  if (!exact) return {NAN, 0, 0};
  std::mt19937_64 rng(20261122 + static_cast<unsigned>(kernel.kernel));
  std::vector<T> x, y, out;
  if (contract.reference == std::string_view("pow")) {
    PowArguments(count, rng, x, y);
  } else if (kernel.inputs > 1) {
    TwoArguments(contract, count, rng, x, y);
  } else {
    x = HardPoints<T>(contract);
    for (int64_t i = 0; i < count; ++i) x.push_back(RandomArgument<T>(contract, rng));
  }
  y.resize(x.size());
  WorstCase worst;
  if (!RunMath(kernel, x, y, out)) return {INFINITY, 0, 0};
  for (size_t i = 0; i < x.size(); ++i) {
    worst.Update(UlpError(*exact, x[i], y[i], out[i]), static_cast<double>(x[i]),
                 static_cast<double>(y[i]));
  }
  return worst;
}
// Elements of one dtype as another; empty if that fails.
template <class To, class From>
std::vector<To> Converted(lw_dtype from, lw_dtype to, const std::vector<From>& x) {
  std::vector<To> out(x.size());
  const lw_dtype dtypes[] = {from, to};
  const lw_operand operands[] = {{x.data(), sizeof(From)}, {out.data(), sizeof(To)}};
  const auto n = static_cast<int64_t>(x.size());
  if (lw_call(LW_CONVERT, dtypes, operands, n, nullptr) != LW_OK) out.clear();
  return out;
}

WorstCase CheckNarrow(const lw_kernel_record& kernel, int64_t count) {
  const Contract& contract = ContractOf(kernel.kernel);
  const ExactFunction* exact = FindExact(contract.reference);
  if (!exact) return {NAN, 0, 0};
  const lw_dtype dtype = kernel.dtypes[0];
  const BinaryFormat format = dtype == LW_F16 ? BinaryFormat{11, 16} : BinaryFormat{8, 128};
  std::vector<uint16_t> x, y;
  if (kernel.inputs == 1) {
    for (int bits = 0; bits < 65536; ++bits) x.push_back(static_cast<uint16_t>(bits));
    y = x;
  } else {
    std::mt19937_64 rng(20261130 + static_cast<unsigned>(kernel.kernel));
    std::vector<float> a, b;
    if (contract.reference == std::string_view("pow"))
      PowArguments(count, rng, a, b);
    else
      TwoArguments(contract, count, rng, a, b);
    x = Converted<uint16_t>(LW_F32, dtype, a);
    y = Converted<uint16_t>(LW_F32, dtype, b);
  }
  std::vector<uint16_t> out(x.size());
  lw_operand operands[3] = {{x.data(), 2}, {y.data(), 2}, {out.data(), 2}};
  operands[kernel.inputs].data = out.data();
  const auto n = static_cast<int64_t>(x.size());
  if (lw_call(kernel.kernel, kernel.dtypes, operands, n, nullptr) != LW_OK) return {INFINITY, 0, 0};
  const auto wide_x = Converted<double>(dtype, LW_F64, x);
  const auto wide_y = Converted<double>(dtype, LW_F64, y);
  const auto wide_out = Converted<double>(dtype, LW_F64, out);
  WorstCase worst;
  for (size_t i = 0; i < x.size(); ++i) {
    worst.Update(UlpError(*exact, wide_x[i], wide_y[i], wide_out[i], format), wide_x[i], wide_y[i]);
  }
  return worst;
}
template WorstCase CheckPoints<float>(const lw_kernel_record&, int64_t);
template WorstCase CheckPoints<double>(const lw_kernel_record&, int64_t);

}  // namespace lanewise
