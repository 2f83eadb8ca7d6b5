// The library's kernel list, one entry per name, and its dtypes as NumPy's type numbers.

#ifndef LANEWISE_PYTHON_KERNELS_H_
#define LANEWISE_PYTHON_KERNELS_H_

#include <array>
#include <string>
#include <vector>

#include "lanewise/lanewise.h"
#include "numpy_api.h"

namespace lanewise_py {

// A loop of NumPy's ufunc type with its context.
struct Loop {
  lw_loop call = nullptr;
  void* context = nullptr;
  explicit operator bool() const { return call != nullptr; }
};

struct Kernel {
  const char* name;
  const char* doc;
  lw_kernel id;
  lw_shape shape;
  int inputs;
  int outputs;
  std::vector<lw_kernel_record> records;  // one per combination of dtypes

  // The largest error bound of its floating-point loops.
  double MaxUlp() const;
  int Operands() const { return inputs + outputs; }
  // The loop for exactly these dtypes (inputs, then outputs); empty if there is none.
  Loop Find(const lw_dtype* dtypes) const;
};

const std::vector<Kernel>& Kernels();

// The dtype that NumPy's type number stands for; -1 if the library has no such dtype.
int DtypeOf(int type_number);
// The same of an array, whose dtype may be ml_dtypes' bfloat16.
int DtypeOf(PyArrayObject* array);
// NumPy's type number of a dtype; NPY_NOTYPE for bf16.
int TypeNumberOf(lw_dtype dtype);
inline constexpr int kTypeNumbers = NPY_HALF + 1;

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_KERNELS_H_
