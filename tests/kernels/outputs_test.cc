// Kernels with two outputs, on an operation that the list does not have: the loop, and the engine's
// blocks, overlap rules and checks around it.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#include "dispatch/engine/elementwise.h"
#include "dispatch/engine/elementwise_call.h"
#include "kernels/loops/map-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// x + y and x - y.
struct AddSubtract {
  static constexpr lw_kernel kId = LW_ADD;
  using Signature = Map<Outputs<Elem, Elem>(Elem, Elem)>;
  using Types = Floats;
  static constexpr Ulp kBound{0.5};
  static constexpr Flags kFlags = Flags::kHardware;
};
template <class D, class V>
HWY_INLINE ops::PairOf<D> Body(AddSubtract, D d, V x, V y) {
  return ops::Pair(d, ops::Add(x, y), ops::Sub(x, y));
}

const ElementwiseFn kLoop = LoopOf(Kernel<AddSubtract, float>{});

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

namespace lanewise {
namespace {

const KernelEntry kEntry = [] {
  KernelEntry entry{};
  entry.name = "add_subtract";
  entry.inputs = entry.outputs = 2;
  for (lw_dtype& dtype : entry.dtypes) dtype = LW_F32;
  entry.flags = Flags::kHardware;
  return entry;
}();

// The table of this test's target, with the loop in slot 0.
const Table& TestTable() {
  static const Table table = [] {
    Table made = BuildTable(HWY_STATIC_TARGET);
    made.slots[0].elementwise = HWY_STATIC_NAMESPACE::kLoop;
    made.stream_loops[0] = nullptr;
    made.repeated[0] = nullptr;
    return made;
  }();
  return table;
}

std::vector<float> Numbers(size_t n, float step) {
  std::vector<float> numbers(n);
  for (size_t i = 0; i < n; ++i) numbers[i] = static_cast<float>(i) * step - 3;
  return numbers;
}

TEST(Outputs, OperandsOfTheSignature) {
  using Op = HWY_STATIC_NAMESPACE::AddSubtract;
  static_assert(std::is_same_v<InputsOf<Op, double>, TypeList<double, double>>);
  static_assert(std::is_same_v<OutputsOf<Op, double>, TypeList<double, double>>);
  EXPECT_EQ(kEntry.Operands(), 4);
}

// Contiguous and strided, streamed or not; in place on either input.
TEST(Outputs, EveryWayThatOperandsLie) {
  for (const int64_t n : {1, 3, 17, 1000, 5000}) {
    for (const int64_t step : {1, 2}) {
      for (const int in_place : {-1, 0, 1}) {
        const size_t size = static_cast<size_t>(n * step);
        std::vector<float> x = Numbers(size, 0.5f), y = Numbers(size, 0.25f);
        const std::vector<float> x0 = x, y0 = y;
        std::vector<float> sum(size, -77), difference(size, -77);
        float* to_sum = in_place == 0 ? x.data() : sum.data();
        float* to_difference = in_place == 1 ? y.data() : difference.data();
        const int64_t stride = step * 4;
        const lw_operand operands[] = {
            {x.data(), stride}, {y.data(), stride}, {to_sum, stride}, {to_difference, stride}};
        ASSERT_EQ(CheckOperands(kEntry, operands, n), LW_OK) << lw_last_error();
        EXPECT_TRUE(IsOrderFree(kEntry, operands, n));
        EXPECT_EQ(RunInOrder(TestTable(), kEntry, operands, n), 0u);
        for (size_t i = 0; i < size; i += static_cast<size_t>(step)) {
          ASSERT_EQ(to_sum[i], x0[i] + y0[i]);
          ASSERT_EQ(to_difference[i], x0[i] - y0[i]);
        }
        for (size_t i = 1; i < size && step == 2 && in_place < 0; i += 2) {
          ASSERT_EQ(sum[i], -77);
          ASSERT_EQ(difference[i], -77);
        }
      }
    }
  }
}

TEST(Outputs, StreamedBlocks) {
  constexpr int64_t kCount = 3000;
  const std::vector<float> x = Numbers(kCount, 0.5f), y = Numbers(kCount, 0.25f);
  std::vector<float> sum(kCount), difference(kCount);
  ElementwiseCall call{&TestTable(),
                       &kEntry,
                       {{x.data(), 4}, {y.data(), 4}, {sum.data(), 4}, {difference.data(), 4}}};
  call.stream = true;
  RunRange(call, 0, kCount);
  for (size_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(sum[i], x[i] + y[i]);
    ASSERT_EQ(difference[i], x[i] - y[i]);
  }
}

// An output one element behind an input: each element sees what the one before has written.
TEST(Outputs, OverlapRunsInOrder) {
  std::vector<float> x = {1, 2, 3, 4, 5, 6}, difference(5);
  const lw_operand operands[] = {
      {x.data(), 4}, {x.data() + 1, 4}, {x.data() + 1, 4}, {difference.data(), 4}};
  EXPECT_FALSE(IsOrderFree(kEntry, operands, 5));
  RunInOrder(TestTable(), kEntry, operands, 5);
  EXPECT_EQ(x, (std::vector<float>{1, 3, 6, 10, 15, 21}));
  EXPECT_EQ(difference, (std::vector<float>{-1, 0, 2, 5, 9}));
}

TEST(Outputs, ChecksNameTheOutput) {
  std::vector<float> x(8), out(16);
  const auto check = [&](const void* first, int64_t first_stride, const void* second) {
    const lw_operand operands[] = {
        {x.data(), 4}, {x.data(), 4}, {first, first_stride}, {second, 4}};
    CheckOperands(kEntry, operands, 8);
    return std::string(lw_last_error());
  };
  EXPECT_EQ(check(out.data(), 4, nullptr), "add_subtract: output 1 is null");
  EXPECT_EQ(check(nullptr, 4, out.data()), "add_subtract: output 0 is null");
  EXPECT_EQ(check(out.data(), 4, out.data() + 7), "add_subtract: output 1 overlaps output 0");
  EXPECT_EQ(check(out.data(), 0, out.data() + 8),
            "add_subtract: the stride of output 0, 0 bytes, makes its elements overlap");
  EXPECT_EQ(check(x.data() + 1, 4, out.data() + 8),
            "add_subtract: output 0 overlaps input 0 other than exactly in place");
}

}  // namespace
}  // namespace lanewise
