// Views of several axes within a fuzz case's arena.

#ifndef LANEWISE_TESTS_FUZZ_FUZZ_VIEW_H_
#define LANEWISE_TESTS_FUZZ_FUZZ_VIEW_H_

#include "tests/fuzz/fuzz_arena.h"

namespace lanewise::fuzz {

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

// Whether axes are nested: all elements along the nearer ones lie within a step along the next.
// Other views may be refused although no two elements share a byte.
inline bool IsNested(const FuzzView& view, int64_t size) {
  std::vector<std::pair<int64_t, int64_t>> axes;  // step and size
  for (int32_t i = 0; i < view.ndim; ++i) {
    if (view.shape[i] > 1 && view.strides[i] != 0) {
      axes.emplace_back(std::abs(view.strides[i]), view.shape[i]);
    }
  }
  std::sort(axes.begin(), axes.end());
  int64_t extent = size;
  for (const auto& [step, count] : axes) {
    if (step < extent) return false;
    extent += step * (count - 1);
  }
  return true;
}

inline std::string TextOf(const FuzzView& view, const Arena& arena) {
  std::string text = "[" + std::to_string(view.data - arena.actual()) + ":";
  for (int32_t i = 0; i < view.ndim; ++i) {
    text += " " + std::to_string(view.shape[i]) + "*" + std::to_string(view.strides[i]);
  }
  return text + "]";
}

}  // namespace lanewise::fuzz

#endif  // LANEWISE_TESTS_FUZZ_FUZZ_VIEW_H_
