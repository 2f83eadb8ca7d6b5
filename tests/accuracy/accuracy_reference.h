// The exact value behind every accuracy claim: MPFR, and the distance of a result from it.

#ifndef LANEWISE_TESTS_ACCURACY_ACCURACY_REFERENCE_H_
#define LANEWISE_TESTS_ACCURACY_ACCURACY_REFERENCE_H_

namespace lanewise {

// A mathematical function, as MPFR and C have it.
struct ExactFunction;
// By C's name ("exp"), which the contracts of kernels give; null if the table has none.
const ExactFunction* FindExact(const char* name);
// C's function, in double.
double InDouble(const ExactFunction& f, double x);

// |result - f(x, y)| in units in the last place: the spacing of the type in the binade of the exact
// value, which below the smallest normal number is that of the subnormals and above the largest
// finite one goes on doubling. An infinite result stands for the first power of two that the
// type cannot hold, so overflow where round to nearest asks for it measures at most 0.5.
// Infinity means wrong altogether: NaN against a number, an infinity against an exact pole of the
// other sign or a number against a pole, a zero of the wrong sign.
//
// Functions of one argument do not look at y. T: float or double. Thread-safe.
template <class T>
double UlpError(const ExactFunction& f, T x, T y, T result);

// The same for a binary format of `digits` bits whose finite values are below 2^end, and which f64
// holds: f16, bf16.
struct BinaryFormat {
  int digits, end;
};
double UlpError(const ExactFunction& f, double x, double y, double result, BinaryFormat format);

}  // namespace lanewise

#endif  // LANEWISE_TESTS_ACCURACY_ACCURACY_REFERENCE_H_
