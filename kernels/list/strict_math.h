// Refuses to compile the library with flags under which its results would have other bits, or which
// would put instructions above the baseline into it. cmake/flags.cmake takes such flags back; this
// is for what gets through, and for builds without CMake. Every kernel includes it.

#ifndef LANEWISE_KERNELS_LIST_STRICT_MATH_H_
#define LANEWISE_KERNELS_LIST_STRICT_MATH_H_

// nvcc has no macro for its own --use_fast_math: gpu/cuda/CMakeLists.txt refuses it.
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0) || \
    defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__)
#error \
    "lanewise cannot be compiled with -ffast-math, -Ofast or a part of them: its results are \
promised to the bit. Leave the flag out; lanewise's own flags are in cmake/flags.cmake."
#endif

#if defined(__GNUC__) && !defined(__clang__) && defined(__NO_TRAPPING_MATH__)
#error "lanewise cannot be compiled with -fno-trapping-math: it would lose exception flags."
#endif

// 1 and 2: x87 arithmetic; -1: sometimes one, sometimes the other. 16 only concerns _Float16.
#if defined(__FLT_EVAL_METHOD__) && \
    (__FLT_EVAL_METHOD__ == 1 || __FLT_EVAL_METHOD__ == 2 || __FLT_EVAL_METHOD__ == -1)
#error "lanewise cannot be compiled with -mfpmath=387: intermediate results would be rounded twice."
#endif

// The level of LANEWISE_BASELINE, 1 to 4. This file is read before Highway raises the target for a
// part of a file; a file of kernels is read again for every target, this one is not.
#if defined(__x86_64__) && defined(LANEWISE_BASELINE_LEVEL) && !defined(__CUDACC__)
#if LANEWISE_BASELINE_LEVEL < 2 && (defined(__SSE3__) || defined(__POPCNT__) || defined(__SSE4A__))
#define LANEWISE_ABOVE_BASELINE
#elif LANEWISE_BASELINE_LEVEL < 3 && \
    (defined(__AVX__) || defined(__FMA__) || defined(__BMI__) || defined(__LZCNT__))
#define LANEWISE_ABOVE_BASELINE
#elif LANEWISE_BASELINE_LEVEL < 4 && defined(__AVX512F__)
#define LANEWISE_ABOVE_BASELINE
#endif
#ifdef LANEWISE_ABOVE_BASELINE
#error \
    "lanewise must not be compiled with -march or -m options above its baseline: the code would \
run before the CPU has been looked at. Set LANEWISE_BASELINE instead (docs/dispatch.md)."
#endif
#endif

#endif  // LANEWISE_KERNELS_LIST_STRICT_MATH_H_
