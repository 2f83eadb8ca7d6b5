// Opening modules: the threading module, the GPU plugin, the NVIDIA driver.

#include <dlfcn.h>

#include <cerrno>

#include "dispatch/host/os.h"

namespace lanewise {

OpenedLibrary OpenLibrary(const std::string& path) {
  const int saved_errno = errno;
  errno = 0;
  OpenedLibrary opened;
  // Without RTLD_NODELETE, which a handle that is never closed does not need: short of memory,
  // glibc would keep what it has loaded in part, and the next try would use it.
  opened.handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  opened.passing = !opened.handle && errno == ENOMEM;
  if (!opened.handle) {
    const char* error = dlerror();
    opened.error = error ? error : "no reason given";
    // Short of memory, the loader leaves out which file.
    if (opened.error.find(path) == std::string::npos) opened.error = path + ": " + opened.error;
  }
  errno = saved_errno;
  return opened;
}

}  // namespace lanewise
