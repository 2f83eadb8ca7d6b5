// The dtype in which two operands of different dtypes meet: NumPy's rule, with bf16 in it.

#ifndef LANEWISE_KERNELS_LIST_PROMOTION_H_
#define LANEWISE_KERNELS_LIST_PROMOTION_H_

#include "kernels/list/dtype.h"

namespace lanewise {

// Whether every value of a dtype is one of another; f64 takes 64-bit integers too, rounded.
constexpr bool HoldsAll(lw_dtype from, lw_dtype to) {
  const DtypeInfo &a = kDtypes[from], &b = kDtypes[to];
  if (from == to || a.kind == DtypeKind::kBool) return true;
  if (b.kind == DtypeKind::kBool || (a.kind == DtypeKind::kFloat && a.kind != b.kind)) return false;
  if (to == LW_F64) return true;
  if (a.kind == DtypeKind::kSigned && b.kind == DtypeKind::kUnsigned) return false;
  return a.digits <= b.digits && a.end <= b.end;
}

// The first dtype that holds all values of both; integers come before floats, narrow ones first.
constexpr lw_dtype Promote(lw_dtype a, lw_dtype b) {
  int to = LW_BOOL;
  while (!HoldsAll(a, static_cast<lw_dtype>(to)) || !HoldsAll(b, static_cast<lw_dtype>(to))) ++to;
  return static_cast<lw_dtype>(to);
}

static_assert(Promote(LW_I8, LW_U8) == LW_I16 && Promote(LW_I8, LW_U64) == LW_F64);
static_assert(Promote(LW_U8, LW_F16) == LW_F16 && Promote(LW_I16, LW_F16) == LW_F32);
static_assert(Promote(LW_F16, LW_BF16) == LW_F32 && Promote(LW_U8, LW_BF16) == LW_BF16);

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_PROMOTION_H_
