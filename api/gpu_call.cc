// Kernels on device memory: lw_gpu_call and its siblings. All checks come before anything is
// queued; none reads array memory.

#include <bit>
#include <cstdlib>
#include <cstring>

#include "dispatch/base/error.h"
#include "dispatch/engine/checks.h"
#include "dispatch/engine/operands.h"
#include "dispatch/engine/overlap.h"
#include "gpu/session.h"

namespace lanewise::gpu {
namespace {

constexpr int64_t kZeroStrides[LW_MAX_NDIM] = {};

// Threads of a GPU cannot read an element that is not aligned to its size.
lw_status CheckAligned(const KernelEntry& kernel, const char* what, const lw_view& view,
                       int64_t size) {
  bool aligned = reinterpret_cast<uintptr_t>(view.data) % static_cast<uintptr_t>(size) == 0;
  for (int i = 0; i < view.ndim; ++i) {
    aligned &= view.shape[i] <= 1 || view.stride_bytes[i] % size == 0;
  }
  if (aligned) return LW_OK;
  return Fail(LW_ERR_VALUE, "%s: elements of %s are not aligned to their size of %lld bytes",
              kernel.name, what, (long long)size);
}

// The operands of a call over one shape, checked one after the other.
struct Operands : CheckedOperands {
  lw_backend_operand launched[LW_MAX_OPERANDS] = {};
  bool empty = false;

  using CheckedOperands::CheckedOperands;

  lw_status Add(int i, const lw_view& view) {
    lw_status status = CheckedOperands::Add(i, view);
    if (status != LW_OK) return status;
    empty |= count == 0;
    if (count > 0) status = CheckAligned(kernel, OperandName(kernel, i), view, kernel.Size(i));
    launched[i].data = const_cast<void*>(view.data);  // kernels write the output alone
    launched[i].stride_bytes = view.stride_bytes;
    return status;
  }

  lw_status AddValue(int i, const void* value) {
    if (!value) {
      return Fail(LW_ERR_NULL, "%s: %s is null", kernel.name, OperandName(kernel, i));
    }
    launched[i].by_value = 1;
    std::memcpy(&launched[i].value, value, kernel.Size(i));
    return LW_OK;
  }

