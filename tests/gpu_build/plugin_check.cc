// Loads the built plugin as the library does and compares what it offers with the kernel list.
// Needs no GPU: where there is none, every function that asks CUDA must say so in words.

#include <dlfcn.h>

#include <cstdio>
#include <cstring>

#include "gpu/border.h"

namespace {

int failures = 0;
void Expect(bool condition, const char* what, const char* which = "") {
  if (condition) return;
  printf("FAILED: %s %s\n", what, which);
  ++failures;
}

void CheckKernels(const lw_backend& table) {
  int offered = 0;
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    Expect(lw_kernel_info(i, &record) == LW_OK, "lw_kernel_info");
    const bool map = record.shape == LW_SHAPE_ELEMENTWISE;
    const bool wanted = map || record.shape == LW_SHAPE_REDUCE ||
                        record.shape == LW_SHAPE_REDUCE_TWO || record.shape == LW_SHAPE_ARG;
    const bool has = table.has_kernel(record.kernel, record.dtypes);
    Expect(has == wanted, has ? "has an unexpected kernel:" : "lacks kernel", record.name);
    offered += has;
  }
  const lw_dtype wrong[] = {LW_BOOL, LW_BOOL, LW_BOOL};
  Expect(!table.has_kernel(LW_ADD, wrong), "has add of bool");
  Expect(!table.has_kernel(static_cast<lw_kernel>(9999), wrong), "has an unknown kernel");
  printf("%d of %d kernels, toolkit %s, machine code for", offered, lw_kernel_count(),
         table.toolkit);
  for (int i = 0; i < table.architecture_count; ++i) printf(" %d", table.architectures[i]);
  printf(", PTX for %d and later\n", table.ptx_architecture);
}

// A call that needs a device: it works, or says what is missing.
void CheckDevice(const lw_backend& table) {
  lw_backend_call call{};
  void* address = nullptr;
  const lw_status status = table.alloc(&call, 1024, &address);
  if (status == LW_OK) {
    Expect(table.free(&call, address, 1024) == LW_OK, "free", call.error);
    Expect(table.synchronise(&call) == LW_OK, "synchronise", call.error);
    printf("allocates on a GPU\n");
    return;
  }
  Expect(status == LW_ERR_CUDA, "alloc without a GPU is LW_ERR_CUDA");
  Expect(std::strlen(call.error) > 10, "alloc says what is wrong");
  Expect(std::memchr(call.error, 0, sizeof(call.error)) != nullptr, "the message ends");
  printf("no GPU here: %s\n", call.error);
  const lw_dtype dtypes[] = {LW_F32, LW_F32};
  Expect(table.warm_up(&call, LW_EXP, dtypes) == LW_ERR_CUDA, "warm_up without a GPU");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    printf("usage: plugin_check PLUGIN\n");
    return 2;
  }
  const char* slash = std::strrchr(argv[1], '/');
  Expect(std::strcmp(slash ? slash + 1 : argv[1], LANEWISE_CUDA_PLUGIN) == 0,
         "is not named as the library looks for it:", LANEWISE_CUDA_PLUGIN);
  void* handle = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    printf("%s\n", dlerror());
    return 1;
  }
  const auto entry = reinterpret_cast<lw_backend_entry>(dlsym(handle, LW_BACKEND_SYMBOL));
  if (!entry) {
    printf("%s\n", dlerror());
    return 1;
  }
  const lw_backend* table = entry(LW_BACKEND_ABI);
  Expect(table->struct_size == sizeof(lw_backend), "struct_size");
  Expect(table->abi_version == LW_BACKEND_ABI, "abi_version");
  Expect(table->numerics_version == lw_numerics_version(), "numerics_version");
  Expect(std::strcmp(table->version, lw_version()) == 0, "version");
  CheckKernels(*table);
  CheckDevice(*table);
  return failures ? 1 : 0;
}
