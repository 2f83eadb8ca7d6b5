// This machine's record. Plain system calls, each of which may be refused.

#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>

#include "dispatch/host/os.h"
#include "dispatch/host/this_host.h"
#include "machine/record.h"

namespace lanewise {
namespace {

// "2.36". Asked for at run time: a static program has no version of its own.
std::string ReadGlibc() {
#ifdef _CS_GNU_LIBC_VERSION
  char text[64] = {};
  const size_t size = confstr(_CS_GNU_LIBC_VERSION, text, sizeof(text));
  const std::string_view version(text);
  constexpr std::string_view kPrefix = "glibc ";
  if (size > 0 && size <= sizeof(text) && version.starts_with(kPrefix))
    return std::string(version.substr(kPrefix.size()));
#endif
  return "";
}

}  // namespace

MachineRecord ReadRecord(bool devices) {
  const int saved_errno = errno;
  MachineRecord record;
  record.host = FullHostInput();
  // The first processor's part: asking a large machine for all of them takes many milliseconds.
  constexpr size_t kOneProcessor = size_t{1} << 14;
  record.host.cpuinfo = ReadFile("/proc/cpuinfo", kOneProcessor).value_or("");
  record.glibc = ReadGlibc();
  struct utsname names;
  if (uname(&names) == 0) record.kernel = names.release;
  record.cuda = ReadCuda(devices);
  errno = saved_errno;
  return record;
}

}  // namespace lanewise
