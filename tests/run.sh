#!/usr/bin/env bash
# Builds and runs the tests, stage by stage. `make` installs first what they need.
#
#   tests/run.sh test    what everyone should see pass: release build with every target of this
#                        architecture, natively and on emulated CPUs; Python with the newest NumPy;
#                        one solve of a package
#   tests/run.sh all     the rest: the sources' form, clang-tidy, a build with Clang (SSE2, AVX2),
#                        AddressSanitizer + UBSan (SSE2, AVX2), ThreadSanitizer, AArch64 under qemu
#                        (NEON, SVE), the GPU plugin where nvcc is,
#                        Python with NumPy 1.26, conda packages and wheels, README's commands on a
#                        bare machine
#   tests/run.sh long    both, and what is too long for CI; the result goes into tests/verified.txt
#   tests/run.sh STAGE...    some of the stages, by the names that are printed
set -euo pipefail
cd "$(dirname "$0")/.."

fast=(release python solve)
rest=(format tidy clang sanitize threads aarch64 gpu python-1.26 packages bare)
long=no
case ${1:-test} in
  test) stages=("${fast[@]}") ;;
  all)  stages=("${rest[@]}") ;;
  long) stages=("${fast[@]}" "${rest[@]}" long) long=yes ;;
  *)    stages=("$@") ;;
esac

jobs=$(nproc)
passed=0 failed=0
start=$(date +%s)
times=()
# Seconds that .ci/run should take on two cores: `test` and `all`. Machines differ, so twice as much
# fails, and only there.
budget=4500

say() { printf '\n== [%4ds] %s\n' "$(($(date +%s) - start))" "$*"; }

# In CI a warning is an error; a newer compiler's new warning must not stop a user.
werror=(${CI:+-DLANEWISE_WERROR=ON})
lean=(-DLANEWISE_BUILD_BENCHMARKS=OFF -DLANEWISE_BUILD_EXAMPLES=OFF)

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

x86_only() {
  [ "$(uname -m)" = x86_64 ] && return 0
  echo "conda packages are for x86-64 alone: not built on this machine"
  return 1
}

stage_release() {
  build release ${werror[@]+"${werror[@]}"}
  say "tests of the release build"
  # NAME_threads is the part of NAME_test that ThreadSanitizer looks at.
  run_tests build/release ctest -LE long -E '_threads$'
}
stage_python() { NUMPY=2 run_script python python/tests/run.sh; }
stage_solve() { ! x86_only || run_script solve packaging/tests/run.sh --solve; }

# Other versions of clang-format break other lines.
stage_format() {
  local version
  version=$(clang-format --version | grep -oE '[0-9]+' | head -n 1)
  if [ "$version" != 14 ]; then
    echo "clang-format is $version here, the tree is in the form of 14 (Debian 12): not compared"
  elif git ls-files '*.h' '*.hpp' '*.cc' '*.cpp' '*.c' | xargs clang-format --dry-run -Werror; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}

# A Python with NumPy, whose headers the extension's sources include: the benchmarks', the Python
# stage's, the machine's, or one of its own.
numpy_python() {
  local python
  for python in "$PWD/.deps/pyvenv/bin/python" "$PWD/build/python/numpy-2/bin/python" python3 \
    "$PWD/build/tidy-python/bin/python"; do
    if "$python" -c 'import numpy' 2>/dev/null; then echo "$python"; return; fi
  done
  python3 -m venv build/tidy-python && build/tidy-python/bin/pip -q install numpy && echo "$python"
}
# Every source of the product that Clang can read; headers come with those that include them,
# gpu/device with the tests that run it on the CPU. Findings of other versions differ.
stage_tidy() {
  local version python
  version=$(clang-tidy --version | sed -n 's/.*version \([0-9]*\).*/\1/p' | head -n 1)
  if [ "$version" != 14 ]; then
    echo "clang-tidy is $version here, the tree is held against 14 (Debian 12): not run"
    return
  fi
  python=$(numpy_python)
  command -v nvcc >/dev/null || PATH=$PATH:/usr/local/cuda/bin
  configure tidy "-DPython_EXECUTABLE=$python" \
    "-DLANEWISE_CUDA=$(command -v nvcc >/dev/null && echo ON || echo OFF)"
  # Once each, however many targets compile it.
  python3 - build/tidy >build/tidy/sources <<'END'
import json, pathlib, sys
rooms = "api dispatch gpu kernels machine programs python/src tests/gpu_simulated".split()
database = pathlib.Path(sys.argv[1]) / "compile_commands.json"
commands = {c["file"]: c for c in json.loads(database.read_text())}
database.write_text(json.dumps(list(commands.values())))
within = tuple(f"{pathlib.Path.cwd()}/{room}/" for room in rooms)
print(*(f for f in commands if f.startswith(within) and f.endswith(".cc")), sep="\n")
END
  if xargs -P "$jobs" -n 1 clang-tidy --quiet -p build/tidy <build/tidy/sources \
    2> >(grep -v ' warnings\? generated\.$' >&2); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}
