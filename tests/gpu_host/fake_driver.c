/* A libcuda.so.1 for tests. It answers what the environment says, at the time of the call:
 *   FAKE_CUDA_VERSION        13000     FAKE_CUDA_VERSION_ERROR  0 (34: the toolkit's stub)
 *   FAKE_CUDA_INIT           0         what cuInit returns
 *   FAKE_CUDA_COUNT          1         FAKE_CUDA_COUNT_ERROR    0
 *   FAKE_CUDA_CC             "90,75"   major * 10 + minor of each device; the last one repeats
 *   FAKE_CUDA_SMS            132       FAKE_CUDA_MEMORY         85899345920
 *   FAKE_CUDA_NAME           "Fake GPU"
 * As the real one it obeys CUDA_VISIBLE_DEVICES and works in no child of a process that has
 * initialised it. With BROKEN it lacks cuInit and all that follows. */

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static atomic_int g_inits, g_hold;
static _Atomic pid_t g_initialised_by;  // a driver that hung may finish during a later test

static long long Number(const char* name, long long otherwise) {
  const char* text = getenv(name);
  return text ? atoll(text) : otherwise;
}

/* For tests: how often cuInit was called; whether it waits. */
EXPORT int fake_cuda_inits(void) { return g_inits; }
EXPORT void fake_cuda_hold(int hold) { g_hold = hold; }
EXPORT void fake_cuda_reset(void) {
  g_inits = 0;
  g_hold = 0;
  g_initialised_by = 0;
}

EXPORT int cuDriverGetVersion(int* version) {
  *version = (int)Number("FAKE_CUDA_VERSION", 13000);
  return (int)Number("FAKE_CUDA_VERSION_ERROR", 0);
}

#ifndef BROKEN

static int Visible(void) {
  const char* text = getenv("CUDA_VISIBLE_DEVICES");
  const int count = (int)Number("FAKE_CUDA_COUNT", 1);
  if (!text) return count;
  int visible = 0;
  for (const char* at = text; *at;) {
    char* end;
    const long ordinal = strtol(at, &end, 10);
    if (end == at || ordinal < 0 || ordinal >= count) break; /* hides all that follow */
    ++visible;
    at = *end == ',' ? end + 1 : end;
  }
  return visible;
}

EXPORT int cuInit(unsigned flags) {
  ++g_inits;
  while (g_hold) usleep(1000);
  if (flags != 0) return 1;
  if (g_initialised_by && g_initialised_by != getpid()) return 3;
  const int error = (int)Number("FAKE_CUDA_INIT", 0);
  if (error) return error;
  g_initialised_by = getpid();
  return Visible() == 0 ? 100 : 0;
}

EXPORT int cuDeviceGetCount(int* count) {
  if (!g_initialised_by) return 3;
  *count = Visible();
  return (int)Number("FAKE_CUDA_COUNT_ERROR", 0);
}

EXPORT int cuDeviceGet(int* device, int ordinal) {
  if (ordinal < 0 || ordinal >= Visible()) return 101;
  *device = ordinal + 1000; /* a handle is not an ordinal */
  return 0;
}

EXPORT int cuDeviceGetAttribute(int* value, int attribute, int device) {
  const char* text = getenv("FAKE_CUDA_CC");
  int capability = 90;
  for (int i = 0; text && i <= device - 1000; ++i) {
    char* end;
    capability = (int)strtol(text, &end, 10);
    text = *end == ',' ? end + 1 : NULL;
  }
  switch (attribute) {
    case 75:
      *value = capability / 10;
      return 0;
    case 76:
      *value = capability % 10;
      return 0;
    case 16:
      *value = (int)Number("FAKE_CUDA_SMS", 132);
      return 0;
    default:
      return 1;
  }
}

EXPORT int cuDeviceGetName(char* name, int size, int device) {
  (void)device;
  const char* text = getenv("FAKE_CUDA_NAME");
  strncpy(name, text ? text : "Fake GPU", (size_t)size); /* as long names do: without a final 0 */
  return 0;
}

EXPORT int cuDeviceTotalMem_v2(size_t* bytes, int device) {
  (void)device;
  *bytes = (size_t)Number("FAKE_CUDA_MEMORY", 85899345920);
  return 0;
}

EXPORT int cuGetErrorName(int error, const char** name) {
  if (error != 999) return 1;
  *name = "CUDA_ERROR_UNKNOWN";
  return 0;
}

#endif
