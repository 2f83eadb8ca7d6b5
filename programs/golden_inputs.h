// The inputs of golden cases: from integers only, so that they are the same everywhere, for ever.

#ifndef LANEWISE_PROGRAMS_GOLDEN_INPUTS_H_
#define LANEWISE_PROGRAMS_GOLDEN_INPUTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lanewise/lanewise.h"

namespace lanewise::golden {

// FNV-1a, 64 bits.
uint64_t Fnv(const void* data, size_t size, uint64_t hash = 0xCBF29CE484222325u);

struct Format {
  int exponent_bits;
  int fraction_bits;
};
// False for integers.
bool FormatOf(lw_dtype dtype, Format& format);

// n elements of an operand of the case `key`; set: "positive", "wide", "bits" or "special".
std::vector<uint8_t> Inputs(const std::string& key, const std::string& set, lw_dtype dtype,
                            int operand, int64_t n);

// Ascending, NaNs last.
void SortElements(std::vector<uint8_t>& elements, lw_dtype dtype);

}  // namespace lanewise::golden

#endif  // LANEWISE_PROGRAMS_GOLDEN_INPUTS_H_
