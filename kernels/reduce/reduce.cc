// Compiles the reductions once per target.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reduce/reduce.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "kernels/reduce/reduce.h"
#include "kernels/reduce/reduce-inl.h"
#include "kernels/reduce/reduce_columns-inl.h"
#include "kernels/reduce/reduce_exact-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

template <class Op, class T>
constexpr ReduceLoops LoopsOf() {
  constexpr bool kExtreme = std::is_same_v<Op, Min> || std::is_same_v<Op, Max>;
  if constexpr (kExtreme) {
    return {&ExtremeContiguous<Op, T>, &ExtremeColumns<Op, T>, &ExtremeCombine<Op, T>};
  } else if constexpr (!std::is_floating_point_v<T>) {
    return {&IntegerSumContiguous<T>, &IntegerColumns<T>, &IntegerCombine<AccumulatorOf<T>>};
  } else if constexpr (std::is_same_v<Op, Dot>) {
    return {&TreeContiguous<Op, T>, nullptr, &TreeCombine<T>};  // two operands: no columns
  } else {
    return {&TreeContiguous<Op, T>, &TreeColumns<Op, T>, &TreeCombine<T>};
  }
}

template <class Op, class T>
constexpr ReduceLoops kReduceLoops = LoopsOf<Op, T>();

template <class Op, class... Ts>
void FillReduce(Table& table, TypeList<Ts...>) {
  // A mean is a sum until the division, which dispatch/engine/reduce.cc makes.
  using Loops = std::conditional_t<std::is_same_v<Op, Mean>, Sum, Op>;
  Slot* slot = table.slots.data() + FirstSlot(Op::kId);
  ((slot++->reduce = &kReduceLoops<Loops, Ts>), ...);
}

template <class... Ts>
void FillArgMax(Table& table, TypeList<Ts...>) {
  Slot* slot = table.slots.data() + FirstSlot(ArgMax::kId);
  ((slot++->arg = &ArgMaxContiguous<Ts>), ...);
}

void FillReduction(Table& table) {
  FillReduce<Sum>(table, Sum::Types{});
  FillReduce<Mean>(table, Mean::Types{});
  FillReduce<Var>(table, Var::Types{});
  FillReduce<Dot>(table, Dot::Types{});
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
