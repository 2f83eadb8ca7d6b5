// Applies a lane-wise operation of lw::ops to lists of values, vector by vector, and compares every
// lane with a scalar function. Compiled once per target.

#if defined(LANEWISE_TESTS_OPS_OPS_CHECK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_TESTS_OPS_OPS_CHECK_INL_H_
#undef LANEWISE_TESTS_OPS_OPS_CHECK_INL_H_
#else
#define LANEWISE_TESTS_OPS_OPS_CHECK_INL_H_
#endif

#include "kernels/ops/ops-inl.h"
#include "tests/ops/ops_values.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

enum Strictness { kStrict, kAnyNaN };  // kAnyNaN: every NaN equals every other

template <class T>
using Tag = hn::ScalableTag<T>;

// 1 where the mask is set, else 0.
template <class D, class M>
HWY_INLINE auto Ones(D d, M m) {
  return hn::IfThenElseZero(m, hn::Set(d, static_cast<hn::TFromD<D>>(1)));
}

// One vector's worth of values from position i on; the last value repeats.
template <class T, class D>
HWY_INLINE hn::Vec<D> LoadFrom(D d, const std::vector<T>& values, size_t i, T* lanes) {
  for (size_t l = 0; l < hn::Lanes(d); ++l) {
    lanes[l] = values[i + l < values.size() ? i + l : values.size() - 1];
  }
  return hn::LoadU(d, lanes);
}

template <class R, class V>
HWY_INLINE void StoreResult(V v, R* out) {
  hn::StoreU(v, hn::DFromV<V>(), out);
}

template <Strictness kHow, class R>
bool Agree(R got, R expected) {
  return kHow == kStrict ? reference::SameBits(got, expected) : reference::Same(got, expected);
}

// vec(d, v) against ref(x), lane by lane; the result may be of another type of the same size.
template <Strictness kHow = kStrict, class T, class Vec, class Ref>
void Unary(const char* what, const std::vector<T>& x, Vec vec, Ref ref) {
  const Tag<T> d;
  HWY_ALIGN T a[HWY_MAX_LANES_D(Tag<T>)];
  Mismatches bad(what);
  for (size_t i = 0; i < x.size(); i += hn::Lanes(d)) {
    const auto r = vec(d, LoadFrom(d, x, i, a));
    using R = hn::TFromV<decltype(r)>;
    HWY_ALIGN R got[HWY_MAX_LANES_D(Tag<T>)];
    StoreResult(r, got);
    for (size_t l = 0; l < hn::Lanes(d); ++l) {
      const R expected = static_cast<R>(ref(a[l]));
      if (!Agree<kHow>(got[l], expected)) bad.Add(got[l], expected, a[l]);
    }
  }
}

template <Strictness kHow = kStrict, class T, class U, class Vec, class Ref>
void Binary(const char* what, const Pairs<T, U>& x, Vec vec, Ref ref) {
  const Tag<T> d;
  const Tag<U> du;
  HWY_ALIGN T a[HWY_MAX_LANES_D(Tag<T>)];
  HWY_ALIGN U b[HWY_MAX_LANES_D(Tag<T>)];
  Mismatches bad(what);
  for (size_t i = 0; i < x.a.size(); i += hn::Lanes(d)) {
    const auto va = LoadFrom(d, x.a, i, a);
    const auto r = vec(d, va, LoadFrom(du, x.b, i, b));
    using R = hn::TFromV<decltype(r)>;
    HWY_ALIGN R got[HWY_MAX_LANES_D(Tag<T>)];
    StoreResult(r, got);
    for (size_t l = 0; l < hn::Lanes(d); ++l) {
      const R expected = static_cast<R>(ref(a[l], b[l]));
      if (!Agree<kHow>(got[l], expected)) bad.Add(got[l], expected, a[l], b[l]);
    }
  }
}

template <Strictness kHow = kStrict, class T, class Vec, class Ref>
void Ternary(const char* what, const Triples<T>& x, Vec vec, Ref ref) {
  const Tag<T> d;
  HWY_ALIGN T a[HWY_MAX_LANES_D(Tag<T>)];
  HWY_ALIGN T b[HWY_MAX_LANES_D(Tag<T>)];
  HWY_ALIGN T c[HWY_MAX_LANES_D(Tag<T>)];
  HWY_ALIGN T got[HWY_MAX_LANES_D(Tag<T>)];
  Mismatches bad(what);
  for (size_t i = 0; i < x.a.size(); i += hn::Lanes(d)) {
    const auto va = LoadFrom(d, x.a, i, a);
    const auto vb = LoadFrom(d, x.b, i, b);
    StoreResult(vec(d, va, vb, LoadFrom(d, x.c, i, c)), got);
    for (size_t l = 0; l < hn::Lanes(d); ++l) {
      const T expected = ref(a[l], b[l], c[l]);
      if (!Agree<kHow>(got[l], expected)) bad.Add(got[l], expected, a[l], b[l], c[l]);
    }
  }
}

// An operation on vectors beside the same on scalars. Arguments: tag d, then v, or a and b.
#define LW_UNARY(how, values, vec, ref) \
  Unary<how>(                           \
      #vec, values,                     \
      [](auto d, auto v) HWY_ATTR {     \
        (void)d;                        \
        return vec;                     \
      },                                \
      [](auto x) { return ref; })
#define LW_BINARY(how, pairs, vec, ref)     \
  Binary<how>(                              \
      #vec, pairs,                          \
      [](auto d, auto a, auto b) HWY_ATTR { \
        (void)d;                            \
        return vec;                         \
      },                                    \
      [](auto x, auto y) {                  \
        (void)x, (void)y;                   \
        return ref;                         \
      })
#define LW_TERNARY(how, triples, vec, ref)          \
  Ternary<how>(                                     \
      #vec, triples,                                \
      [](auto d, auto a, auto b, auto c) HWY_ATTR { \
        (void)d, (void)b, (void)c;                  \
        return vec;                                 \
      },                                            \
      [](auto x, auto y, auto z) {                  \
        (void)y, (void)z;                           \
        return ref;                                 \
      })

template <class T>
void Comparisons(const Pairs<T>& p) {
  LW_BINARY(kStrict, p, Ones(d, ops::Eq(a, b)), x == y);
  LW_BINARY(kStrict, p, Ones(d, ops::Ne(a, b)), x != y);
  LW_BINARY(kStrict, p, Ones(d, ops::Lt(a, b)), x < y);
  LW_BINARY(kStrict, p, Ones(d, ops::Le(a, b)), x <= y);
  LW_BINARY(kStrict, p, Ones(d, ops::Gt(a, b)), x > y);
  LW_BINARY(kStrict, p, Ones(d, ops::Ge(a, b)), x >= y);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
