// The element types: the one table of them, in the order of lw_dtype. What depends on a dtype and
// is not a kernel's body reads its row.

#ifndef LANEWISE_KERNELS_LIST_DTYPE_H_
#define LANEWISE_KERNELS_LIST_DTYPE_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "hwy/base.h"  // hwy::float16_t and hwy::bfloat16_t only
#include "kernels/list/type_list.h"
#include "lanewise/lanewise.h"

namespace lanewise {

using f16 = hwy::float16_t;
using bf16 = hwy::bfloat16_t;

// A C++ type stands for each dtype; `bool` is one byte, 0 or 1; any other that is read is true.
using Dtypes = TypeList<bool, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t,
                        uint64_t, f16, bf16, float, double>;
inline constexpr int kDtypeCount = 13;

template <class T>
inline constexpr lw_dtype kDtype = static_cast<lw_dtype>(PositionOf<T>(Dtypes{}));

enum class DtypeKind : uint8_t { kBool, kSigned, kUnsigned, kFloat };

struct DtypeInfo {
  const char* name;
  uint8_t size;  // bytes
  DtypeKind kind;
  uint8_t digits;         // bits of the significand, or of an integer's magnitude
  int16_t end;            // every finite value is below 2^end
  lw_dtype accumulator;   // what sums of the dtype are added up in
  lw_dtype wider;         // the next dtype of the kind that holds all its values; or itself
  const char* numpy;      // NumPy's name; bf16 has that of the package ml_dtypes
  const char* others[2];  // more names that lw_dtype_parse takes
};

inline constexpr DtypeInfo kDtypes[kDtypeCount] = {
    {"bool", 1, DtypeKind::kBool, 1, 1, LW_I64, LW_BOOL, "bool", {"?", "bool_"}},
    {"i8", 1, DtypeKind::kSigned, 7, 7, LW_I64, LW_I16, "int8", {"i1", nullptr}},
    {"u8", 1, DtypeKind::kUnsigned, 8, 8, LW_U64, LW_U16, "uint8", {"u1", nullptr}},
    {"i16", 2, DtypeKind::kSigned, 15, 15, LW_I64, LW_I32, "int16", {"i2", nullptr}},
    {"u16", 2, DtypeKind::kUnsigned, 16, 16, LW_U64, LW_U32, "uint16", {"u2", nullptr}},
    {"i32", 4, DtypeKind::kSigned, 31, 31, LW_I64, LW_I64, "int32", {"i4", nullptr}},
    {"u32", 4, DtypeKind::kUnsigned, 32, 32, LW_U64, LW_U64, "uint32", {"u4", nullptr}},
    {"i64", 8, DtypeKind::kSigned, 63, 63, LW_I64, LW_I64, "int64", {nullptr, nullptr}},
    {"u64", 8, DtypeKind::kUnsigned, 64, 64, LW_U64, LW_U64, "uint64", {nullptr, nullptr}},
    {"f16", 2, DtypeKind::kFloat, 11, 16, LW_F32, LW_F32, "float16", {"half", "f2"}},
    {"bf16", 2, DtypeKind::kFloat, 8, 128, LW_F32, LW_F32, "bfloat16", {nullptr, nullptr}},
    {"f32", 4, DtypeKind::kFloat, 24, 128, LW_F32, LW_F64, "float32", {"float", "f4"}},
    {"f64", 8, DtypeKind::kFloat, 53, 1024, LW_F64, LW_F64, "float64", {"double", "f8"}},
};

template <class T>
inline constexpr const DtypeInfo& kInfo = kDtypes[kDtype<T>];

template <class T>
inline constexpr bool kIsFloat = kInfo<T>.kind == DtypeKind::kFloat;

template <class T>
inline constexpr bool kIsInt = !kIsFloat<T> && !std::is_same_v<T, bool>;

// Storage types: loaded and stored, and computed with as f32.
template <class T>
inline constexpr bool kIsNarrow = std::is_same_v<T, f16> || std::is_same_v<T, bf16>;

template <size_t kSize>
using UnsignedOfSize = std::conditional_t<
    kSize == 1, uint8_t,
    std::conditional_t<kSize == 2, uint16_t, std::conditional_t<kSize == 4, uint32_t, uint64_t>>>;

template <class T>
using UnsignedAs = UnsignedOfSize<sizeof(T)>;

// What loops over bits load and store: half precision as its bits, booleans as bytes.
template <class T>
using StoredAs = std::conditional_t<
    std::is_same_v<T, bool>, uint8_t,
    std::conditional_t<std::is_same_v<T, f16> || std::is_same_v<T, bf16>, uint16_t, T>>;

// What sums are added up in: integers wrap around in 64 bits.
template <class T>
using AccumulatorOf = std::conditional_t<
    std::is_floating_point_v<T>, T,
    std::conditional_t<
        kIsNarrow<T>, float,
        std::conditional_t<std::is_signed_v<T> || std::is_same_v<T, bool>, int64_t, uint64_t>>>;
// Their results: those of f16 and bf16 are rounded once more.
template <class T>
using SumOf = std::conditional_t<kIsNarrow<T>, T, AccumulatorOf<T>>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_DTYPE_H_
