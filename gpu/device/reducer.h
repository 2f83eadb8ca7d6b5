// The reductions element by element: state, identity, adding an element, joining two states and
// finishing. The order in which that happens is in reduce_block.h.

#ifndef LANEWISE_GPU_DEVICE_REDUCER_H_
#define LANEWISE_GPU_DEVICE_REDUCER_H_

#include <limits>

#include "gpu/device/element.h"

namespace lanewise {

// From what a variance measures deviations; not a kernel of the list.
struct VarCenter {};

namespace HWY_NAMESPACE {

// What all have: Element (as stored), State, Output; kLanes: accumulators of a thread that reads
// 16 bytes at a time; kAnyOrder: the result does not depend on the order; kSortAxes: nor does it
// name a position, so that reduced axes may be read in the order of memory.

// Sums of terms in floating point: the fixed tree. Missing elements are the identity, -0.0, which
// changes nothing and is left out. A row has 256 bytes: 16 threads with 16 bytes each.
template <class T>
struct TreeReducer {
  using Element = T;
  using State = T;
  using Output = T;
  static constexpr bool kAnyOrder = false, kSortAxes = false;
  static constexpr int kLanes = 16 / sizeof(T);
  static constexpr int kColumnLanes = kLanes;  // per thread, of 16 threads in a column

