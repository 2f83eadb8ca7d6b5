// The part of a fuzz case that calls lw_reduce. Included by fuzz_case.h.

#ifndef LANEWISE_TESTS_FUZZ_FUZZ_REDUCE_H_
#define LANEWISE_TESTS_FUZZ_FUZZ_REDUCE_H_

#include "tests/fuzz/fuzz_case.h"
#include "tests/fuzz/fuzz_view.h"

namespace lanewise::fuzz {

inline std::string Case::RunReduce() {
  if (record_.shape != LW_SHAPE_REDUCE && record_.shape != LW_SHAPE_ARG) return "";
  FuzzView in, out;
  const auto size = static_cast<int64_t>(harness::SizeOf(record_, 0));
  const auto out_size = static_cast<int64_t>(harness::SizeOf(record_, 1));
  in.ndim = static_cast<int32_t>(source_.Below(5));
  const uint64_t mask = source_.Below(uint64_t{1} << in.ndim);
  int64_t in_step = size, out_step = out_size;
  for (int32_t i = in.ndim - 1; i >= 0; --i) {
    in.shape[i] = source_.OneIn(12)  ? 0
                  : source_.OneIn(8) ? source_.Between(1, 40)
                                     : source_.Between(1, 6);
    in.strides[i] = source_.OneIn(6) ? source_.Between(-40, 40) : in_step;
    if (source_.OneIn(4)) in.strides[i] = -in.strides[i];
    if (in_step * in.shape[i] < 4000 && in.shape[i]) in_step *= in.shape[i];
  }
  for (int32_t i = 0; i < in.ndim; ++i) {
    if (!(mask >> i & 1)) out.shape[out.ndim++] = in.shape[i];
  }
  const bool reversed = source_.OneIn(3);
  for (int32_t k = 0; k < out.ndim; ++k) {
    const int32_t i = reversed ? k : out.ndim - 1 - k;
    out.strides[i] = source_.OneIn(4) ? -out_step : out_step;
    if (source_.OneIn(30)) out.strides[i] = source_.Between(-20, 20);
    if (out.shape[i]) out_step = std::min<int64_t>(out_step * out.shape[i], 4000);
  }
  for (const FuzzView* v : {&in, &out}) {
    int64_t bytes = 8;
    for (int32_t i = 0; i < v->ndim; ++i) bytes += std::abs(v->strides[i]) * v->shape[i];
    if (bytes > 30000 || v->Count() > 20000) return "";
  }
  in.Place(arena_, source_.Between(0, 400), size);
  out.Place(arena_, source_.OneIn(10) ? source_.Between(0, 400) : 33000 + source_.Between(0, 99),
            out_size);
  return CallReduce(in, mask, out);
}

inline std::string Case::CallReduce(const FuzzView& in, uint64_t mask, const FuzzView& out) {
  const auto size = static_cast<int64_t>(harness::SizeOf(record_, 0));
  const auto out_size = static_cast<int64_t>(harness::SizeOf(record_, 1));
  lw_view in_view = {in.data, in.ndim, in.shape, in.strides};
  lw_view out_view = {out.data, out.ndim, out.shape, out.strides};
  text_ += ", lw_reduce " + harness::Describe(record_) + ", mask " + std::to_string(mask);
  for (const FuzzView* v : {&in, &out}) text_ += ", " + TextOf(*v, arena_);
  Verdict verdict;
  Options options(source_, verdict);
  uint64_t given_mask = mask;
  switch (source_.Below(30)) {
    case 0:
      in_view.data = nullptr;
      if (in.Count()) verdict.errors.insert(LW_ERR_NULL);
      break;
    case 1:
      out_view.data = nullptr;
      if (out.Count()) verdict.errors.insert(LW_ERR_NULL);
      break;
    case 2:
      given_mask |= uint64_t{1} << (in.ndim + static_cast<int>(source_.Below(20)));
      verdict.errors.insert(LW_ERR_SHAPE);
      break;
    case 3:
      in_view.ndim = source_.OneIn(2) ? -1 : LW_MAX_NDIM + 1;
      verdict.errors.insert({LW_ERR_SIZE, LW_ERR_SHAPE});
      break;
    case 4:
      in_view.shape = nullptr;
      if (in.ndim) verdict.errors.insert(LW_ERR_NULL);
      break;
    default:
      break;
  }
  JudgeViews(in, mask, out, verdict);
  // Expected results first: the output may not overlap the input, but the judge decides that.
  Bytes expected;
  const int64_t results = out.Count();
  int64_t length = 1;
  for (int32_t i = 0; i < in.ndim; ++i) length *= mask >> i & 1 ? in.shape[i] : 1;
  for (int64_t j = 0; verdict.errors.empty() && j < results; ++j) {
    FuzzView slice = in;
    if (length) slice.data = in.At(j, mask, false);
    const Bytes one = SliceResult(slice, mask, length, options.ddof());
    expected.insert(expected.end(), one.begin(), one.begin() + out_size);
  }
  const lw_status status =
      lw_reduce(record_.kernel, record_.dtypes[0], &in_view, given_mask, &out_view, options.get());
  if (!verdict.Allows(status)) return WrongStatus(status, verdict);
  const std::string bad_options = options.Check(status, results);
  if (!bad_options.empty()) return Wrong(bad_options);
  (void)size;
  for (int64_t j = 0; status == LW_OK && j < results; ++j) {
    const lw_operand place = {out.At(j, 0, false), 0};
    const Bytes want(expected.begin() + j * out_size, expected.begin() + (j + 1) * out_size);
    const std::string wrong = CheckElements(place, record_.dtypes[record_.inputs], 1, want);
    if (!wrong.empty()) return wrong + " (result " + std::to_string(j) + ")";
  }
  return arena_.Agree() ? "" : Wrong("bytes outside the output changed");
}

// One slice, gathered in logical order, through the contiguous functions of the baseline target.
inline Bytes Case::SliceResult(const FuzzView& slice, uint64_t mask, int64_t length, double ddof) {
  const size_t size = harness::SizeOf(record_, 0);
  Bytes values(static_cast<size_t>(length) * size + 1), result(8);
  for (int64_t i = 0; i < length; ++i) {
    std::memcpy(&values[static_cast<size_t>(i) * size], slice.At(i, mask, true), size);
  }
  const harness::TargetScope scope(lw_target_name(0));
  const lw_operand operands[] = {{values.data(), static_cast<int64_t>(size)}, {result.data(), 8}};
  lw_call_options options = {sizeof(options), 0, ddof, 0, 0, 0};
  EXPECT_EQ(lw_call(record_.kernel, record_.dtypes, operands, length, &options), LW_OK)
      << lw_last_error();
  return result;
}

inline void Case::JudgeViews(const FuzzView& in, uint64_t mask, const FuzzView& out,
                             Verdict& verdict) {
  const auto size = static_cast<int64_t>(harness::SizeOf(record_, 0));
  const auto out_size = static_cast<int64_t>(harness::SizeOf(record_, 1));
  const int64_t results = out.Count();
  if (results == 0) return;
  bool empty = false;
  for (int32_t i = 0; i < in.ndim; ++i) empty |= (mask >> i & 1) && in.shape[i] == 0;
  if (empty && NeedsElement(record_.kernel)) verdict.errors.insert(LW_ERR_SIZE);
  // Bytes of the output twice, or of the output and the input.
  std::vector<uint8_t> uses(Arena::kBytes);
  const auto mark = [&](const FuzzView& v, int64_t bytes, uint8_t bit) {
    for (int64_t j = 0; j < v.Count(); ++j) {
      const int64_t at = v.At(j, 0, false) - arena_.actual();
      for (int64_t k = 0; k < bytes; ++k) {
        uint8_t& use = uses[static_cast<size_t>(at + k)];
        if (use & ~(bit & 2) & (bit == 1 ? 1 : 3)) verdict.errors.insert(LW_ERR_OVERLAP);
        use |= bit;
      }
    }
  };
  mark(out, out_size, 1);
  if (verdict.errors.count(LW_ERR_OVERLAP) == 0 && in.Count() > 0) {
    mark(in, size, 2);
    const Span a = SpanOf(in, size), b = SpanOf(out, out_size);
    verdict.may_refuse = a.begin < b.end && b.begin < a.end;
  }
  verdict.may_refuse |= !IsNested(out, out_size);
}

}  // namespace lanewise::fuzz

#endif  // LANEWISE_TESTS_FUZZ_FUZZ_REDUCE_H_
