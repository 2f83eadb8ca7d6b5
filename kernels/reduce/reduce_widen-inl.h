// Elements that are not stored as they are joined: integers in f64 or, for products, in 64 bits;
// f16 and bf16 in f32. They are widened a chunk, or a row of columns, at a time, into memory that
// stays in L1, and go through the loops of the accumulators' type from there: one short loop for
// each type of element instead of all of them.

#if defined(LANEWISE_KERNELS_REDUCE_REDUCE_WIDEN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_REDUCE_REDUCE_WIDEN_INL_H_
#undef LANEWISE_KERNELS_REDUCE_REDUCE_WIDEN_INL_H_
#else
#define LANEWISE_KERNELS_REDUCE_REDUCE_WIDEN_INL_H_
#endif

#include "kernels/list/table.h"
#include "kernels/loops/widen-inl.h"
#include "kernels/reduce/reduce_columns-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class R, class T>
void WidenedContiguous(const void* x, const void* y, size_t n, const void* center, void* acc) {
  using A = typename R::Accumulator;
  // Sums of what one or two instructions widen gain by not going through memory.
  constexpr bool kAtOnce = R::kPlain && (ops::kByF16C<T> || std::is_same_v<T, bf16>);
  if constexpr (kAtOnce && std::is_same_v<R, TreeSum<A>>)
    TreeContiguous<R, A, T>(x, y, n, center, acc);
  else
    ReduceLong<typename R::Joins>(&TreeContiguous<R, A>, &WidenTo<T, A>, sizeof(T), x, y, n, center,
                                  static_cast<A*>(acc));
}

template <class R, class A>
HWY_NOINLINE void ColumnsWidened(WidenFn widen, const void* base, const int64_t* offsets,
                                 size_t rows, size_t columns, const void* center, void* acc,
                                 void* scratch) {
  A* levels = static_cast<A*>(scratch);
  const TreeRows<A> a{{static_cast<const char*>(base), offsets, rows, columns},
                      static_cast<const A*>(center),
                      widen,
                      levels + kTreeScratchRows<A> * columns};
  ColumnTree<R>(a, 0, 1, static_cast<A*>(acc), levels);
}

template <class R, class T>
void WidenedColumns(const void* base, const int64_t* offsets, size_t rows, size_t columns,
                    const void* center, void* acc, void* scratch) {
  using A = typename R::Accumulator;
  ColumnsWidened<R, A>(&WidenTo<T, A>, base, offsets, rows, columns, center, acc, scratch);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
