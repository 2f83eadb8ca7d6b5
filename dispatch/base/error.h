// Status plus message for the calling thread; never allocates, never throws.

#ifndef LANEWISE_DISPATCH_BASE_ERROR_H_
#define LANEWISE_DISPATCH_BASE_ERROR_H_

#include <exception>
#include <new>

#include <initializer_list>

#include "lanewise/lanewise.h"

namespace lanewise {

// Formats the thread's message (printf style) and returns `status`.
__attribute__((format(printf, 2, 3))) lw_status Fail(lw_status status, const char* format, ...);

// The calling thread's message; empty before the first.
const char* LastError();

// Runs a function of the C ABI that may be short of memory, so that it never throws. (What a
// cancelled thread unwinds with is no std::exception and passes.)
template <class Body>
lw_status Guarded(const char* function, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Fail(LW_ERR_MEMORY, "%s: out of memory", function);
  } catch (const std::exception& error) {
    return Fail(LW_ERR_INTERNAL, "%s: %s", function, error.what());
  }
}

// LW_ERR_NULL with the name of the first argument that is null; LW_OK if none is.
struct NamedPointer {
  const char* name;
  const void* pointer;
};
inline lw_status CheckNotNull(const char* function, std::initializer_list<NamedPointer> arguments) {
  for (const NamedPointer& argument : arguments) {
    if (!argument.pointer) return Fail(LW_ERR_NULL, "%s: %s is null", function, argument.name);
  }
  return LW_OK;
}

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_BASE_ERROR_H_
