#include "dispatch/engine/overlap.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <tuple>

namespace lanewise {
namespace {

__extension__ typedef __int128 Wide;

Wide FloorDiv(Wide a, Wide b) { return a / b - (a % b < 0); }  // b > 0
Wide CeilDiv(Wide a, Wide b) { return -FloorDiv(-a, b); }

// x with a * x = 1 modulo m, for coprime a >= 0 and m > 0; 0 if m is 1.
Wide InverseModulo(Wide a, Wide m) {
  Wide r0 = m, r1 = a % m, x0 = 0, x1 = 1;
  while (r1 != 0) {
    const Wide q = r0 / r1;
    std::tie(r0, r1) = std::pair(r1, r0 - q * r1);
    std::tie(x0, x1) = std::pair(x1, x0 - q * x1);
  }
  return ((x0 % m) + m) % m;
}

// One axis of one array: k * stride, k free between low and high.
struct Term {
  int64_t stride;  // > 0
  Wide low, high;
};

// Two terms, solved as a Diophantine equation.
class TwoTerms {
 public:
  TwoTerms() = default;
  TwoTerms(const Term& a, const Term& b)
      : a_(a),
        b_(b),
        gcd_(std::gcd(a.stride, b.stride)),
        step_a_(b.stride / gcd_),
        step_b_(a.stride / gcd_),
        inverse_(InverseModulo(step_b_, step_a_)) {}

  // Whether some i * a + j * b is the sum.
  bool Reach(Wide sum) const {
    if (sum % gcd_ != 0) return false;
    const Wide i = ((sum / gcd_ % step_a_) * inverse_ % step_a_ + step_a_) % step_a_;
    const Wide j = (sum - i * a_.stride) / b_.stride;
    // All solutions: i + t * step_a, j - t * step_b.
    const Wide low = std::max(CeilDiv(a_.low - i, step_a_), CeilDiv(j - b_.high, Wide{step_b_}));
    const Wide high = std::min(FloorDiv(a_.high - i, step_a_), FloorDiv(j - b_.low, Wide{step_b_}));
    return low <= high;
  }

 private:
  Term a_{}, b_{};
  int64_t gcd_ = 1;
  Wide step_a_ = 1, step_b_ = 1;
  Wide inverse_ = 0;
};

// The sums that one element of each term gives.
class SumSearch {
 public:
  void Add(int64_t stride, int64_t size, bool negative) {
    if (size <= 1 || stride == 0) return;
    const bool down = (stride < 0) != negative;
    const int64_t magnitude = std::abs(stride);
    const Wide last = size - 1, low = down ? -last : Wide{0}, high = down ? Wide{0} : last;
    for (int i = 0; i < count_; ++i) {
      if (terms_[i].stride != magnitude) continue;
      terms_[i].low += low, terms_[i].high += high;
      return;
    }
    terms_[count_++] = {magnitude, low, high};
  }

  // Whether some sum is at least low and at most high, which are a few bytes apart.
  bool Reaches(Wide low, Wide high) {
    std::sort(terms_, terms_ + count_,
              [](const Term& a, const Term& b) { return a.stride > b.stride; });
    rest_[count_] = {0, 0};
    for (int i = count_ - 1; i >= 0; --i) {
      rest_[i].low = rest_[i + 1].low + terms_[i].stride * terms_[i].low;
      rest_[i].high = rest_[i + 1].high + terms_[i].stride * terms_[i].high;
    }
    if (count_ >= 2) last_two_ = {terms_[count_ - 2], terms_[count_ - 1]};
    steps_ = 0;
    return Search(0, low, high);
  }

 private:
  static constexpr int kMaxSteps = 20000;

