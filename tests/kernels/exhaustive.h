// Shared by the tests that give kernels every value of 8 and 16 bits: f32's kernels as the
// reference of f16 and bf16, and the comparison.

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

// Whether an element is what it should be; a kernel that moves bits moves any byte that is true.
inline bool IsExpected(const lw_kernel_record& record, lw_dtype dtype, const char* got,
                       const char* expected) {
  const bool moves_bits = harness::MovesBits(record.kernel);
  if (moves_bits && dtype == LW_BOOL) return (*got != 0) == (*expected != 0);
  return harness::SameElement(dtype, got, expected, moves_bits);
}

// Reports the first elements that differ; `where` says of what. `inputs` describes an element's.
template <class Inputs>
void ExpectElements(const lw_kernel_record& record, int output, const Bytes& got,
                    const Bytes& expected, const std::string& where, Inputs inputs) {
  ASSERT_EQ(got.size(), expected.size());
  if (got == expected) return;
  const lw_dtype dtype = record.dtypes[record.inputs + output];
  const size_t size = lw_dtype_size(dtype);
  int wrong = 0;
  for (size_t i = 0; i < got.size() / size; ++i) {
    const char *a = &got[i * size], *b = &expected[i * size];
    if (IsExpected(record, dtype, a, b) || ++wrong > 3) continue;
    ADD_FAILURE() << harness::Describe(record) << " " << where << ", output " << output << " of "
                  << inputs(i) << ": " << harness::ElementText(dtype, a) << ", expected "
                  << harness::ElementText(dtype, b);
  }
  EXPECT_EQ(wrong, 0) << harness::Describe(record) << " " << where;
}

}  // namespace lanewise::exhaustive

#endif  // LANEWISE_TESTS_KERNELS_EXHAUSTIVE_H_
