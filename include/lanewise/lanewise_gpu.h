/* lanewise on NVIDIA GPUs: the kernels of lanewise.h on device memory, with the same bits.
 *
 * The library links no CUDA and needs none. The first function below that must know the GPU loads
 * the driver; functions that need one say why there is none: LW_ERR_UNSUPPORTED with the sentence
 * of lw_gpu_explain(). Kernels are in a plugin, liblanewise_cuda13.so.0.1, beside the library.
 *
 * Everything runs where the arrays lie and on the caller's stream: nothing is copied between host
 * and device except by lw_gpu_copy(), arrays of several devices in one call are LW_ERR_DEVICE, and
 * the results are there when the stream has passed. Functions do not wait for the device, except
 * those that give a host value (their names end in _to_host) and lw_gpu_synchronise().
 *
 * Errors, thread safety and struct_size are as in lanewise.h; exception flags are not raised.
 * Arguments are checked completely before anything is queued. An error of CUDA itself, also one of
 * earlier work that it reports late, is LW_ERR_CUDA. After fork() the child of a process that used
 * the GPU gets LW_ERR_FORKED here, while all of lanewise.h works.
 */

#ifndef LANEWISE_LANEWISE_GPU_H_
#define LANEWISE_LANEWISE_GPU_H_

#include "lanewise/lanewise.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ is there a GPU? */

/* How far the way to the GPU goes; in the order in which it is tried. */
typedef enum lw_gpu_state LW_ENUM_INT {
  LW_GPU_READY = 0,           /* at least one device with a plugin that serves it */
  LW_GPU_NOT_ASKED = 1,       /* a driver is there; devices have not been asked about yet */
  LW_GPU_OFF = 2,             /* LANEWISE_GPU=off */
  LW_GPU_NO_NODE = 3,         /* no device node of an NVIDIA GPU */
  LW_GPU_NO_DRIVER = 4,       /* libcuda.so.1 cannot be loaded */
  LW_GPU_STUB_DRIVER = 5,     /* it is the toolkit's stub, for linking only */
  LW_GPU_OLD_DRIVER = 6,      /* it is older than CUDA 13.0 */
  LW_GPU_HIDDEN = 7,          /* CUDA_VISIBLE_DEVICES hides every device */
  LW_GPU_INIT_FAILED = 8,     /* cuInit or a question about devices failed */
  LW_GPU_TIMEOUT = 9,         /* it did not answer within LANEWISE_GPU_TIMEOUT_MS */
  LW_GPU_NO_DEVICE = 10,      /* it knows no device */
  LW_GPU_IMPLAUSIBLE = 11,    /* its answers cannot be true */
  LW_GPU_OLD_DEVICE = 12,     /* every device is older than compute capability 7.5 */
  LW_GPU_NO_PLUGIN = 13,      /* liblanewise_cuda13.so.0.1 is not there or does not load */
  LW_GPU_REFUSED_PLUGIN = 14, /* it belongs to another lanewise */
  LW_GPU_NO_CODE = 15,        /* it has no code for any of the devices */
  LW_GPU_FORKED = 16          /* this process is the child of one that used CUDA */
} lw_gpu_state;

LW_API const char* lw_gpu_state_name(lw_gpu_state state); /* "no_driver"; null if unknown */

/* What is known. initialise 0: asks environment, device nodes and the driver's version, never
 * initialises CUDA, and tells of what has been found out before. initialise 1: goes all the way, as
 * the first GPU call does; takes at most LANEWISE_GPU_TIMEOUT_MS (default 10000). Always LW_OK with
 * a state, unless `state` is null or initialise another number (LW_ERR_VALUE). */
LW_API lw_status lw_gpu_status(int32_t initialise, lw_gpu_state* state);
/* The same with the reason, driver, devices and plugin, as text (json 0) or JSON (1; otherwise
 * LW_ERR_VALUE); buffer as lw_machine's. */
LW_API lw_status lw_gpu_explain(int32_t initialise, int32_t json, char* buffer, size_t size,
                                size_t* length);

/* Number of devices; 0, not an error, where there is no GPU. Initialises. */
LW_API lw_status lw_gpu_device_count(int32_t* count);

typedef struct lw_gpu_device_record {
  uint32_t struct_size;
  int32_t compute_capability; /* 10 * major + minor */
  const char* name;           /* "NVIDIA H100 80GB HBM3"; valid for ever */
  const char* reason;         /* why lanewise cannot use it; "" if it can */
  int64_t memory_bytes;
  int32_t multiprocessors;
  int32_t usable; /* 1 if lanewise can use it */
} lw_gpu_device_record;

/* device: CUDA's ordinal, 0 .. count - 1, after CUDA_VISIBLE_DEVICES; otherwise LW_ERR_VALUE. */
LW_API lw_status lw_gpu_device_info(int32_t device, lw_gpu_device_record* record);

/* Takes the plugin from this absolute path instead of the library's own folder. Only before the
 * plugin has been looked for, otherwise LW_ERR_VALUE. */
LW_API lw_status lw_gpu_set_plugin(const char* path);

/* 1 if the GPU has a kernel for these dtypes (inputs, then the output), 0 if not. */
LW_API lw_status lw_gpu_has_kernel(lw_kernel kernel, const lw_dtype* dtypes, int32_t* has);

/* ------------------------------------------------------------------ how calls run */

/* Memory for results and temporaries from somewhere else, such as CuPy's or PyTorch's pool: both
 * functions work in the order of `stream`. alloc gives memory of the call's device, aligned to 256
 * bytes, or null. free is called for each block exactly once, also after errors, from the thread of
 * the call, before the call returns: the memory may be used again by later work of the stream. */
