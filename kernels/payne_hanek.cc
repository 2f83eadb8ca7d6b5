#include "kernels/payne_hanek.h"

#include <bit>

namespace lanewise {
namespace {

using U128 = unsigned __int128;

// The bits of 2/pi behind the binary point, after one word of zeros for its integer part.
// clang-format off
constexpr uint64_t kTwoOverPi[] = {
    0,
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
    0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
    0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
    0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
};
// clang-format on

// pi/2 * 2^127.
constexpr uint64_t kHalfPiHigh = 0xc90fdaa22168c234, kHalfPiLow = 0xc4c6628b80dc1cd1;

U128 Product(uint64_t a, uint64_t b) { return static_cast<U128>(a) * b; }

// m * 2^exponent for 0 <= m < 2^53 and a normal result.
double Scale(uint64_t m, int exponent) {
  return static_cast<double>(static_cast<int64_t>(m)) *  // exact
         std::bit_cast<double>(static_cast<uint64_t>(exponent + 1023) << 52);
}

}  // namespace

ReducedAngle ReduceHugeAngle(double x) {
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  const int q = static_cast<int>(bits >> 52) - 1075;  // x = m * 2^q
  const uint64_t m = (bits & ((uint64_t{1} << 52) - 1)) | (uint64_t{1} << 52);

  // A window of 192 bits of 2/pi whose top bit, times 2^q, weighs 2: bits above contribute
  // multiples of 4 to x * 2/pi, bits below less than 2^-137.
  const unsigned first = static_cast<unsigned>(62 + q);  // q >= -52
  const unsigned word = first / 64, shift = first % 64;
  uint64_t w[3];
  for (unsigned i = 0; i < 3; ++i) {
    w[i] = kTwoOverPi[word + i] << shift;
    if (shift != 0) w[i] |= kTwoOverPi[word + i + 1] >> (64 - shift);
  }

  // p = m * w modulo 2^192; as a fixed-point number with 190 fraction bits it is x * 2/pi modulo 4.
  const U128 low = Product(m, w[2]);
  const U128 mid = Product(m, w[1]) + static_cast<uint64_t>(low >> 64);
  uint64_t p0 = m * w[0] + static_cast<uint64_t>(mid >> 64);
  uint64_t p1 = static_cast<uint64_t>(mid), p2 = static_cast<uint64_t>(low);

  // To the nearest quadrant: the fraction becomes signed, then its magnitude is taken.
  uint32_t quadrant = static_cast<uint32_t>(p0 >> 62);
  const bool negative = ((p0 >> 61) & 1) != 0;
  p0 <<= 2;
  p0 |= p1 >> 62;
  p1 = (p1 << 2) | (p2 >> 62);
  p2 <<= 2;
  if (negative) {
    quadrant = (quadrant + 1) & 3;
    p2 = 0 - p2;
    p1 = ~p1 + (p2 == 0 ? 1 : 0);
    p0 = ~p0 + (p2 == 0 && p1 == 0 ? 1 : 0);
  }

  // fraction = g * 2^-(128 + zeros) with the top bit of g set. No double is nearer than 2^-62 to a
  // multiple of pi/2, so less than 64 zeros lead.
  const int zeros = std::countl_zero(p0);
  if (zeros != 0) {
    p0 = (p0 << zeros) | (p1 >> (64 - zeros));
    p1 = (p1 << zeros) | (p2 >> (64 - zeros));
  }

  // r = fraction * pi/2: the upper 128 bits of the product, short by less than 3 of the last.
  const U128 product = Product(p0, kHalfPiHigh) + (Product(p0, kHalfPiLow) >> 64) +
                       (Product(p1, kHalfPiHigh) >> 64);  // r = product * 2^-(127 + zeros)
  const double sign = negative ? -1.0 : 1.0;
  const uint64_t top = static_cast<uint64_t>(product >> 75);  // 53 bits
  const uint64_t next = static_cast<uint64_t>(product >> 22) & ((uint64_t{1} << 53) - 1);
  return {sign * Scale(top, 75 - 127 - zeros), sign * Scale(next, 22 - 127 - zeros), quadrant};
}

}  // namespace lanewise
