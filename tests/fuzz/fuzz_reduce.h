// The parts of a fuzz case that call NumPy's loops and lw_reduce. Included by fuzz_case.h.

#ifndef LANEWISE_TESTS_FUZZ_FUZZ_REDUCE_H_
#define LANEWISE_TESTS_FUZZ_FUZZ_REDUCE_H_

#include "tests/fuzz/fuzz_case.h"

namespace lanewise::fuzz {

// ---------------------------------------------------------------- lw_find_loop

// Any overlap is allowed: the result is that of single elements, one after the other.
inline std::string Case::RunLoop() {
  if (record_.shape != LW_SHAPE_ELEMENTWISE) return "";
  const int64_t n = Count();
  lw_operand operands[LW_MAX_OPERANDS] = {};
  PutOperands(operands, n, true);
  lw_loop loop;
  void* context;
  if (lw_find_loop(record_.kernel, record_.dtypes, &loop, &context) != LW_OK) {
    return Wrong("no loop");
  }
  char *args[LW_MAX_OPERANDS], *twins[LW_MAX_OPERANDS];
  intptr_t steps[LW_MAX_OPERANDS];
  const int end = harness::Operands(record_);
  for (int i = 0; i < end; ++i) {
    args[i] = DataOf(operands[i]);
    steps[i] = operands[i].stride_bytes;
    twins[i] = arena_.Twin(args[i]);
  }
  const intptr_t count = n, one = 1;
  loop(args, &count, steps, context);
  // On the same target: the bytes of a NaN, which may differ between targets, can be part of a
  // later operand.
  for (int64_t k = 0; k < n; ++k) {
    loop(twins, &one, steps, context);
    for (int i = 0; i < end; ++i) twins[i] += steps[i];
  }
  if (arena_.Agree()) return "";
  // NaNs may differ in sign and payload; then elements that overlap cannot be compared.
  if (!harness::IsFloat(record_.dtypes[record_.inputs])) return Wrong("not in order");
  return SameButNaNs(operands, n) ? "" : Wrong("not in order");
}

// Whether the arenas differ only within output elements that are NaN in both, or that overlap
// each other.
inline bool Case::SameButNaNs(const lw_operand* operands, int64_t n) {
  for (int i = record_.inputs; i < harness::Operands(record_); ++i) {
    const lw_operand& out = operands[i];
    const size_t size = harness::SizeOf(record_, i);
    if (n > 1 && static_cast<size_t>(std::abs(out.stride_bytes)) < size) return true;
    for (int before = record_.inputs; before < i; ++before) {
      if (Share(operands[before], harness::SizeOf(record_, before), n, out, size, n, arena_)) {
        return true;
      }
    }
  }
  for (int i = record_.inputs; i < harness::Operands(record_); ++i) {
    for (int64_t k = 0; k < n; ++k) {
      char* got = ElementAt(operands[i], k);
      if (!harness::SameElement(record_.dtypes[i], got, arena_.Twin(got), false)) return false;
      std::memcpy(arena_.Twin(got), got, harness::SizeOf(record_, i));
    }
  }
  return arena_.Agree();
}

// ---------------------------------------------------------------- lw_reduce

// A view within the arena; shape and strides live as long as it does.
struct FuzzView {
  int32_t ndim = 0;
  int64_t shape[LW_MAX_NDIM + 1] = {}, strides[LW_MAX_NDIM + 1] = {};
  char* data = nullptr;

  int64_t Count() const {
    int64_t count = 1;
    for (int32_t i = 0; i < ndim; ++i) count *= shape[i];
    return count;
  }
  // Moves data so that all elements lie within the arena, `offset` bytes above its start.
  void Place(const Arena& arena, int64_t offset, int64_t size) {
    int64_t below = 0, above = size;
    for (int32_t i = 0; i < ndim; ++i) {
      const int64_t span = strides[i] * std::max<int64_t>(shape[i] - 1, 0);
      (span < 0 ? below : above) += span;
    }
    data = arena.actual(std::min(offset - below, Arena::kBytes - above));
  }
  char* At(int64_t position, uint64_t mask, bool in_mask) const {
    // The position counts over the axes that are (or are not) in the mask, in C order.
    char* p = data;
    for (int32_t i = ndim - 1; i >= 0; --i) {
      if (((mask >> i & 1) != 0) != in_mask) continue;
      p += position % shape[i] * strides[i];
      position /= shape[i];
    }
    return p;
  }
};

struct Span {
  char *begin, *end;
};
inline Span SpanOf(const FuzzView& view, int64_t size) {
  Span span{view.data, view.data + size};
  for (int32_t i = 0; i < view.ndim; ++i) {
    const int64_t step = view.strides[i] * (view.shape[i] - 1);
    (step < 0 ? span.begin : span.end) += step;
  }
  return span;
}

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
  lw_call_options options = {sizeof(options), 0, static_cast<double>(source_.Below(3)), 0, 0, 0};
  text_ += ", lw_reduce " + harness::Describe(record_) + ", mask " + std::to_string(mask);
  for (const FuzzView* v : {&in, &out}) {
    text_ += ", [" + std::to_string(v->data - arena_.actual()) + ":";
    for (int32_t i = 0; i < v->ndim; ++i) {
      text_ += " " + std::to_string(v->shape[i]) + "*" + std::to_string(v->strides[i]);
    }
    text_ += "]";
  }
  Verdict verdict;
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
      options.struct_size = 4;
      verdict.errors.insert(LW_ERR_SHAPE);
      break;
    case 5:
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
    const Bytes one = SliceResult(slice, mask, length, options.ddof);
    expected.insert(expected.end(), one.begin(), one.begin() + out_size);
  }
  const lw_status status =
      lw_reduce(record_.kernel, record_.dtypes[0], &in_view, given_mask, &out_view, &options);
  if (!verdict.Allows(status)) return WrongStatus(status, verdict);
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
  // Outputs that are not nested strides may be refused although no byte is shared.
  int64_t covered = 0;
  for (int32_t i = 0; i < out.ndim; ++i) covered += std::abs(out.strides[i]) % out_size != 0;
  for (int32_t i = 0; i < out.ndim; ++i) {
    for (int32_t k = 0; k < i; ++k) {
      const int64_t a = std::abs(out.strides[i]), b = std::abs(out.strides[k]);
      const bool nested =
          a < b ? a * (out.shape[i] - 1) + out_size <= b : b * (out.shape[k] - 1) + out_size <= a;
      covered += !nested;
    }
  }
  verdict.may_refuse |= covered != 0;
}

}  // namespace lanewise::fuzz

#endif  // LANEWISE_TESTS_FUZZ_FUZZ_REDUCE_H_
