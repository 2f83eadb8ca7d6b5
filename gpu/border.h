/* The border between liblanewise and its GPU plugin (liblanewise_cuda13.so.0.1): a versioned
 * table of plain C functions. The core checks every argument before it calls the plugin; the
 * plugin launches and reports what CUDA says.
 *
 * Rules for every function that takes an lw_backend_call:
 *   - it works on call->device and call->stream, and leaves the calling thread's current CUDA
 *     device as it found it;
 *   - it never waits for the device, except `synchronise`, and never allocates, except `alloc`;
 *   - it returns LW_OK, or an error with a sentence in call->error. What CUDA reports is
 *     LW_ERR_CUDA, an exhausted memory LW_ERR_MEMORY;
 *   - it may run on several threads at the same time, each with a call of its own.
 */

#ifndef LANEWISE_GPU_BORDER_H_
#define LANEWISE_GPU_BORDER_H_

#include "lanewise/lanewise_gpu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with every change of this header. The core takes a plugin of exactly its own version, its
 * own numerics version and its own release. */
#define LW_BACKEND_ABI 1

typedef struct lw_backend_call {
  int32_t device;  /* CUDA ordinal */
  void* stream;    /* CUstream; null is CUDA's legacy default stream */
  char error[256]; /* written on failure only, ended by a 0 */
} lw_backend_call;

typedef struct lw_backend_operand {
  void* data;                  /* device address of element (0, ..., 0); null if by_value */
  const int64_t* stride_bytes; /* one for each axis of the task, any sign; null if by_value */
  int32_t by_value;            /* 1: an input that is one host value, its bytes in `value` */
  int32_t reserved;            /* 0 */
  uint64_t value;              /* elementwise kernels only; little-endian, dtype's size of it */
} lw_backend_operand;

/* One launch. All operands are described over the same axes: an input that repeats along an axis
 * has stride 0 there, and so has the output of a reduction along each axis that it reduces.
 * Sizes are at least 1, except that reduced axes may be empty: sum and dot then give +0, mean and
 * var NaN; min, max and argmax do not come; and compress may have no element: *count gets 0. The
 * data of an operand without elements may be null. Every element is aligned to its size, and to no
 * more. An output of an elementwise kernel or a scan may be exactly one of its inputs (in place);
 * nothing else overlaps. */
typedef struct lw_backend_task {
  lw_kernel kernel;
  lw_shape kind;          /* lw_kernel_info's shape: elementwise, reduce, arg, scan ... */
  int32_t inputs;         /* operands before the outputs: 1 to 3 */
  int32_t outputs;        /* 1, of elementwise kernels 1 or 2 */
  int32_t ndim;           /* 0..LW_MAX_NDIM; dot, scans and compress have 1 axis */
  const lw_dtype* dtypes; /* inputs, then outputs */
  const int64_t* shape;   /* ndim sizes */
  const lw_backend_operand* operands; /* inputs, then outputs */
  uint64_t axis_mask;                 /* reductions: bit i means that axis i is reduced (dot: 1) */
  double ddof;                        /* var: the divisor is n - ddof */
  int64_t* count; /* compress: device address that receives the number written */
} lw_backend_task;

/* What a plugin has decided for a task: made by `prepare`, on the caller's stack, and read by
 * `launch`. */
typedef struct lw_backend_plan {
  const lw_backend_task* task; /* as given to `prepare`; stays as it is until `launch` */
  size_t scratch_bytes;        /* device memory that `launch` wants; 0: none */
  uint64_t own[600];           /* the plugin's */
} lw_backend_plan;

typedef struct lw_backend {
  /* The fields up to `version` stay where they are in every version of this header, so that any
   * core can say what it found. */
  uint32_t struct_size;     /* sizeof(lw_backend) of the plugin */
  int32_t abi_version;      /* LW_BACKEND_ABI of the plugin */
  int32_t numerics_version; /* lw_numerics_version() that its kernels implement */
  int32_t reserved;         /* 0 */
  const char* version;      /* "0.1.0", the lanewise release it was built from */

  const char* toolkit;          /* "CUDA 13.0" */
  int32_t architecture_count;   /* machine code for these compute capabilities ... */
  int32_t ptx_architecture;     /* ... and PTX for this one and all later ones; 0: none */
  const int32_t* architectures; /* 10 * major + minor, ascending: 75, 80, 90 */

  /* 1 if there is a kernel for these dtypes (inputs, then outputs). Asks no device. */
  int32_t (*has_kernel)(lw_kernel kernel, const lw_dtype* dtypes);

  /* Where an address lies. Addresses that CUDA does not know are LW_GPU_MEMORY_HOST, device -1. */
  lw_status (*pointer_info)(lw_backend_call* call, const void* address, lw_gpu_memory* memory,
                            int32_t* device);

  /* In stream order, by cudaMallocAsync where the device can, else cudaMalloc. bytes > 0. */
  lw_status (*alloc)(lw_backend_call* call, size_t bytes, void** address);
  lw_status (*free)(lw_backend_call* call, void* address, size_t bytes);
  /* In stream order. Host memory stays valid until the stream has passed. */
  lw_status (*copy)(lw_backend_call* call, void* to, const void* from, size_t bytes,
                    lw_gpu_copy_kind kind);

  /* Work of call->stream from now on waits for what `other`, a stream of the same device, has
   * been given so far. The host does not wait. */
  lw_status (*stream_wait)(lw_backend_call* call, void* other);
  /* Waits until the stream has done everything, and reports errors of earlier launches. The only
   * function that waits. */
  lw_status (*synchronise)(lw_backend_call* call);

  /* Finds the kernel and plans the task, once. Asks no device beyond cached properties.
   * LW_ERR_UNSUPPORTED if there is no such kernel. */
  lw_status (*prepare)(lw_backend_call* call, const lw_backend_task* task, lw_backend_plan* plan);
  /* Queues the task. scratch: device memory of the plan's size, aligned to 256 bytes, which may be
   * reused as soon as the stream has passed; null if the size is 0. */
  lw_status (*launch)(lw_backend_call* call, const lw_backend_plan* plan, void* scratch);

  /* Creates the device's context and loads the code of one kernel, so that its first launch costs
   * what every later one does. */
  lw_status (*warm_up)(lw_backend_call* call, lw_kernel kernel, const lw_dtype* dtypes);
} lw_backend;

/* The plugin's only exported symbol. Gives the plugin's table, whatever version the core asks for;
 * a plugin that serves several gives the one asked for. Makes no CUDA call. Never null. */
#define LW_BACKEND_SYMBOL "lanewise_gpu_backend"
typedef const lw_backend* (*lw_backend_entry)(int32_t abi_version);
const lw_backend* lanewise_gpu_backend(int32_t abi_version);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LANEWISE_GPU_BORDER_H_ */
