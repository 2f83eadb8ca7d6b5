// The part of a fuzz case that calls lw_searchsorted. Included by fuzz_case.h.

#ifndef LANEWISE_TESTS_FUZZ_FUZZ_SEARCH_H_
#define LANEWISE_TESTS_FUZZ_FUZZ_SEARCH_H_

#include "golden_inputs.h"
#include "tests/fuzz/fuzz_case.h"
#include "tests/fuzz/fuzz_view.h"

namespace lanewise::fuzz {

// Elements of one axis, put into order where no two share a byte.
inline void Case::SortInPlace(const lw_operand& operand, int64_t n) {
  const size_t size = harness::SizeOf(record_, 0);
  if (static_cast<size_t>(std::abs(operand.stride_bytes)) < size) return;
  const Bytes bytes = Gathered(operand, size, n);
  std::vector<uint8_t> elements(bytes.begin(), bytes.end() - 1);
  golden::SortElements(elements, record_.dtypes[0]);
  for (int64_t i = 0; i < n; ++i) {
    char* to = ElementAt(operand, i);
    std::memcpy(to, &elements[static_cast<size_t>(i) * size], size);
    std::memcpy(arena_.Twin(to), to, size);
  }
}

// The places of gathered values, by the baseline target.
inline Bytes Case::SearchResults(const lw_operand& sorted, int64_t n, const FuzzView& values,
                                 int32_t right) {
  const size_t size = harness::SizeOf(record_, 0);
  const auto step = static_cast<int64_t>(size), out_step = int64_t{8};
  const Bytes a = Gathered(sorted, size, n);
  const int64_t count = values.Count();
  Bytes v(static_cast<size_t>(count) * size + 1), places(static_cast<size_t>(count) * 8 + 1);
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(&v[static_cast<size_t>(i) * size], values.At(i, 0, false), size);
  }
  const harness::TargetScope scope(lw_target_name(0));
  const lw_view views[] = {{a.data(), 1, &n, &step},
                           {v.data(), 1, &count, &step},
                           {places.data(), 1, &count, &out_step}};
  EXPECT_EQ(lw_searchsorted(record_.dtypes[0], &views[0], &views[1], right, &views[2], nullptr),
            LW_OK)
      << lw_last_error();
  return places;
}

inline std::string Case::RunSearch() {
  const auto size = static_cast<int64_t>(harness::SizeOf(record_, 0));
  int64_t n = Count();
  const int64_t stride = Stride(size);
  lw_operand sorted = {Position(stride, size, std::max<int64_t>(n, 1)), stride};
  FuzzView values, out;
  values.ndim = out.ndim = static_cast<int32_t>(source_.Below(4));
  int64_t step = size, out_step = 8;
  for (int32_t i = values.ndim - 1; i >= 0; --i) {
    values.shape[i] = out.shape[i] = source_.OneIn(12)  ? 0
                                     : source_.OneIn(8) ? source_.Between(1, 60)
                                                        : source_.Between(1, 8);
    values.strides[i] = source_.OneIn(6) ? source_.Between(-40, 40) : step;
    out.strides[i] = source_.OneIn(30) ? source_.Between(-20, 20) : out_step;
    if (source_.OneIn(4)) values.strides[i] = -values.strides[i];
    if (source_.OneIn(4)) out.strides[i] = -out.strides[i];
    step *= std::max<int64_t>(values.shape[i], 1);
    out_step *= std::max<int64_t>(values.shape[i], 1);
  }
  for (const FuzzView* v : {&values, &out}) {
    int64_t bytes = 8;
    for (int32_t i = 0; i < v->ndim; ++i) bytes += std::abs(v->strides[i]) * v->shape[i];
    if (bytes > 30000) return "";
  }
  values.Place(arena_, source_.Between(0, 400), size);
  out.Place(arena_, source_.OneIn(10) ? source_.Between(0, 400) : 33000 + source_.Between(0, 99),
            8);
  if (!source_.OneIn(4)) SortInPlace(sorted, n);
  return CallSearch(sorted, n, values, out);
}

