#!/usr/bin/env bash
# lanewise as other projects get it, each with a C99 and a C++20 program (tests/consumers).
#
#   tests/install_test.sh BUILD_DIR SOURCE_DIR installed     find_package and pkg-config, from a
#                                                            prefix that was moved after install
#   tests/install_test.sh BUILD_DIR SOURCE_DIR subdirectory  add_subdirectory; compiles the library
set -euo pipefail
build=$(realpath "$1") source=$(realpath "$2") way=$3
consumers=$source/tests/consumers
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

step() { printf -- '-- %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
quietly() { "$@" >"$tmp/log" 2>&1 || { cat "$tmp/log"; fail "$*"; }; }
run() {
  step "running the programs of $1"
  "$1/use_c" || fail "C program"
  "$1/use_cc" || fail "C++ program"
}
# A setting of the build under test, so that consumers use the same compilers and options.
cached() { sed -n "s/^$1:[^=]*=//p" "$build/CMakeCache.txt"; }

compilers=(-DCMAKE_C_COMPILER="$(cached CMAKE_C_COMPILER)"
           -DCMAKE_CXX_COMPILER="$(cached CMAKE_CXX_COMPILER)")
export CC CXX
CC=$(cached CMAKE_C_COMPILER) CXX=$(cached CMAKE_CXX_COMPILER)
# CMake's own search would find another lanewise that happens to be installed.
unset CMAKE_PREFIX_PATH PKG_CONFIG_PATH LD_LIBRARY_PATH

installed() {
  step "installing, then moving the prefix"
  quietly cmake --install "$build" --prefix "$tmp/first"
  mkdir "$tmp/elsewhere"
  mv "$tmp/first" "$tmp/elsewhere/moved here"  # the blank is part of the test for CMake
  local prefix="$tmp/elsewhere/moved here"
  # No file may remember where it was built or first installed.
  if grep -rlF -e "$tmp/first" -e "$build" -e "$source" "$prefix"; then
    fail "the files above contain a path of the build"
  fi
  local config
  config=$(find "$prefix" -name lanewise-config.cmake -printf '%h\n')
  [ -n "$config" ] || fail "lanewise-config.cmake is not installed"
  local lib=${config%/cmake/lanewise}
  if compgen -G "$lib/liblanewise_tbb.so.0.1" >/dev/null; then export LW_EXPECT_MODULE=1; fi

  step "find_package"
  quietly cmake -S "$consumers/find_package" -B "$tmp/find" "${compilers[@]}" \
    -Dlanewise_ROOT="$prefix" -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
  grep -q "^lanewise_DIR:PATH=$config\$" "$tmp/find/CMakeCache.txt" || fail "found another lanewise"
  quietly cmake --build "$tmp/find"
  run "$tmp/find"

  step "pkg-config"
  mv "$prefix" "$tmp/again"  # make and compiler flags do not stand blanks
  lib=$tmp/again${lib#"$prefix"}
  mkdir "$tmp/pkg"
  PKG_CONFIG_LIBDIR="$lib/pkgconfig" quietly make -f "$consumers/pkg_config/Makefile" OUT="$tmp/pkg"
  run "$tmp/pkg"
}

subdirectory() {
  local extra=()
  case $(uname -m) in x86_64) extra=(-DLANEWISE_TARGETS=SSE2) ;; esac
  for name in LANEWISE_HIGHWAY hwy_DIR LANEWISE_THREADS; do
    [ -z "$(cached "$name")" ] || extra+=(-D"$name=$(cached "$name")")
  done
  step "add_subdirectory: configuring"
  quietly cmake -S "$consumers/add_subdirectory" -B "$tmp/sub" "${compilers[@]}" "${extra[@]}" \
    -DCMAKE_BUILD_TYPE=Release -DLANEWISE_SOURCE="$source"
  step "add_subdirectory: building the library with one target"
  local start=$SECONDS
  quietly cmake --build "$tmp/sub" --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
  step "built in $((SECONDS - start)) s"
  if [ "$(cached LANEWISE_THREADS)" = ON ]; then export LW_EXPECT_MODULE=1; fi
  run "$tmp/sub"
}

case $way in
  installed | subdirectory) "$way" ;;
  *) fail "unknown way $way" ;;
esac
echo passed
