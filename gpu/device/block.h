// A block of threads, on the device or simulated on the host. Kernels are written once, as phases
// that every thread goes through together; the tests run whole grids of them on the CPU, with the
// same addresses, the same order of operations and the same bits.

#ifndef LANEWISE_GPU_DEVICE_BLOCK_H_
#define LANEWISE_GPU_DEVICE_BLOCK_H_

#include <cstdint>
#include <cstring>

#include "gpu/device/element.h"

namespace lanewise {
namespace HWY_NAMESPACE {

// Threads that fold their values by shuffles: half a warp.
inline constexpr int kTeam = 16;

#ifdef __CUDACC__

// One of the block's threads, seen from inside.
template <int kThreads>
struct Block {
  HWY_INLINE int64_t Index() const { return blockIdx.x; }

  // A variable that each thread has of its own.
  template <class T>
  struct PerThread {
    T value;
    HWY_INLINE T& operator[](int) { return value; }
  };

  template <class Phase>
  HWY_INLINE void Each(Phase phase) const {
    phase(static_cast<int>(threadIdx.x));
  }
  HWY_INLINE void Sync() const { __syncthreads(); }

  // v[t] = combine(v[t], v[t + distance]) within teams; of use in threads below kTeam - distance.
  template <class T, class Combine>
  HWY_INLINE void FoldDown(PerThread<T>& v, int distance, Combine combine) const {
    v.value = combine(v.value, Shuffled(v.value, distance));
  }

  // Memory that the threads of a block share; one array for each kernel.
  template <class T, int kCount>
  HWY_INLINE T* Shared() const {
    __shared__ alignas(16) unsigned char memory[sizeof(T) * kCount];
    return reinterpret_cast<T*>(memory);
  }

 private:
  template <class T>
  static HWY_INLINE T Shuffled(T v, int distance) {
    struct Words {
      uint32_t word[sizeof(T) / 4];
    };
    static_assert(sizeof(Words) == sizeof(T));
    Words words = __builtin_bit_cast(Words, v);
    for (uint32_t& word : words.word) {
      word = __shfl_down_sync(0xFFFFFFFFu, word, static_cast<unsigned>(distance), kTeam);
    }
    return __builtin_bit_cast(T, words);
  }
};

// One access of sizeof(P) bytes, to which the address is aligned. In PTX, because nvcc splits
// stores of its vector types, too, unless all parts are computed alike.
template <size_t kWords>
struct WordArray {
  uint32_t w[kWords];
};
template <class P>
HWY_INLINE P LoadWide(const void* from) {
  if constexpr (sizeof(P) == 16) {
    WordArray<4> v;
    asm volatile("ld.global.v4.b32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(v.w[0]), "=r"(v.w[1]), "=r"(v.w[2]), "=r"(v.w[3])
                 : "l"(__cvta_generic_to_global(from)));
    return __builtin_bit_cast(P, v);
  } else if constexpr (sizeof(P) == 8) {
    WordArray<2> v;
    asm volatile("ld.global.v2.b32 {%0, %1}, [%2];"
                 : "=r"(v.w[0]), "=r"(v.w[1])
                 : "l"(__cvta_generic_to_global(from)));
    return __builtin_bit_cast(P, v);
  } else {
    return __builtin_bit_cast(P, *static_cast<const hwy::UnsignedFromSize<sizeof(P)>*>(from));
  }
}
template <class P>
HWY_INLINE void StoreWide(P value, void* to) {
  if constexpr (sizeof(P) == 16) {
    const auto v = __builtin_bit_cast(WordArray<4>, value);
    asm volatile("st.global.v4.b32 [%0], {%1, %2, %3, %4};" ::"l"(__cvta_generic_to_global(to)),
                 "r"(v.w[0]), "r"(v.w[1]), "r"(v.w[2]), "r"(v.w[3])
                 : "memory");
  } else if constexpr (sizeof(P) == 8) {
    const auto v = __builtin_bit_cast(WordArray<2>, value);
    asm volatile("st.global.v2.b32 [%0], {%1, %2};" ::"l"(__cvta_generic_to_global(to)),
                 "r"(v.w[0]), "r"(v.w[1])
                 : "memory");
  } else {
    using Word = hwy::UnsignedFromSize<sizeof(P)>;
    *static_cast<Word*>(to) = __builtin_bit_cast(Word, value);
  }
}

#else  // the host

// All threads of one block, one after the other in each phase.
template <int kThreads>
struct Block {
  int64_t index;

  int64_t Index() const { return index; }

  template <class T>
  struct PerThread {
    T value[kThreads];
    T& operator[](int t) { return value[t]; }
  };

  template <class Phase>
  void Each(Phase phase) const {
    for (int t = 0; t < kThreads; ++t) phase(t);
  }
  void Sync() const {}

  template <class T, class Combine>
  void FoldDown(PerThread<T>& v, int distance, Combine combine) const {
    for (int t = 0; t < kThreads; ++t) {  // upwards: v[t + distance] is still the old one
      if (t % kTeam + distance < kTeam) v[t] = combine(v[t], v[t + distance]);
    }
  }

  template <class T, int kCount>
  T* Shared() const {
    alignas(16) thread_local unsigned char memory[sizeof(T) * kCount];
    return reinterpret_cast<T*>(memory);
  }
};

template <class P>
P LoadWide(const void* from) {
  if (reinterpret_cast<uintptr_t>(from) % sizeof(P) != 0) __builtin_trap();  // as the GPU would
  P value;
  std::memcpy(static_cast<void*>(&value), from, sizeof(P));
  return value;
}
template <class P>
void StoreWide(P value, void* to) {
  if (reinterpret_cast<uintptr_t>(to) % sizeof(P) != 0) __builtin_trap();
  std::memcpy(to, &value, sizeof(P));
}

#endif

// Adjacent elements of one access.
template <class T, int N>
struct alignas(sizeof(T) * N) Pack {
  T v[N];
};

}  // namespace HWY_NAMESPACE
}  // namespace lanewise

#endif  // LANEWISE_GPU_DEVICE_BLOCK_H_