inline std::string Case::CallSearch(const lw_operand& sorted, int64_t n, const FuzzView& values,
                                    const FuzzView& out) {
  lw_view sorted_view = {sorted.data, 1, &n, &sorted.stride_bytes};
  lw_view values_view = {values.data, values.ndim, values.shape, values.strides};
  lw_view out_view = {out.data, out.ndim, out.shape, out.strides};
  auto right = static_cast<int32_t>(source_.Below(2));
  text_ += ", lw_searchsorted " + harness::Describe(record_) + ", n = " + std::to_string(n) + " [" +
           std::to_string(DataOf(sorted) - arena_.actual()) + " step " +
           std::to_string(sorted.stride_bytes) + "], right " + std::to_string(right);
  for (const FuzzView* v : {&values, &out}) text_ += ", " + TextOf(*v, arena_);
  Verdict verdict;
  Options options(source_, verdict);
  const int64_t count = values.Count();
  switch (source_.Below(30)) {
    case 0:
      sorted_view.data = nullptr;
      if (n) verdict.errors.insert(LW_ERR_NULL);
      break;
    case 1:
      values_view.data = nullptr;
      if (count) verdict.errors.insert(LW_ERR_NULL);
      break;
    case 2:
      out_view.data = nullptr;
      if (count) verdict.errors.insert(LW_ERR_NULL);
      break;
    case 3:
      right = source_.OneIn(2) ? 2 : -1;
      verdict.errors.insert(LW_ERR_VALUE);
      break;
    case 4:
      sorted_view.ndim = source_.OneIn(2) ? -1 : LW_MAX_NDIM + 1;
      verdict.errors.insert(LW_ERR_SIZE);
      break;
    case 5:
      sorted_view.ndim = 0;
      verdict.errors.insert(LW_ERR_SHAPE);
      break;
    case 6:
      out_view.ndim = out.ndim ? out.ndim - 1 : 1;
      verdict.errors.insert({LW_ERR_SHAPE, LW_ERR_SIZE});
      break;
    default:
      break;
  }
  JudgeSearch(sorted, n, values, out, verdict);
  Bytes expected;
  if (verdict.errors.empty()) expected = SearchResults(sorted, n, values, right);
  const lw_status status = lw_searchsorted(record_.dtypes[0], &sorted_view, &values_view, right,
                                           &out_view, options.get());
  if (!verdict.Allows(status)) return WrongStatus(status, verdict);
  const std::string bad_options = options.Check(status, count);
  if (!bad_options.empty()) return Wrong(bad_options);
  for (int64_t j = 0; status == LW_OK && j < count; ++j) {
    const lw_operand place = {out.At(j, 0, false), 0};
    const Bytes want(expected.begin() + j * 8, expected.begin() + (j + 1) * 8);
    const std::string wrong = CheckElements(place, LW_I64, 1, want);
    if (!wrong.empty()) return wrong + " (result " + std::to_string(j) + ")";
  }
  return arena_.Agree() ? "" : Wrong("bytes outside the output changed");
}

// Bytes of the output twice, or of the output and an input.
inline void Case::JudgeSearch(const lw_operand& sorted, int64_t n, const FuzzView& values,
                              const FuzzView& out, Verdict& verdict) {
  const auto size = static_cast<int64_t>(harness::SizeOf(record_, 0));
  if (out.Count() == 0) return;
  std::vector<bool> written(Arena::kBytes);
  const auto mark = [&](const char* element, int64_t bytes, bool write) {
    for (int64_t k = 0; k < bytes; ++k) {
      auto use = written[static_cast<size_t>(element - arena_.actual() + k)];
      if (use) verdict.errors.insert(LW_ERR_OVERLAP);
      if (write) use = true;
    }
  };
  for (int64_t j = 0; j < out.Count(); ++j) mark(out.At(j, 0, false), 8, true);
  for (int64_t j = 0; j < values.Count(); ++j) mark(values.At(j, 0, false), size, false);
  for (int64_t i = 0; i < n; ++i) mark(ElementAt(sorted, i), size, false);
  verdict.may_refuse |= !IsNested(out, 8);
}

}  // namespace lanewise::fuzz

#endif  // LANEWISE_TESTS_FUZZ_FUZZ_SEARCH_H_
