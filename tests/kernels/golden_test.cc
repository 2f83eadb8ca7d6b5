// Golden hashes: every target that runs here gives the recorded bits, and what was recorded is
// right by the scalar references. With LANEWISE_ACCEPT_GOLDEN=1 in the environment, missing lines
// are appended to the file, but only if the reference check of the same run passes; existing
// lines never change.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "golden.h"
#include "golden_reference.h"

namespace lanewise::golden {
namespace {

const std::string kFile =
    std::string(LW_TEST_DATA_DIR) + "/golden/" + std::to_string(lw_numerics_version()) + ".txt";

std::string ReadGoldenFile() {
  std::ifstream in(kFile);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Golden, ResultsAreRightByReference) {
  const auto recorded = Parse(ReadGoldenFile());
  const char* accept = std::getenv("LANEWISE_ACCEPT_GOLDEN");
  std::string accepted;
  int wrong = 0;
  ForEachCase([&](Case& c) {
    ASSERT_EQ(golden::Run(c), LW_OK) << c.key << ": " << lw_last_error();
    const std::string error = CheckAgainstReference(c);
    if (!error.empty() && ++wrong <= 20) ADD_FAILURE() << error;
    if (error.empty() && !recorded.contains(c.key)) accepted += Line(c.key, Hash(c)) + "\n";
  });
  EXPECT_EQ(wrong, 0);
  if (accept && *accept == '1' && !accepted.empty()) {
    std::ofstream(kFile, std::ios::app) << accepted;
    GTEST_SKIP() << "accepted new golden lines; build and run again";
  }
  EXPECT_EQ(accepted.size(), 0u) << "lines missing in " << kFile
                                 << ", the first: " << accepted.substr(0, accepted.find('\n'));
}

TEST(Golden, EveryTargetGivesTheRecordedBits) {
  const auto recorded = Parse(ReadGoldenFile());
  int ran = 0;
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    if (!lw_target_supported(i)) continue;
    ASSERT_EQ(lw_push_max_target(lw_target_name(i)), LW_OK);
    ASSERT_STREQ(lw_current_target(), lw_target_name(i));
    int wrong = 0;
    size_t cases = 0;
    ForEachCase([&](Case& c) {
      ++cases;
      const auto line = recorded.find(c.key);
      if (line == recorded.end()) return;  // reported by the other test
      for (const Form form : kForms) {
        ASSERT_EQ(golden::Run(c, form), LW_OK) << c.key << ": " << lw_last_error();
        if (Hash(c) != line->second && ++wrong <= 20) {
          ADD_FAILURE() << lw_target_name(i) << " " << c.key << " " << Name(form);
        }
      }
    });
    ASSERT_EQ(lw_pop_max_target(), LW_OK);
    EXPECT_EQ(wrong, 0) << lw_target_name(i);
    EXPECT_EQ(cases, recorded.size()) << "the file has lines that no case makes";
    ++ran;
  }
  EXPECT_GE(ran, 1);
}

}  // namespace
}  // namespace lanewise::golden
