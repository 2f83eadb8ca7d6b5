// The plugin's reductions, run block by block on the CPU, give the library's bits for sizes around
// the borders of chunks and launches, any axes and strides.

#include <gtest/gtest.h>

#include "kernels/contracts.h"
#include "task.h"

namespace lanewise {
namespace {

enum class Kind { kAny, kSpecial, kEqual };

// f16 or bf16 of either sign, 2^-8 to 2^8 in magnitude.
template <class T>
T Narrow(uint64_t random) {
  const reference::Format f = reference::kFormat<T>;
  const uint64_t exponent = static_cast<uint64_t>(f.bias) - 8 + (random >> 32) % 16;
  const uint64_t fraction = random & ((uint64_t{1} << f.fraction) - 1);
  return reference::FromBits<T>(
      static_cast<uint16_t>((random & 0x8000) | exponent << f.fraction | fraction));
}

// Values whose sums round differently in every order, with NaN now and then where order matters
// less; or all the same.
Bytes Values(lw_dtype dtype, size_t n, uint64_t seed, Kind kind) {
  if (kind == Kind::kSpecial) return harness::InterestingBytes(dtype, seed, n);
  Bytes bytes(n * lw_dtype_size(dtype));
  reference::Rng rng(seed);
  harness::Visit(dtype, [&](auto x) {
    using T = decltype(x);
    if constexpr (std::is_arithmetic_v<T> || kIsNarrow<T>) {
      for (size_t i = 0; i < n; ++i) {
        const double unit = static_cast<double>(rng.Next() >> 11) * 0x1p-53;
        T value;
        if constexpr (kIsNarrow<T>)
          value = Narrow<T>(rng.Next());
        else if constexpr (std::is_floating_point_v<T>)
          value = static_cast<T>((unit - 0.4) * static_cast<double>(1 << (rng.Next() % 20)));
        else
          value = static_cast<T>(rng.Next());
        const bool again = kind == Kind::kEqual && i != 0;
        std::memcpy(&bytes[i * sizeof(T)], again ? bytes.data() : reinterpret_cast<char*>(&value),
                    sizeof(T));
      }
    }
  });
  return bytes;
}

std::vector<lw_kernel_record> Reductions() {
  std::vector<lw_kernel_record> records = harness::AllRecords();
  std::erase_if(records, [](const auto& r) { return !IsReduction(r); });
  return records;
}

void ExpectSame(const Task& task, const void* result, const void* expected, size_t i,
                const std::string& what) {
  const lw_dtype dtype = task.record.dtypes[task.record.inputs];
  const size_t size = lw_dtype_size(dtype);
  const char* a = static_cast<const char*>(result) + i * size;
  const char* b = static_cast<const char*>(expected) + i * size;
  EXPECT_TRUE(harness::SameElement(dtype, a, b, false))
      << harness::Describe(task.record) << " " << what << " output " << i << ": "
      << harness::ElementText(dtype, a) << ", library " << harness::ElementText(dtype, b);
}

TEST(Simulated, WholeArraysOfManySizes) {
  std::map<std::string, int> used;
  for (const auto& record : Reductions()) {
    const size_t size = harness::SizeOf(record, 0);
    const bool needs_element = ContractOf(record.kernel).needs_element;
    const int64_t chunk = 8192 / static_cast<int64_t>(size);
    for (const int64_t n :
         {int64_t{0},    int64_t{1},  int64_t{2},     int64_t{15},     int64_t{16},
          int64_t{17},   int64_t{63}, int64_t{64},    int64_t{65},     int64_t{1000},
          chunk - 1,     chunk,       chunk + 1,      2 * chunk,       3 * chunk + 5,
          5 * chunk - 3, 16 * chunk,  16 * chunk + 1, 23 * chunk + 77, 300 * chunk + 9}) {
      if (n == 0 && needs_element) continue;
      for (const Kind kind : {Kind::kAny, Kind::kSpecial, Kind::kEqual}) {
        for (const int64_t shift : {0, 1}) {  // aligned to 16 bytes or not
          const size_t count = static_cast<size_t>(n);
          Bytes inputs[2];
          Task task;
          task.record = record;
          task.shape = {n};
          task.axis_mask = 1;
          task.ddof = record.kernel == LW_VAR && n % 2 ? 1 : 0;
          for (int k = 0; k < record.inputs; ++k) {
            inputs[k].resize((count + 4) * size + 16);
            const Bytes values = Values(record.dtypes[k], count, count * 2 + k, kind);
            const auto at = (reinterpret_cast<uintptr_t>(inputs[k].data()) + 15) / 16 * 16;
            char* first = reinterpret_cast<char*>(at) + shift * static_cast<int64_t>(size);
            if (n) std::memcpy(first, values.data(), values.size());
            task.data[k] = first;
            task.strides[k] = {static_cast<int64_t>(size)};
          }
          uint64_t result = 0, expected = 0;
          task.data[record.inputs] = &result;
          task.strides[record.inputs] = {0};
          for (const auto& launch : task.Run()) ++used[launch.kernel];
          if (record.kernel == LW_DOT) {
            const lw_operand operands[] = {{task.data[0], static_cast<int64_t>(size)},
                                           {task.data[1], static_cast<int64_t>(size)},
                                           {&expected, 8}};
            ASSERT_EQ(lw_call(LW_DOT, record.dtypes, operands, n, nullptr), LW_OK)
                << lw_last_error();
          } else {
            const int64_t stride = static_cast<int64_t>(size);
            const lw_view in = {task.data[0], 1, &n, &stride};
            const lw_view out = {&expected, 0, nullptr, nullptr};
            lw_call_options options = {sizeof(options), 0, task.ddof, 0, 0, 0};
            ASSERT_EQ(lw_reduce(record.kernel, record.dtypes[0], &in, 1, &out, &options), LW_OK)
                << lw_last_error();
          }
          ExpectSame(task, &result, &expected, 0,
                     "n " + std::to_string(n) + " kind " + std::to_string(static_cast<int>(kind)));
        }
      }
    }
  }
  for (const char* mode : {"thread", "team", "groups", "join thread", "join block"}) {
    EXPECT_GT(used[mode], 0) << mode;
  }
}

// One view, reduced over every set of axes by the library and by the simulated GPU.
void CompareAxes(const lw_kernel_record& record, const std::vector<int64_t>& shape,
                 const Strides& elements, std::map<std::string, int>& used,
                 Kind kind = Kind::kAny) {
  const size_t size = harness::SizeOf(record, 0);
  size_t span = 1;
  int64_t below = 0;
  Strides strides;
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t reach = elements[i] * (shape[i] - 1);
    span += static_cast<size_t>(reach < 0 ? -reach : reach);
    if (reach < 0) below -= reach;
    strides.push_back(elements[i] * static_cast<int64_t>(size));
  }
  Bytes values = Values(record.dtypes[0], span, span, kind);
  for (uint64_t mask = 0; mask < uint64_t{1} << shape.size(); ++mask) {
    Task task;
    task.record = record;
    task.shape = shape;
    task.axis_mask = mask;
    task.data[0] = values.data() + below * static_cast<int64_t>(size);
    task.strides[0] = strides;
    int64_t outputs = 1;
    std::vector<int64_t> out_shape;
    for (size_t i = 0; i < shape.size(); ++i) {
      if (mask >> i & 1) continue;
      out_shape.push_back(shape[i]);
      outputs *= shape[i];
    }
    const int64_t out_size = static_cast<int64_t>(harness::SizeOf(record, 1));
    Bytes result(static_cast<size_t>(outputs * out_size), harness::kSentinel), expected = result;
    task.data[1] = result.data();
    task.strides[1] = Contiguous(shape, out_size, mask);
    for (const auto& launch : task.Run()) ++used[launch.kernel];
    const lw_view in = {task.data[0], static_cast<int32_t>(shape.size()), shape.data(),
                        strides.data()};
    const Strides out_strides = Contiguous(out_shape, out_size);
    const lw_view out = {expected.data(), static_cast<int32_t>(out_shape.size()), out_shape.data(),
                         out_strides.data()};
    ASSERT_EQ(lw_reduce(record.kernel, record.dtypes[0], &in, mask, &out, nullptr), LW_OK)
        << lw_last_error();
    for (size_t i = 0; i < static_cast<size_t>(outputs); ++i) {
      ExpectSame(task, result.data(), expected.data(), i,
                 "axes " + std::to_string(mask) + " of " + std::to_string(shape[0]));
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(Simulated, AnyAxesOfViews) {
  std::map<std::string, int> used;
  for (const auto& record : Reductions()) {
    if (record.inputs != 1) continue;
    CompareAxes(record, {5, 40, 33}, {40 * 33, 33, 1}, used);
    CompareAxes(record, {20, 3, 70}, {210, 70, 1}, used);
    CompareAxes(record, {7, 11, 13}, {1, 7, 77}, used);                 // Fortran order
    CompareAxes(record, {6, 50, 20}, {2 * 20 * 51, -2 * 20, 2}, used);  // gaps, backwards
    CompareAxes(record, {4500, 9}, {9, 1}, used);                       // chunks of columns
    CompareAxes(record, {35000, 9}, {9, 1}, used);                      // more than a thread joins
    CompareAxes(record, {3, 36000}, {36000, 1}, used);                  // several blocks per row
    CompareAxes(record, {40000, 3}, {3, 1}, used);                      // too few columns
    CompareAxes(record, {2100, 2, 16}, {32, 16, 1}, used);
    if (record.kernel == LW_VAR) {
      CompareAxes(record, {4500, 9}, {9, 1}, used, Kind::kEqual);
      CompareAxes(record, {3, 36000}, {36000, 1}, used, Kind::kEqual);
      CompareAxes(record, {7, 11, 13}, {1, 7, 77}, used, Kind::kEqual);
      CompareAxes(record, {9, 4000}, {0, 1}, used);  // equal along axis 0 only
    }
  }
  for (const char* mode : {"thread", "team", "groups", "columns", "join thread", "join block"}) {
    EXPECT_GT(used[mode], 0) << mode;
  }
}

}  // namespace
}  // namespace lanewise
