// Integers of 8 and 16 bits: exhaustive.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/ops/ops_integers_narrow.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "tests/ops/ops_integers-inl.h"
#include "tests/ops/ops_lists.h"

// Data alone: no function here needs the target's attributes.
namespace lanewise {
namespace HWY_NAMESPACE {

inline constexpr OpsCase kNarrowIntegerCases[] = {
    {"U8", &Integers<uint8_t>},
    {"I8", &Integers<int8_t>},
    {"U16", &Integers<uint16_t>},
    {"I16", &Integers<int16_t>},
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#if HWY_ONCE
namespace lanewise {
void AddNarrowIntegers(std::vector<TargetCase>& cases) {
#define LW_CASES(TARGET, NAMESPACE) AddCases(TARGET, NAMESPACE::kNarrowIntegerCases, cases);
  HWY_VISIT_TARGETS(LW_CASES)
#undef LW_CASES
}
}  // namespace lanewise
#endif
