#!/usr/bin/env bash
# Every public header compiles alone and pedantically: the C headers as C99, C11, C++98, C++11 and
# C++20, the others as C++20, also without exceptions and RTTI, with every compiler that is here.
# Callers that cast nothing away compile, README's lines do, and wrong calls say why they do not.
#   tests/api/headers_test.sh SOURCE_DIR
set -euo pipefail
source=$(realpath "$1")
include=$source/include
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
compiled=0

# Twice, so that a missing include guard shows.
compile() {
  local compiler=$1 language=$2 header=$3
  shift 3
  if ! command -v "$compiler" >/dev/null; then return 0; fi
  local program=$tmp/alone.$language
  printf '#include <lanewise/%s>\n#include <lanewise/%s>\n' "$header" "$header" >"$program"
  printf '%-8s %-22s %s\n' "$compiler" "$header" "$*"
  "$compiler" "$@" -pedantic -Wall -Wextra -Werror -I"$include" -fsyntax-only "$program"
  compiled=$((compiled + 1))
}

for path in "$include"/lanewise/*; do
  header=${path##*/}
  for compiler in gcc clang; do
    case $header in
      *.h)
        compile "$compiler" c "$header" -std=c99
        compile "$compiler" c "$header" -std=c11 -Wstrict-prototypes -Wconversion
        ;;
    esac
  done
  for compiler in g++ clang++; do
    compile "$compiler" cc "$header" -std=c++20 -Wconversion -Wshadow -Wcast-qual
    case $header in
      *.h)
        compile "$compiler" cc "$header" -std=c++98 -pedantic-errors
        compile "$compiler" cc "$header" -std=c++11 -pedantic-errors -Wold-style-cast -Wcast-qual
        ;;
      *) compile "$compiler" cc "$header" -std=c++20 -fno-exceptions -fno-rtti ;;
    esac
  done
done

# program FILE: a C++ program from standard input, within main() but for its #include lines.
program() {
  local lines
  lines=$(cat)
  {
    printf '#include <cstdio>\n#include <vector>\n'
    grep '^#include' <<<"$lines" || true
    printf 'int main() {\nstd::vector<float> x(9), y(9);\n'
    grep -v '^#include' <<<"$lines"
    printf '}\n'
  } >"$1"
}

# Inputs are const: nobody has to cast that away.
cat >"$tmp/const.c" <<'END'
#include <lanewise/lanewise_gpu.h>
lw_status add(const float *x, const float *y, float *out, int64_t n);
lw_status add(const float *x, const float *y, float *out, int64_t n) {
  const lw_dtype dtypes[] = {LW_F32, LW_F32, LW_F32};
  const int64_t stride = 4;
  const lw_operand operands[] = {{x, 4}, {y, 4}, {out, 4}};
  const lw_gpu_operand device[] = {{x, &stride, 0, 0}, {y, &stride, 0, 0}, {out, &stride, 0, 0}};
  const lw_view in = {x, 1, &n, &stride}, sum = {out, 0, 0, 0};
  lw_status status = lw_call(LW_ADD, dtypes, operands, n, NULL);
  if (status == LW_OK) status = lw_gpu_call(LW_ADD, dtypes, device, 1, &n, 0);
  return status == LW_OK ? lw_reduce(LW_SUM, LW_F32, &in, 1, &sum, 0) : status;
}
END
for compiler in gcc clang g++ clang++; do
  command -v "$compiler" >/dev/null || continue
  case $compiler in *++) language="c++ -std=c++11" ;; *) language="c -std=c99" ;; esac
  # shellcheck disable=SC2086  # two words
  "$compiler" -x $language -Wall -Wextra -Wcast-qual -Werror -I"$include" -fsyntax-only "$tmp/const.c"
  compiled=$((compiled + 1))
done

# README's lines, as they stand there.
sed -n '/^```cpp$/,/^```$/p' "$source/README.md" | grep -v '^```' | program "$tmp/readme.cc"
grep -q 'lanewise::' "$tmp/readme.cc"
{
  printf '#include <stdio.h>\n'
  sed -n '/^```c$/,/^```$/p' "$source/README.md" | grep '^#include'
  printf 'int main(void) {\n'
  sed -n '/^```c$/,/^```$/p' "$source/README.md" | grep -v '^```' | grep -v '^#include'
  printf 'return 0; }\n'
} >"$tmp/readme.c"
grep -q 'lw_' "$tmp/readme.c"

# refused COMPILER SENTENCE FILE [option]...: does not compile, and that is the first error.
refused() {
  local compiler=$1 sentence=$2 file=$3
  shift 3
  if "$compiler" "$@" -I"$include" -fsyntax-only "$file" >"$tmp/log" 2>&1; then
    echo "FAILED: $compiler compiles what it should not: $sentence"
    exit 1
  fi
  grep -m 1 'error:' "$tmp/log" | grep -qF "$sentence" ||
    { cat "$tmp/log"; echo "FAILED: $compiler does not say: $sentence"; exit 1; }
}

wrong() { { printf '#include <lanewise/lanewise.hpp>\n'; cat; } | program "$tmp/wrong.cc"; }
for compiler in g++ clang++; do
  command -v "$compiler" >/dev/null || continue
  "$compiler" -std=c++20 -I"$include" -fsyntax-only "$tmp/readme.cc"
  "$compiler" -x c -std=c99 -I"$include" -fsyntax-only "$tmp/readme.c"
  for header in lanewise.hpp call.hpp operands.hpp; do
    printf '#include <lanewise/%s>\n' "$header" >"$tmp/old.cc"
    refused "$compiler" "$header needs C++20" "$tmp/old.cc" -std=c++17
    [ "$(grep -c 'error:' "$tmp/log")" = 1 ] || { cat "$tmp/log"; echo "FAILED: more"; exit 1; }
  done
  wrong <<<'lanewise::sqrt(std::vector<int>(3), std::vector<int>(3));'
  refused "$compiler" "this function takes floats of 16 to 64 bits, of one type" "$tmp/wrong.cc" -std=c++20
  wrong <<<'std::vector<double> z(9); lanewise::exp(x, z);'
  refused "$compiler" "this function takes floats of 16 to 64 bits, of one type" "$tmp/wrong.cc" -std=c++20
  wrong <<<'lanewise::add(x, lanewise::scalar(1.0), y);'
  refused "$compiler" "takes floats and integers of any width" "$tmp/wrong.cc" -std=c++20
  wrong <<<'lanewise::less(x, y, y);'
  refused "$compiler" "comparisons take two inputs of one type" "$tmp/wrong.cc" -std=c++20
  wrong <<<'lanewise::convert(x, y);'
  refused "$compiler" "convert takes" "$tmp/wrong.cc" -std=c++20
  compiled=$((compiled + 9))
done
[ "$compiled" -ge 27 ] || { echo "FAILED: only $compiled compilations ran"; exit 1; }
echo "passed: $compiled compilations"
