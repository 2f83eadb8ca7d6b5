// Reductions of views of any shape, memory order and strides, over any axes.

#include "reduce_reference.h"

namespace lanewise {
namespace {

// A random view: shape, memory order, gaps and signs of strides.
struct RandomView {
  int ndim;
  int64_t shape[4], stride[4];
  size_t elements = 1;  // of the buffer
  size_t first = 0;     // index of the view's first element

  RandomView(std::mt19937& random, size_t element_size, const int64_t* max_size) {
    ndim = static_cast<int>(random() % 5);
    int order[4] = {0, 1, 2, 3};
    std::shuffle(order, order + ndim, random);
    for (int k = 0; k < ndim; ++k) {
      const int axis = order[k];
      shape[axis] = static_cast<int64_t>(random() % static_cast<uint64_t>(max_size[k])) + 1;
      if (random() % 40 == 0) shape[axis] = 0;
      const int64_t gap = random() % 4 == 0 ? 2 : 1;
      const int64_t step = static_cast<int64_t>(elements) * gap;
      if (random() % 12 == 0) {
        stride[axis] = 0;
      } else {
        const bool negative = random() % 4 == 0;
        const size_t extent = static_cast<size_t>(step * std::max<int64_t>(shape[axis] - 1, 0));
        stride[axis] = (negative ? -step : step) * static_cast<int64_t>(element_size);
        if (negative) first += extent;
        elements += extent;
      }
    }
  }
};

// Calls fn(offset) for each index of the given axes in C order.
template <class Fn>
void ForEach(const std::vector<int64_t>& shape, const std::vector<int64_t>& stride, const Fn& fn,
             size_t axis = 0, int64_t offset = 0) {
  if (axis == shape.size()) return fn(offset);
  for (int64_t i = 0; i < shape[axis]; ++i) {
    ForEach(shape, stride, fn, axis + 1, offset + i * stride[axis]);
  }
}

template <class Op, class T>
void CheckView(const std::vector<Table>& tables, std::mt19937& random, const int64_t* max_size) {
  using R = typename Op::template Result<T>;
  const RandomView v(random, sizeof(T), max_size);
  const uint64_t mask = random() % (1u << v.ndim);
  const int kind = static_cast<int>(random() % kKinds);
  const std::vector<T> x = Values<T>(v.elements, random(), kind);
  const char* base = reinterpret_cast<const char*>(x.data() + v.first);
  std::vector<int64_t> kept, kept_stride, reduced, reduced_stride, out_stride;
  int64_t n = 1, outputs = 1;
  for (int i = 0; i < v.ndim; ++i) {
    const bool is_reduced = mask >> i & 1;
    (is_reduced ? reduced : kept).push_back(v.shape[i]);
    (is_reduced ? reduced_stride : kept_stride).push_back(v.stride[i]);
    (is_reduced ? n : outputs) *= v.shape[i];
  }
  if (n == 0 && Entry<Op, T>().needs_element) return;  // the caller's error
  // The output in C or Fortran order, with a gap now and then.
  out_stride.resize(kept.size());
  int64_t step = static_cast<int64_t>(sizeof(R)) * (random() % 3 == 0 ? 2 : 1);
  const int64_t gap = step;
  const bool fortran = random() % 2;
  for (size_t k = 0; k < kept.size(); ++k) {
    const size_t axis = fortran ? k : kept.size() - 1 - k;
    out_stride[axis] = step;
    step *= kept[axis];
  }
  const double ddof = static_cast<double>(random() % 2);
  const lw_view in{base, v.ndim, v.shape, v.stride};
  for (const Table& table : tables) {
    std::vector<char> out(static_cast<size_t>(outputs * gap) + 8, 'g');
    const lw_view out_view{out.data(), static_cast<int32_t>(kept.size()), kept.data(),
                           out_stride.data()};
    ReduceView(table, Entry<Op, T>(), in, mask, out_view, ddof);
    std::vector<int64_t> places;
    ForEach(kept, out_stride, [&](int64_t offset) { places.push_back(offset); });
    size_t next = 0;
    ForEach(kept, kept_stride, [&](int64_t at) {
      std::vector<T> slice;
      ForEach(reduced, reduced_stride, [&](int64_t offset) {
        slice.push_back(*reinterpret_cast<const T*>(base + at + offset));
      });
      R got;
      std::memcpy(&got, out.data() + places[next++], sizeof(R));
      const R want = RefReduce<Op, T>(slice, slice, ddof);
      ASSERT_TRUE(SameBits(got, want))
          << Op::kName << sizeof(T) << " target " << table.target << " ndim " << v.ndim << " mask "
          << mask << " n " << slice.size() << ": " << Shown(got) << " " << Shown(want);
    });
    if (testing::Test::HasFatalFailure()) return;
    EXPECT_EQ(std::string(out.end() - 8, out.end()), "gggggggg");
  }
}

template <class Op, class T>
void CheckViewsOf(const std::vector<Table>& tables, std::mt19937& random) {
  constexpr int64_t kShapes[][4] = {
      {5, 6, 4, 3}, {40, 3, 90, 2}, {3, 5000, 2, 2}, {600, 40, 2, 1}, {20, 20, 20, 4}};
  if constexpr (!std::is_same_v<T, bool>) {
    for (int round = 0; round < (std::is_floating_point_v<T> ? 60 : 20); ++round) {
      for (const auto& shape : kShapes) CheckView<Op, T>(tables, random, shape);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

template <class Op, class... Ts>
void CheckViews(TypeList<Ts...>) {
  const std::vector<Table> tables = Tables();
  std::mt19937 random(static_cast<unsigned>(Op::kId));
  (CheckViewsOf<Op, Ts>(tables, random), ...);
}

TEST(ReduceView, Sum) { CheckViews<Sum>(Sum::Types{}); }
TEST(ReduceView, Mean) { CheckViews<Mean>(Mean::Types{}); }
TEST(ReduceView, Var) { CheckViews<Var>(Var::Types{}); }
TEST(ReduceView, Prod) { CheckViews<Prod>(Prod::Types{}); }
TEST(ReduceView, Min) { CheckViews<Min>(Min::Types{}); }
TEST(ReduceView, Max) { CheckViews<Max>(Max::Types{}); }
TEST(ReduceView, ArgMax) { CheckViews<ArgMax>(ArgMax::Types{}); }

// Every byte but 0 is true: as the same reduction of u8, of bytes that are 0 or 1.
template <class Op>
void CheckBooleans() {
  using R = typename Op::template Result<bool>;
  using R8 = typename Op::template Result<uint8_t>;
  const int64_t stride = 1, result_stride = sizeof(R), byte_stride = sizeof(R8);
  for (const Table& table : Tables()) {
    for (const int64_t n : {1, 5, 33, 64, 200, 1100, 5000}) {
      for (const int64_t columns : {1, 3, 40}) {
        std::mt19937 random(static_cast<unsigned>(n * columns));
        const unsigned rare = random() % 2 ? 2 : 997;
        std::vector<uint8_t> bytes(static_cast<size_t>(n * columns)), ones;
        for (uint8_t& b : bytes) b = random() % rare ? 0 : static_cast<uint8_t>(random() | 1u);
        for (const uint8_t b : bytes) ones.push_back(b != 0);
        const int64_t shape[] = {n, columns}, strides[] = {columns, stride};
        std::vector<char> got(static_cast<size_t>(columns) * sizeof(R));
        std::vector<R8> want(static_cast<size_t>(columns));
        const lw_view out{got.data(), 1, &columns, &result_stride};
        const lw_view out8{want.data(), 1, &columns, &byte_stride};
        ReduceView(table, Entry<Op, bool>(), {bytes.data(), 2, shape, strides}, 1, out, 0);
        ReduceView(table, Entry<Op, uint8_t>(), {ones.data(), 2, shape, strides}, 1, out8, 0);
        for (size_t j = 0; j < want.size(); ++j) {
          const R expected = static_cast<R>(want[j]);
          EXPECT_EQ(std::memcmp(&got[j * sizeof(R)], &expected, sizeof(R)), 0)
              << Op::kName << " n " << n << " columns " << columns << " at " << j;
        }
      }
    }
  }
}

TEST(ReduceView, Booleans) {
  CheckBooleans<Sum>();
  CheckBooleans<Mean>();
  CheckBooleans<Var>();
  CheckBooleans<Prod>();
  CheckBooleans<Min>();
  CheckBooleans<Max>();
  CheckBooleans<ArgMax>();
}

}  // namespace
}  // namespace lanewise
