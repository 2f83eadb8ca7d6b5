#!/usr/bin/env bash
# Builds the Python package as users get it, and tests it:
#   1. the source distribution, and from it alone the wheel (compiler and PyPI are enough)
#   2. the wheel in clean environments, with NumPy 1.26 and with the newest NumPy:
#      the package's tests, then NumPy's own tests on patched NumPy
# The last line has the counts.
#
# PYTHON=python3.11   the interpreter     NUMPY="1.26.* 2"   other versions of NumPy
set -euo pipefail
cd "$(dirname "$0")/../.."

python=${PYTHON:-python3}
read -r -a numpys <<<"${NUMPY:-1.26.* 2}"
out=$PWD/build/python
passed=0 failed=0
start=$(date +%s)

say() { printf '\n== [%4ds] %s\n' "$(($(date +%s) - start))" "$*"; }

# Runs pytest and adds up its counts from its last line ("2 failed, 1174 passed, 1 skipped in 9s").
count_tests() {
  local log=$out/$1.log rc=0 line
  shift
  "$@" 2>&1 | tee "$log" || rc=$?
  line=$(grep -E '^[0-9]+ (passed|failed|error).* in ' "$log" | tail -n 1)
  passed=$((passed + $(grep -oE '[0-9]+ passed' <<<"$line" | grep -oE '[0-9]+' || echo 0)))
  failed=$((failed + $(grep -oE '[0-9]+ (failed|error)' <<<"$line" | grep -oE '[0-9]+' | paste -sd+ |
    grep . || echo 0)))
  if [ "$rc" -ne 0 ] && ! grep -qE 'failed|error' <<<"$line"; then failed=$((failed + 1)); fi
}

"$python" -c 'import sys; assert sys.version_info >= (3, 11), sys.version' ||
  { echo "needs Python 3.11 or newer; set PYTHON" >&2; exit 1; }
[ -f .deps/highway/hwy/highway.h ] || { echo "run dev/setup.sh first" >&2; exit 1; }

say "source distribution, and the wheel from it"
rm -rf "$out/dist"
PYTHON=$python python/build_wheel.sh "$out"
ls -l "$out/dist"

for numpy in "${numpys[@]}"; do
  say "clean environment with NumPy $numpy"
  venv=$out/numpy-${numpy%%.*}
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check "numpy==${numpy%.\*}.*" "$out"/dist/*.whl
  # From another folder, with nothing but NumPy: the package as a user meets it.
  (cd / && "$venv/bin/python" -c 'import lanewise; print(lanewise.show())' &&
    "$venv/bin/lanewise" selftest)
  "$venv/bin/pip" install -q --disable-pip-version-check "numpy==${numpy%.\*}.*" \
    -r python/tests/requirements.txt
  say "tests with NumPy $("$venv/bin/python" -c 'import numpy; print(numpy.__version__)')"
  count_tests "tests-${numpy%%.*}" "$venv/bin/python" -m pytest -q -p no:cacheprovider \
    --timeout 300 python/tests
  say "NumPy's own tests, patched"
  count_tests "numpy-${numpy%%.*}" "$venv/bin/python" python/tests/numpy_suite.py
done

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
