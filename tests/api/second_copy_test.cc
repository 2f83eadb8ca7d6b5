// A second physical copy of the library in one process, as two Python packages that each carry
// their own would bring it: both work at the same time, with threads, and share no settings.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/workload.h"

namespace {

namespace fs = std::filesystem;
using lw_test::Api;

class SecondCopy : public ::testing::Test {
 protected:
  void SetUp() override {
    Dl_info info;
    ASSERT_NE(dladdr(reinterpret_cast<void*>(&lw_version), &info), 0);
    const fs::path original = fs::canonical(info.dli_fname);
    std::string pattern = (fs::temp_directory_path() / "lanewise-copy-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    const fs::path module = original.parent_path() / "liblanewise_tbb.so.0.1";
    has_module_ = fs::exists(module);
    fs::create_directory(folder_ / "alone");
    for (const fs::path& folder : {folder_, folder_ / "alone"}) {
      fs::copy_file(original, folder / "liblanewise.so.0.1");
    }
    if (has_module_) fs::copy_file(module, folder_ / module.filename());
    Open(folder_, second_);
  }
  static void Open(const fs::path& folder, Api& api) {
    void* handle = dlopen((folder / "liblanewise.so.0.1").c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(handle, nullptr) << dlerror();
    api = lw_test::Of(handle);
    ASSERT_NE(api.exp_f32, nullptr);
    ASSERT_NE(api.exp_f32, &lw_exp_f32) << "the loader gave the first copy again";
  }
  void TearDown() override {
    // Threads of the copy may still exist, so it stays loaded; its files may go.
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  Api first_ = lw_test::Linked();
  Api second_{};
  bool has_module_ = false;
  fs::path folder_;
};

TEST_F(SecondCopy, BothWorkAtTheSameTimeWithThreads) {
  const uint64_t expected = lw_test::Work(first_, lw_test::kLarge);
  ASSERT_NE(expected, 0u);
  uint64_t hashes[4] = {};
  std::thread threads[4];
  for (int i = 0; i < 4; ++i) {
    threads[i] = std::thread([this, i, &hashes] {
      const Api& api = i % 2 ? second_ : first_;
      for (int repeat = 0; repeat < 3; ++repeat) {
        hashes[i] = lw_test::Work(api, lw_test::kLarge);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (uint64_t hash : hashes) EXPECT_EQ(hash, expected);

  if (second_.get_threads() > 1 && has_module_) {
    // The copy loaded its own threading module, from its own folder.
    void* module = dlopen((folder_ / "liblanewise_tbb.so.0.1").c_str(), RTLD_NOW | RTLD_NOLOAD);
    EXPECT_NE(module, nullptr) << "threads of the copy were not used";
  }
}

TEST_F(SecondCopy, CapsAndLimitsAreIndependent) {
  const char* lowest = lw_target_name(0);
  const std::string best = first_.current_target();
  ASSERT_EQ(second_.set_max_target(lowest), LW_OK);
  EXPECT_STREQ(second_.current_target(), lowest);
  EXPECT_EQ(first_.current_target(), best);
  EXPECT_EQ(lw_test::Work(first_, lw_test::kSmall), lw_test::Work(second_, lw_test::kSmall));
  ASSERT_EQ(second_.set_max_target(nullptr), LW_OK);

  // What the copy says of itself comes from its own state, not from the first copy's.
  if (best != lowest) {
    ASSERT_EQ(second_.push_max_target(lowest), LW_OK);
    char text[8192];
    size_t length;
    ASSERT_EQ(second_.explain(LW_EXP, nullptr, 0, 0, text, sizeof(text), &length), LW_OK);
    EXPECT_NE(std::string(text).find(std::string("at most ") + lowest), std::string::npos) << text;
    ASSERT_EQ(second_.pop_max_target(), LW_OK);
  }

  ASSERT_EQ(first_.push_max_target(lowest), LW_OK);
  EXPECT_STREQ(first_.current_target(), lowest);
  EXPECT_EQ(second_.current_target(), best);
  ASSERT_EQ(first_.pop_max_target(), LW_OK);

  const int threads = first_.get_threads();
  ASSERT_EQ(second_.set_threads(1), LW_OK);
  EXPECT_EQ(second_.get_threads(), 1);
  EXPECT_EQ(first_.get_threads(), threads);
  EXPECT_EQ(lw_test::Work(first_, lw_test::kLarge), lw_test::Work(second_, lw_test::kLarge));
  ASSERT_EQ(second_.set_threads(0), LW_OK);
}

// The threading module is looked for beside the library only; without it calls run serially, and
// the library says so.
TEST_F(SecondCopy, WithoutItsThreadingModule) {
  Api alone{};
  Open(folder_ / "alone", alone);
  EXPECT_EQ(lw_test::Work(alone, lw_test::kLarge), lw_test::Work(first_, lw_test::kLarge));
  EXPECT_EQ(alone.get_threads(), 1);
  if (first_.get_threads() == 1) return;  // one CPU, or threads are off: the module is not missed
  char text[16384];
  size_t length;
  ASSERT_EQ(alone.machine(0, text, sizeof(text), &length), LW_OK);
  EXPECT_NE(std::string(text).find("no threads: "), std::string::npos) << text;
}

}  // namespace
