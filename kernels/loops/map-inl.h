// The contiguous loops of all elementwise shapes, written once. Strides, in-place blocks, threads
// and streaming stores are added around them in dispatch/engine/elementwise.cc, once per element
// size. Tails run the same body on a vector whose missing lanes are 1, so that they raise no flag.

#if defined(LANEWISE_KERNELS_LOOPS_MAP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANEWISE_KERNELS_LOOPS_MAP_INL_H_
#undef LANEWISE_KERNELS_LOOPS_MAP_INL_H_
#else
#define LANEWISE_KERNELS_LOOPS_MAP_INL_H_
#endif

#include <utility>

#include "kernels/list/table.h"
#include "kernels/loops/map_narrow-inl.h"
#include "kernels/loops/operands-inl.h"
#include "kernels/ops/ops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lanewise {
namespace HWY_NAMESPACE {

// -------- all operands of one type

// Stores past the caches if kStream; `out` is then aligned to the vector.
template <bool kStream, class D, class V>
HWY_INLINE void StoreVector(V v, D d, hn::TFromD<D>* out) {
  if constexpr (kStream)
    hn::Stream(v, d, out);
  else
    hn::StoreU(v, d, out);
}

// A vector of each output from one of each input, at an element offset.
template <class Op, bool kStream, class T, size_t kIn, size_t kOut, size_t... I>
HWY_INLINE void MapVector(const Places<const T, kIn>& in, const Places<T, kOut>& out, size_t offset,
                          Raised& raised, std::index_sequence<I...>) {
  const hn::ScalableTag<T> d;
  const auto result = CallBody<Op>(d, raised, hn::LoadU(d, in.at[I] + offset)...);
  if constexpr (kOut == 1) {
    StoreVector<kStream>(result, d, out.at[0] + offset);
  } else {
    StoreVector<kStream>(ops::First(result), d, out.at[0] + offset);
    StoreVector<kStream>(ops::Second(result), d, out.at[1] + offset);
  }
}
template <class Op, bool kStream = false, class T, size_t kIn, size_t kOut>
HWY_INLINE void MapVector(const Places<const T, kIn>& in, const Places<T, kOut>& out, size_t offset,
                          Raised& raised) {
  MapVector<Op, kStream>(in, out, offset, raised, std::make_index_sequence<kIn>());
}

template <class Op, class T, size_t kIn, size_t kOut, size_t... I>
HWY_INLINE void MapTail(const Places<const T, kIn>& in, const Places<T, kOut>& out, size_t offset,
                        size_t count, Raised& raised, std::index_sequence<I...>) {
  const hn::ScalableTag<T> d;
  const auto result = CallBody<Op>(d, raised, LoadTail(d, in.at[I] + offset, count)...);
  if constexpr (kOut == 1) {
    hn::StoreN(result, d, out.at[0] + offset, count);
  } else {
    hn::StoreN(ops::First(result), d, out.at[0] + offset, count);
    hn::StoreN(ops::Second(result), d, out.at[1] + offset, count);
  }
}
template <class Op, class T, size_t kIn, size_t kOut>
HWY_INLINE void MapTail(const Places<const T, kIn>& in, const Places<T, kOut>& out, size_t offset,
                        size_t count, Raised& raised) {
  MapTail<Op>(in, out, offset, count, raised, std::make_index_sequence<kIn>());
}
// The same out of line, for the ends of long loops. It takes the operands as they came: Places in
// memory are copied by vectors, and such a load waits for the stores of single pointers (5 ns).
template <class Op, class T>
HWY_NOINLINE uint32_t MapEnd(const void* const* inputs, void* const* outputs, size_t offset,
                             size_t count) {
  const Places<const T, InputsOf<Op, T>::kSize> in(inputs);
  const Places<T, OutputsOf<Op, T>::kSize> out(outputs);
  Raised raised;
  MapTail<Op>(in, out, offset, count, raised);
  return raised.bits;
}

// Elements from `p` to the next border of a vector.
template <class T>
HWY_INLINE size_t ElementsToBorder(const T* p, size_t vector_bytes, size_t n) {
  const size_t past = reinterpret_cast<uintptr_t>(p) % vector_bytes;
  return past == 0 ? 0 : HWY_MIN((vector_bytes - past) / sizeof(T), n);
}

// From so many bytes on, plain loops begin with a part of a vector, so that the others do not cross
// cache lines: two inputs that agree, otherwise the output. NumPy's large arrays begin 16 bytes
// past a cache line. Such operands, 64k elements, Zen 4, AVX3, ns/element before and after: add f32
// 0.146 0.131, f64 0.275 0.254; divide f32 0.148 0.131; maximum f64 0.411 0.346; negative f64 0.182
// 0.167; clip f32 0.367 0.312. Each then takes what it takes on aligned operands.
constexpr size_t kAlignBytes = 4096;

template <class Op, class T, bool kStream = false>
uint32_t MapLoop(const void* const* inputs, void* const* outputs, size_t n) {
  constexpr size_t kIn = InputsOf<Op, T>::kSize;
  const Places<const T, kIn> in(inputs);
  const Places<T, OutputsOf<Op, T>::kSize> out(outputs);
  const size_t lanes = hn::Lanes(hn::ScalableTag<T>());
  Raised raised;
  size_t i = 0;
  // Plain arithmetic is bound by loads and stores. Math bodies are long; there, aligning gains
  // nothing and unrolling only spills registers.
  constexpr bool kPlain = Op::kFlags != Flags::kOwn || kStream;
  if (kPlain && (kStream || n >= kAlignBytes / sizeof(T))) {
    const size_t bytes = lanes * sizeof(T);
    const bool inputs_agree = kIn > 1 && ElementsToBorder(in.at[0], bytes, n) ==
                                             ElementsToBorder(in.at[kIn > 1 ? 1 : 0], bytes, n);
    i = ElementsToBorder(inputs_agree && !kStream ? in.at[0] : out.at[0], bytes, n);
    if (i != 0) raised.bits |= MapEnd<Op, T>(inputs, outputs, 0, i);
  }
  // Where memory is the limit, one vector at a time is as fast.
  if constexpr (kPlain && !kStream) {
    // Four vectors per round hide the loop itself.
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
      MapVector<Op, kStream>(in, out, i, raised);
      MapVector<Op, kStream>(in, out, i + lanes, raised);
      MapVector<Op, kStream>(in, out, i + 2 * lanes, raised);
      MapVector<Op, kStream>(in, out, i + 3 * lanes, raised);
    }
  }
  for (; i + lanes <= n; i += lanes) MapVector<Op, kStream>(in, out, i, raised);
  if (i == n) return raised.bits;
  if constexpr (kStream) {
    raised.bits |= MapEnd<Op, T>(inputs, outputs, i, n - i);
  } else {
    MapTail<Op>(in, out, i, n - i, raised);
  }
  return raised.bits;
}

