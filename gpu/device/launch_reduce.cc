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

struct Plan {
  Geometry reduced, kept;
  ReduceArguments args;
  ReduceMode mode;
  int64_t blocks;
};

uint64_t AxesOf(const lw_backend_task& task) {
  return task.ndim == 0 ? 0 : ~uint64_t{0} >> (64 - task.ndim);
}

// How the elements of each output's sequence lie.
void SetAccess(const lw_backend_task& task, Plan& plan) {
  const int64_t size = SizeOf(task.dtypes[0]);
  uint64_t places = 0;
  plan.args.contiguous = plan.reduced.ndim == 1;
  for (int k = 0; k < task.inputs; ++k) {
    if (plan.reduced.stride[k][0] != size) plan.args.contiguous = 0;
    places |= reinterpret_cast<uintptr_t>(plan.args.in[k]);
  }
  for (int i = 0; i < plan.kept.ndim; ++i) places |= static_cast<uint64_t>(plan.kept.stride[0][i]);
  plan.args.wide = plan.args.contiguous && places % 16 == 0;
}

void ChooseMode(const lw_backend_task& task, const ReduceKernel& kernel, Plan& plan) {
  ReduceArguments& args = plan.args;
  const int64_t size = SizeOf(task.dtypes[0]);
  const int inner = plan.kept.ndim - 1;
  const int64_t columns = plan.kept.size[inner];
  if (args.n <= kThreadLimit) {
    plan.mode = ReduceMode::kThread;
    plan.blocks = CeilDiv(args.outputs, kReduceThreads);
  } else if (!args.contiguous && columns >= kFewColumns && plan.kept.stride[0][inner] == size) {
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

Plan MakePlan(const lw_backend_task& task, const ReduceKernel& kernel) {
  Plan plan;
  const lw_backend_operand* operands = task.operands;
  const lw_backend_operand& out = operands[task.inputs];
  const int64_t* inputs[] = {operands[0].stride_bytes, operands[task.inputs - 1].stride_bytes};
  const int64_t* in_and_out[] = {operands[0].stride_bytes, out.stride_bytes};
  const uint64_t reduced = task.axis_mask & AxesOf(task);
  plan.reduced = Collapse(task.ndim, task.shape, reduced, inputs, task.inputs, 0,
                          kernel.any_order ? Order::kAny : Order::kLogical);
  plan.kept =
      Collapse(task.ndim, task.shape, AxesOf(task) & ~reduced, in_and_out, 2, 0, Order::kAny);
  ReduceArguments& args = plan.args;
  args.in[0] =
      static_cast<const char*>(operands[0].data) + plan.reduced.offset[0] + plan.kept.offset[0];
  if (task.inputs == 2) {
    args.in[1] = static_cast<const char*>(operands[1].data) + plan.reduced.offset[1];
  }
  args.n = plan.reduced.Count();
  args.outputs = plan.kept.Count();
  args.ddof = task.ddof;
  args.reduced = WalkOf(plan.reduced);
  args.kept = WalkOf(plan.kept);
  SetAccess(task, plan);
  args.out = static_cast<char*>(out.data) + plan.kept.offset[1];
  ChooseMode(task, kernel, plan);
  return plan;
}

int64_t PartialBytes(const Plan& plan, const ReduceKernel& kernel) {
  if (plan.args.groups == 1) return 0;
  const int64_t bytes = std::max(kernel.pass.state_bytes, kernel.center.state_bytes);
  return plan.args.outputs * plan.args.groups * bytes;
}
// The results of a pass before lie before the partial results.
int64_t CenterBytes(const Plan& plan, const ReduceKernel& kernel) {
  return CeilDiv(plan.args.outputs * kernel.center_bytes, 256) * 256;
}

bool LaunchPass(const ReducePass& pass, const Plan& plan, void* partial, LaunchFn launch,
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

size_t ReduceScratchBytes(const lw_backend_task& task, const ReduceKernel& kernel) {
  const Plan plan = MakePlan(task, kernel);
  return static_cast<size_t>(CenterBytes(plan, kernel) + PartialBytes(plan, kernel));
}

bool LaunchReduce(const lw_backend_task& task, const ReduceKernel& kernel, void* scratch,
                  LaunchFn launch, void* context) {
  Plan plan = MakePlan(task, kernel);
  if (plan.args.outputs == 0) return true;
  void* partial = static_cast<char*>(scratch) + CenterBytes(plan, kernel);
  if (kernel.center_bytes != 0) {
    Plan centers = plan;
    centers.args.out = scratch;
    centers.args.out_packed = 1;
    if (!LaunchPass(kernel.center, centers, partial, launch, context)) return false;
    plan.args.center = scratch;
  }
  return LaunchPass(kernel.pass, plan, partial, launch, context);
}

}  // namespace lanewise::gpu
