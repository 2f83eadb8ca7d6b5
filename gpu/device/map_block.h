// What a block does in an elementwise kernel: contiguous operands by accesses of 16 bytes, any
// others element by element.

#ifndef LANEWISE_GPU_DEVICE_MAP_BLOCK_H_
#define LANEWISE_GPU_DEVICE_MAP_BLOCK_H_

#include <algorithm>

#include "gpu/device/block.h"
#include "gpu/device/map_arguments.h"

namespace lanewise {
namespace HWY_NAMESPACE {

using gpu::ContiguousMap;
using gpu::kMapThreads;
using gpu::kMaxInputs;
using gpu::kStridedTile;
using gpu::kStridedUnroll;
using gpu::StridedMap;

// ---------------------------------------------------------------- operands

struct NoOperand {};

template <size_t K, class List>
struct TypeAt {
  using type = NoOperand;
};
template <class T, class... Ts>
struct TypeAt<0, TypeList<T, Ts...>> {
  using type = T;
};
template <size_t K, class T, class... Ts>
struct TypeAt<K, TypeList<T, Ts...>> : TypeAt<K - 1, TypeList<Ts...>> {};

template <class E, size_t K>
using InputOf = typename TypeAt<K, typename E::Inputs>::type;
template <class E, size_t K>
using OutputOf = typename TypeAt<K, typename E::Outputs>::type;

// An input that is the same for all elements: passed along with the launch, or in device memory.
template <class T>
HWY_INLINE T FixedInput(const gpu::MapOperands& args, int k) {
  if (args.by_value >> k & 1) {
    return __builtin_bit_cast(T, static_cast<hwy::UnsignedFromSize<sizeof(T)>>(args.value[k]));
  }
  return *static_cast<const T*>(args.in[k]);
}

template <class E, class V0, class V1, class V2>
HWY_INLINE auto ApplyTo(V0 a, [[maybe_unused]] V1 b, [[maybe_unused]] V2 c) {
  if constexpr (E::kInputs == 1)
    return E::Apply(a);
  else if constexpr (E::kInputs == 2)
    return E::Apply(a, b);
  else
    return E::Apply(a, b, c);
}

// ---------------------------------------------------------------- contiguous

// Elements per access: the widest operand has 16 bytes.
template <class... In, class... Out>
constexpr int VectorOf(TypeList<In...>, TypeList<Out...>) {
  return 16 / static_cast<int>(std::max({sizeof(In)..., sizeof(Out)...}));
}
template <class E>
inline constexpr int kVector = VectorOf(typename E::Inputs(), typename E::Outputs());

// Vectors per thread: all are loaded before the first is used. Hopper wants about 48 KiB in flight
// on a multiprocessor, 24 bytes for each of its 2048 threads. Math bodies are long, are repeated
// for each element, and take so many registers that fewer threads fit; they have less to wait for.
template <class Op, class E, class... In>
constexpr int UnrollOf(TypeList<In...>) {
  const int bytes = kVector<E> * static_cast<int>((sizeof(In) + ...));
  return std::clamp((kIsLong<Op> ? 32 : 64) / bytes, 1, 4);
}
template <class Op, class E>
inline constexpr int kUnroll = UnrollOf<Op, E>(typename E::Inputs());

// Elements of a block.
template <class Op, class T>
inline constexpr int kMapTile = kMapThreads* kVector<Element<Op, T>>* kUnroll<Op, Element<Op, T>>;

// The fixed inputs, read before all others.
template <class T>
HWY_INLINE T FixedOr0(const ContiguousMap& args, int k, T*) {
  return args.fixed >> k & 1 ? FixedInput<T>(args, k) : T(0);
}
HWY_INLINE NoOperand FixedOr0(const ContiguousMap&, int, NoOperand*) { return {}; }

template <int N, class T>
HWY_INLINE Pack<T, N> LoadInput(const ContiguousMap& args, int k, int64_t i, T fixed) {
  Pack<T, N> pack;
#pragma unroll
  for (int j = 0; j < N; ++j) pack.v[j] = fixed;
  if (!(args.fixed >> k & 1)) {
    pack = LoadWide<Pack<T, N>>(static_cast<const T*>(args.in[k]) + i);
  }
  return pack;
}
template <int N>
HWY_INLINE Pack<NoOperand, N> LoadInput(const ContiguousMap&, int, int64_t, NoOperand) {
  return {};
}

template <class E>
struct FixedInputs {
  InputOf<E, 0> a;
  InputOf<E, 1> b;
  InputOf<E, 2> c;

  explicit HWY_INLINE FixedInputs(const ContiguousMap& args)
      : a(FixedOr0(args, 0, static_cast<InputOf<E, 0>*>(nullptr))),
        b(FixedOr0(args, 1, static_cast<InputOf<E, 1>*>(nullptr))),
        c(FixedOr0(args, 2, static_cast<InputOf<E, 2>*>(nullptr))) {}
};

// N adjacent elements of every input.
template <class E, int N>
struct InputPacks {
  Pack<InputOf<E, 0>, N> a;
  Pack<InputOf<E, 1>, N> b;
  Pack<InputOf<E, 2>, N> c;

