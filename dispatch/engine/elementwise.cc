#include "dispatch/engine/elementwise.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <numeric>
#include <tuple>

#include "dispatch/base/error.h"
#include "dispatch/base/fpenv.h"
#include "dispatch/choose/policy.h"
#include "dispatch/choose/state.h"
#include "dispatch/engine/view.h"
#include "dispatch/host/this_host.h"
#include "dispatch/threads/threads.h"
#include "hwy/cache_control.h"

namespace lanewise {
namespace {

constexpr int kMaxInputs = LW_MAX_OPERANDS - 1;

// One call, or one thread's part of it.
struct Call {
  const Table* table;
  const KernelEntry* kernel;
  lw_operand operands[LW_MAX_OPERANDS];
  bool stream;
  ElementwiseFn repeated = nullptr;  // serves for this second input, which it does not read

  int Output() const { return kernel->inputs; }
  uint8_t Size(int i) const { return kernel->Size(i); }
  // The loops want elements aligned to their size; others go through the blocks.
  bool Contiguous(int i) const {
    return operands[i].stride_bytes == Size(i) &&
           (reinterpret_cast<uintptr_t>(operands[i].data) & (Size(i) - 1u)) == 0;
  }
  const char* At(int i, int64_t element) const {
    return static_cast<const char*>(operands[i].data) + element * operands[i].stride_bytes;
  }
  char* OutputAt(int64_t element) const { return OutputBytes(At(Output(), element)); }
  bool Ready(int i) const { return Contiguous(i) || (i == 1 && repeated); }
  ElementwiseFn Loop() const {
    return repeated ? repeated : table->slots[kernel->slot].elementwise;
  }
  ElementwiseFn StreamLoop() const { return table->stream_loops[kernel->slot]; }
  void ChooseRepeated() {
    const auto choose = table->repeated[kernel->slot];
    if (choose && operands[1].stride_bytes == 0) repeated = choose(operands[1].data);
  }
};

// Contiguous pieces of up to kBlockBytes around the loop. The extra cache line keeps the buffers
// of different operands from having the same low address bits (4K aliasing).
struct alignas(64) Blocks {
  char bytes[LW_MAX_OPERANDS][kBlockBytes + 64];
};

// Runs [begin, end) block by block, each operand packed, repeated or used in place.
uint32_t RunBlocks(const Call& call, int64_t begin, int64_t end) {
  Blocks blocks;
  const int out = call.Output();
  size_t widest = 1;
  for (int i = 0; i <= out; ++i) widest = std::max<size_t>(widest, call.Size(i));
  const size_t block_bytes = call.stream ? kStreamBlockBytes : kBlockBytes;
  const int64_t step = static_cast<int64_t>(block_bytes / widest);

  const void* inputs[kMaxInputs] = {};
  for (int i = 0; i < out; ++i) {
    if (call.operands[i].stride_bytes != 0) continue;
    const CopyLoops& copies = call.table->copies[SizeRow(call.Size(i))];
    copies.fill(call.operands[i].data, blocks.bytes[i],
                static_cast<size_t>(std::min(step, end - begin)));
    inputs[i] = blocks.bytes[i];
  }

  uint32_t raised = 0;
  const bool direct_out = call.Contiguous(out) && !call.stream;
  for (int64_t at = begin; at < end; at += step) {
    const size_t count = static_cast<size_t>(std::min(step, end - at));
    for (int i = 0; i < out; ++i) {
      const int64_t stride = call.operands[i].stride_bytes;
      if (stride == 0) continue;
      if (call.Contiguous(i)) {
        inputs[i] = call.At(i, at);
        continue;
      }
      call.table->copies[SizeRow(call.Size(i))].pack(call.At(i, at), stride, blocks.bytes[i],
                                                     count);
      inputs[i] = blocks.bytes[i];
    }
    void* result = direct_out ? call.OutputAt(at) : blocks.bytes[out];
    raised |= call.Loop()(inputs[0], inputs[1], inputs[2], result, count);
    if (direct_out) continue;
    if (call.stream) {
      call.table->stream(result, call.OutputAt(at), count * call.Size(out));
    } else {
      call.table->copies[SizeRow(call.Size(out))].unpack(result, call.OutputAt(at),
                                                         call.operands[out].stride_bytes, count);
    }
  }
  return raised;
}

uint32_t RunRange(const Call& call, int64_t begin, int64_t end) {
  const ElementwiseFn loop = call.stream ? call.StreamLoop() : call.Loop();
  bool contiguous = loop != nullptr;
  for (int i = 0; i <= call.Output(); ++i) contiguous &= call.Ready(i);
  uint32_t raised;
  if (contiguous) {
    const void* inputs[kMaxInputs] = {};
    for (int i = 0; i < call.Output(); ++i) inputs[i] = call.At(i, begin);
    raised = loop(inputs[0], inputs[1], inputs[2], call.OutputAt(begin),
                  static_cast<size_t>(end - begin));
  } else {
    raised = RunBlocks(call, begin, end);
  }
  // Stores past the caches are weakly ordered: another thread must not see the call's end first.
  if (call.stream) hwy::FlushStream();
  return raised;
}

// Blocks are the unit of splitting, so that threads do not share cache lines of the output.
constexpr int64_t kSplit = 4096;

void RunTask(void* context, size_t begin, size_t end, uint32_t* raised) {
  const auto& [call, n] = *static_cast<std::pair<Call, int64_t>*>(context);
  *raised |= RunRange(call, static_cast<int64_t>(begin) * kSplit,
                      std::min(n, static_cast<int64_t>(end) * kSplit));
}

uint64_t LastLevelCacheBytes() {
  try {
    const uint64_t bytes = ThisCaches().l3;
    return bytes ? bytes : kStreamBytesDefault;
  } catch (const std::exception&) {
    return kStreamBytesDefault;  // no memory; the next call tries again
  }
}

// Whatever the cache: calls of less than this keep their table and stores.
constexpr uint64_t kLeastLargeBytes = uint64_t{8} << 20;

// Whether the operands come from and go to memory.
bool IsMemoryBound(const Call& call, int64_t n) {
  uint64_t bytes = 0;
  for (int i = 0; i <= call.Output(); ++i) {
    if (call.operands[i].stride_bytes != 0) bytes += static_cast<uint64_t>(n) * call.Size(i);
  }
  return !call.kernel->math && call.kernel->id != LW_CONVERT && bytes >= kLeastLargeBytes &&
         bytes >= LastLevelCacheBytes();
}

// Whether stores past the caches pay: a large output that is not also an input (its lines would
// be in the cache already).
bool ShouldStream(const Call& call, int64_t n) {
  const int out = call.Output();
  if (!call.Contiguous(out)) return false;
  const uint64_t bytes = static_cast<uint64_t>(n) * call.Size(out);
  if (bytes < kLeastLargeBytes || bytes < LastLevelCacheBytes()) return false;
  for (int i = 0; i < out; ++i) {
    if (call.operands[i].data == call.operands[out].data) return false;
  }
  return true;
}

// Memory-bound loops take the narrower vectors (dispatch/choose/policy.h).
const Table& MemoryTable(const Table& table) {
  static const int best = TargetIndex(kMemoryMaxTarget);
  const int index = TargetIndexOf(table);
  return best < 0 || index <= best ? table : TableCappedAt(best);
}

// A call whose operands all run backwards is the same call forwards: elementwise results do not
// depend on the order.
void FaceForwards(Call& call, int64_t n) {
  if (n < 2) return;
  for (int i = 0; i <= call.Output(); ++i) {
    if (call.operands[i].stride_bytes >= 0) return;
  }
  for (int i = 0; i <= call.Output(); ++i) {
    call.operands[i].data = call.At(i, n - 1);
    call.operands[i].stride_bytes = -call.operands[i].stride_bytes;
  }
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

// Whether stride * (n - 1) + size stays within the address space.
bool ExtentFits(int64_t stride, size_t size, int64_t n) {
  int64_t span, end;
  return !__builtin_mul_overflow(stride, n - 1, &span) && span != INT64_MIN &&
         !__builtin_add_overflow(span < 0 ? -span : span, static_cast<int64_t>(size), &end);
}

__extension__ typedef __int128 Wide;

Wide FloorDiv(Wide a, Wide b) {  // b > 0
  return a / b - (a % b < 0);
}

// x with a * x = 1 modulo m, for coprime a and m > 0; 0 if m is 1.
int64_t InverseModulo(int64_t a, int64_t m) {
  Wide r0 = m, r1 = ((a % m) + m) % m, x0 = 0, x1 = 1;
  while (r1 != 0) {
    const Wide q = r0 / r1;
    std::tie(r0, r1) = std::pair(r1, r0 - q * r1);
    std::tie(x0, x1) = std::pair(x1, x0 - q * x1);
  }
  return static_cast<int64_t>(((x0 % m) + m) % m);
}

// Whether i * a - j * b = c for some 0 <= i, j < n; a and b not 0, g their greatest common divisor,
// inverse that of a / g modulo |b| / g.
bool HasSolution(int64_t a, int64_t b, int64_t g, int64_t inverse, Wide c, int64_t n) {
  if (c % g != 0) return false;
  const Wide m = std::abs(b / g);
  const Wide i0 = ((c / g % m) * inverse % m + m) % m, j0 = (i0 * a - c) / b;
  // All solutions: i = i0 + t * m, j = j0 + t * k.
  const Wide k = b < 0 ? -a / g : a / g, last = n - 1;
  Wide low = 0, high = FloorDiv(last - i0, m);
  low = std::max(low, k > 0 ? -FloorDiv(j0, k) : -FloorDiv(last - j0, -k));
  high = std::min(high, k > 0 ? FloorDiv(last - j0, k) : FloorDiv(j0, -k));
  return low <= high;
}

int64_t Widest(const KernelEntry& kernel) {
  int64_t widest = 1;
  for (int i = 0; i <= kernel.inputs; ++i) widest = std::max<int64_t>(widest, kernel.Size(i));
  return widest;
}

}  // namespace

bool SharesBytes(const lw_operand& a, size_t a_size, const lw_operand& b, size_t b_size,
                 int64_t n) {
  if (n <= 0) return false;
  const Extent ea = ExtentOf(a, a_size, n), eb = ExtentOf(b, b_size, n);
  if (ea.end <= eb.begin || eb.end <= ea.begin) return false;
  // Exact: element i of a and j of b share a byte if a's lies less than b_size above or less than
  // a_size below b's.
  const int64_t sa = a.stride_bytes, sb = b.stride_bytes;
  if (n == 1 || (sa == 0 && sb == 0)) return true;
  const Wide distance = static_cast<const char*>(b.data) - static_cast<const char*>(a.data);
  const int64_t g = std::gcd(sa, sb);
  const int64_t inverse = sa && sb ? InverseModulo(sa / g, std::abs(sb / g)) : 0;
  for (int64_t d = 1 - static_cast<int64_t>(a_size); d < static_cast<int64_t>(b_size); ++d) {
    const Wide c = distance + d;
    if (sa && sb ? HasSolution(sa, sb, g, inverse, c, n)
                 : c % g == 0 && (sb ? c / -sb : c / sa) >= 0 && (sb ? c / -sb : c / sa) < n) {
      return true;
    }
  }
  return false;
}

lw_status CheckOperands(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  if (n < 0) return Fail(LW_ERR_SIZE, "%s: n is negative (%lld)", kernel.name, (long long)n);
  if (n == 0) return LW_OK;
  const int out = kernel.inputs;
  for (int i = 0; i <= out; ++i) {
    const char* what = i == out ? "the output" : "an input";
    if (!operands[i].data) return Fail(LW_ERR_NULL, "%s: %s is null", kernel.name, what);
    if (!ExtentFits(operands[i].stride_bytes, kernel.Size(i), n)) {
      return Fail(LW_ERR_SIZE, "%s: n = %lld with stride %lld exceeds the address space",
                  kernel.name, (long long)n, (long long)operands[i].stride_bytes);
    }
  }
  if (n > 1 && std::abs(operands[out].stride_bytes) < kernel.Size(out)) {
    return Fail(LW_ERR_OVERLAP, "%s: the output's stride of %lld bytes makes its elements overlap",
                kernel.name, (long long)operands[out].stride_bytes);
  }
  for (int i = 0; i < out; ++i) {
    const bool in_place = operands[i].data == operands[out].data &&
                          (n == 1 || operands[i].stride_bytes == operands[out].stride_bytes) &&
                          kernel.Size(i) == kernel.Size(out);
    if (!in_place && SharesBytes(operands[i], kernel.Size(i), operands[out], kernel.Size(out), n)) {
      return Fail(LW_ERR_OVERLAP, "%s: the output overlaps input %d other than exactly in place",
                  kernel.name, i);
    }
  }
  return LW_OK;
}

namespace {

// Few contiguous elements, for which the decisions below are known and cost more than the work.
bool RunFew(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  if (n > 64) return false;
  const void* inputs[kMaxInputs] = {};
  for (int i = 0; i <= kernel.inputs; ++i) {
    const auto size = static_cast<uintptr_t>(kernel.Size(i));
    const auto address = reinterpret_cast<uintptr_t>(operands[i].data);
    if (operands[i].stride_bytes != static_cast<int64_t>(size) || (address & (size - 1))) {
      return false;
    }
    if (i < kernel.inputs) inputs[i] = operands[i].data;
  }
  const ElementwiseFn loop = ActiveTable().slots[kernel.slot].elementwise;
  if (!loop) return false;
  FpGuard guard(kernel.flags);
  guard.Raise(loop(inputs[0], inputs[1], inputs[2], OutputBytes(operands[kernel.inputs].data),
                   static_cast<size_t>(n)));
  return true;
}

}  // namespace

namespace {

// How a call runs, apart from its strides.
struct Plan {
  const Table* table;
  bool stream;
  size_t tasks;  // 0: not split over threads
  size_t grain;
};

// `call` has its table and operands.
Plan MakePlan(const Call& call, int64_t n) {
  Plan plan{call.table, ShouldStream(call, n), 0, 0};
  if (IsMemoryBound(call, n)) plan.table = &MemoryTable(*call.table);
  const int64_t widest = Widest(*call.kernel);
  const bool math = call.kernel->math && !call.repeated;
  if (n < (math ? kThreadBytesMath : kThreadBytesPlain) / widest) return plan;
  plan.tasks = static_cast<size_t>((n + kSplit - 1) / kSplit);
  plan.grain = static_cast<size_t>((math ? kTaskBytesMath : kTaskBytesPlain) / widest / kSplit);
  return plan;
}

}  // namespace

void RunElementwise(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  if (RunFew(kernel, operands, n)) return;
  std::pair<Call, int64_t> task{{&ActiveTable(), &kernel, {}, false}, n};
  Call& call = task.first;
  std::copy_n(operands, kernel.inputs + 1, call.operands);
  call.ChooseRepeated();
  FaceForwards(call, n);
  const Plan plan = MakePlan(call, n);
  call.table = plan.table;
  call.stream = plan.stream;
  FpGuard guard(kernel.flags);
  guard.Raise(plan.tasks == 0
                  ? RunRange(call, 0, n)
                  : ParallelFor(plan.tasks, plan.grain, &RunTask, &task).For(kernel.flags));
}

SizeRules ElementwiseRules(const KernelEntry& kernel) {
  // Operands of their own, which are only looked at, never read.
  Call call{&ActiveTable(), &kernel, {}, false};
  alignas(64) static const char places[LW_MAX_OPERANDS][64] = {};
  for (int i = 0; i <= kernel.inputs; ++i) call.operands[i] = {places[i], kernel.Size(i)};
  const auto least = [&call](auto holds) {
    return LeastSize([&](int64_t n) { return holds(MakePlan(call, n)); });
  };
  SizeRules rules;
  rules.threads_from = least([](const Plan& plan) { return plan.tasks > plan.grain; });
  rules.stream_from = least([](const Plan& plan) { return plan.stream; });
  rules.table_from = least([&](const Plan& plan) { return plan.table != call.table; });
  if (rules.table_from != SizeRules::kNever) rules.table = MakePlan(call, rules.table_from).table;
  return rules;
}

uint32_t RunInOrder(const Table& table, const KernelEntry& kernel, const lw_operand* operands,
                    int64_t n) {
  Call call{&table, &kernel, {}, false};
  std::copy_n(operands, kernel.inputs + 1, call.operands);
  const int out = call.Output();
  bool one_by_one = false;
  for (int i = 0; i < out; ++i) {
    const bool in_place = operands[i].data == operands[out].data &&
                          operands[i].stride_bytes == operands[out].stride_bytes &&
                          std::abs(operands[out].stride_bytes) >= kernel.Size(out) &&
                          kernel.Size(i) == kernel.Size(out);
    one_by_one |=
        !in_place && SharesBytes(operands[i], kernel.Size(i), operands[out], kernel.Size(out), n);
  }
  if (!one_by_one) call.ChooseRepeated();
  if (!one_by_one && (n <= 1 || operands[out].stride_bytes != 0)) return RunRange(call, 0, n);
  // Through copies: elements may be unaligned.
  uint32_t raised = 0;
  alignas(8) char elements[LW_MAX_OPERANDS][8];
  for (int64_t at = 0; at < n; ++at) {
    const void* inputs[kMaxInputs] = {};
    for (int i = 0; i < out; ++i) {
      std::memcpy(elements[i], call.At(i, at), call.Size(i));
      inputs[i] = elements[i];
    }
    raised |= call.Loop()(inputs[0], inputs[1], inputs[2], elements[out], 1);
    std::memcpy(call.OutputAt(at), elements[out], call.Size(out));
  }
  return raised;
}

}  // namespace lanewise
