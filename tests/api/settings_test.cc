// Caps of targets and threads through the C ABI, and the texts that explain them.

#include <gtest/gtest.h>
#include <sched.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "lanewise/lanewise.h"

namespace {

std::vector<std::string> Supported() {
  std::vector<std::string> names;
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    if (lw_target_supported(i)) names.push_back(lw_target_name(i));
  }
  return names;
}

TEST(Targets, ListAndReasons) {
  ASSERT_GT(lw_target_count(), 0);
  EXPECT_EQ(lw_target_supported(0), 1) << "the baseline runs everywhere";
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    EXPECT_EQ(lw_target_supported(i) == 1, std::string(lw_target_reason(i)).empty());
  }
  for (int32_t i : {-1, lw_target_count(), INT_MAX, INT_MIN}) {
    EXPECT_EQ(lw_target_name(i), nullptr);
    EXPECT_EQ(lw_target_reason(i), nullptr);
    EXPECT_EQ(lw_target_supported(i), 0);
  }
}

TEST(Targets, UnknownNames) {
  const std::string before = lw_current_target();
  for (const char* name : {"", "AVX9000", "SSE", "best", "\xff\xfe"}) {
    EXPECT_EQ(lw_set_max_target(name), LW_ERR_VALUE) << name;
    EXPECT_EQ(lw_push_max_target(name), LW_ERR_VALUE) << name;
  }
  EXPECT_EQ(lw_set_max_target(std::string(10000, 'x').c_str()), LW_ERR_VALUE);
  EXPECT_EQ(lw_push_max_target(nullptr), LW_ERR_NULL);
  EXPECT_EQ(before, lw_current_target());
  EXPECT_EQ(lw_pop_max_target(), LW_ERR_VALUE) << "a failed push leaves nothing to pop";
}

TEST(Targets, ProcessCap) {
  const std::string before = lw_current_target();
  const std::vector<std::string> names = Supported();
  for (const std::string& name : names) {
    EXPECT_EQ(lw_set_max_target(name.c_str()), LW_OK);
    EXPECT_EQ(lw_current_target(), name);
    std::string seen;
    std::thread([&] { seen = lw_current_target(); }).join();
    EXPECT_EQ(seen, name);
  }
  EXPECT_EQ(lw_set_max_target(nullptr), LW_OK);
  EXPECT_EQ(before, lw_current_target());
}

TEST(Targets, ScopedCapsNest) {
  const std::vector<std::string> names = Supported();
  const std::string before = lw_current_target();
  const std::string low = names.front(), high = names.back();
  ASSERT_EQ(lw_push_max_target(high.c_str()), LW_OK);
  const std::string outer = lw_current_target();
  ASSERT_EQ(lw_push_max_target(low.c_str()), LW_OK);
  EXPECT_EQ(lw_current_target(), low);
  // An inner scope cannot lift the outer cap.
  ASSERT_EQ(lw_push_max_target(high.c_str()), LW_OK);
  EXPECT_EQ(lw_current_target(), low);
  EXPECT_EQ(lw_pop_max_target(), LW_OK);
  EXPECT_EQ(lw_current_target(), low);
  EXPECT_EQ(lw_pop_max_target(), LW_OK);
  EXPECT_EQ(lw_current_target(), outer);
  EXPECT_EQ(lw_pop_max_target(), LW_OK);
  EXPECT_EQ(lw_current_target(), before);
  EXPECT_EQ(lw_pop_max_target(), LW_ERR_VALUE);
  int depth = 0;
  while (depth < 100000 && lw_push_max_target(low.c_str()) == LW_OK) ++depth;
  EXPECT_GE(depth, 32);
  EXPECT_LT(depth, 100000) << "pushes without pops must end in an error";
  while (depth-- > 0) EXPECT_EQ(lw_pop_max_target(), LW_OK);
  EXPECT_EQ(lw_current_target(), before);
}

