// Every elementwise kernel and dtype on every target that runs here, in every way that operands
// can lie in memory: results equal those of the baseline target on contiguous arrays, and no byte
// outside the output's elements is read or written.

#include <gtest/gtest.h>

#include "dispatch/host/os.h"
#include "tests/harness.h"

namespace lanewise {
namespace {

using namespace harness;  // NOLINT

// Where an operand lies in its own memory.
struct Place {
  int64_t stride = 0;   // bytes
  size_t offset = 0;    // bytes between the memory's edge and the nearest element
  bool at_end = false;  // the edge: of the unmapped page in front, or of the one behind
};

// Elements from one place to another; strides in bytes.
template <size_t kSize>
void CopySized(char* to, int64_t to_stride, const char* from, int64_t from_stride, int64_t n) {
  for (int64_t k = 0; k < n; ++k) std::memcpy(to + k * to_stride, from + k * from_stride, kSize);
}
void CopyElements(size_t size, char* to, int64_t to_stride, const char* from, int64_t from_stride,
                  int64_t n) {
  const auto copy = size == 1   ? &CopySized<1>
                    : size == 2 ? &CopySized<2>
                    : size == 4 ? &CopySized<4>
                                : &CopySized<8>;
  copy(to, to_stride, from, from_stride, n);
}

// Calls one kernel on placed operands and checks the result and everything around it.
class Caller {
 public:
  Caller(Arrays& arrays, size_t max_bytes) : arrays_(arrays) {
    for (int i = 0; i < Operands(arrays.record); ++i) {
      memory_.push_back(std::make_unique<Guarded>(max_bytes));
    }
  }

  // in_place: the input whose memory the first output shares, or -1.
  void Call(const char* target, int64_t n, const std::vector<Place>& places, int in_place = -1) {
    const lw_kernel_record& record = arrays_.record;
    const int out = record.inputs;
    lw_operand operands[LW_MAX_OPERANDS] = {};
    unsigned scalars = 0;
    for (int i = 0; i < Operands(record); ++i) {
      if (i == out && in_place >= 0) {
        operands[out] = operands[in_place];
        continue;
      }
      operands[i] = Put(i, n, places[static_cast<size_t>(i)]);
      if (operands[i].stride_bytes == 0) scalars |= 1u << i;
    }
    const auto memory_of = [&](int i) {
      return static_cast<size_t>(i == out && in_place >= 0 ? in_place : i);
    };
    std::vector<Bytes> before;
    for (int i = out; i < Operands(record); ++i) {
      const auto [begin, end] = Window(*memory_[memory_of(i)], operands[i], SizeOf(record, i), n);
      before.emplace_back(begin, end);
    }
    const lw_status status = lw_call(record.kernel, record.dtypes, operands, n, nullptr);
    if (status != LW_OK)
      return Fail(target, n, operands, std::string("status: ") + lw_last_error());
    for (int i = out; i < Operands(record); ++i) {
      CheckOutput(target, n, operands, i, *memory_[memory_of(i)],
                  arrays_.Expected(scalars, i - out), before[static_cast<size_t>(i - out)]);
    }
  }

 private:
  // wanted: the bytes around the output before the call.
  void CheckOutput(const char* target, int64_t n, const lw_operand* operands, int out,
                   const Guarded& memory, const Bytes& expected, Bytes& wanted) {
    const lw_kernel_record& record = arrays_.record;
    const size_t size = SizeOf(record, out);
    const char* begin = Window(memory, operands[out], size, n).first;
    const int64_t stride = operands[out].stride_bytes;
    Bytes results(static_cast<size_t>(n) * size);
    if (n) {
      const char* first = At(operands[out], 0);
      CopyElements(size, results.data(), static_cast<int64_t>(size), first, stride, n);
      CopyElements(size, wanted.data() + (first - begin), stride, first, stride, n);
    }
    if (n && std::memcmp(results.data(), expected.data(), results.size()) != 0) {
      for (int64_t k = 0; k < n; ++k) {
        const char* got = &results[static_cast<size_t>(k) * size];
        const char* want = &expected[static_cast<size_t>(k) * size];
        if (SameElement(record.dtypes[out], got, want, arrays_.strict)) continue;
        return Fail(target, n, operands,
                    "element " + std::to_string(k) + " is " + ElementText(record.dtypes[out], got) +
                        ", expected " + ElementText(record.dtypes[out], want));
      }
    }
    if (!wanted.empty() && std::memcmp(wanted.data(), begin, wanted.size()) != 0) {
      Fail(target, n, operands, "bytes outside the output's elements changed");
    }
  }

  static char* At(const lw_operand& operand, int64_t k) {
    return static_cast<char*>(const_cast<void*>(operand.data)) + k * operand.stride_bytes;
  }

