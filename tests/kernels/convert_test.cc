// All conversions on every target against a scalar reference: values and flags. Sources of 8 and 16
// bits exhaustively, the others around every boundary and at random.

#include <gtest/gtest.h>

#include <map>

#include "kernels/all.h"
#include "kernels/list/promotion.h"
#include "kernels/list/table.h"
#include "tests/ops/ops_values.h"

namespace lanewise {
namespace {

struct TargetTable {
  const char* name;
  Table table;
};

const std::vector<TargetTable>& Tables() {
  static const std::vector<TargetTable> tables = [] {
    std::vector<TargetTable> list;
    for (int32_t i = 0; i < lw_target_count(); ++i) {
      if (!lw_target_supported(i)) continue;
      list.push_back({lw_target_name(i), BuildTable(kCompiledTargets[i].target)});
    }
    return list;
  }();
  return tables;
}

// One byte per element: std::vector<bool> cannot be an operand.
template <class T>
using ListOf = std::vector<std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>>;

template <class To, class From>
void CheckConversion(const ListOf<From>& x) {
  const size_t n = x.size();
  std::vector<StoredAs<To>> expected(n);
  std::vector<uint32_t> flags(n);
  for (size_t i = 0; i < n; ++i) {
    From value;
    if constexpr (std::is_same_v<From, bool>)
      value = x[i] != 0;
    else
      value = x[i];
    const To wanted = reference::Converted<To>(value);
    std::memcpy(&expected[i], &wanted, sizeof(wanted));
    flags[i] = reference::ConversionFlags<To>(value);
  }
  constexpr lw_dtype kFrom = kDtype<From>, kTo = kDtype<To>;
  std::vector<StoredAs<To>> got(n + 1);
  for (const TargetTable& target : Tables()) {
    const std::string what =
        std::string(kDtypes[kFrom].name) + " to " + kDtypes[kTo].name + " on " + target.name;
    const std::string what_flags = "flags of " + what;
    Mismatches bad(what.c_str()), bad_flags(what_flags.c_str());
    const ElementwiseFn loop = target.table.slots[kSlot<ConvertTo, Cast<From, To>>].elementwise;
    // Blocks of all small lengths, so that every value is in a tail of some length on some target,
    // and that flags are seen of few elements.
    for (size_t at = 0, block = 1; at < n; at += block, block = block % 67 + 1) {
      const size_t count = std::min(block, n - at);
      std::memset(&got[at + count], 0xA5, sizeof(got[0]));
      const void* const in[] = {&x[at]};
      void* const out[] = {&got[at]};
      const uint32_t raised = loop(in, out, count);
      uint32_t wanted = 0;
      for (size_t i = at; i < at + count; ++i) {
        To value, reference;
        std::memcpy(static_cast<void*>(&value), &got[i], sizeof(value));
        std::memcpy(static_cast<void*>(&reference), &expected[i], sizeof(value));
        if (!reference::Same(value, reference)) bad.Add(got[i], expected[i], x[i]);
        wanted |= flags[i];
      }
      if (raised != wanted) bad_flags.Add(raised, wanted, x[at]);
      StoredAs<To> untouched;
      std::memset(&untouched, 0xA5, sizeof(untouched));
      if (std::memcmp(&got[at + count], &untouched, sizeof(untouched)) != 0) {
        ADD_FAILURE() << what << " wrote behind " << count << " elements";
      }
    }
  }
}

// The values where the rounding to a narrow float changes, and their neighbours, in type T.
template <class T>
void AddAround(reference::Format f, std::vector<T>& v) {
  const auto infinity = static_cast<uint16_t>((2 * f.bias + 1) << f.fraction);
  const double end = std::ldexp(1.0, f.bias + 1);
  for (uint16_t bits = 0; bits <= infinity; ++bits) {
    const double here = bits == infinity ? end : reference::ToDouble(f, bits);
    const double next = bits + 1 >= infinity ? end : reference::ToDouble(f, bits + 1);
    for (double edge : {here, (here + next) / 2, here + (next - here) / 4}) {
      const T x = static_cast<T>(edge);
      for (T y : {std::nextafter(x, T{0}), x, std::nextafter(x, std::numeric_limits<T>::max())}) {
        v.push_back(y);
        v.push_back(-y);
      }
    }
  }
}

// The ends of the integers' ranges, and of f32's, in type T.
template <class T>
void AddRangeEnds(std::vector<T>& v) {
  const auto around = [&v](double edge) {
    T low = static_cast<T>(edge), high = low;
    for (int i = 0; i < 100; ++i) {
      for (T x : {low, -low, high, -high}) v.push_back(x);
      low = std::nextafter(low, T{0});
      high = std::nextafter(high, std::numeric_limits<T>::infinity());
    }
  };
  for (int bits : {0, 7, 8, 15, 16, 31, 32, 63, 64, -14, -24, -25}) around(std::ldexp(1.0, bits));
  for (double edge : {0x1.ffffffp127, 129.0, 32769.0, 2147483649.0}) around(edge);
  for (int i = -2000; i <= 2000; ++i) {
    for (double edge : {0.0, 0x1p7, 0x1p8, 0x1p15, 0x1p16, 0x1p31, 0x1p32}) {
      v.push_back(static_cast<T>(edge + i / 100.0));
      v.push_back(static_cast<T>(-edge + i / 100.0));
    }
  }
}

// Where f64 to f32 rounds: the midpoint to the next float and its neighbours.
void AddMidpoints(std::vector<double>& v) {
  for (float f : reference::InterestingValues<float>(6, 100000)) {
    const double next = std::nextafter(f, INFINITY);
    const double middle = std::isfinite(next) ? (f + next) / 2 : 0x1.ffffffp127;
    for (double x : {std::nextafter(middle, -INFINITY), middle, std::nextafter(middle, INFINITY)}) {
      v.push_back(x);
    }
  }
}

// Around every power of two: the neighbours at distances of each lower power.
template <class T>
void AddAroundPowers(std::vector<T>& v) {
  for (int high = 0; high < std::numeric_limits<std::make_unsigned_t<T>>::digits; ++high) {
    for (int low = 0; low < high; ++low) {
      for (int lowest = 0; lowest <= low; ++lowest) {
        for (int64_t sign : {-1, 0, 1}) {
          // In unsigned arithmetic: the largest sums wrap around.
          const uint64_t x = (uint64_t{1} << high) + (uint64_t{1} << low) +
                             static_cast<uint64_t>(sign) * (uint64_t{1} << lowest);
          v.push_back(static_cast<T>(x));
          v.push_back(static_cast<T>(uint64_t{0} - x));
        }
      }
    }
  }
  for (int64_t x = -70000; x <= 70000; ++x) v.push_back(static_cast<T>(x));
}

template <class T>
ListOf<T> Values() {
  if constexpr (std::is_same_v<T, bool>) {
    return AllOrMany<uint8_t>();  // any byte may be read
  } else {
    std::vector<T> v = AllOrMany<T>();
    if constexpr (std::is_floating_point_v<T>) {
      AddAround(reference::kF16, v);
      AddAround(reference::kBF16, v);
      AddRangeEnds(v);
    } else if constexpr (sizeof(T) > 2) {
      AddAroundPowers(v);
    }
    if constexpr (std::is_same_v<T, double>) AddMidpoints(v);
    return v;
  }
}

template <class From>
class ConvertFrom : public ::testing::Test {};

template <class List>
struct TestTypes;
template <class... Ts>
struct TestTypes<TypeList<Ts...>> {
  using Type = ::testing::Types<Ts...>;
};
struct DtypeNames {
  template <class T>
  static std::string GetName(int) {
    return kInfo<T>.name;
  }
};
TYPED_TEST_SUITE(ConvertFrom, TestTypes<Dtypes>::Type, DtypeNames);

template <class From, class... Tos>
void CheckAll(TypeList<Tos...>) {
  const ListOf<From> values = Values<From>();
  const auto check = [&values]<class To>(To*) {
    if constexpr (!std::is_same_v<From, To>) CheckConversion<To, From>(values);
  };
  (check(static_cast<Tos*>(nullptr)), ...);
}

TYPED_TEST(ConvertFrom, EqualsScalarReference) { CheckAll<TypeParam>(Dtypes{}); }

// f32 over a sample of 2^22 of all bit patterns, or all of them in the long tests.
TEST(Convert, SweepOfF32) {
  const uint64_t step = LongTests() ? 1 : 1021;
  std::vector<float> block;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32);) {
    block.clear();
    for (int i = 0; i < 65536 && bits < (uint64_t{1} << 32); ++i, bits += step) {
      block.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    }
    CheckConversion<f16, float>(block);
    CheckConversion<bf16, float>(block);
  }
}

