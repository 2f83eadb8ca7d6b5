// Peers that are shared libraries: opened at run time, so that a build needs none of them.

#ifndef LANEWISE_BENCHMARKS_PEER_LIBRARIES_H_
#define LANEWISE_BENCHMARKS_PEER_LIBRARIES_H_

#include <string>

namespace lanewise::bench {

struct Library {
  void* handle = nullptr;
  std::string version;
  std::string reason;  // why it is not there
  void* Find(const std::string& symbol) const;
};

struct LibrarySet {
  Library sleef, mvec, blas, mkl;
};
// Opened at the first call, each limited to one thread.
const LibrarySet& Libraries();

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_PEER_LIBRARIES_H_