typedef struct lw_gpu_allocator {
  void* context;
  void* (*alloc)(void* context, size_t bytes, void* stream);
  void (*free)(void* context, void* address, size_t bytes, void* stream);
} lw_gpu_allocator;

/* `device` is meant, and the caller vouches that all arrays lie there: pointers are not looked up,
 * which saves time, and a wrong one makes CUDA fail later. Without it the device is that of the
 * arrays. */
#define LW_GPU_DEVICE_KNOWN 1u

typedef struct lw_gpu_options {
  uint32_t struct_size;
  uint32_t flags;                    /* 0 or LW_GPU_DEVICE_KNOWN */
  void* stream;                      /* CUstream, cudaStream_t; null: CUDA's default stream */
  const lw_gpu_allocator* allocator; /* null: cudaMallocAsync where the device can */
  int64_t device;                    /* counts with LW_GPU_DEVICE_KNOWN only */
} lw_gpu_options;

/* ------------------------------------------------------------------ kernels */

/* Read or written as lw_operand. */
typedef struct lw_gpu_operand {
  const void* data;            /* device memory, element (0, ..., 0); or host memory, see below */
  const int64_t* stride_bytes; /* ndim strides, any sign; 0 repeats (inputs only) */
  int32_t host_scalar;         /* 1: an input that is one host value, read before the call returns;
                                * stride_bytes is not looked at */
  int32_t reserved;            /* 0 */
} lw_gpu_operand;

/* Runs an elementwise kernel over `shape`, dot or a scan over one axis. dtypes and operands: the
 * inputs in order, then the output. dot writes one element; its output's strides are not looked at.
 * Elements are aligned to their size. Overlap as in lw_call. options may be null. */
LW_API lw_status lw_gpu_call(lw_kernel kernel, const lw_dtype* dtypes,
                             const lw_gpu_operand* operands, int32_t ndim, const int64_t* shape,
                             const lw_gpu_options* options);

/* lw_reduce on device memory. */
LW_API lw_status lw_gpu_reduce(lw_kernel kernel, lw_dtype dtype, const lw_view* in,
                               uint64_t axis_mask, const lw_view* out,
                               const lw_call_options* call_options, const lw_gpu_options* options);

/* The elements of x where the mask is not 0, in order, to out, which has room for as many; all of
 * one axis and length n. count: device memory that receives their number (int64). */
LW_API lw_status lw_gpu_compress(lw_dtype dtype, int64_t n, const lw_operand* x,
                                 const lw_operand* mask, const lw_operand* out, int64_t* count,
                                 const lw_gpu_options* options);

/* Reduces the whole array to one host value and WAITS for the stream. y: the second array of dot,
 * else null. result: host memory for one element of the kernel's output dtype. */
LW_API lw_status lw_gpu_reduce_to_host(lw_kernel kernel, lw_dtype dtype, const lw_view* x,
                                       const lw_view* y, void* result,
                                       const lw_call_options* call_options,
                                       const lw_gpu_options* options);

/* Creates the device's context and loads the code of a kernel (dtypes null: all of its loops), so
 * that the first call costs what every later one does. Other kernels stay unloaded. */
LW_API lw_status lw_gpu_warmup(int32_t device, lw_kernel kernel, const lw_dtype* dtypes);

/* ------------------------------------------------------------------ memory and streams */

typedef enum lw_gpu_memory LW_ENUM_INT {
  LW_GPU_MEMORY_HOST = 0,   /* CUDA does not know it */
  LW_GPU_MEMORY_PINNED = 1, /* page-locked host memory; counts as host memory in calls */
  LW_GPU_MEMORY_DEVICE = 2,
  LW_GPU_MEMORY_MANAGED = 3 /* of host and devices; counts as device memory in calls */
} lw_gpu_memory;

/* Where an address lies; *device is -1 for memory that belongs to no device. */
LW_API lw_status lw_gpu_pointer_info(const void* address, lw_gpu_memory* memory, int32_t* device);

/* Device memory in the order of a stream; aligned to 256 bytes. bytes 0 gives null, which free
 * ignores. */
LW_API lw_status lw_gpu_alloc(int32_t device, size_t bytes, void* stream, void** address);
LW_API lw_status lw_gpu_free(int32_t device, void* address, size_t bytes, void* stream);

typedef enum lw_gpu_copy_kind LW_ENUM_INT {
  LW_GPU_HOST_TO_DEVICE = 1,
  LW_GPU_DEVICE_TO_HOST = 2,
  LW_GPU_DEVICE_TO_DEVICE = 3 /* within one device */
} lw_gpu_copy_kind;

/* Copies bytes in the order of a stream, without waiting: host memory must stay as it is until the
 * stream has passed (lw_gpu_synchronise). `to` and `from` must not overlap (LW_ERR_OVERLAP). */
LW_API lw_status lw_gpu_copy(int32_t device, void* to, const void* from, size_t bytes,
                             lw_gpu_copy_kind kind, void* stream);

/* Later work of `stream` waits for what `other` of the same device has been given so far; the host
 * does not wait. For handing arrays from one stream to another, as DLPack asks for. */
LW_API lw_status lw_gpu_stream_wait(int32_t device, void* stream, void* other);
/* WAITS until the stream has done everything. */
LW_API lw_status lw_gpu_synchronise(int32_t device, void* stream);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LANEWISE_LANEWISE_GPU_H_ */
