// Tasks of the fake plugin: copies of what a launch was given, run later by the CPU library.

#ifndef LANEWISE_TESTS_GPU_HOST_FAKE_TASKS_H_
#define LANEWISE_TESTS_GPU_HOST_FAKE_TASKS_H_

#include <string>
#include <vector>

#include "gpu/border.h"

namespace fake {

class Task {
 public:
  explicit Task(const lw_backend_task& task);
  // Whether every byte that an operand touches lies in one live block of the device.
  bool IsInside(int operand, int32_t device) const;
  // "" or what the CPU library says.
  std::string Run();

 private:
  size_t Axes() const { return shape_.size(); }
  // The first output.
  size_t Out() const { return static_cast<size_t>(task_.inputs); }
  size_t Size(size_t operand) const { return lw_dtype_size(dtypes_[operand]); }
  bool Reduces(size_t axis) const { return task_.axis_mask >> axis & 1; }
  int64_t Count(bool kept_only) const;
  char* Data(size_t operand);

  lw_status RunElementwise();
  lw_status RunReduction();
  lw_status RunOneAxis();

  lw_backend_task task_;  // its pointers are not used
  std::vector<lw_dtype> dtypes_;
  std::vector<int64_t> shape_;
  std::vector<lw_backend_operand> operands_;
  std::vector<std::vector<int64_t>> strides_;
};

}  // namespace fake

#endif  // LANEWISE_TESTS_GPU_HOST_FAKE_TASKS_H_