TEST(Targets, ScopedCapsBelongToTheThread) {
  const std::vector<std::string> names = Supported();
  const std::string before = lw_current_target();
  // Two threads with different caps at the same time, checked while both are in force.
  std::string seen[2];
  std::thread threads[2];
  for (int t = 0; t < 2; ++t) {
    threads[t] = std::thread([&, t] {
      const std::string mine = t ? names.back() : names.front();
      lw_push_max_target(mine.c_str());
      for (int i = 0; i < 1000; ++i) {
        double x[100] = {1}, out[100];
        EXPECT_EQ(lw_exp_f64(100, x, out), LW_OK);
        EXPECT_EQ(lw_current_target(), mine);
      }
      seen[t] = lw_current_target();
      lw_pop_max_target();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen[0], names.front());
  EXPECT_EQ(seen[1], names.back());
  EXPECT_EQ(lw_current_target(), before);
}

TEST(Threads, Limits) {
  EXPECT_EQ(lw_set_threads(-1), LW_ERR_VALUE);
  EXPECT_EQ(lw_set_threads(INT_MIN), LW_ERR_VALUE);
  const int32_t all = lw_get_threads();
  EXPECT_GE(all, 1);
  EXPECT_EQ(lw_set_threads(1), LW_OK);
  EXPECT_EQ(lw_get_threads(), 1);
  EXPECT_EQ(lw_set_threads(INT_MAX), LW_OK);
  EXPECT_EQ(lw_get_threads(), all);
  EXPECT_EQ(lw_set_threads(0), LW_OK);
  EXPECT_EQ(lw_get_threads(), all);
}

TEST(Threads, ScopedLimits) {
  const int32_t all = lw_get_threads();
  EXPECT_EQ(lw_pop_threads(), LW_ERR_VALUE);
  for (const int32_t bad : {0, -1, INT_MIN}) EXPECT_EQ(lw_push_threads(bad), LW_ERR_VALUE) << bad;
  EXPECT_EQ(lw_get_threads(), all);
  ASSERT_EQ(lw_push_threads(1), LW_OK);
  EXPECT_EQ(lw_get_threads(), 1);
  ASSERT_EQ(lw_push_threads(INT_MAX), LW_OK);
  EXPECT_EQ(lw_get_threads(), 1) << "an inner scope cannot lift the limit";
  int32_t other = 0;
  std::thread([&other] { other = lw_get_threads(); }).join();
  EXPECT_EQ(other, all) << "the limit is the calling thread's";
  if (all > 1) {
    char report[32768];
    size_t length;
    ASSERT_EQ(lw_machine(LW_MACHINE_JSON, report, sizeof(report), &length), LW_OK);
    EXPECT_NE(std::string(report).find("lw_push_threads"), std::string::npos);
  }
  EXPECT_EQ(lw_pop_threads(), LW_OK);
  EXPECT_EQ(lw_get_threads(), 1);
  EXPECT_EQ(lw_pop_threads(), LW_OK);
  EXPECT_EQ(lw_get_threads(), all);
  for (int i = 0; i < 64; ++i) ASSERT_EQ(lw_push_threads(2), LW_OK);
  EXPECT_EQ(lw_push_threads(2), LW_ERR_VALUE);
  for (int i = 0; i < 64; ++i) ASSERT_EQ(lw_pop_threads(), LW_OK);
  EXPECT_EQ(lw_get_threads(), all);
}

TEST(Threads, AffinityOfNow) {
  const int32_t all = lw_get_threads();  // and the limits have been read
  std::thread([all] {
    cpu_set_t before, one;
    ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i) {
      if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
    }
    ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
    EXPECT_EQ(lw_get_threads(), 1);
    ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
    EXPECT_EQ(lw_get_threads(), all);
  }).join();
}

// ---------------------------------------------------------------- texts

TEST(Texts, BytesThatAreNoText) {
  for (const char* name :
       {"\xFF", "x\xC3", "\xED\xA0\x80", "\xC0\xAF", "\xF5\x80\x80\x80", "\x80y"}) {
    EXPECT_EQ(lw_set_max_target(name), LW_ERR_VALUE);
    const std::string message = lw_last_error();
    EXPECT_NE(message.find('?'), std::string::npos);
    for (const char c : message) EXPECT_TRUE(c > 0) << message;
  }
  EXPECT_EQ(lw_set_max_target("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), LW_ERR_VALUE);
  EXPECT_NE(std::string(lw_last_error()).find("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
            std::string::npos);
}

using TextFn = std::function<lw_status(int32_t json, char* buffer, size_t size, size_t* length)>;

std::string CheckBuffers(const TextFn& text, int32_t json) {
  size_t length = 0;
  EXPECT_EQ(text(json, nullptr, 0, &length), LW_OK);
  EXPECT_GT(length, 40u);
  EXPECT_EQ(text(json, nullptr, 10, &length), LW_ERR_NULL);
  std::string whole(length + 1, '#');
  EXPECT_EQ(text(json, whole.data(), whole.size(), nullptr), LW_OK);
  EXPECT_EQ(whole[length], 0);
  whole.resize(length);
  for (size_t size : {size_t{0}, size_t{1}, size_t{2}, size_t{7}, length - 1, length}) {
    std::string buffer(length + 8, '#');
    size_t reported = 0;
    EXPECT_EQ(text(json, buffer.data(), size, &reported), LW_OK);
    EXPECT_EQ(reported, length);
    if (size > 0) {
      EXPECT_EQ(buffer.substr(0, size - 1), whole.substr(0, size - 1));
      EXPECT_EQ(buffer[size - 1], 0);
    }
    EXPECT_EQ(buffer.substr(size), std::string(length + 8 - size, '#')) << "wrote beyond size";
  }
  return whole;
}

// By another implementation of JSON than ours.
bool IsJson(const std::string& text) {
  const std::string path = ::testing::TempDir() + "lanewise_json_" + std::to_string(rand());
  std::ofstream(path) << text;
  const int status = std::system(("python3 -m json.tool " + path + " > /dev/null").c_str());
  std::remove(path.c_str());
  return status == 0;
}

TEST(Texts, Machine) {
  const std::string text = CheckBuffers(lw_machine, 0), json = CheckBuffers(lw_machine, 1);
  EXPECT_TRUE(IsJson(json)) << json;
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    EXPECT_NE(text.find(lw_target_name(i)), std::string::npos) << text;
    EXPECT_NE(json.find(lw_target_name(i)), std::string::npos) << json;
  }
}

TEST(Texts, Explain) {
  const lw_dtype dtypes[] = {LW_F64, LW_F64};
  const auto explain = [&](int32_t json, char* buffer, size_t size, size_t* length) {
    return lw_explain(LW_EXP, dtypes, 0, json, buffer, size, length);
  };
  const std::string text = CheckBuffers(explain, 0), json = CheckBuffers(explain, 1);
  EXPECT_TRUE(IsJson(json)) << json;
  EXPECT_NE(text.find("exp(f64) -> f64"), std::string::npos) << text;
  EXPECT_NE(text.find(std::string("* ") + lw_current_target()), std::string::npos) << text;
  // Under a cap the others are capped, and each says why.
  ASSERT_EQ(lw_push_max_target(lw_target_name(0)), LW_OK);
  const std::string capped = CheckBuffers(explain, 0);
  EXPECT_EQ(lw_pop_max_target(), LW_OK);
  EXPECT_NE(capped.find(std::string("* ") + lw_target_name(0)), std::string::npos) << capped;
  EXPECT_EQ(capped.find("capped: ") == std::string::npos, Supported().size() == 1) << capped;
}

// What is said of sizes changes where the rule says, and for the target that then runs.
TEST(Texts, ExplainSizes) {
  const lw_dtype dtypes[] = {LW_F32, LW_F32, LW_F32};
  const auto explain = [&](int64_t n) {
    return CheckBuffers(
        [&](int32_t json, char* buffer, size_t size, size_t* length) {
          return lw_explain(LW_ADD, dtypes, n, json, buffer, size, length);
        },
        0);
  };
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    if (!lw_target_supported(i)) continue;
    ASSERT_EQ(lw_push_max_target(lw_target_name(i)), LW_OK);
    const std::string mine = lw_current_target(), any = explain(0);
    const bool narrows = mine.starts_with("AVX3");
    EXPECT_NE(any.find("* " + mine), std::string::npos) << any;
    EXPECT_EQ(any.find("on AVX2 runs") != std::string::npos, narrows) << any;
    for (const char* rule : {"threads   from ", "streaming from ", "target    from "}) {
      const size_t at = any.find(rule);
      if (!narrows && *rule == 't' && rule[1] == 'a') {
        EXPECT_EQ(at, std::string::npos) << any;
        continue;
      }
      ASSERT_NE(at, std::string::npos) << any;
      const int64_t from = std::stoll(any.substr(at + std::strlen(rule)));
      EXPECT_EQ(explain(from - 1).find(std::string("* ") + rule), std::string::npos) << from;
      EXPECT_NE(explain(from).find(std::string("* ") + rule), std::string::npos) << from;
    }
    const std::string large = explain(int64_t{1} << 40);
    EXPECT_NE(large.find("* " + (narrows ? "AVX2 " : mine)), std::string::npos) << large;
    EXPECT_EQ(lw_pop_max_target(), LW_OK);
  }
  EXPECT_EQ(lw_explain(LW_ADD, dtypes, -1, 0, nullptr, 0, nullptr), LW_ERR_SIZE);
}

// Only targets without the instruction pay for exact fused multiply-adds, and they say so.
TEST(Texts, SoftwareFma) {
  const lw_dtype dtypes[] = {LW_F64, LW_F64, LW_F64};
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    if (!lw_target_supported(i)) continue;
    ASSERT_EQ(lw_push_max_target(lw_target_name(i)), LW_OK);
    const std::string name = lw_current_target();
    const bool soft = name == "SSE2" || name == "SSE4";
    const auto says = [&](lw_kernel kernel) {
      const std::string text = CheckBuffers(
          [&](int32_t json, char* buffer, size_t size, size_t* length) {
            return lw_explain(kernel, dtypes, 0, json, buffer, size, length);
          },
          0);
      return text.find("computed in software") != std::string::npos;
    };
    EXPECT_EQ(says(LW_EXP), soft) << name;
    EXPECT_FALSE(says(LW_ADD)) << name;
    EXPECT_EQ(CheckBuffers(lw_machine, 0).find("in software") != std::string::npos, soft) << name;
    EXPECT_EQ(lw_pop_max_target(), LW_OK);
  }
}

TEST(Texts, ExplainEveryKernel) {
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record = {};
    record.struct_size = sizeof(record);
    ASSERT_EQ(lw_kernel_info(i, &record), LW_OK);
    size_t length = 0;
    EXPECT_EQ(lw_explain(record.kernel, record.dtypes, 0, 1, nullptr, 0, &length), LW_OK);
    EXPECT_GT(length, 100u);
    EXPECT_EQ(lw_explain(record.kernel, nullptr, 0, 0, nullptr, 0, &length), LW_OK);
  }
}

}  // namespace
