#include "benchmarks/peers.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>

#include "benchmarks/eigen_peer.h"
#include "benchmarks/numpy_peer.h"
#include "benchmarks/peer_libraries.h"
#include "benchmarks/vector_loops.h"
#include "benchmarks/yardstick.h"

namespace lanewise::bench {
namespace {

bool IsFloat(lw_dtype dtype) { return dtype == LW_F32 || dtype == LW_F64; }
bool AllOf(const Case& test, lw_dtype dtype) {
  for (int i = 0; i < test.record.inputs + test.record.outputs; ++i) {
    if (test.record.dtypes[i] != dtype) return false;
  }
  return true;
}

// C's name of a kernel's function, for libm and the vector libraries.
std::string MathName(const Case& test) {
  static constexpr std::string_view kOther[][2] = {
      {"asin", "asin"}, {"abs", "fabs"}, {"minimum", ""}, {"maximum", ""}, {"remainder", ""}};
  for (const auto& [ours, theirs] : kOther) {
    if (ours == test.record.name) return std::string(theirs);
  }
  return test.record.name;
}

void Add(std::vector<Contestant>& list, const char* name, const std::string& target, Batch batch) {
  list.push_back({name, Kind::kPeer, target, std::move(batch)});
}

// ---------------------------------------------------------------- vector functions

struct VectorAbi {
  const char* target;
  const char* sleef;    // suffix
  const char* libmvec;  // ISA letter and mask of the vector ABI; null if there is none
};
constexpr VectorAbi kVectorAbis[] = {
    {"SSE2", "u10sse2", "_ZGVbN"},         {"SSE4", "u10sse4", "_ZGVbN"},
    {"AVX2", "u10avx2", "_ZGVdN"},         {"AVX3", "u10avx512f", "_ZGVeN"},
    {"AVX3_ZEN4", "u10avx512f", "_ZGVeN"}, {"AVX3_SPR", "u10avx512f", "_ZGVeN"},
    {"NEON", "u10advsimd", "_ZGVnN"}};

// One contestant that calls a vector function in a loop; nothing if there is no such function.
void AddVector(const Case& test, const Target& target, bool sleef, const std::string& name,
               std::vector<Contestant>& list) {
  const VectorLoops loops = BuildVectorLoops(target.bit);
  const bool f32 = test.Element() == LW_F32, two = test.record.inputs == 2;
  const std::string function = MathName(test);
  void* library = sleef ? Libraries().sleef.handle : Libraries().mvec.handle;
  if (!loops.bytes || !library || function.empty()) return;
  const std::string lanes = std::to_string(loops.bytes / lw_dtype_size(test.Element()));
  std::string symbol;
  for (const VectorAbi& abi : kVectorAbis) {
    if (abi.target != target.name) continue;
    symbol = sleef ? "Sleef_" + function + (f32 ? "f" : "d") + lanes + "_" + abi.sleef
                   : abi.libmvec + lanes + (two ? "vv_" : "v_") + function + (f32 ? "f" : "");
  }
  const void* entry = symbol.empty() ? nullptr : dlsym(library, symbol.c_str());
  if (!entry) return;
  const VectorLoop loop =
      two ? (f32 ? loops.two_f32 : loops.two_f64) : (f32 ? loops.one_f32 : loops.one_f64);
  const size_t n = static_cast<size_t>(test.n);
  Add(list, name.c_str(), target.name,
      Timed([=, a = test.in[0], b = test.in[1], out = test.out] { loop(entry, a, b, out, n); }));
}

// ---------------------------------------------------------------- libm

template <class T>
void AddLibmAs(const Case& test, void* symbol, std::vector<Contestant>& list) {
  const T *a = static_cast<const T*>(test.in[0]), *b = static_cast<const T*>(test.in[1]);
  const T* c = static_cast<const T*>(test.in[2]);
  T* out = static_cast<T*>(test.out);
  const int64_t n = test.n;
  if (test.record.inputs == 1) {
    const auto f = reinterpret_cast<T (*)(T)>(symbol);
    Add(list, "libm", "", Timed([=] {
          for (int64_t i = 0; i < n; ++i) out[i] = f(a[i]);
        }));
  } else if (test.record.inputs == 2) {
    const auto f = reinterpret_cast<T (*)(T, T)>(symbol);
    Add(list, "libm", "", Timed([=] {
          for (int64_t i = 0; i < n; ++i) out[i] = f(a[i], b[i]);
        }));
  } else {
    const auto f = reinterpret_cast<T (*)(T, T, T)>(symbol);
    Add(list, "libm", "", Timed([=] {
          for (int64_t i = 0; i < n; ++i) out[i] = f(a[i], b[i], c[i]);
        }));
  }
}

}  // namespace

// Only what a compiler would call as a function: loops over + or sqrt are not libm's.
void AddLibm(const Case& test, std::vector<Contestant>& list) {
  const std::string name = MathName(test) + (test.Element() == LW_F32 ? "f" : "");
  void* symbol = dlsym(RTLD_DEFAULT, name.c_str());
  if (!symbol || !test.UsesFma()) return;
  test.Element() == LW_F32 ? AddLibmAs<float>(test, symbol, list)
                           : AddLibmAs<double>(test, symbol, list);
}

namespace {

// ---------------------------------------------------------------- MKL VML, OpenBLAS

void AddMkl(const Case& test, std::vector<Contestant>& list) {
  static constexpr std::string_view kOther[][2] = {
      {"log", "Ln"}, {"subtract", "Sub"}, {"multiply", "Mul"}, {"divide", "Div"}};
  std::string name = test.record.name;
  name[0] = static_cast<char>(std::toupper(name[0]));
  for (const auto& [ours, theirs] : kOther) {
    if (ours == test.record.name) name = theirs;
  }
  void* symbol = Libraries().mkl.Find((test.Element() == LW_F32 ? "vms" : "vmd") + name);
  if (!symbol || test.record.inputs > 2 || test.n > INT32_MAX) return;
  // High accuracy, subnormals kept, errors neither reported nor recorded.
  constexpr int64_t kMode = 0x2 | 0x140000 | 0x100;
  const int n = static_cast<int>(test.n);
  const void *a = test.in[0], *b = test.in[1];
  if (test.record.inputs == 1) {
    const auto f = reinterpret_cast<void (*)(int, const void*, void*, int64_t)>(symbol);
    Add(list, "MKL", "", Timed([=, out = test.out] { f(n, a, out, kMode); }));
  } else {
    using Two = void (*)(int, const void*, const void*, void*, int64_t);
    const auto f = reinterpret_cast<Two>(symbol);
    Add(list, "MKL", "", Timed([=, out = test.out] { f(n, a, b, out, kMode); }));
  }
}

template <class T>
void AddBlasAs(const Case& test, std::vector<Contestant>& list) {
  const std::string type = test.Element() == LW_F32 ? "s" : "d";
  const Library& blas = Libraries().blas;
  const T *a = static_cast<const T*>(test.in[0]), *b = static_cast<const T*>(test.in[1]);
  const int n = static_cast<int>(test.n);
  T* out = static_cast<T*>(test.out);
  if (test.record.kernel == LW_DOT) {
    if (const auto f = reinterpret_cast<T (*)(int, const T*, int, const T*, int)>(
            blas.Find("cblas_" + type + "dot"))) {
      Add(list, "OpenBLAS", "", Timed([=] { *out = f(n, a, 1, b, 1); }));
    }
  } else if (test.record.kernel == LW_SUM) {
    void* symbol = blas.Find("cblas_" + type + "sum");
    if (!symbol) symbol = blas.Find("cblas_" + type + "asum");
    if (const auto f = reinterpret_cast<T (*)(int, const T*, int)>(symbol)) {
      Add(list, "OpenBLAS", "", Timed([=] { *out = f(n, a, 1); }));
    }
  } else if (test.record.kernel == LW_ARGMAX) {
    if (const auto f =
            reinterpret_cast<size_t (*)(int, const T*, int)>(blas.Find("cblas_i" + type + "max"))) {
      Add(list, "OpenBLAS", "",
          Timed([=, index = reinterpret_cast<size_t*>(test.out)] { *index = f(n, a, 1); }));
    }
  }
}

// ---------------------------------------------------------------- Eigen, NumPy, yardstick

void AddEigen(const Case& test, const std::string& best, std::vector<Contestant>& list) {
  const EigenLoop loop = FindEigenLoop(best, test);
  if (!loop) return;
  Add(list, "Eigen", best, Timed([=, n = test.n, a = test.in[0], b = test.in[1], out = test.out] {
        loop(n, a, b, out);
      }));
}

void AddNumPy(const Case& test, std::vector<Contestant>& list) {
  NumPyPeer& numpy = NumPyPeer::Get();
  if (!numpy.Load(test)) return;
  Add(list, "NumPy", "", [&numpy](int64_t calls) { return numpy.Run(calls); });
}

void AddYardstick(const Case& test, const Target& target, const std::string& name,
                  std::vector<Contestant>& list) {
  const Yardstick yard = BuildYardstick(target.bit);
  const size_t n = static_cast<size_t>(test.n);
  const bool sum = test.record.kernel == LW_SUM, f32 = test.Element() == LW_F32;
  if (!yard.sum_f32 || (!sum && test.record.kernel != LW_DOT)) return;
  const auto run = [&]<class T>(T (*one)(const T*, size_t), T (*two)(const T*, const T*, size_t)) {
    const T *a = static_cast<const T*>(test.in[0]), *b = static_cast<const T*>(test.in[1]);
    T* out = static_cast<T*>(test.out);
    Add(list, name.c_str(), target.name,
        sum ? Timed([=] { *out = one(a, n); }) : Timed([=] { *out = two(a, b, n); }));
  };
  f32 ? run(yard.sum_f32, yard.dot_f32) : run(yard.sum_f64, yard.dot_f64);
}

}  // namespace

namespace {

// MKL chooses its code by vendor as well as by instruction set: which part of it ran is known only
// once it has been called.
std::string MklNote() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const size_t name = line.find("libmkl_vml_");
    if (name != std::string::npos) {
      return "VML, high accuracy, sequential; MKL chose the code in " + line.substr(name);
    }
  }
  return "VML, high accuracy, sequential";
}

}  // namespace

