// The conversions of convert-inl.h against scalar references: f16 exhaustively, everything else
// around every boundary. Compiled once per target.

#if defined(LANEWISE_TESTS_OPS_OPS_CONVERT_CASES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_TESTS_OPS_OPS_CONVERT_CASES_INL_H_
#undef LANEWISE_TESTS_OPS_OPS_CONVERT_CASES_INL_H_
#else
#define LANEWISE_TESTS_OPS_OPS_CONVERT_CASES_INL_H_
#endif

#include "kernels/convert/convert-inl.h"
#include "tests/ops/ops_check-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// The flags that C asks for: a finite value that becomes infinite overflows, a float that no
// integer of the type is near is invalid.
template <class To, class From>
uint32_t ConversionFlags(From x, To result) {
  if constexpr (std::is_integral_v<To>) {
    if constexpr (std::is_integral_v<From>) {
      return 0;
    } else {
      double wide;
      if constexpr (std::is_same_v<From, f16>)
        wide = reference::F16ToDouble(reference::F16Bits(x));
      else
        wide = x;
      constexpr double kEnd = sizeof(To) == 4 ? 0x1p31 : 0x1p63;
      const double whole = std::trunc(wide);
      return whole >= -kEnd && whole < kEnd ? 0 : kInvalid;
    }
  } else {
    bool from_finite = true, to_infinite = false;
    if constexpr (std::is_floating_point_v<From>) from_finite = std::isfinite(x);
    if constexpr (std::is_same_v<From, f16>) from_finite = false;  // every target type is wider
    if constexpr (std::is_same_v<To, f16>) {
      to_infinite = (reference::F16Bits(result) & 0x7FFF) == 0x7C00;
    } else {
      to_infinite = std::isinf(result);
    }
    return from_finite && to_infinite ? kOverflow : 0;
  }
}

template <class To, class From>
void CheckConversion(const std::vector<From>& x) {
  using Wide = hwy::If<(sizeof(From) > sizeof(To)), From, To>;
  const hn::ScalableTag<Wide> dw;
  const hn::Rebind<From, decltype(dw)> d_from;
  const hn::Rebind<To, decltype(dw)> d_to;
  constexpr size_t kMax = HWY_MAX_LANES_D(hn::ScalableTag<Wide>);
  HWY_ALIGN From in[kMax];
  HWY_ALIGN To got[kMax];
  Mismatches bad("convert"), bad_flags("flags of convert");
  for (size_t i = 0; i < x.size(); i += hn::Lanes(dw)) {
    Raised raised;
    hn::StoreU(ConvertBody(d_from, d_to, LoadFrom(d_from, x, i, in), raised), d_to, got);
    uint32_t flags = 0;
    for (size_t l = 0; l < hn::Lanes(dw); ++l) {
      const To expected = reference::Converted<To>(in[l]);
      if (!reference::Same(got[l], expected)) bad.Add(got[l], expected, in[l]);
      flags |= ConversionFlags(in[l], expected);
    }
    if (raised.bits != flags) bad_flags.Add(raised.bits, flags, in[0]);
  }
}

// The values where the rounding to f16 changes, and their neighbours, in type T.
template <class T>
std::vector<T> AroundF16() {
  std::vector<T> v;
  for (uint16_t bits = 0; bits <= 0x7C00; ++bits) {
    const double here = bits == 0x7C00 ? 65536 : reference::F16ToDouble(bits);
    const double next = bits >= 0x7BFF ? 65536 : reference::F16ToDouble(bits + 1);
    for (double edge : {here, (here + next) / 2, here + (next - here) / 4}) {
      const T x = static_cast<T>(edge);
      for (T y : {std::nextafter(x, T{0}), x, std::nextafter(x, T{1e30})}) {
        v.push_back(y);
        v.push_back(-y);
      }
    }
  }
  return v;
}

