#include "benchmarks/data.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>

#include "hwy/base.h"
#include "kernels/contracts.h"

namespace lanewise::bench {

Buffer::~Buffer() {
  if (mapping_) munmap(mapping_, size_);
}

void* Buffer::Get(size_t bytes) {
  constexpr size_t kHuge = size_t{2} << 20;
  const size_t offset = static_cast<size_t>(index_ % 4) * 1088;
  if (bytes + offset + kHuge > size_) {
    if (mapping_) munmap(mapping_, size_);
    size_ = (bytes + offset + 2 * kHuge) & ~(kHuge - 1);
    mapping_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping_ == MAP_FAILED) throw std::bad_alloc();
    madvise(mapping_, size_, MADV_HUGEPAGE);
    std::memset(mapping_, 1, size_);
  }
  const uintptr_t start = (reinterpret_cast<uintptr_t>(mapping_) + kHuge - 1) & ~(kHuge - 1);
  return reinterpret_cast<char*>(start) + offset;
}

const std::vector<std::string>& DataSets() {
  static const std::vector<std::string> sets = {"uniform", "subnormal", "special",
                                                "huge",    "sorted",    "few"};
  return sets;
}

bool DataSetApplies(std::string_view data, lw_dtype dtype) {
  if (data == "uniform" || data == "sorted" || data == "few") return true;
  return dtype >= LW_F16;
}

namespace {

// SplitMix64: a counter, mixed.
struct Random {
  uint64_t state;
  uint64_t Next() {
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
};

// Ordinary arguments; a kernel whose contract names none gets a range inside every usual domain.
Range OrdinaryRange(const lw_kernel_record& record, int operand) {
  const auto& ordinary = ContractOf(record.kernel).ordinary;
  if (static_cast<size_t>(operand) < ordinary.size()) return ordinary[static_cast<size_t>(operand)];
  const bool math = record.shape == LW_SHAPE_ELEMENTWISE && record.max_ulp >= 1;
  return math ? Range{0.1, 0.9} : Range{-100, 100};
}

// Large arguments: where results overflow, or where reduction of the argument is long.
template <class T>
double Huge(const lw_kernel_record& record, Random& random) {
  const Contract& contract = ContractOf(record.kernel);
  const bool f32 = sizeof(T) == 4 && contract.domain_f32.size();
  const auto& domain = f32 ? contract.domain_f32 : contract.domain;
  Range widest{0, 0};
  for (const Range& range : domain) {
    if (range.high - range.low > widest.high - widest.low) widest = range;
  }
  if (domain.size() && std::isfinite(widest.high)) {  // a little beyond either end
    return 1.1 * (widest.low + random.Unit() * (widest.high - widest.low));
  }
  constexpr int kTop = std::numeric_limits<T>::max_exponent;
  const double sign = random.Next() & 1 ? -1 : 1;
  const int exponent = kTop / 2 + static_cast<int>(random.Next() % (kTop / 2 - 1));
  return sign * std::ldexp(1 + random.Unit(), exponent);
}

template <class T>
T Special(Random& random, T ordinary) {
  using Limits = std::numeric_limits<T>;
  const T specials[] = {
      Limits::quiet_NaN(),  Limits::infinity(), -Limits::infinity(), T(0), T(-0.0),
      Limits::denorm_min(), Limits::max(),      Limits::lowest()};
  const uint64_t r = random.Next();
  return r % 8 == 0 ? specials[(r >> 8) % 8] : ordinary;
}

template <class T>
T HardFloat(const lw_kernel_record& record, std::string_view data, Random& random, T ordinary) {
  if (data == "subnormal") {
    const double tiny = static_cast<double>(std::numeric_limits<T>::min());
    return static_cast<T>((2 * random.Unit() - 1) * tiny);
  }
  if (data == "special") return Special(random, ordinary);
  if (data == "huge") return static_cast<T>(Huge<T>(record, random));
  return ordinary;
}

template <class T>
void FillAs(const lw_kernel_record& record, int operand, std::string_view data, int64_t n,
            T* memory) {
  Random random{static_cast<uint64_t>(operand) * 0x1234567 + 99};
  Range range = OrdinaryRange(record, operand);
  if constexpr (std::is_integral_v<T>) {
    range = {std::is_unsigned_v<T> ? 0.0 : -100.0, 100.0};
  }
  const bool sorted = data == "sorted", few = data == "few";
  for (int64_t i = 0; i < n; ++i) {
    double unit = random.Unit();
    if (sorted) unit = static_cast<double>(i) / static_cast<double>(n);
    if (few) unit = std::floor(unit * 4) / 4;
    const double value = range.low + unit * (range.high - range.low);
    T element = static_cast<T>(value);
    if constexpr (std::is_floating_point_v<T>) {
      if (!sorted && !few) element = HardFloat(record, data, random, element);
    }
    memory[i] = element;
  }
}

void FillHalf(const lw_kernel_record& record, int operand, std::string_view data, int64_t n,
              uint16_t* memory) {
  std::vector<float> wide(static_cast<size_t>(n));
  FillAs(record, operand, data == "huge" ? "uniform" : data, n, wide.data());
  for (int64_t i = 0; i < n; ++i) {
    const float x = wide[static_cast<size_t>(i)];
    memory[i] = record.dtypes[operand] == LW_BF16
                    ? static_cast<uint16_t>(std::bit_cast<uint32_t>(x) >> 16)
                    : std::bit_cast<uint16_t>(hwy::F16FromF32(x));
  }
}

void FillBool(std::string_view data, int64_t n, uint8_t* memory) {
  Random random{4711};
  for (int64_t i = 0; i < n; ++i) {
    memory[i] = data == "sorted" ? i >= n / 2 : static_cast<uint8_t>(random.Next() >> 63);
  }
}

}  // namespace

void FillOperand(const lw_kernel_record& record, int operand, std::string_view data, int64_t n,
                 void* memory) {
  const auto as = [&]<class T>(T*) {
    FillAs<T>(record, operand, data, n, static_cast<T*>(memory));
  };
  switch (record.dtypes[operand]) {
    case LW_BOOL:
      return FillBool(data, n, static_cast<uint8_t*>(memory));
    case LW_I8:
      return as(static_cast<int8_t*>(nullptr));
    case LW_U8:
      return as(static_cast<uint8_t*>(nullptr));
    case LW_I16:
      return as(static_cast<int16_t*>(nullptr));
    case LW_U16:
      return as(static_cast<uint16_t*>(nullptr));
    case LW_I32:
      return as(static_cast<int32_t*>(nullptr));
    case LW_U32:
      return as(static_cast<uint32_t*>(nullptr));
    case LW_I64:
      return as(static_cast<int64_t*>(nullptr));
    case LW_U64:
      return as(static_cast<uint64_t*>(nullptr));
    case LW_F16:
    case LW_BF16:
      return FillHalf(record, operand, data, n, static_cast<uint16_t*>(memory));
    case LW_F32:
      return as(static_cast<float*>(nullptr));
    case LW_F64:
      return as(static_cast<double*>(nullptr));
    default:
      std::memset(memory, 0, static_cast<size_t>(n) * lw_dtype_size(record.dtypes[operand]));
  }
}

}  // namespace lanewise::bench
