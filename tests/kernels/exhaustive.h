// Shared by the tests that give kernels every value of 8 and 16 bits: f32's kernels as the
// reference of f16 and bf16.

#ifndef LANEWISE_TESTS_KERNELS_EXHAUSTIVE_H_
#define LANEWISE_TESTS_KERNELS_EXHAUSTIVE_H_

#include <string>
#include <vector>

#include "tests/kernels/every_value.h"

namespace lanewise::exhaustive {

using harness::Bytes;

inline bool IsNarrow(lw_dtype dtype) { return dtype == LW_F16 || dtype == LW_BF16; }

// The same kernel of f32.
inline lw_kernel_record AsF32(lw_kernel_record record) {
  for (lw_dtype& dtype : record.dtypes) dtype = IsNarrow(dtype) ? LW_F32 : dtype;
  return record;
}

// Elements of a dtype: f16 and bf16 as f32.
inline Bytes Widened(lw_dtype dtype, const Bytes& elements) {
  if (!IsNarrow(dtype)) return elements;
  const size_t n = elements.size() / 2;
  Bytes wide(n * sizeof(float));
  for (size_t i = 0; i < n; ++i) {
    uint16_t bits;
    std::memcpy(&bits, &elements[2 * i], sizeof(bits));
    const auto value = static_cast<float>(
        reference::ToDouble(dtype == LW_F16 ? reference::kF16 : reference::kBF16, bits));
    std::memcpy(&wide[i * sizeof(float)], &value, sizeof(value));
  }
  return wide;
}
// And back, rounded once.
inline Bytes Narrowed(lw_dtype dtype, const Bytes& elements) {
  if (!IsNarrow(dtype)) return elements;
  const size_t n = elements.size() / sizeof(float);
  Bytes narrow(n * 2);
  for (size_t i = 0; i < n; ++i) {
    float value;
    std::memcpy(&value, &elements[i * sizeof(float)], sizeof(value));
    const uint16_t bits =
        reference::ToBits(dtype == LW_F16 ? reference::kF16 : reference::kBF16, value);
    std::memcpy(&narrow[2 * i], &bits, sizeof(bits));
  }
  return narrow;
}

}  // namespace lanewise::exhaustive

#endif  // LANEWISE_TESTS_KERNELS_EXHAUSTIVE_H_
