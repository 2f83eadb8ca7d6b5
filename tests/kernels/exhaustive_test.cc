// Elementwise kernels on every value there is: of f16, bf16, 16- and 8-bit integers for one
// operand, all pairs of 8 bits for two; every 16-bit value of each operand of the others, among
// special ones. On every target, whole, in short pieces and with an operand that is one element,
// against the scalar references; math functions of f16 and bf16 against f32's of the baseline,
// rounded once.

#include "tests/kernels/exhaustive.h"

#include "tests/kernels/definitions.h"
#include "tests/ops/ops_values.h"

namespace lanewise {
namespace {

using namespace exhaustive;  // NOLINT
using harness::Definition;
using harness::Work;

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

// From f32's where a math function has no scalar reference.
void ExpectSmall(const Definition& definition, Work& work) {
  if (definition.element == nullptr)
    ExpectByF32(work);
  else
    harness::Expect(definition, work);
}

// The elementwise kernels whose inputs have 8 or 16 bits each.
std::vector<Definition> SmallKernels() {
  std::vector<Definition> kernels = harness::Definitions();
  std::erase_if(kernels, [](const Definition& definition) {
    int wide = 0;
    for (int k = 0; k < definition.record.inputs; ++k) {
      wide += harness::SizeOf(definition.record, k) > 2;
    }
    return wide != 0;
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
      harness::ExpectElements(record, k, out_[k], work_.expected[k],
                              std::string("on ") + target_ + how, inputs);
      std::fill(out_[k].begin(), out_[k].end(), harness::kSentinel);
    }
  }

  const Work& work_;
  const char* target_;
  Bytes out_[LW_MAX_OPERANDS];
};

TEST(Exhaustive, OneOperandAndPairsOf8Bits) {
  int one = 0, two = 0;
  for (const Definition& listed : SmallKernels()) {
    if (!harness::TakesEveryValue(listed.record)) continue;
    Work work;
    work.record = listed.record;
    work.n = harness::kEveryValue;
    harness::FillWithEveryValue(work.record, work.inputs);
    ExpectSmall(listed, work);
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
void CheckAmongSpecials(const Definition& listed, int every) {
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
    ExpectSmall(listed, work);
    for (const char* target : harness::RunnableTargets()) {
      const harness::TargetScope scope(target);
      Checker(work, target).Whole();
    }
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Exhaustive, EachOperandAmongSpecialValues) {
  int checked = 0;
  for (const Definition& listed : SmallKernels()) {
    if (harness::TakesEveryValue(listed.record)) continue;
    for (int k = 0; k < listed.record.inputs; ++k) CheckAmongSpecials(listed, k);
    ++checked;
  }
  EXPECT_GT(checked, 30);
}

}  // namespace
}  // namespace lanewise
