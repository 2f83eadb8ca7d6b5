// Linked into a liblanewise.so.0.1 for tests alone, so that programs and bindings which know only
// the shared library can be tested with fakes: LW_TEST_GPU_ROOT stands before /dev/nvidiactl,
// LW_TEST_GPU_DRIVER is the driver, LW_TEST_GPU_PLUGIN the plugin. The real library reads none of
// these.

#include <cstdlib>

#include "gpu/runtime.h"

namespace {

__attribute__((constructor)) void Inject() {
  const char* root = std::getenv("LW_TEST_GPU_ROOT");
  const char* driver = std::getenv("LW_TEST_GPU_DRIVER");
  if (root && driver) lanewise::gpu::SetDriverSource({root, driver});
  if (const char* plugin = std::getenv("LW_TEST_GPU_PLUGIN")) lw_gpu_set_plugin(plugin);
}

}  // namespace
