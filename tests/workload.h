// A fixed piece of work over several kernels, hashed: for the tests that run the library in odd
// places and compare bits with those of an ordinary place.

#ifndef LANEWISE_TESTS_WORKLOAD_H_
#define LANEWISE_TESTS_WORKLOAD_H_

#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "lanewise/lanewise.h"

namespace lw_test {

// The functions that the work uses, of the linked library or of another copy.
struct Api {
  decltype(&lw_exp_f32) exp_f32;
  decltype(&lw_sin_f64) sin_f64;
  decltype(&lw_sum_f32) sum_f32;
  decltype(&lw_cumulative_sum_f64) cumulative_sum_f64;
  decltype(&lw_call) call;
  decltype(&lw_push_max_target) push_max_target;
  decltype(&lw_pop_max_target) pop_max_target;
  decltype(&lw_set_max_target) set_max_target;
  decltype(&lw_current_target) current_target;
  decltype(&lw_set_threads) set_threads;
  decltype(&lw_get_threads) get_threads;
  decltype(&lw_machine) machine;
  decltype(&lw_explain) explain;
};

inline Api Linked() {
  return {&lw_exp_f32,        &lw_sin_f64,         &lw_sum_f32,        &lw_cumulative_sum_f64,
          &lw_call,           &lw_push_max_target, &lw_pop_max_target, &lw_set_max_target,
          &lw_current_target, &lw_set_threads,     &lw_get_threads,    &lw_machine,
          &lw_explain};
}

// Of a library that dlopen gave; members are null where it lacks a function.
inline Api Of(void* handle) {
  Api api{};
  const auto load = [handle](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
  };
  load(api.exp_f32, "lw_exp_f32");
  load(api.sin_f64, "lw_sin_f64");
  load(api.sum_f32, "lw_sum_f32");
  load(api.cumulative_sum_f64, "lw_cumulative_sum_f64");
  load(api.call, "lw_call");
  load(api.push_max_target, "lw_push_max_target");
  load(api.pop_max_target, "lw_pop_max_target");
  load(api.set_max_target, "lw_set_max_target");
  load(api.current_target, "lw_current_target");
  load(api.set_threads, "lw_set_threads");
  load(api.get_threads, "lw_get_threads");
  load(api.machine, "lw_machine");
  load(api.explain, "lw_explain");
  return api;
}

// Large enough that every kernel of the work is split over threads.
inline constexpr int64_t kLarge = (int64_t{1} << 20) + 123;
inline constexpr int64_t kSmall = 1003;

// Hash of all results; 0 if a call failed.
inline uint64_t Work(const Api& api, int64_t n) {
  const auto size = static_cast<size_t>(n);
  std::vector<float> x(size), y(size);
  std::vector<double> u(size), v(size);
  std::vector<int32_t> i(size);
  for (size_t k = 0; k < size; ++k) {
    const uint64_t mixed = (k + 1) * 0x9E3779B97F4A7C15u;
    x[k] = static_cast<float>(static_cast<int64_t>(mixed) * 0x1p-58);  // -32..32
    u[k] = static_cast<double>(static_cast<int64_t>(mixed * mixed)) * 0x1p-50;
    i[k] = static_cast<int32_t>(mixed >> 32);
  }
  uint64_t hash = 0xCBF29CE484222325u;
  const auto mix = [&hash](const void* data, size_t bytes) {
    for (size_t k = 0; k + 4 <= bytes; k += 4) {
      uint32_t word;
      std::memcpy(&word, static_cast<const char*>(data) + k, 4);
      hash = (hash ^ word) * 0x100000001B3u;
    }
  };
  float total = 0;
  const lw_dtype dtypes[] = {LW_I32, LW_I32, LW_I32};
  const lw_operand operands[] = {{i.data(), 4}, {i.data(), 4}, {i.data(), 4}};
  if (api.exp_f32(n, x.data(), y.data()) != LW_OK || api.sum_f32(n, y.data(), &total) != LW_OK ||
      api.sin_f64(n, u.data(), v.data()) != LW_OK) {
    return 0;
  }
  mix(y.data(), size * 4);
  mix(&total, 4);
  mix(v.data(), size * 8);
  if (api.cumulative_sum_f64(n, v.data(), v.data()) != LW_OK ||
      api.call(LW_MULTIPLY, dtypes, operands, n, nullptr) != LW_OK) {
    return 0;
  }
  mix(v.data(), size * 8);
  mix(i.data(), size * 4);
  return hash;
}

}  // namespace lw_test

#endif  // LANEWISE_TESTS_WORKLOAD_H_
