// searchsorted: binary searches without branches, many at a time so that their cache misses
// overlap. One code for all targets; what gathers would gain is in docs/benchmarks.md.

#include "kernels/sort/searchsorted.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/list/families.h"
#include "kernels/list/table.h"

namespace lanewise {
namespace {

// Elements are compared as signed integers of their size: a is below v where the bits of a, some of
// them flipped, are below v's key. Which are flipped follows from the key.
template <class T>
using KeyOf = std::make_signed_t<UnsignedAs<T>>;
template <class S>
constexpr S kLowest = std::numeric_limits<S>::min();
template <class S>
constexpr S kHighest = std::numeric_limits<S>::max();

template <class T>
constexpr KeyOf<T> FlippedBits([[maybe_unused]] KeyOf<T> key) {
  using S = KeyOf<T>;
  // The larger the bits of a negative float, the smaller it is.
  if constexpr (kIsFloat<T>) return key < 0 ? kHighest<S> : S{0};
  return std::is_unsigned_v<T> ? kLowest<S> : S{0};
}

// Bits without the sign, of a float.
template <class T>
constexpr bool IsNaN(KeyOf<T> bits) {
  constexpr KeyOf<T> kMagnitude = kHighest<KeyOf<T>>;
  constexpr int kFractionBits = kInfo<T>.digits - 1;
  constexpr auto kInfinityBits =
      static_cast<KeyOf<T>>(kMagnitude >> kFractionBits << kFractionBits);
  return kIsFloat<T> && (bits & kMagnitude) > kInfinityBits;
}

// What is searched for: the first element that is not below the key.
template <class T>
struct Wanted {
  KeyOf<T> key;
  bool last;  // it belongs behind all numbers: nothing is searched for
};
template <class T>
inline Wanted<T> WantedFor(KeyOf<T> bits, bool right) {
  using S = KeyOf<T>;
  if (IsNaN<T>(bits)) return {0, true};
  // Either zero stands for both, which are on the same side of it.
  if (kIsFloat<T> && (bits & kHighest<S>) == 0) bits = right ? S{0} : kLowest<S>;
  const S key = static_cast<S>(bits ^ FlippedBits<T>(kIsFloat<T> ? bits : S{0}));
  if (!right) return {key, false};
  if (key == kHighest<S>) return {0, true};
  return {static_cast<S>(key + 1), false};
}

template <class S>
inline S Load(const char* at) {
  S bits;
  std::memcpy(&bits, at, sizeof(bits));  // elements may lie anywhere
  return bits;
}

// How many searches run side by side: more than a core has loads in flight. f64 on an Intel Xeon
// (Sapphire Rapids), ns a value for 64k of them in 1k and 1M in 1M elements: 4 side by side 12 and
// 98, 8: 9.8 and 62, 16: 11.5 and 47, 32: 10.3 and 44.
constexpr size_t kWidth = 32;
// Values whose smallest and largest are looked up first: all others lie between. Ascending ones are
// also bounded by every kWidth-th of them. That spares most steps where values are near each other.
constexpr size_t kGroup = 256;
constexpr size_t kChunks = kGroup / kWidth;
// Elements from which that is worth it.
constexpr int64_t kNarrowFrom = 64;

template <class S>
struct Group {
  size_t count = 0;
  S keys[kGroup];
  S flipped[kGroup];
  // The smallest and the largest key; if the keys ascend those at chunk borders, and the last.
  bool ascending = true;
  S ends[kChunks + 1];
  S ends_flipped[kChunks + 1];
};

// Of each of `count` keys the first place from `low` to `high` whose element is not below it, or
// high. All are read between low and high, sorted or not.
template <class S>
inline void LowerBounds(const char* data, int64_t stride, int64_t low, int64_t high, const S* keys,
                        const S* flipped, size_t count, int64_t* __restrict places) {
  for (size_t k = 0; k < count; ++k) places[k] = low;
  for (int64_t length = high - low; length > 0;) {
    const int64_t half = length - length / 2;
    const char* middle = data + (half - 1) * stride;
#pragma GCC unroll 4
    for (size_t k = 0; k < count; ++k) {
      const S bits = Load<S>(middle + places[k] * stride);
      const bool below = static_cast<S>(bits ^ flipped[k]) < keys[k];
      places[k] += half & -int64_t{below};
    }
    length -= half;
  }
}

template <class S>
__attribute__((noinline)) void SearchGroup(const char* data, int64_t stride, int64_t n,
                                           const Group<S>& group, int64_t* places) {
  const size_t chunks = (group.count + kWidth - 1) / kWidth;
  const bool narrow = chunks > 1 && n >= kNarrowFrom, ascending = narrow && group.ascending;
  int64_t ends[kChunks + 1] = {0, n};
  if (narrow) {
    LowerBounds(data, stride, 0, n, group.ends, group.ends_flipped, ascending ? chunks + 1 : 2,
                ends);
  }
  for (size_t chunk = 0; chunk < chunks; ++chunk) {
    const size_t first = chunk * kWidth;
    const int64_t low = ends[ascending ? chunk : 0];
    // Not at least low as a matter of course, if nothing is sorted.
    const int64_t high = std::max(low, ends[ascending ? chunk + 1 : 1]);
    LowerBounds(data, stride, low, high, group.keys + first, group.flipped + first,
                std::min(kWidth, group.count - first), places + first);
  }
}

// Elements in front of the NaNs, which come last.
template <class T>
int64_t CountNumbers(const char* data, int64_t stride, int64_t n) {
  using S = KeyOf<T>;
  if (!kIsFloat<T> || n == 0 || !IsNaN<T>(Load<S>(data + (n - 1) * stride))) return n;
  int64_t place = 0;
  for (int64_t length = n; length > 0;) {
    const int64_t half = length - length / 2;
    if (!IsNaN<T>(Load<S>(data + (place + half - 1) * stride))) place += half;
    length -= half;
  }
  return place;
}

// The keys of `count` values; whether any belongs behind all numbers.
template <class T>
bool FillGroup(const char* values, size_t count, bool right, Group<KeyOf<T>>& group) {
  using S = KeyOf<T>;
  S lowest = kHighest<S>, highest = kLowest<S>;
  bool ascending = true, any_last = false;
  for (size_t i = 0; i < count; ++i) {
    const auto [key, last] = WantedFor<T>(Load<S>(values + i * sizeof(S)), right);
    group.keys[i] = key;
    group.flipped[i] = FlippedBits<T>(key);
    ascending &= key >= highest && !last;
    lowest = last ? lowest : std::min(lowest, key);
    highest = last ? highest : std::max(highest, key);
    any_last |= last;
  }
  group.count = count;
  group.ascending = ascending;
  size_t ends = 0;
  for (size_t i = 0; ascending && i < count; i += kWidth) group.ends[ends++] = group.keys[i];
  if (!ascending) group.ends[ends++] = lowest;
  group.ends[ends] = highest;
  for (size_t i = 0; i <= ends; ++i) group.ends_flipped[i] = FlippedBits<T>(group.ends[i]);
  return any_last;
}

template <class T>
void SearchLoop(const SortedElements& sorted, const void* values, size_t count, bool right,
                int64_t* places) {
  using S = KeyOf<T>;
  const char* data = static_cast<const char*>(sorted.data);
  const int64_t numbers = CountNumbers<T>(data, sorted.stride_bytes, sorted.n);
  const char* from = static_cast<const char*>(values);
  Group<S> group;
  for (size_t done = 0; done < count; done += kGroup) {
    const bool any_last =
        FillGroup<T>(from + done * sizeof(S), std::min(kGroup, count - done), right, group);
    SearchGroup<S>(data, sorted.stride_bytes, numbers, group, places + done);
    for (size_t i = 0; any_last && i < group.count; ++i) {
      const bool last = WantedFor<T>(Load<S>(from + (done + i) * sizeof(S)), right).last;
      if (last) places[done + i] = right ? sorted.n : numbers;
    }
  }
}

// Two values have two places, found once. Any other byte than 0 is true.
template <>
void SearchLoop<bool>(const SortedElements& sorted, const void* values, size_t count, bool right,
                      int64_t* places) {
  const int8_t flipped = FlippedBits<uint8_t>(0), key = static_cast<int8_t>(1 ^ flipped);
  int64_t first_true;
  LowerBounds(static_cast<const char*>(sorted.data), sorted.stride_bytes, 0, sorted.n, &key,
              &flipped, 1, &first_true);
  const int64_t of_false = right ? first_true : 0, of_true = right ? sorted.n : first_true;
  const auto* bytes = static_cast<const uint8_t*>(values);
  for (size_t i = 0; i < count; ++i) places[i] = bytes[i] != 0 ? of_true : of_false;
}

template <class... Ts>
void FillSearch(Table& table, TypeList<Ts...>) {
  Slot* slot = table.slots.data() + FirstSlot(SearchSorted::kId);
  ((slot++->search = &SearchLoop<Ts>), ...);
}

}  // namespace

void FillSorting(int64_t, Table& table) { FillSearch(table, SearchSorted::Types{}); }

}  // namespace lanewise
