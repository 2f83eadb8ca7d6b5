// Where this library lies, for the modules beside it. Modules run with the rights of the process,
// so the answer must be the file that was loaded itself: never a name that the starter of the
// program chose (argv[0]) or that depends on the working directory. And whether there can be
// modules.

#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dispatch/host/os.h"
#include "lanewise/lanewise.h"

namespace lanewise {
namespace {

uintptr_t OwnAddress() { return reinterpret_cast<uintptr_t>(&lw_version); }

// The folder of an absolute path with its slash, or empty.
std::string FolderOf(std::string_view path) {
  // What is mapped from memory (memfd) has no folder; the kernel writes a newline as \012, which
  // nothing tells from a backslash.
  if (!path.starts_with('/') || path.starts_with("/memfd:") ||
      path.find("\\012") != std::string_view::npos) {
    return "";
  }
  return std::string(path.substr(0, path.rfind('/') + 1));
}

// From the kernel's own list of what is mapped where, read in pieces: it can be long.
std::string FolderFromMaps() {
  int fd;
  do {
    fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return "";
  struct Closer {
    int fd;
    ~Closer() { close(fd); }
  } closer{fd};
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t got = read(fd, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return "";
    text.append(buffer, static_cast<size_t>(got));
    size_t begin = 0;
    for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const std::string_view line = std::string_view(text).substr(begin, end - begin);
      if (const auto path = MappedFile(line, OwnAddress())) return FolderOf(*path);
    }
    text.erase(0, begin);
  }
}

// Which loaded object holds the address: its name, empty for the main program.
struct Owner {
  bool found = false;
  std::string name;
};

int FindOwner(dl_phdr_info* info, size_t, void* context) {
  const uintptr_t address = OwnAddress() - info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
        address - segment.p_vaddr >= segment.p_memsz) {
      continue;
    }
    Owner& owner = *static_cast<Owner*>(context);
    owner.found = true;
    if (info->dlpi_name) owner.name = info->dlpi_name;
    return 1;
  }
  return 0;
}

// Without the list: the name that the loader used, if it is absolute; of the main program, whose
// name there is argv[0] or nothing, what the kernel says.
std::string FolderFromLoader() {
  Owner owner;
  dl_iterate_phdr(&FindOwner, &owner);
  if (!owner.found) return "";
  char path[PATH_MAX];
  if (owner.name.empty()) {
    const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
    if (length <= 0 || length == static_cast<ssize_t>(sizeof(path))) return "";
    return FolderOf({path, static_cast<size_t>(length)});
  }
  if (owner.name[0] != '/') return "";
  return FolderOf(realpath(owner.name.c_str(), path) ? std::string_view(path) : owner.name);
}

int FindInterpreter(dl_phdr_info* info, size_t, void*) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type == PT_INTERP) return 1;
  }
  return 0;
}

}  // namespace

bool HasDynamicLoader() { return dl_iterate_phdr(&FindInterpreter, nullptr) != 0; }

std::optional<std::string_view> MappedFile(std::string_view line, uintptr_t address) {
  // begin-end permissions offset device inode          path
  char* at;
  const std::string range(line.substr(0, line.find(' ')));
  const unsigned long long begin = strtoull(range.c_str(), &at, 16);
  if (*at != '-' || address < begin) return std::nullopt;
  const unsigned long long end = strtoull(at + 1, &at, 16);
  if (*at != 0 || address >= end) return std::nullopt;
  const size_t path = line.find('/');
  if (path == std::string_view::npos) return std::string_view();
  // Nothing before the path has a bracket or a slash; "(unreachable)" says that it leads nowhere.
  if (line.substr(0, path).find('(') != std::string_view::npos) return std::string_view();
  line.remove_prefix(path);
  constexpr std::string_view kDeleted = " (deleted)";
  if (line.ends_with(kDeleted)) line.remove_suffix(kDeleted.size());
  return line;
}

std::string OwnFolder() {
  const int saved_errno = errno;
  std::string folder = FolderFromMaps();
  if (folder.empty()) folder = FolderFromLoader();
  errno = saved_errno;
  return folder;
}

}  // namespace lanewise
