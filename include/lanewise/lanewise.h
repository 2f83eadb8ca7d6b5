/* lanewise: array kernels at the speed of the machine, with the same bits on every machine.
 *
 * C ABI, for C99 and C++11 (lanewise.hpp is for C++20). Two layers:
 *   1. typed contiguous functions, lw_<kernel>_<dtype>, in kernels.h, which this file includes;
 *   2. generic functions for every kernel, dtype and stride: lw_call for one axis, lw_map and
 *      lw_reduce for several, lw_find_loop for NumPy.
 *
 * All functions are thread-safe, never throw, abort or print, and leave the caller's
 * floating-point environment as they found it, except that they raise the exception flags
 * invalid, divide-by-zero and overflow where C Annex F asks for them. Calls also work in atexit
 * handlers, in destructors of static objects and on threads that still run while the process exits.
 * They are not async-signal-safe: do not call them in a signal handler, nor longjmp out of a call.
 *
 * Errors: functions that return lw_status give LW_OK (0) or a negative code; lw_last_error()
 * then has a sentence for people, for the calling thread. On an error other than
 * LW_ERR_INTERNAL and LW_ERR_CUDA no output element has been written.
 *
 * Ids (lw_dtype, lw_kernel, lw_status) are append-only. lw_operand, lw_view and lw_map_operand
 * never change. The other structs begin with struct_size, which the caller sets to sizeof(struct)
 * before the call, and grow at the end, so that a program and a library of different releases work
 * together:
 *   - a struct that has grown since the program was compiled: new results are not written, new
 *     options are 0, their default;
 *   - a struct that has grown since the library was: results that the library does not know are
 *     set to 0; options that it does not know must be 0, otherwise LW_ERR_UNSUPPORTED;
 *   - struct_size below the struct's size in release 0.1, or above 4096: LW_ERR_SHAPE.
 */

#ifndef LANEWISE_LANEWISE_H_
#define LANEWISE_LANEWISE_H_

#include <stddef.h>
#include <stdint.h>

#if defined(LANEWISE_STATIC)
#define LW_API
#else
#define LW_API __attribute__((visibility("default")))
#endif

/* In C any int is a value of an enum; this says so in C++, where unknown ids would otherwise be
 * undefined behaviour instead of an error code. C++98 cannot say it; its layout is the same. */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define LW_ENUM_INT : int
