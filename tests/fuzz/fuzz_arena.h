// What a fuzz case stands on: choices, guarded memory in two copies, a verdict, and operands within
// that memory.

#ifndef LANEWISE_TESTS_FUZZ_FUZZ_ARENA_H_
#define LANEWISE_TESTS_FUZZ_FUZZ_ARENA_H_

#include <set>
#include <string>

#include "tests/harness.h"

namespace lanewise::fuzz {

using harness::Bytes;

// Choices: from a generator, or from a fuzzing engine's bytes (zeros when they run out).
class Source {
 public:
  explicit Source(uint64_t seed) : rng_(seed) {}
  Source(const uint8_t* data, size_t size) : rng_(0), data_(data), size_(size) {}
  uint64_t Below(uint64_t end) {
    if (!data_) return rng_.Below(end);
    uint64_t value = 0;
    for (uint64_t range = end - 1; range != 0; range >>= 8) {
      value = value << 8 | (size_ ? *data_ : 0);
      if (size_) ++data_, --size_;
    }
    return value % end;
  }
  bool OneIn(uint64_t count) { return Below(count) == count - 1; }
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
  }

 private:
  reference::Rng rng_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// Two arenas with the same bytes: one for the call, one for what must come out.
class Arena {
 public:
  static constexpr int64_t kBytes = 1 << 16;
  Arena() : actual_(kBytes), wanted_(kBytes) {
    const Bytes doubles = harness::InterestingBytes(LW_F64, 20, kBytes / 32);
    const Bytes floats = harness::InterestingBytes(LW_F32, 21, kBytes / 16);
    const Bytes bits = harness::InterestingBytes(LW_U8, 22, kBytes / 2);
    pattern_.insert(pattern_.end(), doubles.begin(), doubles.end());
    pattern_.insert(pattern_.end(), floats.begin(), floats.end());
    pattern_.insert(pattern_.end(), bits.begin(), bits.end());
  }
  // Fresh contents; the same pattern from another place each time.
  void Reset(uint64_t shift) {
    const size_t at = shift * 8 % kBytes;
    std::memcpy(actual_.begin(), &pattern_[at], kBytes - at);
    std::memcpy(actual_.begin() + kBytes - at, pattern_.data(), at);
    std::memcpy(wanted_.begin(), actual_.begin(), kBytes);
  }
  char* actual(int64_t offset = 0) const { return actual_.begin() + offset; }
  char* wanted(int64_t offset = 0) const { return wanted_.begin() + offset; }
  // The same place in the other arena.
  char* Twin(const void* p) const { return wanted(static_cast<const char*>(p) - actual()); }
  bool Agree() const { return std::memcmp(actual(), wanted(), kBytes) == 0; }

 private:
  harness::Guarded actual_, wanted_;
  Bytes pattern_;
};

// What a status may be: one of the violated rules, or LW_OK if there is none.
struct Verdict {
  std::set<lw_status> errors;
  bool may_refuse = false;  // LW_ERR_OVERLAP is allowed, though no byte is shared
  bool Allows(lw_status status) const {
    if (may_refuse && status == LW_ERR_OVERLAP) return true;
    return errors.empty() ? status == LW_OK : errors.count(status) != 0;
  }
};

// All of the arena can be written.
inline char* DataOf(const lw_operand& operand) {
  return static_cast<char*>(const_cast<void*>(operand.data));
}
inline char* ElementAt(const lw_operand& operand, int64_t i) {
  return DataOf(operand) + i * operand.stride_bytes;
}

// Whether elements of two operands share a byte, byte by byte.
inline bool Share(const lw_operand& a, size_t a_size, int64_t na, const lw_operand& b,
                  size_t b_size, int64_t nb, const Arena& arena) {
  std::vector<bool> used(Arena::kBytes);
  for (int64_t i = 0; i < na; ++i) {
    for (size_t k = 0; k < a_size; ++k) {
      used[static_cast<size_t>(ElementAt(a, i) - arena.actual()) + k] = true;
    }
  }
  for (int64_t i = 0; i < nb; ++i) {
    for (size_t k = 0; k < b_size; ++k) {
      if (used[static_cast<size_t>(ElementAt(b, i) - arena.actual()) + k]) return true;
    }
  }
  return false;
}

// Whether the bytes from the first to the last element of two operands meet.
inline bool Interleaved(const lw_operand& a, size_t a_size, int64_t na, const lw_operand& b,
                        size_t b_size, int64_t nb) {
  const auto [a0, a1] = std::minmax({ElementAt(a, 0), ElementAt(a, na - 1)});
  const auto [b0, b1] = std::minmax({ElementAt(b, 0), ElementAt(b, nb - 1)});
  return a0 < b1 + b_size && b0 < a1 + a_size;
}

inline Bytes Gathered(const lw_operand& operand, size_t size, int64_t n) {
  Bytes bytes(static_cast<size_t>(n) * size + 1);
  for (int64_t i = 0; i < n; ++i) {
    std::memcpy(&bytes[static_cast<size_t>(i) * size], ElementAt(operand, i), size);
  }
  return bytes;
}

// The results of a kernel on contiguous copies, by the baseline target.
inline std::vector<Bytes> BaselineResults(const lw_kernel_record& record,
                                          const lw_operand* operands, int64_t n, double ddof = 0) {
  std::vector<Bytes> copies(LW_MAX_OPERANDS);
  lw_operand contiguous[LW_MAX_OPERANDS];
  for (int k = 0; k < harness::Operands(record); ++k) {
    const auto i = static_cast<size_t>(k);
    const size_t size = harness::SizeOf(record, k);
    if (k < record.inputs)
      copies[i] = Gathered(operands[i], size, n);
    else
      copies[i].resize(static_cast<size_t>(std::max<int64_t>(n, 1)) * size);
    contiguous[i] = {copies[i].data(), static_cast<int64_t>(size)};
  }
  const harness::TargetScope scope(lw_target_name(0));
  lw_call_options options = {sizeof(options), 0, ddof, 0, 0, 0};
  EXPECT_EQ(lw_call(record.kernel, record.dtypes, contiguous, n, &options), LW_OK)
      << lw_last_error();
  copies.erase(copies.begin(), copies.begin() + record.inputs);
  return copies;
}

}  // namespace lanewise::fuzz

#endif  // LANEWISE_TESTS_FUZZ_FUZZ_ARENA_H_
