// The options of a fuzz case's call: none, some that kernels take, or some that must be refused.

#ifndef LANEWISE_TESTS_FUZZ_FUZZ_OPTIONS_H_
#define LANEWISE_TESTS_FUZZ_FUZZ_OPTIONS_H_

#include "tests/fuzz/fuzz_arena.h"

namespace lanewise::fuzz {

class Options {
 public:
  Options(Source& source, Verdict& verdict) {
    if (source.OneIn(3)) return;
    options_.struct_size = sizeof(options_);
    options_.ddof = static_cast<double>(source.Between(-1, 3));
    if (source.OneIn(2)) options_.result_capacity = source.Between(-1, source.OneIn(2) ? 40 : 900);
    options_.result_count = options_.first_bad_index = kUnset;
    std::memcpy(memory_, &options_, sizeof(options_));
    auto* given = reinterpret_cast<lw_call_options*>(memory_);
    given_ = given;
    switch (source.Below(24)) {
      case 0:
        given->struct_size = source.OneIn(2) ? static_cast<uint32_t>(source.Below(40)) : 5000;
        verdict.errors.insert(LW_ERR_SHAPE);
        break;
      case 1:
        given->reserved = 1;
        verdict.errors.insert(LW_ERR_UNSUPPORTED);
        break;
      case 2:  // a later release's, which sets nothing that is new
        given->struct_size = sizeof(memory_);
        break;
      case 3:
        given->struct_size = sizeof(memory_);
        memory_[sizeof(memory_) - 1] = 1;
        verdict.errors.insert(LW_ERR_UNSUPPORTED);
        break;
      default:
        break;
    }
    std::memcpy(before_, memory_, sizeof(memory_));
  }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  lw_call_options* get() const { return given_; }
  double ddof() const { return options_.ddof; }
  int64_t capacity() const { return options_.result_capacity; }

  // Results are written if the call succeeds, and nothing else ever. "" or what is wrong.
  std::string Check(lw_status status, int64_t results) {
    if (!given_) return "";
    if (status == LW_OK) {
      if (given_->result_count != results) {
        return "result_count is " + std::to_string(given_->result_count) + ", expected " +
               std::to_string(results);
      }
      if (given_->first_bad_index != -1) return "first_bad_index is not -1";
      given_->result_count = given_->first_bad_index = kUnset;
    }
    return std::memcmp(memory_, before_, sizeof(memory_)) == 0 ? "" : "the options were written";
  }

 private:
  static constexpr int64_t kUnset = -77;
  lw_call_options options_ = {};
  alignas(lw_call_options) char memory_[sizeof(lw_call_options) + 16] = {};
  char before_[sizeof(lw_call_options) + 16] = {};
  lw_call_options* given_ = nullptr;
};

}  // namespace lanewise::fuzz

#endif  // LANEWISE_TESTS_FUZZ_FUZZ_OPTIONS_H_
