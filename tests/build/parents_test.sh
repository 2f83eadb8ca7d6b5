#!/usr/bin/env bash
# lanewise as a part of other projects (tests/consumers/parent). Each way compiles the library once,
# with one target.
#   tests/build/parents_test.sh BUILD_DIR SOURCE_DIR shared   FetchContent in a project without C, without a
#                                                       build type, unity, with -ffast-math; installed
#   tests/build/parents_test.sh BUILD_DIR SOURCE_DIR static   add_subdirectory in a Debug project of static
#                                                       libraries; pkg-config; a copy in each of two
set -euo pipefail
build=$(realpath "$1") source=$(realpath "$2") way=$3
consumers=$source/tests/consumers
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
. "$consumers/common.sh"
if [ "$(cached LANEWISE_THREADS)" = ON ]; then export LW_EXPECT_MODULE=1; fi

# build_parent TARGET...
build_parent() {
  local start=$SECONDS
  quietly cmake --build "$tmp/parent" --parallel "$jobs" --target "$@"
  step "built in $((SECONDS - start)) s"
}

shared() {
  step "configuring"
  quietly cmake -S "$consumers/parent" -B "$tmp/parent" "${settings[@]}" -DFETCH=ON \
    -DLANEWISE_SOURCE="$source" -DLANEWISE_INSTALL=ON -DCMAKE_UNITY_BUILD=ON \
    -DCMAKE_CXX_FLAGS="-ffast-math -Wall -Wconversion -Wold-style-cast -Werror" \
    -DCMAKE_SHARED_LINKER_FLAGS=-ffast-math -DCMAKE_INSTALL_PREFIX="$tmp/prefix"
  ! grep -q '^BUILD_SHARED_LIBS' "$tmp/parent/CMakeCache.txt" || fail "BUILD_SHARED_LIBS is in the cache"
  # The program alone: what the library loads must come with it.
  build_parent use_cc stats
  run "$tmp/parent/use_cc"
  [ -e "$tmp/parent/libstats.a" ] || fail "the project's own library is not static"

  step "the same bits under -ffast-math, and the caller's mode untouched"
  quietly "$CC" -O1 "$consumers/bits.c" -o "$tmp/bits" -ldl
  "$tmp/bits" "$build/out/liblanewise.so" >"$tmp/want" || fail "bits of the build under test"
  "$tmp/bits" "$(find "$tmp/parent" -name liblanewise.so)" >"$tmp/have" || fail "bits"
  diff "$tmp/want" "$tmp/have" || fail "other bits"

  step "installed, and used by a third project"
  quietly cmake --build "$tmp/parent" --parallel "$jobs"
  quietly cmake --install "$tmp/parent"
  quietly cmake -S "$consumers/third" -B "$tmp/third" "${compilers[@]}" \
    -DCMAKE_PREFIX_PATH="$tmp/prefix" -DCMAKE_BUILD_TYPE=RelWithDebInfo
  quietly cmake --build "$tmp/third"
  run "$tmp/third/third"

  step "not installed unless asked for"
  quietly cmake -DLANEWISE_INSTALL=OFF "$tmp/parent"
  quietly cmake --install "$tmp/parent" --prefix "$tmp/own"
  [ -z "$(find "$tmp/own" -name '*lanewise*')" ] || fail "installed: $(find "$tmp/own" -name '*lanewise*')"
}

# Nothing of lanewise is visible from outside.
exports_nothing() {
  nm -D --defined-only "$1" | grep -E ' lw_|lanewise' && fail "$1 exports the symbols above"
  return 0
}

static() {
  step "configuring"
  quietly cmake -S "$consumers/parent" -B "$tmp/parent" "${settings[@]}" "-DLANGUAGES=C;CXX" \
    -DLANEWISE_SOURCE="$source" -DBUILD_SHARED_LIBS=OFF -DCMAKE_BUILD_TYPE=Debug \
    -DLANEWISE_INSTALL=ON -DCMAKE_INSTALL_PREFIX="$tmp/prefix" \
    -DCMAKE_INSTALL_LIBDIR=lib/x86_64-linux-gnu
  build_parent all
  run "$tmp/parent/use_c"
  run "$tmp/parent/use_cc"
  run "$tmp/parent/copies"
  exports_nothing "$tmp/parent/libfirst.so"
  exports_nothing "$tmp/parent/libsecond.so"
  exports_nothing "$tmp/parent/use_cc"

  step "pkg-config"
  quietly cmake --install "$tmp/parent"
  local flags
  flags=$(PKG_CONFIG_LIBDIR="$tmp/prefix/lib/x86_64-linux-gnu/pkgconfig" \
          pkg-config --static --cflags --libs lanewise)
  mkdir "$tmp/pkg"
  # A C compiler links it, into a program and, hidden without being told, into a library.
  quietly "$CC" -std=c99 "$consumers/use.c" -o "$tmp/pkg/use_c" $flags
  quietly "$CC" -shared -fPIC -fvisibility=hidden -DNAME=first "$consumers/copies/copy.c" \
    -o "$tmp/pkg/libfirst.so" ${flags//-DLANEWISE_STATIC/}
  exports_nothing "$tmp/pkg/libfirst.so"
  if [ -n "${LW_EXPECT_MODULE:-}" ]; then
    cp "$tmp"/prefix/lib/x86_64-linux-gnu/liblanewise_tbb.so.* "$tmp/pkg"
  fi
  run "$tmp/pkg/use_c"

  step "a program that is static as a whole: no module can be opened, so calls run on one thread"
  quietly "$CC" -static -std=c99 "$consumers/use.c" -o "$tmp/pkg/all_static" $flags
  unset LW_EXPECT_MODULE
  run "$tmp/pkg/all_static"
}

case $way in
  shared | static) "$way" ;;
  *) fail "unknown way $way" ;;
esac
echo passed
