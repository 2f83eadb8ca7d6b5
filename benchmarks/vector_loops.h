// Loops over a peer's vector function (SLEEF, libmvec): load, call, store. One set per target.

#ifndef LANEWISE_BENCHMARKS_VECTOR_LOOPS_H_
#define LANEWISE_BENCHMARKS_VECTOR_LOOPS_H_

#include <cstddef>
#include <cstdint>

namespace lanewise::bench {

// `function` takes and returns one full vector of the target's own type.
using VectorLoop = void (*)(const void* function, const void* x, const void* y, void* out,
                            size_t n);

struct VectorLoops {
  VectorLoop one_f32, one_f64;  // functions of one argument
  VectorLoop two_f32, two_f64;  // and of two
  size_t bytes;                 // of one vector
};

// All null where the target's vectors are no plain types (SVE).
VectorLoops BuildVectorLoops(int64_t target);

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_VECTOR_LOOPS_H_
