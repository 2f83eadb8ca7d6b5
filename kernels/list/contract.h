// What an operation promises, and what those need who judge, measure or describe it: plain data in
// the operation's struct (kContract). Loops read `bound` and `flags`; the rest is for tests,
// benchmarks and written pages (kernels/contracts.h), and the library carries none of it.

#ifndef LANEWISE_KERNELS_LIST_CONTRACT_H_
#define LANEWISE_KERNELS_LIST_CONTRACT_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>

namespace lanewise {

// ---------------------------------------------------------------- accuracy and flags

// Error bound in units in the last place of the result; 0.5 is correctly rounded, 0 is exact.
struct Ulp {
  double value;
};

// Where the sticky exception flags of a kernel come from (docs/numerics.md, "Exception flags").
enum class Flags : uint8_t {
  kUntouched,  // integer and bit-moving kernels: the floating-point environment is never read
  kHardware,   // plain arithmetic: the instructions raise exactly what C Annex F asks for
  kNone,       // raises nothing; what the instructions raised on the way is discarded
  kOwn,        // what the instructions raised is discarded, the body says what to raise
};

// Bits of `Raised`, in x86 MXCSR positions.
inline constexpr uint32_t kInvalid = 1u << 0;
inline constexpr uint32_t kDivByZero = 1u << 2;
inline constexpr uint32_t kOverflow = 1u << 3;
inline constexpr uint32_t kRaisable = kInvalid | kDivByZero | kOverflow;

// What a body of rule kOwn asks to be raised; filled through ops::Raise.
struct Raised {
  uint32_t bits = 0;
};

// ---------------------------------------------------------------- parts of a contract

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kQuietNaN = std::numeric_limits<double>::quiet_NaN();

// Up to N values, written as a list.
template <class T, size_t N>
struct UpTo {
  T values[N] = {};
  size_t count = 0;
  constexpr UpTo() = default;
  constexpr UpTo(std::initializer_list<T> list) {
    for (const T& value : list) values[count++] = value;  // too many do not compile
  }
  constexpr const T* begin() const { return values; }
  constexpr const T* end() const { return values + count; }
  constexpr size_t size() const { return count; }
  constexpr const T& operator[](size_t i) const { return values[i]; }
};

// Arguments. `high` may be infinite: then of every magnitude.
struct Range {
  double low, high;
};

// Where an infinite result of finite operands is exact: one of them, by position, has this value.
// Such a result raises divide-by-zero, any other overflow.
struct Pole {
  size_t operand;
  double at;
};

// Operands for which Annex F leaves it open whether flags are raised.
struct OpenFlags {
  double operands[3];
  uint32_t flags;
};

// ---------------------------------------------------------------- the contract

struct Contract {
  Ulp bound{0};  // over the whole range of the type; of a reduction or scan: of each operation
  Flags flags = Flags::kNone;
  // The same of integers; kNone where their loops compute with floating-point instructions.
  Flags integer_flags = Flags::kUntouched;
  bool moves_bits = false;     // NaNs, too, arrive bit for bit
  bool needs_element = false;  // of nothing there is no result: LW_ERR_SIZE
  bool is_long = false;        // many instructions, although it rounds as well as one (kIsLong)

  // C's and MPFR's function of this name says what is right; for bounds above 0.5.
  const char* reference = nullptr;

  // ---- flags: invalid where a NaN comes out and none went in, else as the result says
  uint32_t raises = 0;  // all that a call may raise
  UpTo<Pole, 2> poles = {};
  UpTo<OpenFlags, 4> open_flags = {};

  // ---- arguments
  // What programs pass, for each operand; without: -100 to 100, of math functions 0.1 to 0.9.
  UpTo<Range, 3> ordinary = {};
  // Where results say something: beyond, they are constant, infinite or NaN. Several ranges where
  // some parts deserve more points than others. f32's where they differ.
  UpTo<Range, 3> domain = {}, domain_f32 = {};
  // Edges at which the function, or our way to compute it, changes; either sign is tried, and the
  // neighbours. So are multiples of `hard_period`.
  UpTo<double, 12> hard_points = {};
  double hard_period = 0;

  // ---- words for the header and docs/kernels.md
  const char* operands = nullptr;   // names of the inputs, if not "x y z", then of two outputs
  const char* parameter = nullptr;  // name of a double that the typed functions take
  const char* numpy = "none";       // difference from NumPy's function
};

// Base of every operation: what loops read of its contract.
template <class Op>
struct Operation {
  static constexpr Ulp kBound = Op::kContract.bound;
  static constexpr Flags kFlags = Op::kContract.flags;
};

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_CONTRACT_H_
