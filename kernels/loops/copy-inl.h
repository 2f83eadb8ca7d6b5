// Copies around the contiguous loops: strided to contiguous and back, repeating one element,
// and stores that bypass the caches. Once per element size; they move bits only.

#if defined(LANEWISE_KERNELS_LOOPS_COPY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_LOOPS_COPY_INL_H_
#undef LANEWISE_KERNELS_LOOPS_COPY_INL_H_
#else
#define LANEWISE_KERNELS_LOOPS_COPY_INL_H_
#endif

#include "kernels/list/table.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Elements may be unaligned when strided: NumPy's views are.
template <class T>
HWY_INLINE T LoadElement(const char* p) {
  T value;
  hwy::CopyBytes<sizeof(T)>(p, &value);
  return value;
}

template <class T>
HWY_INLINE size_t PackReversed(const char* from, T* to, size_t n) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const char* block = from - static_cast<ptrdiff_t>((i + lanes - 1) * sizeof(T));
    hn::StoreU(hn::Reverse(d, hn::LoadU(d, reinterpret_cast<const T*>(block))), d, to + i);
  }
  return i;
}

template <class T>
HWY_INLINE size_t PackEverySecond(const char* from, T* to, size_t n) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const T* x = reinterpret_cast<const T*>(from);
  size_t i = 0;
  // The last element's neighbour may lie behind the array: stop one element early.
  for (; i + lanes < n; i += lanes) {
    const auto lower = hn::LoadU(d, x + 2 * i), upper = hn::LoadU(d, x + 2 * i + lanes);
    hn::StoreU(hn::ConcatEven(d, upper, lower), d, to + i);
  }
  return i;
}

// Scalar copies from or to elements `stride` bytes apart; four per round hide the address
// arithmetic.
template <class T>
HWY_INLINE void PackScalar(const char* from, int64_t stride, T* to, size_t n) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4, from += 4 * stride) {
    to[i] = LoadElement<T>(from);
    to[i + 1] = LoadElement<T>(from + stride);
    to[i + 2] = LoadElement<T>(from + 2 * stride);
    to[i + 3] = LoadElement<T>(from + 3 * stride);
  }
  for (; i < n; ++i, from += stride) to[i] = LoadElement<T>(from);
}

template <class T>
HWY_INLINE void UnpackScalar(const T* from, char* to, int64_t stride, size_t n) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4, to += 4 * stride) {
    hwy::CopyBytes<sizeof(T)>(from + i, to);
    hwy::CopyBytes<sizeof(T)>(from + i + 1, to + stride);
    hwy::CopyBytes<sizeof(T)>(from + i + 2, to + 2 * stride);
    hwy::CopyBytes<sizeof(T)>(from + i + 3, to + 3 * stride);
  }
  for (; i < n; ++i, to += stride) hwy::CopyBytes<sizeof(T)>(from + i, to);
}

template <class T>
HWY_INLINE size_t UnpackReversed(const T* from, char* to, size_t n) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    char* block = to - static_cast<ptrdiff_t>((i + lanes - 1) * sizeof(T));
    hn::StoreU(hn::Reverse(d, hn::LoadU(d, from + i)), d, reinterpret_cast<T*>(block));
  }
  return i;
}

// Stores to every second element. The elements between belong to others and may not be written,
// not even with their own value: only AVX-512 has masked stores that are fast enough to help.
template <class T>
HWY_INLINE size_t UnpackEverySecond([[maybe_unused]] const T* from, [[maybe_unused]] char* to,
                                    [[maybe_unused]] size_t n) {
  size_t i = 0;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  const hn::ScalableTag<T> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  using TU = hn::TFromD<decltype(du)>;
  const size_t lanes = hn::Lanes(d);
  T* x = reinterpret_cast<T*>(to);
  const auto even =
      hn::RebindMask(d, hn::Eq(hn::And(hn::Iota(du, 0), hn::Set(du, TU{1})), hn::Zero(du)));
  for (; i + lanes < n; i += lanes) {
    const auto v = hn::LoadU(d, from + i);
    hn::BlendedStore(hn::InterleaveWholeLower(d, v, v), even, d, x + 2 * i);
    hn::BlendedStore(hn::InterleaveWholeUpper(d, v, v), even, d, x + 2 * i + lanes);
  }
#endif
  return i;
}

template <class T>
void Pack(const void* vfrom, int64_t stride, void* vto, size_t n) {
  const char* from = static_cast<const char*>(vfrom);
  T* to = static_cast<T*>(vto);
  constexpr int64_t kSize = sizeof(T);
  size_t i = 0;
  if (stride == -kSize)
    i = PackReversed(from, to, n);
  else if (stride == 2 * kSize)
    i = PackEverySecond(from, to, n);
  else if (stride == kSize)
    return hwy::CopyBytes(from, to, n * sizeof(T));
  PackScalar(from + static_cast<int64_t>(i) * stride, stride, to + i, n - i);
}

template <class T>
void Unpack(const void* vfrom, void* vto, int64_t stride, size_t n) {
  const T* from = static_cast<const T*>(vfrom);
  char* to = static_cast<char*>(vto);
  constexpr int64_t kSize = sizeof(T);
  if (stride == kSize) return hwy::CopyBytes(from, to, n * sizeof(T));
  size_t i = 0;
  if (stride == -kSize)
    i = UnpackReversed(from, to, n);
  else if (stride == 2 * kSize)
    i = UnpackEverySecond(from, to, n);
  UnpackScalar(from + i, to + static_cast<int64_t>(i) * stride, stride, n - i);
}

