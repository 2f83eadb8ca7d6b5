// cumulative_sum in a fixed blocked order that does not depend on the lanes of a vector.
// Groups of 64 bytes are scanned by a Sklansky network: at level k the upper half of each block
// of 2^k elements adds the last element of its lower half. The last element of a scanned group is
// its total; the totals of a superblock are chained from -0.0, and the superblocks' own totals in
// turn. An output is (carry of superblocks + carry within the superblock) + scanned element.
// So the serial part is one addition per group. Elements missing in the last group are -0.0.
// Integers of 64 bits go the same way, with 0 for -0.0; narrow ones in scan_integers-inl.h.

#if defined(LANEWISE_KERNELS_SCAN_SCAN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_SCAN_SCAN_INL_H_
#undef LANEWISE_KERNELS_SCAN_SCAN_INL_H_
#else
#define LANEWISE_KERNELS_SCAN_SCAN_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// At most a group. On AVX-512 half of one: shuffles across 64 bytes cost more than they save.
#if HWY_ARCH_X86
template <class T>
using ScanTag = hn::CappedTag<T, 32 / sizeof(T)>;
#else
template <class T>
using ScanTag = hn::CappedTag<T, 64 / sizeof(T)>;
#endif
template <class T>
inline constexpr size_t kScanGroup = 64 / sizeof(T);

template <class D>
HWY_INLINE hn::Vec<D> MinusZero(D d) {
  return hn::Set(d, hn::TFromD<D>(-0.0));
}

// -------- the network within one vector

// Lanes of the lower half of each pair of blocks must add nothing (-0.0): x + x could overflow.
template <class D, class V>
HWY_INLINE V ScanWithin16Bytes(D d, V v) {
  v = hn::Add(v, hn::OddEven(hn::DupEven(v), MinusZero(d)));
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    const hn::Repartition<double, D> d64;
    const auto second = hn::BitCast(d64, hn::Broadcast<1>(v));
    v = hn::Add(v, hn::BitCast(d, hn::OddEven(second, hn::BitCast(d64, MinusZero(d)))));
  }
  return v;
}

// The level that joins blocks of kHalf lanes.
template <size_t kHalf, class D, class V>
HWY_INLINE V ScanAcross(D d, V v) {
#if HWY_ARCH_X86
  constexpr int kLast = 16 / sizeof(hn::TFromD<D>) - 1;
  return hn::Add(v, hn::ConcatLowerLower(d, hn::Broadcast<kLast>(v), MinusZero(d)));
#else
  using TI = hwy::MakeUnsigned<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> du;
  const auto lane = hn::Iota(du, 0);
  const auto upper = hn::Ne(hn::And(lane, hn::Set(du, TI{kHalf})), hn::Zero(du));
  // Index of the last lane of the lower half.
  const auto last =
      hn::Or(hn::AndNot(hn::Set(du, TI{2 * kHalf - 1}), lane), hn::Set(du, TI{kHalf - 1}));
  const auto carry = hn::TableLookupLanes(v, hn::IndicesFromVec(d, last));
#if HWY_TARGET <= HWY_AVX3 || HWY_HAVE_SCALABLE
  return hn::MaskedAddOr(v, hn::RebindMask(d, upper), v, carry);
#else
  return hn::Add(v, hn::IfThenElse(hn::RebindMask(d, upper), carry, MinusZero(d)));
#endif
#endif
}

template <class D, class V>
HWY_INLINE V ScanVector(D d, V v) {
  constexpr size_t kBlock = 16 / sizeof(hn::TFromD<D>);
  v = ScanWithin16Bytes(d, v);
  if constexpr (HWY_MAX_LANES_D(D) > kBlock) {
    if (hn::Lanes(d) > kBlock) v = ScanAcross<kBlock>(d, v);
  }
  if constexpr (HWY_MAX_LANES_D(D) > 2 * kBlock) {
    if (hn::Lanes(d) > 2 * kBlock) v = ScanAcross<2 * kBlock>(d, v);
  }
  return v;
}

// The last lane in all lanes.
template <class D, class V>
HWY_INLINE V LastLane(D d, V v) {
  using TI = hwy::MakeUnsigned<hn::TFromD<D>>;
  constexpr size_t kBlock = 16 / sizeof(hn::TFromD<D>);
  if constexpr (HWY_MAX_LANES_D(D) == kBlock) {
    return hn::Broadcast<kBlock - 1>(v);
  } else {
    const hn::RebindToUnsigned<D> du;
    const auto last = hn::Set(du, static_cast<TI>(hn::Lanes(d) - 1));
    return hn::TableLookupLanes(v, hn::IndicesFromVec(d, last));
  }
}

// -------- one group in 1, 2 or 4 vectors

// Scans the group at x; gives its total, and unless only that is wanted, writes k + element.
template <bool kStore, class D, class V>
HWY_INLINE V ScanGroup1(D d, const hn::TFromD<D>* x, V k, hn::TFromD<D>* out) {
  const V v0 = ScanVector(d, hn::LoadU(d, x));
  if constexpr (kStore) hn::StoreU(hn::Add(k, v0), d, out);
  return LastLane(d, v0);
}