// -------- compare, test: T -> bool bytes

// The masks of 1, 2, 4 or 8 consecutive vectors as one vector of bytes. `at` gives the mask of
// the vector that starts at an element offset.
template <class Op, class T, int kInputs>
struct Masks {
  const T* a;
  const T* b;

  HWY_INLINE hn::Mask<hn::ScalableTag<T>> At(size_t i) const {
    const hn::ScalableTag<T> d;
    if constexpr (kInputs == 1)
      return Body(Op{}, d, hn::LoadU(d, a + i));
    else
      return Body(Op{}, d, hn::LoadU(d, a + i), hn::LoadU(d, b + i));
  }

  // Mask over elements of kSize bytes, from 1/2/4/8 masks of T.
  template <size_t kSize>
  HWY_INLINE auto Narrow(size_t i) const {
    if constexpr (kSize == sizeof(T)) {
      using TI = hwy::MakeUnsigned<T>;
      return hn::RebindMask(hn::ScalableTag<TI>(), At(i));
    } else {
      const hn::ScalableTag<hwy::UnsignedFromSize<kSize>> d_to;
      const hn::ScalableTag<hwy::UnsignedFromSize<kSize * 2>> d_from;
      const auto low = Narrow<kSize * 2>(i);
      return hn::OrderedDemote2MasksTo(d_to, d_from, low, Narrow<kSize * 2>(i + hn::Lanes(d_from)));
    }
  }

  template <bool kStream>
  HWY_INLINE void Store(size_t i, uint8_t* out) const {
    const hn::ScalableTag<uint8_t> d8;
    StoreVector<kStream>(hn::IfThenElseZero(Narrow<1>(i), hn::Set(d8, uint8_t{1})), d8, out);
  }
};

// The mask of one vector as bytes.
template <class D>
HWY_INLINE auto BytesOf(D, hn::Mask<D> mask) {
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<uint8_t, D> d8;
  const auto ones =
      hn::IfThenElseZero(hn::RebindMask(du, mask), hn::Set(du, hn::TFromD<decltype(du)>{1}));
  if constexpr (sizeof(hn::TFromD<D>) == 1)
    return ones;
  else
    return hn::TruncateTo(d8, ones);
}

// Fewer elements than a vector of bytes has, one vector of T at a time.
template <class Op, class T, int kInputs>
HWY_NOINLINE uint32_t ComparePart(const T* a, const T* b, uint8_t* out, size_t count) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  HWY_ALIGN uint8_t bytes[HWY_MAX_LANES_D(hn::ScalableTag<uint8_t>)];
  for (size_t i = 0; i < count; i += lanes) {
    hn::Mask<decltype(d)> mask;
    if constexpr (kInputs == 1)
      mask = Body(Op{}, d, LoadTail(d, a + i, count - i));
    else
      mask = Body(Op{}, d, LoadTail(d, a + i, count - i), LoadTail(d, b + i, count - i));
    hn::StoreU(BytesOf(d, mask), hn::Rebind<uint8_t, decltype(d)>(), bytes + i);
  }
  hwy::CopyBytes(bytes, out, count);
  return 0;
}