  lw_status Place(Session& session) const {
    for (int i = 0; i < kernel.Operands(); ++i) {
      if (!has_memory[i]) continue;
      const lw_status status = session.Place(OperandName(kernel, i), launched[i].data);
      if (status != LW_OK) return status;
    }
    return LW_OK;
  }
};

lw_backend_task TaskOf(const KernelEntry& kernel, const Operands& operands, int32_t ndim,
                       const int64_t* shape) {
  lw_backend_task task{};
  task.kernel = kernel.id;
  task.kind = kernel.shape;
  task.inputs = kernel.inputs;
  task.outputs = kernel.outputs;
  task.ndim = ndim;
  task.dtypes = kernel.dtypes;
  task.shape = shape;
  task.operands = operands.launched;
  return task;
}

// The last steps of every call. result: what else has to lie on the device, or null.
lw_status Run(Session& session, const Operands& operands, const lw_backend_task& task,
              const char* what = nullptr, const void* result = nullptr) {
  lw_status status = session.Start(operands.kernel.name);
  if (status == LW_OK) status = operands.Place(session);
  if (status == LW_OK && result) status = session.Place(what, result);
  if (status == LW_OK) status = session.Settle();
  return status == LW_OK ? Launch(session, operands.kernel, task) : status;
}

lw_status CheckAxes(const KernelEntry& kernel, int32_t ndim, const int64_t* shape) {
  if (kernel.shape != LW_SHAPE_ELEMENTWISE && ndim != 1) {
    return Fail(LW_ERR_SHAPE, "%s takes 1 axis, not %d", kernel.name, ndim);
  }
  return CheckNdim(kernel, ndim, shape);
}

lw_status AddOperands(const lw_gpu_operand* given, int32_t ndim, const int64_t* shape,
                      Operands& operands) {
  const KernelEntry& kernel = operands.kernel;
  const bool dot = kernel.shape == LW_SHAPE_REDUCE_TWO;
  for (int i = 0; i < kernel.Operands(); ++i) {
    if (given[i].reserved != 0 || (given[i].host_scalar & ~1)) {
      return Fail(LW_ERR_UNSUPPORTED, "%s: %s sets something that lanewise %s lacks", kernel.name,
                  OperandName(kernel, i), lw_version());
    }
    if (given[i].host_scalar && (i >= kernel.inputs || kernel.shape != LW_SHAPE_ELEMENTWISE)) {
      return Fail(LW_ERR_VALUE, "%s: %s cannot be a host scalar", kernel.name,
                  OperandName(kernel, i));
    }
    const lw_view view = dot && i == kernel.inputs
                             ? lw_view{given[i].data, 0, nullptr, nullptr}
                             : lw_view{given[i].data, ndim, shape, given[i].stride_bytes};
    const lw_status status =
        given[i].host_scalar ? operands.AddValue(i, given[i].data) : operands.Add(i, view);
    if (status != LW_OK) return status;
  }
  return LW_OK;
}

lw_status GpuCall(const KernelEntry& kernel, const lw_gpu_operand* given, int32_t ndim,
                  const int64_t* shape, Session& session) {
  const bool dot = kernel.shape == LW_SHAPE_REDUCE_TWO;
  Operands operands{kernel};
  lw_status status = CheckAxes(kernel, ndim, shape);
  if (status == LW_OK) status = AddOperands(given, ndim, shape, operands);
  // The dot product of nothing is a result all the same.
  if (status != LW_OK || (operands.empty && !dot)) return status;
  if (!operands.empty) status = operands.CheckOverlap(/*may_be_in_place=*/!dot);
  if (status != LW_OK) return status;
  lw_backend_task task = TaskOf(kernel, operands, ndim, shape);
  if (dot) {
    operands.launched[kernel.inputs].stride_bytes = kZeroStrides;
    task.axis_mask = 1;
  }
  return Run(session, operands, task);
}

int64_t CountOf(const lw_view& view) {
  for (int i = 0; i < view.ndim; ++i) {
    if (view.shape[i] == 0) return 0;
  }
  int64_t count = 1;
  for (int i = 0; i < view.ndim; ++i) count *= view.shape[i];
  return count;
}

// The reduction of checked views; out_strides has room for the input's axes.
lw_status RunReduction(Session& session, const KernelEntry& kernel, const lw_view& in,
                       uint64_t axis_mask, const lw_view& out, double ddof) {
  Operands operands{kernel};
  int64_t strides[LW_MAX_NDIM];
  for (int i = 0, k = 0; i < in.ndim; ++i) {
    strides[i] = axis_mask >> i & 1 ? 0 : out.stride_bytes[k++];
  }
  operands.has_memory[0] = CountOf(in) > 0;
  operands.has_memory[1] = true;
  operands.launched[0].data = const_cast<void*>(in.data);
  operands.launched[0].stride_bytes = in.stride_bytes;
  operands.launched[1].data = const_cast<void*>(out.data);
  operands.launched[1].stride_bytes = strides;
  lw_backend_task task = TaskOf(kernel, operands, in.ndim, in.shape);
  task.axis_mask = axis_mask;
  task.ddof = ddof;
  return Run(session, operands, task);
}

lw_status CheckReductionArguments(const KernelEntry& kernel, const lw_view& in, uint64_t axis_mask,
                                  const lw_view& out) {
  lw_status status = CheckReduceViews(kernel, in, axis_mask, out);
  if (status == LW_OK && CountOf(in) > 0) {
    status = CheckAligned(kernel, "the input", in, kernel.Size(0));
  }
  if (status == LW_OK && CountOf(out) > 0) {
    status = CheckAligned(kernel, "the output", out, kernel.Size(1));
  }
  return status;
}

// The loop of a reduction over axes, or null and *error.
const KernelEntry* FindAxisReduction(lw_kernel id, lw_dtype dtype, lw_status* error) {
  const KernelEntry* kernel = FindReduction(id, dtype);
  if (kernel && ReducesAxes(*kernel)) return kernel;
  *error = FailReduction(id, dtype);
  return nullptr;
}

lw_status TakeDdof(const char* function, const lw_call_options* options, double* ddof) {
  lw_call_options known;
  const lw_status status = TakeCallOptions(function, options, known);
  *ddof = known.ddof;
  return status;
}

// Gives one element of device memory, lets `queue` fill it, and waits for it.
template <class Queue>
lw_status ToHost(Session& session, const KernelEntry& kernel, void* result, Queue queue) {
  const size_t size = kernel.Size(kernel.inputs);
  Temporary element(session);
  lw_status status = element.Allocate(size);
  if (status == LW_OK) status = queue(element.address());
  if (status != LW_OK) return status;
  char value[8];
  const lw_backend& backend = session.backend();
  status = session.Check(
      backend.copy(session.call(), value, element.address(), size, LW_GPU_DEVICE_TO_HOST));
  // Even after a failed copy: the stream may still be writing.
  const lw_status waited = session.Check(backend.synchronise(session.call()));
  if (status != LW_OK || waited != LW_OK) return status != LW_OK ? status : waited;
  std::memcpy(result, value, size);
  return LW_OK;
}

lw_status StartOnOperands(Session& session, const KernelEntry& kernel, const lw_view* x,
                          const lw_view* y) {
  lw_status status = session.Start(kernel.name);
  if (status == LW_OK && CountOf(*x) > 0) status = session.Place("input 0", x->data);
  if (status == LW_OK && y && CountOf(*y) > 0) status = session.Place("input 1", y->data);
  return status == LW_OK ? session.Settle() : status;
}

lw_status DotToHost(Session& session, lw_dtype dtype, const lw_view* x, const lw_view* y,
                    void* result) {
  const lw_dtype dtypes[] = {dtype, dtype, dtype};
  const KernelEntry* kernel = FindKernel(LW_DOT, dtypes);
  if (!kernel) return FailDtypes(LW_DOT, dtypes);
  if (!y) return Fail(LW_ERR_NULL, "dot: y is null");
  if (x->ndim != 1 || y->ndim != 1) {
    return Fail(LW_ERR_SHAPE, "dot takes 1 axis, not %d and %d", x->ndim, y->ndim);
  }
  Operands operands{*kernel};
  lw_status status = operands.Add(0, *x);
  if (status == LW_OK) status = operands.Add(1, *y);
  if (status != LW_OK) return status;
  if (x->shape[0] != y->shape[0]) {
    return Fail(LW_ERR_SHAPE, "dot: x has %lld elements and y %lld", (long long)x->shape[0],
                (long long)y->shape[0]);
  }
  status = StartOnOperands(session, *kernel, x, y);
  if (status != LW_OK) return status;
  return ToHost(session, *kernel, result, [&](void* element) {
    operands.launched[2].data = element;
    operands.launched[2].stride_bytes = kZeroStrides;
    lw_backend_task task = TaskOf(*kernel, operands, 1, x->shape);
    task.axis_mask = 1;
    return Launch(session, *kernel, task);
  });
}

}  // namespace
}  // namespace lanewise::gpu