template <bool kStore, class D, class V>
HWY_INLINE V ScanGroup2(D d, const hn::TFromD<D>* x, V k, hn::TFromD<D>* out) {
  const size_t lanes = hn::Lanes(d);
  const V v0 = ScanVector(d, hn::LoadU(d, x));
  V v1 = ScanVector(d, hn::LoadU(d, x + lanes));
  v1 = hn::Add(v1, LastLane(d, v0));
  if constexpr (kStore) {
    hn::StoreU(hn::Add(k, v0), d, out);
    hn::StoreU(hn::Add(k, v1), d, out + lanes);
  }
  return LastLane(d, v1);
}

template <bool kStore, class D, class V>
HWY_INLINE V ScanGroup4(D d, const hn::TFromD<D>* x, V k, hn::TFromD<D>* out) {
  const size_t lanes = hn::Lanes(d);
  const V v0 = ScanVector(d, hn::LoadU(d, x));
  V v1 = ScanVector(d, hn::LoadU(d, x + lanes));
  V v2 = ScanVector(d, hn::LoadU(d, x + 2 * lanes));
  V v3 = ScanVector(d, hn::LoadU(d, x + 3 * lanes));
  v1 = hn::Add(v1, LastLane(d, v0));
  v3 = hn::Add(v3, LastLane(d, v2));
  const V lower = LastLane(d, v1);
  v2 = hn::Add(v2, lower);
  v3 = hn::Add(v3, lower);
  if constexpr (kStore) {
    hn::StoreU(hn::Add(k, v0), d, out);
    hn::StoreU(hn::Add(k, v1), d, out + lanes);
    hn::StoreU(hn::Add(k, v2), d, out + 2 * lanes);
    hn::StoreU(hn::Add(k, v3), d, out + 3 * lanes);
  }
  return LastLane(d, v3);
}

template <bool kStore, class D, class V>
HWY_INLINE V ScanGroup(D d, const hn::TFromD<D>* x, V k, hn::TFromD<D>* out) {
  constexpr size_t kGroup = kScanGroup<hn::TFromD<D>>;
  HWY_LANES_CONSTEXPR size_t lanes = hn::Lanes(d);
  if (lanes == kGroup) return ScanGroup1<kStore>(d, x, k, out);
  if (2 * lanes == kGroup) return ScanGroup2<kStore>(d, x, k, out);
  return ScanGroup4<kStore>(d, x, k, out);
}

// -------- one superblock; gives the chained total of its groups, in all lanes

template <bool kStore, class D, class V>
HWY_INLINE V ScanSuperblock(D d, const hn::TFromD<D>* x, size_t n, V before, hn::TFromD<D>* out) {
  using T = hn::TFromD<D>;
  constexpr size_t kGroup = kScanGroup<T>;
  V chain = MinusZero(d);
  size_t i = 0;
#pragma GCC unroll 1
  for (; i + kGroup <= n; i += kGroup) {
    const V total = ScanGroup<kStore>(d, x + i, hn::Add(before, chain), out + (kStore ? i : 0));
    chain = hn::Add(chain, total);
  }
  if (i != n) {
    HWY_ALIGN T last[kGroup];
    for (size_t j = 0; j < kGroup; ++j) last[j] = i + j < n ? x[i + j] : T(-0.0);
    chain = hn::Add(chain, ScanGroup<kStore>(d, last, hn::Add(before, chain), last));
    if constexpr (kStore) {
      for (size_t j = 0; i + j < n; ++j) out[i + j] = last[j];
    }
  }
  return chain;
}

template <class T>
void ScanStart(void* carry) {
  *static_cast<T*>(carry) = T(-0.0);
}

template <class T>
void ScanChain(void* totals, size_t blocks, void* carry) {
  T* v = static_cast<T*>(totals);
  T sum = *static_cast<T*>(carry);
#pragma GCC unroll 1
  for (size_t b = 0; b < blocks; ++b) {
    const T total = v[b];
    v[b] = sum;
    sum = sum + total;
  }
  *static_cast<T*>(carry) = sum;
}

template <class T>
void ScanTotal(const void* x, size_t n, void* total) {
  const ScanTag<T> d;
  const auto chain =
      ScanSuperblock<false>(d, static_cast<const T*>(x), n, MinusZero(d), static_cast<T*>(nullptr));
  *static_cast<T*>(total) = hn::GetLane(chain);
}

// Any number of superblocks.
template <class T>
void ScanLoop(const void* vx, size_t n, void* carry, void* vout) {
  const ScanTag<T> d;
  const T* x = static_cast<const T*>(vx);
  T* out = static_cast<T*>(vout);
  auto before = hn::Set(d, *static_cast<T*>(carry));
  for (size_t i = 0; i < n; i += kScanBlock) {
    const size_t count = HWY_MIN(kScanBlock, n - i);
    before = hn::Add(before, ScanSuperblock<true>(d, x + i, count, before, out + i));
  }
  *static_cast<T*>(carry) = hn::GetLane(before);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
