#include "dispatch/host/budget.h"

#include <charconv>
#include <cstdint>
#include <string_view>

namespace lanewise {
namespace {

// More threads than this is a typing error, not a wish.
constexpr int64_t kMaxThreads = 65536;

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Cuts the text before the separator off `rest`; the last piece ends at the end of the text.
std::string_view Cut(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return piece;
}

bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    if (Cut(list, ',') == token) return true;
  }
  return false;
}

// The whole text must be a number.
std::optional<int64_t> ParseInt(std::string_view text) {
  text = Trim(text);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// CPUs of a quota, rounded up so that 1.5 CPUs get two threads, or nothing if it is no limit.
std::optional<int> QuotaToCpus(std::optional<int64_t> quota, std::optional<int64_t> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  const int64_t cpus = (*quota - 1) / *period + 1;
  return static_cast<int>(cpus < kMaxThreads ? cpus : kMaxThreads);
}

// mountinfo writes blanks and backslashes of paths as \040 and the like.
std::string Unescape(std::string_view text) {
  std::string out;
  const auto digit = [&](size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '7' ? text[i] - '0' : -1;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && digit(i + 1) >= 0 && digit(i + 2) >= 0 && digit(i + 3) >= 0) {
      out += static_cast<char>(digit(i + 1) * 64 + digit(i + 2) * 8 + digit(i + 3));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Mount {
  std::string root;   // which directory of the hierarchy is mounted
  std::string point;  // and where
};

// Mounts of the cgroup v2 hierarchy, or of the v1 hierarchy with the cpu controller.
std::vector<Mount> FindMounts(std::string_view mountinfo, bool v2) {
  std::vector<Mount> mounts;
  while (!mountinfo.empty()) {
    // id parent device root point options [optional fields] - type source super-options
    std::string_view line = Cut(mountinfo, '\n');
    const size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    std::string_view tail = line.substr(dash + 3);
    const std::string_view type = Cut(tail, ' ');
    Cut(tail, ' ');  // source
    if (v2 ? type != "cgroup2" : (type != "cgroup" || !HasToken(Trim(tail), "cpu"))) continue;
    line = line.substr(0, dash);
    for (int skip = 0; skip < 3; ++skip) Cut(line, ' ');
    const std::string_view root = Cut(line, ' ');
    const std::string_view point = Cut(line, ' ');
    if (!point.empty()) mounts.push_back({Unescape(root), Unescape(point)});
  }
  return mounts;
}

// The path of this process in the hierarchy, from lines "<id>:<controllers>:<path>".
std::optional<std::string> FindPath(std::string_view cgroup, bool v2) {
  while (!cgroup.empty()) {
    std::string_view line = Cut(cgroup, '\n');
    const std::string_view id = Cut(line, ':');
    const std::string_view controllers = Cut(line, ':');
    if (v2 ? (id == "0" && controllers.empty()) : HasToken(controllers, "cpu")) {
      return std::string(line);
    }
  }
  return std::nullopt;
}

// The part of `path` below the mounted root, or nothing if it lies outside. A container without
// a cgroup namespace shows the host's path and mounts its own directory, so the two agree.
std::optional<std::string> Below(const std::string& path, const std::string& root) {
  if (path.find("/..") != std::string::npos) return std::nullopt;  // outside our namespace
  if (root == "/") return path == "/" ? std::string() : path;
  if (!path.starts_with(root)) return std::nullopt;
  std::string rest = path.substr(root.size());
  if (!rest.empty() && rest[0] != '/') return std::nullopt;
  return rest;
}

class Collector {
 public:
  explicit Collector(const BudgetInput& input) : input_(input) {}

  void Add(int cpus, std::string reason) {
    budget_.limits.push_back({cpus < 1 ? 1 : cpus, std::move(reason)});
  }

  void AddAffinity() {
    if (input_.affinity > 0) {
      Add(input_.affinity, "affinity mask");
    } else if (input_.online > 0) {
      Add(input_.online, "CPUs online (affinity unknown)");
    } else {
      Add(1, "number of CPUs unknown");
    }
  }

  void AddCgroup(bool v2) {
    if (!input_.read_file) return;
    const std::optional<std::string> path = FindPath(input_.cgroup, v2);
    if (!path) return;
    const std::vector<Mount> mounts = FindMounts(input_.mountinfo, v2);
    if (mounts.empty()) return;
    const Mount* mount = &mounts[0];
    std::string rest;  // stays empty, the mount point itself, if no mount contains the path
    for (const Mount& m : mounts) {
      if (const std::optional<std::string> below = Below(*path, m.root)) {
        mount = &m;
        rest = *below;
        break;
      }
    }
    AddTree(mount->point == "/" ? "" : mount->point, rest, v2);
  }

  void AddUserLimits() {
    if (!AddVariable("LANEWISE_THREADS", input_.env_threads)) {
      // Users who say nothing of lanewise mean it by these.
      AddVariable("OMP_NUM_THREADS", input_.omp_threads);
      AddVariable("TBB_NUM_THREADS", input_.tbb_threads);
    }
    if (input_.api_limit > 0) Add(input_.api_limit, "limit set through the API");
  }

  CpuBudget Finish() {
    const CpuLimit* least = &budget_.limits[0];
    for (const CpuLimit& limit : budget_.limits) {
      if (limit.cpus < least->cpus) least = &limit;
    }
    budget_.cpus = least->cpus;
    budget_.reason = least->reason;
    return std::move(budget_);
  }

 private:
  // Whether the variable sets a limit. OpenMP's list is one number per level of nesting: the first.
  bool AddVariable(const char* name, const std::optional<std::string>& value) {
    if (!value || Trim(*value).empty()) return false;
    const bool list = std::string_view(name) == "OMP_NUM_THREADS";
    const std::optional<int64_t> threads =
        ParseInt(list ? std::string_view(*value).substr(0, value->find(',')) : *value);
    if (threads && *threads >= 1 && *threads <= kMaxThreads) {
      Add(static_cast<int>(*threads), name);
      return true;
    }
    budget_.warnings.push_back(std::string(name) + "=\"" + value->substr(0, 64) +
                               "\" ignored: not a whole number from 1 to " +
                               std::to_string(kMaxThreads));
    return false;
  }

  // Every ancestor can hold the tightest quota, up to and including the mount point.
  void AddTree(const std::string& point, std::string rest, bool v2) {
    while (!rest.empty() && rest.back() == '/') rest.pop_back();
    for (;;) {
      if (v2) {
        AddV2(point + rest);
      } else {
        AddV1(point + rest);
      }
      if (rest.empty()) return;
      const size_t slash = rest.rfind('/');
      rest.resize(slash == std::string::npos ? 0 : slash);
    }
  }

  void AddV2(const std::string& directory) {
    const std::optional<std::string> text = input_.read_file(directory + "/cpu.max");
    if (!text) return;  // the root cgroup has no such file
    std::string_view rest = Trim(*text);
    const std::optional<int64_t> quota = ParseInt(Cut(rest, ' '));  // none for "max"
    // A missing period is the kernel's default.
    const std::optional<int64_t> period = rest.empty() ? 100000 : ParseInt(rest);
    if (const std::optional<int> cpus = QuotaToCpus(quota, period)) {
      Add(*cpus, "cgroup v2 " + directory + "/cpu.max = " + std::string(Trim(*text)));
    }
  }

  void AddV1(const std::string& directory) {
    const std::optional<std::string> quota = input_.read_file(directory + "/cpu.cfs_quota_us");
    if (!quota) return;
    const std::optional<std::string> period = input_.read_file(directory + "/cpu.cfs_period_us");
    if (!period) return;
    if (const std::optional<int> cpus = QuotaToCpus(ParseInt(*quota), ParseInt(*period))) {
      Add(*cpus, "cgroup v1 " + directory + "/cpu.cfs_quota_us = " + std::string(Trim(*quota)) +
                     " of " + std::string(Trim(*period)));
    }
  }

  const BudgetInput& input_;
  CpuBudget budget_;
};

}  // namespace

CpuBudget ComputeBudget(const BudgetInput& input) {
  Collector collector(input);
  collector.AddAffinity();
  collector.AddCgroup(/*v2=*/true);
  collector.AddCgroup(/*v2=*/false);
  collector.AddUserLimits();
  return collector.Finish();
}

}  // namespace lanewise
