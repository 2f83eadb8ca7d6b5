// Status plus message for the calling thread; never allocates, never throws.

#ifndef LANEWISE_DISPATCH_ERROR_H_
#define LANEWISE_DISPATCH_ERROR_H_

#include "lanewise/lanewise.h"

namespace lanewise {

// Formats the thread's message (printf style) and returns `status`.
__attribute__((format(printf, 2, 3))) lw_status Fail(lw_status status, const char* format, ...);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_ERROR_H_