void AddPeers(const Case& test, std::vector<Contestant>& list) {
  if (!g_use_peers) return;
  const Target& best = SupportedTargets().back();
  const lw_dtype type = test.Element();
  const bool floats = IsFloat(type) && AllOf(test, type);
  const bool elementwise = test.record.shape == LW_SHAPE_ELEMENTWISE && floats;
  const bool vectors = elementwise && test.record.inputs <= 2 && test.Math();
  for (const Target& target : SupportedTargets()) {
    const std::string at = target.name == best.name ? "" : "@" + target.name;
    if (vectors) AddVector(test, target, true, "SLEEF" + at, list);
    if (IsFloat(type)) AddYardstick(test, target, "yardstick" + at, list);
  }
  if (vectors) AddVector(test, best, false, "libmvec", list);
  if (elementwise) AddLibm(test, list);
  if (elementwise) AddMkl(test, list);
  if (IsFloat(type) && Libraries().blas.handle && test.Reduces()) {
    type == LW_F32 ? AddBlasAs<float>(test, list) : AddBlasAs<double>(test, list);
  }
  AddEigen(test, best.name, list);
  AddNumPy(test, list);
}

const std::vector<Peer>& AllPeers() {
  static std::vector<Peer> peers = [] {
    if (!g_use_peers) return std::vector<Peer>();
    const LibrarySet& found = Libraries();
    const NumPyPeer& numpy = NumPyPeer::Get();
    const auto peer = [](const char* name, const Library& library, const char* note) {
      return Peer{name, library.version, library.reason, note};
    };
    const std::string eigen = EigenVersion(SupportedTargets().back().name);
    return std::vector<Peer>{
        peer("SLEEF", found.sleef, "1.0 ULP functions (u10) of the same ISA as the target"),
        {"libm", std::string("glibc ") + gnu_get_libc_version(), "", "scalar loop"},
        peer("libmvec", found.mvec, "looser: 4 ULP"),
        {"Eigen", eigen, eigen.empty() ? "its module was not built" : "",
         "compiled for the best target's level; math bounds differ"},
        peer("OpenBLAS", found.blas, "dot, sum and argmax; one thread"),
        peer("MKL", found.mkl, ""),
        {"NumPy", numpy.Version(), numpy.Reason(), "through Python: its call overhead is included"},
        {"yardstick", "own", "", "our fastest sum and dot with a free order of additions"}};
  }();
  for (Peer& peer : peers) {
    if (peer.name == "MKL" && !peer.version.empty()) peer.note = MklNote();
  }
  return peers;
}

}  // namespace lanewise::bench
