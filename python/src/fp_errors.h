// Floating-point errors as NumPy's users know them: np.errstate decides what a flag does.

#ifndef LANEWISE_PYTHON_FP_ERRORS_H_
#define LANEWISE_PYTHON_FP_ERRORS_H_

#include <cstdint>

#include "numpy_api.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

namespace lanewise_py {

#if defined(__x86_64__)

// lanewise raises flags in MXCSR alone; fetestexcept() would also read the x87 state, which costs
// more than a kernel on ten elements.
inline void ClearFlags() {
  const unsigned csr = _mm_getcsr();
  // Nearly all arithmetic raises `inexact`, which nobody reads: not worth a write.
  if (csr & 0x1D) _mm_setcsr(csr & ~0x3Fu);
}
// Sets the flag without an operation that might trap.
inline void RaiseInvalid() { _mm_setcsr(_mm_getcsr() | 0x01); }
// NPY_FPE_* bits raised since ClearFlags().
inline int RaisedFlags() {
  const unsigned csr = _mm_getcsr();
  if (!(csr & 0x1D)) return 0;
  return ((csr & 0x01) ? NPY_FPE_INVALID : 0) | ((csr & 0x04) ? NPY_FPE_DIVIDEBYZERO : 0) |
         ((csr & 0x08) ? NPY_FPE_OVERFLOW : 0) | ((csr & 0x10) ? NPY_FPE_UNDERFLOW : 0);
}

#else

inline void RaiseInvalid() { std::feraiseexcept(FE_INVALID); }
inline void ClearFlags() { std::feclearexcept(FE_ALL_EXCEPT); }
inline int RaisedFlags() {
  const int raised = std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW);
  return ((raised & FE_INVALID) ? NPY_FPE_INVALID : 0) |
         ((raised & FE_DIVBYZERO) ? NPY_FPE_DIVIDEBYZERO : 0) |
         ((raised & FE_OVERFLOW) ? NPY_FPE_OVERFLOW : 0) |
         ((raised & FE_UNDERFLOW) ? NPY_FPE_UNDERFLOW : 0);
}

#endif

// The default floating-point environment (round to nearest, subnormals kept, traps masked) for its
// lifetime, whatever the caller has set. The library guards its own loops so; this is for what
// happens around them: scalars become elements, NumPy casts, masks and divides. Flags that are
// raised meanwhile stay raised.
class DefaultFloats {
 public:
  DefaultFloats() : entry_(Read()), differs_((entry_ & kControl) != kDefault) {
    if (differs_) [[unlikely]]
      Write((entry_ & ~kControl) | kDefault);
  }
  DefaultFloats(const DefaultFloats&) = delete;
  DefaultFloats& operator=(const DefaultFloats&) = delete;
  ~DefaultFloats() {
    if (differs_) [[unlikely]]
      Write((Read() & ~kControl) | (entry_ & kControl));
  }

 private:
#if defined(__x86_64__)
  using Word = unsigned;
  static constexpr Word kControl = 0xFFC0, kDefault = 0x1F80;
  static Word Read() { return _mm_getcsr(); }
  static void Write(Word csr) { _mm_setcsr(csr); }
#else
  using Word = uint64_t;  // FPCR; the flags are in a register of their own
  static constexpr Word kControl = ~Word{0}, kDefault = 0;
  static Word Read() {
    Word fpcr;
    asm volatile("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
  }
  static void Write(Word fpcr) { asm volatile("msr fpcr, %0" : : "r"(fpcr)); }
#endif

  const Word entry_;
  const bool differs_;
};

// Warns, raises or calls as np.errstate says. False if an exception is set.
bool GiveErrors(const char* name, int flags);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_FP_ERRORS_H_
