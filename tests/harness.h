// Shared by the behaviour tests, all through the C ABI: the kernel list as data, targets, arrays of
// interesting values, memory that ends at an unmapped page.

#ifndef LANEWISE_TESTS_HARNESS_H_
#define LANEWISE_TESTS_HARNESS_H_

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "dispatch/choose/policy.h"
#include "golden.h"
#include "lanewise/lanewise.h"
#include "tests/kernels/reference.h"

namespace lanewise::harness {

using Bytes = std::vector<char>;

// ---------------------------------------------------------------- kernels and targets

inline std::vector<lw_kernel_record> AllRecords() {
  std::vector<lw_kernel_record> records(static_cast<size_t>(lw_kernel_count()));
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record& record = records[static_cast<size_t>(i)];
    record.struct_size = sizeof(record);
    EXPECT_EQ(lw_kernel_info(i, &record), LW_OK);
  }
  return records;
}

inline bool IsElementwise(const lw_kernel_record& record) {
  return record.shape == LW_SHAPE_ELEMENTWISE;
}
inline std::vector<lw_kernel_record> ElementwiseRecords() {
  std::vector<lw_kernel_record> records = AllRecords();
  std::erase_if(records, [](const auto& r) { return !IsElementwise(r); });
  return records;
}

inline std::string Describe(const lw_kernel_record& record) {
  std::string text = record.name;
  for (int i = 0; i < record.inputs + record.outputs; ++i) {
    text += i == 0 ? "(" : i == record.inputs ? ") -> " : ", ";
    text += lw_dtype_name(record.dtypes[i]);
  }
  return text;
}

// The same kernel of the same dtypes.
inline bool SameLoop(const lw_kernel_record& a, const lw_kernel_record& b) {
  return a.kernel == b.kernel && std::memcmp(a.dtypes, b.dtypes, sizeof(a.dtypes)) == 0;
}

inline size_t SizeOf(const lw_kernel_record& record, int operand) {
  return lw_dtype_size(record.dtypes[operand]);
}

using golden::MovesBits;
using golden::Operands;
// kIsMath in kernels/list/kernel.h.
inline bool IsMath(const lw_kernel_record& record) {
  return record.shape == LW_SHAPE_ELEMENTWISE && record.max_ulp > 0.5;
}
// A few more elements than a call on one thread takes.
inline int64_t ThreadedSize(const lw_kernel_record& record) {
  int64_t widest = 1;
  for (int i = 0; i < Operands(record); ++i) {
    widest = std::max<int64_t>(widest, static_cast<int64_t>(lw_dtype_size(record.dtypes[i])));
  }
  const int64_t bytes = record.shape != LW_SHAPE_ELEMENTWISE ? kParallelBytes
                        : IsMath(record)                     ? kThreadBytesMath
                                                             : kThreadBytesPlain;
  return bytes / widest + 5077;
}
inline bool IsFloat(lw_dtype dtype) { return kDtypes[dtype].kind == DtypeKind::kFloat; }

inline std::vector<const char*> RunnableTargets() {
  std::vector<const char*> names;
  for (int32_t i = 0; i < lw_target_count(); ++i) {
    if (lw_target_supported(i)) names.push_back(lw_target_name(i));
  }
  return names;
}

// Caps the calling thread's target; the cap must give exactly this target.
class TargetScope {
 public:
  explicit TargetScope(const char* name) {
    EXPECT_EQ(lw_push_max_target(name), LW_OK);
    EXPECT_STREQ(lw_current_target(), name);
  }
  ~TargetScope() { EXPECT_EQ(lw_pop_max_target(), LW_OK); }
  TargetScope(const TargetScope&) = delete;
  TargetScope& operator=(const TargetScope&) = delete;
};

