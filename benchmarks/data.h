// Operand memory and the data sets that fill it.

#ifndef LANEWISE_BENCHMARKS_DATA_H_
#define LANEWISE_BENCHMARKS_DATA_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lanewise/lanewise.h"

namespace lanewise::bench {

// Memory of one operand, kept from row to row. Operands begin at different offsets within a page:
// equal ones would measure the CPU's false store-to-load dependences (4K aliasing), not the kernel.
class Buffer {
 public:
  explicit Buffer(int index) : index_(index) {}
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  // At least `bytes` bytes, aligned to 64, touched. Large ones ask for huge pages, as NumPy does.
  void* Get(size_t bytes);

 private:
  int index_;
  void* mapping_ = nullptr;
  size_t size_ = 0;
};

// "uniform" first, then the hard ones.
const std::vector<std::string>& DataSets();
bool DataSetApplies(std::string_view data, lw_dtype dtype);

// Fills n elements for input `operand` of a kernel, the same on every machine and run.
void FillOperand(const lw_kernel_record& record, int operand, std::string_view data, int64_t n,
                 void* memory);

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_DATA_H_