  HWY_INLINE void Load(const ContiguousMap& args, int64_t i, const FixedInputs<E>& fixed) {
    a = LoadInput<N>(args, 0, i, fixed.a);
    b = LoadInput<N>(args, 1, i, fixed.b);
    c = LoadInput<N>(args, 2, i, fixed.c);
  }
  HWY_INLINE void Store(const ContiguousMap& args, int64_t i) const {
    Pack<OutputOf<E, 0>, N> first;
    [[maybe_unused]] Pack<OutputOf<E, 1>, N> second;
#pragma unroll
    for (int j = 0; j < N; ++j) {
      const auto result = ApplyTo<E>(a.v[j], b.v[j], c.v[j]);
      if constexpr (E::kOutputs == 1)
        first.v[j] = result;
      else
        first.v[j] = ops::First(result), second.v[j] = ops::Second(result);
    }
    StoreWide(first, static_cast<OutputOf<E, 0>*>(args.out[0]) + i);
    if constexpr (E::kOutputs == 2) {
      StoreWide(second, static_cast<OutputOf<E, 1>*>(args.out[1]) + i);
    }
  }
};

template <class Op, class T>
HWY_INLINE void MapContiguous(const Block<kMapThreads>& block, const ContiguousMap& args) {
  using E = Element<Op, T>;
  constexpr int kN = kVector<E>, kSteps = kUnroll<Op, E>;
  const int64_t begin = block.Index() * kMapTile<Op, T> - args.gap;
  const int64_t end = begin + kMapTile<Op, T>;
  block.Each([&](int thread) {
    const FixedInputs<E> fixed(args);
    if (begin >= 0 && end <= args.n) {
      InputPacks<E, kN> packs[kSteps];
#pragma unroll
      for (int u = 0; u < kSteps; ++u) {
        packs[u].Load(args, begin + (u * kMapThreads + thread) * kN, fixed);
      }
#pragma unroll
      for (int u = 0; u < kSteps; ++u) {
        packs[u].Store(args, begin + (u * kMapThreads + thread) * kN);
      }
      return;
    }
    // The first or the last block: element by element.
#pragma unroll 1
    for (int64_t i = begin + thread; i < end; i += kMapThreads) {
      if (i < 0 || i >= args.n) continue;
      InputPacks<E, 1> one;
      one.Load(args, i, fixed);
      one.Store(args, i);
    }
  });
}

// ---------------------------------------------------------------- strided

template <class T>
HWY_INLINE T LoadStrided(const StridedMap& args, int k, int64_t offset, T*) {
  if (args.by_value >> k & 1) return FixedInput<T>(args, k);
  return *reinterpret_cast<const T*>(static_cast<const char*>(args.in[k]) + offset);
}
HWY_INLINE NoOperand LoadStrided(const StridedMap&, int, int64_t, NoOperand*) { return {}; }

template <class T, class V>
HWY_INLINE void StoreStrided(const StridedMap& args, int k, int64_t offset, V value) {
  *reinterpret_cast<T*>(static_cast<char*>(args.out[k]) + offset) = value;
}

template <class E>
struct StridedElement {
  int64_t out[E::kOutputs];
  InputOf<E, 0> a;
  InputOf<E, 1> b;
  InputOf<E, 2> c;

  // Element `index` in C order.
  HWY_INLINE void Load(const StridedMap& args, uint32_t index) {
    int64_t offset[kMaxInputs] = {};
#pragma unroll
    for (int k = 0; k < static_cast<int>(E::kOutputs); ++k) out[k] = 0;
#pragma unroll 1
    for (int axis = args.ndim - 1; axis >= 0; --axis) {
      uint32_t position = index;
      if (axis > 0) {
        index = args.size[axis].Quotient(position);
        position -= index * args.size[axis].divisor;
      }
#pragma unroll
      for (int k = 0; k < static_cast<int>(E::kInputs); ++k) {
        offset[k] += position * args.stride[k][axis];
      }
#pragma unroll
      for (int k = 0; k < static_cast<int>(E::kOutputs); ++k) {
        out[k] += position * args.stride[kMaxInputs + k][axis];
      }
    }
    a = LoadStrided(args, 0, offset[0], static_cast<InputOf<E, 0>*>(nullptr));
    b = LoadStrided(args, 1, offset[1], static_cast<InputOf<E, 1>*>(nullptr));
    c = LoadStrided(args, 2, offset[2], static_cast<InputOf<E, 2>*>(nullptr));
  }
  HWY_INLINE void Store(const StridedMap& args) const {
    const auto result = ApplyTo<E>(a, b, c);
    if constexpr (E::kOutputs == 1) {
      StoreStrided<OutputOf<E, 0>>(args, 0, out[0], result);
    } else {
      StoreStrided<OutputOf<E, 0>>(args, 0, out[0], ops::First(result));
      StoreStrided<OutputOf<E, 1>>(args, 1, out[1], ops::Second(result));
    }
  }
};

template <class Op, class T>
HWY_INLINE void MapStrided(const Block<kMapThreads>& block, const StridedMap& args) {
  using E = Element<Op, T>;
  const auto begin = static_cast<uint32_t>(block.Index()) * kStridedTile;
  block.Each([&](int thread) {
    StridedElement<E> elements[kStridedUnroll];
#pragma unroll
    for (int u = 0; u < kStridedUnroll; ++u) {
      const uint32_t i = begin + static_cast<uint32_t>(u * kMapThreads + thread);
      if (i < args.n) elements[u].Load(args, i);
    }
#pragma unroll
    for (int u = 0; u < kStridedUnroll; ++u) {
      const uint32_t i = begin + static_cast<uint32_t>(u * kMapThreads + thread);
      if (i < args.n) elements[u].Store(args);
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#endif  // LANEWISE_GPU_DEVICE_MAP_BLOCK_H_
