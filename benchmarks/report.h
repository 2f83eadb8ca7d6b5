// What a run prints and writes: one line per row, means, and all raw numbers as JSON.

#ifndef LANEWISE_BENCHMARKS_REPORT_H_
#define LANEWISE_BENCHMARKS_REPORT_H_

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/case.h"

namespace lanewise::bench {

struct Row {
  Case test;
  std::vector<Contestant> results;  // empty until the row has run

  // Best nanoseconds per element; 0 if there is no such contestant.
  double Ns(const std::string& name) const;
  double BestTarget() const;  // of the target in use without a cap
  double Ceiling() const;     // of the fastest ceiling loop
  std::vector<std::string> SoftFma() const;
};

// A measurement that does not fit the table: a name and its numbers.
struct Special {
  std::string name;
  std::vector<std::pair<std::string, double>> values;
};

// Prints the table's line of each row as Google Benchmark finishes it.
class TableReporter : public benchmark::BenchmarkReporter {
 public:
  explicit TableReporter(const std::vector<Row>& rows);
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;

 private:
  void PrintRow(const Row& row) const;
  const std::vector<Row>& rows_;
  std::map<std::string, const Row*> by_name_;
  std::vector<std::string> peers_;
};

void PrintPeers();
void PrintMeans(const std::vector<Row>& rows);
// False, with a message, if the file cannot be written.
bool WriteJson(const std::string& path, const std::vector<Row>& rows,
               const std::vector<Special>& specials, const std::string& mode);

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_REPORT_H_
