// Contracts by kernel id, for programs, tests and benchmarks, which link lanewise_contracts: they
// are no part of the library. Who includes this is not compiled again when a family changes.

#ifndef LANEWISE_KERNELS_CONTRACTS_H_
#define LANEWISE_KERNELS_CONTRACTS_H_

#include "kernels/list/contract.h"
#include "lanewise/lanewise.h"

namespace lanewise {

// That of an id which the list does not have promises nothing: Contract{}.
const Contract& ContractOf(lw_kernel id);

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_CONTRACTS_H_
