// Launch geometry against walking every element.

#include "gpu/device/geometry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

using namespace lanewise;       // NOLINT
using namespace lanewise::gpu;  // NOLINT

using Visit = std::vector<int64_t>;  // byte offset of each operand

// All elements of some axes in C order.
std::vector<Visit> Walk(int ndim, const int64_t* size, const int64_t* const* strides, int operands,
                        const int64_t* offset) {
  std::vector<Visit> visits;
  std::vector<int64_t> index(static_cast<size_t>(ndim), 0);
  for (int i = 0; i < ndim; ++i) {
    if (size[i] == 0) return visits;
  }
  for (;;) {
    Visit visit;
    for (int k = 0; k < operands; ++k) {
      int64_t at = offset ? offset[k] : 0;
      for (int i = 0; i < ndim; ++i)
        at += strides[k] ? index[static_cast<size_t>(i)] * strides[k][i] : 0;
      visit.push_back(at);
    }
    visits.push_back(visit);
    int axis = ndim - 1;
    for (; axis >= 0 && ++index[static_cast<size_t>(axis)] == size[axis]; --axis)
      index[static_cast<size_t>(axis)] = 0;
    if (axis < 0) return visits;
  }
}

std::vector<Visit> Walk(const Geometry& g) {
  const int64_t* strides[LW_MAX_OPERANDS];
  for (int k = 0; k < g.operands; ++k) strides[k] = g.stride[k];
  return Walk(g.ndim, g.size, strides, g.operands, g.offset);
}

struct Case {
  int ndim, operands;
  int64_t shape[LW_MAX_NDIM];
  int64_t stride[LW_MAX_OPERANDS][LW_MAX_NDIM];
  const int64_t* strides[LW_MAX_OPERANDS];
};

Case RandomCase(std::mt19937& random) {
  Case c{};
  c.ndim = static_cast<int>(random() % 6);
  c.operands = 1 + static_cast<int>(random() % LW_MAX_OPERANDS);
  for (int i = 0; i < c.ndim; ++i) c.shape[i] = random() % 12 == 0 ? 0 : 1 + random() % 4;
  for (int k = 0; k < c.operands; ++k) {
    // Dense in some order of axes, some flipped, repeated or padded.
    std::vector<int> order(static_cast<size_t>(c.ndim));
    for (int i = 0; i < c.ndim; ++i) order[static_cast<size_t>(i)] = i;
    if (random() % 2) std::shuffle(order.begin(), order.end(), random);
    int64_t step = int64_t{1} << random() % 4;
    for (int i = c.ndim - 1; i >= 0; --i) {
      const int axis = order[static_cast<size_t>(i)];
      c.stride[k][axis] = random() % 5 == 0 ? -step : random() % 8 == 0 ? 0 : step;
      step *= std::max<int64_t>(c.shape[axis], 1);
      if (random() % 6 == 0) step += 8;
    }
    c.strides[k] = random() % 10 == 0 ? nullptr : c.stride[k];
  }
  return c;
}

TEST(Geometry, VisitsWhatTheAxesDescribe) {
  std::mt19937 random(1);
  int joined = 0;
  for (int round = 0; round < 20000; ++round) {
    const Case c = RandomCase(random);
    const int leader = static_cast<int>(random() % static_cast<unsigned>(c.operands));
    const Order order = random() % 2 ? Order::kAny : Order::kLogical;
    const Geometry g = Collapse(c.ndim, c.shape, kAllAxes, c.strides, c.operands, leader, order);
    ASSERT_GE(g.ndim, 1);
    std::vector<Visit> expected = Walk(c.ndim, c.shape, c.strides, c.operands, nullptr);
    std::vector<Visit> visited = Walk(g);
    ASSERT_EQ(g.Count(), static_cast<int64_t>(expected.size()));
    if (order == Order::kAny) {
      std::sort(expected.begin(), expected.end());
      std::sort(visited.begin(), visited.end());
    }
    ASSERT_EQ(visited, expected) << "round " << round;
    joined += g.ndim < c.ndim;
    for (int i = 0; i < g.ndim && order == Order::kAny && g.Count() > 0; ++i) {
      ASSERT_GE(g.stride[leader][i], 0);
      // Leading strides fall, repeated axes first.
      if (i > 0 && g.stride[leader][i - 1] != 0) {
        ASSERT_NE(g.stride[leader][i], 0);
        ASSERT_GE(g.stride[leader][i - 1], g.stride[leader][i]);
      }
    }
  }
  EXPECT_GT(joined, 5000);
}

