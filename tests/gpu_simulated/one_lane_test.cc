// The bodies over one lane, as CUDA runs them, give the bits of the SIMD targets: the golden
// hashes, and the results of the library on many other inputs.

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "golden.h"
#include "one_lane_loops.h"
#include "tests/kernels/every_value.h"

namespace lanewise {
namespace {

using harness::Bytes;

std::map<std::string, uint64_t> RecordedHashes() {
  std::ifstream in(std::string(LW_TEST_DATA_DIR) + "/golden/" +
                   std::to_string(lw_numerics_version()) + ".txt");
  std::stringstream text;
  text << in.rdbuf();
  return golden::Parse(text.str());
}

size_t IndexOfRecord(const lw_kernel_record& wanted) {
  const auto records = harness::AllRecords();
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].kernel == wanted.kernel &&
        std::memcmp(records[i].dtypes, wanted.dtypes, sizeof(wanted.dtypes)) == 0) {
      return i;
    }
  }
  return records.size();
}

TEST(OneLane, HasEveryElementwiseKernel) {
  const auto records = harness::AllRecords();
  ASSERT_EQ(records.size(), kKernelCount);
  int found = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    const bool map = harness::IsElementwise(records[i]);
    EXPECT_EQ(OneLaneLoop(i) != nullptr, map) << harness::Describe(records[i]);
    found += map;
  }
  EXPECT_GT(found, 0);
}

TEST(OneLane, GivesTheGoldenHashes) {
  const auto recorded = RecordedHashes();
  int compared = 0;
  golden::ForEachCase([&](golden::Case& c) {
    if (!harness::IsElementwise(c.record)) return;
    const ElementwiseFn loop = OneLaneLoop(IndexOfRecord(c.record));
    ASSERT_NE(loop, nullptr) << c.key;
    const void* in[LW_MAX_OPERANDS] = {};
    for (int i = 0; i < c.record.inputs; ++i) {
      std::vector<uint8_t>& input = c.inputs[static_cast<size_t>(i)];
      input = golden::WholeInput(c, i);
      in[i] = input.data();
    }
    size_t size = 0;
    for (int k = c.record.inputs; k < golden::Operands(c.record); ++k) {
      size += harness::SizeOf(c.record, k);
    }
    c.output.assign(static_cast<size_t>(c.n) * size, 0);
    void* out[LW_MAX_OPERANDS] = {};
    for (int k = 0; k < c.record.outputs; ++k) {
      out[k] = c.output.data() + golden::OutputBegin(c, c.record.inputs + k);
    }
    loop(in, out, static_cast<size_t>(c.n));
    ASSERT_TRUE(recorded.contains(c.key)) << c.key;
    EXPECT_EQ(Hash(c), recorded.at(c.key)) << c.key;
    ++compared;
  });
  EXPECT_GT(compared, 100);
}

void ExpectSame(const harness::Arrays& arrays, int output, const Bytes& expected,
                const Bytes& result) {
  const lw_kernel_record& record = arrays.record;
  const lw_dtype dtype = record.dtypes[record.inputs + output];
  const size_t size = lw_dtype_size(dtype);
  int wrong = 0;
  for (size_t i = 0; i < arrays.n && wrong < 3; ++i) {
    if (harness::SameElement(dtype, &expected[i * size], &result[i * size], arrays.strict)) {
      continue;
    }
    ++wrong;
    std::string inputs;
    for (int k = 0; k < record.inputs; ++k) {
      inputs += " " + harness::ElementText(record.dtypes[k],
                                           &arrays.inputs[k][i * harness::SizeOf(record, k)]);
    }
    ADD_FAILURE() << harness::Describe(record) << " of" << inputs << ": "
                  << harness::ElementText(dtype, &result[i * size]) << ", the library "
                  << harness::ElementText(dtype, &expected[i * size]);
  }
}

