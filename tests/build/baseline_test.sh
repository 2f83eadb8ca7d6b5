#!/usr/bin/env bash
# A raised baseline: LANEWISE_BASELINE=v3 and v4 have no code below it, are smaller, and the dynamic
# loader refuses them on a lesser CPU before any of their code runs. Compiles the library twice.
#   tests/build/baseline_test.sh BUILD_DIR SOURCE_DIR
set -euo pipefail
build=$(realpath "$1") source=$(realpath "$2")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
qemu=("$source/tests/emulated/run-qemu.sh" --cpu)
refusal="CPU ISA level is lower than required"

step() { printf -- '-- %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
quietly() { "$@" >"$tmp/log" 2>&1 || { cat "$tmp/log"; fail "$*"; }; }
cached() { sed -n "s/^$1:[^=]*=//p" "$build/CMakeCache.txt"; }

cc=$(cached CMAKE_C_COMPILER)
settings=(-DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$(cached CMAKE_CXX_COMPILER)"
          -DCMAKE_BUILD_TYPE=Release -DLANEWISE_BUILD_TESTS=OFF -DLANEWISE_BUILD_EXAMPLES=OFF
          -DLANEWISE_BUILD_PROBE=OFF)
for name in LANEWISE_HIGHWAY hwy_DIR LANEWISE_THREADS; do
  [ -z "$(cached "$name")" ] || settings+=(-D"$name=$(cached "$name")")
done

# Targets whose code a library contains, from its symbols, so that no CPU has to run it.
targets_in() { nm -C "$1" | sed -n 's/.*lanewise::N_\([A-Z0-9_]*\)::.*/\1/p' | sort -u | xargs; }
size_of() { size -d "$1" | awk 'NR == 2 {print $1}'; }

all=$build/out/liblanewise.so
[ "$(cached LANEWISE_BASELINE)" = v1 ] || fail "the build to compare with has a raised baseline"
previous=$(size_of "$all")
step "v1: targets $(targets_in "$all"), $previous bytes of code and constants"

check_level() {
  local level=$1 want=$2 dir=$tmp/$1 lib=$tmp/$1/out/liblanewise.so
  step "$level: building"
  local start=$SECONDS
  quietly cmake -S "$source" -B "$dir" "${settings[@]}" -DLANEWISE_BASELINE="$level"
  quietly cmake --build "$dir" --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
  local have size
  have=$(targets_in "$lib") size=$(size_of "$lib")
  step "$level: built in $((SECONDS - start)) s; targets $have, $size bytes"
  [ "$have" = "$want" ] || fail "$level contains $have, not $want"
  [ "$size" -lt "$previous" ] || fail "$level is not smaller than the level below"
  previous=$size

  quietly "$cc" -I"$source/include" "$source/tests/build/baseline_program.c" -o "$dir/linked" \
    "$lib" -Wl,-rpath,"$dir/out"
  quietly "$cc" -DLW_BY_DLOPEN "$source/tests/build/baseline_program.c" -o "$dir/opened" -ldl

  step "$level: on this machine"
  local feature=avx2 output
  [ "$level" = v3 ] || feature=avx512vl
  if grep -qw "$feature" /proc/cpuinfo; then
    output=$("$dir/opened" "$lib" | xargs)
    [ "$output" = "$want" ] || fail "lw_target_name gives $output"
  else
    echo "   this CPU is below $level: its own loader must refuse, as the emulated one below"
  fi

  local cpu rc
  for cpu in Nehalem $([ "$level" = v3 ] || echo Haswell); do
    step "$level: refused on an emulated $cpu"
    rc=0
    output=$("${qemu[@]}" "$cpu" -- "$dir/linked" 2>&1) || rc=$?
    echo "   $output"
    [ "$rc" -ne 0 ] && [[ $output == *"$refusal"* ]] || fail "linked: status $rc"
    [[ $output != *started* ]] || fail "linked: the program ran"
    rc=0
    output=$("${qemu[@]}" "$cpu" -- "$dir/opened" "$lib" 2>&1) || rc=$?
    echo "   $output"
    [ "$rc" -eq 3 ] && [[ $output == *"$refusal"* ]] || fail "dlopen: status $rc"
  done
}

check_level v3 "AVX2 AVX3"
step "v3: accepted on an emulated Haswell"
names=$("${qemu[@]}" Haswell -- "$tmp/v3/opened" "$tmp/v3/out/liblanewise.so" | xargs)
[ "$names" = "AVX2 AVX3" ] || fail "v3 on Haswell gives $names"
check_level v4 "AVX3"
echo passed