  static HWY_INLINE State Identity() { return T(-0.0); }
  static HWY_INLINE State Join(State a, State b) { return hn::Add(a, b); }
  static HWY_INLINE T NaN() { return ops::NaN(hn::Tag<T>()); }
  // a / b in double precision, rounded once.
  static HWY_INLINE T Quotient(T a, double b) {
    return static_cast<T>(hn::Div(static_cast<double>(a), b));
  }
};

template <class Op, class T>
struct Reducer;

template <class T>
struct FloatSum : TreeReducer<T> {
  static HWY_INLINE T Add(T state, T x, T, T, int64_t) { return hn::Add(state, x); }
  static HWY_INLINE T Finish(T state, int64_t n, double) { return n == 0 ? T(0) : state; }
};

template <class T>
struct Reducer<Mean, T> : FloatSum<T> {
  static HWY_INLINE T Finish(T state, int64_t n, double) {
    return n == 0 ? TreeReducer<T>::NaN() : TreeReducer<T>::Quotient(state, static_cast<double>(n));
  }
};

// The mean, or the first element if all are equal to it: then their variance is +0, and not what
// the rounding of the mean leaves. Add's `center` is the first element here.
template <class T>
struct Reducer<VarCenter, T> : TreeReducer<T> {
  struct State {
    T sum;
    hwy::UnsignedFromSize<sizeof(T)> varies;  // not 0: some element differs from the first
  };
  static HWY_INLINE State Identity() { return {T(-0.0), 0}; }
  static HWY_INLINE State Join(State a, State b) {
    a.varies |= b.varies;
    return {hn::Add(a.sum, b.sum), a.varies};
  }
  static HWY_INLINE State Add(State state, T x, T, T first, int64_t) {
    if (x != first) state.varies = 1;
    return {hn::Add(state.sum, x), state.varies};
  }
  static HWY_INLINE T Finish(State state, int64_t n, double) {
    return Reducer<Mean, T>::Finish(state.sum, n, 0);
  }
};
template <class R>
inline constexpr bool kIsCenter = std::is_same_v<R, Reducer<VarCenter, typename R::Element>>;

template <class T>
struct Reducer<Var, T> : TreeReducer<T> {
  static HWY_INLINE T Add(T state, T x, T, T center, int64_t) {
    const T t = hn::Sub(x, center);
    return hn::Add(state, hn::Mul(t, t));
  }
  static HWY_INLINE T Finish(T state, int64_t n, double ddof) {
    const double count = static_cast<double>(n);
    return count > ddof ? TreeReducer<T>::Quotient(state, hn::Sub(count, ddof))
                        : TreeReducer<T>::NaN();
  }
};

template <class T>
struct Reducer<Dot, T> : TreeReducer<T> {
  static HWY_INLINE T Add(T state, T x, T y, T, int64_t) { return hn::Add(state, hn::Mul(x, y)); }
  static HWY_INLINE T Finish(T state, int64_t n, double) { return n == 0 ? T(0) : state; }
};

// Integers wrap around in 64 bits, in any order.
template <class T>
struct IntegerSum {
  using Element = T;
  using State = AccumulatorOf<T>;
  using Output = State;
  static constexpr bool kAnyOrder = true, kSortAxes = true;
  static constexpr int kLanes = 2;
  static constexpr int kColumnLanes = 4;
  static HWY_INLINE State Identity() { return 0; }
  static HWY_INLINE State Join(State a, State b) { return hn::Add(a, b); }
  static HWY_INLINE State Add(State state, T x, T, T, int64_t) {
    return hn::Add(state, static_cast<State>(x));
  }
  static HWY_INLINE Output Finish(State state, int64_t, double) { return state; }
};

template <class T>
struct Reducer<Sum, T>
    : std::conditional_t<std::is_floating_point_v<T>, FloatSum<T>, IntegerSum<T>> {};

template <class T, bool kMin>
struct ExtremeReducer {
  using Element = T;
  using State = std::conditional_t<(sizeof(T) < 4), uint32_t, T>;  // shuffles move whole words
  using Output = T;
  static constexpr bool kAnyOrder = true, kSortAxes = true;
  static constexpr int kLanes = 2;
  static constexpr int kColumnLanes = 4;
  static HWY_INLINE State Identity() {
    using Limits = std::numeric_limits<T>;
    if constexpr (Limits::has_infinity)
      return kMin ? Limits::infinity() : -Limits::infinity();
    else
      return kMin ? Limits::max() : Limits::lowest();
  }
  static HWY_INLINE State Join(State a, State b) {
    const hn::Tag<State> d;
    return kMin ? ops::Minimum(d, a, b) : ops::Maximum(d, a, b);
  }
  static HWY_INLINE State Add(State state, T x, T, T, int64_t) {
    return Join(state, static_cast<State>(x));
  }
  static HWY_INLINE Output Finish(State state, int64_t, double) {
    return static_cast<Output>(state);
  }
};
template <class T>
struct Reducer<Min, T> : ExtremeReducer<T, true> {};
template <class T>
struct Reducer<Max, T> : ExtremeReducer<T, false> {};

// The largest element so far and where; a NaN is larger than all numbers, of equals the first wins.
template <class T>
struct Reducer<ArgMax, T> {
  using Element = T;
  struct State {
    int64_t index;
    T value[8 / sizeof(T)];  // the first counts, the others leave no gap
  };
  using Output = int64_t;
  static constexpr bool kAnyOrder = true, kSortAxes = false;
  static constexpr int kLanes = 1;
  static constexpr int kColumnLanes = 1;
  static HWY_INLINE State Make(T value, int64_t index) {
    State state = {};
    state.index = index;
    state.value[0] = value;
    return state;
  }
  static HWY_INLINE State Identity() {
    return Make(-std::numeric_limits<T>::infinity(), std::numeric_limits<int64_t>::max());
  }
  static HWY_INLINE State Join(State a, State b) {
    const T x = a.value[0], y = b.value[0];
    const bool x_nan = x != x, y_nan = y != y;
    const bool equal = x == y || (x_nan && y_nan);
    const bool second = equal ? b.index < a.index : (y_nan || y > x) && !x_nan;
    return second ? b : a;
  }
  static HWY_INLINE State Add(State state, T x, T, T, int64_t index) {
    return Join(state, Make(x, index));
  }
  static HWY_INLINE Output Finish(State state, int64_t, double) { return state.index; }
};

template <class S>
inline constexpr bool kIsReduction =
    std::is_same_v<S, Reduce> || std::is_same_v<S, ReduceTwo> || std::is_same_v<S, Arg>;

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#endif  // LANEWISE_GPU_DEVICE_REDUCER_H_
