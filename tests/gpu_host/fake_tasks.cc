#include "tests/gpu_host/fake_tasks.h"

#include <algorithm>

#include "tests/gpu_host/fake_memory.h"

namespace fake {

Task::Task(const lw_backend_task& task)
    : task_(task),
      dtypes_(task.dtypes, task.dtypes + task.inputs + task.outputs),
      shape_(task.shape, task.shape + task.ndim),
      operands_(task.operands, task.operands + task.inputs + task.outputs) {
  for (const lw_backend_operand& operand : operands_) {
    strides_.emplace_back(Axes(), 0);
    if (operand.by_value) continue;
    std::copy_n(operand.stride_bytes, Axes(), strides_.back().begin());
  }
}

int64_t Task::Count(bool kept_only) const {
  int64_t count = 1;
  for (size_t i = 0; i < Axes(); ++i) {
    if (!kept_only || !Reduces(i)) count *= shape_[i];
  }
  return count;
}

char* Task::Data(size_t operand) {
  lw_backend_operand& given = operands_[operand];
  return given.by_value ? reinterpret_cast<char*>(&given.value) : static_cast<char*>(given.data);
}

bool Task::IsInside(int operand, int32_t device) const {
  const auto i = static_cast<size_t>(operand);
  if (operands_[i].by_value || Count(i >= Out()) == 0) return true;
  int64_t below = 0, above = 0;
  for (size_t axis = 0; axis < Axes(); ++axis) {
    const int64_t span = (shape_[axis] - 1) * strides_[i][axis];
    (span < 0 ? below : above) += span;
  }
  // compress writes as many elements as the mask says; the room is the caller's promise.
  if (task_.kind == LW_SHAPE_COMPRESS && i == Out()) above = 0;
  const char* data = static_cast<const char*>(operands_[i].data);
  const Block* block = BlockOf(data + below);
  return block && block == BlockOf(data + above + Size(i) - 1) &&
         block->memory != LW_GPU_MEMORY_PINNED &&
         (block->memory == LW_GPU_MEMORY_MANAGED || block->device == device);
}

// All but the last axis by an odometer, the last by lw_call.
lw_status Task::RunElementwise() {
  std::vector<int64_t> index(Axes(), 0);
  const int64_t inner = Axes() ? shape_.back() : 1;
  for (int64_t row = Count(false) / inner; row > 0; --row) {
    lw_operand operands[LW_MAX_OPERANDS];
    for (size_t i = 0; i < operands_.size(); ++i) {
      char* at = Data(i);
      for (size_t k = 0; k + 1 < Axes(); ++k) at += index[k] * strides_[i][k];
      operands[i] = {at, Axes() ? strides_[i].back() : static_cast<int64_t>(Size(i))};
    }
    const lw_status status = lw_call(task_.kernel, dtypes_.data(), operands, inner, nullptr);
    if (status != LW_OK) return status;
    for (size_t k = Axes(); k-- > 1 && ++index[k - 1] == shape_[k - 1];) index[k - 1] = 0;
  }
  return LW_OK;
}

lw_status Task::RunReduction() {
  std::vector<int64_t> out_shape, out_strides;
  for (size_t i = 0; i < Axes(); ++i) {
    if (Reduces(i)) continue;
    out_shape.push_back(shape_[i]);
    out_strides.push_back(strides_[1][i]);
  }
  const lw_view in{Data(0), task_.ndim, shape_.data(), strides_[0].data()};
  const lw_view out{Data(1), static_cast<int32_t>(out_shape.size()), out_shape.data(),
                    out_strides.data()};
  lw_call_options options{sizeof(options), 0, task_.ddof, 0, 0, 0};
  return lw_reduce(task_.kernel, dtypes_[0], &in, task_.axis_mask, &out, &options);
}

lw_status Task::RunOneAxis() {
  lw_operand operands[LW_MAX_OPERANDS];
  for (size_t i = 0; i < operands_.size(); ++i) operands[i] = {Data(i), strides_[i][0]};
  lw_call_options options{sizeof(options), 0, 0, 0, 0, 0};
  const lw_status status = lw_call(task_.kernel, dtypes_.data(), operands, shape_[0], &options);
  if (task_.kind == LW_SHAPE_COMPRESS) *task_.count = options.result_count;
  return status;
}

std::string Task::Run() {
  const bool reduction = task_.kind == LW_SHAPE_REDUCE || task_.kind == LW_SHAPE_ARG;
  const lw_status status = task_.kind == LW_SHAPE_ELEMENTWISE ? RunElementwise()
                           : reduction                        ? RunReduction()
                                                              : RunOneAxis();
  return status == LW_OK ? "" : lw_last_error();
}

}  // namespace fake
