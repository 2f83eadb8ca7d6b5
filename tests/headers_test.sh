#!/usr/bin/env bash
# Every public header compiles alone and pedantically: lanewise.h as C99, C11 and C++20, the others
# as C++20, with every compiler that is here.
#   tests/headers_test.sh SOURCE_DIR
set -euo pipefail
include=$(realpath "$1")/include
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
    compile "$compiler" cc "$header" -std=c++20 -Wconversion -Wshadow
  done
done
[ "$compiled" -ge 5 ] || { echo "FAILED: only $compiled compilations ran"; exit 1; }
echo "passed: $compiled compilations"
