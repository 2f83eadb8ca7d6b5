// The operands of a call over several axes, checked one after the other. Reads no array memory:
// the checks serve device memory too.

#ifndef LANEWISE_DISPATCH_ENGINE_OPERANDS_H_
#define LANEWISE_DISPATCH_ENGINE_OPERANDS_H_

#include "kernels/registry.h"

namespace lanewise {

struct CheckedOperands {
  const KernelEntry& kernel;
  lw_view views[LW_MAX_OPERANDS] = {};
  bool has_memory[LW_MAX_OPERANDS] = {};  // not for host values and arrays without elements
  int64_t count = 0;                      // elements of the operand added last

  explicit CheckedOperands(const KernelEntry& entry) : kernel(entry) {}

  // The view has this kernel's operand i. LW_OK or the failure, with its message.
  lw_status Add(int i, const lw_view& view);

  // Outputs against all other operands, once all are added and none is empty.
  lw_status CheckOverlap(bool may_be_in_place) const;

 private:
  const char* begin_[LW_MAX_OPERANDS] = {};  // bytes from the first to behind the last
  const char* end_[LW_MAX_OPERANDS] = {};

  lw_status CheckPair(int operand, int out, bool may_be_in_place) const;
};

// The axes of a call, before its operands are looked at.
lw_status CheckNdim(const KernelEntry& kernel, int32_t ndim, const int64_t* shape);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ENGINE_OPERANDS_H_
