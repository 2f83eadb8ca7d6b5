// cumulative_sum and compress of every compiled target that runs here, against references written
// straight from docs/numerics.md.

#include "reduce_reference.h"

namespace lanewise {
namespace {

// memcmp with a null pointer is undefined even for no bytes, and an empty vector's data may be
// null.
template <class T>
bool StartsWith(const std::vector<T>& got, const std::vector<char>& want) {
  return want.empty() || std::memcmp(got.data(), want.data(), want.size()) == 0;
}

// ---------------------------------------------------------------- cumulative_sum

template <class T>
void CheckScan(const std::vector<Table>& tables, size_t n, int kind) {
  const KernelEntry& entry = Entry<CumulativeSum, T>();
  const std::vector<T> x = Values<T>(n, 11, kind);
  const std::vector<T> want = RefScan(x);
  const T guard = reference::Converted<T>(77);
  for (const Table& table : tables) {
    std::vector<T> in_place(x), apart(n + 1, guard), spread(2 * n + 1, guard);
    const lw_operand same[] = {{in_place.data(), sizeof(T)}, {in_place.data(), sizeof(T)}};
    const lw_operand two[] = {{x.data(), sizeof(T)}, {apart.data(), sizeof(T)}};
    const lw_operand strided[] = {{x.data(), sizeof(T)}, {spread.data(), 2 * sizeof(T)}};
    const int64_t count = static_cast<int64_t>(n);
    ScanCall(table, entry, same, count);
    ScanCall(table, entry, two, count);
    ScanCall(table, entry, strided, count);
    for (size_t i = 0; i < n; ++i) {
      ASSERT_TRUE(SameBits(in_place[i], want[i])) << n << " at " << i << " " << table.target;
      ASSERT_TRUE(SameBits(apart[i], want[i])) << n << " at " << i << " " << table.target;
      ASSERT_TRUE(SameBits(spread[2 * i], want[i])) << n << " at " << i << " " << table.target;
    }
    ASSERT_TRUE(SameBits(apart[n], guard));
  }
}

TEST(Scan, MatchesDefinition) {
  const std::vector<Table> tables = Tables();
  std::vector<size_t> lengths = {4095, 4096, 4097, 8192, 12345, 40961};
  for (size_t n = 0; n <= 200; ++n) lengths.push_back(n);
  for (size_t n : lengths) {
    for (int kind = 0; kind < kKinds; ++kind) {
      CheckScan<float>(tables, n, kind);
      CheckScan<double>(tables, n, kind);
      CheckScan<f16>(tables, n, kind);
      CheckScan<bf16>(tables, n, kind);
      if (HasFatalFailure()) return;
    }
  }
}

// Apart, over strides and, where the sizes allow it, in place.
template <class T>
void CheckIntegerScan(const std::vector<Table>& tables, size_t n, int kind) {
  using R = AccumulatorOf<T>;
  const KernelEntry& entry = Entry<CumulativeSum, T>();
  std::vector<T> x;
  if constexpr (std::is_same_v<T, bool>)
    for (const uint8_t v : Values<uint8_t>(n, 11, kind)) x.push_back(v % 4 != 0);
  else
    x = Values<T>(n, 11, kind);
  std::vector<StoredAs<T>> stored(x.begin(), x.end());
  if constexpr (std::is_same_v<T, bool>) {  // every byte but 0 is true
    for (size_t i = 0; i < n; ++i) stored[i] = x[i] ? static_cast<uint8_t>(1 + i % 255) : 0;
  }
  const std::vector<R> want = RefIntegerScan(x);
  const int64_t count = static_cast<int64_t>(n), size = sizeof(T);
  for (const Table& table : tables) {
    // Two elements apart, outputs and inputs at the same places.
    std::vector<R> apart(n + 1, R(77)), places(2 * n + 1, R(77));
    for (size_t i = 0; i < n; ++i) std::memcpy(&places[2 * i], &stored[i], sizeof(T));
    const lw_operand two[] = {{stored.data(), size}, {apart.data(), sizeof(R)}};
    const lw_operand in_place[] = {{places.data(), 2 * sizeof(R)}, {places.data(), 2 * sizeof(R)}};
    ScanCall(table, entry, two, count);
    ScanCall(table, entry, in_place, count);
    size_t wrong = 0;
    while (wrong < n && apart[wrong] == want[wrong] && places[2 * wrong] == want[wrong]) ++wrong;
    ASSERT_EQ(wrong, n) << kInfo<T>.name << ": " << apart[wrong] << " and " << places[2 * wrong]
                        << " instead of " << want[wrong] << ", target " << table.target;
    ASSERT_EQ(apart[n], R(77));
    if constexpr (sizeof(T) == sizeof(R)) {
      std::vector<T> same(x);
      const lw_operand operands[] = {{same.data(), size}, {same.data(), size}};
      ScanCall(table, entry, operands, count);
      ASSERT_TRUE(std::equal(same.begin(), same.end(), want.begin())) << n << " " << table.target;
    }
  }
}

template <class... Ts>
void CheckIntegerScans(TypeList<Ts...>, size_t n, int kind) {
  const std::vector<Table> tables = Tables();
  (CheckIntegerScan<Ts>(tables, n, kind), ...);
}
using IntegersAndBool =
    TypeList<int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t, bool>;

TEST(Scan, IntegersWrapAround) {
  std::vector<size_t> lengths = {511, 512, 513, 4095, 4096, 4097, 12345};
  for (size_t n = 0; n <= 100; ++n) lengths.push_back(n);
  for (size_t n : lengths) {
    for (int kind : {0, 1}) CheckIntegerScans(IntegersAndBool{}, n, kind);
    if (HasFatalFailure()) return;
  }
}

TEST_F(Threads, IntegerScan) {
  for (int threads : {1, 2, 5}) {
    SetThreadLimit(threads);
    CheckIntegerScans(IntegersAndBool{}, 300'003, 0);
    CheckIntegerScans(TypeList<int8_t, uint64_t>{}, 2'500'003, 0);  // two rounds of carries
  }
}

TEST_F(Threads, Scan) {
  for (int threads : {1, 2, 5}) {
    SetThreadLimit(threads);
    CheckScan<float>(Tables(), 5'000'003, 0);
    CheckScan<double>(Tables(), 2'500'003, 0);
    CheckScan<f16>(Tables(), 2'500'003, 0);
    CheckScan<bf16>(Tables(), 300'003, 2);
  }
}

// ---------------------------------------------------------------- compress

template <class T>
void CheckCompress(const std::vector<Table>& tables, size_t n, int density, uint64_t seed) {
  const KernelEntry& entry = Entry<CompressBy, T>();
  std::mt19937_64 random(seed);
  std::vector<T> x(n);
  std::vector<uint8_t> mask(n);
  for (T& v : x) {
    const uint64_t bits = random();  // any bits, signalling NaNs among them
    std::memcpy(&v, &bits, sizeof(T));
  }
  for (uint8_t& m : mask) {
    const uint64_t r = random();
    m = static_cast<int>(r % 8) < density ? static_cast<uint8_t>(r >> 8 | 1) : uint8_t{0};
  }
  std::vector<char> want;
  for (size_t i = 0; i < n; ++i) {
    const char* element = reinterpret_cast<const char*>(&x[i]);
    if (mask[i]) want.insert(want.end(), element, element + sizeof(T));
  }
  const int64_t size = sizeof(T), length = static_cast<int64_t>(n);
  for (const Table& table : tables) {
    std::vector<char> out(want.size() + 64, 'g');
    const lw_operand operands[] = {{x.data(), size}, {mask.data(), 1}, {out.data(), size}};
    int64_t count = -1;
    ASSERT_EQ(CompressChecked(table, entry, operands, length, &count), LW_OK);
    ASSERT_EQ(count * size, static_cast<int64_t>(want.size()));
    ASSERT_TRUE(StartsWith(out, want)) << n << " " << table.target;
    for (size_t i = want.size(); i < out.size(); ++i) ASSERT_EQ(out[i], 'g') << n;

    std::vector<char> spread(2 * want.size() + 64, 'g');
    const lw_operand strided[] = {{x.data(), size}, {mask.data(), 1}, {spread.data(), 2 * size}};
    ASSERT_EQ(CompressChecked(table, entry, strided, length, &count), LW_OK);
    for (size_t i = 0; i < want.size(); ++i) {
      ASSERT_EQ(spread[i / sizeof(T) * 2 * sizeof(T) + i % sizeof(T)], want[i]);
    }
  }
}

// In place: what is behind the result keeps its values, whatever the stride and alignment.
template <class T>
void CheckCompressInPlace(const Table& table, size_t n, int density, int64_t step, size_t offset) {
  const KernelEntry& entry = Entry<CompressBy, T>();
  const size_t apart = static_cast<size_t>(std::abs(step));
  std::mt19937_64 random(n);
  std::vector<char> buffer(offset + (n * apart + 1) * sizeof(T));
  for (char& byte : buffer) byte = static_cast<char>(random());
  std::vector<uint8_t> mask(n);
  for (uint8_t& m : mask) {  // every byte but 0 is true
    m = static_cast<int>(random() % 8) < density ? static_cast<uint8_t>(1 + random() % 255) : 0;
  }
  const size_t first = step < 0 && n > 0 ? (n - 1) * apart : 0;
  const auto place = [&](size_t i) {  // in bytes from the buffer's begin
    const int64_t at = static_cast<int64_t>(first) + static_cast<int64_t>(i) * step;
    return offset + static_cast<size_t>(at) * sizeof(T);
  };
  std::vector<char> want(buffer);
  size_t selected = 0;
  for (size_t i = 0; i < n; ++i) {
    if (mask[i]) std::memcpy(&want[place(selected++)], &buffer[place(i)], sizeof(T));
  }
  const lw_operand x = {&buffer[place(0)], step * static_cast<int64_t>(sizeof(T))};
  const lw_operand operands[] = {x, {mask.data(), 1}, x};
  int64_t count = -1;
  ASSERT_EQ(CompressChecked(table, entry, operands, static_cast<int64_t>(n), &count), LW_OK);
  ASSERT_EQ(count, static_cast<int64_t>(selected));
  ASSERT_TRUE(buffer == want) << n << " elements of " << sizeof(T) << " bytes, density " << density
                              << ", step " << step << ", offset " << offset << ", " << table.target;
}

TEST(Compress, InPlace) {
  std::vector<size_t> lengths = {1023, 1024, 1025, 5000};
  for (size_t n = 0; n <= 150; ++n) lengths.push_back(n);
  for (const Table& table : Tables()) {
    for (size_t n : lengths) {
      for (int density : {0, 1, 4, 7, 8}) {
        for (int64_t step : {1, -1, 2, -3}) {
          for (size_t offset : {0, 1}) {
            CheckCompressInPlace<uint8_t>(table, n, density, step, offset);
            CheckCompressInPlace<float>(table, n, density, step, offset);
            CheckCompressInPlace<int64_t>(table, n, density, step, offset);
          }
        }
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(Compress, AllMasks) {
  const std::vector<Table> tables = Tables();
  std::vector<size_t> lengths = {1000, 1023, 1024, 1025, 20011};
  for (size_t n = 0; n <= 150; ++n) lengths.push_back(n);
  for (size_t n : lengths) {
    for (int density : {0, 1, 4, 7, 8}) {
      CheckCompress<uint8_t>(tables, n, density, n);
      CheckCompress<float>(tables, n, density, n);
      CheckCompress<int64_t>(tables, n, density, n);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace lanewise
