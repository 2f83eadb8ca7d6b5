#include "kernel_list.h"

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernels/contracts.h"
#include "lanewise/lanewise.h"

namespace {

using nlohmann::ordered_json;

constexpr const char* kShapes[] = {"elementwise", "reduce",   "reduce_two", "arg",
                                   "scan",        "compress", "search"};

std::vector<lw_kernel_record> Records() {
  std::vector<lw_kernel_record> records;
  lw_kernel_record record{};
  record.struct_size = sizeof(record);
  for (int32_t i = 0; lw_kernel_info(i, &record) == LW_OK; ++i) records.push_back(record);
  return records;
}

ordered_json FlagNames(uint32_t flags) {
  ordered_json names = ordered_json::array();
  if (flags & lanewise::kInvalid) names.push_back("invalid");
  if (flags & lanewise::kDivByZero) names.push_back("divide-by-zero");
  if (flags & lanewise::kOverflow) names.push_back("overflow");
  return names;
}

// Names of `count` operands behind the first `skip` of a text.
ordered_json Names(const char* text, int skip, int count) {
  std::istringstream words(text);
  ordered_json names = ordered_json::array();
  std::string word;
  for (int i = 0; i < skip + count && words >> word; ++i) {
    if (i >= skip) names.push_back(word);
  }
  return names;
}

// All of a kernel but its loops.
ordered_json Kernel(const lw_kernel_record& record) {
  const lanewise::Contract& contract = lanewise::ContractOf(record.kernel);
  ordered_json kernel;
  kernel["name"] = record.name;
  kernel["id"] = static_cast<int>(record.kernel);
  kernel["doc"] = record.doc;
  kernel["shape"] = kShapes[record.shape];
  kernel["operands"] = Names(contract.operands ? contract.operands : "x y z", 0, record.inputs);
  if (record.outputs > 1) {
    kernel["outputs"] =
        Names(contract.operands ? contract.operands : "", record.inputs, record.outputs);
  }
  if (contract.parameter) kernel["parameter"] = contract.parameter;
  kernel["raises"] = FlagNames(contract.raises);
  kernel["moves_bits"] = contract.moves_bits;
  kernel["needs_element"] = contract.needs_element;
  kernel["numpy"] = contract.numpy;
  kernel["loops"] = ordered_json::array();
  return kernel;
}

void PrintJson() {
  ordered_json kernels = ordered_json::array();
  for (const lw_kernel_record& record : Records()) {
    if (kernels.empty() || kernels.back()["name"] != record.name) kernels.push_back(Kernel(record));
    ordered_json loop;
    for (int k = 0; k < record.inputs + record.outputs; ++k)
      loop["dtypes"].push_back(lw_dtype_name(record.dtypes[k]));
    loop["max_ulp"] = record.max_ulp;
    kernels.back()["loops"].push_back(loop);
  }
  printf("%s\n", kernels.dump(1).c_str());
}

void PrintText() {
  for (const lw_kernel_record& record : Records()) {
    std::string signature = record.name;
    for (int k = 0; k < record.inputs + record.outputs; ++k) {
      signature += k == 0 ? "(" : k == record.inputs ? ") -> " : ",";
      signature += lw_dtype_name(record.dtypes[k]);
    }
    printf("%-36s %4.1f ULP  %s\n", signature.c_str(), record.max_ulp, record.doc);
  }
}

}  // namespace

int PrintKernels(bool json) {
  json ? PrintJson() : PrintText();
  return 0;
}
