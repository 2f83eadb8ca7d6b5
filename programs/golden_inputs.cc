#include "golden_inputs.h"

#include <algorithm>
#include <cstring>

namespace lanewise::golden {
namespace {

// SplitMix64 at position i of the stream `seed`.
uint64_t Random(uint64_t seed, uint64_t i) {
  uint64_t z = seed + (i + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// A floating-point value with an exponent in [low, high], clamped to normal numbers.
uint64_t Value(Format f, uint64_t r, int low, int high, bool any_sign) {
  const int bias = (1 << (f.exponent_bits - 1)) - 1;
  if (low < 1 - bias) low = 1 - bias;
  if (high > bias) high = bias;
  const uint64_t fraction = r & ((uint64_t{1} << f.fraction_bits) - 1);
  const int exponent = low + static_cast<int>((r >> 53) % static_cast<uint64_t>(high - low + 1));
  const uint64_t sign = any_sign ? (r >> 52) & 1 : 0;
  return (((sign << f.exponent_bits) | static_cast<uint64_t>(exponent + bias)) << f.fraction_bits) |
         fraction;
}

// Zeros, ones, halves, integers, ends of the ranges, subnormals, infinities, NaN; both signs.
constexpr int kSpecials = 32;
uint64_t SpecialFloat(Format f, uint64_t i) {
  const uint64_t one = ((uint64_t{1} << (f.exponent_bits - 1)) - 1) << f.fraction_bits;
  const uint64_t step = uint64_t{1} << f.fraction_bits;
  const uint64_t infinity = ((uint64_t{1} << f.exponent_bits) - 1) << f.fraction_bits;
  const uint64_t half = step >> 1;
  const uint64_t magnitudes[] = {0,
                                 one,
                                 one - step,
                                 one + half /* 1.5 */,
                                 one + step /* 2 */,
                                 one + step + half /* 3 */,
                                 one - 1,
                                 one + 1,
                                 1,
                                 step - 1,
                                 step,
                                 infinity - 1,
                                 infinity,
                                 infinity | half,
                                 one + 4 * step + (half >> 1) /* 20 */,
                                 one + static_cast<uint64_t>(f.fraction_bits) * step};
  const uint64_t sign = (i & 1) << (f.exponent_bits + f.fraction_bits);
  return sign | magnitudes[(i >> 1) % 16];
}

uint64_t SpecialInteger(uint64_t i) {
  constexpr uint64_t kValues[] = {0,
                                  1,
                                  2,
                                  3,
                                  7,
                                  127,
                                  128,
                                  255,
                                  256,
                                  32767,
                                  65504,
                                  65520,
                                  (1u << 24) + 1,
                                  0x7FFFFFFF,
                                  0x80000000,
                                  0xFFFFFFFF};
  constexpr uint64_t kWide[] = {0x1FFFFFFFFFFFFF,   0x20000000000001,   0x7FFFFFFFFFFFFFFF,
                                0x8000000000000000, 0x7FFFFFBFFFFFFFFF, 0x7FFFFFC000000001,
                                0x40000040000000,   0x40000040000001};
  const uint64_t j = i % kSpecials;
  if (j < 16) return kValues[j];
  if (j < 24) return kWide[j - 16];
  return uint64_t{0} - kValues[j - 23];
}

uint64_t Element(lw_dtype dtype, const std::string& set, uint64_t seed, int operand, uint64_t i) {
  const uint64_t r = Random(seed, i);
  if (dtype == LW_BOOL) return (r >> 40) & 1;
  Format f{};
  const bool is_float = FormatOf(dtype, f);
  if (set == "special") {
    uint64_t j = i;  // a grid over the operands
    for (int k = 0; k < operand; ++k) j /= kSpecials;
    return is_float ? SpecialFloat(f, j % kSpecials) : SpecialInteger(j);
  }
  if (set == "bits") return r;
  if (!is_float) return set == "positive" ? r >> 57 : r;
  return set == "positive" ? Value(f, r, -3, 3, false) : Value(f, r, -40, 40, true);
}

}  // namespace

uint64_t Fnv(const void* data, size_t size, uint64_t hash) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  for (size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001B3u;
  return hash;
}

bool FormatOf(lw_dtype dtype, Format& format) {
  if (dtype == LW_F16)
    format = {5, 10};
  else if (dtype == LW_BF16)
    format = {8, 7};
  else if (dtype == LW_F32)
    format = {8, 23};
  else if (dtype == LW_F64)
    format = {11, 52};
  else
    return false;
  return true;
}

std::vector<uint8_t> Inputs(const std::string& key, const std::string& set, lw_dtype dtype,
                            int operand, int64_t n) {
  const uint64_t seed = Fnv(key.data(), key.size(), Fnv(&operand, sizeof(operand)));
  const size_t size = lw_dtype_size(dtype);
  std::vector<uint8_t> bytes(static_cast<size_t>(n) * size);
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t v = Element(dtype, set, seed, operand, static_cast<uint64_t>(i));
    std::memcpy(bytes.data() + static_cast<size_t>(i) * size, &v, size);
  }
  return bytes;
}

void SortElements(std::vector<uint8_t>& elements, lw_dtype dtype) {
  const size_t size = lw_dtype_size(dtype);
  const uint64_t sign = uint64_t{1} << (8 * size - 1);
  Format f{};
  const bool is_float = FormatOf(dtype, f);
  const bool is_signed =
      is_float || dtype == LW_I8 || dtype == LW_I16 || dtype == LW_I32 || dtype == LW_I64;
  // An integer for each element, in the same order; of the two zeros either may come first.
  const auto order = [&](uint64_t bits) {
    if (!is_signed) return bits;
    const uint64_t infinity = ((uint64_t{1} << f.exponent_bits) - 1) << f.fraction_bits;
    if (is_float && (bits & ~sign) > infinity) return ~uint64_t{0};
    return is_float && (bits & sign) ? 2 * sign - 1 - bits : bits ^ sign;
  };
  std::vector<uint64_t> bits(elements.size() / size);
  for (size_t i = 0; i < bits.size(); ++i) std::memcpy(&bits[i], &elements[i * size], size);
  std::stable_sort(bits.begin(), bits.end(),
                   [&](uint64_t a, uint64_t b) { return order(a) < order(b); });
  for (size_t i = 0; i < bits.size(); ++i) std::memcpy(&elements[i * size], &bits[i], size);
}

}  // namespace lanewise::golden
