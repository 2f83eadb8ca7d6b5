// Eigen as a peer. Its code is compiled in modules, one per psABI level, so that code for a higher
// level never mixes with the program's own; the module of the best target's level is loaded.

#ifndef LANEWISE_BENCHMARKS_EIGEN_PEER_H_
#define LANEWISE_BENCHMARKS_EIGEN_PEER_H_

#include <cstdint>
#include <string>

#include "benchmarks/case.h"

namespace lanewise::bench {

using EigenLoop = void (*)(int64_t n, const void* a, const void* b, void* out);

// Null if Eigen has no such function or the module was not built. target: the best target.
EigenLoop FindEigenLoop(const std::string& target, const Case& test);
std::string EigenVersion(const std::string& target);

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_EIGEN_PEER_H_