  // The same for the terms from i on. With nested strides at most two values of each term are
  // worth a try, and mostly one.
  bool Search(int i, Wide low, Wide high) {
    if (high < rest_[i].low || rest_[i].high < low) return false;
    if (i == count_ || ++steps_ > kMaxSteps) return true;
    if (i == count_ - 2) {
      for (Wide sum = low; sum <= high; ++sum) {
        if (last_two_.Reach(sum)) return true;
      }
      return false;
    }
    const Term& term = terms_[i];
    const Wide first = std::max(term.low, CeilDiv(low - rest_[i + 1].high, term.stride));
    const Wide last = std::min(term.high, FloorDiv(high - rest_[i + 1].low, term.stride));
    for (Wide k = first; k <= last; ++k) {
      if (Search(i + 1, low - k * term.stride, high - k * term.stride)) return true;
    }
    return false;
  }

  struct Range {
    Wide low, high;
  };
  Term terms_[2 * LW_MAX_NDIM];
  Range rest_[2 * LW_MAX_NDIM + 1];  // what the terms from here on reach
  TwoTerms last_two_;
  int count_ = 0;
  int steps_ = 0;
};

// Elements at distance d, from a's to b's, share a byte if -b_size < d < a_size.
bool Meet(SumSearch& distance, const void* a, size_t a_size, const void* b, size_t b_size) {
  const Wide between = static_cast<Wide>(reinterpret_cast<uintptr_t>(b)) -
                       static_cast<Wide>(reinterpret_cast<uintptr_t>(a));
  return distance.Reaches(1 - static_cast<Wide>(b_size) - between,
                          static_cast<Wide>(a_size) - 1 - between);
}

// First and one-past-last byte of an operand's elements.
struct Extent {
  const char* begin;
  const char* end;
};
Extent ExtentOf(const lw_operand& operand, size_t size, int64_t n) {
  const char* first = static_cast<const char*>(operand.data);
  const char* last = first + operand.stride_bytes * (n - 1);
  return {std::min(first, last), std::max(first, last) + size};
}

}  // namespace

bool SharesBytes(const lw_operand& a, size_t a_size, const lw_operand& b, size_t b_size,
                 int64_t n) {
  if (n <= 0) return false;
  const Extent ea = ExtentOf(a, a_size, n), eb = ExtentOf(b, b_size, n);
  if (ea.end <= eb.begin || eb.end <= ea.begin) return false;
  SumSearch distance;
  distance.Add(a.stride_bytes, n, true);
  distance.Add(b.stride_bytes, n, false);
  return Meet(distance, a.data, a_size, b.data, b_size);
}

bool ViewsShareBytes(const lw_view& a, size_t a_size, const lw_view& b, size_t b_size) {
  SumSearch distance;
  for (int i = 0; i < a.ndim; ++i) distance.Add(a.stride_bytes[i], a.shape[i], true);
  for (int i = 0; i < b.ndim; ++i) distance.Add(b.stride_bytes[i], b.shape[i], false);
  return Meet(distance, a.data, a_size, b.data, b_size);
}

bool ElementsDistinct(const lw_view& view, size_t size) {
  int order[LW_MAX_NDIM] = {}, axes = 0;
  for (int i = 0; i < view.ndim; ++i) {
    if (view.shape[i] > 1) order[axes++] = i;
  }
  std::sort(order, order + axes, [&](int a, int b) {
    return std::abs(view.stride_bytes[a]) < std::abs(view.stride_bytes[b]);
  });
  int64_t covered = static_cast<int64_t>(size);
  for (int k = 0; k < axes; ++k) {
    const int64_t stride = std::abs(view.stride_bytes[order[k]]);
    if (stride < covered) return false;
    covered += stride * (view.shape[order[k]] - 1);
  }
  return true;
}

bool SamePlace(const lw_view& a, const lw_view& b) {
  if (a.data != b.data) return false;
  for (int i = 0; i < a.ndim; ++i) {
    if (a.shape[i] > 1 && a.stride_bytes[i] != b.stride_bytes[i]) return false;
  }
  return true;
}

}  // namespace lanewise
