# For the scripts that use lanewise as other projects do; they set build, source and tmp first.
step() { printf -- '-- %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
quietly() { "$@" >"$tmp/log" 2>&1 || { cat "$tmp/log"; fail "$*"; }; }
# A setting of the build under test, so that consumers use the same compilers and options.
cached() { sed -n "s/^$1:[^=]*=//p" "$build/CMakeCache.txt"; }
run() { step "running $(basename "$1")"; "$@" || fail "$*"; }

export CC CXX
CC=$(cached CMAKE_C_COMPILER) CXX=$(cached CMAKE_CXX_COMPILER)
compilers=(-DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX")
# What a build of the library beside the one under test needs; one target makes it short.
settings=("${compilers[@]}")
case $(uname -m) in x86_64) settings+=(-DLANEWISE_TARGETS=SSE2) ;; esac
for name in LANEWISE_HIGHWAY hwy_DIR LANEWISE_THREADS; do
  [ -z "$(cached "$name")" ] || settings+=(-D"$name=$(cached "$name")")
done
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
# CMake's own search would find another lanewise that happens to be installed.
unset CMAKE_PREFIX_PATH PKG_CONFIG_PATH LD_LIBRARY_PATH
