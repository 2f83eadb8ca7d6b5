#!/usr/bin/env bash
# Builds the packages, conda and wheels, and tests them with the real tools: py-rattler, libsolv,
# rattler-build, uv, pip, qemu. The last line has the counts.
#
#   packaging/tests/run.sh [--solve|--long]
#
#   --solve   the baseline alone: solved for this machine, installed, run
#   --long    every variant, and every build done twice
#
# PYTHON=python3.11   the interpreter     OUT=DIR   where the packages go (build/packages/out)
set -euo pipefail
cd "$(dirname "$0")/../.."

variants=(baseline v3) long= options=() tests=packaging/tests
case ${1:-} in
  --solve) variants=(baseline) options=(--no-wheels) tests=packaging/tests/test_this_machine.py ;;
  --long) long=1 variants=() ;;
esac
work=$PWD/build/packages venv=$PWD/build/packages/venv
out=${OUT:-$work/out}
start=$(date +%s)

say() { printf '\n== [%4ds] %s\n' "$(($(date +%s) - start))" "$*"; }

say "packages: ${variants[*]:-all variants}"
rm -rf "$out"
packaging/packages.sh --out "$out" ${options[@]+"${options[@]}"} \
  ${variants[@]+--variants "${variants[@]}"}

say "tools of the tests"
if ! cmp -s packaging/tests/requirements.txt "$venv/tests.txt"; then
  "$venv/bin/pip" install -q --disable-pip-version-check -r packaging/tests/requirements.txt
  cp packaging/tests/requirements.txt "$venv/tests.txt"
fi
if [ "${1:-}" != --solve ]; then
  # PyPI's own build of libsolv reads no conda metadata. (Debian 12's pip has no -C.)
  CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)} \
    "$venv/bin/pip" install -q --disable-pip-version-check --no-binary solv solv \
    --config-settings cmake.define.ENABLE_CONDA=ON --config-settings cmake.define.ENABLE_RPMMD=OFF \
    --config-settings cmake.define.WITH_LIBXML2=OFF
  # `lanewise explain` is tested as users get it.
  "$venv/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall \
    "$out"/wheels/lanewise-[0-9]*_x86_64.whl
fi

say "tests"
# Tests of the programs run those that were packaged.
mkdir -p "$work/bin"
ln -sf "$work"/stage/lanewise-baseline/bin/* "$work"/stage/lanewise-detect/bin/* "$work/bin"
log=$work/tests.log rc=0
LANEWISE_BIN=$work/bin LANEWISE_PACKAGES=$out LANEWISE_LONG=$long PATH=$venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
  "$venv/bin/python" -m pytest -q -p no:cacheprovider --timeout 1800 -rs $tests \
  2>&1 | tee "$log" || rc=$?

line=$(grep -E '^[0-9]+ (passed|failed|error).* in ' "$log" | tail -n 1 || true)
count() { awk -v kinds="^($1),?$" '{for (i = 2; i <= NF; i++) if ($i ~ kinds) n += $(i - 1)} END {print n + 0}' <<<"$line"; }
passed=$(count passed) failed=$(count 'failed|errors?')
if [ "$rc" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
