// The generic layer of the C ABI: kernel list, lw_call, lw_find_loop, caps and settings.

#include <cstdlib>
#include <cstring>
#include <cstdio>

#include "api/typed.h"
#include "dispatch/base/error.h"
#include "dispatch/base/fpenv.h"
#include "dispatch/base/struct_size.h"
#include "dispatch/choose/state.h"
#include "dispatch/engine/checks.h"
#include "dispatch/engine/elementwise.h"
#include "dispatch/threads/limits.h"
#include "dispatch/threads/threads.h"
#include "kernels/list/promotion.h"

namespace lanewise {
namespace {

void NumpyLoop(char** args, const intptr_t* dims, const intptr_t* steps, void* context) {
  const KernelEntry& kernel = *static_cast<const KernelEntry*>(context);
  lw_operand operands[LW_MAX_OPERANDS] = {};
  for (int i = 0; i <= kernel.inputs; ++i) operands[i] = {args[i], steps[i]};
  const int64_t n = dims[0];
  if (n <= 0) return;
  // Disjoint or exactly in place: the ordinary road with threads; else elements in order.
  bool ordinary = std::abs(operands[kernel.inputs].stride_bytes) >= kernel.Size(kernel.inputs);
  for (int i = 0; i < kernel.inputs && ordinary; ++i) {
    const bool in_place = operands[i].data == operands[kernel.inputs].data &&
                          operands[i].stride_bytes == operands[kernel.inputs].stride_bytes &&
                          kernel.Size(i) == kernel.Size(kernel.inputs);
    ordinary = in_place || !SharesBytes(operands[i], kernel.Size(i), operands[kernel.inputs],
                                        kernel.Size(kernel.inputs), n);
  }
  if (ordinary) return RunElementwise(kernel, operands, n);
  FpGuard guard(kernel.flags);
  guard.Raise(RunInOrder(ActiveTable(), kernel, operands, n));
}

}  // namespace

lw_status CallElementwise(const KernelEntry& kernel, const lw_operand* operands, int64_t n) {
  const lw_status status = CheckOperands(kernel, operands, n);
  if (status != LW_OK || n == 0) return status;
  RunElementwise(kernel, operands, n);
  return LW_OK;
}

}  // namespace lanewise

using namespace lanewise;  // NOLINT: definitions of extern "C" functions only

