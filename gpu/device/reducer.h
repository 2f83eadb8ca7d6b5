// The reductions element by element, from kernels/reduce/reducer-inl.h over one lane: state,
// identity, adding an element, joining two states and finishing. What is added here is how threads
// share the work. The order in which that happens is in reduce_block.h.

#ifndef LANEWISE_GPU_DEVICE_REDUCER_H_
#define LANEWISE_GPU_DEVICE_REDUCER_H_

#include <limits>

#include "gpu/device/element.h"
#include "kernels/reduce/reducer-inl.h"

namespace lanewise {

// The pass before a reduction; not a kernel of the list.
template <class Op>
struct CenterOf {};

namespace HWY_NAMESPACE {

// An element as an accumulator.
template <class A, class T>
HWY_INLINE A Accumulated(StoredAs<T> x) {
  if constexpr (std::is_same_v<T, bool>)
    return x != 0 ? A(1) : A(0);
  else if constexpr (kIsNarrow<T>)
    return Widened<T>(x);
  else
    return static_cast<A>(x);
}

// What all have: Element (as stored), State, Middle (of a center), Output; kOperands; kWidth:
// elements of a row that a thread reads at a time; kLanes: accumulators of such a thread;
// kAnyOrder: the result does not depend on the order; kSortAxes: nor does it name a position, so
// that reduced axes may be read in the order of memory.
template <class Op, class T>
struct Reducer {
  using R = ReduceOf<Op, T>;
  using Element = StoredAs<T>;
  using Accumulator = typename R::Accumulator;
  // Shuffles move whole words.
  using State =
      std::conditional_t<(sizeof(Accumulator) < 4),
                         std::conditional_t<std::is_signed_v<Accumulator>, int32_t, uint32_t>,
                         Accumulator>;
  using Middle = State;
  using Output = StoredAs<typename R::Output>;
  static constexpr bool kAnyOrder = R::kAnyOrder, kSortAxes = R::kAnyOrder, kIsCenter = false;
  static constexpr int kOperands = R::kOperands;
  // Of the fixed tree a row has 256 bytes of accumulators: 16 threads with 16 bytes each. Elsewhere
  // a thread reads 16 bytes.
  static constexpr int kWidth = 16 / static_cast<int>(kAnyOrder ? sizeof(Element) : sizeof(State));
  static constexpr int kLanes = kAnyOrder ? 2 : kWidth;
  static constexpr int kColumnLanes = kAnyOrder ? 4 : kWidth;  // per thread, of 16 in a column

  static HWY_INLINE State Identity() { return R::Identity(hn::Tag<State>()); }
  static HWY_INLINE State Join(State a, State b) { return R::Join(hn::Tag<State>(), a, b); }
  static HWY_INLINE State AsState(Element x) {
    if constexpr (requires { R::Key(hn::Tag<int16_t>(), int16_t{}); })
      return R::Key(hn::Tag<int16_t>(), static_cast<int16_t>(x));
    else
      return Accumulated<State, T>(x);
  }
  static HWY_INLINE State Add(State state, Element x, Element y, Middle center, int64_t) {
    return Join(state, R::Term(hn::Tag<State>(), AsState(x), AsState(y), center));
  }
  static HWY_INLINE Output Finish(State state, int64_t n, double ddof) {
    const double count = static_cast<double>(n);
    const double divisor = R::kTakesDdof ? hn::Sub(count, ddof) : count;
    if constexpr (requires { R::Empty(); }) {
      if (!(divisor > 0)) return static_cast<Output>(R::Empty());
    }
    return static_cast<Output>(R::Finish(static_cast<Accumulator>(state), divisor));
  }
};

// The result of the pass before, or the first element if all are equal to it: then their variance
// is +0, and not what the rounding of the mean leaves. Add's `center` is the first element here.
template <class Op, class T>
struct Reducer<CenterOf<Op>, T> : Reducer<typename ReduceOf<Op, T>::Center, T> {
  using Base = Reducer<typename ReduceOf<Op, T>::Center, T>;
  using Sum = typename Base::State;
  using typename Base::Element;
  using Middle = Element;
  static constexpr bool kIsCenter = true;
  struct State {
    Sum sum;
    hwy::UnsignedFromSize<sizeof(Sum)> varies;  // not 0: some element differs from the first
  };
  static HWY_INLINE State Identity() { return {Base::Identity(), 0}; }
  static HWY_INLINE State Join(State a, State b) {
    a.varies |= b.varies;
    return {Base::Join(a.sum, b.sum), a.varies};
  }
  static HWY_INLINE State Add(State state, Element x, Element y, Middle first, int64_t i) {
    if (Accumulated<Sum, T>(x) != Accumulated<Sum, T>(first)) state.varies = 1;
    return {Base::Add(state.sum, x, y, Sum(0), i), state.varies};
  }
  static HWY_INLINE typename Base::Output Finish(State state, int64_t n, double ddof) {
    return Base::Finish(state.sum, n, ddof);
  }
  static HWY_INLINE typename Base::Output FromElement(Element x) {
    return Accumulated<typename Base::Output, T>(x);
  }
};
template <class Op, class T>
inline constexpr bool kHasCenter = !std::is_void_v<typename ReduceOf<Op, T>::Center>;

// The largest element so far and where; of equals the first wins.
template <class T>
struct Reducer<ArgMax, T> {
  using R = ReduceOf<ArgMax, T>;
  using Element = StoredAs<T>;
  using Middle = Element;
  using Value = SearchedAs<T>;
  struct State {
    int64_t index;
    Value value[8 / sizeof(T)];  // the first counts, the others leave no gap
  };
  using Output = int64_t;
  static constexpr bool kAnyOrder = true, kSortAxes = false, kIsCenter = false;
  static constexpr int kOperands = 1;
  static constexpr int kWidth = 16 / static_cast<int>(sizeof(Element));
  static constexpr int kLanes = 1;
  static constexpr int kColumnLanes = 1;
  static HWY_INLINE State Make(Value value, int64_t index) {
    State state = {};
    state.index = index;
    state.value[0] = value;
    return state;
  }
  static HWY_INLINE State Identity() {
    using Limits = std::numeric_limits<Value>;
    return Make(Limits::has_infinity ? -Limits::infinity() : Limits::lowest(),
                std::numeric_limits<int64_t>::max());
  }
  static HWY_INLINE State Join(State a, State b) {
    const Value x = a.value[0], y = b.value[0];
    return R::Beats(y, x) || (!R::Beats(x, y) && b.index < a.index) ? b : a;
  }
  static HWY_INLINE State Add(State state, Element x, Element, Middle, int64_t index) {
    if constexpr (kIsNarrow<T>)
      return Join(state, Make(SearchKey<T>(hn::Tag<int16_t>(), static_cast<int16_t>(x)), index));
    else
      return Join(state, Make(Accumulated<Element, T>(x), index));
  }
  static HWY_INLINE Output Finish(State state, int64_t, double) { return state.index; }
};

template <class S>
inline constexpr bool kIsReduction =
    std::is_same_v<S, Reduce> || std::is_same_v<S, ReduceTwo> || std::is_same_v<S, Arg>;

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#endif  // LANEWISE_GPU_DEVICE_REDUCER_H_
