// lw_map: every elementwise kernel over arrays of several axes, of any memory order, broadcast, in
// place and on threads, against the same elements on one contiguous axis; and what it refuses.

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "tests/harness.h"

namespace lanewise {
namespace {

using namespace harness;  // NOLINT

using Shape = std::vector<int64_t>;

int64_t CountOf(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

// An array of some memory order inside its own memory, padded and flipped at random.
struct Array {
  Shape strides;
  int64_t first = 0;  // bytes from the memory's begin to element (0, ..., 0)
  Bytes memory;

  Array(const Shape& shape, int64_t size, bool may_repeat, std::mt19937& random) {
    const size_t ndim = shape.size();
    strides.resize(ndim);
    std::vector<size_t> order(ndim);
    std::iota(order.begin(), order.end(), size_t{0});
    if (random() % 2) std::shuffle(order.begin(), order.end(), random);
    int64_t step = random() % 3 == 0 ? size * static_cast<int64_t>(1 + random() % 3) : size;
    int64_t extent = 0;
    for (size_t k = ndim; k-- > 0;) {
      const size_t axis = order[k];
      strides[axis] = may_repeat && random() % 6 == 0 ? 0 : random() % 5 == 0 ? -step : step;
      const int64_t span = std::abs(strides[axis]) * std::max<int64_t>(shape[axis] - 1, 0);
      if (strides[axis] < 0) first += span;
      extent += span;
      step *= std::max<int64_t>(shape[axis], 1);
      if (random() % 4 == 0) step += size * static_cast<int64_t>(random() % 4);
    }
    if (random() % 8 == 0) first += 1;  // unaligned
    memory.assign(static_cast<size_t>(extent + size) + 9, kSentinel);
  }
  int64_t Offset(const Shape& shape, int64_t element) const {
    int64_t offset = first;
    for (size_t axis = shape.size(); axis-- > 0;) {
      offset += element % shape[axis] * strides[axis];
      element /= shape[axis];
    }
    return offset;
  }
};

// The elements of an array in logical order.
Bytes Gather(const Array& array, const Shape& shape, size_t size) {
  Bytes bytes(static_cast<size_t>(CountOf(shape)) * size);
  for (int64_t i = 0; i < CountOf(shape); ++i) {
    std::memcpy(&bytes[static_cast<size_t>(i) * size],
                &array.memory[static_cast<size_t>(array.Offset(shape, i))], size);
  }
  return bytes;
}

// One call on random operands against the contiguous one; in_place: an input that is the first
// output too, or -1.
void CheckCall(const lw_kernel_record& record, const Shape& shape, int in_place,
               std::mt19937& random) {
  const int out = record.inputs;
  const int64_t n = CountOf(shape);
  std::vector<Array> arrays;
  lw_operand flat[LW_MAX_OPERANDS] = {};
  std::vector<Bytes> bytes;
  bytes.reserve(static_cast<size_t>(Operands(record)));
  for (int i = 0; i < Operands(record); ++i) {
    const size_t size = SizeOf(record, i);
    arrays.emplace_back(shape, static_cast<int64_t>(size), i < out && i != in_place, random);
    Array& array = arrays.back();
    const Bytes values = InterestingBytes(record.dtypes[i], random(), static_cast<size_t>(n));
    for (int64_t k = 0; k < n && i < out; ++k) {
      std::memcpy(&array.memory[static_cast<size_t>(array.Offset(shape, k))],
                  &values[static_cast<size_t>(k) * size], size);
    }
    // Where elements repeat, the last value written there counts.
    bytes.push_back(Gather(array, shape, size));
    flat[i] = {bytes.back().data(), static_cast<int64_t>(size)};
  }
  lw_map_operand operands[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < Operands(record); ++i) {
    const Array& array = arrays[static_cast<size_t>(i == out && in_place >= 0 ? in_place : i)];
    operands[i] = {array.memory.data() + array.first, array.strides.data()};
  }
  lw_call_options options = {sizeof(options), 0, 0, 0, 0, 0};
  ASSERT_EQ(lw_call(record.kernel, record.dtypes, flat, n, nullptr), LW_OK) << lw_last_error();
  ASSERT_EQ(lw_map(record.kernel, record.dtypes, operands, static_cast<int32_t>(shape.size()),
                   shape.data(), &options),
            LW_OK)
      << lw_last_error();
  EXPECT_EQ(options.result_count, n);
  EXPECT_EQ(options.first_bad_index, -1);
  for (int i = out; i < Operands(record); ++i) {
    Array& result = arrays[static_cast<size_t>(i == out && in_place >= 0 ? in_place : i)];
    const size_t size = SizeOf(record, i);
    for (int64_t k = 0; k < n; ++k) {
      char* got = &result.memory[static_cast<size_t>(result.Offset(shape, k))];
      const char* wanted = &bytes[static_cast<size_t>(i)][static_cast<size_t>(k) * size];
      ASSERT_TRUE(SameElement(record.dtypes[i], got, wanted, MovesBits(record.kernel)))
          << Describe(record) << " element " << k << " of " << n << ": "
          << ElementText(record.dtypes[i], got) << ", expected "
          << ElementText(record.dtypes[i], wanted);
      std::memset(got, kSentinel, size);
    }
    // Nothing between the elements was written.
    for (const char byte : result.memory) ASSERT_EQ(byte, kSentinel) << Describe(record);
  }
}

int InPlaceInput(const lw_kernel_record& record) {
  for (int i = 0; i < record.inputs; ++i) {
    if (record.dtypes[i] == record.dtypes[record.inputs]) return i;
  }
  return -1;
}

TEST(Map, EveryKernelOverSeveralAxes) {
  std::mt19937 random(7);
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    for (const lw_kernel_record& record : AllRecords()) {
      if (record.shape != LW_SHAPE_ELEMENTWISE) continue;
      for (int round = 0; round < 12; ++round) {
        Shape shape;
        const unsigned ndim = random() % 5;
        for (unsigned i = 0; i < ndim; ++i) shape.push_back(1 + random() % 9);
        if (ndim > 0 && round % 3 == 0) shape[random() % ndim] = 40 + random() % 300;
        CheckCall(record, shape, round % 4 == 0 ? InPlaceInput(record) : -1, random);
        if (HasFatalFailure()) return;
      }
    }
  }
}

// Rows that are split, rows that are joined to tasks, and a short last axis that gives way.
TEST(Map, ThreadsChangeNothing) {
  std::mt19937 random(8);
  for (const Shape& shape :
       {Shape{3, 300000}, Shape{1500, 700}, Shape{400000, 3}, Shape{2, 3, 5, 40000}}) {
    for (const lw_kernel_record& record : AllRecords()) {
      const bool wanted = record.kernel == LW_ADD || record.kernel == LW_LESS ||
                          record.kernel == LW_POW || record.kernel == LW_WHERE;
      if (!wanted || record.dtypes[record.inputs - 1] != LW_F64) continue;
      for (int32_t limit : {1, 4}) {
        const ThreadScope scope(limit);
        CheckCall(record, shape, -1, random);
        if (HasFatalFailure()) return;
      }
    }
  }
}

class MapErrors : public testing::Test {
 protected:
  static constexpr lw_dtype kF32[] = {LW_F32, LW_F32, LW_F32};
  float x_[64] = {}, out_[64] = {};
  int64_t shape_[2] = {4, 8}, strides_[2] = {32, 4};

