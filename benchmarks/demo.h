#ifndef LANEWISE_BENCHMARKS_DEMO_H_
#define LANEWISE_BENCHMARKS_DEMO_H_

namespace lanewise::bench {

// Prints the best target against what people have (the C library's function, else the loop at the
// baseline) for a handful of kernels, and whether all targets' results have the same bits. Returns
// the program's exit status: 1 if any bit differs.
int RunDemo();

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_DEMO_H_
