#!/usr/bin/env bash
# Highway is the pinned one or the build says so: configures the project with source trees and
# installed packages of known and other versions, and as a part of a project that brings Highway;
# fetches archives with the right and with a wrong hash.
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

# An installed package: made up, with the headers of DIR.
package() {  # VERSION DIR
  mkdir -p "$tmp/package-$1"
  cat >"$tmp/package-$1/hwy-config.cmake" <<END
add_library(hwy::hwy INTERFACE IMPORTED)
set_target_properties(hwy::hwy PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "$2")
END
  cat >"$tmp/package-$1/hwy-config-version.cmake" <<END
set(PACKAGE_VERSION $1)
set(PACKAGE_VERSION_COMPATIBLE TRUE)
END
}
with_package() {  # VERSION OPTION...
  configure -DCMAKE_DISABLE_FIND_PACKAGE_hwy=OFF -Dhwy_DIR="$tmp/package-$1" "${@:2}"
}
package "$pinned" "$real"
package 9.8.7 "$tmp/other"
with_package "$pinned" -DLANEWISE_HIGHWAY="$tmp/other" || fail "the package of the pinned version was refused"
grep -q "Highway $pinned (the installed package $tmp/package-$pinned)" "$tmp/log" || fail "it was not taken"
with_package 9.8.7 -DLANEWISE_HIGHWAY="$real" || fail "a package of another version is in the way"
grep -q "Highway $pinned ($real)" "$tmp/log" || fail "the source tree was not taken instead of Highway 9.8.7"
! with_package 9.8.7 -DLANEWISE_HIGHWAY="$tmp/none" || fail "the package of Highway 9.8.7 was taken"
with_package 9.8.7 -DLANEWISE_HIGHWAY="$real" -DLANEWISE_HIGHWAY_UNPROVEN=ON || fail "not taken though asked for"
grep -q "Highway 9.8.7 (the installed package $tmp/package-9.8.7)" "$tmp/log" || fail "another Highway was taken"
grep -q unproven "$tmp/log" || fail "nothing says that its bits are unproven"
echo "-- an installed package of the pinned version comes before a source tree, of another only if asked for"

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

# An archive counts by its hash alone. No source of packages is asked: the address in the pin is the
# only place.
mkdir -p "$tmp/archive/highway-$pinned/hwy" "$tmp/copy/cmake" "$tmp/copy/dev"
cp "$real/hwy/base.h" "$tmp/archive/highway-$pinned/hwy/"
tar -czf "$tmp/highway.tar.gz" -C "$tmp/archive" "highway-$pinned"
cp "$source/dev/setup.sh" "$tmp/copy/dev/"
printf 'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "/dev/null";\n' >"$tmp/apt.conf"
fetch() {  # HASH
  sed "s|^sha256 .*|sha256 $1|; s|^url .*|url file://$tmp/highway.tar.gz|" \
    "$source/cmake/highway.pin" >"$tmp/copy/cmake/highway.pin"
  APT_CONFIG=$tmp/apt.conf "$tmp/copy/dev/setup.sh" core >"$tmp/log" 2>&1
}
! fetch "$(printf '0%.0s' {1..64})" || fail "an archive with a wrong hash was taken"
grep -q "has another hash than cmake/highway.pin" "$tmp/log" || fail "nothing says that the hash was wrong"
grep -q "no place that is configured here has Highway" "$tmp/log" || fail "nothing says that no place is left"
[ ! -e "$tmp/copy/.deps/highway" ] || fail "an archive with a wrong hash was unpacked"
echo "-- an archive with another hash is refused"
fetch "$(sha256sum <"$tmp/highway.tar.gz" | cut -d' ' -f1)" || fail "an archive with the right hash was refused"
cmp -s "$real/hwy/base.h" "$tmp/copy/.deps/highway/hwy/base.h" || fail "it was not unpacked"
grep -q "Highway: $pinned in .deps/highway" "$tmp/log" || fail "nothing says that it is there"
echo "-- an archive with the right hash is unpacked"
