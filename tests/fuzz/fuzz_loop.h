// The part of a fuzz case that calls NumPy's loops. Included by fuzz_case.h.

#ifndef LANEWISE_TESTS_FUZZ_FUZZ_LOOP_H_
#define LANEWISE_TESTS_FUZZ_FUZZ_LOOP_H_

#include "tests/fuzz/fuzz_case.h"

namespace lanewise::fuzz {

// Any overlap is allowed: the result is that of single elements, one after the other.
inline std::string Case::RunLoop() {
  if (record_.shape != LW_SHAPE_ELEMENTWISE) return "";
  const int64_t n = Count();
  lw_operand operands[LW_MAX_OPERANDS] = {};
  PutOperands(operands, n, true);
  lw_loop loop;
  void* context;
  if (lw_find_loop(record_.kernel, record_.dtypes, &loop, &context) != LW_OK) {
    return Wrong("no loop");
  }
  char *args[LW_MAX_OPERANDS], *twins[LW_MAX_OPERANDS];
  intptr_t steps[LW_MAX_OPERANDS];
  const int end = harness::Operands(record_);
  for (int i = 0; i < end; ++i) {
    args[i] = DataOf(operands[i]);
    steps[i] = operands[i].stride_bytes;
    twins[i] = arena_.Twin(args[i]);
  }
  const intptr_t count = n, one = 1;
  loop(args, &count, steps, context);
  // On the same target: the bytes of a NaN, which may differ between targets, can be part of a
  // later operand.
  for (int64_t k = 0; k < n; ++k) {
    loop(twins, &one, steps, context);
    for (int i = 0; i < end; ++i) twins[i] += steps[i];
  }
  if (arena_.Agree()) return "";
  // NaNs may differ in sign and payload; then elements that overlap cannot be compared.
  if (!harness::IsFloat(record_.dtypes[record_.inputs])) return Wrong("not in order");
  return SameButNaNs(operands, n) ? "" : Wrong("not in order");
}

// Whether the arenas differ only within output elements that are NaN in both, or that overlap
// each other.
inline bool Case::SameButNaNs(const lw_operand* operands, int64_t n) {
  for (int i = record_.inputs; i < harness::Operands(record_); ++i) {
    const lw_operand& out = operands[i];
    const size_t size = harness::SizeOf(record_, i);
    if (n > 1 && static_cast<size_t>(std::abs(out.stride_bytes)) < size) return true;
    for (int before = record_.inputs; before < i; ++before) {
      if (Share(operands[before], harness::SizeOf(record_, before), n, out, size, n, arena_)) {
        return true;
      }
    }
  }
  for (int i = record_.inputs; i < harness::Operands(record_); ++i) {
    for (int64_t k = 0; k < n; ++k) {
      char* got = ElementAt(operands[i], k);
      if (!harness::SameElement(record_.dtypes[i], got, arena_.Twin(got), false)) return false;
      std::memcpy(arena_.Twin(got), got, harness::SizeOf(record_, i));
    }
  }
  return arena_.Agree();
}

}  // namespace lanewise::fuzz

#endif  // LANEWISE_TESTS_FUZZ_FUZZ_LOOP_H_
