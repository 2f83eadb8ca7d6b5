// lw_explain: which variant of a kernel runs in the calling thread, for each other one the first
// reason why not, and what changes with the size of a call.

#include <new>

#include "api/gpu_explain.h"
#include "dispatch/base/error.h"
#include "dispatch/base/text.h"
#include "dispatch/choose/state.h"
#include "dispatch/engine/checks.h"
#include "dispatch/engine/size_rules.h"
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
  if (kDtypes[kernel.dtypes[kernel.inputs - 1]].kind != DtypeKind::kFloat) return "";
  if (HasFma(target) || !(kernel.math || kernel.id == LW_FMA)) return "";
  return "; no FMA instruction: computed in software for the same bits, slower than the C "
         "library's";
}

// What is asked for: contiguous operands of n elements; 0 if nothing is said of their size.
struct Question {
  const KernelEntry& kernel;
  int64_t n;
  SizeRules rules;
  bool Applies(int64_t from) const { return n >= from; }
};

std::string Elements(int64_t n) { return std::to_string(n) + (n == 1 ? " element" : " elements"); }

std::vector<Variant> Variants(const Question& q) {
  const KernelEntry& kernel = q.kernel;
  const Table& table = ActiveTable();
  const int table_index = TargetIndexOf(table);
  const bool large = q.Applies(q.rules.table_from);
  const int large_index = q.rules.table ? TargetIndexOf(*q.rules.table) : -1;
  int chosen = large ? large_index : table_index;
  for (int i = 0; i < static_cast<int>(kCompiledTargetCount); ++i) {
    if (!large && kCompiledTargets[i].target == table.slot_target[kernel.slot]) chosen = i;
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
      v.reason = large ? "measured faster from " + Elements(q.rules.table_from) +
                             " on, which come from memory"
                 : chosen == table_index
                     ? "best target allowed on this machine"
                     : "measured exception for this kernel (dispatch/choose/policy.h)";
      if (q.n == 0 && large_index >= 0) {
        v.reason += "; from " + Elements(q.rules.table_from) + " on " +
                    kCompiledTargets[large_index].name + " runs";
      }
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
    text += kDtypes[kernel.dtypes[i]].name;
  }
  text += ")";
  for (int i = kernel.inputs; i < kernel.Operands(); ++i) {
    text += i == kernel.inputs ? " -> " : ", ";
    text += kDtypes[kernel.dtypes[i]].name;
  }
  return text;
}

struct Rule {
  const char* name;
  int64_t from;
  std::string meaning;
};

std::vector<Rule> Rules(const Question& q) {
  std::vector<Rule> rules{
      {"threads", q.rules.threads_from, "split over the threads that lw_get_threads() gives"},
      {"streaming", q.rules.stream_from, "stores past the caches, to an output that is no input"}};
  if (q.rules.table) {
    rules.push_back({"target", q.rules.table_from,
                     std::string(kCompiledTargets[TargetIndexOf(*q.rules.table)].name) +
                         "'s loop: bound by memory, where narrower vectors measured faster"});
  }
  std::erase_if(rules, [](const Rule& rule) { return rule.from == SizeRules::kNever; });
  return rules;
}

std::string Padded(std::string text) {
  text.append(text.size() < 10 ? 10 - text.size() : 1, ' ');
  return text;
}

std::string Text(const Question& q) {
  std::string text = Signature(q.kernel) + "\n  " + q.kernel.doc + "\n";
  for (const Variant& v : Variants(q)) {
    text += (v.chosen ? "  * " : "    ") + Padded(v.target) + v.status + ": " + v.reason + "\n";
  }
  const std::vector<Rule> rules = Rules(q);
  if (rules.empty()) return text;
  text += "  contiguous arrays" + (q.n ? ", here of " + Elements(q.n) : "") + "\n";
  for (const Rule& rule : rules) {
    text += (q.Applies(rule.from) ? "  * " : "    ") + Padded(rule.name) + "from " +
            Elements(rule.from) + ": " + rule.meaning + "\n";
  }
  return text;
}

std::string Json(const Question& q) {
  const KernelEntry& kernel = q.kernel;
  JsonWriter json;
  json.BeginObject();
  json.String("kernel", kernel.name);
  json.BeginArray("dtypes");
  for (int i = 0; i < kernel.Operands(); ++i) json.String({}, kDtypes[kernel.dtypes[i]].name);
  json.EndArray();
  json.String("doc", kernel.doc);
  json.Number("max_ulp", kernel.max_ulp);
  json.Integer("numerics_since", kernel.numerics_since);
  json.BeginArray("variants");
  for (const Variant& v : Variants(q)) {
    json.BeginObject();
    json.String("target", v.target);
    json.Bool("chosen", v.chosen);
    json.String("status", v.status);
    json.String("reason", v.reason);
    json.EndObject();
  }
  json.EndArray();
  if (q.n)
    json.Integer("elements", q.n);
  else
    json.Null("elements");
  json.BeginArray("size_rules");
  for (const Rule& rule : Rules(q)) {
    json.BeginObject();
    json.String("rule", rule.name);
    json.Integer("from_elements", rule.from);
    json.Bool("applies", q.Applies(rule.from));
    json.String("meaning", rule.meaning);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace
}  // namespace lanewise

extern "C" lw_status lw_explain(lw_kernel id, const lw_dtype* dtypes, int64_t n, int32_t json,
                                char* buffer, size_t size, size_t* length) {
  using namespace lanewise;  // NOLINT
  const KernelEntry* kernel = dtypes ? FindKernel(id, dtypes) : FirstKernel(id);
  if (!kernel && dtypes) return FailDtypes(id, dtypes);
  if (!kernel) return Fail(LW_ERR_KERNEL, "no kernel has id %d", static_cast<int>(id));
  if (n < 0) return Fail(LW_ERR_SIZE, "lw_explain: n is negative (%lld)", (long long)n);
  const lw_status status = CheckZeroOrOne("lw_explain", "json", json);
  if (status != LW_OK) return status;
  return Guarded("lw_explain", [=] {
    const Question question{*kernel, n, RulesOf(*kernel)};
    return CopyText(json ? Json(question) : Text(question), buffer, size, length);
  });
}
