// Which views share bytes, against marking every byte.

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "dispatch/engine/overlap.h"

namespace {

struct View {
  std::vector<int64_t> shape, strides;
  int64_t offset = 0;
  size_t size = 4;
};

char* const kBase = reinterpret_cast<char*>(intptr_t{1} << 40);

lw_view ViewOf(const View& v) {
  return {kBase + v.offset, static_cast<int32_t>(v.shape.size()), v.shape.data(), v.strides.data()};
}

std::set<int64_t> Bytes(const View& v) {
  std::set<int64_t> first = {v.offset};
  for (size_t i = 0; i < v.shape.size(); ++i) {
    std::set<int64_t> next;
    for (const int64_t at : first) {
      for (int64_t k = 0; k < v.shape[i]; ++k) next.insert(at + k * v.strides[i]);
    }
    first = next;
  }
  std::set<int64_t> bytes;
  for (const int64_t at : first) {
    for (size_t b = 0; b < v.size; ++b) bytes.insert(at + static_cast<int64_t>(b));
  }
  return bytes;
}

bool Share(const View& a, const View& b) {
  return lanewise::ViewsShareBytes(ViewOf(a), a.size, ViewOf(b), b.size);
}

TEST(Overlap, SmallViewsOfAnyKind) {
  std::mt19937 random(5);
  int shared = 0;
  for (int round = 0; round < 20000; ++round) {
    View v[2];
    for (View& view : v) {
      const size_t ndim = random() % 4;
      view.size = size_t{1} << random() % 4;
      view.offset = static_cast<int64_t>(random() % 160);
      for (size_t i = 0; i < ndim; ++i) {
        view.shape.push_back(1 + static_cast<int64_t>(random() % 4));
        view.strides.push_back(static_cast<int64_t>(random() % 100) - 50);
      }
      // Often both are slices of one parent.
      if (&view == &v[1] && random() % 2) {
        view.shape = v[0].shape;
        view.strides = v[0].strides;
      }
    }
    const std::set<int64_t> a = Bytes(v[0]), b = Bytes(v[1]);
    bool expected = false;
    for (const int64_t byte : a) expected |= b.count(byte) != 0;
    ASSERT_EQ(Share(v[0], v[1]), expected) << "round " << round;
    ASSERT_EQ(Share(v[1], v[0]), expected) << "round " << round;
    shared += expected;
  }
  EXPECT_GT(shared, 2000);
  EXPECT_LT(shared, 18000);
}

TEST(Overlap, LargeSlicesOfOneArray) {
  // a[:, 0:500] and a[:, 500:1000] of 1000000 x 1000 f64.
  View left{{1000000, 500}, {8000, 8}, 0, 8}, right{{1000000, 500}, {8000, 8}, 4000, 8};
  EXPECT_FALSE(Share(left, right));
  right.offset -= 8;
  EXPECT_TRUE(Share(left, right));
  // Even and odd columns; rows forwards and backwards.
  View even{{1000000, 500}, {8000, 16}, 0, 8},
      odd{{1000000, 500}, {-8000, 16}, int64_t{999999} * 8000 + 8, 8};
  EXPECT_FALSE(Share(even, odd));
  odd.offset += 8;
  EXPECT_TRUE(Share(even, odd));
  // An array and its transpose.
  EXPECT_TRUE(Share({{1000, 1000}, {8000, 8}, 0, 8}, {{1000, 1000}, {8, 8000}, 0, 8}));
  // Interleaved complex numbers.
  EXPECT_FALSE(Share({{1 << 30}, {8}, 0, 4}, {{1 << 30}, {8}, 4, 4}));
}

// Operands of one axis, exact at any length: 3 and 2 elements apart they meet at every sixth.
TEST(Overlap, LongOperands) {
  constexpr int64_t kCount = int64_t{1} << 40;
  const auto share = [](int64_t a_stride, int64_t b_offset, int64_t b_stride, size_t size) {
    return lanewise::SharesBytes({kBase, a_stride}, size, {kBase + b_offset, b_stride}, size,
                                 kCount);
  };
  EXPECT_TRUE(share(24, 8, 16, 8));
  EXPECT_FALSE(share(48, 8, 16, 8));
  EXPECT_TRUE(share(48, 9, 16, 8));
  EXPECT_FALSE(share(48, 12, 32, 4));
  EXPECT_FALSE(share(48, kCount * 48 - 40, -16, 8));
  EXPECT_TRUE(share(48, kCount * 48 - 48, -16, 8));
  EXPECT_TRUE(share(8, 0, 0, 8));
  EXPECT_FALSE(share(16, 8, 0, 8));
  // The same as views with another axis around them.
  const View a{{3, 1 << 20}, {int64_t{1} << 40, 48}, 0, 8};
  EXPECT_FALSE(Share(a, {{3, 1 << 20}, {int64_t{1} << 40, 32}, 8, 8}));
  EXPECT_TRUE(Share(a, {{3, 1 << 20}, {int64_t{1} << 40, 32}, 16, 8}));
}

}  // namespace
