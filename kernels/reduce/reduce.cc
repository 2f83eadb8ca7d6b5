// Compiles the reductions once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reduce/reduce.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/reduce/reduce.h"
#include "kernels/reduce/reduce-inl.h"
#include "kernels/reduce/reduce_columns-inl.h"
#include "kernels/reduce/reduce_columns_exact-inl.h"
#include "kernels/reduce/reduce_exact-inl.h"
#include "kernels/reduce/reduce_finish-inl.h"
#include "kernels/reduce/reduce_widen-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class Op, class T>
constexpr ReduceLoops LoopsOf();
template <class Op, class T>
constexpr ReduceLoops kReduceLoops = LoopsOf<Op, T>();

template <class A, class T>
constexpr EqualElements kEqualElements = {&MayBeEqual<A>, &kReduceLoops<Min, T>,
                                          &kReduceLoops<Max, T>,
                                          &SettleEqual<A, typename ReduceOf<Min, T>::Accumulator>};

// The loops of one kernel, and what its ReduceOf says, as data.
template <class Op, class T>
constexpr ReduceLoops LoopsOf() {
  using R = ReduceOf<Op, T>;
  using A = typename R::Accumulator;
  ReduceLoops loops{};
  if constexpr (R::kByTree) {
    using L = typename R::Loops;
    // Where an accumulator is an integer, its sign does not matter.
    constexpr bool kAsStored = std::is_same_v<StoredAs<T>, A> || (kIsInt<A> && sizeof(T) == 8);
    if constexpr (!kAsStored) {
      loops.contiguous = &WidenedContiguous<L, T>;
      if constexpr (R::kOperands == 1) loops.columns = &WidenedColumns<L, T>;
      loops.scratch_rows = kTreeScratchRows<A> + 8;
    } else {
      loops.contiguous = &TreeContiguous<L, A>;
      if constexpr (R::kOperands == 1) loops.columns = &TreeColumns<L, A>;
      loops.scratch_rows = kTreeScratchRows<A>;
    }
    loops.combine = &CombineRows<typename R::Joins, A>;
  } else if constexpr (R::kIsExtreme) {
    loops.contiguous = &ExtremeContiguous<R, A>;
    loops.columns = &ExtremeColumns<R, A>;
    loops.combine = &ExactJoin<R, A>;
  } else if constexpr (R::kOperands == 2) {
    using E = ReduceOf<Op, AnySign<T>>;
    loops.contiguous = &DotContiguous<E, typename E::Accumulator>;
    loops.combine = &ExactJoin<E, typename E::Accumulator>;
  } else {
    // The sign of 64 bits does not matter to a sum.
    using E = std::conditional_t<std::is_same_v<T, uint64_t>, int64_t, T>;
    loops.contiguous = &IntegerSumContiguous<E>;
    loops.columns = &IntegerColumns<E>;
    loops.combine = &IntegerJoin<uint64_t>;
  }
  if constexpr (R::kFinishes) loops.finish = &FinishRow<typename R::End>;
  if constexpr (requires { R::Empty(); }) loops.empty = &EmptyRow<typename R::End>;
  if constexpr (!std::is_void_v<typename R::Center>) {
    loops.center = &kReduceLoops<typename R::Center, T>;
    loops.equal = &kEqualElements<A, T>;
  }
  loops.accumulator_bytes = sizeof(A);
  loops.any_order = R::kAnyOrder;
  loops.takes_ddof = R::kTakesDdof;
  return loops;
}

template <class T>
constexpr ArgLoops kArgLoops = {&ArgMaxContiguous<T>, &ArgMaxTake<T>};

template <class Op, class... Ts>
void FillReduce(Table& table, TypeList<Ts...>) {
  Slot* slot = table.slots.data() + FirstSlot(Op::kId);
  ((slot++->reduce = &kReduceLoops<Op, Ts>), ...);
}

template <class... Ts>
void FillArgMax(Table& table, TypeList<Ts...>) {
  Slot* slot = table.slots.data() + FirstSlot(ArgMax::kId);
  ((slot++->arg = &kArgLoops<Ts>), ...);
}

void FillReduction(Table& table) {
  FillReduce<Sum>(table, Sum::Types{});
  FillReduce<Mean>(table, Mean::Types{});
  FillReduce<Var>(table, Var::Types{});
  FillReduce<Dot>(table, Dot::Types{});
  FillReduce<Prod>(table, Prod::Types{});
  FillReduce<Min>(table, Min::Types{});
  FillReduce<Max>(table, Max::Types{});
  FillArgMax(table, ArgMax::Types{});
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanewise {
void FillReduction(int64_t target, Table& table) {
#define LW_FILL(TARGET, NAMESPACE) \
  if (target == TARGET) NAMESPACE::FillReduction(table);
  HWY_VISIT_TARGETS(LW_FILL)
#undef LW_FILL
}
}  // namespace lanewise
#endif
