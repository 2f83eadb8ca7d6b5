#!/usr/bin/env bash
# Flags from outside that would change results or put foreign instructions into the library are
# refused: by the configuration, and by the compiler where they get that far. Names of levels and
# targets are those that the library takes when it runs.
#   tests/build/flags_test.sh BUILD_DIR SOURCE_DIR
set -euo pipefail
build=$(realpath "$1") source=$(realpath "$2")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
. "$source/tests/consumers/common.sh"

echo '#include "kernels/list/strict_math.h"' >"$tmp/flags.cc"
compile() {
  local compiler=$1
  shift
  "$compiler" -std=c++20 -I"$source" -DLANEWISE_BASELINE_LEVEL=1 "$@" -fsyntax-only "$tmp/flags.cc" \
    >"$tmp/log" 2>&1
}
for compiler in g++ clang++; do
  command -v $compiler >/dev/null || continue
  compile $compiler -O2 || { cat "$tmp/log"; fail "$compiler -O2 is refused"; }
  for flag in -ffast-math -Ofast -ffinite-math-only; do
    ! compile $compiler -O2 $flag || fail "$compiler $flag is accepted"
    grep -q "promised to the bit" "$tmp/log" || { cat "$tmp/log"; fail "$compiler $flag: no reason"; }
  done
  compile $compiler -O2 -ffast-math -fno-fast-math || fail "$compiler -fno-fast-math"
  [ "$(uname -m)" = x86_64 ] || continue
  for flag in -mavx2 -march=x86-64-v2 -march=haswell -msse3; do
    ! compile $compiler -O2 $flag || fail "$compiler $flag is accepted"
    grep -q LANEWISE_BASELINE "$tmp/log" || { cat "$tmp/log"; fail "$compiler $flag: no reason"; }
  done
done
for flag in -fassociative-math\ -fno-signed-zeros\ -fno-trapping-math -freciprocal-math; do
  ! compile g++ -O2 $flag || fail "g++ $flag is accepted"
done
[ "$(uname -m)" != x86_64 ] || ! compile g++ -O2 -mfpmath=387 || fail "g++ -mfpmath=387 is accepted"
step "the compiler refuses"

configure() {
  rm -rf "$tmp/tree"
  cmake -S "$source" -B "$tmp/tree" "${settings[@]}" -DLANEWISE_BUILD_TESTS=OFF \
    -DLANEWISE_BUILD_PROBE=OFF -DLANEWISE_THREADS=OFF "$@" >"$tmp/log" 2>&1
}
if [ "$(uname -m)" = x86_64 ]; then
  for flag in -march=haswell -mavx512f; do
    ! configure -DCMAKE_CXX_FLAGS="$flag" || fail "CMAKE_CXX_FLAGS=$flag is accepted"
    xargs <"$tmp/log" | grep -q "set LANEWISE_BASELINE to v2, v3 or v4" ||
      { cat "$tmp/log"; fail "$flag: the message does not name LANEWISE_BASELINE"; }
  done
  # The last -march wins, so this one is harmless.
  configure -DCMAKE_CXX_FLAGS="-march=nocona -mtune=haswell" || { cat "$tmp/log"; fail nocona; }
  configure -DCMAKE_CXX_FLAGS=-march=haswell -DLANEWISE_BASELINE=x86-64-v3 ||
    { cat "$tmp/log"; fail "the level of the flags as the baseline"; }
  step "the configuration refuses"

  printf 'cmake_minimum_required(VERSION 3.21)\ninclude(%s)\n' "$source/cmake/targets.cmake" \
    >"$tmp/names.cmake"
  named() {
    cmake -DCMAKE_SYSTEM_PROCESSOR=x86_64 -DLANEWISE_BASELINE="$1" -DLANEWISE_TARGETS="$2" \
      -P "$tmp/names.cmake" 2>&1 | sed -n 's/^-- lanewise: baseline //p'
  }
  for names in "3|AVX2;AVX3" "V3|avx2;avx512" "x86-64-v3|v3;V4" "v3|SSE2;x86-64-v4"; do
    [ "$(named "${names%|*}" "${names#*|}")" = "v3, targets AVX2;AVX3" ] || fail "names $names"
  done
  [ -z "$(named v5 AVX2)$(named v1 AVX9)" ] || fail "names that are none"
  step "levels and targets by every name"
fi
echo passed
