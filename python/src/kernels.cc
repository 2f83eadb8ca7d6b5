#include "kernels.h"

#include <algorithm>
#include <cstring>

namespace lanewise_py {
namespace {

std::vector<Kernel> ReadList() {
  std::vector<Kernel> kernels;
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record = {};
    record.struct_size = sizeof(record);
    if (lw_kernel_info(i, &record) != LW_OK) continue;
    auto kernel = std::find_if(kernels.begin(), kernels.end(),
                               [&](const Kernel& k) { return k.id == record.kernel; });
    if (kernel == kernels.end()) {
      kernel = kernels.insert(kernel, {record.name,
                                       record.doc,
                                       record.kernel,
                                       record.shape,
                                       record.inputs,
                                       record.outputs,
                                       {}});
    }
    kernel->records.push_back(record);
  }
  return kernels;
}

// An integer type of C as a dtype.
int IntegerDtype(size_t size, bool is_signed) {
  switch (size) {
    case 1:
      return is_signed ? LW_I8 : LW_U8;
    case 2:
      return is_signed ? LW_I16 : LW_U16;
    case 4:
      return is_signed ? LW_I32 : LW_U32;
    default:
      return is_signed ? LW_I64 : LW_U64;
  }
}

}  // namespace

const std::vector<Kernel>& Kernels() {
  // Never destroyed: daemon threads compute while the process exits.
  static const std::vector<Kernel>& kernels = *new std::vector<Kernel>(ReadList());
  return kernels;
}

double Kernel::MaxUlp() const {
  double bound = 0;
  for (const lw_kernel_record& record : records) bound = std::max(bound, record.max_ulp);
  return bound;
}

Loop Kernel::Find(const lw_dtype* dtypes) const {
  for (const lw_kernel_record& record : records) {
    if (!std::equal(dtypes, dtypes + Operands(), record.dtypes)) continue;
    Loop loop;
    if (lw_find_loop(id, dtypes, &loop.call, &loop.context) == LW_OK) return loop;
  }
  return {};
}

int DtypeOf(int type_number) {
  switch (type_number) {
    case NPY_BOOL:
      return LW_BOOL;
    case NPY_BYTE:
      return LW_I8;
    case NPY_UBYTE:
      return LW_U8;
    case NPY_SHORT:
      return LW_I16;
    case NPY_USHORT:
      return LW_U16;
    case NPY_INT:
      return LW_I32;
    case NPY_UINT:
      return LW_U32;
    case NPY_LONG:
      return IntegerDtype(sizeof(long), true);
    case NPY_ULONG:
      return IntegerDtype(sizeof(long), false);
    case NPY_LONGLONG:
      return LW_I64;
    case NPY_ULONGLONG:
      return LW_U64;
    case NPY_HALF:
      return LW_F16;
    case NPY_FLOAT:
      return LW_F32;
    case NPY_DOUBLE:
      return LW_F64;
    default:
      return -1;
  }
}

int DtypeOf(PyArrayObject* array) {
  const int type_number = PyArray_TYPE(array);
  if (type_number < NPY_USERDEF) return DtypeOf(type_number);
  // ml_dtypes' bfloat16, whose number is known only once that package is imported.
  const PyArray_Descr* descr = PyArray_DESCR(array);
  const char* name = descr->typeobj->tp_name;
  const char* dot = std::strrchr(name, '.');
  const bool is_bfloat16 = std::strcmp(dot ? dot + 1 : name, "bfloat16") == 0;
  return is_bfloat16 && PyArray_ITEMSIZE(array) == 2 ? LW_BF16 : -1;
}

int TypeNumberOf(lw_dtype dtype) {
  for (int number = 0; number < kTypeNumbers; ++number) {
    if (DtypeOf(number) == static_cast<int>(dtype)) return number;
  }
  return NPY_NOTYPE;
}

}  // namespace lanewise_py
