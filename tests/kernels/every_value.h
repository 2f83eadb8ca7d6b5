// Every value there is, as the inputs of kernels whose inputs have at most 16 bits together: one
// operand of 8 or 16 bits, two of 8.

#ifndef LANEWISE_TESTS_KERNELS_EVERY_VALUE_H_
#define LANEWISE_TESTS_KERNELS_EVERY_VALUE_H_

#include <cstring>

#include "tests/harness.h"

namespace lanewise::harness {

inline constexpr size_t kEveryValue = 65536;

inline bool TakesEveryValue(const lw_kernel_record& record) {
  size_t bytes = 0;
  for (int k = 0; k < record.inputs; ++k) bytes += SizeOf(record, k);
  return bytes <= 2;
}

// kEveryValue elements of each input: element i has the bits of i, the first input the lowest. One
// operand of 8 bits takes each value many times.
inline void FillWithEveryValue(const lw_kernel_record& record, Bytes* inputs) {
  size_t first = 0;
  for (int k = 0; k < record.inputs; ++k) {
    const size_t size = SizeOf(record, k);
    inputs[k].resize(kEveryValue * size);
    for (uint32_t i = 0; i < kEveryValue; ++i) {
      const uint32_t bits = i >> (8 * first);  // little-endian
      std::memcpy(&inputs[k][i * size], &bits, size);
    }
    first += size;
  }
}

}  // namespace lanewise::harness

#endif  // LANEWISE_TESTS_KERNELS_EVERY_VALUE_H_
