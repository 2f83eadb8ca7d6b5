// Tables of constants: part of lw::ops for the bodies that look something up.
// Per-target include guard: this file is compiled once per target.

#if defined(LANEWISE_KERNELS_OPS_TABLES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_OPS_TABLES_INL_H_
#undef LANEWISE_KERNELS_OPS_TABLES_INL_H_
#else
#define LANEWISE_KERNELS_OPS_TABLES_INL_H_
#endif

#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {
namespace ops {

// table[idx] of a table in memory; idx is a signed integer vector in range.
// On x86 by scalar loads: with gather instructions pow f64 on AVX2 took 4.37 ns per element (64k,
// Zen 4), so 3.07. The emulators that stand in for missing CPUs in the tests also mistake one
// encoding of these instructions (index register 4) for "no index".
template <class D, class VI>
HWY_INLINE VecOf<D> Gather(D d, const TFromD<D>* table, VI idx) {
#if HWY_ARCH_X86
  using T = TFromD<D>;
  if constexpr (HWY_MAX_LANES_D(D) * sizeof(T) > 16) {
    const hn::Half<D> half;
    const hn::Half<SignedOf<D>> half_i;
    const auto upper = Gather(half, table, hn::UpperHalf(half_i, idx));
    return hn::Combine(d, upper, Gather(half, table, hn::LowerHalf(half_i, idx)));
  } else if constexpr (HWY_MAX_LANES_D(D) == 2 && sizeof(T) == 8) {
    return hn::Dup128VecFromValues(d, table[hn::ExtractLane(idx, 0)],
                                   table[hn::ExtractLane(idx, 1)]);
  } else if constexpr (HWY_MAX_LANES_D(D) == 4 && sizeof(T) == 4) {
    return hn::Dup128VecFromValues(d, table[hn::ExtractLane(idx, 0)],
                                   table[hn::ExtractLane(idx, 1)], table[hn::ExtractLane(idx, 2)],
                                   table[hn::ExtractLane(idx, 3)]);
  } else {
    return hn::GatherIndex(d, table, idx);
  }
#else
  return hn::GatherIndex(d, table, idx);
#endif
}

// The same for a table of 16 f32, aligned for vectors, that AVX2 and AVX-512 keep in registers: a
// gather is slow there.
template <class D, class VI>
HWY_INLINE VecOf<D> Lookup16(D d, const float* table, VI idx) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
  if constexpr (HWY_MAX_LANES_D(D) == 16) {
    return hn::TableLookupLanes(hn::Load(d, table), hn::IndicesFromVec(d, idx));
  } else if constexpr (HWY_MAX_LANES_D(D) == 8) {
    return hn::TwoTablesLookupLanes(d, hn::Load(d, table), hn::Load(d, table + 8),
                                    hn::IndicesFromVec(d, idx));
  } else {
    return Gather(d, table, idx);
  }
#else
  return Gather(d, table, idx);
#endif
}

// The same for a table of 32 f64, aligned for vectors, that AVX-512 keeps in registers: a gather is
// slow there.
template <class D, class VI>
HWY_INLINE VecOf<D> Lookup32(D d, const double* table, VI idx) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if constexpr (HWY_MAX_LANES_D(D) == 8) {
    const auto in_half = hn::IndicesFromVec(d, hn::And(idx, hn::Set(SignedOf<D>(), 15)));
    const auto lower =
        hn::TwoTablesLookupLanes(d, hn::Load(d, table), hn::Load(d, table + 8), in_half);
    const auto upper =
        hn::TwoTablesLookupLanes(d, hn::Load(d, table + 16), hn::Load(d, table + 24), in_half);
    return hn::IfNegativeThenElse(hn::BitCast(d, hn::ShiftLeft<59>(idx)), upper, lower);
  } else {
    return Gather(d, table, idx);
  }
#else
  return Gather(d, table, idx);
#endif
}

}  // namespace ops
}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
