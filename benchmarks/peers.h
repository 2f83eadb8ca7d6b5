// Peers: other libraries' implementations of a case, each found at run time or left out.

#ifndef LANEWISE_BENCHMARKS_PEERS_H_
#define LANEWISE_BENCHMARKS_PEERS_H_

#include <string>
#include <vector>

#include "benchmarks/case.h"

namespace lanewise::bench {

struct Peer {
  std::string name;     // column heading
  std::string version;  // "" if it was left out
  std::string reason;   // why it was left out
  std::string note;     // what a reader of its ratios has to know
};

// False: nothing is looked for, all lists are empty.
inline bool g_use_peers = true;

// All that we know of, found or not, in the order of the columns.
const std::vector<Peer>& AllPeers();

// Adds every peer that implements the case. best: the target in use without a cap; SLEEF also
// runs at each lower one, named "SLEEF@AVX2".
void AddPeers(const Case& test, std::vector<Contestant>& contestants);

// Adds glibc's scalar function in a loop, "libm": what a program calls without lanewise. Nothing if
// the C library has no function of the kernel's meaning.
void AddLibm(const Case& test, std::vector<Contestant>& contestants);

// A file below the project's own .deps/pyvenv, found upwards from this program; "" if there is
// none.
std::string FindInVenv(const std::string& relative);

}  // namespace lanewise::bench

#endif  // LANEWISE_BENCHMARKS_PEERS_H_
