#!/usr/bin/env bash
# Highway is the pinned one or the build says so: configures the project with source trees of other
# versions, as a part of a project that brings Highway, and fetches with a wrong hash.
#   tests/build/highway_test.sh SOURCE_DIR
set -euo pipefail
source=$(realpath "$1")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
unset LANEWISE_HIGHWAY
fail() { printf 'FAILED: %s\n' "$*" >&2; cat "$tmp/log" >&2; exit 1; }
pinned=$(sed -n 's/^version //p' "$source/cmake/highway.pin")
real=${LANEWISE_TEST_HIGHWAY:-$source/.deps/highway}

configure() {
  rm -rf "$tmp/build"
  cmake -S "$source" -B "$tmp/build" -Wno-dev -DLANEWISE_TARGETS=SSE2 -DLANEWISE_BUILD_TESTS=OFF \
    -DLANEWISE_THREADS=OFF -DLANEWISE_BUILD_PROBE=OFF -DCMAKE_DISABLE_FIND_PACKAGE_hwy=ON "$@" >"$tmp/log" 2>&1
}

# Another version: refused with both numbers, taken with a warning where that is asked for.
mkdir -p "$tmp/other/hwy"
printf '#define HWY_MAJOR 9\n#define HWY_MINOR 8\n#define HWY_PATCH 7\n' >"$tmp/other/hwy/base.h"
touch "$tmp/other/hwy/highway.h" "$tmp/other/hwy/abort.cc"
! configure -DLANEWISE_HIGHWAY="$tmp/other" || fail "Highway 9.8.7 was taken"
grep -q "9.8.7" "$tmp/log" && grep -q "$pinned" "$tmp/log" || fail "the versions are not named"
configure -DLANEWISE_HIGHWAY="$tmp/other" -DLANEWISE_HIGHWAY_UNPROVEN=ON || fail "not taken though asked for"
grep -q unproven "$tmp/log" || fail "nothing says that its bits are unproven"
echo "-- another version is refused, or taken with a warning"

! configure -DLANEWISE_HIGHWAY="$tmp/none" || fail "configured without Highway"
grep -q "dev/setup.sh" "$tmp/log" || fail "nothing says where Highway comes from"
configure -DLANEWISE_HIGHWAY="$real" || fail "the pinned version was refused"
echo "-- the pinned version is taken, its absence explained"

# A project that brings Highway itself, as a target of its own.
cat >"$tmp/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.21)
project(parent LANGUAGES C CXX)
add_library(hwy INTERFACE)
target_include_directories(hwy INTERFACE \$<BUILD_INTERFACE:$real>)
set(LANEWISE_HIGHWAY $tmp/none)
set(LANEWISE_TARGETS SSE2 CACHE STRING "")
set(LANEWISE_THREADS OFF CACHE BOOL "")
add_subdirectory($source lanewise)
END
cmake -S "$tmp" -B "$tmp/parent" -Wno-dev >"$tmp/log" 2>&1 || fail "the parent's Highway was not taken"
grep -q "Highway $pinned (this project's target hwy)" "$tmp/log" || fail "another Highway was taken"
echo "-- a parent's Highway is taken"

# What arrives with another hash is thrown away; no other place is left, so it fails and says why.
mkdir -p "$tmp/copy/cmake" "$tmp/copy/dev"
cp "$source/dev/setup.sh" "$tmp/copy/dev/"
sed 's/^sha256 .*/sha256 0000000000000000000000000000000000000000000000000000000000000000/; s|^url .*|url file:///nowhere|' \
  "$source/cmake/highway.pin" >"$tmp/copy/cmake/highway.pin"
if "$tmp/copy/dev/setup.sh" core >"$tmp/log" 2>&1; then fail "an archive with a wrong hash was taken"; fi
[ ! -e "$tmp/copy/.deps/highway" ] || fail "an archive with a wrong hash was unpacked"
grep -q "no place that is configured here has Highway" "$tmp/log" || fail "nothing says that it was not found"
echo "-- an archive with another hash is refused"
