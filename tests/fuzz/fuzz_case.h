// One random call of the C ABI and an independent judgement of it: which statuses are allowed,
// which bytes may change, which result is right (that of the baseline target on contiguous
// copies). All operands lie in one guarded arena, so overlaps of every kind happen.

#ifndef LANEWISE_TESTS_FUZZ_FUZZ_CASE_H_
#define LANEWISE_TESTS_FUZZ_FUZZ_CASE_H_

#include <string>

#include "kernels/contracts.h"
#include "tests/fuzz/fuzz_arena.h"
#include "tests/fuzz/fuzz_options.h"

namespace lanewise::fuzz {

// ---------------------------------------------------------------- one case

struct FuzzView;

class Case {
 public:
  Case(Source& source, Arena& arena)
      : source_(source),
        arena_(arena),
        records_(Records()),
        record_(Pick(source.OneIn(4) ? records_ : RecordsButConversions())) {}

  // "" or what is wrong.
  std::string Run() {
    arena_.Reset(source_.Below(Arena::kBytes / 8));
    static const std::vector<const char*> targets = harness::RunnableTargets();
    const harness::TargetScope scope(targets[source_.Below(targets.size())]);
    text_ = std::string("on ") + lw_current_target();
    const uint64_t way = source_.Below(10);
    if (record_.shape == LW_SHAPE_SEARCH && (way < 3 || way > 4)) return RunSearch();
    switch (way) {
      case 0:
      case 1:
        return RunReduce();
      case 2:
        return RunLoop();
      case 3:
      case 4:
        return RunMap();
      default:
        return RunCall();
    }
  }

 private:
  static const std::vector<lw_kernel_record>& Records() {
    static const std::vector<lw_kernel_record> records = harness::AllRecords();
    return records;
  }
  // Conversions are more than all others together.
  static const std::vector<lw_kernel_record>& RecordsButConversions() {
    static const std::vector<lw_kernel_record> records = [] {
      std::vector<lw_kernel_record> others = Records();
      std::erase_if(others, [](const auto& r) { return r.kernel == LW_CONVERT; });
      return others;
    }();
    return records;
  }
  template <class T>
  const T& Pick(const std::vector<T>& list) {
    return list[source_.Below(list.size())];
  }
  std::string Wrong(const std::string& what) const { return text_ + ": " + what; }
  static bool NeedsElement(lw_kernel k) { return ContractOf(k).needs_element; }

  int64_t Stride(int64_t size) {
    const int64_t strides[] = {size,      size,     size, -size,     2 * size, -2 * size, 3 * size,
                               -5 * size, size + 1, 7,    -size - 3, size / 2, 0,         1};
    return strides[source_.Below(14)];
  }

  // Somewhere within the arena: random, or exactly at its start or end.
  char* Position(int64_t stride, int64_t size, int64_t n) {
    const int64_t below = stride < 0 ? -stride * (n - 1) : 0;
    const int64_t above = (stride > 0 ? stride * (n - 1) : 0) + size;
    const uint64_t kind = source_.Below(8);
    const int64_t last = Arena::kBytes - above;
    const int64_t middle = source_.Between(below, std::min(last, below + 600));
    return arena_.actual(kind == 0   ? below
                         : kind == 1 ? last
                         : kind < 5  ? middle
                                     : source_.Between(below, last));
  }

  int64_t Count() {
    const uint64_t kind = source_.Below(10);
    return kind == 0 ? source_.Between(0, 2)
                     : source_.Between(0, kind < 8    ? 80
                                          : kind == 8 ? 300
                                                      : 1500);
  }

  void PutOperands(lw_operand* operands, int64_t n, bool any_overlap) {
    for (int i = 0; i < harness::Operands(record_); ++i) {
      const auto size = static_cast<int64_t>(harness::SizeOf(record_, i));
      const int64_t count = std::max<int64_t>(n, 1);
      const int64_t stride = Stride(size);
      operands[i] = {Position(stride, size, count), stride};
      if (i == 0 || !source_.OneIn(any_overlap ? 2 : 4)) continue;
      // In place, or nearly.
      operands[i] = operands[source_.Below(static_cast<uint64_t>(i))];
      const int64_t shift = source_.OneIn(3) ? source_.Between(-2, 2) * size : 0;
      char* moved = DataOf(operands[i]) + shift;
      char* last = moved + operands[i].stride_bytes * (count - 1);
      if (std::min(moved, last) >= arena_.actual() &&
          std::max(moved, last) + size <= arena_.actual() + Arena::kBytes) {
        operands[i].data = moved;
      }
      last = ElementAt(operands[i], count - 1);
      if (std::max(DataOf(operands[i]), last) + size > arena_.actual() + Arena::kBytes) {
        operands[i] = {arena_.actual(), size};
      }
    }
    text_ += ", " + harness::Describe(record_) + ", n = " + std::to_string(n);
    for (int i = 0; i < harness::Operands(record_); ++i) {
      text_ += ", [" + std::to_string(DataOf(operands[i]) - arena_.actual()) + " step " +
               std::to_string(operands[i].stride_bytes) + "]";
    }
  }

  // ---- lw_call

