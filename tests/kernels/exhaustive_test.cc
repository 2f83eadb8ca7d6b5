// Elementwise kernels on every value there is: of f16, bf16, 16- and 8-bit integers for one
// operand, all pairs of 8 bits for two; every 16-bit value of each operand of the others, among
// special ones. On every target, whole, in short pieces and with an operand that is one element,
// against the scalar references; math functions of f16 and bf16 against f32's of the baseline,
// rounded once.

#include "tests/kernels/exhaustive.h"

#include "kernels/all.h"
#include "tests/ops/ops_values.h"

namespace lanewise {
namespace {

using namespace exhaustive;  // NOLINT

// ---------------------------------------------------------------- kernels with their references

struct Work {
  lw_kernel_record record;
  size_t n = 0;
  Bytes inputs[LW_MAX_OPERANDS], expected[LW_MAX_OPERANDS];
};

struct Listed {
  lw_kernel_record record;
  void (*expect)(Work& work);  // fills `expected` from `inputs`
};

// An element of type T, and a place for one; booleans are bytes.
template <class T>
T At(const Bytes& bytes, size_t i) {
  if constexpr (std::is_same_v<T, bool>) {
    return bytes[i] != 0;
  } else {
    T value;
    std::memcpy(static_cast<void*>(&value), &bytes[i * sizeof(T)], sizeof(T));
    return value;
  }
}
template <class T>
void Put(Bytes& bytes, size_t i, T value) {
  std::memcpy(&bytes[i * sizeof(T)], &value, sizeof(T));
}

template <class Op, class T, class... In>
auto ResultOf(Kernel<Op, T>, In... in) {
  return reference::Result<Op, T>(in...);
}
template <class Op, class From, class To>
To ResultOf(Kernel<Op, Cast<From, To>>, From x) {
  return reference::Converted<To>(x);
}

template <class K, class... In, class... Out, size_t... I>
void ExpectByReference(Work& work, TypeList<In...>, TypeList<Out...>, std::index_sequence<I...>) {
  const size_t sizes[] = {sizeof(Out)...};
  for (size_t k = 0; k < sizeof...(Out); ++k) work.expected[k].resize(work.n * sizes[k]);
  for (size_t i = 0; i < work.n; ++i) {
    const auto result = ResultOf(K{}, At<In>(work.inputs[I], i)...);
    if constexpr (sizeof...(Out) == 1) {
      (Put(work.expected[0], i, static_cast<Out>(result)), ...);
    } else {
      Put(work.expected[0], i, result.first);
      Put(work.expected[1], i, result.second);
    }
  }
}
template <class Op, class T>
void ExpectByReference(Work& work) {
  using Inputs = InputsOf<Op, T>;
  ExpectByReference<Kernel<Op, T>>(work, Inputs{}, OutputsOf<Op, T>{},
                                   std::make_index_sequence<Inputs::kSize>{});
}

lw_status Call(const lw_kernel_record& record, const lw_operand* operands, size_t n) {
  return lw_call(record.kernel, record.dtypes, operands, static_cast<int64_t>(n), nullptr);
}

void ExpectByF32(Work& work) {
  const harness::TargetScope baseline(lw_target_name(0));
  const lw_kernel_record wide = AsF32(work.record);
  Bytes arrays[LW_MAX_OPERANDS];
  lw_operand operands[LW_MAX_OPERANDS];
  for (int k = 0; k < harness::Operands(wide); ++k) {
    if (k < wide.inputs) arrays[k] = Widened(work.record.dtypes[k], work.inputs[k]);
    arrays[k].resize(work.n * harness::SizeOf(wide, k));
    operands[k] = {arrays[k].data(), static_cast<int64_t>(harness::SizeOf(wide, k))};
  }
  ASSERT_EQ(Call(wide, operands, work.n), LW_OK) << lw_last_error();
  for (int k = 0; k < wide.outputs; ++k) {
    work.expected[k] = Narrowed(work.record.dtypes[wide.inputs + k], arrays[wide.inputs + k]);
  }
}

template <class... In>
constexpr bool AreSmall(TypeList<In...>) {
  return ((sizeof(In) <= 2) && ...);
}

// The elementwise kernels whose inputs have 8 or 16 bits each.
std::vector<Listed> SmallKernels() {
  std::vector<Listed> kernels;
  ForEachKernel([&kernels]<class Op, class T>(Kernel<Op, T>) {
    if constexpr (kIsElementwise<Op>) {
      if constexpr (AreSmall(InputsOf<Op, T>{})) {
        Listed listed{};
        listed.record.struct_size = sizeof(listed.record);
        ASSERT_EQ(lw_kernel_info(kSlot<Op, T>, &listed.record), LW_OK);
        listed.expect = [](Work& work) {
          if constexpr (kIsMath<Op>)
            ExpectByF32(work);
          else
            ExpectByReference<Op, T>(work);
        };
        kernels.push_back(listed);
      }
    }
  });
  return kernels;
}

// ---------------------------------------------------------------- ways to call them

class Checker {
 public:
  Checker(const Work& work, const char* target) : work_(work), target_(target) {
    for (int k = 0; k < work.record.outputs; ++k) out_[k].resize(work.expected[k].size());
  }

