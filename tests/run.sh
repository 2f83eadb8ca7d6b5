#!/usr/bin/env bash
# Builds and runs the tests, stage by stage:
#   1. release, all targets of this architecture: every fast test, the emulated CPUs
#   2. AddressSanitizer + UBSan (SSE2, AVX2)     3. ThreadSanitizer: the threaded tests
#   4. AArch64 under qemu: golden hashes on NEON and SVE
#   5. the GPU plugin, where nvcc is: checks of its compiled code, which need no GPU
#   6. the Python package (python/tests/run.sh)   7. the packages (packaging/tests/run.sh)
# --long adds what is too long for CI and records the result in tests/verified.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

long=no
[ "${1:-}" = --long ] && long=yes
jobs=$(nproc)
passed=0 failed=0
start=$(date +%s)

say() { printf '\n== [%4ds] %s\n' "$(($(date +%s) - start))" "$*"; }

# run_tests BUILD LOG [ctest option]...: runs ctest in a build folder and adds up its counts; the log
# is shown as it grows.
run_tests() {
  local build=$1 log=$1/$2.log rc=0
  shift 2
  (cd "$build" && ctest --output-on-failure -j "$jobs" "$@") 2>&1 | tee "$log" || rc=$?
  local total bad
  total=$(sed -n 's/.* tests failed out of \([0-9]*\)$/\1/p' "$log")
  bad=$(sed -n 's/.*, \([0-9]*\) tests failed out of .*/\1/p' "$log")
  passed=$((passed + ${total:-0} - ${bad:-0}))
  failed=$((failed + ${bad:-0}))
  if [ "$rc" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then failed=$((failed + 1)); fi
}

configure() {
  local preset=$1
  shift
  cmake --preset "$preset" -Wno-dev "$@" >"build/$preset.configure.log" 2>&1 ||
    { cat "build/$preset.configure.log"; exit 1; }
}

build() {
  configure "$@"
  cmake --build "build/$1"
}

# build_for LABEL PRESET [option]...: no more than the tests of a label need.
build_for() {
  local label=$1
  shift
  configure "$@"
  cmake --build "build/$1" --target "tests_$label"
}

mkdir -p build
say "release build"
build release
say "tests of the release build"
run_tests build/release ctest -LE long

say "AddressSanitizer and UBSan build"
build_for sanitize asan -DLANEWISE_BUILD_BENCHMARKS=OFF -DLANEWISE_BUILD_EXAMPLES=OFF
say "tests under AddressSanitizer and UBSan"
run_tests build/asan ctest -L sanitize

say "ThreadSanitizer build"
build_for threads tsan -DLANEWISE_BUILD_BENCHMARKS=OFF -DLANEWISE_BUILD_EXAMPLES=OFF
say "threaded tests under ThreadSanitizer"
run_tests build/tsan ctest -L threads

say "AArch64 build"
build aarch64 -DLANEWISE_BUILD_EXAMPLES=OFF
say "golden hashes on AArch64 under qemu"
run_tests build/aarch64 ctest

say "GPU plugin"
command -v nvcc >/dev/null || PATH=$PATH:/usr/local/cuda/bin
if command -v nvcc >/dev/null; then
  build cuda "-DLANEWISE_CUDA_ARCHITECTURES=$([ "$long" = yes ] && echo '75;80;86;90;100;120' || echo '75;90')"
  run_tests build/cuda ctest -L gpu
else
  echo "nvcc was not found: the GPU plugin is not built on this machine"
fi

# run_script NAME SCRIPT [option]...: runs a script whose last line has the counts, and adds them up.
run_script() {
  local log=build/$1.log rc=0 counts good bad
  shift
  "$@" 2>&1 | tee "$log" || rc=$?
  counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1 || true)
  read -r good _ bad _ <<<"${counts:-0 passed, 1 failed}"
  passed=$((passed + good)) failed=$((failed + bad))
  if [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then failed=$((failed + 1)); fi
}

say "Python package"
run_script python python/tests/run.sh

say "packages"
case $(uname -m) in
  x86_64) run_script packages packaging/tests/run.sh $([ "$long" = no ] || echo --long) ;;
  *) echo "conda packages are for x86-64 alone: not built on this machine" ;;
esac

if [ "$long" = yes ]; then
  say "long tests"
  run_tests build/release long -L long -V
fi

say "targets that ran"
tests/verified.sh build/release/ctest.log build/aarch64/ctest.log "$long"

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