class ThreadScope {
 public:
  explicit ThreadScope(int32_t limit) { EXPECT_EQ(lw_set_threads(limit), LW_OK); }
  ~ThreadScope() { lw_set_threads(0); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;
};

// ---------------------------------------------------------------- elements

// Calls fn with a value of the C++ type that stands for a dtype.
template <class Fn>
auto Visit(lw_dtype dtype, Fn fn) {
  switch (dtype) {
    case LW_BOOL:
      return fn(bool{});
    case LW_I8:
      return fn(int8_t{});
    case LW_U8:
      return fn(uint8_t{});
    case LW_I16:
      return fn(int16_t{});
    case LW_U16:
      return fn(uint16_t{});
    case LW_I32:
      return fn(int32_t{});
    case LW_U32:
      return fn(uint32_t{});
    case LW_I64:
      return fn(int64_t{});
    case LW_U64:
      return fn(uint64_t{});
    case LW_F16:
      return fn(f16{});
    case LW_BF16:
      return fn(bf16{});
    case LW_F32:
      return fn(float{});
    default:
      return fn(double{});
  }
}

inline bool SameElement(lw_dtype dtype, const void* a, const void* b, bool strict) {
  if (std::memcmp(a, b, lw_dtype_size(dtype)) == 0) return true;
  if (strict || !IsFloat(dtype)) return false;
  return Visit(dtype, [&](auto x) {
    auto y = x;
    std::memcpy(static_cast<void*>(&x), a, sizeof(x));
    std::memcpy(static_cast<void*>(&y), b, sizeof(y));
    return reference::Same(x, y);
  });
}

inline std::string ElementText(lw_dtype dtype, const void* p) {
  uint64_t bits = 0;
  std::memcpy(&bits, p, lw_dtype_size(dtype));
  char text[32];
  snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(bits));
  return text;
}

// Whether an element is what it should be; a kernel that moves bits moves any byte that is true.
inline bool IsExpected(const lw_kernel_record& record, lw_dtype dtype, const char* got,
                       const char* expected) {
  const bool moves_bits = MovesBits(record.kernel);
  if (moves_bits && dtype == LW_BOOL) return (*got != 0) == (*expected != 0);
  return SameElement(dtype, got, expected, moves_bits);
}

// Reports the first elements that differ; `where` says of what. `inputs` describes an element's.
template <class Inputs>
void ExpectElements(const lw_kernel_record& record, int output, const Bytes& got,
                    const Bytes& expected, const std::string& where, Inputs inputs) {
  ASSERT_EQ(got.size(), expected.size());
  if (got == expected) return;
  const lw_dtype dtype = record.dtypes[record.inputs + output];
  const size_t size = lw_dtype_size(dtype);
  int wrong = 0;
  for (size_t i = 0; i < got.size() / size; ++i) {
    const char *a = &got[i * size], *b = &expected[i * size];
    if (IsExpected(record, dtype, a, b) || ++wrong > 3) continue;
    ADD_FAILURE() << Describe(record) << " " << where << ", output " << output << " of "
                  << inputs(i) << ": " << ElementText(dtype, a) << ", expected "
                  << ElementText(dtype, b);
  }
  EXPECT_EQ(wrong, 0) << Describe(record) << " " << where;
}

// All special values of a dtype, once each.
inline Bytes AllSpecials(lw_dtype dtype) {
  Bytes bytes;
  Visit(dtype, [&](auto x) {
    for (const auto value : reference::Specials<decltype(x)>()) {
      x = value;
      bytes.insert(bytes.end(), sizeof(x), 0);
      std::memcpy(&bytes[bytes.size() - sizeof(x)], &x, sizeof(x));
    }
  });
  return bytes;
}

// n contiguous elements: specials, random bits, moderate numbers. Booleans are sometimes other
// true bytes than 1.
inline Bytes InterestingBytes(lw_dtype dtype, uint64_t seed, size_t n) {
  Bytes bytes(n * lw_dtype_size(dtype));
  if (dtype == LW_BOOL) {
    reference::Rng rng(seed);
    for (char& byte : bytes) {
      const uint64_t r = rng.Next();
      byte = static_cast<char>(r & 1 ? (r & 14 ? 1 : r >> 8) : 0);
    }
    return bytes;
  }
  Visit(dtype, [&](auto x) {
    using T = decltype(x);
    if constexpr (!std::is_same_v<T, bool>) {
      const std::vector<T> values = reference::InterestingValues<T>(seed, n);
      if (n) std::memcpy(bytes.data(), values.data(), bytes.size());
    }
  });
  return bytes;
}

