#include "benchmarks/eigen_peer.h"

#include "benchmarks/module.h"

namespace lanewise::bench {
namespace {

// The module of a target's level, or null. Opened once: the best target does not change.
void* EigenModule(const std::string& target) {
  static void* const module = [&] {
    std::string level = "v1";
    if (target == "AVX2") level = "v3";
    if (target.rfind("AVX3", 0) == 0) level = "v4";
    return OpenModule("bench_eigen_" + level + ".so");
  }();
  return module;
}

}  // namespace

EigenLoop FindEigenLoop(const std::string& target, const Case& test) {
  using Find = EigenLoop (*)(const char*, const char*);
  const auto find = reinterpret_cast<Find>(ModuleSymbol(EigenModule(target), "BenchEigenFind"));
  return find ? find(test.record.name, test.Types().c_str()) : nullptr;
}

std::string EigenVersion(const std::string& target) {
  using Version = const char* (*)();
  const auto version =
      reinterpret_cast<Version>(ModuleSymbol(EigenModule(target), "BenchEigenVersion"));
  return version ? version() : "";
}

}  // namespace lanewise::bench