  // The bytes around an operand that are compared: up to 96 on each side.
  static std::pair<char*, char*> Window(const Guarded& memory, const lw_operand& operand,
                                        size_t size, int64_t n) {
    char* first = n ? At(operand, 0) : memory.begin();
    char* last = n ? At(operand, n - 1) : memory.begin();
    if (last < first) std::swap(first, last);
    return {std::max(memory.begin(), first - 96), std::min(memory.end(), last + size + 96)};
  }

  // Writes input i, or clears the place of an output.
  lw_operand Put(int i, int64_t n, const Place& place) {
    const Guarded& memory = *memory_[static_cast<size_t>(i)];
    const auto size = static_cast<int64_t>(SizeOf(arrays_.record, i));
    const int64_t count = place.stride == 0 ? std::min<int64_t>(n, 1) : n;
    const int64_t span = count ? std::abs(place.stride) * (count - 1) + size : 0;
    const int64_t room = static_cast<int64_t>(memory.size()) - span;
    const int64_t offset = std::min(static_cast<int64_t>(place.offset), room);
    EXPECT_GE(room, 0);
    char* lowest = memory.begin() + (place.at_end ? room - offset : offset);
    lw_operand operand = {lowest, place.stride};
    if (place.stride < 0) operand.data = lowest - place.stride * (count ? count - 1 : 0);
    const auto [begin, end] = Window(memory, operand, static_cast<size_t>(size), count);
    std::fill(begin, end, kSentinel);
    if (i < arrays_.record.inputs && count) {
      CopyElements(static_cast<size_t>(size), At(operand, 0), place.stride,
                   arrays_.inputs[i].data(), size, count);
    }
    return operand;
  }

  void Fail(const char* target, int64_t n, const lw_operand* operands, const std::string& what) {
    if (++failures_ > 3) return;
    std::string text = Describe(arrays_.record) + " on " + target + ", n = " + std::to_string(n);
    for (int i = 0; i < Operands(arrays_.record); ++i) {
      text += ", stride " + std::to_string(operands[i].stride_bytes) + " at ..." +
              std::to_string(reinterpret_cast<uintptr_t>(operands[i].data) % 4096);
    }
    ADD_FAILURE() << text << ": " << what;
  }

  Arrays& arrays_;
  std::vector<std::unique_ptr<Guarded>> memory_;
  int failures_ = 0;
};

std::vector<Place> Contiguous(const lw_kernel_record& record, size_t offset, bool at_end) {
  std::vector<Place> places;
  for (int i = 0; i < Operands(record); ++i) {
    places.push_back({static_cast<int64_t>(SizeOf(record, i)), offset, at_end});
  }
  return places;
}

class Elementwise : public ::testing::TestWithParam<lw_kernel_record> {};

INSTANTIATE_TEST_SUITE_P(, Elementwise, ::testing::ValuesIn(ElementwiseRecords()),
                         [](const auto& info) {
                           std::string name = info.param.name;
                           for (int i = 0; i < Operands(info.param); ++i) {
                             name += std::string("_") + lw_dtype_name(info.param.dtypes[i]);
                           }
                           return name;
                         });

// Every n from 0 to 300: operands that end exactly at an unmapped page, and that begin after one.
TEST_P(Elementwise, EverySizeAtPageBorders) {
  Arrays arrays(GetParam(), 1500, 1);
  Caller caller(arrays, 1500 * 8);
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    for (int64_t n = 0; n <= 300; ++n) {
      caller.Call(target, n, Contiguous(GetParam(), 0, true));
      caller.Call(target, n, Contiguous(GetParam(), 0, false));
    }
    for (int64_t n : {511, 512, 513, 1023, 1024, 1025, 1500}) {
      caller.Call(target, n, Contiguous(GetParam(), 0, n & 1));
    }
  }
}

// Every offset within 64 bytes, the output's against the inputs'; some not aligned to the element.
TEST_P(Elementwise, EveryAlignment) {
  Arrays arrays(GetParam(), 200, 2);
  Caller caller(arrays, 4096);
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    for (size_t in = 0; in < 64; ++in) {
      for (size_t out : {size_t{0}, in, 63 - in, (in * 7 + 8) % 64}) {
        std::vector<Place> places = Contiguous(GetParam(), 0, false);
        for (size_t i = 0; i < places.size(); ++i) {
          const size_t size = SizeOf(GetParam(), static_cast<int>(i));
          const bool input = static_cast<int>(i) < GetParam().inputs;
          places[i].offset = input ? in + 8 * i : out;
          if (in % 3 != 2) places[i].offset = places[i].offset / size * size;
        }
        caller.Call(target, 67 + static_cast<int64_t>(in), places);
      }
    }
  }
}