#else
#define LW_ENUM_INT
#endif
#ifdef __cplusplus
extern "C" {
#endif

#define LW_VERSION_MAJOR 0
#define LW_VERSION_MINOR 1
#define LW_VERSION_PATCH 0

/* ------------------------------------------------------------------ status, versions */

typedef enum lw_status LW_ENUM_INT {
  LW_OK = 0,
  LW_ERR_NULL = -1,        /* a pointer that must not be null is */
  LW_ERR_SIZE = -2,        /* negative or overflowing size, bad ndim, empty min/max/argmax */
  LW_ERR_KERNEL = -3,      /* no kernel of this name or id */
  LW_ERR_DTYPE = -4,       /* the kernel does not take these dtypes */
  LW_ERR_OVERLAP = -5,     /* output overlaps an input other than exactly in place */
  LW_ERR_SHAPE = -6,       /* shapes, axes or struct sizes do not fit */
  LW_ERR_VALUE = -7,       /* unknown name, value or format, e.g. of a target */
  LW_ERR_UNSUPPORTED = -8, /* not available on this machine or in this build */
  LW_ERR_MEMORY = -9,      /* out of memory */
  LW_ERR_INTERNAL = -10,
  LW_ERR_DEVICE = -11, /* an array is not on the device where it must be (lanewise_gpu.h) */
  LW_ERR_CUDA = -12,   /* the CUDA driver reported an error, which the message names */
  LW_ERR_FORKED = -13  /* CUDA does not work in the child of a process that used it */
} lw_status;

/* The message for the last failed call of this thread; "" if none. Valid until the thread's next
 * failing call. Never null. */
LW_API const char* lw_last_error(void);

LW_API const char* lw_version(void);      /* "0.1.0" */
LW_API int32_t lw_abi_version(void);      /* changes when this header breaks compatibility */
LW_API int32_t lw_numerics_version(void); /* changes when any result's bits change */

/* ------------------------------------------------------------------ dtypes and kernels */

typedef enum lw_dtype LW_ENUM_INT {
  LW_BOOL = 0, /* one byte, 0 or 1; any other that is read is true */
  LW_I8 = 1,
  LW_U8 = 2,
  LW_I16 = 3,
  LW_U16 = 4,
  LW_I32 = 5,
  LW_U32 = 6,
  LW_I64 = 7,
  LW_U64 = 8,
  LW_F16 = 9,   /* IEEE 754 binary16 */
  LW_BF16 = 10, /* the upper half of an f32; of all kernels only convert takes it yet */
  LW_F32 = 11,
  LW_F64 = 12
} lw_dtype;

LW_API size_t lw_dtype_size(lw_dtype dtype);      /* bytes; 0 for an unknown dtype */
LW_API const char* lw_dtype_name(lw_dtype dtype); /* "f32"; null for an unknown dtype */
/* Accepts "f32", "float32", "f4" and the like. */
LW_API lw_status lw_dtype_parse(const char* name, lw_dtype* dtype);
/* The dtype in which operands of two dtypes meet: the narrowest that holds all values of both, as
 * in NumPy, where f64 also takes 64-bit integers. LW_BF16 with LW_F16 gives LW_F32. */
LW_API lw_status lw_promote(lw_dtype a, lw_dtype b, lw_dtype* result);

typedef enum lw_kernel LW_ENUM_INT {
  LW_ADD = 0,
  LW_SUBTRACT = 1,
  LW_MULTIPLY = 2,
  LW_DIVIDE = 3,
  LW_FMA = 4,
  LW_NEGATIVE = 5,
  LW_ABS = 6,
  LW_SQRT = 7,
  LW_FLOOR = 8,
  LW_RINT = 9,
  LW_MINIMUM = 10,
  LW_MAXIMUM = 11,
  LW_CLIP = 12,
  LW_WHERE = 13,
  LW_EQUAL = 14,
  LW_NOT_EQUAL = 15,
  LW_LESS = 16,
  LW_LESS_EQUAL = 17,
  LW_GREATER = 18,
  LW_GREATER_EQUAL = 19,
  LW_ISNAN = 20,
  LW_EXP = 21,
  LW_LOG = 22,
  LW_SIN = 23,
  LW_COS = 24,
  LW_TANH = 25,
  LW_POW = 26,
  LW_SUM = 27,
  LW_MEAN = 28,
  LW_VAR = 29,
  LW_DOT = 30,
  LW_MIN = 31,
  LW_MAX = 32,
  LW_ARGMAX = 33,
  LW_CUMULATIVE_SUM = 34,
  LW_COMPRESS = 35,
  LW_CONVERT = 36,
  LW_COPYSIGN = 37,
  LW_BITWISE_AND = 38,
  LW_PROD = 39,
  LW_DIVMOD = 40,
  LW_EXPM1 = 41,
  LW_SEARCHSORTED = 42,
  LW_BITWISE_OR = 43,
  LW_BITWISE_XOR = 44,
  LW_INVERT = 45,
  LW_LOGICAL_AND = 46,
  LW_LOGICAL_OR = 47,
  LW_LOGICAL_XOR = 48,
  LW_LOGICAL_NOT = 49,
  LW_CEIL = 50,
  LW_TRUNC = 51,
  LW_RECIPROCAL = 52,
  LW_FMIN = 53,
  LW_FMAX = 54,
  LW_RADIANS = 55,
  LW_DEGREES = 56,
  LW_ISINF = 57,
  LW_ISFINITE = 58,
  LW_SIGNBIT = 59,
  LW_SQUARE = 60,
  LW_SIGN = 61
} lw_kernel;

/* How a kernel's operands relate. */
typedef enum lw_shape LW_ENUM_INT {
  LW_SHAPE_ELEMENTWISE = 0, /* out[i] from the inputs at i */
  LW_SHAPE_REDUCE = 1,      /* one result from one array; any axes through lw_reduce */
  LW_SHAPE_REDUCE_TWO = 2,  /* one result from two arrays (dot) */
  LW_SHAPE_ARG = 3,         /* index of an element; any axes through lw_reduce */
  LW_SHAPE_SCAN = 4,        /* as many results as elements */
  LW_SHAPE_COMPRESS = 5,    /* the elements where a mask is true */
  LW_SHAPE_SEARCH = 6       /* places in a sorted array, through lw_searchsorted */
} lw_shape;

/* Inputs and outputs of any kernel together, in this release and later ones of this ABI. */
#define LW_MAX_OPERANDS 8

/* One loop of the kernel list: a kernel for one combination of dtypes. */
typedef struct lw_kernel_record {
  uint32_t struct_size;
  lw_kernel kernel;
  const char* name; /* "exp" */
  const char* doc;  /* one sentence */
  lw_shape shape;
  int32_t inputs;                   /* number of input operands */
  int32_t outputs;                  /* number of output operands: 1 or 2 */
  lw_dtype dtypes[LW_MAX_OPERANDS]; /* inputs, then outputs */
  double max_ulp;                   /* error bound in ULP of the result; 0: exact */
  int32_t numerics_since;           /* numerics version in which its bits last changed */
} lw_kernel_record;

LW_API int32_t lw_kernel_count(void); /* number of loops (kernel x dtypes) */
/* LW_ERR_KERNEL unless 0 <= index < lw_kernel_count(). Strings are static. */
LW_API lw_status lw_kernel_info(int32_t index, lw_kernel_record* record);
/* LW_ERR_KERNEL if no kernel has this name. */
LW_API lw_status lw_find_kernel(const char* name, lw_kernel* kernel);

/* ------------------------------------------------------------------ generic calls */

/* An array that is read or written: which of the two follows from its place in the call. `data` is
 * const so that inputs need no cast; the output's elements are written all the same. */
typedef struct lw_operand {
  const void* data;     /* first element; may be null only if n is 0 */
  int64_t stride_bytes; /* any sign; 0 repeats one element (inputs only) */
} lw_operand;

/* What a call may be told beyond its operands, and what it tells beyond its outputs. Set it to zero
 * but for struct_size and the options that are meant. Results are written when the call succeeds.
 */
typedef struct lw_call_options {
  uint32_t struct_size;
  int32_t reserved;        /* 0 */
  double ddof;             /* option of var: the divisor is n - ddof */
  int64_t result_capacity; /* option of compress: elements that the output has room for,
                            * LW_ERR_SHAPE if there are more; 0: as many as the mask selects */
  int64_t result_count;    /* result: elements written to each output */
  int64_t first_bad_index; /* result of kernels that take indices: the first element of the index
                            * operand that is out of range, also with LW_ERR_VALUE; else -1 */
} lw_call_options;

/* Runs an elementwise kernel (and dot, scans, compress: see below) on n elements.
 * dtypes and operands: the inputs in order, then the outputs. options may be null.
 * Overlap: an output with the same pointer and stride as an input is in place; interleaved views
 * that share no byte are fine; everything else is LW_ERR_OVERLAP.
 * Alignment: elements may lie at any address. Those not at a multiple of their size cost more.
 * dot, sum and the like write one element to the output, which lies outside the inputs. compress:
 * operands are a, mask, out; out needs room for as many elements as mask has true ones, whose
 * number goes to options->result_count. */
LW_API lw_status lw_call(lw_kernel kernel, const lw_dtype* dtypes, const lw_operand* operands,
                         int64_t n, lw_call_options* options);

#define LW_MAX_NDIM 32

/* An array of several axes, read or written as lw_operand. */
typedef struct lw_view {
  const void* data;
  int32_t ndim;                /* 0..LW_MAX_NDIM */
  const int64_t* shape;        /* ndim sizes, >= 0 */
  const int64_t* stride_bytes; /* ndim strides, any sign */
} lw_view;

/* An operand of lw_map, read or written as lw_operand. */
typedef struct lw_map_operand {
  const void* data;            /* element (0, ..., 0) */
  const int64_t* stride_bytes; /* ndim strides, any sign; 0 repeats (inputs only). Null: one element
                                * for all (inputs only) */
} lw_map_operand;

/* Runs an elementwise kernel over `shape`, which all operands share: what is broadcast has strides
 * of 0. dtypes and operands: the inputs in order, then the outputs. Axes are visited in the order
 * that suits the outputs' memory, and large calls are split over threads: the results do not depend
 * on either. Overlap and alignment as in lw_call. options may be null. */
LW_API lw_status lw_map(lw_kernel kernel, const lw_dtype* dtypes, const lw_map_operand* operands,
                        int32_t ndim, const int64_t* shape, lw_call_options* options);

/* Reduces `in` over the axes in axis_mask (bit i is axis i; all bits of ndim for the whole array)
 * into `out`, whose shape is that of `in` without these axes (ndim and sizes are checked).
 * dtype is that of the elements; the output dtype follows from the kernel (lw_kernel_info).
 * The result depends only on values and logical order: reducing an axis equals reducing each
 * slice, whatever the memory order. options may be null. */
LW_API lw_status lw_reduce(lw_kernel kernel, lw_dtype dtype, const lw_view* in, uint64_t axis_mask,
                           const lw_view* out, lw_call_options* options);

/* Where each element of `values` belongs in `sorted`, an array of one axis in ascending order (NaNs
 * last): the index of the first element that is not below it or, if right is 1, of the first that
 * is above it; the number of elements if there is none. -0 is equal to +0, NaN to NaN. If `sorted`
 * is not in order, every result is still an index from 0 to that number.
 * dtype is that of both inputs. out: LW_I64 in the shape of `values`, outside the inputs. Large
 * calls are split over threads. options may be null. */
LW_API lw_status lw_searchsorted(lw_dtype dtype, const lw_view* sorted, const lw_view* values,
                                 int32_t right, const lw_view* out, lw_call_options* options);

/* A loop of NumPy's ufunc type, valid for ever: args has inputs then outputs, dims[0] is n, steps
 * are byte strides. Any overlap is allowed and behaves as if elements ran in order. */
typedef void (*lw_loop)(char** args, const intptr_t* dims, const intptr_t* steps, void* context);
LW_API lw_status lw_find_loop(lw_kernel kernel, const lw_dtype* dtypes, lw_loop* loop,
                              void** context);

/* ------------------------------------------------------------------ targets and dispatch */

/* Targets by name, worst first, as compiled into this library: "SSE2 SSE4 AVX2 AVX3". */
LW_API int32_t lw_target_count(void);
LW_API const char* lw_target_name(int32_t index);  /* null if out of range */
LW_API int32_t lw_target_supported(int32_t index); /* 1 if this machine can run it */
/* Why not; "" if it can. Static or library-owned. Null if out of range. */
LW_API const char* lw_target_reason(int32_t index);

/* Name of the target in use by the calling thread. */
LW_API const char* lw_current_target(void);
/* Caps the target for the whole process; never forces one that the machine lacks: the best
 * supported target not above `name` is used. Null removes the cap. LW_ERR_VALUE: unknown name. */
LW_API lw_status lw_set_max_target(const char* name);
/* The same for the calling thread, nested: each push needs a pop. Travels into lanewise's tasks. */
LW_API lw_status lw_push_max_target(const char* name);
LW_API lw_status lw_pop_max_target(void);

/* Upper limit for threads of one call; 0 restores the default. LW_ERR_VALUE if negative. */
LW_API lw_status lw_set_threads(int32_t limit);
/* The same for the calling thread, nested: each push needs a pop. At least 1; can only tighten the
 * limits of the outer scope and of the process. Travels into lanewise's tasks. */
LW_API lw_status lw_push_threads(int32_t limit);
LW_API lw_status lw_pop_threads(void);
/* Threads that a large call of the calling thread may use now: 1 where there is no threading
 * module, which this call loads to find out. */
LW_API int32_t lw_get_threads(void);

/* Writes text to buffer (at most size bytes with the final 0; truncated if it does not fit) and
 * gives the full length without the 0 in *length. buffer may be null when size is 0. */
/* Which variant of a kernel runs, for each other why not, and from how many elements on a call is
 * split over threads, stores past the caches or takes another target's loop. dtypes: inputs, then
 * outputs; null for the first loop of the kernel. n: elements of contiguous operands that lie
 * apart, for which to answer; 0 for small ones, with the sizes from which the answer changes. json:
 * 0 text, 1 JSON; otherwise LW_ERR_VALUE. */
LW_API lw_status lw_explain(lw_kernel kernel, const lw_dtype* dtypes, int64_t n, int32_t json,
                            char* buffer, size_t size, size_t* length);
/* This machine: CPU, psABI level, features, caches, targets with reasons, CPU budget, settings; as
 * JSON also the machine in the package managers' terms (docs/machine.md).
 * format: 0 text, 1 JSON, 3 JSON with the GPU's devices, which asks its driver; otherwise
 * LW_ERR_VALUE. */
#define LW_MACHINE_JSON 1
#define LW_MACHINE_DEVICES 2
LW_API lw_status lw_machine(int32_t format, char* buffer, size_t size, size_t* length);
/* The same JSON for another machine, given by count pairs of a key of docs/machine.md ("cpuinfo",
 * "glibc", ...) and its value. LW_ERR_VALUE: an unknown key or a value that makes no sense. */
LW_API lw_status lw_machine_described(int32_t count, const char* const* keys,
                                      const char* const* values, char* buffer, size_t size,
                                      size_t* length);

#ifdef __cplusplus
} /* extern "C" */
#endif

#include "lanewise/kernels.h" /* the typed functions */

#endif /* LANEWISE_LANEWISE_H_ */
