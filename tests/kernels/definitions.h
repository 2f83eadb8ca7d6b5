// The elementwise kernels with the scalar reference that is part of their definition
// (kernels/<room>/<family>.h), one element at a time, behind one type: tests that check them are
// compiled once, not once per kernel and dtype.

#ifndef LANEWISE_TESTS_KERNELS_DEFINITIONS_H_
#define LANEWISE_TESTS_KERNELS_DEFINITIONS_H_

#include <vector>

#include "tests/harness.h"

namespace lanewise::harness {

struct Definition {
  lw_kernel_record record;
  // Reads an element of each input, writes one of each output. Null for math functions, whose bits
  // have no scalar reference.
  void (*element)(const char* const* inputs, char* const* outputs);
};

// Of all elementwise kernels, in the list's order.
std::vector<Definition> Definitions();

// Contiguous inputs of a kernel, and the outputs that it must give.
struct Work {
  lw_kernel_record record;
  size_t n = 0;
  Bytes inputs[LW_MAX_OPERANDS], expected[LW_MAX_OPERANDS];
};

// Fills `expected` from `inputs`.
void Expect(const Definition& definition, Work& work);

}  // namespace lanewise::harness

#endif  // LANEWISE_TESTS_KERNELS_DEFINITIONS_H_
