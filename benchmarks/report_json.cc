// The JSON file of a run; its layout is described in docs/benchmarks.md.

#include <cmath>
#include <ctime>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "benchmarks/peers.h"
#include "benchmarks/report.h"

namespace lanewise::bench {
namespace {

std::string Quote(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + "\"";
}

std::string Number(double value) {
  if (!std::isfinite(value)) return "null";
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", value);
  return text;
}

std::string Today() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return text;
}

std::string Machine() {
  size_t length = 0;
  lw_machine(1, nullptr, 0, &length);
  std::string text(length + 1, '\0');
  if (lw_machine(1, text.data(), text.size(), &length) != LW_OK) return "null";
  text.resize(length);
  return text;
}

std::string Peers() {
  std::ostringstream json;
  const char* comma = "";
  for (const Peer& peer : AllPeers()) {
    json << comma << "\n    " << Quote(peer.name) << ": {\"version\": " << Quote(peer.version)
         << ", \"left_out\": " << Quote(peer.reason) << ", \"note\": " << Quote(peer.note) << "}";
    comma = ",";
  }
  return "{" + json.str() + "}";
}

const char* KindName(Kind kind) {
  return kind == Kind::kTarget ? "target" : kind == Kind::kCeiling ? "ceiling" : "peer";
}

std::string Result(const Contestant& c, double n) {
  return "{\"name\": " + Quote(c.name) + ", \"kind\": \"" + KindName(c.kind) +
         "\", \"target\": " + Quote(c.target) + ", \"ns\": " + Number(c.best / n) +
         ", \"median_ns\": " + Number(c.median / n) + ", \"rounds\": " + std::to_string(c.rounds) +
         "}";
}

std::string RowJson(const Row& row) {
  const Traffic traffic = TrafficOf(row.test);
  const double n = static_cast<double>(row.test.n);
  size_t read = 0;
  for (int i = 0; i < traffic.reads; ++i) read += traffic.read[i];
  std::ostringstream json;
  json << "{\"kernel\": " << Quote(row.test.record.name)
       << ", \"types\": " << Quote(row.test.Types()) << ", \"n\": " << row.test.n
       << ", \"data\": " << Quote(row.test.data)
       << ", \"math\": " << (row.test.Math() ? "true" : "false")
       << ", \"bytes_read\": " << Number(static_cast<double>(read) / n)
       << ", \"bytes_written\": " << Number(static_cast<double>(traffic.written) / n)
       << ", \"soft_fma\": [";
  const char* comma = "";
  for (const std::string& name : row.SoftFma()) {
    json << comma << Quote(name);
    comma = ", ";
  }
  json << "], \"results\": [";
  comma = "";
  for (const Contestant& c : row.results) {
    json << comma << "\n      " << Result(c, n);
    comma = ",";
  }
  json << "]}";
  return json.str();
}

std::string SpecialJson(const Special& special) {
  std::ostringstream json;
  json << "{\"name\": " << Quote(special.name) << ", \"values\": {";
  const char* comma = "";
  for (const auto& [key, value] : special.values) {
    json << comma << Quote(key) << ": " << Number(value);
    comma = ", ";
  }
  json << "}}";
  return json.str();
}

}  // namespace

bool WriteJson(const std::string& path, const std::vector<Row>& rows,
               const std::vector<Special>& specials, const std::string& mode) {
  std::ofstream file(path);
  file << "{\"format\": 1, \"mode\": " << Quote(mode) << ", \"date\": " << Quote(Today())
       << ",\n  \"lanewise\": " << Quote(lw_version())
       << ", \"clock\": " << (g_batch_clock == CLOCK_MONOTONIC ? "\"real\"" : "\"cpu\"")
       << ", \"numerics\": " << lw_numerics_version() << ", \"threads\": " << lw_get_threads()
       << ",\n  \"targets\": [";
  const char* comma = "";
  for (const Target& target : SupportedTargets()) {
    file << comma << Quote(target.name);
    comma = ", ";
  }
  file << "],\n  \"machine\": " << Machine() << ",\n  \"peers\": " << Peers() << ",\n  \"rows\": [";
  comma = "";
  for (const Row& row : rows) {
    if (row.results.empty()) continue;
    file << comma << "\n    " << RowJson(row);
    comma = ",";
  }
  file << "],\n  \"special\": [";
  comma = "";
  for (const Special& special : specials) {
    file << comma << "\n    " << SpecialJson(special);
    comma = ",";
  }
  file << "]}\n";
  file.close();
  if (!file) std::fprintf(stderr, "bench: cannot write %s\n", path.c_str());
  return static_cast<bool>(file);
}

}  // namespace lanewise::bench
