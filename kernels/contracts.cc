#include "kernels/contracts.h"

#include <array>

#include "kernels/all.h"

namespace lanewise {
namespace {

constexpr Contract kUnknown;

constexpr std::array<const Contract*, kIdLimit> kContracts = [] {
  std::array<const Contract*, kIdLimit> contracts{};
  ForEachKernel(
      [&contracts]<class Op, class T>(Kernel<Op, T>) { contracts[Op::kId] = &Op::kContract; });
  return contracts;
}();

}  // namespace

const Contract& ContractOf(lw_kernel id) {
  const size_t i = static_cast<size_t>(id);
  return i < kIdLimit && kContracts[i] ? *kContracts[i] : kUnknown;
}

}  // namespace lanewise
