/* Plugins that must be refused, one for each definition. */

#include <stddef.h>

#include "gpu/border.h"

#define EXPORT __attribute__((visibility("default")))

#if !defined(NO_SYMBOL)

static lw_backend g_table;

EXPORT const lw_backend* lanewise_gpu_backend(int32_t abi_version) {
  (void)abi_version;
  /* Complete in size and versions, but of another release and without functions. */
  g_table.struct_size = sizeof(g_table);
  g_table.abi_version = LW_BACKEND_ABI;
  g_table.numerics_version = lw_numerics_version();
  g_table.version = "9.8.7";
#if defined(WRONG_ABI)
  g_table.abi_version = LW_BACKEND_ABI + 1;
#elif defined(WRONG_NUMERICS)
  g_table.numerics_version = lw_numerics_version() + 1;
#elif defined(SHORT_TABLE)
  g_table.struct_size = 8;
#elif defined(NO_TABLE)
  return NULL;
#elif defined(NO_FUNCTIONS)
  g_table.version = lw_version();
#endif
  return &g_table;
}

#else

EXPORT int some_other_library(void);
int some_other_library(void) { return 0; }

#endif