// Strides of every kind, alone and mixed: multiples, negative, unaligned, scalars.
TEST_P(Elementwise, EveryStride) {
  Arrays arrays(GetParam(), 5000, 3);
  Caller caller(arrays, 5000 * 8 * 6);
  reference::Rng rng(3);
  const int out = GetParam().inputs;
  const auto stride_of = [&](int operand, uint64_t kind) -> int64_t {
    const auto size = static_cast<int64_t>(SizeOf(GetParam(), operand));
    const int64_t strides[] = {size,     2 * size,  -size,        3 * size,  -5 * size,
                               size + 1, -size - 3, 2 * size + 1, -2 * size, 0};
    return strides[kind % (operand >= out ? 9 : 10)];
  };
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    for (uint64_t round = 0; round < 60; ++round) {
      std::vector<Place> places;
      for (int i = 0; i < Operands(GetParam()); ++i) {
        const uint64_t kind = round < 10 ? round : rng.Below(10);
        places.push_back({stride_of(i, kind), rng.Below(2) ? 0 : rng.Below(64), round % 2 == 0});
      }
      for (int64_t n : {1, 2, 7, 64, 257}) caller.Call(target, n, places);
      if (round % 6 == 0) caller.Call(target, 5000, places);
    }
  }
}

// Out is an input: contiguous, reversed, spread, unaligned.
TEST_P(Elementwise, InPlace) {
  const int out = GetParam().inputs;
  Arrays arrays(GetParam(), 5000, 4);
  Caller caller(arrays, 5000 * 8 * 4);
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    for (int input = 0; input < out; ++input) {
      if (SizeOf(GetParam(), input) != SizeOf(GetParam(), out)) continue;
      const auto size = static_cast<int64_t>(SizeOf(GetParam(), out));
      for (int64_t stride : {size, -size, 3 * size, -2 * size, size + 1}) {
        std::vector<Place> places = Contiguous(GetParam(), 0, false);
        places[static_cast<size_t>(input)].stride = stride;
        for (int64_t n : {1, 5, 63, 64, 65, 200, 5000}) caller.Call(target, n, places, input);
      }
    }
  }
}

// Sizes that are split over threads, contiguous and strided, within the CPU budget.
// What ThreadSanitizer looks at is the same on all targets: the last, fastest one is enough there.
// Without the FMA instruction math functions would take most of ten minutes.
std::vector<const char*> ThreadedTargets() {
  std::vector<const char*> names = RunnableTargets();
#ifdef __SANITIZE_THREAD__
  names.erase(names.begin(), names.end() - 1);
#endif
  return names;
}
// One thread has no races.
#ifdef __SANITIZE_THREAD__
constexpr int32_t kThreadCounts[] = {2, 4};
#else
constexpr int32_t kThreadCounts[] = {1, 2, 4};
#endif

TEST_P(Elementwise, ThreadsChangeNothing) {
  const int64_t n = ThreadedSize(GetParam());
  Arrays arrays(GetParam(), static_cast<size_t>(n), 5);
  Caller caller(arrays, static_cast<size_t>(n) * 17);
  for (const char* target : ThreadedTargets()) {
    const TargetScope scope(target);
    for (int32_t threads : kThreadCounts) {
      const ThreadScope limit(threads);
      if (lw_get_threads() < threads) continue;  // reported by ThreadBudget below
      std::vector<Place> places = Contiguous(GetParam(), 8, true);
      caller.Call(target, n, places);
      for (Place& place : places) place.stride *= threads == 4 ? -2 : 2;
      if (threads > 1) caller.Call(target, n, places);
    }
  }
}

TEST(ElementwiseLarge, ThreadBudget) {
  for (int32_t threads : {1, 2, 4}) {
    const ThreadScope limit(threads);
    printf("[ threads  ] %d wanted, %d used\n", threads, lw_get_threads());
    EXPECT_LE(lw_get_threads(), threads);
    EXPECT_GE(lw_get_threads(), 1);
  }
}

// Outputs beyond the last-level cache take streaming stores.
TEST(ElementwiseLarge, StreamingStoresChangeNothing) {
  HostInput input = ReadHost(Detail::kTargets);
  ReadCaches(input);
  const uint64_t l3 = DetectCaches(input).l3;
  const uint64_t bytes = std::max<uint64_t>(l3 ? l3 : kStreamBytesDefault, 8u << 20) + 8 * 4099;
  if (bytes > (uint64_t{192} << 20)) {
    GTEST_SKIP() << "a last-level cache of " << (l3 >> 20) << " MiB would need too much memory";
  }
  for (const lw_kernel_record& record : ElementwiseRecords()) {
    const lw_dtype* t = record.dtypes;
    const bool chosen = (record.kernel == LW_MULTIPLY && t[0] == LW_F32) ||
                        (record.kernel == LW_EXP && t[0] == LW_F32) ||
                        (record.kernel == LW_CONVERT && t[0] == LW_F16 && t[1] == LW_F64);
    if (!chosen) continue;
    const size_t n = bytes / SizeOf(record, record.inputs);
    Arrays arrays(record, n, 6);
    Caller caller(arrays, bytes + 4096);
    for (const char* target : RunnableTargets()) {
      const TargetScope scope(target);
      for (size_t offset : {size_t{0}, size_t{24}}) {
        caller.Call(target, static_cast<int64_t>(n), Contiguous(record, offset, offset != 0));
      }
    }
  }
}

}  // namespace
}  // namespace lanewise