template <class T>
void FillWith(const void* element, void* vto, size_t n) {
  T* to = static_cast<T*>(vto);
  const hn::ScalableTag<T> d;
  const auto v = hn::Set(d, LoadElement<T>(static_cast<const char*>(element)));
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(v, d, to + i);
  if (i != n) hn::StoreN(v, d, to + i, n - i);
}

// Ordinary stores up to the first vector border and at the end.
inline void StreamBytes(const void* vfrom, void* vto, size_t bytes) {
  const uint8_t* from = static_cast<const uint8_t*>(vfrom);
  uint8_t* to = static_cast<uint8_t*>(vto);
  const hn::ScalableTag<uint8_t> d;
  const size_t lanes = hn::Lanes(d);
  const size_t misaligned = reinterpret_cast<uintptr_t>(to) % lanes;
  size_t i = misaligned ? HWY_MIN(lanes - misaligned, bytes) : 0;
  hwy::CopyBytes(from, to, i);
  for (; i + lanes <= bytes; i += lanes) hn::Stream(hn::LoadU(d, from + i), d, to + i);
  hwy::CopyBytes(from + i, to + i, bytes - i);
}

// Four rows of four columns, or two of two: in 128-bit vectors on every target.
template <class T>
HWY_INLINE void TransposeSquare(const char* from, int64_t column_stride, char* to, int64_t pitch) {
  const hn::FixedTag<T, 16 / sizeof(T)> d;
  const hn::FixedTag<uint64_t, 2> d64;
  const auto column = [&](int64_t j) {
    return hn::LoadU(d, reinterpret_cast<const T*>(from + j * column_stride));
  };
  const auto store = [&](int64_t i, auto v) {
    hn::StoreU(v, d64, reinterpret_cast<uint64_t*>(to + i * pitch));
  };
  if constexpr (sizeof(T) == 8) {
    const auto c0 = column(0), c1 = column(1);
    store(0, hn::InterleaveLower(d64, c0, c1));
    store(1, hn::InterleaveUpper(d64, c0, c1));
  } else {
    const auto c0 = column(0), c1 = column(1), c2 = column(2), c3 = column(3);
    const auto lower01 = hn::BitCast(d64, hn::InterleaveLower(d, c0, c1));
    const auto lower23 = hn::BitCast(d64, hn::InterleaveLower(d, c2, c3));
    const auto upper01 = hn::BitCast(d64, hn::InterleaveUpper(d, c0, c1));
    const auto upper23 = hn::BitCast(d64, hn::InterleaveUpper(d, c2, c3));
    store(0, hn::InterleaveLower(d64, lower01, lower23));
    store(1, hn::InterleaveUpper(d64, lower01, lower23));
    store(2, hn::InterleaveLower(d64, upper01, upper23));
    store(3, hn::InterleaveUpper(d64, upper01, upper23));
  }
}

template <class T>
HWY_INLINE void TransposeScalar(const char* from, int64_t row_stride, int64_t column_stride,
                                size_t rows, size_t columns, char* to, int64_t pitch) {
  for (size_t i = 0; i < rows; ++i, from += row_stride, to += pitch) {
    const char* p = from;
    for (size_t j = 0; j < columns; ++j, p += column_stride) {
      hwy::CopyBytes<sizeof(T)>(p, to + j * sizeof(T));
    }
  }
}

constexpr size_t kPrefetchColumns = 32;

template <class T>
void Transpose(const void* vfrom, int64_t row_stride, int64_t column_stride, size_t rows,
               size_t columns, void* vto, int64_t pitch) {
  constexpr size_t kSide = 16 / sizeof(T);
  const char* from = static_cast<const char*>(vfrom);
  char* to = static_cast<char*>(vto);
  const size_t square_rows = row_stride == sizeof(T) ? rows / kSide * kSide : 0;
  // A few columns at a time: they may all lie in one set of the cache.
  for (; columns >= kSide; columns -= kSide) {
    for (size_t j = 0; j < kSide && columns > kPrefetchColumns; ++j) {
      const char* ahead = from + static_cast<int64_t>(kPrefetchColumns + j) * column_stride;
      for (size_t at = 0; at < square_rows * sizeof(T); at += 64) hwy::Prefetch(ahead + at);
    }
    for (size_t i = 0; i < square_rows; i += kSide) {
      TransposeSquare<T>(from + i * sizeof(T), column_stride, to + static_cast<int64_t>(i) * pitch,
                         pitch);
    }
    const int64_t at = static_cast<int64_t>(square_rows);
    TransposeScalar<T>(from + at * row_stride, row_stride, column_stride, rows - square_rows, kSide,
                       to + at * pitch, pitch);
    from += static_cast<int64_t>(kSide) * column_stride;
    to += kSide * sizeof(T);
  }
  TransposeScalar<T>(from, row_stride, column_stride, rows, columns, to, pitch);
}

template <class T>
CopyLoops CopyLoopsOf() {
  CopyLoops loops{&Pack<T>, &Unpack<T>, &FillWith<T>, nullptr};
  if constexpr (sizeof(T) >= 4) loops.transpose = &Transpose<T>;
  return loops;
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