extern "C" {

const char* lw_last_error(void) { return LastError(); }

const char* lw_version(void) { return "0.1.0"; }
int32_t lw_abi_version(void) { return 0; }
int32_t lw_numerics_version(void) { return kNumericsVersion; }

size_t lw_dtype_size(lw_dtype dtype) {
  const int i = static_cast<int>(dtype);
  return i < 0 || i >= kDtypeCount ? 0 : kDtypes[i].size;
}

const char* lw_dtype_name(lw_dtype dtype) {
  const int i = static_cast<int>(dtype);
  return i < 0 || i >= kDtypeCount ? nullptr : kDtypes[i].name;
}

lw_status lw_dtype_parse(const char* name, lw_dtype* dtype) {
  if (!name || !dtype) return Fail(LW_ERR_NULL, "lw_dtype_parse: null argument");
  for (int i = 0; i < kDtypeCount; ++i) {
    const DtypeInfo& info = kDtypes[i];
    for (const char* known : {info.name, info.numpy, info.others[0], info.others[1]}) {
      if (known && !std::strcmp(name, known)) return *dtype = static_cast<lw_dtype>(i), LW_OK;
    }
  }
  return Fail(LW_ERR_DTYPE, "\"%.40s\" is not a dtype; try f32 or float32", name);
}

lw_status lw_promote(lw_dtype a, lw_dtype b, lw_dtype* result) {
  if (!result) return Fail(LW_ERR_NULL, "lw_promote: result is null");
  for (const lw_dtype dtype : {a, b}) {
    if (!lw_dtype_name(dtype)) {
      return Fail(LW_ERR_DTYPE, "lw_promote: %d is not a dtype", static_cast<int>(dtype));
    }
  }
  *result = Promote(a, b);
  return LW_OK;
}

int32_t lw_kernel_count(void) { return static_cast<int32_t>(kKernels.size()); }

lw_status lw_kernel_info(int32_t index, lw_kernel_record* record) {
  if (!record) return Fail(LW_ERR_NULL, "lw_kernel_info: record is null");
  const lw_status status =
      CheckStructSize("lw_kernel_info: record", record->struct_size, kKernelRecordSmallest);
  if (status != LW_OK) return status;
  if (index < 0 || index >= lw_kernel_count()) {
    return Fail(LW_ERR_KERNEL, "kernel index %d is not in 0..%d", index, lw_kernel_count() - 1);
  }
  const KernelEntry& entry = kKernels[index];
  lw_kernel_record ours;
  std::memset(&ours, 0, sizeof(ours));
  ours.kernel = entry.id;
  ours.name = entry.name;
  ours.doc = entry.doc;
  ours.shape = entry.shape;
  ours.inputs = entry.inputs;
  ours.outputs = 1;
  std::memcpy(ours.dtypes, entry.dtypes, sizeof(entry.dtypes));
  ours.max_ulp = entry.max_ulp;
  ours.numerics_since = entry.numerics_since;
  GiveStruct(ours, record);
  return LW_OK;
}

lw_status lw_find_kernel(const char* name, lw_kernel* kernel) {
  if (!name || !kernel) return Fail(LW_ERR_NULL, "lw_find_kernel: null argument");
  for (const KernelEntry& entry : kKernels) {
    if (!std::strcmp(entry.name, name)) return *kernel = entry.id, LW_OK;
  }
  return Fail(LW_ERR_KERNEL, "no kernel is named \"%.60s\"", name);
}

lw_status lw_call(lw_kernel id, const lw_dtype* dtypes, const lw_operand* operands, int64_t n) {
  if (!dtypes || !operands) return Fail(LW_ERR_NULL, "lw_call: dtypes or operands is null");
  const KernelEntry* kernel = FindKernel(id, dtypes);
  if (!kernel) return FailDtypes(id, dtypes);
  switch (kernel->shape) {
    case LW_SHAPE_ELEMENTWISE:
      return CallElementwise(*kernel, operands, n);
    case LW_SHAPE_REDUCE:
    case LW_SHAPE_REDUCE_TWO:
    case LW_SHAPE_ARG:
      return CallReductionStrided(*kernel, operands, n);
    case LW_SHAPE_SCAN:
      return CallScan(*kernel, operands, n);
    case LW_SHAPE_COMPRESS: {
      int64_t count;
      return CallCompress(*kernel, operands, n, &count);
    }
  }
  return Fail(LW_ERR_INTERNAL, "%s: unknown shape", kernel->name);
}

lw_status lw_find_loop(lw_kernel id, const lw_dtype* dtypes, lw_loop* loop, void** context) {
  if (!dtypes || !loop || !context) return Fail(LW_ERR_NULL, "lw_find_loop: null argument");
  const KernelEntry* kernel = FindKernel(id, dtypes);
  if (!kernel) return FailDtypes(id, dtypes);
  if (kernel->shape != LW_SHAPE_ELEMENTWISE) {
    return Fail(LW_ERR_UNSUPPORTED, "%s is not elementwise: it has no such loop", kernel->name);
  }
  *loop = &NumpyLoop;
  *context = const_cast<KernelEntry*>(kernel);
  return LW_OK;
}

int32_t lw_target_count(void) { return static_cast<int32_t>(kCompiledTargetCount); }

const char* lw_target_name(int32_t index) {
  return index < 0 || index >= lw_target_count() ? nullptr : kCompiledTargets[index].name;
}

int32_t lw_target_supported(int32_t index) {
  if (index < 0 || index >= lw_target_count()) return 0;
  bool supported = index == 0;  // the baseline's, whatever happens
  (void)Guarded("lw_target_supported", [&] { return supported = TargetSupported(index), LW_OK; });
  return supported;
}

const char* lw_target_reason(int32_t index) {
  if (index < 0 || index >= lw_target_count()) return nullptr;
  const char* reason = "no memory to find out about this machine";
  (void)Guarded("lw_target_reason", [&] { return reason = TargetReason(index), LW_OK; });
  return reason;
}

const char* lw_current_target(void) { return kCompiledTargets[TargetIndexOf(ActiveTable())].name; }

lw_status lw_set_max_target(const char* name) {
  return Guarded("lw_set_max_target", [name] {
    if (!name) return SetMaxTarget(-1), LW_OK;
    const int index = TargetIndex(name);
    if (index < 0) {
      return Fail(LW_ERR_VALUE, "\"%.40s\" is not a target of this architecture", name);
    }
    return SetMaxTarget(index), LW_OK;
  });
}

// Scoped caps nest; more levels than this are a leak of the caller.
static constexpr int kMaxScopes = 64;
static thread_local struct {
  const Table* tables[kMaxScopes];
  int depth;
} t_scopes;
static thread_local struct {
  int limits[kMaxScopes];
  int depth;
} t_thread_scopes;

lw_status lw_push_max_target(const char* name) {
  if (!name) return Fail(LW_ERR_NULL, "lw_push_max_target: name is null");
  return Guarded("lw_push_max_target", [name] {
    const int index = TargetIndex(name);
    if (index < 0) {
      return Fail(LW_ERR_VALUE, "\"%.40s\" is not a target of this architecture", name);
    }
    if (t_scopes.depth == kMaxScopes) {
      return Fail(LW_ERR_VALUE, "more than %d nested target caps", kMaxScopes);
    }
    // An inner scope cannot lift the cap of an outer one, nor that of the process.
    const int outer = TargetIndexOf(ActiveTable());
    const Table* table = &TableCappedAt(index < outer ? index : outer);
    t_scopes.tables[t_scopes.depth++] = t_scope.table;
    t_scope.table = table;
    return LW_OK;
  });
}

lw_status lw_pop_max_target(void) {
  if (t_scopes.depth == 0) return Fail(LW_ERR_VALUE, "lw_pop_max_target without a push");
  t_scope.table = t_scopes.tables[--t_scopes.depth];
  return LW_OK;
}

lw_status lw_set_threads(int32_t limit) {
  if (limit < 0) return Fail(LW_ERR_VALUE, "lw_set_threads: limit %d is negative", limit);
  SetThreadLimit(limit);
  return LW_OK;
}

lw_status lw_push_threads(int32_t limit) {
  if (limit < 1) return Fail(LW_ERR_VALUE, "lw_push_threads: limit %d is less than 1", limit);
  if (t_thread_scopes.depth == kMaxScopes) {
    return Fail(LW_ERR_VALUE, "more than %d nested limits of threads", kMaxScopes);
  }
  t_thread_scopes.limits[t_thread_scopes.depth++] = t_scope.thread_limit;
  if (t_scope.thread_limit == 0 || limit < t_scope.thread_limit) t_scope.thread_limit = limit;
  return LW_OK;
}

lw_status lw_pop_threads(void) {
  if (t_thread_scopes.depth == 0) return Fail(LW_ERR_VALUE, "lw_pop_threads without a push");
  t_scope.thread_limit = t_thread_scopes.limits[--t_thread_scopes.depth];
  return LW_OK;
}

int32_t lw_get_threads(void) { return ThreadsToBeHad(); }

}  // extern "C"