# Without what does not depend on the compiler of this build.
stage_clang() {
  build clang "${lean[@]}"
  run_tests build/clang ctest -L fast -LE sources
}
stage_sanitize() { build_for sanitize asan "${lean[@]}"; run_tests build/asan ctest -L sanitize; }
stage_threads() { build_for threads tsan "${lean[@]}"; run_tests build/tsan ctest -L threads; }
stage_aarch64() {
  build aarch64 -DLANEWISE_BUILD_EXAMPLES=OFF ${werror[@]+"${werror[@]}"}
  run_tests build/aarch64 ctest
}
stage_gpu() {
  command -v nvcc >/dev/null || PATH=$PATH:/usr/local/cuda/bin
  if ! command -v nvcc >/dev/null; then
    echo "nvcc was not found: the GPU plugin is not built on this machine"
    return
  fi
  build cuda "-DLANEWISE_CUDA_ARCHITECTURES=$([ $long = yes ] && echo '75;80;86;90;100;120' || echo '75;90')"
  run_tests build/cuda ctest -L gpu
}
stage_python-1.26() { NUMPY='1.26.*' run_script python-1.26 python/tests/run.sh; }
stage_packages() {
  ! x86_only || run_script packages packaging/tests/run.sh $([ $long = no ] || echo --long)
}
stage_bare() {
  # shellcheck disable=SC2046
  run_script bare tests/bare/run.sh $([ $long = no ] || echo demo nosudo sudo pages test test13)
}
stage_long() { run_tests build/release long -L long -V; }

title() {
  case $1 in
    release) echo "release build, its tests, emulated CPUs" ;;
    python) echo "Python package, newest NumPy" ;;
    solve) echo "one solve of a package" ;;
    format) echo "clang-format over the tree" ;;
    tidy) echo "clang-tidy over the tree" ;;
    clang) echo "build with Clang, its tests" ;;
    sanitize) echo "AddressSanitizer and UBSan" ;;
    threads) echo "threaded tests under ThreadSanitizer" ;;
    aarch64) echo "golden hashes on AArch64 under qemu" ;;
    gpu) echo "GPU plugin: its compiled code" ;;
    python-1.26) echo "Python package, NumPy 1.26" ;;
    packages) echo "conda packages and wheels" ;;
    bare) echo "README's commands on a bare machine" ;;
    long) echo "long tests" ;;
    *) return 1 ;;
  esac
}

for name in "${stages[@]}"; do
  title "$name" >/dev/null || { echo "tests/run.sh: there is no stage $name (there are: ${fast[*]} ${rest[*]} long)" >&2; exit 2; }
done

mkdir -p build
for i in "${!stages[@]}"; do
  name=${stages[i]} began=$(date +%s)
  left=("${stages[@]:i+1}")
  say "stage $((i + 1)) of ${#stages[@]}: $(title "$name")${left[*]:+   (then: ${left[*]})}"
  "stage_$name"
  times+=("$(printf '%5ds  %s' $(($(date +%s) - began)) "$(title "$name")")")
done

say "targets that ran"
tests/verified.sh build/release/ctest.log build/aarch64/ctest.log "$long"

say "time of each stage"
printf '%s\n' "${times[@]}"
spent=$(($(date +%s) - ${LANEWISE_CI_BEGAN:-$start}))
printf '%5ds of %ds for all of .ci/run\n' "$spent" "$budget"
if [ -n "${LANEWISE_CI_BEGAN:-}" ] && [ "$spent" -gt $((2 * budget)) ]; then
  echo "more than twice the time that .ci/run should take"
  failed=$((failed + 1))
fi
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
