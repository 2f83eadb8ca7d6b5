// The cases of ops_test by file. A new operation of lw::ops gets a line in one of these files.

#ifndef LANEWISE_TESTS_OPS_OPS_LISTS_H_
#define LANEWISE_TESTS_OPS_OPS_LISTS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/ops/ops_values.h"

namespace lanewise {

struct TargetCase {
  int64_t target;
  const char* target_name;
  OpsCase ops_case;
};

const char* TargetNameOf(int64_t target);

// The target of the compiler's flags is visited under two names.
template <size_t kCount>
void AddCases(int64_t target, const OpsCase (&list)[kCount], std::vector<TargetCase>& cases) {
  for (const TargetCase& c : cases) {
    if (c.target == target && std::string_view(c.ops_case.name) == list[0].name) return;
  }
  for (const OpsCase& c : list) cases.push_back({target, TargetNameOf(target), c});
}

void AddNarrowIntegers(std::vector<TargetCase>& cases);
void AddWideIntegers(std::vector<TargetCase>& cases);
void AddFloats(std::vector<TargetCase>& cases);
void AddRounding(std::vector<TargetCase>& cases);
void AddLanes(std::vector<TargetCase>& cases);

}  // namespace lanewise

#endif  // LANEWISE_TESTS_OPS_OPS_LISTS_H_
