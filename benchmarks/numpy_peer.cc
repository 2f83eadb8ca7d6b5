#include "benchmarks/numpy_peer.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "benchmarks/peers.h"

namespace lanewise::bench {
namespace {

// The script lies beside the sources or, installed or copied, beside the program.
std::string FindScript() {
  if (const char* path = std::getenv("LANEWISE_NUMPY_PEER")) return path;
  char self[4096];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  std::string folder(self, length > 0 ? static_cast<size_t>(length) : 0);
  while (!folder.empty()) {
    folder.resize(folder.rfind('/'));
    for (const char* tail : {"/numpy_peer.py", "/benchmarks/numpy_peer.py"}) {
      if (access((folder + tail).c_str(), R_OK) == 0) return folder + tail;
    }
  }
  return "";
}

std::string FindPython() {
  if (const char* path = std::getenv("LANEWISE_PYTHON")) return path;
  const std::string own = FindInVenv("bin/python");
  return own.empty() ? "python3" : own;
}

}  // namespace

NumPyPeer& NumPyPeer::Get() {
  static NumPyPeer peer;
  return peer;
}

NumPyPeer::NumPyPeer() {
  const std::string script = FindScript();
  if (script.empty()) {
    reason_ = "numpy_peer.py was not found";
    return;
  }
  std::signal(SIGPIPE, SIG_IGN);
  Start(FindPython(), script);
}

void NumPyPeer::Start(const std::string& python, const std::string& script) {
  int down[2], up[2];
  memory_ = memfd_create("lanewise-bench", 0);  // without CLOEXEC: Python inherits it
  if (memory_ < 0 || pipe(down) != 0 || pipe(up) != 0) {
    reason_ = "no pipe or memory file";
    return;
  }
  const std::string fd = std::to_string(memory_);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(down[0], 0);
    dup2(up[1], 1);
    for (int end : {down[0], down[1], up[0], up[1]}) close(end);
    for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
      setenv(name, "1", 1);
    }
    execlp(python.c_str(), python.c_str(), "-u", script.c_str(), fd.c_str(), nullptr);
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  to_ = fdopen(down[1], "w");
  from_ = fdopen(up[0], "r");
  std::string hello = Ask("");
  if (hello.rfind("numpy ", 0) == 0) {
    version_ = hello.substr(6);
  } else if (pid_ > 0) {
    Stop(hello.empty() ? "Python did not start" : hello);
  }
}

void NumPyPeer::Stop(const std::string& reason) {
  reason_ = reason;
  version_.clear();
  if (to_) std::fclose(to_);
  if (from_) std::fclose(from_);
  to_ = from_ = nullptr;
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

NumPyPeer::~NumPyPeer() {
  if (pid_ > 0) Stop("ended");
}

// Sends a line (none if empty) and returns the answer's line.
std::string NumPyPeer::Ask(const std::string& line) {
  if (!to_ || !from_) return "";
  if (!line.empty()) {
    std::fprintf(to_, "%s\n", line.c_str());
    std::fflush(to_);
  }
  char answer[512];
  if (!std::fgets(answer, sizeof(answer), from_)) {
    Stop("the Python process ended");
    return "";
  }
  answer[std::strcspn(answer, "\n")] = 0;
  return answer;
}

void NumPyPeer::Put(const void* bytes, size_t size, size_t offset) {
  const char* from = static_cast<const char*>(bytes);
  for (size_t done = 0; done < size;) {
    const ssize_t count =
        pwrite(memory_, from + done, size - done, static_cast<off_t>(offset + done));
    if (count <= 0) return Stop("the memory file is full");
    done += static_cast<size_t>(count);
  }
}

bool NumPyPeer::Load(const Case& test) {
  if (version_.empty()) return false;
  std::ostringstream line;
  line << "knows " << test.record.name << " " << test.record.inputs;
  for (int i = 0; i < test.record.inputs + test.record.outputs; ++i) {
    line << " " << lw_dtype_name(test.record.dtypes[i]);
  }
  if (Ask(line.str()) != "yes") return false;
  size_t offset = 0;
  for (int i = 0; i < test.record.inputs; ++i) {
    const size_t size = static_cast<size_t>(test.n) * lw_dtype_size(test.record.dtypes[i]);
    Put(test.in[i], size, offset);
    offset += (size + 63) / 64 * 64;
  }
  return Ask("load " + std::to_string(test.n) + " " + test.data) == "ok";
}

bool NumPyPeer::LoadMatrix(const float* x, int64_t rows, int64_t columns, int axis) {
  if (version_.empty()) return false;
  Put(x, static_cast<size_t>(rows * columns) * 4, 0);
  std::ostringstream line;
  line << "matrix " << rows << " " << columns << " " << axis;
  return Ask(line.str()) == "ok";
}

int64_t NumPyPeer::Run(int64_t calls) {
  return std::atoll(
      Ask((g_batch_clock == CLOCK_MONOTONIC ? "run " : "run_cpu ") + std::to_string(calls))
          .c_str());
}

}  // namespace lanewise::bench