  void Whole() {
    Run(0, work_.n, 1, {});
    Compare("");
  }
  // Of all small lengths: every value is in a tail of some length.
  void Pieces() {
    for (size_t at = 0, length = 1; at < work_.n; at += length, length = length % 67 + 1) {
      Run(at, std::min(length, work_.n - at), 1, {});
    }
    Compare(" in pieces");
  }
  // All pairs of 8 bits, where one input is one element for 256 of the other.
  void Scalars() {
    for (size_t value = 0; value < 256; ++value) Run(256 * value, 256, 1, {false, true});
    Compare(" with one y");
    for (size_t value = 0; value < 256; ++value) Run(value, 256, 256, {true, false});
    Compare(" with one x");
  }

 private:
  struct OneElement {
    bool of[2] = {};
  };

  // `count` elements from `at` on, every step-th.
  void Run(size_t at, size_t count, size_t step, OneElement one) {
    const lw_kernel_record& record = work_.record;
    lw_operand operands[LW_MAX_OPERANDS];
    for (int k = 0; k < harness::Operands(record); ++k) {
      const size_t size = harness::SizeOf(record, k);
      const Bytes& array = k < record.inputs ? work_.inputs[k] : out_[k - record.inputs];
      const bool repeats = k < 2 && one.of[k];
      operands[k] = {&array[at * size], static_cast<int64_t>(repeats ? 0 : step * size)};
    }
    ASSERT_EQ(Call(record, operands, count), LW_OK) << lw_last_error();
  }

  void Compare(const char* how) {
    const lw_kernel_record& record = work_.record;
    const auto inputs = [&](size_t i) {
      std::string text;
      for (int k = 0; k < record.inputs; ++k) {
        const Bytes& input = work_.inputs[k];
        text +=
            harness::ElementText(record.dtypes[k], &input[i * harness::SizeOf(record, k)]) + " ";
      }
      return text;
    };
    for (int k = 0; k < record.outputs; ++k) {
      ExpectElements(record, k, out_[k], work_.expected[k], std::string("on ") + target_ + how,
                     inputs);
      std::fill(out_[k].begin(), out_[k].end(), harness::kSentinel);
    }
  }

  const Work& work_;
  const char* target_;
  Bytes out_[LW_MAX_OPERANDS];
};

TEST(Exhaustive, OneOperandAndPairsOf8Bits) {
  int one = 0, two = 0;
  for (const Listed& listed : SmallKernels()) {
    if (!harness::TakesEveryValue(listed.record)) continue;
    Work work;
    work.record = listed.record;
    work.n = harness::kEveryValue;
    harness::FillWithEveryValue(work.record, work.inputs);
    listed.expect(work);
    for (const char* target : harness::RunnableTargets()) {
      const harness::TargetScope scope(target);
      Checker checker(work, target);
      checker.Whole();
      checker.Pieces();
      if (work.record.inputs == 2) checker.Scalars();
    }
    ++(work.record.inputs == 1 ? one : two);
  }
  EXPECT_GT(one, 20);
  EXPECT_GT(two, 20);
}

// ---------------------------------------------------------------- among special values

// n elements of a dtype from its special values, in any order.
Bytes SpecialBytes(lw_dtype dtype, size_t n, reference::Rng& rng) {
  const size_t size = lw_dtype_size(dtype);
  Bytes bytes(n * size);
  harness::Visit(dtype, [&](auto x) {
    using T = decltype(x);
    if constexpr (std::is_same_v<T, bool>) {  // any byte but 0 is true
      for (char& byte : bytes) byte = static_cast<char>(rng.Below(3) * 127);
    } else {
      const std::vector<T> specials = reference::Specials<T>();
      for (size_t i = 0; i < n; ++i) {
        std::memcpy(&bytes[i * size], &specials[rng.Below(specials.size())], size);
      }
    }
  });
  return bytes;
}

// Input `every` takes all values, again and again, while the others are drawn: from special values
// or from all, in turn. In the long tests so often that a pair with one of 24 special values is
// missed once in 3000.
void CheckAmongSpecials(const Listed& listed, int every) {
  const size_t rounds = LongTests() ? 384 : 4;
  reference::Rng rng(static_cast<uint64_t>(every) + 1);
  for (size_t round = 0; round < rounds; ++round) {
    Work work;
    work.record = listed.record;
    work.n = 65536;
    for (int k = 0; k < work.record.inputs; ++k) {
      const lw_dtype dtype = work.record.dtypes[k];
      work.inputs[k] = round % 2 ? harness::InterestingBytes(dtype, rng.Next(), work.n)
                                 : SpecialBytes(dtype, work.n, rng);
    }
    const size_t size = harness::SizeOf(work.record, every);
    for (uint32_t i = 0; i < work.n; ++i) std::memcpy(&work.inputs[every][i * size], &i, size);
    listed.expect(work);
    for (const char* target : harness::RunnableTargets()) {
      const harness::TargetScope scope(target);
      Checker(work, target).Whole();
    }
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Exhaustive, EachOperandAmongSpecialValues) {
  int checked = 0;
  for (const Listed& listed : SmallKernels()) {
    if (harness::TakesEveryValue(listed.record)) continue;
    for (int k = 0; k < listed.record.inputs; ++k) CheckAmongSpecials(listed, k);
    ++checked;
  }
  EXPECT_GT(checked, 30);
}

}  // namespace
}  // namespace lanewise
