// Integers of 32 and 64 bits.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/ops/ops_integers_wide.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "tests/ops/ops_integers-inl.h"
#include "tests/ops/ops_lists.h"

// Data alone: no function here needs the target's attributes.
namespace lanewise {
namespace HWY_NAMESPACE {

inline constexpr OpsCase kWideIntegerCases[] = {
    {"U32", &Integers<uint32_t>},
    {"I32", &Integers<int32_t>},
    {"U64", &Integers<uint64_t>},
    {"I64", &Integers<int64_t>},
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#if HWY_ONCE
namespace lanewise {
void AddWideIntegers(std::vector<TargetCase>& cases) {
#define LW_CASES(TARGET, NAMESPACE) AddCases(TARGET, NAMESPACE::kWideIntegerCases, cases);
  HWY_VISIT_TARGETS(LW_CASES)
#undef LW_CASES
}
}  // namespace lanewise
#endif