using namespace lanewise;       // NOLINT: definitions of extern "C" functions only
using namespace lanewise::gpu;  // NOLINT

extern "C" {

lw_status lw_gpu_call(lw_kernel id, const lw_dtype* dtypes, const lw_gpu_operand* operands,
                      int32_t ndim, const int64_t* shape, const lw_gpu_options* options) {
  lw_status status = CheckNotNull("lw_gpu_call", {{"dtypes", dtypes}, {"operands", operands}});
  if (status != LW_OK) return status;
  const KernelEntry* kernel = FindKernel(id, dtypes);
  if (!kernel) return FailDtypes(id, dtypes);
  if (kernel->shape == LW_SHAPE_SEARCH) {
    return Fail(LW_ERR_KERNEL, "lw_gpu_call: %s runs on the CPU alone", kernel->name);
  }
  if (kernel->shape != LW_SHAPE_ELEMENTWISE && kernel->shape != LW_SHAPE_REDUCE_TWO &&
      kernel->shape != LW_SHAPE_SCAN) {
    return Fail(LW_ERR_KERNEL, "lw_gpu_call: %s runs through %s", kernel->name,
                kernel->shape == LW_SHAPE_COMPRESS ? "lw_gpu_compress" : "lw_gpu_reduce");
  }
  Session session;
  status = session.TakeOptions("lw_gpu_call", options);
  return status == LW_OK ? GpuCall(*kernel, operands, ndim, shape, session) : status;
}

lw_status lw_gpu_reduce(lw_kernel id, lw_dtype dtype, const lw_view* in, uint64_t axis_mask,
                        const lw_view* out, const lw_call_options* call_options,
                        const lw_gpu_options* options) {
  lw_status status = CheckNotNull("lw_gpu_reduce", {{"in", in}, {"out", out}});
  if (status != LW_OK) return status;
  const KernelEntry* kernel = FindAxisReduction(id, dtype, &status);
  if (!kernel) return status;
  double ddof;
  Session session;
  status = TakeDdof("lw_gpu_reduce", call_options, &ddof);
  if (status == LW_OK) status = session.TakeOptions("lw_gpu_reduce", options);
  if (status == LW_OK) status = CheckReductionArguments(*kernel, *in, axis_mask, *out);
  if (status != LW_OK || CountOf(*out) == 0) return status;
  return RunReduction(session, *kernel, *in, axis_mask, *out, ddof);
}

lw_status lw_gpu_compress(lw_dtype dtype, int64_t n, const lw_operand* x, const lw_operand* mask,
                          const lw_operand* out, int64_t* count, const lw_gpu_options* options) {
  lw_status status =
      CheckNotNull("lw_gpu_compress", {{"x", x}, {"mask", mask}, {"out", out}, {"count", count}});
  if (status != LW_OK) return status;
  const lw_dtype dtypes[] = {dtype, LW_BOOL, dtype};
  const KernelEntry* kernel = FindKernel(LW_COMPRESS, dtypes);
  if (!kernel) return FailDtypes(LW_COMPRESS, dtypes);
  Session session;
  status = session.TakeOptions("lw_gpu_compress", options);
  Operands operands{*kernel};
  const lw_operand* given[] = {x, mask, out};
  for (int i = 0; i < 3 && status == LW_OK; ++i) {
    status = operands.Add(i, {given[i]->data, 1, &n, &given[i]->stride_bytes});
  }
  const lw_view number{count, 0, nullptr, nullptr};
  if (status == LW_OK) status = CheckAligned(*kernel, "count", number, sizeof(*count));
  if (status == LW_OK && n > 0) status = operands.CheckOverlap(/*may_be_in_place=*/false);
  for (int i = 0; i < 3 && status == LW_OK && n > 0; ++i) {
    if (!ViewsShareBytes(operands.views[i], kernel->Size(i), number, sizeof(*count))) continue;
    status = Fail(LW_ERR_OVERLAP, "compress: count overlaps %s", OperandName(*kernel, i));
  }
  if (status != LW_OK) return status;
  lw_backend_task task = TaskOf(*kernel, operands, 1, &n);
  task.count = count;
  return Run(session, operands, task, "count", count);
}

lw_status lw_gpu_reduce_to_host(lw_kernel id, lw_dtype dtype, const lw_view* x, const lw_view* y,
                                void* result, const lw_call_options* call_options,
                                const lw_gpu_options* options) {
  if (!x) return Fail(LW_ERR_NULL, "lw_gpu_reduce_to_host: x is null");
  if (!result) return Fail(LW_ERR_NULL, "lw_gpu_reduce_to_host: result is null");
  double ddof;
  Session session;
  lw_status status = TakeDdof("lw_gpu_reduce_to_host", call_options, &ddof);
  if (status == LW_OK) status = session.TakeOptions("lw_gpu_reduce_to_host", options);
  if (status != LW_OK) return status;
  if (id == LW_DOT) return DotToHost(session, dtype, x, y, result);
  const KernelEntry* kernel = FindAxisReduction(id, dtype, &status);
  if (!kernel) return status;
  if (y) return Fail(LW_ERR_VALUE, "%s takes one array: y must be null", kernel->name);
  if (x->ndim < 0 || x->ndim > LW_MAX_NDIM) {
    return Fail(LW_ERR_SIZE, "%s: x has ndim %d, not 0..%d", kernel->name, x->ndim, LW_MAX_NDIM);
  }
  const uint64_t axes = (uint64_t{1} << x->ndim) - 1;
  int64_t element;  // stands for the device's until there is one
  status = CheckReductionArguments(*kernel, *x, axes, {&element, 0, nullptr, nullptr});
  if (status == LW_OK) status = StartOnOperands(session, *kernel, x, nullptr);
  if (status != LW_OK) return status;
  return ToHost(session, *kernel, result, [&](void* address) {
    return RunReduction(session, *kernel, *x, axes, {address, 0, nullptr, kZeroStrides}, ddof);
  });
}

}  // extern "C"