template <class Op, class T, bool kStream = false>
uint32_t CompareLoop(const void* const* in, void* const* outputs, size_t n) {
  constexpr int kInputs = InputsOf<Op, T>::kSize;
  const T* a = static_cast<const T*>(in[0]);
  const T* b = kInputs == 1 ? nullptr : static_cast<const T*>(in[1]);
  uint8_t* out = static_cast<uint8_t*>(outputs[0]);
  const hn::ScalableTag<uint8_t> d8;
  const size_t group = hn::Lanes(d8);  // elements per vector of bytes
  const Masks<Op, T, kInputs> masks{a, b};
  size_t i = 0;
  if constexpr (kStream) {
    i = ElementsToBorder(out, group, n);
    if (i != 0) ComparePart<Op, T, kInputs>(a, b, out, i);
  }
  for (; i + group <= n; i += group) masks.template Store<kStream>(i, out + i);
  const T* rest = kInputs == 1 ? nullptr : b + i;
  return i == n ? 0 : ComparePart<Op, T, kInputs>(a + i, rest, out + i, n - i);
}

// -------- select: bool, T, T -> T

// Lanes where the byte is not 0.
template <class D>
HWY_INLINE hn::Mask<D> LoadBoolMask(D d, const uint8_t* p) {
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<uint8_t, D> d8;
  if constexpr (sizeof(hn::TFromD<D>) == 1) {
    return hn::RebindMask(d, hn::Ne(hn::LoadU(d8, p), hn::Zero(d8)));
  } else {
    return hn::RebindMask(d, hn::Ne(hn::PromoteTo(du, hn::LoadU(d8, p)), hn::Zero(du)));
  }
}

template <class Op, class T>
uint32_t SelectLoop(const void* const* in, void* const* outputs, size_t n) {
  const uint8_t* mask = static_cast<const uint8_t*>(in[0]);
  const T* a = static_cast<const T*>(in[1]);
  const T* b = static_cast<const T*>(in[2]);
  T* out = static_cast<T*>(outputs[0]);
  const hn::ScalableTag<T> d;
  const hn::Rebind<uint8_t, decltype(d)> d8;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto m = LoadBoolMask(d, mask + i);
    hn::StoreU(Body(Op{}, d, m, hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, out + i);
  }
  if (i != n) {
    HWY_ALIGN uint8_t tail[HWY_MAX_LANES_D(decltype(d8))] = {};
    hwy::CopyBytes(mask + i, tail, n - i);
    const auto m = LoadBoolMask(d, tail);
    hn::StoreN(Body(Op{}, d, m, LoadTail(d, a + i, n - i), LoadTail(d, b + i, n - i)), d, out + i,
               n - i);
  }
  return 0;
}

// -------- filling the table

// The loop for an operation's signature.
template <class Op, class T>
constexpr ElementwiseFn LoopOf(Kernel<Op, T>) {
  if constexpr (kIsNarrow<T> && kIsUniform<Op, T>) {
    return &NarrowLoop<Op, T>;
  } else if constexpr (kIsUniform<Op, T>) {
    return &MapLoop<Op, T>;
  } else if constexpr (std::is_same_v<OutputsOf<Op, T>, TypeList<bool>>) {
    static_assert(detail::kAllAre<T, InputsOf<Op, T>>);
    return &CompareLoop<Op, T>;
  } else {
    static_assert(std::is_same_v<InputsOf<Op, T>, TypeList<bool, T, T>> &&
                  std::is_same_v<OutputsOf<Op, T>, TypeList<T>>);
    return &SelectLoop<Op, T>;
  }
}

// Plain arithmetic and comparisons also come with stores past the caches, for outputs that no
// cache holds. Math functions are not bound by memory.
template <class Op, class T>
constexpr ElementwiseFn StreamLoopOf(Kernel<Op, T>) {
  constexpr bool kCompares = std::is_same_v<OutputsOf<Op, T>, TypeList<bool>> &&
                             InputsOf<Op, T>::kSize > 1 && kStreams<Op>;
  constexpr bool kPlainMap = kIsUniform<Op, T> && (!kIsLong<Op> || InputsOf<Op, T>::kSize > 2);
  if constexpr (!kIsNarrow<T> && kPlainMap) {
    return &MapLoop<Op, T, true>;
  } else if constexpr (!kIsNarrow<T> && kCompares) {
    return &CompareLoop<Op, T, true>;
  } else {
    return nullptr;
  }
}

template <class Op, class... Ts>
void FillOperation(Table& table, TypeList<Ts...>) {
  ElementwiseFn* stream = table.stream_loops.data() + FirstSlot(Op::kId);
  ((*stream++ = StreamLoopOf(ShareLoop(Kernel<Op, Ts>{}))), ...);
  Slot* slot = table.slots.data() + FirstSlot(Op::kId);
  ((slot++->elementwise = LoopOf(ShareLoop(Kernel<Op, Ts>{}))), ...);
}

// Enters the loops of this target for every operation of an elementwise family.
template <class... Ops>
void FillElementwise(Table& table, TypeList<Ops...>) {
  (FillOperation<Ops>(table, typename Ops::Types{}), ...);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
