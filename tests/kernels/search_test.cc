// searchsorted of every dtype against std::lower_bound and std::upper_bound: on every target, over
// strides and axes, with threads; and what it gives if nothing is sorted.

#include "golden_inputs.h"
#include "tests/harness.h"

namespace lanewise {
namespace {

using namespace harness;  // NOLINT

using Places = std::vector<int64_t>;

std::vector<long double> Numbers(lw_dtype dtype, const Bytes& bytes) {
  std::vector<long double> numbers;
  for (size_t at = 0; at < bytes.size(); at += lw_dtype_size(dtype)) {
    if (dtype == LW_BOOL) {
      numbers.push_back(bytes[at] != 0);
      continue;
    }
    Visit(dtype, [&](auto x) {
      std::memcpy(static_cast<void*>(&x), &bytes[at], sizeof(x));
      numbers.push_back(reference::Number(x));
    });
  }
  return numbers;
}

bool IsBelow(long double a, long double b) {
  return a < b || (!std::isnan(a) && std::isnan(b));  // NaN is above all numbers
}

Places Expected(lw_dtype dtype, const Bytes& sorted, const Bytes& values, bool right) {
  const std::vector<long double> a = Numbers(dtype, sorted);
  Places places;
  for (const long double v : Numbers(dtype, values)) {
    const auto place = right ? std::upper_bound(a.begin(), a.end(), v, IsBelow)
                             : std::lower_bound(a.begin(), a.end(), v, IsBelow);
    places.push_back(place - a.begin());
  }
  return places;
}

void Sort(lw_dtype dtype, Bytes& bytes) {
  std::vector<uint8_t> elements(bytes.begin(), bytes.end());
  golden::SortElements(elements, dtype);
  std::copy(elements.begin(), elements.end(), bytes.begin());
}

// n elements; of few different ones, so that many are equal.
Bytes Elements(lw_dtype dtype, uint64_t seed, size_t n, bool few) {
  if (!few) return InterestingBytes(dtype, seed, n);
  const size_t size = lw_dtype_size(dtype);
  const Bytes pool = InterestingBytes(dtype, seed, 9);
  Bytes bytes(n * size);
  reference::Rng random(seed);
  for (size_t i = 0; i < n; ++i) std::memcpy(&bytes[i * size], &pool[random.Below(9) * size], size);
  return bytes;
}

lw_status Search(lw_dtype dtype, const Bytes& sorted, const Bytes& values, bool right,
                 Places& places) {
  const auto size = static_cast<int64_t>(lw_dtype_size(dtype)), step = int64_t{8};
  const int64_t n = static_cast<int64_t>(sorted.size()) / size;
  const int64_t count = static_cast<int64_t>(values.size()) / size;
  places.assign(static_cast<size_t>(count) + 1, -7);
  const lw_view a = {sorted.data(), 1, &n, &size}, v = {values.data(), 1, &count, &size};
  const lw_view out = {places.data(), 1, &count, &step};
  const lw_status status = lw_searchsorted(dtype, &a, &v, right, &out, nullptr);
  EXPECT_EQ(places.back(), -7);
  places.pop_back();
  return status;
}

void CheckSearch(lw_dtype dtype, size_t n, size_t count, bool few, bool sorted_values) {
  Bytes a = Elements(dtype, n + 1, n, few), v = Elements(dtype, n + 1 + count % 2, count, few);
  Sort(dtype, a);
  if (sorted_values) Sort(dtype, v);
  for (const bool right : {false, true}) {
    Places places;
    ASSERT_EQ(Search(dtype, a, v, right, places), LW_OK) << lw_last_error();
    ASSERT_EQ(places, Expected(dtype, a, v, right))
        << lw_dtype_name(dtype) << ", " << count << " in " << n << (right ? ", right" : "")
        << (few ? ", few" : "") << " on " << lw_current_target();
  }
}

TEST(SearchSorted, EveryDtypeLikeTheStandardLibrary) {
  for (const char* target : RunnableTargets()) {
    const TargetScope scope(target);
    for (int dtype = LW_BOOL; dtype <= LW_F64; ++dtype) {
      for (const size_t n : {0, 1, 2, 3, 7, 63, 64, 65, 100, 1000, 4097}) {
        for (const size_t count : {0, 1, 3, 31, 32, 33, 64, 255, 256, 257, 700, 2500}) {
          for (const bool few : {false, true}) {
            CheckSearch(static_cast<lw_dtype>(dtype), n, count, few, count % 2 == 1);
          }
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

// Every value of 8 and 16 bits in an array of all of them.
TEST(SearchSorted, EveryNarrowValue) {
  for (const lw_dtype dtype : {LW_BOOL, LW_I8, LW_U8, LW_I16, LW_U16, LW_F16, LW_BF16}) {
    const size_t size = lw_dtype_size(dtype), n = size_t{1} << (8 * size);
    Bytes all(n * size);
    for (size_t i = 0; i < n; ++i) std::memcpy(&all[i * size], &i, size);
    Bytes sorted = all;
    Sort(dtype, sorted);
    for (const bool right : {false, true}) {
      Places places;
      ASSERT_EQ(Search(dtype, sorted, all, right, places), LW_OK);
      ASSERT_EQ(places, Expected(dtype, sorted, all, right)) << lw_dtype_name(dtype) << right;
    }
  }
}

TEST(SearchSorted, ZerosAndNaNs) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = HUGE_VAL;
  const double a[] = {-inf, -1, -0.0, 0.0, -0.0, 5e-324, inf, nan, -nan};
  const double v[] = {0.0, -0.0, nan, -nan, inf, -inf, -5e-324, 5e-324, 2};
  int64_t left[9], right[9];
  ASSERT_EQ(lw_searchsorted_f64(9, a, 9, v, 0, left), LW_OK);
  ASSERT_EQ(lw_searchsorted_f64(9, a, 9, v, 1, right), LW_OK);
  EXPECT_EQ(Places(left, left + 9), (Places{2, 2, 7, 7, 6, 0, 2, 5, 6}));
  EXPECT_EQ(Places(right, right + 9), (Places{5, 5, 9, 9, 7, 1, 2, 6, 6}));
}

// ---------------------------------------------------------------- where the arrays lie

// Elements at `step` bytes in memory whose ends are unmapped pages.
struct Spread {
  Guarded memory;
  int64_t step;
  char* first;
  Spread(const Bytes& elements, size_t size, int64_t byte_step)
      : memory(elements.size() / size * static_cast<size_t>(std::abs(byte_step)) + size),
        step(byte_step) {
    const auto n = static_cast<int64_t>(elements.size() / size);
    const int64_t span = (n - 1) * step;
    // The last byte is that of the page, or the first is.
    first = step < 0 ? memory.begin() - span : memory.end() - span - static_cast<int64_t>(size);
    for (int64_t i = 0; i < n; ++i) {
      std::memcpy(first + i * step, &elements[static_cast<size_t>(i) * size], size);
    }
  }
};

TEST(SearchSorted, StridesAlignmentAndEndsOfMemory) {
  for (const lw_dtype dtype : {LW_BOOL, LW_I16, LW_BF16, LW_F32, LW_U64, LW_F64}) {
    const auto size = static_cast<int64_t>(lw_dtype_size(dtype));
    for (const size_t length : {1, 2, 100, 1000}) {
      Bytes a = InterestingBytes(dtype, 5, length), v = InterestingBytes(dtype, 6, 1100);
      Sort(dtype, a);
      const Places expected = Expected(dtype, a, v, true);
      for (const int64_t step : {size, -size, 2 * size, -3 * size, size + 1, -size - 1}) {
        const Spread sorted(a, static_cast<size_t>(size), step);
        const Spread values(v, static_cast<size_t>(size), -step);
        for (const int64_t out_step : {8, -8, 24, 9}) {
          const Spread out(Bytes(1100 * 8, kSentinel), 8, out_step);
          const auto n = static_cast<int64_t>(length);
          const int64_t count = 1100, back = -step;
          const lw_view views[] = {{sorted.first, 1, &n, &step},
                                   {values.first, 1, &count, &back},
                                   {out.first, 1, &count, &out_step}};
          ASSERT_EQ(lw_searchsorted(dtype, &views[0], &views[1], 1, &views[2], nullptr), LW_OK);
          for (int64_t i = 0; i < count; ++i) {
            int64_t place;
            std::memcpy(&place, out.first + i * out_step, 8);
            ASSERT_EQ(place, expected[static_cast<size_t>(i)])
                << lw_dtype_name(dtype) << " step " << step << ", " << out_step << " at " << i;
          }
        }
      }
    }
  }
}

// Values of three axes in any order of memory, some of them repeated; one array for all.
TEST(SearchSorted, SeveralAxes) {
  Bytes a = InterestingBytes(LW_F32, 1, 500);
  const Bytes v = InterestingBytes(LW_F32, 2, 3000);
  Sort(LW_F32, a);
  const int64_t n = 500, step = 4, shape[] = {10, 15, 20};
  const int64_t strides[][3] = {
      {1200, 80, 4}, {4, 40, 600}, {80, 800, 4}, {0, 80, 4}, {600, 40, 0}};
  const int64_t out_strides[][3] = {{2400, 160, 8}, {8, 80, 1200}};
  const lw_view sorted = {a.data(), 1, &n, &step};
  for (const auto& from : strides) {
    for (const auto& to : out_strides) {
      Places places(3000, -7);
      const lw_view values = {v.data(), 3, shape, from}, out = {places.data(), 3, shape, to};
      lw_call_options options = {sizeof(options), 0, 0, 0, 0, 0};
      ASSERT_EQ(lw_searchsorted(LW_F32, &sorted, &values, 0, &out, &options), LW_OK);
      EXPECT_EQ(options.result_count, 3000);
      EXPECT_EQ(options.first_bad_index, -1);
      for (int64_t i = 0; i < 3000; ++i) {
        const int64_t x = i / 300, y = i / 20 % 15, z = i % 20;
        const char* value = &v[static_cast<size_t>(x * from[0] + y * from[1] + z * from[2])];
        const int64_t place = places[static_cast<size_t>(x * to[0] + y * to[1] + z * to[2]) / 8];
        ASSERT_EQ(place, Expected(LW_F32, a, Bytes(value, value + 4), false)[0]) << i;
      }
    }
  }
  // No axis at all.
  int64_t place = -7;
  const lw_view one = {v.data(), 0, nullptr, nullptr}, out = {&place, 0, nullptr, nullptr};
  ASSERT_EQ(lw_searchsorted(LW_F32, &sorted, &one, 0, &out, nullptr), LW_OK);
  EXPECT_EQ(place, Expected(LW_F32, a, Bytes(v.begin(), v.begin() + 4), false)[0]);
}

// ---------------------------------------------------------------- nothing sorted; threads

// Any index, but the same on every target, over any number of threads and order of memory.
TEST(SearchSorted, UnsortedGivesIndicesAllTheSame) {
  for (int d = LW_BOOL; d <= LW_F64; ++d) {
    const auto dtype = static_cast<lw_dtype>(d);
    const auto size = static_cast<int64_t>(lw_dtype_size(dtype));
    const int64_t n = 777, rows = 3, columns = 10000, count = rows * columns;
    const Bytes a = InterestingBytes(dtype, 3, static_cast<size_t>(n));
    const Bytes v = InterestingBytes(dtype, 4, static_cast<size_t>(count));
    Bytes turned(v.size());  // columns first
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(&turned[static_cast<size_t>((i % columns * rows + i / columns) * size)],
                  &v[static_cast<size_t>(i * size)], static_cast<size_t>(size));
    }
    const Spread guarded(a, static_cast<size_t>(size), size);
    Places first;
    for (const char* target : RunnableTargets()) {
      const TargetScope scope(target);
      for (const int32_t threads : {1, 4}) {
        const ThreadScope limit(threads);
        Places places;
        const int64_t shape[] = {rows, columns}, strides[] = {size, rows * size};
        const int64_t out_strides[] = {columns * 8, 8};
        ASSERT_EQ(Search(dtype, a, v, true, places), LW_OK);
        for (const int64_t place : places) ASSERT_TRUE(place >= 0 && place <= n) << place;
        if (first.empty()) first = places;
        ASSERT_EQ(places, first) << lw_dtype_name(dtype) << " on " << target << ", " << threads;
        const lw_view sorted = {guarded.first, 1, &n, &size};
        const lw_view values = {turned.data(), 2, shape, strides};
        const lw_view out = {places.data(), 2, shape, out_strides};
        places.assign(places.size(), -7);
        ASSERT_EQ(lw_searchsorted(dtype, &sorted, &values, 1, &out, nullptr), LW_OK);
        ASSERT_EQ(places, first) << lw_dtype_name(dtype) << ", by columns";
      }
    }
  }
}

TEST(SearchSortedThreads, ThreadsChangeNothing) {
  for (const lw_dtype dtype : {LW_U8, LW_F16, LW_I32, LW_F64}) {
    for (const int32_t threads : {1, 2, 5}) {
      const ThreadScope scope(threads);
      CheckSearch(dtype, 5000, static_cast<size_t>(kThreadSearches) + 5077, false, false);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace lanewise
