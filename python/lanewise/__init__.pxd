# The C ABI of lanewise for Cython: ``from lanewise cimport lw_exp_f64``.
#
# Compile with lanewise.get_include(), link with lanewise.get_library_dir() and -llanewise; see
# docs/python.md. Declarations stand here as in lanewise/lanewise.h and lanewise/kernels.h, word for
# word: a test compares them (`in` is `in_`, which Python can read). The headers say what they mean.

from libc.stdint cimport int32_t, int64_t, intptr_t, uint8_t, uint32_t, uint64_t

cdef extern from "lanewise/lanewise.h" nogil:
    enum:
        LW_VERSION_MAJOR
        LW_VERSION_MINOR
        LW_VERSION_PATCH
        LW_MAX_OPERANDS
        LW_MAX_NDIM

    ctypedef enum lw_status:
        LW_OK
        LW_ERR_NULL
        LW_ERR_SIZE
        LW_ERR_KERNEL
        LW_ERR_DTYPE
        LW_ERR_OVERLAP
        LW_ERR_SHAPE
        LW_ERR_VALUE
        LW_ERR_UNSUPPORTED
        LW_ERR_MEMORY
        LW_ERR_INTERNAL
        LW_ERR_DEVICE
        LW_ERR_CUDA
        LW_ERR_FORKED

    const char* lw_last_error()
    const char* lw_version()
    int32_t lw_abi_version()
    int32_t lw_numerics_version()

    ctypedef enum lw_dtype:
        LW_BOOL
        LW_I8
        LW_U8
        LW_I16
        LW_U16
        LW_I32
        LW_U32
        LW_I64
        LW_U64
        LW_F16
        LW_BF16
        LW_F32
        LW_F64

    size_t lw_dtype_size(lw_dtype dtype)
    const char* lw_dtype_name(lw_dtype dtype)
    lw_status lw_dtype_parse(const char* name, lw_dtype* dtype)
    lw_status lw_promote(lw_dtype a, lw_dtype b, lw_dtype* result)

    ctypedef enum lw_kernel:
        LW_ADD
        LW_SUBTRACT
        LW_MULTIPLY
        LW_DIVIDE
        LW_FMA
        LW_NEGATIVE
        LW_ABS
        LW_SQRT
        LW_FLOOR
        LW_RINT
        LW_MINIMUM
        LW_MAXIMUM
        LW_CLIP
        LW_WHERE
        LW_EQUAL
        LW_NOT_EQUAL
        LW_LESS
        LW_LESS_EQUAL
        LW_GREATER
        LW_GREATER_EQUAL
        LW_ISNAN
        LW_EXP
        LW_LOG
        LW_SIN
        LW_COS
        LW_TANH
        LW_POW
        LW_SUM
        LW_MEAN
        LW_VAR
        LW_DOT
        LW_MIN
        LW_MAX
        LW_ARGMAX
        LW_CUMULATIVE_SUM
        LW_COMPRESS
        LW_CONVERT
        LW_COPYSIGN
        LW_BITWISE_AND
        LW_PROD
        LW_DIVMOD
        LW_EXPM1
        LW_SEARCHSORTED
        LW_BITWISE_OR
        LW_BITWISE_XOR
        LW_INVERT
        LW_LOGICAL_AND
        LW_LOGICAL_OR
        LW_LOGICAL_XOR
        LW_LOGICAL_NOT
        LW_CEIL
        LW_TRUNC
        LW_RECIPROCAL
        LW_FMIN
        LW_FMAX
        LW_RADIANS
        LW_DEGREES
        LW_ISINF
        LW_ISFINITE
        LW_SIGNBIT
        LW_SQUARE
        LW_SIGN

    ctypedef enum lw_shape:
        LW_SHAPE_ELEMENTWISE
        LW_SHAPE_REDUCE
        LW_SHAPE_REDUCE_TWO
        LW_SHAPE_ARG
        LW_SHAPE_SCAN
        LW_SHAPE_COMPRESS
        LW_SHAPE_SEARCH

    ctypedef struct lw_kernel_record:
        uint32_t struct_size
        lw_kernel kernel
        const char* name
        const char* doc
        lw_shape shape
        int32_t inputs
        int32_t outputs
        lw_dtype dtypes[LW_MAX_OPERANDS]
        double max_ulp
        int32_t numerics_since

    int32_t lw_kernel_count()
    lw_status lw_kernel_info(int32_t index, lw_kernel_record* record)
    lw_status lw_find_kernel(const char* name, lw_kernel* kernel)

    ctypedef struct lw_operand:
        const void* data
        int64_t stride_bytes

    ctypedef struct lw_call_options:
        uint32_t struct_size
        int32_t reserved
        double ddof
        int64_t result_capacity
        int64_t result_count
        int64_t first_bad_index

    lw_status lw_call(lw_kernel kernel, const lw_dtype* dtypes, const lw_operand* operands,
                      int64_t n, lw_call_options* options)

    ctypedef struct lw_view:
        const void* data
        int32_t ndim
        const int64_t* shape
        const int64_t* stride_bytes

    ctypedef struct lw_map_operand:
        const void* data
        const int64_t* stride_bytes

    lw_status lw_map(lw_kernel kernel, const lw_dtype* dtypes, const lw_map_operand* operands,
                     int32_t ndim, const int64_t* shape, lw_call_options* options)

    lw_status lw_reduce(lw_kernel kernel, lw_dtype dtype, const lw_view* in_, uint64_t axis_mask,
                        const lw_view* out, lw_call_options* options)

    lw_status lw_searchsorted(lw_dtype dtype, const lw_view* sorted, const lw_view* values,
                              int32_t right, const lw_view* out, lw_call_options* options)

    ctypedef void (*lw_loop)(char** args, const intptr_t* dims, const intptr_t* steps,
                            void* context)

    lw_status lw_find_loop(lw_kernel kernel, const lw_dtype* dtypes, lw_loop* loop, void** context)
    int32_t lw_target_count()
    const char* lw_target_name(int32_t index)
    int32_t lw_target_supported(int32_t index)
    const char* lw_target_reason(int32_t index)
    const char* lw_current_target()
    lw_status lw_set_max_target(const char* name)
    lw_status lw_push_max_target(const char* name)
    lw_status lw_pop_max_target()
    lw_status lw_set_threads(int32_t limit)
    lw_status lw_push_threads(int32_t limit)
    lw_status lw_pop_threads()
    int32_t lw_get_threads()
    lw_status lw_explain(lw_kernel kernel, const lw_dtype* dtypes, int64_t n, int32_t json, char* buffer,
                         size_t size, size_t* length)
    lw_status lw_machine(int32_t format, char* buffer, size_t size, size_t* length)
    lw_status lw_machine_described(int32_t count, const char* const* keys,
                                   const char* const* values, char* buffer, size_t size,
                                   size_t* length)
    # From here on by dev/write_kernel_lists.py.
    lw_status lw_add_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_add_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_subtract_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_subtract_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_multiply_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_multiply_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_divide_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_divide_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_fma_f32(int64_t n, const float* x, const float* y, const float* z, float* out)
    lw_status lw_fma_f64(int64_t n, const double* x, const double* y, const double* z, double* out)
    lw_status lw_minimum_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_minimum_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_maximum_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_maximum_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_fmin_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_fmin_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_fmax_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_fmax_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_clip_f32(int64_t n, const float* x, const float* low, const float* high,
                          float* out)
    lw_status lw_clip_f64(int64_t n, const double* x, const double* low, const double* high,
                          double* out)
    lw_status lw_copysign_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_copysign_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_divmod_f32(int64_t n, const float* x, const float* y, float* quotient,
                            float* remainder)
    lw_status lw_divmod_f64(int64_t n, const double* x, const double* y, double* quotient,
                            double* remainder)
    lw_status lw_negative_f32(int64_t n, const float* x, float* out)
    lw_status lw_negative_f64(int64_t n, const double* x, double* out)
    lw_status lw_abs_f32(int64_t n, const float* x, float* out)
    lw_status lw_abs_f64(int64_t n, const double* x, double* out)
    lw_status lw_square_f32(int64_t n, const float* x, float* out)
    lw_status lw_square_f64(int64_t n, const double* x, double* out)
    lw_status lw_sqrt_f32(int64_t n, const float* x, float* out)
    lw_status lw_sqrt_f64(int64_t n, const double* x, double* out)
    lw_status lw_reciprocal_f32(int64_t n, const float* x, float* out)
    lw_status lw_reciprocal_f64(int64_t n, const double* x, double* out)
    lw_status lw_sign_f32(int64_t n, const float* x, float* out)
    lw_status lw_sign_f64(int64_t n, const double* x, double* out)
    lw_status lw_floor_f32(int64_t n, const float* x, float* out)
    lw_status lw_floor_f64(int64_t n, const double* x, double* out)
    lw_status lw_ceil_f32(int64_t n, const float* x, float* out)
    lw_status lw_ceil_f64(int64_t n, const double* x, double* out)
    lw_status lw_trunc_f32(int64_t n, const float* x, float* out)
    lw_status lw_trunc_f64(int64_t n, const double* x, double* out)
    lw_status lw_rint_f32(int64_t n, const float* x, float* out)
    lw_status lw_rint_f64(int64_t n, const double* x, double* out)
    lw_status lw_radians_f32(int64_t n, const float* x, float* out)
    lw_status lw_radians_f64(int64_t n, const double* x, double* out)
    lw_status lw_degrees_f32(int64_t n, const float* x, float* out)
    lw_status lw_degrees_f64(int64_t n, const double* x, double* out)
    lw_status lw_where_f32(int64_t n, const uint8_t* condition, const float* x, const float* y,
                           float* out)
    lw_status lw_where_f64(int64_t n, const uint8_t* condition, const double* x, const double* y,
                           double* out)
    lw_status lw_exp_f32(int64_t n, const float* x, float* out)
    lw_status lw_exp_f64(int64_t n, const double* x, double* out)
    lw_status lw_expm1_f32(int64_t n, const float* x, float* out)
    lw_status lw_expm1_f64(int64_t n, const double* x, double* out)
    lw_status lw_log_f32(int64_t n, const float* x, float* out)
    lw_status lw_log_f64(int64_t n, const double* x, double* out)
    lw_status lw_tanh_f32(int64_t n, const float* x, float* out)
    lw_status lw_tanh_f64(int64_t n, const double* x, double* out)
    lw_status lw_sin_f32(int64_t n, const float* x, float* out)
    lw_status lw_sin_f64(int64_t n, const double* x, double* out)
    lw_status lw_cos_f32(int64_t n, const float* x, float* out)
    lw_status lw_cos_f64(int64_t n, const double* x, double* out)
    lw_status lw_pow_f32(int64_t n, const float* x, const float* y, float* out)
    lw_status lw_pow_f64(int64_t n, const double* x, const double* y, double* out)
    lw_status lw_sum_f32(int64_t n, const float* x, float* result)
    lw_status lw_sum_f64(int64_t n, const double* x, double* result)
    lw_status lw_mean_f32(int64_t n, const float* x, float* result)
    lw_status lw_mean_f64(int64_t n, const double* x, double* result)
    lw_status lw_var_f32(int64_t n, const float* x, double ddof, float* result)
    lw_status lw_var_f64(int64_t n, const double* x, double ddof, double* result)
    lw_status lw_dot_f32(int64_t n, const float* x, const float* y, float* result)
    lw_status lw_dot_f64(int64_t n, const double* x, const double* y, double* result)
    lw_status lw_prod_f32(int64_t n, const float* x, float* result)
    lw_status lw_prod_f64(int64_t n, const double* x, double* result)
    lw_status lw_min_f32(int64_t n, const float* x, float* result)
    lw_status lw_min_f64(int64_t n, const double* x, double* result)
    lw_status lw_max_f32(int64_t n, const float* x, float* result)
    lw_status lw_max_f64(int64_t n, const double* x, double* result)
    lw_status lw_argmax_f32(int64_t n, const float* x, int64_t* result)
    lw_status lw_argmax_f64(int64_t n, const double* x, int64_t* result)
    lw_status lw_cumulative_sum_f32(int64_t n, const float* x, float* out)
    lw_status lw_cumulative_sum_f64(int64_t n, const double* x, double* out)
    lw_status lw_compress_f32(int64_t n, const float* x, const uint8_t* mask, float* out,
                              int64_t* count)
    lw_status lw_compress_f64(int64_t n, const double* x, const uint8_t* mask, double* out,
                              int64_t* count)
    lw_status lw_searchsorted_f32(int64_t n, const float* a, int64_t count, const float* v,
                                  int32_t right, int64_t* out)
    lw_status lw_searchsorted_f64(int64_t n, const double* a, int64_t count, const double* v,
                                  int32_t right, int64_t* out)