// Around every power of two: the neighbours at distances of each lower power.
inline std::vector<int64_t> AroundPowers() {
  std::vector<int64_t> v = reference::Specials<int64_t>();
  for (int high = 0; high < 63; ++high) {
    for (int low = 0; low < high; ++low) {
      for (int lowest = 0; lowest <= low; ++lowest) {
        for (int64_t sign : {-1, 0, 1}) {
          // In unsigned arithmetic: the largest sums wrap around.
          const uint64_t x = (uint64_t{1} << high) + (uint64_t{1} << low) +
                             static_cast<uint64_t>(sign) * (uint64_t{1} << lowest);
          v.push_back(static_cast<int64_t>(x));
          v.push_back(static_cast<int64_t>(uint64_t{0} - x));
        }
      }
    }
  }
  return v;
}

inline void FromF16() {
  const std::vector<f16>& all = AllOrMany<f16>();
  CheckConversion<float>(all);
  CheckConversion<double>(all);
  CheckConversion<int32_t>(all);
  CheckConversion<int64_t>(all);
}

inline void FromF32() {
  std::vector<float> v = AllOrMany<float>();
  for (float x : AroundF16<float>()) v.push_back(x);
  for (double edge : {0x1p31, 0x1p63, 0x1p-14, 0x1p-24, 0x1p-25}) {
    float low = static_cast<float>(edge), high = low;
    for (int i = 0; i < 100; ++i) {
      for (float x : {low, -low, high, -high}) v.push_back(x);
      low = std::nextafter(low, 0.0f);
      high = std::nextafter(high, INFINITY);
    }
  }
  CheckConversion<f16>(v);
  CheckConversion<double>(v);
  CheckConversion<int32_t>(v);
  CheckConversion<int64_t>(v);
}

// f32 to f16 over a sample of 2^22 of all bit patterns, or all of them in the long tests.
inline void F32ToF16Sweep() {
  const uint64_t step = LongTests() ? 1 : 1021;
  std::vector<float> block;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32);) {
    block.clear();
    for (int i = 0; i < 65536 && bits < (uint64_t{1} << 32); ++i, bits += step) {
      block.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    }
    CheckConversion<f16>(block);
  }
}

inline void FromF64() {
  std::vector<double> v = AllOrMany<double>();
  for (double x : AroundF16<double>()) v.push_back(x);
  for (float f : reference::InterestingValues<float>(6, 100000)) {
    // The midpoint to the next float and its neighbours.
    const double next = std::nextafter(f, INFINITY);
    const double middle = std::isfinite(next) ? (f + next) / 2 : 0x1.ffffffp127;
    for (double x : {std::nextafter(middle, -INFINITY), middle, std::nextafter(middle, INFINITY)}) {
      v.push_back(x);
    }
  }
  for (double edge : {0x1p31, 0x1p63, 0x1p128, 0x1.ffffffp127}) {
    double low = edge, high = edge;
    for (int i = 0; i < 100; ++i) {
      for (double x : {low, -low, high, -high}) v.push_back(x);
      low = std::nextafter(low, 0.0);
      high = std::nextafter(high, INFINITY);
    }
    for (int i = -400; i <= 400; ++i) {
      v.push_back(edge + i / 100.0);
      v.push_back(-edge + i / 100.0);
    }
  }
  CheckConversion<f16>(v);
  CheckConversion<float>(v);
  CheckConversion<int32_t>(v);
  CheckConversion<int64_t>(v);
}

inline void FromI32() {
  std::vector<int32_t> v = AllOrMany<int32_t>();
  for (int64_t x : AroundPowers()) v.push_back(static_cast<int32_t>(x));
  for (int32_t x = -70000; x <= 70000; ++x) v.push_back(x);
  CheckConversion<f16>(v);
  CheckConversion<float>(v);
  CheckConversion<double>(v);
  CheckConversion<int64_t>(v);
}

inline void FromI64() {
  std::vector<int64_t> v = AllOrMany<int64_t>();
  for (int64_t x : AroundPowers()) v.push_back(x);
  for (int64_t x = -70000; x <= 70000; ++x) v.push_back(x);
  CheckConversion<f16>(v);
  CheckConversion<float>(v);
  CheckConversion<double>(v);
  CheckConversion<int32_t>(v);
}

inline constexpr OpsCase kConvertCases[] = {
    {"FromF16", &FromF16}, {"FromF32", &FromF32}, {"F32ToF16Sweep", &F32ToF16Sweep},
    {"FromF64", &FromF64}, {"FromI32", &FromI32}, {"FromI64", &FromI64},
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