TEST(Geometry, SomeAxesOnly) {
  std::mt19937 random(2);
  for (int round = 0; round < 5000; ++round) {
    const Case c = RandomCase(random);
    const uint64_t mask = random() % 64;
    Case part{};
    for (int i = 0; i < c.ndim; ++i) {
      if (!(mask >> i & 1)) continue;
      part.shape[part.ndim] = c.shape[i];
      for (int k = 0; k < c.operands; ++k) part.stride[k][part.ndim] = c.stride[k][i];
      ++part.ndim;
    }
    for (int k = 0; k < c.operands; ++k) part.strides[k] = c.strides[k] ? part.stride[k] : nullptr;
    const Geometry g = Collapse(c.ndim, c.shape, mask, c.strides, c.operands, 0, Order::kLogical);
    ASSERT_EQ(Walk(g), Walk(part.ndim, part.shape, part.strides, c.operands, nullptr));
  }
}

// What array libraries make becomes one axis.
TEST(Geometry, DenseArraysAreOneAxis) {
  const int64_t shape[] = {3, 1, 4, 5};
  const int64_t c_order[] = {80, 77, 20, 4}, f_order[] = {4, 12, 12, 48},
                reversed[] = {-80, 0, -20, -4};
  for (const int64_t* stride : {c_order, f_order, reversed}) {
    const int64_t* strides[] = {stride, nullptr, stride};
    const Geometry g = Collapse(4, shape, kAllAxes, strides, 3, 2, Order::kAny);
    ASSERT_EQ(g.ndim, 1);
    EXPECT_EQ(g.size[0], 60);
    EXPECT_EQ(AccessOf(g, 0, 4), Access::kContiguous);
    EXPECT_EQ(AccessOf(g, 1, 4), Access::kRepeated);
    EXPECT_EQ(AccessOf(g, 2, 4), Access::kContiguous);
    EXPECT_EQ(g.offset[0], stride == reversed ? -(2 * 80 + 3 * 20 + 4 * 4) : 0);
  }
  // A Fortran-order input of a C-order output keeps two axes and is not contiguous.
  const int64_t* mixed[] = {f_order, c_order};
  const Geometry g = Collapse(4, shape, kAllAxes, mixed, 2, 1, Order::kAny);
  EXPECT_EQ(g.ndim, 3);
  EXPECT_EQ(AccessOf(g, 0, 4), Access::kStrided);
  // In logical order a Fortran-order sequence cannot be joined.
  const int64_t* one[] = {f_order};
  EXPECT_EQ(Collapse(4, shape, kAllAxes, one, 1, 0, Order::kLogical).ndim, 3);
}

TEST(Geometry, ScalarsAndEmptyArrays) {
  const Geometry scalar = Collapse(0, nullptr, kAllAxes, nullptr, 0, 0, Order::kLogical);
  EXPECT_EQ(scalar.ndim, 1);
  EXPECT_EQ(scalar.Count(), 1);
  const int64_t shape[] = {INT64_MAX, 0, INT64_MAX}, stride[] = {8, 8, 8};
  const int64_t* strides[] = {stride};
  EXPECT_EQ(Collapse(3, shape, kAllAxes, strides, 1, 0, Order::kAny).Count(), 0);
  const int64_t ones[] = {1, 1}, wild[] = {INT64_MIN, INT64_MAX};
  strides[0] = wild;
  const Geometry g = Collapse(2, ones, kAllAxes, strides, 1, 0, Order::kAny);
  EXPECT_EQ(g.Count(), 1);
  EXPECT_EQ(AccessOf(g, 0, 8), Access::kContiguous);
}

TEST(Geometry, Blocks) {
  EXPECT_EQ(BlocksFor(1, 256), 1);
  EXPECT_EQ(BlocksFor(256, 256), 1);
  EXPECT_EQ(BlocksFor(257, 256), 2);
  EXPECT_EQ(BlocksFor(int64_t{1} << 40, 256), kMaxBlocks);
  EXPECT_EQ(BlocksFor(INT64_MAX, 1), kMaxBlocks);
}

TEST(Geometry, DividerIsExact) {
  std::mt19937 random(3);
  constexpr uint32_t kLast = (uint32_t{1} << 31) - 1;
  std::vector<uint32_t> divisors = {1, 2, 3, 5, 7, 10, 641, 65535, 65536, 65537, kLast - 1, kLast};
  for (int i = 0; i < 31; ++i) divisors.push_back(uint32_t{1} << i);
  for (int i = 0; i < 2000; ++i)
    divisors.push_back((1 + (random() & kLast) % kLast) >> random() % 31);
  for (uint32_t d : divisors) {
    d = std::max<uint32_t>(d, 1);
    const Divider divider(d);
    std::vector<uint32_t> numbers = {0,         1,     d - 1,         d,
                                     kLast - 1, kLast, kLast / d * d, kLast / d * d - 1};
    for (int i = 0; i < 200; ++i) numbers.push_back(random() & kLast);
    for (const uint32_t x : numbers) {
      if (x > kLast) continue;
      ASSERT_EQ(divider.Quotient(x), x / d) << x << " / " << d;
      ASSERT_EQ(divider.Remainder(x), x % d) << x << " % " << d;
    }
  }
  static_assert(Divider(7).Quotient(100) == 14 && Divider(7).Remainder(100) == 2);
}

}  // namespace
