// Every kernel of the plugin, run block by block on the CPU, gives the golden hashes; elementwise
// kernels give the library's bits at any size, stride and alignment.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "golden.h"
#include "task.h"

namespace lanewise {
namespace {

std::map<std::string, uint64_t> RecordedHashes() {
  std::ifstream in(std::string(LW_TEST_DATA_DIR) + "/golden/" +
                   std::to_string(lw_numerics_version()) + ".txt");
  std::stringstream text;
  text << in.rdbuf();
  return golden::Parse(text.str());
}

// ---------------------------------------------------------------- golden hashes

TEST(Simulated, GivesTheGoldenHashes) {
  const auto recorded = RecordedHashes();
  int compared = 0;
  golden::ForEachCase([&](golden::Case& c) {
    const bool reduction = IsReduction(c.record);
    EXPECT_EQ(simulated::HasKernel(c.record.kernel, c.record.dtypes),
              reduction || harness::IsElementwise(c.record))
        << c.key;
    if (!reduction && !harness::IsElementwise(c.record)) return;
    Task task;
    task.record = c.record;
    task.shape = c.shape.empty() ? std::vector<int64_t>{c.n} : c.shape;
    task.axis_mask = !reduction ? 0 : c.shape.empty() ? 1 : c.axis_mask;
    int64_t outputs = 1;
    for (size_t i = 0; i < task.shape.size(); ++i) {
      if (!(task.axis_mask >> i & 1)) outputs *= task.shape[i];
    }
    size_t size = 0;  // of one element of every output
    for (int k = c.record.inputs; k < golden::Operands(c.record); ++k) {
      size += harness::SizeOf(c.record, k);
    }
    c.output.assign(static_cast<size_t>(outputs) * size, 0);
    for (int k = 0; k < c.record.inputs; ++k) {
      task.data[k] = c.inputs[static_cast<size_t>(k)].data();
      task.strides[k] = Contiguous(task.shape, harness::SizeOf(c.record, k));
      if (golden::Repeats(c, k)) task.strides[k].assign(task.shape.size(), 0);
    }
    for (int k = c.record.inputs; k < golden::Operands(c.record); ++k) {
      task.data[k] = c.output.data() + golden::OutputBegin(c, k);
      task.strides[k] = Contiguous(task.shape, static_cast<int64_t>(harness::SizeOf(c.record, k)),
                                   task.axis_mask);
    }
    task.Run();
    EXPECT_EQ(Hash(c), recorded.at(c.key)) << c.key;
    ++compared;
  });
  EXPECT_GT(compared, 500);
}

// ---------------------------------------------------------------- elementwise

// Compares an output with lw_call's, element by element.
void ExpectMap(const harness::Arrays& arrays, int output, const Bytes& expected, const char* result,
               int64_t stride, const char* what) {
  const lw_kernel_record& record = arrays.record;
  const lw_dtype dtype = record.dtypes[record.inputs + output];
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
          spread.reserve(LW_MAX_OPERANDS);
          for (int k = 0; k < harness::Operands(record); ++k) {
            spread.emplace_back(k < record.inputs ? arrays.inputs[k] : Bytes(),
                                harness::SizeOf(record, k), n, 1, alike || k == 0 ? shift : 0);
          }
          for (int k = 0; k < harness::Operands(record); ++k) {
            task.data[k] = spread[static_cast<size_t>(k)].first;
            task.strides[k] = {spread[static_cast<size_t>(k)].stride};
          }
          for (const auto& launch : task.Run()) {
            contiguous += launch.kernel == "contiguous";
            strided += launch.kernel == "strided";
          }
          for (int k = 0; k < record.outputs; ++k) {
            const Spread& out = spread[static_cast<size_t>(record.inputs) + static_cast<size_t>(k)];
            ExpectMap(arrays, k, arrays.Expected(0, k), out.first, out.stride, "shifted");
            EXPECT_EQ(out.first[-1], harness::kSentinel) << harness::Describe(record);
            EXPECT_EQ(out.first[n * harness::SizeOf(record, record.inputs + k)], harness::kSentinel)
                << harness::Describe(record);
          }
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
        std::vector<Bytes> outs;
        for (int k = 0; k < record.inputs; ++k) {
          task.data[k] = arrays.inputs[k].data();
          task.strides[k] = {scalars >> k & 1 ? 0
                                              : static_cast<int64_t>(harness::SizeOf(record, k))};
        }
        if (by_value) task.by_value = scalars;
        for (int k = record.inputs; k < harness::Operands(record); ++k) {
          outs.emplace_back(n * harness::SizeOf(record, k));
          task.data[k] = outs.back().data();
          task.strides[k] = {static_cast<int64_t>(harness::SizeOf(record, k))};
        }
        const auto launches = task.Run();
        EXPECT_EQ(launches.at(0).kernel, "contiguous") << harness::Describe(record);
        for (int k = 0; k < record.outputs; ++k) {
          ExpectMap(arrays, k, arrays.Expected(scalars, k), outs[static_cast<size_t>(k)].data(),
                    task.strides[record.inputs + k][0], "scalars");
        }
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
    for (int k = 0; k < harness::Operands(record); ++k) {
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
    for (int k = 0; k < harness::Operands(record); ++k) {
      char* data = buffers[static_cast<size_t>(k)].data();
      task.data[k] = task.strides[k][2] < 0 ? data - 8 * task.strides[k][2] : data;
      const size_t size = harness::SizeOf(record, k);
      for (size_t i = 0; i < n && k < record.inputs; ++i) {
        std::memcpy(place(k, static_cast<int64_t>(i)), &arrays.inputs[k][i * size], size);
      }
    }
    EXPECT_TRUE(task.Uses("strided")) << harness::Describe(record);
    for (int k = 0; k < record.outputs; ++k) {
      const size_t size = harness::SizeOf(record, record.inputs + k);
      Bytes result(n * size);
      for (size_t i = 0; i < n; ++i) {
        std::memcpy(&result[i * size], place(record.inputs + k, static_cast<int64_t>(i)), size);
      }
      ExpectMap(arrays, k, arrays.Expected(0, k), result.data(), static_cast<int64_t>(size),
                "strided");
    }
  }
}

}  // namespace
}  // namespace lanewise
