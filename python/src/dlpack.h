// The part of DLPack's C structures that the package uses, version 1.1 and before
// (https://dmlc.github.io/dlpack/latest/c_api.html): an ABI, so the layout is not ours to change.

#ifndef LANEWISE_PYTHON_DLPACK_H_
#define LANEWISE_PYTHON_DLPACK_H_

#include <cstdint>

namespace lanewise_py::dlpack {

enum DeviceType : int32_t { kCpu = 1, kCuda = 2, kCudaHost = 3, kCudaManaged = 13 };
enum TypeCode : uint8_t {
  kInt = 0,
  kUnsigned = 1,
  kFloat = 2,
  kBfloat = 4,
  kComplex = 5,
  kBool = 6
};
enum Flags : uint64_t { kReadOnly = 1, kIsCopied = 2 };

struct Device {
  int32_t type;
  int32_t id;
};

struct DataType {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
};

struct Tensor {
  void* data;
  Device device;
  int32_t ndim;
  DataType dtype;
  int64_t* shape;
  int64_t* strides;  // in elements; null: C order
  uint64_t byte_offset;
};

struct Managed {
  Tensor tensor;
  void* context;
  void (*deleter)(Managed*);
};

struct ManagedVersioned {
  struct {
    uint32_t major, minor;
  } version;
  void* context;
  void (*deleter)(ManagedVersioned*);
  uint64_t flags;
  Tensor tensor;
};

inline constexpr uint32_t kMajor = 1, kMinor = 1;
inline constexpr char kName[] = "dltensor", kNameVersioned[] = "dltensor_versioned";

}  // namespace lanewise_py::dlpack

#endif  // LANEWISE_PYTHON_DLPACK_H_
