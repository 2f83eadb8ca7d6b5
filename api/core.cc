// The generic layer of the C ABI: kernel list, lw_call, lw_find_loop, caps and settings.

#include <cstring>

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
  lw_operand operands[kMaxOperands] = {};
  for (int i = 0; i < kernel.Operands(); ++i) operands[i] = {args[i], steps[i]};
  const int64_t n = dims[0];
  if (n <= 0) return;
  // With threads where no one can tell; else elements in order.
  if (IsOrderFree(kernel, operands, n)) return RunElementwise(kernel, operands, n);
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
  const lw_status status = CheckNotNull("lw_dtype_parse", {{"name", name}, {"dtype", dtype}});
  if (status != LW_OK) return status;
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
  ours.outputs = entry.outputs;
  std::memcpy(ours.dtypes, entry.dtypes, sizeof(entry.dtypes));
  ours.max_ulp = entry.max_ulp;
  ours.numerics_since = entry.numerics_since;
  GiveStruct(ours, record);
  return LW_OK;
}

lw_status lw_find_kernel(const char* name, lw_kernel* kernel) {
  const lw_status status = CheckNotNull("lw_find_kernel", {{"name", name}, {"kernel", kernel}});
  if (status != LW_OK) return status;
  for (const KernelEntry& entry : kKernels) {
    if (!std::strcmp(entry.name, name)) return *kernel = entry.id, LW_OK;
  }
  return Fail(LW_ERR_KERNEL, "no kernel is named \"%.60s\"", name);
}

lw_status lw_call(lw_kernel id, const lw_dtype* dtypes, const lw_operand* operands, int64_t n,
                  lw_call_options* options) {
  lw_status status = CheckNotNull("lw_call", {{"dtypes", dtypes}, {"operands", operands}});
  if (status != LW_OK) return status;
  const KernelEntry* kernel = FindKernel(id, dtypes);
  if (!kernel) return FailDtypes(id, dtypes);
  lw_call_options known;
  status = TakeCallOptions("lw_call", options, known);
  if (status != LW_OK) return status;
  int64_t count = n;
  switch (kernel->shape) {
    case LW_SHAPE_ELEMENTWISE:
      status = CallElementwise(*kernel, operands, n);
      break;
    case LW_SHAPE_REDUCE:
    case LW_SHAPE_REDUCE_TWO:
    case LW_SHAPE_ARG:
      status = CallReductionStrided(*kernel, operands, n, known.ddof);
      count = 1;
      break;
    case LW_SHAPE_SCAN:
      status = CallScan(*kernel, operands, n);
      break;
    case LW_SHAPE_COMPRESS:
      status = CallCompress(*kernel, operands, n, known.result_capacity, &count);
      break;
    case LW_SHAPE_SEARCH:
      return Fail(LW_ERR_UNSUPPORTED, "lw_call: %s takes arrays of two lengths: it runs through %s",
                  kernel->name, FunctionOf(*kernel));
  }
  if (status == LW_OK) GiveCallResults(options, count);
  return status;
}

lw_status lw_map(lw_kernel id, const lw_dtype* dtypes, const lw_map_operand* operands, int32_t ndim,
                 const int64_t* shape, lw_call_options* options) {
  lw_status status = CheckNotNull("lw_map", {{"dtypes", dtypes}, {"operands", operands}});
  if (status != LW_OK) return status;
  const KernelEntry* kernel = FindKernel(id, dtypes);
  if (!kernel) return FailDtypes(id, dtypes);
  if (kernel->shape != LW_SHAPE_ELEMENTWISE) {
    return Fail(LW_ERR_UNSUPPORTED, "lw_map: %s is not elementwise: it runs through %s",
                kernel->name, FunctionOf(*kernel));
  }
  lw_call_options known;
  status = TakeCallOptions("lw_map", options, known);
  int64_t count = 0;
  if (status == LW_OK) status = CheckMap(*kernel, operands, ndim, shape, &count);
  if (status != LW_OK) return status;
  if (count > 0) RunMap(*kernel, operands, ndim, shape);
  GiveCallResults(options, count);
  return LW_OK;
}

lw_status lw_find_loop(lw_kernel id, const lw_dtype* dtypes, lw_loop* loop, void** context) {
  const lw_status status =
      CheckNotNull("lw_find_loop", {{"dtypes", dtypes}, {"loop", loop}, {"context", context}});
  if (status != LW_OK) return status;
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
