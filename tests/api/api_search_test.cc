// lw_searchsorted: every error with its sentence, and that nothing was written.

#include <array>
#include <string>

#include "expect_error.h"
#include "lanewise/lanewise.h"

namespace {

class ApiSearch : public ::testing::Test {
 protected:
  lw_status Call(int32_t right = 0, lw_call_options* options = nullptr) {
    return lw_searchsorted(dtype_, &sorted_, &values_, right, &out_, options);
  }
  void ExpectUntouched() const { EXPECT_EQ(places_, kMarks); }

  static constexpr std::array<int64_t, 6> kMarks = {-7, -7, -7, -7, -7, -7};
  double a_[4] = {1, 2, 2, 3}, v_[6] = {0, 1, 2, 3, 4, 2.5};
  std::array<int64_t, 6> places_ = kMarks;
  int64_t n_ = 4, shape_[2] = {2, 3}, step_ = 8, strides_[2] = {24, 8};
  lw_dtype dtype_ = LW_F64;
  lw_view sorted_ = {a_, 1, &n_, &step_}, values_ = {v_, 2, shape_, strides_};
  lw_view out_ = {places_.data(), 2, shape_, strides_};
};

TEST_F(ApiSearch, Places) {
  lw_call_options options = {sizeof(options), 0, 0, 0, 77, 77};
  ASSERT_EQ(Call(0, &options), LW_OK) << lw_last_error();
  EXPECT_EQ(places_, (std::array<int64_t, 6>{0, 0, 1, 3, 4, 3}));
  EXPECT_EQ(options.result_count, 6);
  EXPECT_EQ(options.first_bad_index, -1);
  ASSERT_EQ(Call(1), LW_OK);
  EXPECT_EQ(places_, (std::array<int64_t, 6>{0, 1, 3, 4, 4, 3}));
}

TEST_F(ApiSearch, NullPointers) {
  ExpectError(lw_searchsorted(LW_F64, nullptr, &values_, 0, &out_, nullptr), LW_ERR_NULL, "sorted");
  ExpectError(lw_searchsorted(LW_F64, &sorted_, nullptr, 0, &out_, nullptr), LW_ERR_NULL, "values");
  ExpectError(lw_searchsorted(LW_F64, &sorted_, &values_, 0, nullptr, nullptr), LW_ERR_NULL, "out");
  sorted_.data = nullptr;
  ExpectError(Call(), LW_ERR_NULL, "searchsorted: data of input 0");
  n_ = 0;  // an empty array needs no memory
  ASSERT_EQ(Call(), LW_OK);
  EXPECT_EQ(places_, (std::array<int64_t, 6>{}));
  places_ = kMarks;
  values_.data = nullptr;
  ExpectError(Call(), LW_ERR_NULL, "data of input 1");
  values_ = {v_, 2, shape_, nullptr};
  ExpectError(Call(), LW_ERR_NULL, "strides of input 1");
  values_.stride_bytes = strides_;
  out_.data = nullptr;
  ExpectError(Call(), LW_ERR_NULL, "data of the output");
  shape_[1] = 0;
  values_.data = nullptr;
  EXPECT_EQ(Call(), LW_OK);
  ExpectUntouched();
}

TEST_F(ApiSearch, ShapesAndSizes) {
  int64_t shape[] = {3, 2}, big[] = {INT64_MAX / 2, 8};
  out_.shape = shape;
  ExpectError(Call(), LW_ERR_SHAPE, "axis 0 of the output has size 3, expected 2");
  out_.ndim = 1;
  ExpectError(Call(), LW_ERR_SHAPE, "the output has ndim 1, expected 2");
  out_ = {places_.data(), 2, shape_, strides_};
  sorted_ = {a_, 2, shape_, strides_};
  ExpectError(Call(), LW_ERR_SHAPE, "input 0 has ndim 2, expected 1");
  sorted_.ndim = 0;
  ExpectError(Call(), LW_ERR_SHAPE, "input 0 has ndim 0, expected 1");
  sorted_ = {a_, 1, &n_, &step_};
  n_ = -1;
  ExpectError(Call(), LW_ERR_SIZE, "input 0");
  n_ = 4;
  values_.ndim = LW_MAX_NDIM + 1;
  ExpectError(Call(), LW_ERR_SIZE, "input 1");
  values_ = {v_, 2, big, strides_};
  ExpectError(Call(), LW_ERR_SIZE, "input 1 exceeds the address space");
  ExpectError(lw_searchsorted_f64(-1, a_, 6, v_, 0, places_.data()), LW_ERR_SIZE, "searchsorted");
  ExpectError(lw_searchsorted_f64(4, a_, -1, v_, 0, places_.data()), LW_ERR_SIZE, "searchsorted");
  ExpectUntouched();
}

TEST_F(ApiSearch, Overlap) {
  values_.data = places_.data();  // in place, too: results are written while values are read
  ExpectError(Call(), LW_ERR_OVERLAP, "the output overlaps input 1");
  values_.data = v_;
  sorted_.data = &places_[2];
  ExpectError(Call(), LW_ERR_OVERLAP, "the output overlaps input 0");
  sorted_.data = a_;
  const int64_t same[] = {0, 8};
  out_.stride_bytes = same;
  ExpectError(Call(), LW_ERR_OVERLAP, "elements of the output");
  ExpectUntouched();
  // Views that interleave share nothing, and inputs may be the same.
  std::array<int64_t, 12> both{};
  const int64_t apart[] = {48, 16};
  values_ = {both.data(), 2, shape_, apart};
  out_ = {&both[1], 2, shape_, apart};
  EXPECT_EQ(Call(), LW_OK) << lw_last_error();
  int64_t place[4];
  EXPECT_EQ(lw_searchsorted_f64(4, a_, 4, a_, 0, place), LW_OK);
}

TEST_F(ApiSearch, OptionsDtypesAndOtherCalls) {
  ExpectError(Call(2), LW_ERR_VALUE, "searchsorted: right is 2, not 0 or 1");
  ExpectError(Call(-1), LW_ERR_VALUE, "right is -1");
  volatile int wild = 99;
  dtype_ = static_cast<lw_dtype>(wild);
  ExpectError(Call(), LW_ERR_DTYPE, "searchsorted");
  dtype_ = LW_F64;
  lw_call_options options = {4, 0, 0, 0, 0, 0};
  ExpectError(Call(0, &options), LW_ERR_SHAPE, "struct_size");
  options = {sizeof(options), 1, 0, 0, 0, 0};
  ExpectError(Call(0, &options), LW_ERR_UNSUPPORTED, "lw_searchsorted");
  const lw_dtype dtypes[] = {LW_F64, LW_F64, LW_I64};
  const lw_operand operands[] = {{a_, 8}, {v_, 8}, {places_.data(), 8}};
  ExpectError(lw_call(LW_SEARCHSORTED, dtypes, operands, 4, nullptr), LW_ERR_UNSUPPORTED,
              "lw_call: searchsorted takes arrays of two lengths: it runs through lw_searchsorted");
  const lw_map_operand mapped[] = {{a_, strides_}, {v_, strides_}, {places_.data(), strides_}};
  ExpectError(lw_map(LW_SEARCHSORTED, dtypes, mapped, 2, shape_, nullptr), LW_ERR_UNSUPPORTED,
              "it runs through lw_searchsorted");
  ExpectError(lw_reduce(LW_SEARCHSORTED, LW_F64, &values_, 1, &out_, nullptr), LW_ERR_KERNEL,
              "searchsorted");
  ExpectUntouched();
}

TEST_F(ApiSearch, ExplainTellsFromWhereOnThreadsHelp) {
  char text[4096];
  size_t length = 0;
  const lw_dtype dtypes[] = {LW_F64, LW_F64, LW_I64};
  ASSERT_EQ(lw_explain(LW_SEARCHSORTED, dtypes, 0, 0, text, sizeof(text), &length), LW_OK);
  EXPECT_NE(std::string(text).find("searchsorted(f64, f64) -> i64"), std::string::npos) << text;
  EXPECT_NE(std::string(text).find("threads   from "), std::string::npos) << text;
}

}  // namespace