  std::string RunCall() {
    int64_t n = Count();
    lw_operand operands[LW_MAX_OPERANDS] = {};
    PutOperands(operands, n, false);
    lw_dtype dtypes[LW_MAX_OPERANDS];
    std::copy_n(record_.dtypes, LW_MAX_OPERANDS, dtypes);
    lw_kernel kernel = record_.kernel;
    Verdict verdict;
    Options options(source_, verdict);
    Spoil(operands, dtypes, &kernel, &n, verdict);
    const bool known = verdict.errors.empty() || (!verdict.errors.count(LW_ERR_KERNEL) &&
                                                  !verdict.errors.count(LW_ERR_DTYPE));
    if (known) JudgeOperands(operands, n, options, verdict);
    std::vector<Bytes> expected(LW_MAX_OPERANDS);
    const bool right = verdict.errors.empty() && n >= 0;
    if (right && (n > 0 || IsReduction())) {
      expected = BaselineResults(record_, operands, n, options.ddof());
    }
    int64_t results = IsReduction() ? 1 : n;
    if (right && record_.shape == LW_SHAPE_COMPRESS) results = TrueBytes(operands[1], n);
    const lw_status status = lw_call(kernel, dtypes, operands, n, options.get());
    if (!verdict.Allows(status)) return WrongStatus(status, verdict);
    const std::string bad_options = options.Check(status, results);
    if (!bad_options.empty()) return Wrong(bad_options);
    if (status == LW_OK) {
      for (int i = record_.inputs; i < harness::Operands(record_); ++i) {
        const std::string wrong = CheckElements(operands[i], record_.dtypes[i], results,
                                                expected[static_cast<size_t>(i - record_.inputs)]);
        if (!wrong.empty()) return wrong;
      }
    } else if (!lw_last_error()[0]) {
      return Wrong("an error without a message");
    }
    return arena_.Agree() ? "" : Wrong("bytes outside the output changed");
  }

