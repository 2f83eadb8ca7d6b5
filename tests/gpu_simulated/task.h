// A task for the simulated GPU and what it points to.

#ifndef LANEWISE_TESTS_GPU_SIMULATED_TASK_H_
#define LANEWISE_TESTS_GPU_SIMULATED_TASK_H_

#include <cstring>

#include "simulated_gpu.h"
#include "tests/harness.h"

namespace lanewise {

using harness::Bytes;
using Strides = std::vector<int64_t>;

inline bool IsReduction(const lw_kernel_record& record) {
  return record.shape == LW_SHAPE_REDUCE || record.shape == LW_SHAPE_REDUCE_TWO ||
         record.shape == LW_SHAPE_ARG;
}

inline Strides Contiguous(const std::vector<int64_t>& shape, int64_t size, uint64_t without = 0) {
  Strides strides(shape.size());
  for (size_t i = shape.size(); i-- > 0;) {
    if (without >> i & 1) continue;  // a reduced axis: stride 0
    strides[i] = size;
    size *= shape[i];
  }
  return strides;
}

// A task and what it points to.
struct Task {
  lw_kernel_record record;
  std::vector<int64_t> shape;
  uint64_t axis_mask = 0;
  double ddof = 0;
  void* data[LW_MAX_OPERANDS] = {};
  Strides strides[LW_MAX_OPERANDS];
  uint32_t by_value = 0;

  std::vector<simulated::Launch> Run() const {
    lw_backend_operand operands[LW_MAX_OPERANDS] = {};
    for (int k = 0; k < harness::Operands(record); ++k) {
      if (by_value >> k & 1) {
        operands[k].by_value = 1;
        std::memcpy(&operands[k].value, data[k], lw_dtype_size(record.dtypes[k]));
      } else {
        operands[k].data = data[k];
        operands[k].stride_bytes = strides[k].data();
      }
    }
    lw_backend_task task{};
    task.kernel = record.kernel;
    task.kind = record.shape;
    task.inputs = record.inputs;
    task.outputs = record.outputs;
    task.ndim = static_cast<int32_t>(shape.size());
    task.dtypes = record.dtypes;
    task.shape = shape.data();
    task.operands = operands;
    task.axis_mask = axis_mask;
    task.ddof = ddof;
    return simulated::Run(task);
  }
  bool Uses(const char* kernel) const {
    for (const auto& launch : Run()) {
      if (launch.kernel == kernel) return true;
    }
    return false;
  }
};

}  // namespace lanewise

#endif  // LANEWISE_TESTS_GPU_SIMULATED_TASK_H_
