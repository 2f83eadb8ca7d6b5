// A machine with device nodes and a driver of the test's choice, and environment variables that
// last as long as an object.

#ifndef LANEWISE_TESTS_GPU_HOST_FAKE_MACHINE_H_
#define LANEWISE_TESTS_GPU_HOST_FAKE_MACHINE_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include "gpu/driver.h"

namespace lw_test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lanewise-gpu-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  // The file's path.
  std::string Write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << content;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

class ScopedEnvironment {
 public:
  ScopedEnvironment(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value, 1);
  }
  ~ScopedEnvironment() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// A machine with one device node; LW_FAKE_DRIVER is the fake driver's path.
class FakeMachine {
 public:
  explicit FakeMachine(const char* node = "dev/nvidiactl") { folder_.Write(node, ""); }
  lanewise::gpu::DriverSource Source(const std::string& driver = LW_FAKE_DRIVER) const {
    return {folder_.path().string(), driver};
  }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

}  // namespace lw_test

#endif  // LANEWISE_TESTS_GPU_HOST_FAKE_MACHINE_H_
