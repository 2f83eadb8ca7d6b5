// Every kernel of the plugin, run block by block on the CPU, gives the library's bits: the golden
// hashes, many sizes around the borders of chunks and launches, strides, axes and alignments.

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "golden.h"
#include "simulated_gpu.h"
#include "tests/harness.h"

namespace lanewise {
namespace {

using harness::Bytes;
using Strides = std::vector<int64_t>;

std::map<std::string, uint64_t> RecordedHashes() {
  std::ifstream in(std::string(LW_TEST_DATA_DIR) + "/golden/" +
                   std::to_string(lw_numerics_version()) + ".txt");
  std::stringstream text;
  text << in.rdbuf();
  return golden::Parse(text.str());
}

bool IsReduction(const lw_kernel_record& record) {
  return record.shape == LW_SHAPE_REDUCE || record.shape == LW_SHAPE_REDUCE_TWO ||
         record.shape == LW_SHAPE_ARG;
}

Strides Contiguous(const std::vector<int64_t>& shape, int64_t size, uint64_t without = 0) {
  Strides strides(shape.size());
  for (size_t i = shape.size(); i-- > 0;) {
    if (without >> i & 1) continue;  // a reduced axis: stride 0
    strides[i] = size;
    size *= shape[i];
  }
  return strides;
}

// A task and what it points to.
struct Task {
  lw_kernel_record record;
  std::vector<int64_t> shape;
  uint64_t axis_mask = 0;
  double ddof = 0;
  void* data[LW_MAX_OPERANDS] = {};
  Strides strides[LW_MAX_OPERANDS];
  uint32_t by_value = 0;

  std::vector<simulated::Launch> Run() const {
    lw_backend_operand operands[LW_MAX_OPERANDS] = {};
    for (int k = 0; k <= record.inputs; ++k) {
      if (by_value >> k & 1) {
        operands[k].by_value = 1;
        std::memcpy(&operands[k].value, data[k], lw_dtype_size(record.dtypes[k]));
      } else {
        operands[k].data = data[k];
        operands[k].stride_bytes = strides[k].data();
      }
    }
    lw_backend_task task{};
    task.kernel = record.kernel;
    task.kind = record.shape;
    task.inputs = record.inputs;
    task.ndim = static_cast<int32_t>(shape.size());
    task.dtypes = record.dtypes;
    task.shape = shape.data();
    task.operands = operands;
    task.axis_mask = axis_mask;
    task.ddof = ddof;
    return simulated::Run(task);
  }
  bool Uses(const char* kernel) const {
    for (const auto& launch : Run()) {
      if (launch.kernel == kernel) return true;
    }
    return false;
  }
};

// ---------------------------------------------------------------- golden hashes

TEST(Simulated, GivesTheGoldenHashes) {
  const auto recorded = RecordedHashes();
  int compared = 0;
  golden::ForEachCase([&](golden::Case& c) {
    const bool reduction = IsReduction(c.record);
    EXPECT_EQ(simulated::HasKernel(c.record.kernel, c.record.dtypes),
              reduction || c.record.shape == LW_SHAPE_ELEMENTWISE)
        << c.key;
    if (!reduction && c.record.shape != LW_SHAPE_ELEMENTWISE) return;
    Task task;
    task.record = c.record;
    task.shape = c.shape.empty() ? std::vector<int64_t>{c.n} : c.shape;
    task.axis_mask = !reduction ? 0 : c.shape.empty() ? 1 : c.axis_mask;
    int64_t outputs = 1;
    for (size_t i = 0; i < task.shape.size(); ++i) {
      if (!(task.axis_mask >> i & 1)) outputs *= task.shape[i];
    }
    const size_t out_size = lw_dtype_size(c.record.dtypes[c.record.inputs]);
    c.output.assign(static_cast<size_t>(outputs) * out_size, 0);
    for (int k = 0; k < c.record.inputs; ++k) {
      task.data[k] = c.inputs[static_cast<size_t>(k)].data();
      task.strides[k] = Contiguous(task.shape, harness::SizeOf(c.record, k));
    }
    task.data[c.record.inputs] = c.output.data();
    task.strides[c.record.inputs] =
        Contiguous(task.shape, static_cast<int64_t>(out_size), task.axis_mask);
    task.Run();
    EXPECT_EQ(Hash(c), recorded.at(c.key)) << c.key;
    ++compared;
  });
  EXPECT_GT(compared, 500);
}

// ---------------------------------------------------------------- elementwise

// Compares with lw_call, element by element.
void ExpectMap(const harness::Arrays& arrays, const Bytes& expected, const char* result,
               int64_t stride, const char* what) {
  const lw_kernel_record& record = arrays.record;
  const lw_dtype dtype = record.dtypes[record.inputs];
  const size_t size = lw_dtype_size(dtype);
  for (size_t i = 0; i < arrays.n; ++i) {
    if (!harness::SameElement(dtype, &expected[i * size], result + static_cast<int64_t>(i) * stride,
                              arrays.strict)) {
      ADD_FAILURE() << harness::Describe(record) << " " << what << ", n " << arrays.n
                    << ", element " << i;
      return;
    }
  }
}

// Elements at any place and stride: copies into a buffer.
struct Spread {
  Bytes buffer;
  char* first;
  int64_t stride;

