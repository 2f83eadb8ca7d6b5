// Floating-point errors as NumPy's users know them: np.errstate decides what a flag does.

#ifndef LANEWISE_PYTHON_FP_ERRORS_H_
#define LANEWISE_PYTHON_FP_ERRORS_H_

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
// NPY_FPE_* bits raised since ClearFlags().
inline int RaisedFlags() {
  const unsigned csr = _mm_getcsr();
  if (!(csr & 0x1D)) return 0;
  return ((csr & 0x01) ? NPY_FPE_INVALID : 0) | ((csr & 0x04) ? NPY_FPE_DIVIDEBYZERO : 0) |
         ((csr & 0x08) ? NPY_FPE_OVERFLOW : 0) | ((csr & 0x10) ? NPY_FPE_UNDERFLOW : 0);
}

#else

inline void ClearFlags() { std::feclearexcept(FE_ALL_EXCEPT); }
inline int RaisedFlags() {
  const int raised = std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW);
  return ((raised & FE_INVALID) ? NPY_FPE_INVALID : 0) |
         ((raised & FE_DIVBYZERO) ? NPY_FPE_DIVIDEBYZERO : 0) |
         ((raised & FE_OVERFLOW) ? NPY_FPE_OVERFLOW : 0) |
         ((raised & FE_UNDERFLOW) ? NPY_FPE_UNDERFLOW : 0);
}

#endif

// Warns, raises or calls as np.errstate says. False if an exception is set.
bool GiveErrors(const char* name, int flags);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_FP_ERRORS_H_
