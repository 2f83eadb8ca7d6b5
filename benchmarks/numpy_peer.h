// NumPy as a peer: a Python process that runs cases on demand, one batch at a time, so that its
// batches alternate with ours. The inputs are passed through a memory file: the same bytes.

#ifndef LANEWISE_BENCHMARKS_NUMPY_PEER_H_
#define LANEWISE_BENCHMARKS_NUMPY_PEER_H_

#include <cstdio>
#include <memory>
#include <string>

#include "benchmarks/case.h"

namespace lanewise::bench {

class NumPyPeer {
 public:
  // Never null; Version() is empty if there is no Python or no NumPy, Reason() says which.
  static NumPyPeer& Get();
  ~NumPyPeer();

  const std::string& Version() const { return version_; }
  const std::string& Reason() const { return reason_; }
  // True if NumPy can do the case; it then holds the operands until the next call.
  bool Load(const Case& test);
  // f32 matrix of ordinary numbers; batches sum it over axis 0 or 1.
  bool LoadMatrix(const float* x, int64_t rows, int64_t columns, int axis);
  // Nanoseconds for `calls` calls of what was loaded.
  int64_t Run(int64_t calls);

 private:
  NumPyPeer();
  void Start(const std::string& python, const std::string& script);
  std::string Ask(const std::string& line);
  void Put(const void* bytes, size_t size, size_t offset);
  void Stop(const std::string& reason);

  int memory_ = -1, pid_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
  std::string version_, reason_;
};

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_NUMPY_PEER_H_