// Compares all outputs of the kernel at `index` in the list.
void CheckAgainstLibrary(const harness::Arrays& arrays, size_t index) {
  const lw_kernel_record& record = arrays.record;
  std::vector<Bytes> expected, results;
  lw_operand operands[LW_MAX_OPERANDS];
  void* out[LW_MAX_OPERANDS] = {};
  for (int k = 0; k < record.inputs; ++k) {
    operands[k] = {arrays.inputs[k].data(), static_cast<int64_t>(harness::SizeOf(record, k))};
  }
  for (int k = 0; k < record.outputs; ++k) {
    const size_t size = harness::SizeOf(record, record.inputs + k);
    expected.emplace_back(arrays.n * size);
    results.emplace_back(arrays.n * size);
    operands[record.inputs + k] = {expected.back().data(), static_cast<int64_t>(size)};
    out[k] = results.back().data();
  }
  // The best target computes the expectation: it has the FMA instruction.
  ASSERT_EQ(
      lw_call(record.kernel, record.dtypes, operands, static_cast<int64_t>(arrays.n), nullptr),
      LW_OK)
      << lw_last_error();
  const void* in[] = {arrays.inputs[0].data(), arrays.inputs[1].data(), arrays.inputs[2].data()};
  OneLaneLoop(index)(in, out, arrays.n);
  for (int k = 0; k < record.outputs; ++k) {
    ExpectSame(arrays, k, expected[static_cast<size_t>(k)], results[static_cast<size_t>(k)]);
  }
}

TEST(OneLane, AgreesWithTheLibraryOnManyInputs) {
  const auto records = harness::AllRecords();
  for (size_t i = 0; i < records.size(); ++i) {
    if (!harness::IsElementwise(records[i])) continue;
    CheckAgainstLibrary(harness::Arrays(records[i], 200000, i + 1), i);
  }
}

// All values of 8 and 16 bits of one operand, all pairs of 8 bits.
TEST(OneLane, AgreesWithTheLibraryOnEveryValue) {
  const auto records = harness::AllRecords();
  int checked = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    if (!harness::IsElementwise(records[i]) || !harness::TakesEveryValue(records[i])) continue;
    harness::Arrays arrays(records[i], 0, 0);
    arrays.n = harness::kEveryValue;
    harness::FillWithEveryValue(records[i], arrays.inputs);
    CheckAgainstLibrary(arrays, i);
    ++checked;
  }
  EXPECT_GT(checked, 50);
}

// All f32 inputs of a kernel; a few minutes each, for test-long.
void CompareAllInputs(lw_kernel kernel) {
  constexpr size_t kBlock = size_t{1} << 20;
  std::vector<float> x(kBlock), one_lane(kBlock), library(kBlock);
  const lw_dtype dtypes[] = {LW_F32, LW_F32};
  lw_kernel_record record{};
  record.kernel = kernel;
  record.dtypes[0] = record.dtypes[1] = LW_F32;
  const ElementwiseFn loop = OneLaneLoop(IndexOfRecord(record));
  ASSERT_NE(loop, nullptr);
  int wrong = 0;
  for (uint64_t begin = 0; begin < uint64_t{1} << 32 && wrong < 10; begin += kBlock) {
    for (size_t i = 0; i < kBlock; ++i) {
      const auto bits = static_cast<uint32_t>(begin + i);
      std::memcpy(&x[i], &bits, sizeof(bits));
    }
    const lw_operand operands[] = {{x.data(), sizeof(float)}, {library.data(), sizeof(float)}};
    ASSERT_EQ(lw_call(kernel, dtypes, operands, kBlock, nullptr), LW_OK) << lw_last_error();
    const void* in[] = {x.data()};
    void* out[] = {one_lane.data()};
    loop(in, out, kBlock);
    for (size_t i = 0; i < kBlock; ++i) {
      if (std::memcmp(&one_lane[i], &library[i], sizeof(float)) == 0) continue;
      if (one_lane[i] != one_lane[i] && library[i] != library[i]) continue;
      if (++wrong <= 10) ADD_FAILURE() << std::hexfloat << x[i] << ": " << one_lane[i];
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST(OneLaneLong, ExpOfAllFloats) { CompareAllInputs(LW_EXP); }
TEST(OneLaneLong, LogOfAllFloats) { CompareAllInputs(LW_LOG); }
TEST(OneLaneLong, SinOfAllFloats) { CompareAllInputs(LW_SIN); }

}  // namespace
}  // namespace lanewise
