// The kernel list, the C header, the exported functions, lanewise.hpp and docs/kernels.md agree.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "lanewise/lanewise.h"

namespace {

std::string ReadText(const std::string& path) {
  std::ifstream file(std::string(LW_SOURCE_DIR) + "/" + path);
  EXPECT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<lw_kernel_record> Records() {
  std::vector<lw_kernel_record> records;
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    EXPECT_EQ(lw_kernel_info(i, &record), LW_OK);
    records.push_back(record);
  }
  return records;
}

std::set<std::string> KernelNames() {
  std::set<std::string> names;
  for (const lw_kernel_record& record : Records()) names.insert(record.name);
  return names;
}

// "LW_EXP = 21" of the header's enum: name in lower case -> id.
std::map<std::string, int> HeaderIds() {
  const std::string header = ReadText("include/lanewise/lanewise.h");
  const size_t begin = header.find("typedef enum lw_kernel ");
  const size_t end = header.find("} lw_kernel;");
  EXPECT_LT(begin, end);
  const std::string body = header.substr(begin, end - begin);
  std::map<std::string, int> ids;
  const std::regex entry("LW_([A-Z0-9_]+) = ([0-9]+)");
  for (std::sregex_iterator it(body.begin(), body.end(), entry), last; it != last; ++it) {
    std::string name = (*it)[1];
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    EXPECT_TRUE(ids.emplace(name, std::stoi((*it)[2])).second) << name << " twice";
  }
  return ids;
}

// "lw_exp_f32" -> "exp", of all typed prototypes.
std::map<std::string, std::string> TypedPrototypes() {
  const std::string header = ReadText("include/lanewise/kernels.h");
  std::map<std::string, std::string> prototypes;
  const std::regex prototype("LW_API lw_status (lw_([a-z0-9_]+)_(?:[iuf]|bf)[0-9]+)\\(");
  for (std::sregex_iterator it(header.begin(), header.end(), prototype), last; it != last; ++it) {
    EXPECT_TRUE(prototypes.emplace((*it)[1], (*it)[2]).second) << (*it)[1] << " twice";
  }
  return prototypes;
}

TEST(List, EveryIdOfTheHeaderIsAKernelAndTheOtherWayRound) {
  const auto ids = HeaderIds();
  EXPECT_GE(ids.size(), 37u);
  const std::set<std::string> names = KernelNames();
  for (const auto& [name, id] : ids) {
    EXPECT_TRUE(names.count(name)) << name << " has an id but no loop";
    lw_kernel found{};
    ASSERT_EQ(lw_find_kernel(name.c_str(), &found), LW_OK) << name;
    EXPECT_EQ(static_cast<int>(found), id) << name;
  }
  for (const std::string& name : names) EXPECT_TRUE(ids.count(name)) << name << " has no id";
  // Ids are handed out without gaps.
  std::set<int> values;
  for (const auto& [name, id] : ids) values.insert(id);
  EXPECT_EQ(values.size(), ids.size());
  EXPECT_EQ(*values.rbegin(), static_cast<int>(ids.size()) - 1);
}

TEST(List, UnknownNamesAndIdsAreErrors) {
  lw_kernel kernel = LW_SIN;
  EXPECT_EQ(lw_find_kernel("no such kernel", &kernel), LW_ERR_KERNEL);
  EXPECT_EQ(lw_find_kernel("", &kernel), LW_ERR_KERNEL);
  EXPECT_EQ(lw_find_kernel(nullptr, &kernel), LW_ERR_NULL);
  EXPECT_EQ(kernel, LW_SIN);
  lw_kernel_record record{};
  record.struct_size = sizeof(record);
  EXPECT_EQ(lw_kernel_info(-1, &record), LW_ERR_KERNEL);
  EXPECT_EQ(lw_kernel_info(lw_kernel_count(), &record), LW_ERR_KERNEL);
  EXPECT_EQ(lw_kernel_info(0, nullptr), LW_ERR_NULL);
  record.struct_size = 4;
  EXPECT_LT(lw_kernel_info(0, &record), LW_OK);
}

TEST(List, EveryRecordIsSane) {
  std::set<std::vector<int>> signatures;
  std::map<std::string, lw_kernel> ids;
  std::map<std::string, lw_shape> shapes;
  for (const lw_kernel_record& r : Records()) {
    SCOPED_TRACE(r.name);
    EXPECT_TRUE(std::regex_match(r.name, std::regex("[a-z][a-z0-9_]*")));
    EXPECT_GT(std::string(r.doc).size(), 4u);
    EXPECT_NE(std::string(r.doc).back(), '.');
    ASSERT_GE(r.outputs, 1);
    EXPECT_LE(r.outputs, r.shape == LW_SHAPE_ELEMENTWISE ? 2 : 1);
    ASSERT_GE(r.inputs, 1);
    ASSERT_LE(r.inputs + r.outputs, LW_MAX_OPERANDS);
    EXPECT_GE(r.max_ulp, 0);
    EXPECT_LE(r.max_ulp, 1);
    EXPECT_GE(r.numerics_since, 1);
    EXPECT_LE(r.numerics_since, lw_numerics_version());
    EXPECT_GE(r.shape, LW_SHAPE_ELEMENTWISE);
    EXPECT_LE(r.shape, LW_SHAPE_SEARCH);
    EXPECT_EQ(ids.emplace(r.name, r.kernel).first->second, r.kernel);
    EXPECT_EQ(shapes.emplace(r.name, r.shape).first->second, r.shape);
    std::vector<int> signature{r.kernel};
    for (int i = 0; i < r.inputs + r.outputs; ++i) {
      EXPECT_GT(lw_dtype_size(r.dtypes[i]), 0u);
      ASSERT_NE(lw_dtype_name(r.dtypes[i]), nullptr);
      signature.push_back(r.dtypes[i]);
    }
    EXPECT_TRUE(signatures.insert(signature).second) << "two loops for the same dtypes";
    switch (r.shape) {
      case LW_SHAPE_REDUCE:
        EXPECT_EQ(r.inputs, 1);
        break;
      case LW_SHAPE_REDUCE_TWO:
        EXPECT_EQ(r.inputs, 2);
        break;
      case LW_SHAPE_ARG:
        EXPECT_EQ(r.dtypes[r.inputs], LW_I64);
        break;
      case LW_SHAPE_SCAN:
        EXPECT_EQ(r.inputs, 1);
        break;
      case LW_SHAPE_COMPRESS:
        EXPECT_EQ(r.dtypes[1], LW_BOOL);
        break;
      case LW_SHAPE_SEARCH:
        EXPECT_EQ(r.dtypes[0], r.dtypes[1]);
        EXPECT_EQ(r.dtypes[2], LW_I64);
        break;
      case LW_SHAPE_ELEMENTWISE:
        break;
    }
    lw_loop loop = nullptr;
    void* context = nullptr;
    EXPECT_EQ(lw_find_loop(r.kernel, r.dtypes, &loop, &context),
              r.shape == LW_SHAPE_ELEMENTWISE ? LW_OK : LW_ERR_UNSUPPORTED);
    EXPECT_EQ(loop != nullptr, r.shape == LW_SHAPE_ELEMENTWISE);
    size_t length = 0;
    EXPECT_EQ(lw_explain(r.kernel, r.dtypes, 0, 0, nullptr, 0, &length), LW_OK);
    EXPECT_GT(length, 0u);
  }
}

// Names come back from lw_dtype_parse; sizes agree with the names.
TEST(List, DtypesAreReachableByName) {
  for (int i = LW_BOOL; i <= LW_F64; ++i) {
    const auto dtype = static_cast<lw_dtype>(i);
    const std::string name = lw_dtype_name(dtype);
    lw_dtype parsed{};
    ASSERT_EQ(lw_dtype_parse(name.c_str(), &parsed), LW_OK) << name;
    EXPECT_EQ(parsed, dtype) << name;
    const size_t digits = name.find_first_of("0123456789");
    if (digits != std::string::npos) {
      EXPECT_EQ(lw_dtype_size(dtype) * 8, std::stoul(name.substr(digits))) << name;
    }
  }
  EXPECT_EQ(lw_dtype_name(static_cast<lw_dtype>(LW_F64 + 1)), nullptr);
  EXPECT_EQ(lw_dtype_size(static_cast<lw_dtype>(-1)), 0u);
}

TEST(List, EveryTypedPrototypeIsExportedAndBelongsToAKernel) {
  const auto prototypes = TypedPrototypes();
  EXPECT_GE(prototypes.size(), 58u);
  const std::set<std::string> names = KernelNames();
  for (const auto& [function, kernel] : prototypes) {
    EXPECT_TRUE(names.count(kernel)) << function;
    EXPECT_NE(dlsym(RTLD_DEFAULT, function.c_str()), nullptr) << function;
  }
}

TEST(List, EveryFloatKernelHasTypedFunctions) {
  const auto prototypes = TypedPrototypes();
  for (const lw_kernel_record& r : Records()) {
    const bool by_bool = r.dtypes[r.inputs] == LW_BOOL;  // comparisons, isnan
    if (by_bool || r.kernel == LW_CONVERT) continue;
    const lw_dtype element = r.dtypes[r.kernel == LW_WHERE ? 1 : 0];
    if (element != LW_F32 && element != LW_F64) continue;
    const std::string function = std::string("lw_") + r.name + "_" + lw_dtype_name(element);
    EXPECT_TRUE(prototypes.count(function)) << function << " is not declared";
  }
}

TEST(List, EveryKernelHasAFunctionInTheCppHeader) {
  const std::string header = ReadText("include/lanewise/lanewise.hpp");
  for (const std::string& name : KernelNames()) {
    EXPECT_TRUE(std::regex_search(header, std::regex("\\b" + name + "\\(const "))) << name;
  }
}

TEST(List, ConversionsThatRoundNothingReportNoError) {
  // Bits of the significand, and where the range ends.
  const std::map<int, std::pair<int, int>> sizes = {
      {LW_BOOL, {1, 1}},   {LW_I8, {7, 7}},    {LW_U8, {8, 8}},     {LW_I16, {15, 15}},
      {LW_U16, {16, 16}},  {LW_I32, {31, 31}}, {LW_U32, {32, 32}},  {LW_I64, {63, 63}},
      {LW_U64, {64, 64}},  {LW_F16, {11, 16}}, {LW_BF16, {8, 128}}, {LW_F32, {24, 128}},
      {LW_F64, {53, 1024}}};
  int found = 0;
  for (const lw_kernel_record& r : Records()) {
    if (r.kernel != LW_CONVERT) continue;
    const auto [digits, end] = sizes.at(r.dtypes[0]);
    const auto [to_digits, to_end] = sizes.at(r.dtypes[1]);
    const bool rounds = r.dtypes[1] >= LW_F16 && (digits > to_digits || end > to_end);
    ++found;
    EXPECT_EQ(r.max_ulp, rounds ? 0.5 : 0)
        << lw_dtype_name(r.dtypes[0]) << " to " << lw_dtype_name(r.dtypes[1]);
  }
  EXPECT_EQ(found, 13 * 12);
}

TEST(List, TheDocumentedTableIsTheList) {
  std::istringstream lines(ReadText("docs/kernels.md"));
  std::map<std::string, std::vector<std::string>> rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    std::vector<std::string> cells;
    std::string cell;
    for (size_t i = 1; i < line.size(); ++i) {
      if (line[i] != '|' || line[i - 1] == '\\') {
        cell += line[i];
        continue;
      }
      cells.push_back(cell.substr(1, cell.size() - 2));  // a blank on either side
      cell.clear();
    }
    ASSERT_EQ(cells.size(), 6u) << line;
    const std::string name = cells[0].substr(1, cells[0].size() - 2);
    EXPECT_TRUE(rows.emplace(name, cells).second) << name << " has two rows";
  }
  std::map<std::string, double> bounds;
  std::map<std::string, std::string> docs;
  for (const lw_kernel_record& r : Records()) {
    double& bound = bounds.emplace(r.name, 0).first->second;
    const bool narrow = r.dtypes[0] == LW_F16 || r.dtypes[0] == LW_BF16;  // the page has a sentence
    if (!narrow) bound = std::max(bound, r.max_ulp);
    docs[r.name] = r.doc;
  }
  for (const auto& [name, bound] : bounds) {
    ASSERT_TRUE(rows.count(name)) << "docs/kernels.md lacks a row such as\n| `" << name
                                  << "` | floats | " << docs[name] << " | " << bound
                                  << " | V O | none |";
    std::ostringstream text;
    text << bound;
    const std::string& error = rows[name][3];
    EXPECT_EQ(error.substr(0, error.find(' ')), text.str()) << name;
  }
  for (const auto& [name, cells] : rows) EXPECT_TRUE(bounds.count(name)) << name;
}

}  // namespace
