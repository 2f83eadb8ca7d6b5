// Every operation of lw::ops on every compiled target that runs here, lane by lane against a scalar
// reference. The cases are in the files of ops_lists.h, once per target.

#include "tests/ops/ops_lists.h"

#include <ostream>

#include "kernels/list/table.h"
#include "kernels/ops/exact_fma.h"
#include "tests/ops/ops_values.h"

namespace lanewise {

void PrintTo(const TargetCase& c, std::ostream* out) {
  *out << c.ops_case.name << " on " << c.target_name;
}

const char* TargetNameOf(int64_t target) {
  for (size_t i = 0; i < kCompiledTargetCount; ++i) {
    if (kCompiledTargets[i].target == target) return kCompiledTargets[i].name;
  }
  return "unknown";
}

namespace {

// Only reads constants of each target: runs before main, on machines that lack the target, too.
std::vector<TargetCase> AllCases() {
  std::vector<TargetCase> cases;
  AddNarrowIntegers(cases);
  AddWideIntegers(cases);
  AddFloats(cases);
  AddRounding(cases);
  AddLanes(cases);
  return cases;
}

const char* ReasonNotToRun(int64_t target) {
  for (int i = 0; i < lw_target_count(); ++i) {
    if (kCompiledTargets[i].target == target) {
      return lw_target_supported(i) ? nullptr : lw_target_reason(i);
    }
  }
  return "not among the library's targets";
}

class OpsTest : public ::testing::TestWithParam<TargetCase> {};

TEST_P(OpsTest, EqualsScalarReference) {
  const TargetCase& c = GetParam();
  if (const char* reason = ReasonNotToRun(c.target)) {
    GTEST_SKIP() << c.target_name << ": " << reason;
  }
  c.ops_case.run();
}

INSTANTIATE_TEST_SUITE_P(, OpsTest, ::testing::ValuesIn(AllCases()), [](const auto& info) {
  return std::string(info.param.target_name) + "_" + info.param.ops_case.name;
});

TEST(ExactFma, EqualsLibm) {
  Mismatches bad("ExactFma");
  const Triples<double>& t = FmaTriples<double>();
  for (size_t i = 0; i < t.a.size(); ++i) {
    const double got = ExactFma(t.a[i], t.b[i], t.c[i]);
    const double expected = std::fma(t.a[i], t.b[i], t.c[i]);
    if (!reference::Same(got, expected)) bad.Add(got, expected, t.a[i], t.b[i], t.c[i]);
  }
}

#if defined(__SIZEOF_FLOAT128__) && defined(__SIZEOF_INT128__)
__extension__ typedef __float128 Quad;
__extension__ typedef unsigned __int128 QuadBits;

// x * y + z: the product is exact in 113 bits; the sum is rounded to odd there, then once more.
double QuadFma(double x, double y, double z) {
  const Quad product = static_cast<Quad>(x) * y, addend = z;
  Quad sum = product + addend;
  if (std::isfinite(x) && std::isfinite(y) && std::isfinite(z)) {
    const Quad part = sum - product;
    const Quad error = (product - (sum - part)) + (addend - part);
    QuadBits bits;
    std::memcpy(&bits, &sum, sizeof(bits));
    if (error != 0 && !(bits & 1)) bits += (error > 0) == (sum > 0) ? 1 : -1;
    std::memcpy(&sum, &bits, sizeof(bits));
  }
  return static_cast<double>(sum);
}

TEST(Reference, LibmFmaIsRight) {
  Mismatches bad("std::fma");
  const Triples<double>& t = FmaTriples<double>();
  for (size_t i = 0; i < t.a.size(); i += 3) {
    const double got = std::fma(t.a[i], t.b[i], t.c[i]);
    const double expected = QuadFma(t.a[i], t.b[i], t.c[i]);
    if (!reference::Same(got, expected)) bad.Add(got, expected, t.a[i], t.b[i], t.c[i]);
  }
}

TEST(Reference, LibmFmaOfFloatIsRight) {
  Mismatches bad("std::fma");
  const Triples<float>& t = FmaTriples<float>();
  for (size_t i = 0; i < t.a.size(); i += 3) {
    const float got = std::fma(t.a[i], t.b[i], t.c[i]);
    // Exact in 113 bits unless the exponents lie far apart; rounding to odd mends that.
    const Quad product = static_cast<Quad>(t.a[i]) * t.b[i], addend = t.c[i];
    Quad sum = product + addend;
    const Quad part = sum - product;
    const Quad error = (product - (sum - part)) + (addend - part);
    QuadBits bits;
    std::memcpy(&bits, &sum, sizeof(bits));
    if (error == error && error != 0 && !(bits & 1)) bits += (error > 0) == (sum > 0) ? 1 : -1;
    std::memcpy(&sum, &bits, sizeof(bits));
    const float expected = static_cast<float>(sum);
    if (!reference::Same(got, expected)) bad.Add(got, expected, t.a[i], t.b[i], t.c[i]);
  }
}
#endif

}  // namespace
}  // namespace lanewise
