// What ops_test compares on: lists of values, mostly exhaustive or adversarial, and the report of
// lanes that differ.

#ifndef LANEWISE_TESTS_OPS_OPS_VALUES_H_
#define LANEWISE_TESTS_OPS_OPS_VALUES_H_

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/kernels/reference.h"

namespace lanewise {

// One case of ops_test on one target.
struct OpsCase {
  const char* name;
  void (*run)();
};

// Whether the tests may take minutes: set by `make test-long`.
inline bool LongTests() {
  const char* text = std::getenv("LANEWISE_LONG_TESTS");
  return text && *text && *text != '0';
}

template <class T>
std::string Show(T value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  char text[80];
  if constexpr (std::is_floating_point_v<T>) {
    snprintf(text, sizeof(text), "%a (0x%llx)", static_cast<double>(value),
             static_cast<unsigned long long>(bits));
  } else {
    snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(bits));
  }
  return text;
}

// Counts mismatches, shows the first three and fails the test at the end.
class Mismatches {
 public:
  explicit Mismatches(const char* what) : what_(what) {}
  template <class R, class... Args>
  void Add(R got, R expected, Args... args) {
    if (count_++ >= 3) return;
    text_ += "\n  (";
    ((text_ += Show(args) + " "), ...);
    text_ += "): got " + Show(got) + ", expected " + Show(expected);
  }
  ~Mismatches() {
    if (count_) ADD_FAILURE() << what_ << ": " << count_ << " lanes differ" << text_;
  }

 private:
  const char* what_;
  size_t count_ = 0;
  std::string text_;
};

template <class T, class U = T>
struct Pairs {
  std::vector<T> a;
  std::vector<U> b;
  void Add(T x, U y) {
    a.push_back(x);
    b.push_back(y);
  }
};
template <class T>
struct Triples {
  std::vector<T> a, b, c;
  void Add(T x, T y, T z) {
    a.push_back(x);
    b.push_back(y);
    c.push_back(z);
  }
};

// Every value of 8- and 16-bit types; specials and random values of wider ones.
template <class T>
const std::vector<T>& AllOrMany() {
  static const std::vector<T> values = [] {
    std::vector<T> v;
    if constexpr (sizeof(T) <= 2) {
      for (uint32_t bits = 0; bits < (1u << (8 * sizeof(T))); ++bits) {
        T value;
        std::memcpy(static_cast<void*>(&value), &bits, sizeof(T));
        v.push_back(value);
      }
    } else {
      v = reference::InterestingValues<T>(1, 200000);
      for (T x : reference::Specials<T>()) v.push_back(x);
    }
    return v;
  }();
  return values;
}

// Every pair of 8-bit values; every 16-bit value with every special one, both ways round; all
// pairs of specials and many random pairs of wider types.
template <class T>
const Pairs<T>& AllOrManyPairs() {
  static const Pairs<T> pairs = [] {
    Pairs<T> p;
    const std::vector<T> specials = reference::Specials<T>();
    const std::vector<T>& firsts = sizeof(T) <= 2 ? AllOrMany<T>() : specials;
    const std::vector<T>& seconds = sizeof(T) == 1 ? AllOrMany<T>() : specials;
    for (T x : firsts) {
      for (T y : seconds) {
        p.Add(x, y);
        if (sizeof(T) == 2) p.Add(y, x);
      }
    }
    reference::Rng rng(2);
    for (int i = 0; i < 200000; ++i) {
      const T x = reference::Interesting<T>(rng, specials);
      p.Add(x, i % 8 == 0 ? x : reference::Interesting<T>(rng, specials));
    }
    return p;
  }();
  return pairs;
}

// For fused multiply-add: where one rounding and two differ, and where software can go wrong.
template <class T>
const Triples<T>& FmaTriples() {
  static const Triples<T> triples = [] {
    using L = std::numeric_limits<T>;
    Triples<T> t;
    const std::vector<T> specials = reference::Specials<T>();
    for (T x : specials) {
      for (T y : specials) {
        for (T z : specials) t.Add(x, y, z);
      }
    }
    reference::Rng rng(3);
    const auto significand = [&](int bits) {
      const int64_t end = int64_t{1} << bits;
      return static_cast<T>(rng.Between(-end, end));
    };
    const auto scaled = [&](int bits, int low, int high) {
      return std::ldexp(significand(bits), static_cast<int>(rng.Between(low, high)) - bits);
    };
    const int digits = L::digits, top = L::max_exponent, bottom = L::min_exponent;
    for (int i = 0; i < 120000; ++i) {
      // Any bits.
      t.Add(rng.Bits<T>(), rng.Bits<T>(), rng.Bits<T>());
      // Similar magnitudes; few bits, so that ties between two results are frequent.
      t.Add(scaled(digits, -2, 2), scaled(digits, -2, 2), scaled(digits, -digits - 4, digits + 4));
      t.Add(scaled(digits, 0, 1), scaled(2, -digits - 3, 3), scaled(digits, 0, 3));
      t.Add(scaled(5, 0, 1), scaled(digits - 4, 0, 1), scaled(6, digits - 2, digits + 4));
      // Cancellation: the addend is the rounded product and its neighbours.
      const T x = scaled(digits, -40, 40), y = scaled(digits, -40, 40);
      T z = -(x * y);
      for (uint64_t step = rng.Below(4); step > 0; --step) z = std::nextafter(z, T{0});
      t.Add(x, y, z);
      // Near overflow, near and below the smallest normal number.
      const int e = static_cast<int>(rng.Between(-top / 2, top / 2));
      t.Add(scaled(digits, top / 2 + e - 1, top / 2 + e + 1),
            scaled(digits, top / 2 - e, top / 2 - e), scaled(digits, top - 3, top));
      t.Add(scaled(digits, bottom / 2 + e - 4, bottom / 2 + e + 4),
            scaled(digits, bottom / 2 - e - digits - 2, bottom / 2 - e + 3),
            scaled(digits, bottom - digits, bottom + 3));
      t.Add(scaled(digits, bottom / 2 + e, bottom / 2 + e),
            scaled(3, bottom / 2 - e - digits - 2, bottom / 2 - e + 1),
            scaled(digits, bottom, bottom + 2));
      // The edges of the range in which software takes its fast path.
      t.Add(scaled(digits, -302, -298), scaled(digits, -302, -298), scaled(digits, -803, -797));
      t.Add(scaled(digits, 298, 302), scaled(digits, 298, 302), scaled(digits, 897, 903));
      t.Add(scaled(digits, 298, 302), scaled(digits, -302, -298), scaled(digits, -60, 60));
    }
    return t;
  }();
  return triples;
}

}  // namespace lanewise

#endif  // LANEWISE_TESTS_OPS_OPS_VALUES_H_
