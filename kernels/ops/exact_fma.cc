// See exact_fma.h. Works on 53-bit significands in 128-bit integers, so it needs neither the
// floating-point unit nor its control register.

#include "kernels/ops/exact_fma.h"

#include <bit>
#include <cstdint>

namespace lanewise {
namespace {

using u64 = uint64_t;
__extension__ typedef unsigned __int128 u128;

constexpr u64 kSign = u64{1} << 63;
constexpr u64 kInf = u64{0x7FF} << 52;
constexpr u64 kNaN = kInf | (u64{1} << 51);

struct Unpacked {
  u64 significand;  // 0 for zero
  int exponent;     // value = significand * 2^exponent
};

Unpacked Unpack(u64 magnitude) {
  const int biased = static_cast<int>(magnitude >> 52);
  const u64 fraction = magnitude & ((u64{1} << 52) - 1);
  if (biased == 0) return {fraction, -1074};
  return {fraction | (u64{1} << 52), biased - 1075};
}

int BitWidth(u128 v) {
  const u64 high = static_cast<u64>(v >> 64);
  return high ? 64 + std::bit_width(high) : std::bit_width(static_cast<u64>(v));
}

// Shifts right; bits lost are remembered in the lowest bit.
u128 ShiftRightSticky(u128 v, int shift) {
  if (shift <= 0) return v;
  if (shift >= 128) return v != 0;
  return (v >> shift) | ((v & ((u128{1} << shift) - 1)) != 0);
}

// Rounds significand * 2^exponent (the lowest bit may be sticky) to double.
u64 RoundToDouble(u128 significand, int exponent) {
  // Keep 53 bits and two more (round, sticky); subnormals keep fewer.
  int shift = BitWidth(significand) - 55;
  if (exponent + shift < -1076) shift = -1076 - exponent;
  u128 kept = shift > 0 ? ShiftRightSticky(significand, shift) : significand << -shift;
  exponent += shift + 2;
  u64 result = static_cast<u64>(kept >> 2);
  const unsigned rest = static_cast<unsigned>(kept & 3);
  if (rest == 3 || (rest == 2 && (result & 1))) ++result;
  if (result >> 53) {
    result >>= 1;
    ++exponent;
  }
  if (exponent > 971) return kInf;
  if (result >> 52) return (static_cast<u64>(exponent + 1075) << 52) | (result & ~(u64{1} << 52));
  return result;  // subnormal or zero: exponent is -1074
}

}  // namespace

double ExactFma(double x, double y, double z) {
  const u64 bx = std::bit_cast<u64>(x), by = std::bit_cast<u64>(y), bz = std::bit_cast<u64>(z);
  const u64 ax = bx & ~kSign, ay = by & ~kSign, az = bz & ~kSign;
  const u64 product_sign = (bx ^ by) & kSign, z_sign = bz & kSign;
  if (ax > kInf || ay > kInf || az > kInf) return std::bit_cast<double>(kNaN);
  if (ax == kInf || ay == kInf) {
    const bool zero_times_inf = ax == 0 || ay == 0;
    const bool opposite = az == kInf && z_sign != product_sign;
    return std::bit_cast<double>(zero_times_inf || opposite ? kNaN : product_sign | kInf);
  }
  if (az == kInf) return z;

  const Unpacked ux = Unpack(ax), uy = Unpack(ay), uz = Unpack(az);
  u128 product = static_cast<u128>(ux.significand) * uy.significand;
  int product_exponent = ux.exponent + uy.exponent;
  if (product == 0) {
    if (az != 0) return z;
    return std::bit_cast<double>(product_sign & z_sign);
  }
  if (uz.significand == 0) {
    return std::bit_cast<double>(product_sign | RoundToDouble(product, product_exponent));
  }

  // Align both to a common exponent with 106 + 20 bits of room; far smaller operands go sticky.
  u128 addend = uz.significand;
  int addend_exponent = uz.exponent;
  const int product_up = 126 - BitWidth(product), addend_up = 126 - BitWidth(addend);
  product <<= product_up;
  product_exponent -= product_up;
  addend <<= addend_up;
  addend_exponent -= addend_up;
  const int exponent = product_exponent > addend_exponent ? product_exponent : addend_exponent;
  product = ShiftRightSticky(product, exponent - product_exponent);
  addend = ShiftRightSticky(addend, exponent - addend_exponent);

  u64 sign = product_sign;
  u128 sum;
  if (product_sign == z_sign) {
    sum = product + addend;
  } else if (product >= addend) {
    sum = product - addend;
  } else {
    sum = addend - product;
    sign = z_sign;
  }
  if (sum == 0) return 0.0;  // exact cancellation rounds to +0
  return std::bit_cast<double>(sign | RoundToDouble(sum, exponent));
}

}  // namespace lanewise
