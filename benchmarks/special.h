// Cases outside the table: the cost of a call and of loading, strides, axes, threads.

#ifndef LANEWISE_BENCHMARKS_SPECIAL_H_
#define LANEWISE_BENCHMARKS_SPECIAL_H_

#include <vector>

#include "benchmarks/measure.h"
#include "benchmarks/report.h"

namespace lanewise::bench {

// small: tiny arrays, to see that everything works.
std::vector<Special> RunSpecials(const Effort& effort, bool small, int32_t threads);
void PrintSpecial(const Special& special);

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_SPECIAL_H_
