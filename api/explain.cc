// lw_explain: which variant of a kernel runs in the calling thread, and for each other one the
// first reason why not.

#include <new>

#include "api/gpu_explain.h"
#include "dispatch/base/error.h"
#include "dispatch/base/text.h"
#include "dispatch/choose/state.h"
#include "dispatch/engine/checks.h"
#include "dispatch/host/this_host.h"

namespace lanewise {
namespace {

struct Variant {
  std::string target;
  bool chosen = false;
  // "chosen", "slower", "capped", "unsupported", "not compiled", "policy"; CUDA: api/gpu_explain.h
  std::string status;
  std::string reason;
};

std::string CapReason(int chosen) {
  if (t_scope.table)
    return "a scoped cap of this thread allows at most " + std::string(lw_current_target());
  const int cap = ProcessMaxTarget();
  if (cap < 0) return "";
  return "LANEWISE_MAX_TARGET or lw_set_max_target allows at most " +
         std::string(kCompiledTargets[cap < chosen ? chosen : cap].name);
}

// What a kernel that multiplies and adds in one step costs on a target without that instruction.
std::string FmaNote(const KernelEntry& kernel, Target target) {
  if (HasFma(target) || !(kernel.math || kernel.id == LW_FMA)) return "";
  return "; no FMA instruction: computed in software for the same bits, slower than the C "
         "library's";
}

std::vector<Variant> Variants(const KernelEntry& kernel) {
  const Table& table = ActiveTable();
  const int table_index = TargetIndexOf(table);
  int chosen = table_index;
  for (int i = 0; i < static_cast<int>(kCompiledTargetCount); ++i) {
    if (kCompiledTargets[i].target == table.slot_target[kernel.slot]) chosen = i;
  }
  std::vector<Variant> variants;
  for (const Target target : TargetsOf(ThisHost().arch)) {
    Variant v;
    v.target = Name(target);
    int index = -1;
    for (int i = 0; i < static_cast<int>(kCompiledTargetCount); ++i) {
      if (v.target == kCompiledTargets[i].name) index = i;
    }
    if (index < 0) {
      v.status = "not compiled";
      v.reason = "this build has no " + v.target + " variant";
    } else if (!TargetSupported(index)) {
      v.status = "unsupported";
      v.reason = TargetReason(index);
    } else if (index == chosen) {
      v.chosen = true;
      v.status = "chosen";
      v.reason = chosen == table_index ? "best target allowed on this machine"
                                       : "measured exception for this kernel (dispatch/choose/policy.h)";
      v.reason += FmaNote(kernel, target);
    } else if (index > table_index) {
      v.status = "capped";
      v.reason = CapReason(table_index);
    } else if (index == table_index) {
      v.status = "policy";
      v.reason = "another target's loop measured faster (dispatch/choose/policy.h)";
    } else {
      v.status = "slower";
      v.reason = "a better target is available";
    }
    variants.push_back(std::move(v));
  }
  const gpu::KernelOnGpu on_gpu = gpu::ExplainKernel(kernel);
  variants.push_back({"CUDA", false, on_gpu.status, on_gpu.reason});
  return variants;
}

std::string Signature(const KernelEntry& kernel) {
  std::string text = kernel.name;
  text += '(';
  for (int i = 0; i < kernel.inputs; ++i) {
    if (i) text += ", ";
    text += kDtypeName[kernel.dtypes[i]];
  }
  return text + ") -> " + kDtypeName[kernel.dtypes[kernel.inputs]];
}

std::string Text(const KernelEntry& kernel) {
  std::string text = Signature(kernel) + "\n  " + kernel.doc + "\n";
  for (const Variant& v : Variants(kernel)) {
    text += (v.chosen ? "  * " : "    ") + v.target;
    text.append(v.target.size() < 10 ? 10 - v.target.size() : 1, ' ');
    text += v.status + ": " + v.reason + "\n";
  }
  return text;
}

std::string Json(const KernelEntry& kernel) {
  JsonWriter json;
  json.BeginObject();
  json.String("kernel", kernel.name);
  json.BeginArray("dtypes");
  for (int i = 0; i <= kernel.inputs; ++i) json.String({}, kDtypeName[kernel.dtypes[i]]);
  json.EndArray();
  json.String("doc", kernel.doc);
  json.Number("max_ulp", kernel.max_ulp);
  json.Integer("numerics_since", kernel.numerics_since);
  json.BeginArray("variants");
  for (const Variant& v : Variants(kernel)) {
    json.BeginObject();
    json.String("target", v.target);
    json.Bool("chosen", v.chosen);
    json.String("status", v.status);
    json.String("reason", v.reason);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace
}  // namespace lanewise

extern "C" lw_status lw_explain(lw_kernel id, const lw_dtype* dtypes, int32_t json, char* buffer,
                                size_t size, size_t* length) {
  using namespace lanewise;  // NOLINT
  const KernelEntry* kernel = dtypes ? FindKernel(id, dtypes) : FirstKernel(id);
  if (!kernel && dtypes) return FailDtypes(id, dtypes);
  if (!kernel) return Fail(LW_ERR_KERNEL, "no kernel has id %d", static_cast<int>(id));
  const lw_status status = CheckZeroOrOne("lw_explain", "json", json);
  if (status != LW_OK) return status;
  return Guarded("lw_explain", [=] {
    return CopyText(json ? Json(*kernel) : Text(*kernel), buffer, size, length);
  });
}
