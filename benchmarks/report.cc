#include "benchmarks/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "benchmarks/peers.h"

namespace lanewise::bench {

double Row::Ns(const std::string& name) const {
  for (const Contestant& c : results) {
    if (c.name == name) return c.best / static_cast<double>(test.n);
  }
  return 0;
}

double Row::BestTarget() const { return Ns(SupportedTargets().back().name); }

double Row::Ceiling() const {
  double best = 0;
  for (const Contestant& c : results) {
    if (c.kind == Kind::kCeiling && c.best > 0 && (best == 0 || c.best < best)) best = c.best;
  }
  return best / static_cast<double>(test.n);
}

std::vector<std::string> Row::SoftFma() const {
  std::vector<std::string> names;
  for (const Target& target : SupportedTargets()) {
    if (target.SoftFma(test) && Ns(target.name) > 0) names.push_back(target.name);
  }
  return names;
}

namespace {

// Three significant digits or so, in seven columns; "-" where nothing was measured.
std::string Number(double value) {
  if (!(value > 0)) return "-";
  char text[32];
  const int digits = value < 9.9995 ? 3 : value < 99.95 ? 1 : 0;
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

std::string Ratio(double theirs, double ours) {
  if (!(theirs > 0) || !(ours > 0)) return "-";
  char text[32];
  std::snprintf(text, sizeof(text), theirs / ours < 9.995 ? "%.2f" : "%.0f", theirs / ours);
  return text;
}

std::string Size(int64_t n) {
  const char* name = SizeName(n);
  return name ? name : std::to_string(n);
}

double Bytes(const Row& row) {
  const Traffic traffic = TrafficOf(row.test);
  size_t bytes = traffic.written;
  for (int i = 0; i < traffic.reads; ++i) bytes += traffic.read[i];
  return static_cast<double>(bytes) / static_cast<double>(row.test.n);
}

}  // namespace

TableReporter::TableReporter(const std::vector<Row>& rows) : rows_(rows) {
  for (const Row& row : rows) by_name_[row.test.Name()] = &row;
  for (const Peer& peer : AllPeers()) {
    if (!peer.version.empty()) peers_.push_back(peer.name);
  }
}

bool TableReporter::ReportContext(const Context&) {
  std::printf(
      "Best of the rounds. ns per element for each target; GB/s and share of the ceiling\n"
      "of the best target; ratio of the baseline's and of each peer's time to the best\n"
      "target's: above 1 lanewise is faster. *: a ratio to software FMA, which nobody ran\n"
      "before: libm and NumPy are what a program has on such a processor.\n\n");
  std::printf("%-15s %-8s %5s |", "kernel", "types", "n");
  for (const Target& target : SupportedTargets()) {
    std::printf(" %10s", TargetLabel(target.name).c_str());
  }
  std::printf(" | %6s %5s %6s |", "GB/s", "ceil%", "x base");
  for (const std::string& peer : peers_) std::printf(" %9s", peer.c_str());
  std::printf("\n");
  return true;
}

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const auto found = by_name_.find(run.run_name.function_name);
    if (found != by_name_.end() && !found->second->results.empty()) PrintRow(*found->second);
  }
}

void TableReporter::PrintRow(const Row& row) const {
  const std::vector<Target>& targets = SupportedTargets();
  const double best = row.BestTarget(), base = row.Ns(targets.front().name);
  const bool soft_base = base > 0 && targets.front().SoftFma(row.test);
  std::printf("%-15s %-8s %5s |", row.test.record.name, row.test.Types().c_str(),
              Size(row.test.n).c_str());
  for (const Target& target : targets) std::printf(" %10s", Number(row.Ns(target.name)).c_str());
  std::printf(" | %6.1f %5.0f %6s |", Bytes(row) / best, 100 * row.Ceiling() / best,
              (Ratio(base, best) + (soft_base ? "*" : "")).c_str());
  for (const std::string& peer : peers_) std::printf(" %9s", Ratio(row.Ns(peer), best).c_str());
  if (row.test.data != "uniform") std::printf("  [%s]", row.test.data.c_str());
  const std::vector<std::string> soft = row.SoftFma();
  if (!soft.empty()) std::printf("  software FMA:");
  for (const std::string& name : soft) std::printf(" %s", name.c_str());
  std::printf("\n");
  std::fflush(stdout);
}

void PrintPeers() {
  if (AllPeers().empty()) return;
  std::printf("\nPeers:\n");
  for (const Peer& peer : AllPeers()) {
    if (peer.version.empty()) {
      std::printf("  %-10s left out: %s\n", peer.name.c_str(), peer.reason.c_str());
    } else {
      std::printf("  %-10s %s; %s\n", peer.name.c_str(), peer.version.c_str(), peer.note.c_str());
    }
  }
}

namespace {

struct Mean {
  double log_sum = 0, worst = 0;
  int count = 0;
  void Add(double ratio) {
    if (!(ratio > 0)) return;
    log_sum += std::log(ratio);
    worst = count ? std::min(worst, ratio) : ratio;
    ++count;
  }
};

// Math functions on ordinary data at one size: `peer` against the target `ours`.
void PrintMean(const std::vector<Row>& rows, int64_t n, const std::string& peer,
               const std::string& ours) {
  Mean mean[3];
  for (const Row& row : rows) {
    if (!row.test.Math() || row.test.n != n || row.test.data != "uniform") continue;
    const double own = row.Ns(ours), ratio = own > 0 ? row.Ns(peer) / own : 0;
    mean[0].Add(ratio);
    mean[row.test.Element() == LW_F32 ? 1 : 2].Add(ratio);
  }
  if (mean[0].count == 0) return;
  std::printf("  %-5s %-10s vs %-11s", Size(n).c_str(), TargetLabel(ours).c_str(), peer.c_str());
  const char* heading[] = {"all", "f32", "f64"};
  for (int i = 0; i < 3; ++i) {
    if (mean[i].count == 0) continue;
    std::printf("  %s %.2f (%d, worst %.2f)", heading[i], std::exp(mean[i].log_sum / mean[i].count),
                mean[i].count, mean[i].worst);
  }
  std::printf("\n");
}

}  // namespace

void PrintMeans(const std::vector<Row>& rows) {
  std::printf("\nMath functions, geometric means of the ratios (above 1 lanewise is faster):\n");
  const std::string best = SupportedTargets().back().name;
  for (int64_t n : {int64_t{1000}, int64_t{65536}}) {
    for (const char* peer : {"SLEEF", "MKL", "NumPy", "libmvec", "libm", "Eigen"}) {
      PrintMean(rows, n, peer, best);
    }
    for (const Target& target : SupportedTargets()) {
      if (target.name != best && target.has_fma) {
        PrintMean(rows, n, "SLEEF@" + target.name, target.name);
      }
    }
  }
}

}  // namespace lanewise::bench