  bool IsReduction() const {
    return record_.shape == LW_SHAPE_REDUCE || record_.shape == LW_SHAPE_REDUCE_TWO ||
           record_.shape == LW_SHAPE_ARG;
  }
  static int64_t TrueBytes(const lw_operand& mask, int64_t n) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; ++i) count += *ElementAt(mask, i) != 0;
    return count;
  }

  // Makes one thing invalid in one case of six.
  void Spoil(lw_operand* operands, lw_dtype* dtypes, lw_kernel* kernel, int64_t* n,
             Verdict& verdict) {
    const int operand =
        static_cast<int>(source_.Below(static_cast<uint64_t>(harness::Operands(record_))));
    switch (source_.Below(36)) {
      case 0:
        operands[operand].data = nullptr;
        break;
      case 1:
        *n = source_.OneIn(2) ? -1 : INT64_MIN + source_.Between(0, 5);
        break;
      case 2:
        if (*n < 5) break;
        operands[operand].stride_bytes = (source_.OneIn(2) ? 1 : -1) * (INT64_MAX / 3);
        break;
      case 3: {
        volatile int wild = static_cast<int>(source_.Below(2) ? 1000 + source_.Below(9) : -1);
        *kernel = static_cast<lw_kernel>(wild);
        verdict.errors.insert(LW_ERR_KERNEL);
        break;
      }
      case 4: {
        dtypes[operand] = static_cast<lw_dtype>(source_.Below(13));
        bool known = false;
        for (const lw_kernel_record& r : records_) {
          known |=
              r.kernel == *kernel && std::equal(dtypes, dtypes + harness::Operands(r), r.dtypes);
        }
        // Another loop of the same kernel: its operands may leave the arena.
        if (known)
          std::copy_n(record_.dtypes, LW_MAX_OPERANDS, dtypes);
        else
          verdict.errors.insert(LW_ERR_DTYPE);
        break;
      }
      case 5:
        *n = 0;
        operands[operand] = {nullptr, INT64_MIN};
        break;
      default:
        break;
    }
  }

  void JudgeOperands(const lw_operand* operands, int64_t n, const Options& options,
                     Verdict& verdict) {
    const int out = record_.inputs;
    if (n < 0) verdict.errors.insert(LW_ERR_SIZE);
    if (n == 0 && record_.shape == LW_SHAPE_COMPRESS && options.capacity() < 0) {
      verdict.errors.insert(LW_ERR_SHAPE);
    }
    if (IsReduction() && !operands[out].data) verdict.errors.insert(LW_ERR_NULL);
    if (n == 0 && NeedsElement(record_.kernel)) verdict.errors.insert(LW_ERR_SIZE);
    if (n <= 0) return;
    bool readable = true;
    for (int i = 0; i < harness::Operands(record_); ++i) {
      const bool counts = i < out || (!IsReduction() && record_.shape != LW_SHAPE_COMPRESS);
      if (!operands[i].data && counts) verdict.errors.insert(LW_ERR_NULL);
      const bool far = std::abs(operands[i].stride_bytes) > Arena::kBytes;
      if (far && (counts || !IsReduction())) verdict.errors.insert(LW_ERR_SIZE);
      readable &= i >= out || (operands[i].data && !far);
    }
    if (!readable) return;
    int64_t results = IsReduction() ? 1 : n;
    if (record_.shape == LW_SHAPE_COMPRESS) {
      results = TrueBytes(operands[1], n);
      if (results > 0 && !operands[out].data) verdict.errors.insert(LW_ERR_NULL);
      const int64_t room = options.capacity();
      if (room < 0 || (room > 0 && results > room)) verdict.errors.insert(LW_ERR_SHAPE);
    }
    for (int i = out; i < harness::Operands(record_); ++i) {
      const bool far = std::abs(operands[i].stride_bytes) > Arena::kBytes;
      if (!operands[i].data || (far && !IsReduction())) return;
    }
    for (int i = out; i < harness::Operands(record_); ++i) {
      JudgeOverlap(operands, i, n, results, verdict);
    }
  }

  // Of an output with all operands in front of it.
  void JudgeOverlap(const lw_operand* operands, int out, int64_t n, int64_t results,
                    Verdict& verdict) {
    const size_t out_size = harness::SizeOf(record_, out);
    if (results > 1 && static_cast<size_t>(std::abs(operands[out].stride_bytes)) < out_size) {
      verdict.errors.insert(LW_ERR_OVERLAP);
    }
    for (int i = 0; i < out; ++i) {
      const size_t size = harness::SizeOf(record_, i);
      const bool same_step = operands[i].stride_bytes == operands[out].stride_bytes;
      const bool compress = record_.shape == LW_SHAPE_COMPRESS;
      const bool in_place = operands[i].data == operands[out].data && size == out_size &&
                            (same_step || n == 1) && !IsReduction() &&
                            !(compress && i == 1) &&  // the mask
                            i < record_.inputs;
      // Interleaved views may be refused: the library takes n for the number of results.
      verdict.may_refuse |= compress && !in_place && results > 0 &&
                            Interleaved(operands[i], size, n, operands[out], out_size, results);
      if (!in_place && Share(operands[i], size, n, operands[out], out_size, results, arena_)) {
        verdict.errors.insert(LW_ERR_OVERLAP);
      }
    }
  }

  std::string WrongStatus(lw_status status, const Verdict& verdict) const {
    std::string text = "status " + std::to_string(status) + " (" + lw_last_error() + "), allowed:";
    for (lw_status error : verdict.errors) text += " " + std::to_string(error);
    if (verdict.errors.empty()) text += " 0";
    return Wrong(text);
  }

  // Compares an output's elements and copies them into the wanted arena.
  std::string CheckElements(const lw_operand& out, lw_dtype dtype, int64_t count,
                            const Bytes& expected) {
    const size_t size = lw_dtype_size(dtype);
    for (int64_t i = 0; i < count; ++i) {
      const char* got = ElementAt(out, i);
      const char* want = &expected[static_cast<size_t>(i) * size];
      if (!harness::SameElement(dtype, got, want, harness::MovesBits(record_.kernel))) {
        return Wrong("element " + std::to_string(i) + " is " + harness::ElementText(dtype, got) +
                     ", expected " + harness::ElementText(dtype, want));
      }
      std::memcpy(arena_.Twin(got), got, size);
    }
    return "";
  }

  // fuzz_loop.h
  std::string RunLoop();
  bool SameButNaNs(const lw_operand* operands, int64_t n);
  // fuzz_map.h
  std::string RunMap();
  FuzzView MapView(int operand, int32_t ndim, const int64_t* shape);
  std::string CallMap(FuzzView* views, int32_t ndim);
  void SpoilMap(const FuzzView* views, lw_map_operand* operands, int32_t* ndim, Verdict& verdict);
  void JudgeMap(const FuzzView* views, Verdict& verdict);
  // fuzz_reduce.h
  std::string RunReduce();
  std::string CallReduce(const FuzzView& in, uint64_t mask, const FuzzView& out);
  Bytes SliceResult(const FuzzView& slice, uint64_t mask, int64_t length, double ddof);
  void JudgeViews(const FuzzView& in, uint64_t mask, const FuzzView& out, Verdict& verdict);
  // fuzz_search.h
  std::string RunSearch();
  void SortInPlace(const lw_operand& operand, int64_t n);
  Bytes SearchResults(const lw_operand& sorted, int64_t n, const FuzzView& values, int32_t right);
  std::string CallSearch(const lw_operand& sorted, int64_t n, const FuzzView& values,
                         const FuzzView& out);
  void JudgeSearch(const lw_operand& sorted, int64_t n, const FuzzView& values, const FuzzView& out,
                   Verdict& verdict);

  Source& source_;
  Arena& arena_;
  const std::vector<lw_kernel_record>& records_;
  const lw_kernel_record& record_;
  std::string text_;
};

}  // namespace lanewise::fuzz

// The other ways to call a kernel.
#include "tests/fuzz/fuzz_loop.h"
#include "tests/fuzz/fuzz_map.h"
#include "tests/fuzz/fuzz_reduce.h"
#include "tests/fuzz/fuzz_search.h"

#endif  // LANEWISE_TESTS_FUZZ_FUZZ_CASE_H_
