// The library's inside on a machine with two fake devices and the fake plugin. The process has one
// GPU state: a test program uses either this or states of its own (in children).

#ifndef LANEWISE_TESTS_GPU_HOST_FAKE_GPU_H_
#define LANEWISE_TESTS_GPU_HOST_FAKE_GPU_H_

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "gpu/runtime.h"
#include "tests/gpu_host/fake_machine.h"
#include "tests/gpu_host/fake_plugin.h"

namespace lw_test {

inline const std::string kFakePlugin = LW_FAKE_FOLDER "/libfake_plugin.so";

inline const FakeControl& Fake() {
  static const FakeControl* control = [] {
    void* handle = dlopen(kFakePlugin.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) throw std::runtime_error(dlerror());
    return reinterpret_cast<const FakeControl* (*)()>(dlsym(handle, "lanewise_fake_control"))();
  }();
  return *control;
}

// Two devices; to be made once, before the first question about a GPU.
class FakeGpu {
 public:
  FakeGpu() {
    for (const char* name : {"LANEWISE_GPU", "LANEWISE_GPU_TIMEOUT_MS", "CUDA_VISIBLE_DEVICES"}) {
      unsetenv(name);
    }
    setenv("FAKE_CUDA_COUNT", "2", 1);
    lanewise::gpu::SetDriverSource(machine_.Source());
    EXPECT_EQ(lw_gpu_set_plugin(kFakePlugin.c_str()), LW_OK) << lw_last_error();
  }

 private:
  FakeMachine machine_;
};

inline void* StreamNumber(intptr_t number) { return reinterpret_cast<void*>(number); }

// Fake device memory, filled from and read back to the host through the library.
class DeviceBytes {
 public:
  explicit DeviceBytes(size_t size, int32_t device = 0, lw_gpu_memory memory = LW_GPU_MEMORY_DEVICE)
      : size_(size), device_(device) {
    data_ = static_cast<char*>(Fake().allocate(memory, device, size ? size : 1));
  }
  template <class T>
  explicit DeviceBytes(const std::vector<T>& values, int32_t device = 0,
                       lw_gpu_memory memory = LW_GPU_MEMORY_DEVICE)
      : DeviceBytes(values.size() * sizeof(T), device, memory) {
    Upload(values.data());
  }
  ~DeviceBytes() { Fake().release(data_); }
  DeviceBytes(const DeviceBytes&) = delete;
  DeviceBytes& operator=(const DeviceBytes&) = delete;

  void Upload(const void* bytes, void* stream = nullptr) {
    EXPECT_EQ(lw_gpu_copy(device_, data_, bytes, size_, LW_GPU_HOST_TO_DEVICE, stream), LW_OK)
        << lw_last_error();
    EXPECT_EQ(lw_gpu_synchronise(device_, stream), LW_OK) << lw_last_error();
  }
  template <class T = char>
  std::vector<T> Download(void* stream = nullptr) const {
    std::vector<T> values(size_ / sizeof(T));
    EXPECT_EQ(lw_gpu_copy(device_, values.data(), data_, size_, LW_GPU_DEVICE_TO_HOST, stream),
              LW_OK)
        << lw_last_error();
    EXPECT_EQ(lw_gpu_synchronise(device_, stream), LW_OK) << lw_last_error();
    return values;
  }
  char* data() const { return data_; }
  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(data_);
  }

 private:
  size_t size_;
  int32_t device_;
  char* data_;
};

inline void ExpectError(lw_status status, lw_status expected, const std::string& word) {
  EXPECT_EQ(status, expected) << lw_last_error();
  EXPECT_NE(std::string(lw_last_error()).find(word), std::string::npos) << lw_last_error();
}

}  // namespace lw_test

#endif  // LANEWISE_TESTS_GPU_HOST_FAKE_GPU_H_
