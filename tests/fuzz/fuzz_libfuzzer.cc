// The cases of fuzz_case.h under libFuzzer (Clang): every input is one call.

#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz_case.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static lanewise::fuzz::Arena arena;
  lanewise::fuzz::Source source(data, size);
  const std::string wrong = lanewise::fuzz::Case(source, arena).Run();
  if (!wrong.empty()) {
    fprintf(stderr, "%s\n", wrong.c_str());
    std::abort();
  }
  return 0;
}
