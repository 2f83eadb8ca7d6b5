// The part of a fuzz case that calls lw_map: views of up to four axes, of any memory order,
// repeated, in place and overlapping. Included by fuzz_case.h.

#ifndef LANEWISE_TESTS_FUZZ_FUZZ_MAP_H_
#define LANEWISE_TESTS_FUZZ_FUZZ_MAP_H_

#include "tests/fuzz/fuzz_case.h"
#include "tests/fuzz/fuzz_view.h"

namespace lanewise::fuzz {

// Strides of some memory order, padded and flipped; now and then one that follows no rule. Only of
// an input an axis may repeat without a mistake.
inline FuzzView Case::MapView(int operand, int32_t ndim, const int64_t* shape) {
  const auto size = static_cast<int64_t>(harness::SizeOf(record_, operand));
  FuzzView view;
  view.ndim = ndim;
  std::copy_n(shape, ndim, view.shape);
  const bool fortran = source_.OneIn(4);
  int64_t step = source_.OneIn(4) ? size * source_.Between(1, 3) : size;
  for (int32_t k = 0; k < ndim; ++k) {
    const int32_t axis = fortran ? k : ndim - 1 - k;
    view.strides[axis] = source_.OneIn(4) ? -step : step;
    if (source_.OneIn(operand < record_.inputs ? 8 : 60)) view.strides[axis] = 0;
    if (source_.OneIn(40)) view.strides[axis] = source_.Between(-40, 40);
    step *= std::max<int64_t>(shape[axis], 1);
    if (source_.OneIn(4)) step += source_.Between(0, 3) * size;
  }
  return view;
}

inline std::string Case::RunMap() {
  if (record_.shape != LW_SHAPE_ELEMENTWISE && !source_.OneIn(8)) return "";
  const auto ndim = static_cast<int32_t>(source_.Below(5));
  int64_t shape[LW_MAX_NDIM];
  for (int32_t i = 0; i < ndim; ++i) {
    shape[i] = source_.OneIn(16)  ? 0
               : source_.OneIn(6) ? source_.Between(1, 40)
                                  : source_.Between(1, 7);
  }
  FuzzView views[LW_MAX_OPERANDS];
  for (int i = 0; i < harness::Operands(record_); ++i) {
    const auto size = static_cast<int64_t>(harness::SizeOf(record_, i));
    views[i] = MapView(i, ndim, shape);
    // Far enough apart, or anywhere; unaligned now and then.
    const int64_t apart = (Arena::kBytes - 2048) / harness::Operands(record_) / 8 * 8;
    const int64_t at = source_.OneIn(6) ? source_.Between(0, 3000) : i * apart;
    int64_t bytes = size;
    for (int32_t k = 0; k < ndim; ++k) {
      bytes += std::abs(views[i].strides[k]) * std::max<int64_t>(shape[k] - 1, 0);
    }
    if (bytes > apart) return "";
    views[i].Place(arena_, at + (source_.OneIn(5) ? source_.Between(0, 9) : 0), size);
    // In place, or nearly.
    if (i < record_.inputs || views[i].Count() == 0 || !source_.OneIn(4)) continue;
    const FuzzView& twin = views[source_.Below(static_cast<uint64_t>(i))];
    const int64_t shift = source_.OneIn(3) ? source_.Between(-2, 2) * size : 0;
    const Span span = SpanOf(twin, size);
    if (span.begin + shift < arena_.actual() ||
        span.end + shift > arena_.actual() + Arena::kBytes) {
      continue;
    }
    std::copy_n(twin.strides, ndim, views[i].strides);
    views[i].data = twin.data + shift;
  }
  return CallMap(views, ndim);
}

inline std::string Case::CallMap(FuzzView* views, int32_t ndim) {
  const int end = harness::Operands(record_);
  text_ += ", lw_map " + harness::Describe(record_);
  lw_map_operand operands[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < end; ++i) {
    // One element for all: as strides of 0, or without strides.
    const bool repeats = i < record_.inputs && source_.OneIn(8);
    if (repeats) std::fill_n(views[i].strides, ndim, 0);
    operands[i] = {views[i].data, repeats ? nullptr : views[i].strides};
    text_ += ", " + TextOf(views[i], arena_);
  }
  Verdict verdict;
  Options options(source_, verdict);
  if (record_.shape != LW_SHAPE_ELEMENTWISE) {
    verdict.errors.insert(LW_ERR_UNSUPPORTED);
  } else {
    SpoilMap(views, operands, &ndim, verdict);
    JudgeMap(views, verdict);
  }
  // What must come out: the same elements on one contiguous axis.
  const int64_t n = views[0].Count();
  std::vector<Bytes> gathered(LW_MAX_OPERANDS), expected;
  lw_operand flat[LW_MAX_OPERANDS] = {};
  if (verdict.errors.empty() && n > 0) {
    for (int i = 0; i < end; ++i) {
      const size_t size = harness::SizeOf(record_, i);
      Bytes& bytes = gathered[static_cast<size_t>(i)];
      bytes.resize(static_cast<size_t>(n) * size);
      for (int64_t k = 0; k < n; ++k) {
        std::memcpy(&bytes[static_cast<size_t>(k) * size], views[i].At(k, 0, false), size);
      }
      flat[i] = {bytes.data(), static_cast<int64_t>(size)};
    }
    expected = BaselineResults(record_, flat, n);
  }
  const lw_status status =
      lw_map(record_.kernel, record_.dtypes, operands, ndim, views[0].shape, options.get());
  if (!verdict.Allows(status)) return WrongStatus(status, verdict);
  const std::string bad_options = options.Check(status, n);
  if (!bad_options.empty()) return Wrong(bad_options);
  for (int i = record_.inputs; i < end && status == LW_OK; ++i) {
    const auto size = static_cast<int64_t>(harness::SizeOf(record_, i));
    for (int64_t k = 0; k < n; ++k) {
      const Bytes& all = expected[static_cast<size_t>(i - record_.inputs)];
      const Bytes want(all.begin() + k * size, all.begin() + (k + 1) * size);
      const lw_operand place = {views[i].At(k, 0, false), 0};
      const std::string wrong = CheckElements(place, record_.dtypes[i], 1, want);
      if (!wrong.empty()) return wrong + " (element " + std::to_string(k) + ")";
    }
  }
  return arena_.Agree() ? "" : Wrong("bytes outside the outputs changed");
}

// Makes one thing invalid in one case of six.
inline void Case::SpoilMap(const FuzzView* views, lw_map_operand* operands, int32_t* ndim,
                           Verdict& verdict) {
  const int operand =
      static_cast<int>(source_.Below(static_cast<uint64_t>(harness::Operands(record_))));
  const int out = record_.inputs;
  const bool empty = views[0].Count() == 0;
  switch (source_.Below(18)) {
    case 0:
      operands[operand].data = nullptr;
      if (!empty) verdict.errors.insert(LW_ERR_NULL);
      break;
    case 1:
      *ndim = source_.OneIn(2) ? -1 : LW_MAX_NDIM + 1;
      verdict.errors.insert(LW_ERR_SIZE);
      break;
    case 2:
      if (*ndim == 0) break;
      operands[out].stride_bytes = nullptr;
      verdict.errors.insert(LW_ERR_NULL);
      break;
    default:
      break;
  }
}

// Overlap of each output with itself and with all operands in front of it.
inline void Case::JudgeMap(const FuzzView* views, Verdict& verdict) {
  const int64_t n = views[0].Count();
  if (n == 0) return;
  const int end = harness::Operands(record_);
  std::vector<uint8_t> used(Arena::kBytes);
  // Whether any byte of a view carries the mark already.
  const auto mark = [&](int i, uint8_t bit) {
    const size_t size = harness::SizeOf(record_, i);
    bool again = false;
    for (int64_t k = 0; k < n; ++k) {
      const auto at = static_cast<size_t>(views[i].At(k, 0, false) - arena_.actual());
      for (size_t b = at; b < at + size; ++b) {
        again |= (used[b] & bit) != 0;
        used[b] |= bit;
      }
    }
    return again;
  };
  for (int out = record_.inputs; out < end; ++out) {
    const auto out_size = static_cast<int64_t>(harness::SizeOf(record_, out));
    std::fill(used.begin(), used.end(), uint8_t{0});
    if (mark(out, 1)) verdict.errors.insert(LW_ERR_OVERLAP);
    verdict.may_refuse |= !IsNested(views[out], out_size);
    for (int i = 0; i < out; ++i) {
      const auto size = static_cast<int64_t>(harness::SizeOf(record_, i));
      bool same_place = views[i].data == views[out].data;
      for (int32_t k = 0; k < views[i].ndim; ++k) {
        same_place &= views[i].shape[k] == 1 || views[i].strides[k] == views[out].strides[k];
      }
      if (i < record_.inputs && same_place && size == out_size) continue;
      // Of strange strides the library may say that they share bytes where their spans meet.
      const Span a = SpanOf(views[i], size), b = SpanOf(views[out], out_size);
      verdict.may_refuse |= !IsNested(views[i], size) && a.begin < b.end && b.begin < a.end;
      std::fill(used.begin(), used.end(), uint8_t{0});
      mark(i, 2);
      for (uint8_t& byte : used) byte = byte ? 1 : 0;
      if (mark(out, 1)) verdict.errors.insert(LW_ERR_OVERLAP);
    }
  }
}

}  // namespace lanewise::fuzz

#endif  // LANEWISE_TESTS_FUZZ_FUZZ_MAP_H_
