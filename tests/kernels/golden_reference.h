// Whether the output of a golden case is right, judged without any kernel: by the scalar
// references of the kernel list and, for reductions, by wider arithmetic.

#ifndef LANEWISE_TESTS_KERNELS_GOLDEN_REFERENCE_H_
#define LANEWISE_TESTS_KERNELS_GOLDEN_REFERENCE_H_

#include <string>

#include "golden.h"

namespace lanewise::golden {

// "" if every element is within the kernel's bound, else what is wrong first.
std::string CheckAgainstReference(const Case& c);

}  // namespace lanewise::golden

#endif  // LANEWISE_TESTS_KERNELS_GOLDEN_REFERENCE_H_