// A NaN keeps its sign on the way to a narrower or wider float.
TEST(Convert, NaNKeepsItsSign) {
  const lw_dtype floats[] = {LW_F16, LW_BF16, LW_F32, LW_F64};
  const std::map<int, uint64_t> nans = {
      {LW_F16, 0xFE01}, {LW_BF16, 0xFFC1}, {LW_F32, 0xFFC00001}, {LW_F64, 0xFFF8000000000001}};
  for (const TargetTable& target : Tables()) {
    for (lw_dtype from : floats) {
      for (lw_dtype to : floats) {
        if (from == to) continue;
        const size_t slot = FirstSlot(LW_CONVERT) + from * 12u + to - (to > from);
        for (int negative : {0, 1}) {
          const int top = kDtypes[from].size * 8 - 1, to_top = kDtypes[to].size * 8 - 1;
          uint64_t in = nans.at(from), out = 0;
          if (!negative) in ^= uint64_t{1} << top;
          const void* const inputs[] = {&in};
          void* const outputs[] = {&out};
          target.table.slots[slot].elementwise(inputs, outputs, 1);
          EXPECT_EQ(out >> to_top & 1, static_cast<uint64_t>(negative))
              << kDtypes[from].name << " to " << kDtypes[to].name << " on " << target.name;
        }
      }
    }
  }
}

TEST(Convert, SumsAreAddedUpInTheAccumulator) {
  ForEachKernel([]<class Op, class T>(Kernel<Op, T>) {
    if constexpr (std::is_same_v<Op, Sum>) {
      EXPECT_EQ(kInfo<T>.accumulator, kDtype<AccumulatorOf<T>>) << kInfo<T>.name;
    }
  });
}

// Every value of a dtype survives the way to the wider one and back.
TEST(Convert, WiderDtypesHoldAllValues) {
  for (int i = 0; i < kDtypeCount; ++i) {
    const auto dtype = static_cast<lw_dtype>(i);
    EXPECT_TRUE(HoldsAll(dtype, kDtypes[i].wider)) << kDtypes[i].name;
    EXPECT_EQ(kDtypes[kDtypes[i].wider].kind, kDtypes[i].kind) << kDtypes[i].name;
  }
}

}  // namespace
}  // namespace lanewise
