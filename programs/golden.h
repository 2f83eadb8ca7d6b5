// Golden hashes: fixed inputs for every kernel of the list, and a hash of what comes out.
// Used by lanewise-probe --selftest and by the tests; goes through the public C API only, so it
// judges the library as installed. The format of tests/golden/*.txt is in docs/numerics.md.

#ifndef LANEWISE_PROGRAMS_GOLDEN_H_
#define LANEWISE_PROGRAMS_GOLDEN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lanewise/lanewise.h"

namespace lanewise::golden {

// One run of one kernel on one data set.
struct Case {
  std::string key;  // "exp f32,f32 wide n2053"
  lw_kernel_record record;
  int64_t n = 0;
  std::vector<std::vector<uint8_t>> inputs;  // contiguous, one per operand: n elements, or one
                                             // that stands for all
  std::vector<uint8_t> output;               // exactly the bytes written, output after output
  std::vector<int64_t> shape;                // of input 0 if reduced over axes, else empty
  uint64_t axis_mask = 0;
  bool right = false;            // of searches, whose input 0 is sorted
  bool moves_bits_only = false;  // NaNs count by their bits
};

// Inputs and outputs of a kernel.
inline int Operands(const lw_kernel_record& record) { return record.inputs + record.outputs; }

// Whether an input is one element; and all its elements, that one as often as it counts.
bool Repeats(const Case& c, int input);
std::vector<uint8_t> WholeInput(const Case& c, int input);

// Bytes of `output` in front of an operand's, which may be one past the last.
size_t OutputBegin(const Case& c, int operand);

// Inputs of every case, outputs not yet computed. The order is that of the kernel list.
void ForEachCase(const std::function<void(Case&)>& visit);

// Kernels that only move bits: even NaNs must arrive unchanged.
bool MovesBits(lw_kernel kernel);

// How a case is called; every way must give the same bytes.
enum class Form {
  kPlain,
  kStrided,  // inputs through strided views: doubled or negative strides
  kInPlace,  // over an input of the output's dtype; as kPlain for kernels that have none
};
inline constexpr Form kForms[] = {Form::kPlain, Form::kStrided, Form::kInPlace};
const char* Name(Form form);

// Computes the output with the library, under the target in force.
lw_status Run(Case& c, Form form = Form::kPlain);

// FNV-1a, 64 bits, over the little-endian bytes; NaNs are made equal first (docs/numerics.md).
uint64_t Hash(const Case& c);

// "<key> <16 hex digits>" lines; '#' begins a comment.
std::map<std::string, uint64_t> Parse(const std::string& text);
std::string Line(const std::string& key, uint64_t hash);

}  // namespace lanewise::golden

#endif  // LANEWISE_PROGRAMS_GOLDEN_H_
