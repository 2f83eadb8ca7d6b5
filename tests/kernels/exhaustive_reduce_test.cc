// Reductions, scans and compress on every value of 16 bits and all pairs of 8: each begins a short
// sequence whose other elements are made of its bits. Against the references of reduce_reference.h;
// f16 and bf16 against f32's kernels of the baseline, rounded once.

#include "tests/kernels/exhaustive.h"
#include "tests/kernels/reduce_reference.h"

namespace lanewise {
namespace {

using namespace exhaustive;  // NOLINT

constexpr size_t kRows = harness::kEveryValue;

// Sequence i of an input, which begins with the bits of i. The others are near it, of either sign:
// so sums are rounded. Of 8 bits, odd places have the upper half of i.
Bytes Sequence(lw_dtype dtype, int input, size_t i, size_t length) {
  const size_t size = lw_dtype_size(dtype);
  Bytes bytes(length * size);
  for (size_t j = 0; j < length; ++j) {
    size_t bits = i ^ (j * 5 % 32) ^ (j % 3 == 2 ? 0x8080 : 0);
    if (size == 1 && (j + static_cast<size_t>(input)) % 2) bits >>= 8;
    if (size == 2 && input == 1) bits *= 40503;  // odd: every value again, in another order
    std::memcpy(&bytes[j * size], &bits, size);
  }
  return bytes;
}

// kRows sequences of one length, row by row, and their results.
struct Rows {
  lw_kernel_record record;
  size_t length;
  size_t results;  // of each: 1, or of a scan as many as elements
  Bytes inputs[2], expected;
};

using RowsFn = void (*)(Rows& rows);  // fills `expected`; f16 and bf16 need none

// ---------------------------------------------------------------- ways to call a kernel

// One call a row.
void ByCalls(const Rows& rows, const lw_kernel_record& record, const Bytes* inputs, Bytes& out) {
  const size_t out_size = harness::SizeOf(record, record.inputs);
  out.resize(kRows * rows.results * out_size);
  for (size_t i = 0; i < kRows; ++i) {
    lw_operand operands[3];
    for (int k = 0; k < record.inputs; ++k) {
      const size_t size = harness::SizeOf(record, k);
      operands[k] = {&inputs[k][i * rows.length * size], static_cast<int64_t>(size)};
    }
    operands[record.inputs] = {&out[i * rows.results * out_size], static_cast<int64_t>(out_size)};
    ASSERT_EQ(
        lw_call(record.kernel, record.dtypes, operands, static_cast<int64_t>(rows.length), nullptr),
        LW_OK)
        << lw_last_error();
  }
}

// All rows in one call; or all columns, of the transposed array.
void ByAxes(const Rows& rows, const lw_kernel_record& record, const Bytes& input, bool columns,
            Bytes& out) {
  const auto size = static_cast<int64_t>(harness::SizeOf(record, 0));
  const auto out_size = static_cast<int64_t>(harness::SizeOf(record, 1));
  const auto length = static_cast<int64_t>(rows.length), count = static_cast<int64_t>(kRows);
  Bytes transposed;
  const Bytes* data = &input;
  if (columns) {
    transposed.resize(input.size());
    for (int64_t i = 0; i < count; ++i) {
      for (int64_t j = 0; j < length; ++j) {
        std::memcpy(&transposed[static_cast<size_t>((j * count + i) * size)],
                    &input[static_cast<size_t>((i * length + j) * size)],
                    static_cast<size_t>(size));
      }
    }
    data = &transposed;
  }
  const int64_t shape[] = {columns ? length : count, columns ? count : length};
  const int64_t strides[] = {shape[1] * size, size};
  const lw_view in = {data->data(), 2, shape, strides};
  out.resize(kRows * static_cast<size_t>(out_size));
  const lw_view results = {out.data(), 1, &count, &out_size};
  ASSERT_EQ(lw_reduce(record.kernel, record.dtypes[0], &in, columns ? 1 : 2, &results, nullptr),
            LW_OK)
      << lw_last_error();
}

bool TakesAxes(const lw_kernel_record& record) {
  return record.shape == LW_SHAPE_REDUCE || record.shape == LW_SHAPE_ARG;
}

// ---------------------------------------------------------------- references

template <class T>
using Element = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

template <class T>
std::vector<Element<T>> Elements(const Bytes& bytes, size_t first, size_t count) {
  std::vector<Element<T>> values(count);
  std::memcpy(values.data(), &bytes[first * sizeof(T)], count * sizeof(T));
  if constexpr (std::is_same_v<T, bool>) {
    for (uint8_t& value : values) value = value != 0;
  }
  return values;
}

template <class Op, class T>
void ExpectByReference(Rows& rows) {
  using R = typename Op::template Result<T>;
  rows.expected.resize(kRows * rows.results * sizeof(R));
  for (size_t i = 0; i < kRows; ++i) {
    char* place = &rows.expected[i * rows.results * sizeof(R)];
    const auto x = Elements<T>(rows.inputs[0], i * rows.length, rows.length);
    if constexpr (std::is_same_v<ShapeOf<Op>, Scan>) {
      const auto results = RefIntegerScan(x);
      std::memcpy(place, results.data(), results.size() * sizeof(R));
    } else {
      auto y = x;
      if (rows.record.inputs == 2) y = Elements<T>(rows.inputs[1], i * rows.length, rows.length);
      const R result = static_cast<R>(RefReduce<Op>(x, y, 0));
      std::memcpy(place, &result, sizeof(R));
    }
  }
}

void ExpectByF32(Rows& rows) {
  const harness::TargetScope baseline(lw_target_name(0));
  const lw_kernel_record wide = AsF32(rows.record);
  Bytes inputs[2], results;
  for (int k = 0; k < wide.inputs; ++k) {
    inputs[k] = Widened(rows.record.dtypes[k], rows.inputs[k]);
  }
  ByCalls(rows, wide, inputs, results);
  rows.expected = Narrowed(rows.record.dtypes[wide.inputs], results);
}

template <class Op>
constexpr bool kIsSequenceKernel =
    std::is_same_v<ShapeOf<Op>, Reduce> || std::is_same_v<ShapeOf<Op>, ReduceTwo> ||
    std::is_same_v<ShapeOf<Op>, Arg> || std::is_same_v<ShapeOf<Op>, Scan>;

// ---------------------------------------------------------------- tests

void Check(const Rows& rows, const Bytes& got, const char* target, const char* how) {
  harness::ExpectElements(rows.record, 0, got, rows.expected,
                          "on " + std::string(target) + how + " of " + std::to_string(rows.length),
                          [&](size_t i) { return "sequence " + std::to_string(i / rows.results); });
}

void CheckLength(const lw_kernel_record& record, RowsFn expect, size_t length) {
  Rows rows{record, length, record.shape == LW_SHAPE_SCAN ? length : 1, {}, {}};
  for (int k = 0; k < record.inputs; ++k) {
    Bytes& input = rows.inputs[k];
    input.reserve(kRows * length * harness::SizeOf(record, k));
    for (size_t i = 0; i < kRows; ++i) {
      const Bytes sequence = Sequence(record.dtypes[k], k, i, length);
      input.insert(input.end(), sequence.begin(), sequence.end());
    }
  }
  if (IsNarrow(record.dtypes[0]))
    ExpectByF32(rows);
  else
    expect(rows);
  for (const char* target : harness::RunnableTargets()) {
    const harness::TargetScope scope(target);
    Bytes got;
    if (TakesAxes(record)) {
      ByAxes(rows, record, rows.inputs[0], false, got);
      Check(rows, got, target, ", rows");
      ByAxes(rows, record, rows.inputs[0], true, got);
      Check(rows, got, target, ", columns");
    } else {
      ByCalls(rows, record, rows.inputs, got);
      Check(rows, got, target, ", calls");
    }
  }
}

// Lengths of one element, of less than a vector, and of more than one vector on every target.
TEST(Exhaustive, ReductionsAndScans) {
  int checked = 0;
  ForEachKernel([&checked]<class Op, class T>(Kernel<Op, T>) {
    if constexpr (!kIsElementwise<Op>) {
      if constexpr (kIsSequenceKernel<Op> && sizeof(T) <= 2) {
        lw_kernel_record record{};
        record.struct_size = sizeof(record);
        ASSERT_EQ(lw_kernel_info(kSlot<Op, T>, &record), LW_OK);
        const RowsFn expect = []([[maybe_unused]] Rows& rows) {
          if constexpr (!kIsNarrow<T>) ExpectByReference<Op, T>(rows);
        };
        for (const size_t length : {1, 5, 67}) CheckLength(record, expect, length);
        ++checked;
      }
    }
  });
  EXPECT_GT(checked, 30);
}

// Every value with every byte of the mask; few and many selected.
TEST(Exhaustive, Compress) {
  int checked = 0;
  for (const lw_kernel_record& record : harness::AllRecords()) {
    if (record.shape != LW_SHAPE_COMPRESS || harness::SizeOf(record, 0) > 2) continue;
    const size_t size = harness::SizeOf(record, 0);
    for (const uint64_t selected : {1, 4, 8}) {  // of eight
      reference::Rng rng(selected);
      Bytes x, mask, expected;
      for (size_t i = 0; i < kRows; ++i) {
        const bool takes = rng.Below(8) < selected;
        mask.push_back(takes ? static_cast<char>(i % 255 + 1) : '\0');
        const char* bits = reinterpret_cast<const char*>(&i);
        x.insert(x.end(), bits, bits + size);
        if (takes) expected.insert(expected.end(), bits, bits + size);
      }
      for (const char* target : harness::RunnableTargets()) {
        const harness::TargetScope scope(target);
        Bytes got(expected.size());
        size_t written = 0;
        for (size_t at = 0, length = 1; at < kRows; at += length, length = length % 67 + 1) {
          const size_t count = std::min(length, kRows - at);
          const auto stride = static_cast<int64_t>(size);
          const lw_operand operands[] = {
              {&x[at * size], stride}, {&mask[at], 1}, {got.data() + written * size, stride}};
          lw_call_options options{};
          options.struct_size = sizeof(options);
          ASSERT_EQ(lw_call(record.kernel, record.dtypes, operands, static_cast<int64_t>(count),
                            &options),
                    LW_OK)
              << lw_last_error();
          written += static_cast<size_t>(options.result_count);
          ASSERT_LE(written * size, got.size());
        }
        EXPECT_EQ(written * size, got.size());
        EXPECT_TRUE(got == expected) << harness::Describe(record) << " on " << target;
      }
    }
    ++checked;
  }
  EXPECT_GE(checked, 7);
}

}  // namespace
}  // namespace lanewise