  void Expect(lw_status status, lw_status expected, const char* words) {
    EXPECT_EQ(status, expected);
    EXPECT_NE(std::string(lw_last_error()).find(words), std::string::npos) << lw_last_error();
    for (const float value : out_) EXPECT_EQ(value, 0);
  }
  lw_status Add(lw_map_operand a, lw_map_operand b, lw_map_operand out) {
    const lw_map_operand operands[] = {a, b, out};
    return lw_map(LW_ADD, kF32, operands, 2, shape_, nullptr);
  }
};

TEST_F(MapErrors, NamesTheArgument) {
  for (float& x : x_) x = 1;
  const lw_map_operand x{x_, strides_}, out{out_, strides_}, null{nullptr, strides_};
  Expect(Add(null, x, out), LW_ERR_NULL, "data of input 0 is null");
  Expect(Add(x, null, out), LW_ERR_NULL, "data of input 1 is null");
  Expect(Add(x, x, null), LW_ERR_NULL, "data of the output is null");
  Expect(Add(x, x, {out_, nullptr}), LW_ERR_NULL, "strides of the output are null");
  const int64_t repeated[] = {0, 4}, far[] = {INT64_MAX / 2, 4};
  Expect(Add(x, x, {out_, repeated}), LW_ERR_OVERLAP, "elements of the output overlap");
  Expect(Add({x_, far}, x, out), LW_ERR_SIZE, "input 0 exceeds the address space");
  Expect(Add({out_ + 1, strides_}, x, out), LW_ERR_OVERLAP, "the output overlaps input 0");
  const lw_map_operand operands[] = {x, x, out};
  Expect(lw_map(LW_ADD, nullptr, operands, 2, shape_, nullptr), LW_ERR_NULL, "dtypes is null");
  Expect(lw_map(LW_ADD, kF32, nullptr, 2, shape_, nullptr), LW_ERR_NULL, "operands is null");
  Expect(lw_map(LW_ADD, kF32, operands, 2, nullptr, nullptr), LW_ERR_NULL, "shape is null");
  Expect(lw_map(LW_ADD, kF32, operands, 33, shape_, nullptr), LW_ERR_SIZE, "ndim is 33");
  Expect(lw_map(LW_ADD, kF32, operands, -1, shape_, nullptr), LW_ERR_SIZE, "ndim is -1");
  Expect(lw_map(LW_DOT, kF32, operands, 2, shape_, nullptr), LW_ERR_UNSUPPORTED, "lw_call");
  const lw_dtype two[] = {LW_F32, LW_F32};
  Expect(lw_map(LW_SUM, two, operands, 2, shape_, nullptr), LW_ERR_UNSUPPORTED, "lw_reduce");
  lw_call_options options{};
  Expect(lw_map(LW_ADD, kF32, operands, 2, shape_, &options), LW_ERR_SHAPE, "struct_size");
  shape_[0] = -1;
  Expect(Add(x, x, out), LW_ERR_SIZE, "axis 0 of input 0 has negative size -1");
}

TEST_F(MapErrors, EmptyAndScalar) {
  const lw_map_operand nothing{nullptr, strides_};
  shape_[1] = 0;
  EXPECT_EQ(Add(nothing, nothing, nothing), LW_OK);
  float two = 2, three = 3;
  const lw_map_operand operands[] = {{&two, nullptr}, {&three, nullptr}, {out_, strides_}};
  EXPECT_EQ(lw_map(LW_ADD, kF32, operands, 0, nullptr, nullptr), LW_OK) << lw_last_error();
  EXPECT_EQ(out_[0], 5);
  shape_[1] = 8;
  EXPECT_EQ(lw_map(LW_ADD, kF32, operands, 2, shape_, nullptr), LW_OK) << lw_last_error();
  for (int i = 0; i < 32; ++i) EXPECT_EQ(out_[i], 5);
}

}  // namespace
}  // namespace lanewise
