// A case: one kernel of the list for one size and data set, with its operands.

#ifndef LANEWISE_BENCHMARKS_CASE_H_
#define LANEWISE_BENCHMARKS_CASE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/ceiling.h"
#include "benchmarks/measure.h"
#include "lanewise/lanewise.h"

namespace lanewise::bench {

struct Case {
  lw_kernel_record record;
  int64_t n = 0;
  std::string data = "uniform";
  // Set by Prepare.
  const void* in[LW_MAX_OPERANDS] = {};
  void* out = nullptr;     // all outputs, one after the other
  void* second = nullptr;  // of two

  lw_dtype Output() const { return record.dtypes[record.inputs]; }
  lw_dtype Element() const { return record.dtypes[record.inputs - 1 - (IsCompress() ? 1 : 0)]; }
  bool IsCompress() const { return record.shape == LW_SHAPE_COMPRESS; }
  bool IsSearch() const { return record.shape == LW_SHAPE_SEARCH; }
  // One result (sum, dot, argmax) or as many as there are elements.
  bool Reduces() const;
  bool Math() const { return record.shape == LW_SHAPE_ELEMENTWISE && record.max_ulp >= 1; }
  // The kernel's bodies use fused multiply-add, which targets below v3 have to emulate.
  bool UsesFma() const { return Math() || record.kernel == LW_FMA || record.kernel == LW_DIVMOD; }
  std::string Types() const;  // "f32", or "f16-f32" for a conversion
  std::string Name() const;   // "exp/f32/65536", "exp/f32/65536/huge"
};

// Every loop of the library that the list knows.
std::vector<lw_kernel_record> AllRecords();
const char* SizeName(int64_t n);  // "64k"; null for another size

// Allocates and fills the operands. They stay valid until the next call.
void Prepare(Case& test);
size_t OutputBytes(const Case& test);  // of all outputs
Traffic TrafficOf(const Case& test);

struct Target {
  std::string name;  // "AVX2"
  int64_t bit;       // Highway's
  bool has_fma;
  // The case's fused multiply-adds are computed in software at this target.
  bool SoftFma(const Case& test) const { return test.UsesFma() && !has_fma; }
};
// What people call a target: AVX3 is the library's (and Highway's) own name.
std::string TargetLabel(const std::string& name);
// Targets that are compiled in and that this machine runs, worst first.
const std::vector<Target>& SupportedTargets();

// One call of the library for this case, as its users make it: the typed function if there is
// one, else lw_call.
Batch LibraryCall(const Case& test);
// The same under a scoped cap at a target.
Batch LibraryCallAt(const Case& test, const std::string& target);

// Sum over the axes in axis_mask of a C-contiguous f32 matrix.
lw_status SumMatrix(const float* x, int64_t rows, int64_t columns, uint64_t axis_mask, float* out);

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_CASE_H_
