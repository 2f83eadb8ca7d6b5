#include "dispatch/base/error.h"

#include <cstdarg>
#include <cstdio>

#include "dispatch/base/text.h"

namespace lanewise {
namespace {
thread_local char t_message[512];
}

lw_status Fail(lw_status status, const char* format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(t_message, sizeof(t_message), format, args);
  va_end(args);
  // Names of the caller or of files may be in it, perhaps cut off in the middle of a character.
  ReplaceInvalidUtf8(t_message);
  return status;
}

const char* LastError() { return t_message; }

}  // namespace lanewise
