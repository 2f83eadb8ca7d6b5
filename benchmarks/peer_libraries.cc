#include "benchmarks/peer_libraries.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <initializer_list>

#include "benchmarks/peers.h"

namespace lanewise::bench {

void* Library::Find(const std::string& symbol) const {
  return handle ? dlsym(handle, symbol.c_str()) : nullptr;
}

std::string FindInVenv(const std::string& relative) {
  char self[4096];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  std::string folder(self, length > 0 ? static_cast<size_t>(length) : 0);
  while (!folder.empty()) {
    folder.resize(folder.rfind('/'));
    const std::string path = folder + "/.deps/pyvenv/" + relative;
    if (access(path.c_str(), R_OK) == 0) return path;
  }
  return "";
}

namespace {

Library Open(std::initializer_list<std::string> names) {
  Library library;
  for (const std::string& name : names) {
    if (name.empty()) continue;
    library.handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library.handle) break;
  }
  if (!library.handle) {
    library.reason = "not found";
    return library;
  }
  // The file's own name, libsleef.so.3.5.1, is the version that every library has.
  link_map* map = nullptr;
  if (dlinfo(library.handle, RTLD_DI_LINKMAP, &map) == 0 && map) {
    char resolved[PATH_MAX];
    const std::string path = realpath(map->l_name, resolved) ? resolved : map->l_name;
    library.version = path.substr(path.rfind('/') + 1);
  }
  return library;
}

Library OpenBlas() {
  setenv("OPENBLAS_NUM_THREADS", "1", 1);  // read when it is loaded
  Library blas = Open({"libopenblas.so.0", "libopenblas.so"});
  if (const auto config = reinterpret_cast<char* (*)()>(blas.Find("openblas_get_config"))) {
    blas.version = config();
  }
  return blas;
}

// LANEWISE_MKL: the library or a folder that has it.
Library OpenMkl() {
  setenv("MKL_THREADING_LAYER", "SEQUENTIAL", 1);  // read at its first call
  setenv("MKL_NUM_THREADS", "1", 1);
  const char* variable = std::getenv("LANEWISE_MKL");
  const std::string given = variable ? variable : "";
  const std::string in_given = given.empty() ? "" : given + "/libmkl_rt.so";
  Library mkl =
      Open({given, in_given.empty() ? "" : in_given + ".3", in_given.empty() ? "" : in_given + ".2",
            FindInVenv("lib/libmkl_rt.so.3"), FindInVenv("lib/libmkl_rt.so.2"), "libmkl_rt.so.3",
            "libmkl_rt.so.2", "libmkl_rt.so"});
  if (const auto version =
          reinterpret_cast<void (*)(char*, int)>(mkl.Find("MKL_Get_Version_String"))) {
    char text[256] = "";
    version(text, sizeof(text));
    mkl.version = text;
    mkl.version.erase(mkl.version.find_last_not_of(' ') + 1);
  }
  return mkl;
}

}  // namespace

const LibrarySet& Libraries() {
  static const LibrarySet set = [] {
    LibrarySet s;
    s.sleef = Open({"libsleef.so.3", "libsleef.so"});
    s.mvec = Open({"libmvec.so.1"});
    if (s.mvec.handle) s.mvec.version = std::string("glibc ") + gnu_get_libc_version();
    s.blas = OpenBlas();
    s.mkl = OpenMkl();
    return s;
  }();
  return set;
}

}  // namespace lanewise::bench
