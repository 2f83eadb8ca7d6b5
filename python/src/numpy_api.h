// Python's and NumPy's C API, in this order, for every file of the extension. One file (module.cc)
// defines LANEWISE_IMPORT_NUMPY and so owns the tables that the others use.

#ifndef LANEWISE_PYTHON_NUMPY_API_H_
#define LANEWISE_PYTHON_NUMPY_API_H_

#define PY_SSIZE_T_CLEAN
#include <Python.h>

// Built against NumPy 2 headers, runs on NumPy 1.25 and newer.
#define NPY_NO_DEPRECATED_API NPY_1_25_API_VERSION
#define NPY_TARGET_VERSION NPY_1_25_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL lanewise_array_api
#define PY_UFUNC_UNIQUE_SYMBOL lanewise_ufunc_api
#ifndef LANEWISE_IMPORT_NUMPY
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#endif
#include <numpy/arrayobject.h>
#include <numpy/ufuncobject.h>

#include <unistd.h>

#include <utility>

namespace lanewise_py {

// Owns one reference.
class Ref {
 public:
  Ref() = default;
  explicit Ref(PyObject* owned) : object_(owned) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { Py_XDECREF(object_); }
  static Ref Borrow(PyObject* borrowed) { return Ref(Py_XNewRef(borrowed)); }

  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

inline PyArrayObject* AsArray(PyObject* object) { return reinterpret_cast<PyArrayObject*>(object); }

// Takes the interpreter's lock by `take`. While Python ends, that call makes daemon threads exit:
// by unwinding, which would run destructors that count references without the lock, and meet
// functions that must not throw, which aborts the process. Such a thread sleeps instead, until the
// process is gone, as CPython 3.14 has it do.
template <class Take>
auto TakeLock(Take take) noexcept {
  try {
    return take();
  } catch (...) {
    for (;;) pause();
  }
}

// Gives up the interpreter lock for its lifetime, if there is enough work to make that worth while.
class AllowThreads {
 public:
  explicit AllowThreads(bool worth) : saved_(worth ? PyEval_SaveThread() : nullptr) {}
  AllowThreads(const AllowThreads&) = delete;
  AllowThreads& operator=(const AllowThreads&) = delete;
  ~AllowThreads() {
    if (saved_) TakeLock([this] { PyEval_RestoreThread(saved_); });
  }

 private:
  PyThreadState* saved_;
};

// Elements from which the lock is given up. That takes 30 ns where nobody waits for it, and up to
// 130 ns were measured around a kernel: 1 to 9 % of a call of this size, which takes 0.7 us
// (comparisons of f32) to 18 us (pow of f64). Where another thread computes in Python, the lock
// comes back only after Python's switch interval (5 ms), so shorter calls keep it.
inline constexpr npy_intp kAllowThreadsFrom = 8192;

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_NUMPY_API_H_
