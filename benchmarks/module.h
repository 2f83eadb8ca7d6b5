// Modules of the benchmark program: shared objects that lie beside it.

#ifndef LANEWISE_BENCHMARKS_MODULE_H_
#define LANEWISE_BENCHMARKS_MODULE_H_

#include <dlfcn.h>
#include <unistd.h>

#include <string>

namespace lanewise::bench {

// Folder of this program, without the final slash.
inline std::string ProgramFolder() {
  char self[4096];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  const std::string path(self, length > 0 ? static_cast<size_t>(length) : 0);
  return path.substr(0, path.rfind('/'));
}

// Null if it is not there.
inline void* OpenModule(const std::string& file) {
  return dlopen((ProgramFolder() + "/" + file).c_str(), RTLD_NOW | RTLD_LOCAL);
}

inline void* ModuleSymbol(void* module, const char* name) {
  return module ? dlsym(module, name) : nullptr;
}

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_MODULE_H_