// ---------------------------------------------------------------- arrays for one kernel

// Contiguous inputs of a kernel and the results that every call on them must give: those of the
// baseline target in blocks too small for threads and streaming stores.
struct Arrays {
  lw_kernel_record record;
  size_t n;
  Bytes inputs[LW_MAX_OPERANDS - 1];
  bool strict;

  Arrays(const lw_kernel_record& r, size_t count, uint64_t seed)
      : record(r), n(count), strict(MovesBits(r.kernel)) {
    for (int i = 0; i < r.inputs; ++i) {
      inputs[i] = InterestingBytes(r.dtypes[i], seed * 4 + static_cast<uint64_t>(i), count);
    }
  }

  // The elements of an output. scalars: bit i set repeats the first element of input i.
  const Bytes& Expected(unsigned scalars = 0, int output = 0) {
    const auto [it, added] = expected_.try_emplace(scalars, static_cast<size_t>(record.outputs));
    const Bytes& expected = it->second[static_cast<size_t>(output)];
    if (!added) return expected;
    Bytes repeated[LW_MAX_OPERANDS - 1];
    for (int i = 0; i < record.inputs; ++i) {
      repeated[i] = inputs[i];
      const size_t size = SizeOf(record, i);
      if (!(scalars >> i & 1)) continue;
      for (size_t k = 1; k < n; ++k) std::memcpy(&repeated[i][k * size], &repeated[i][0], size);
    }
    for (int i = 0; i < record.outputs; ++i) {
      it->second[static_cast<size_t>(i)].resize(n * SizeOf(record, record.inputs + i));
    }
    const TargetScope scope(lw_target_name(0));
    constexpr size_t kBlock = 1000;
    for (size_t at = 0; at < n; at += kBlock) {
      lw_operand operands[LW_MAX_OPERANDS];
      for (int i = 0; i < record.inputs; ++i) {
        const size_t size = SizeOf(record, i);
        operands[i] = {&repeated[i][at * size], static_cast<int64_t>(size)};
      }
      for (int i = 0; i < record.outputs; ++i) {
        const size_t size = SizeOf(record, record.inputs + i);
        operands[record.inputs + i] = {&it->second[static_cast<size_t>(i)][at * size],
                                       static_cast<int64_t>(size)};
      }
      EXPECT_EQ(lw_call(record.kernel, record.dtypes, operands,
                        static_cast<int64_t>(std::min(kBlock, n - at)), nullptr),
                LW_OK)
          << lw_last_error();
    }
    return expected;
  }

 private:
  std::map<unsigned, std::vector<Bytes>> expected_;
};

// lw_call, or what runs kernels that it refuses: the sorted array has n elements, too.
inline lw_status CallAny(const lw_kernel_record& record, const lw_operand* operands, int64_t n) {
  if (record.shape != LW_SHAPE_SEARCH) {
    return lw_call(record.kernel, record.dtypes, operands, n, nullptr);
  }
  lw_view views[3];
  for (int i = 0; i < 3; ++i) views[i] = {operands[i].data, 1, &n, &operands[i].stride_bytes};
  return lw_searchsorted(record.dtypes[0], &views[0], &views[1], 0, &views[2], nullptr);
}

// ---------------------------------------------------------------- memory

// Mapped memory with an unmapped page on both sides: touching a byte outside is a crash.
class Guarded {
 public:
  explicit Guarded(size_t bytes) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    size_ = (bytes + page - 1) / page * page;
    mapped_ = size_ + 2 * page;
    void* base = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) std::abort();
    base_ = static_cast<char*>(base);
    begin_ = base_ + page;
    if (mprotect(begin_, size_, PROT_READ | PROT_WRITE) != 0) std::abort();
  }
  ~Guarded() { munmap(base_, mapped_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  char* begin() const { return begin_; }
  char* end() const { return begin_ + size_; }
  size_t size() const { return size_; }

 private:
  char* base_;
  char* begin_;
  size_t size_, mapped_;
};

inline constexpr char kSentinel = static_cast<char>(0xA5);

}  // namespace lanewise::harness

#endif  // LANEWISE_TESTS_HARNESS_H_
