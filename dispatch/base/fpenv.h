// The floating-point guard: kernels run in the default environment (round to nearest even,
// subnormals kept, traps masked) whatever the caller has set, and leave exactly the exception
// flags that their rule (kernels/list/kernel.h, Flags) asks for.
// Lives in an out-of-line wrapper around the indirect call, so no compiler can move work across.

#ifndef LANEWISE_DISPATCH_BASE_FPENV_H_
#define LANEWISE_DISPATCH_BASE_FPENV_H_

#include <cstdint>

#include "kernels/list/kernel.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace lanewise {

#if defined(__x86_64__)

struct FpState {
  static uint32_t Read() { return _mm_getcsr(); }
  static void Write(uint32_t csr) { _mm_setcsr(csr); }
  static constexpr uint32_t kControl = 0xFFC0;  // DAZ, trap masks, rounding, FTZ
  static constexpr uint32_t kDefault = 0x1F80;
  static constexpr uint32_t kSticky = 0x3F;
  static bool IsDefault(uint32_t csr) { return (csr & kControl) == kDefault; }
  static uint32_t MakeDefault(uint32_t csr) { return (csr & ~kControl) | kDefault; }
  static uint32_t Raised(uint32_t csr) { return csr & kRaisable; }
  static uint32_t WithRaised(uint32_t csr, uint32_t raised) { return csr | raised; }
  static uint32_t WithoutSticky(uint32_t csr) { return csr & ~kSticky; }
};

#elif defined(__aarch64__)

// FPCR in the upper, FPSR in the lower half.
struct FpState {
  static uint64_t Read() {
    uint64_t fpcr, fpsr;
    asm volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(fpcr), "=r"(fpsr));
    return (fpcr << 32) | (fpsr & 0xFFFFFFFFu);
  }
  static void Write(uint64_t state) {
    const uint64_t fpcr = state >> 32, fpsr = state & 0xFFFFFFFFu;
    asm volatile("msr fpcr, %0\n\tmsr fpsr, %1" : : "r"(fpcr), "r"(fpsr));
  }
  // Rounding, flush modes, default NaN, traps: all of FPCR is 0 by default.
  static bool IsDefault(uint64_t state) { return (state >> 32) == 0; }
  static uint64_t MakeDefault(uint64_t state) { return state & 0xFFFFFFFFu; }
  // FPSR: invalid is bit 0, divide-by-zero 1, overflow 2.
  static uint32_t Raised(uint64_t state) {
    const uint32_t fpsr = static_cast<uint32_t>(state);
    return ((fpsr & 1) ? kInvalid : 0) | ((fpsr & 2) ? kDivByZero : 0) |
           ((fpsr & 4) ? kOverflow : 0);
  }
  static uint64_t WithRaised(uint64_t state, uint32_t raised) {
    return state | ((raised & kInvalid) ? 1 : 0) | ((raised & kDivByZero) ? 2 : 0) |
           ((raised & kOverflow) ? 4 : 0);
  }
  static uint64_t WithoutSticky(uint64_t state) { return state & ~uint64_t{0x9F}; }
};

#else
#error "lanewise supports x86-64 and AArch64"
#endif

// Guards one call of the library in the caller's thread.
class FpGuard {
 public:
  explicit FpGuard(Flags rule) : rule_(rule) {
    if (rule == Flags::kUntouched) return;
    entry_ = FpState::Read();
    if (!FpState::IsDefault(entry_)) [[unlikely]]
      FpState::Write(FpState::MakeDefault(entry_));
  }
  FpGuard(const FpGuard&) = delete;
  FpGuard& operator=(const FpGuard&) = delete;

  // Adds what a body of rule kOwn, or a task on another thread, asks to be raised.
  void Raise(uint32_t raised) { raised_ |= raised; }

  ~FpGuard() {
    if (rule_ == Flags::kUntouched) return;
    const auto now = FpState::Read();
    if (rule_ == Flags::kHardware) raised_ |= FpState::Raised(now);
    const auto wanted = FpState::WithRaised(entry_, raised_ & kRaisable);
    // Underflow and inexact are unspecified; plain arithmetic may leave them without a write.
    const bool done = rule_ == Flags::kHardware
                          ? FpState::WithoutSticky(now) == FpState::WithoutSticky(wanted) &&
                                FpState::Raised(now) == FpState::Raised(wanted)
                          : now == wanted;
    if (!done) FpState::Write(wanted);
  }

 private:
  const Flags rule_;
  decltype(FpState::Read()) entry_ = 0;
  uint32_t raised_ = 0;
};

// Guards a task on a worker thread: default environment, clean flags; Finish() gives the flags to
// hand to the caller's thread and restores the worker's own state.
class TaskFpGuard {
 public:
  TaskFpGuard() : entry_(FpState::Read()) {
    FpState::Write(FpState::WithoutSticky(FpState::MakeDefault(entry_)));
  }
  TaskFpGuard(const TaskFpGuard&) = delete;
  TaskFpGuard& operator=(const TaskFpGuard&) = delete;
  uint32_t Finish() const { return FpState::Raised(FpState::Read()); }
  ~TaskFpGuard() { FpState::Write(entry_); }

 private:
  const decltype(FpState::Read()) entry_;
};

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_BASE_FPENV_H_
