// Eigen's loops, compiled once per psABI level into a module of its own.

#include <Eigen/Core>
#include <cstdint>
#include <cstring>

#define LW_STRING(x) #x
#define LW_TEXT(x) LW_STRING(x)

namespace {

using Loop = void (*)(int64_t n, const void* a, const void* b, void* out);

template <class T>
auto In(const void* data, int64_t n) {
  return Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>(static_cast<const T*>(data), n);
}
template <class T>
auto Out(void* data, int64_t n) {
  return Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>(static_cast<T*>(data), n);
}

struct Entry {
  const char* kernel;
  Loop loop;
};

// One entry per kernel whose Eigen spelling is an expression of x and y.
#define LW_MAP(name, expression)                                            \
  Entry {                                                                   \
    name, [](int64_t n, const void* a, const void* b, void* out) {          \
      [[maybe_unused]] const auto x = In<T>(a, n), y = In<T>(b ? b : a, n); \
      Out<T>(out, n) = expression;                                          \
    }                                                                       \
  }
#define LW_FOLD(name, expression)                                           \
  Entry {                                                                   \
    name, [](int64_t n, const void* a, const void* b, void* out) {          \
      [[maybe_unused]] const auto x = In<T>(a, n), y = In<T>(b ? b : a, n); \
      *static_cast<T*>(out) = expression;                                   \
    }                                                                       \
  }

template <class T>
Loop Plain(const char* kernel) {
  static const Entry entries[] = {
      LW_MAP("add", x + y),        LW_MAP("subtract", x - y),    LW_MAP("multiply", x * y),
      LW_MAP("negative", -x),      LW_MAP("abs", x.abs()),       LW_MAP("minimum", x.min(y)),
      LW_MAP("maximum", x.max(y)), LW_FOLD("min", x.minCoeff()), LW_FOLD("max", x.maxCoeff()),
  };
  for (const Entry& e : entries) {
    if (std::strcmp(e.kernel, kernel) == 0) return e.loop;
  }
  return nullptr;
}

template <class T>
Loop Float(const char* kernel) {
  static const Entry entries[] = {
      LW_MAP("divide", x / y),
      LW_MAP("sqrt", x.sqrt()),
      LW_MAP("floor", x.floor()),
      LW_MAP("rint", x.rint()),
      LW_MAP("exp", x.exp()),
      LW_MAP("log", x.log()),
      LW_MAP("sin", x.sin()),
      LW_MAP("cos", x.cos()),
      LW_MAP("tanh", x.tanh()),
      LW_MAP("pow", x.pow(y)),
      LW_FOLD("sum", x.sum()),
      LW_FOLD("mean", x.mean()),
      LW_FOLD("dot", x.matrix().dot(y.matrix())),
  };
  for (const Entry& e : entries) {
    if (std::strcmp(e.kernel, kernel) == 0) return e.loop;
  }
  return Plain<T>(kernel);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) Loop BenchEigenFind(const char* kernel,
                                                                      const char* types) {
  if (std::strcmp(types, "f32") == 0) return Float<float>(kernel);
  if (std::strcmp(types, "f64") == 0) return Float<double>(kernel);
  if (std::strcmp(types, "i32") == 0) return Plain<int32_t>(kernel);
  return nullptr;
}

extern "C" __attribute__((visibility("default"))) const char* BenchEigenVersion() {
  return LW_TEXT(EIGEN_WORLD_VERSION) "." LW_TEXT(EIGEN_MAJOR_VERSION) "." LW_TEXT(
      EIGEN_MINOR_VERSION);
}
