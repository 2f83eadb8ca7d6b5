#include "gpu/device/launch_plan.h"

#include <algorithm>

#include "kernels/list/kernel.h"

namespace lanewise::gpu {
namespace {

// More blocks than this gain nothing: each then takes more chunks.
constexpr int64_t kManyBlocks = 8192;
// Fewer adjacent outputs are reduced one by one.
constexpr int64_t kFewColumns = 8;

int64_t SizeOf(lw_dtype dtype) { return kDtypes[dtype].size; }

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

AxisWalk WalkOf(const Geometry& g) {
  AxisWalk walk;
  walk.ndim = g.ndim;
  walk.small = g.Count() <= INT32_MAX;
  for (int i = 0; i < g.ndim; ++i) {
    walk.size[i] = g.size[i];
    if (walk.small && g.size[i] > 0) walk.divider[i] = Divider(static_cast<uint32_t>(g.size[i]));
    for (int k = 0; k < g.operands; ++k) walk.stride[k][i] = g.stride[k][i];
  }
  return walk;
}

// The axes that are reduced and those that are kept, each as few as possible.
struct Axes {
  Geometry reduced, kept;
};

uint64_t AxesOf(const lw_backend_task& task) {
  return task.ndim == 0 ? 0 : ~uint64_t{0} >> (64 - task.ndim);
}

// How the elements of each output's sequence lie.
void SetAccess(const lw_backend_task& task, const Axes& axes, ReduceArguments& args) {
  const int64_t size = SizeOf(task.dtypes[0]);
  uint64_t places = 0;
  args.contiguous = axes.reduced.ndim == 1;
  for (int k = 0; k < task.inputs; ++k) {
    if (axes.reduced.stride[k][0] != size) args.contiguous = 0;
    places |= reinterpret_cast<uintptr_t>(args.in[k]);
  }
  for (int i = 0; i < axes.kept.ndim; ++i) places |= static_cast<uint64_t>(axes.kept.stride[0][i]);
  args.wide = args.contiguous && places % 16 == 0;
}

void ChooseMode(const lw_backend_task& task, const ReduceKernel& kernel, const Geometry& kept,
                ReducePlan& plan) {
  ReduceArguments& args = plan.args;
  const int64_t size = SizeOf(task.dtypes[0]);
  const int inner = kept.ndim - 1;
  const int64_t columns = kept.size[inner];
  if (args.n <= kThreadLimit) {
    plan.mode = ReduceMode::kThread;
    plan.blocks = CeilDiv(args.outputs, kReduceThreads);
  } else if (!args.contiguous && columns >= kFewColumns && kept.stride[0][inner] == size) {
    plan.mode = ReduceMode::kColumns;
    args.column_blocks = CeilDiv(columns, kColumns);
    args.groups = CeilDiv(args.n, kernel.column_chunk);
    plan.blocks = args.outputs / columns * args.column_blocks * args.groups;
  } else if (args.n <= kernel.team_chunk) {
    plan.mode = ReduceMode::kTeam;
    plan.blocks = CeilDiv(args.outputs, kTeamsPerBlock);
  } else {
    plan.mode = ReduceMode::kGroups;
    const int64_t chunks = CeilDiv(args.n, kernel.team_chunk);
    args.group_chunks = kTeamsPerBlock;
    while (args.group_chunks < kMaxGroupChunks &&
           args.outputs * CeilDiv(chunks, args.group_chunks) > kManyBlocks) {
      args.group_chunks *= 2;
    }
    args.groups = CeilDiv(chunks, args.group_chunks);
    plan.blocks = args.outputs * args.groups;
  }
}

int64_t PartialBytes(const ReducePlan& plan, const ReduceKernel& kernel) {
  if (plan.args.groups == 1) return 0;
  const int64_t bytes = std::max(kernel.pass.state_bytes, kernel.center.state_bytes);
  return plan.args.outputs * plan.args.groups * bytes;
}

bool LaunchPass(const ReducePass& pass, const ReducePlan& plan, void* partial, LaunchFn launch,
                void* context) {
  const auto run = [&](ReduceMode mode, int64_t blocks, const ReduceArguments& args) {
    return launch(context, pass.kernels[static_cast<int>(mode)], blocks,
                  mode == ReduceMode::kColumns ? kColumnThreads : kReduceThreads, &args);
  };
  if (plan.args.groups == 1) return run(plan.mode, plan.blocks, plan.args);
  ReduceArguments args = plan.args;
  args.partial = partial;
  args.out = nullptr;
  if (!run(plan.mode, plan.blocks, args)) return false;
  args.out = plan.args.out;
  return args.groups <= kThreadLimit
             ? run(ReduceMode::kJoinThread, CeilDiv(args.outputs, kReduceThreads), args)
             : run(ReduceMode::kJoinBlock, args.outputs, args);
}

}  // namespace

ReducePlan PlanReduction(const lw_backend_task& task, const ReduceKernel& kernel) {
  ReducePlan plan;
  const lw_backend_operand* operands = task.operands;
  const lw_backend_operand& out = operands[task.inputs];
  const int terms = task.inputs == 2 ? 2 : 1;
  const int64_t* inputs[] = {operands[0].stride_bytes, operands[terms - 1].stride_bytes};
  const int64_t* in_and_out[] = {operands[0].stride_bytes, out.stride_bytes};
  const uint64_t reduced = task.axis_mask & AxesOf(task);
  const Axes axes = {
      Collapse(task.ndim, task.shape, reduced, inputs, terms, 0,
               kernel.any_order ? Order::kAny : Order::kLogical),
      Collapse(task.ndim, task.shape, AxesOf(task) & ~reduced, in_and_out, 2, 0, Order::kAny)};
  ReduceArguments& args = plan.args;
  args.in[0] =
      static_cast<const char*>(operands[0].data) + axes.reduced.offset[0] + axes.kept.offset[0];
  if (terms == 2) {
    args.in[1] = static_cast<const char*>(operands[1].data) + axes.reduced.offset[1];
  }
  args.n = axes.reduced.Count();
  args.outputs = axes.kept.Count();
  args.ddof = task.ddof;
  args.reduced = WalkOf(axes.reduced);
  args.kept = WalkOf(axes.kept);
  SetAccess(task, axes, args);
  args.out = static_cast<char*>(out.data) + axes.kept.offset[1];
  ChooseMode(task, kernel, axes.kept, plan);
  // The results of a pass before lie before the partial results.
  plan.center_bytes = CeilDiv(args.outputs * kernel.center_bytes, 256) * 256;
  plan.scratch_bytes = static_cast<size_t>(plan.center_bytes + PartialBytes(plan, kernel));
  return plan;
}

bool LaunchReduce(const ReducePlan& plan, const ReduceKernel& kernel, void* scratch,
                  LaunchFn launch, void* context) {
  if (plan.args.outputs == 0) return true;
  void* partial = static_cast<char*>(scratch) + plan.center_bytes;
  if (kernel.center_bytes == 0) return LaunchPass(kernel.pass, plan, partial, launch, context);
  ReducePlan pass = plan;
  pass.args.out = scratch;
  pass.args.out_packed = 1;
  if (!LaunchPass(kernel.center, pass, partial, launch, context)) return false;
  pass.args = plan.args;
  pass.args.center = scratch;
  return LaunchPass(kernel.pass, pass, partial, launch, context);
}

}  // namespace lanewise::gpu