  Spread(const Bytes& elements, size_t size, size_t n, int64_t step, size_t shift) {
    stride = step * static_cast<int64_t>(size);
    const size_t span = (n + 2) * size * static_cast<size_t>(step < 0 ? -step : step ? step : 1);
    buffer.assign(span + shift * size + 96, harness::kSentinel);
    const auto aligned = (reinterpret_cast<uintptr_t>(buffer.data()) + 63) / 32 * 32;
    first = reinterpret_cast<char*>(aligned) + shift * size;
    if (step < 0) first += static_cast<int64_t>(n - 1) * -stride;
    for (size_t i = 0; i < n && !elements.empty(); ++i) {
      std::memcpy(first + static_cast<int64_t>(i) * stride, &elements[i * size], size);
    }
  }
};

TEST(Simulated, MapsOfAnySizeAndAlignment) {
  int contiguous = 0, strided = 0;
  for (const auto& record : harness::ElementwiseRecords()) {
    for (const size_t n : {1, 5, 100, 1024, 6007}) {
      harness::Arrays arrays(record, n, n);
      for (const size_t shift : {0, 1, 3}) {
        // All operands shifted alike, or the first one apart.
        for (const bool alike : {true, false}) {
          std::vector<Spread> spread;
          Task task;
          task.record = record;
          task.shape = {static_cast<int64_t>(n)};
          for (int k = 0; k <= record.inputs; ++k) {
            spread.emplace_back(k < record.inputs ? arrays.inputs[k] : Bytes(),
                                harness::SizeOf(record, k), n, 1, alike || k == 0 ? shift : 0);
          }
          for (int k = 0; k <= record.inputs; ++k) {
            task.data[k] = spread[static_cast<size_t>(k)].first;
            task.strides[k] = {spread[static_cast<size_t>(k)].stride};
          }
          for (const auto& launch : task.Run()) {
            contiguous += launch.kernel == "contiguous";
            strided += launch.kernel == "strided";
          }
          const Spread& out = spread.back();
          ExpectMap(arrays, arrays.Expected(), out.first, out.stride, "shifted");
          EXPECT_EQ(out.first[-1], harness::kSentinel) << harness::Describe(record);
          EXPECT_EQ(out.first[n * harness::SizeOf(record, record.inputs)], harness::kSentinel)
              << harness::Describe(record);
          if (shift == 0) break;
        }
      }
    }
  }
  EXPECT_GT(contiguous, strided);
  EXPECT_GT(strided, 100);
}

TEST(Simulated, MapsWithScalars) {
  for (const auto& record : harness::ElementwiseRecords()) {
    const size_t n = 2500;
    harness::Arrays arrays(record, n, 7);
    for (unsigned scalars = 1; scalars < 1u << record.inputs; ++scalars) {
      for (const bool by_value : {true, false}) {
        Task task;
        task.record = record;
        task.shape = {static_cast<int64_t>(n)};
        Bytes out(n * harness::SizeOf(record, record.inputs));
        for (int k = 0; k < record.inputs; ++k) {
          task.data[k] = arrays.inputs[k].data();
          task.strides[k] = {scalars >> k & 1 ? 0
                                              : static_cast<int64_t>(harness::SizeOf(record, k))};
        }
        if (by_value) task.by_value = scalars;
        task.data[record.inputs] = out.data();
        task.strides[record.inputs] = {
            static_cast<int64_t>(harness::SizeOf(record, record.inputs))};
        const auto launches = task.Run();
        EXPECT_EQ(launches.at(0).kernel, "contiguous") << harness::Describe(record);
        ExpectMap(arrays, arrays.Expected(scalars), out.data(), task.strides[record.inputs][0],
                  "scalars");
      }
    }
  }
}

TEST(Simulated, MapsOfStridedViews) {
  // 3 axes, none of which join, in another order than the memory's; a negative stride.
  const std::vector<int64_t> shape = {5, 7, 9};
  const size_t n = 5 * 7 * 9;
  for (const auto& record : harness::ElementwiseRecords()) {
    harness::Arrays arrays(record, n, 11);
    Task task;
    task.record = record;
    task.shape = shape;
    std::vector<Bytes> buffers;
    for (int k = 0; k <= record.inputs; ++k) {
      const int64_t size = static_cast<int64_t>(harness::SizeOf(record, k));
      // Axis 1 outermost in memory, axis 2 backwards, gaps between elements.
      task.strides[k] = {2 * size * 9, 2 * size * 9 * 5, -2 * size};
      if (k == 1) task.strides[k] = {size, size * 5, size * 35};  // Fortran order
      buffers.emplace_back(n * 2 * static_cast<size_t>(size) + 16, harness::kSentinel);
    }
    const auto place = [&](int k, int64_t i) {
      const Strides& s = task.strides[k];
      return static_cast<char*>(task.data[k]) + i / 63 * s[0] + i / 9 % 7 * s[1] + i % 9 * s[2];
    };
    for (int k = 0; k <= record.inputs; ++k) {
      char* data = buffers[static_cast<size_t>(k)].data();
      task.data[k] = task.strides[k][2] < 0 ? data - 8 * task.strides[k][2] : data;
      const size_t size = harness::SizeOf(record, k);
      for (size_t i = 0; i < n && k < record.inputs; ++i) {
        std::memcpy(place(k, static_cast<int64_t>(i)), &arrays.inputs[k][i * size], size);
      }
    }
    EXPECT_TRUE(task.Uses("strided")) << harness::Describe(record);
    const size_t size = harness::SizeOf(record, record.inputs);
    Bytes result(n * size);
    for (size_t i = 0; i < n; ++i) {
      std::memcpy(&result[i * size], place(record.inputs, static_cast<int64_t>(i)), size);
    }
    ExpectMap(arrays, arrays.Expected(), result.data(), static_cast<int64_t>(size), "strided");
  }
}

// ---------------------------------------------------------------- reductions

// Values whose sums round differently in every order, with NaN now and then where order matters
// less.
Bytes Values(lw_dtype dtype, size_t n, uint64_t seed, bool special) {
  if (special) return harness::InterestingBytes(dtype, seed, n);
  Bytes bytes(n * lw_dtype_size(dtype));
  reference::Rng rng(seed);
  harness::Visit(dtype, [&](auto x) {
    using T = decltype(x);
    if constexpr (std::is_arithmetic_v<T>) {
      for (size_t i = 0; i < n; ++i) {
        const double unit = static_cast<double>(rng.Next() >> 11) * 0x1p-53;
        T value;
        if constexpr (std::is_floating_point_v<T>)
          value = static_cast<T>((unit - 0.4) * static_cast<double>(1 << (rng.Next() % 20)));
        else
          value = static_cast<T>(rng.Next());
        std::memcpy(&bytes[i * sizeof(T)], &value, sizeof(T));
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
    const bool by_value =
        record.kernel == LW_MIN || record.kernel == LW_MAX || record.kernel == LW_ARGMAX;
    const int64_t chunk = 8192 / static_cast<int64_t>(size);
    for (const int64_t n :
         {int64_t{0},    int64_t{1},  int64_t{2},     int64_t{15},     int64_t{16},
          int64_t{17},   int64_t{63}, int64_t{64},    int64_t{65},     int64_t{1000},
          chunk - 1,     chunk,       chunk + 1,      2 * chunk,       3 * chunk + 5,
          5 * chunk - 3, 16 * chunk,  16 * chunk + 1, 23 * chunk + 77, 300 * chunk + 9}) {
      if (n == 0 && by_value) continue;
      for (const bool special : {false, true}) {
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
            const Bytes values = Values(record.dtypes[k], count, count * 2 + k, special);
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
            ASSERT_EQ(lw_call(LW_DOT, record.dtypes, operands, n), LW_OK) << lw_last_error();
          } else {
            const int64_t stride = static_cast<int64_t>(size);
            const lw_view in = {task.data[0], 1, &n, &stride};
            const lw_view out = {&expected, 0, nullptr, nullptr};
            const lw_reduce_options options = {sizeof(options), task.ddof};
            ASSERT_EQ(lw_reduce(record.kernel, record.dtypes[0], &in, 1, &out, &options), LW_OK)
                << lw_last_error();
          }
          ExpectSame(task, &result, &expected, 0,
                     "n " + std::to_string(n) + (special ? " special" : ""));
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
                 const Strides& elements, std::map<std::string, int>& used) {
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
  Bytes values = Values(record.dtypes[0], span, span, false);
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
  }
  for (const char* mode : {"thread", "team", "groups", "columns", "join thread", "join block"}) {
    EXPECT_GT(used[mode], 0) << mode;
  }
}

}  // namespace
}  // namespace lanewise
