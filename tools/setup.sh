#!/usr/bin/env bash
# Installs what lanewise needs on Debian 12 or newer, and nothing that is already there.
#
#   tools/setup.sh [core] [test] [emulate] [aarch64] [bench] [python] [packages]      (default: core)
#
#   core     compiler, CMake, Ninja, oneTBB; Highway >= 1.3 in .deps/highway
#   test     GoogleTest, Python, MPFR, cpuinfo, binutils
#   emulate  qemu-user; Bochs, boot-disk tools and a guest kernel (AVX-512 without such a CPU)
#   aarch64  cross compiler
#   python   Python 3 with headers and virtual environments, where the machine's lacks them
#   packages Python as above, swig (libsolv's bindings), binutils; qemu-user for the tests
#   bench    Google Benchmark, SLEEF, Eigen, OpenBLAS; NumPy and MKL in .deps/pyvenv if to be had
#
# LANEWISE_HIGHWAY=DIR     a Highway >= 1.3 source tree to use instead of .deps/highway
# LANEWISE_EMU_CACHE=DIR   where the guest kernel goes (default: build/emulated)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps
log=$deps/setup.log
min_major=1 min_minor=3
start=$SECONDS

say() { printf '[setup %3ds] %s\n' $((SECONDS - start)) "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
# Runs a command with its output in the log; the log's end is shown if the command fails.
quietly() {
  mkdir -p "$deps"
  printf '\n$ %s\n' "$*" >>"$log"
  "$@" >>"$log" 2>&1 || { printf 'setup: failed: %s\n--- end of %s\n' "$*" "$log" >&2; tail -n 25 "$log" >&2; return 1; }
}

sets=("$@")
[ ${#sets[@]} -gt 0 ] || sets=(core)
for s in "${sets[@]}"; do
  case $s in
    core|test|emulate|aarch64|bench|python|packages) ;;
    -h|--help) sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown set '$s' (there are: core test emulate aarch64 bench python packages)" ;;
  esac
done
wants() { case " ${sets[*]} " in *" $1 "*) return 0 ;; esac; return 1; }
command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
  die "needs a Debian-like system with apt. Elsewhere install a C++20 compiler, CMake, Ninja and oneTBB yourself and set LANEWISE_HIGHWAY."

# ---- Debian packages --------------------------------------------------------------------------
# An entry is PACKAGE, or PACKAGE:COMMAND where a command from anywhere on PATH will do as well.
entries=()
wants core && entries+=(g++:g++ cmake:cmake ninja-build:ninja make:make pkg-config:pkg-config libtbb-dev libcli11-dev nlohmann-json3-dev dpkg-dev)
wants test && entries+=(libgtest-dev python3:python3 libmpfr-dev libcpuinfo-dev binutils:objdump file:file)
if wants emulate; then
  [ "$(dpkg --print-architecture)" = amd64 ] ||
    die "'emulate' needs an amd64 machine: the Bochs guest runs the machine's own programs and libraries"
  # gcc + libc6-dev: the guest's init is a static C program.
  entries+=(qemu-user:qemu-aarch64 bochs bochs-term bochsbios vgabios xorriso:xorriso isolinux
            syslinux-common cpio:cpio bsdutils:script gcc:gcc libc6-dev)
fi
wants aarch64 && entries+=(g++-aarch64-linux-gnu)
# Any Python will do that can make virtual environments and has its headers.
python_ok() {
  python3 -c 'import ensurepip, os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null
}
{ wants python || wants packages; } && ! python_ok && entries+=(python3 python3-venv python3-dev)
wants packages && entries+=(swig:swig binutils:objdump qemu-user:qemu-x86_64)
wants bench && entries+=(libbenchmark-dev libsleef-dev libeigen3-dev libopenblas-dev)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
updated=no
apt_update() {
  [ $updated = no ] || return 0
  say "apt-get update"
  quietly as_root apt-get -o DPkg::Lock::Timeout=600 -qq update || die "apt-get update failed"
  updated=yes
}

install_packages() {
  local e package command
  local -a unsure=() missing=()
  for e in "${entries[@]}"; do
    package=${e%%:*} command=${e#*:}
    [ "$e" = "$package" ] && command=
    [ -n "$command" ] && command -v "$command" >/dev/null && continue
    unsure+=("$package")
  done
  if [ ${#unsure[@]} -gt 0 ]; then
    local have
    # (dpkg-query fails when it does not know one of them, hence "|| true")
    have=" $({ dpkg-query -W -f '${db:Status-Status}=${Package}\n' "${unsure[@]}" 2>/dev/null || true; } | sed -n 's/^installed=//p' | tr '\n' ' ')"
    for package in "${unsure[@]}"; do
      case $have in *" $package "*) ;; *) missing+=("$package") ;; esac
    done
  fi
  if [ ${#missing[@]} -eq 0 ]; then say "packages for ${sets[*]}: all present"; return; fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "not root and no sudo. Have these installed, then run this again: ${missing[*]}"
  fi
  apt_update
  say "installing: ${missing[*]}"
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq -y --no-install-recommends \
    install "${missing[@]}" || die "could not install: ${missing[*]}"
}

# ---- Highway ----------------------------------------------------------------------------------
# True if DIR is a Highway source tree of at least the minimum version.
highway_ok() {
  local major minor
  [ -f "$1/hwy/base.h" ] || return 1
  major=$(sed -n 's/^#define HWY_MAJOR \([0-9]*\).*/\1/p' "$1/hwy/base.h")
  minor=$(sed -n 's/^#define HWY_MINOR \([0-9]*\).*/\1/p' "$1/hwy/base.h")
  [ -n "$major" ] && [ -n "$minor" ] || return 1
  [ $((major * 1000 + minor)) -ge $((min_major * 1000 + min_minor)) ]
}

# Prints "URI<tab>one-line options" for each place that apt is configured to use, those of the
# plain release suite first. An embedded key is written to a file: one-line entries cannot hold it.
configured_uris() {
  local etc codename f
  etc=$(apt-config shell d Dir::Etc/d | sed -n "s/^d='\(.*\)'$/\1/p")
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
  {
    for f in "$etc"/sources.list.d/*.sources; do
      [ -f "$f" ] && { cat "$f"; echo; }
    done | awk -v keys="$deps/apt" '
      function flush(  i, n, u, key, opts) {
        if (uris != "" && tolower(enabled) != "no") {
          if (pem != "") { key = keys "/key-" ++keyno ".asc"; printf "%s", pem > key; close(key); signed = key }
          gsub(/ +/, ",", signed)
          if (signed != "") opts = "signed-by=" signed
          if (valid != "") opts = opts " check-valid-until=" valid
          n = split(uris, u, " ")
          for (i = 1; i <= n; i++) print u[i] "\t" opts "\t" suites
        }
        uris = suites = signed = enabled = valid = pem = field = ""
      }
      /^#/ { next }
      /^[ \t]*$/ { flush(); next }
      /^[A-Za-z-]+:/ {
        field = tolower($0); sub(/:.*/, "", field)
        value = $0; sub(/^[^:]*:[ \t]*/, "", value)
      }
      /^[ \t]/ { value = $0; sub(/^[ \t]+/, "", value) }
      field == "signed-by" && /^[ \t]/ { pem = pem (value == "." ? "" : value) "\n"; next }
      field == "uris" { uris = uris " " value }
      field == "suites" { suites = suites " " value }
      field == "signed-by" { signed = value }
      field == "enabled" { enabled = value }
      field == "check-valid-until" { valid = value }
      END { flush() }'
    for f in "$etc/sources.list" "$etc"/sources.list.d/*.list; do
      [ -f "$f" ] && { cat "$f"; echo; }
    done | awk '
      $1 != "deb" && $1 != "deb-src" { next }
      {
        line = $0; sub(/^[ \t]*deb(-src)?[ \t]+/, "", line); opts = ""
        if (match(line, /^\[[^]]*\]/)) { opts = substr(line, 2, RLENGTH - 2); sub(/^\[[^]]*\][ \t]*/, "", line) }
        gsub(/(^| )(arch|lang|target|pdiffs|by-hash)[+-]?=[^ ]*/, "", opts)
        split(line, w, /[ \t]+/); print w[1] "\t" opts "\t" w[2]
      }'
  } | awk -F '\t' -v codename="$codename" '
      { first = 0; n = split($3, s, " "); for (i = 1; i <= n; i++) if (s[i] == codename) first = 1
        if (seen[$1]++) next
        if (first) print $1 "\t" $2; else rest = rest $1 "\t" $2 "\n" }
      END { printf "%s", rest }'
}

# Debian 12 has Highway 1.0.3. The source package of a later suite comes from the same mirrors,
# checked by apt against the same keys; it is only unpacked here, never installed.
get_highway() {
  local dir=$deps/apt uri options suite tried=0 version best orig fresh
  if [ -n "${LANEWISE_HIGHWAY:-}" ]; then
    highway_ok "$LANEWISE_HIGHWAY" || die "LANEWISE_HIGHWAY=$LANEWISE_HIGHWAY holds no Highway >= $min_major.$min_minor (looked at hwy/base.h)"
    say "Highway: $LANEWISE_HIGHWAY (LANEWISE_HIGHWAY)"; return
  fi
  if highway_ok "$deps/highway"; then say "Highway: .deps/highway present"; return; fi
  mkdir -p "$dir"
  while IFS=$'\t' read -r uri options; do
    tried=$((tried + 1))
    rm -rf "$dir/lists" "$dir/cache"; mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
    for suite in trixie forky sid; do
      printf 'deb-src %s%s %s main\n' "${options:+[$options] }" "$uri" "$suite"
    done >"$dir/later.list"
    local apt=(-o "Dir::Etc::sourcelist=$dir/later.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null
               -o "Dir::State::lists=$dir/lists" -o "Dir::Cache=$dir/cache" -o Acquire::Languages=none)
    say "Highway: looking for >= $min_major.$min_minor in the later suites of configured source $tried"
    # A mirror may lack one suite and have another: go by what arrived, not by apt's status.
    printf '\n$ apt-get update (source %s)\n' "$tried" >>"$log"
    apt-get "${apt[@]}" update >>"$log" 2>&1 || true
    best=
    for version in $(apt-cache "${apt[@]}" showsrc highway 2>>"$log" | sed -n 's/^Version: //p'); do
      dpkg --compare-versions "$version" ge "$min_major.$min_minor" || continue
      if [ -z "$best" ] || dpkg --compare-versions "$version" gt "$best"; then best=$version; fi
    done
    [ -n "$best" ] || continue
    say "Highway: fetching the source of $best"
    fresh=$dir/source; rm -rf "$fresh"; mkdir -p "$fresh"
    (cd "$fresh" && quietly apt-get "${apt[@]}" source --download-only "highway=$best") || continue
    orig=$(find "$fresh" -name 'highway_*.orig.tar.*' ! -name '*.asc' | head -n 1)
    [ -n "$orig" ] || continue
    mkdir "$fresh/tree"
    quietly tar -xf "$orig" -C "$fresh/tree" --strip-components=1 || continue
    highway_ok "$fresh/tree" || die "the source package $best is not Highway >= $min_major.$min_minor"
    rm -rf "$deps/highway"; mv "$fresh/tree" "$deps/highway"
    rm -rf "$dir"   # some 50 MB of package lists
    say "Highway: $best in .deps/highway"; return
  done < <(configured_uris)
  grep '^E: ' "$log" | tail -n 4 >&2 || true
  die "no Highway >= $min_major.$min_minor in trixie, forky or sid of the $tried configured apt source(s).
A mirror frozen at an earlier date has none. Point LANEWISE_HIGHWAY at a source tree; details: $log"
}

# ---- guest kernel for Bochs -------------------------------------------------------------------
get_kernel() {
  local cache=${LANEWISE_EMU_CACHE:-$root/build/emulated} package tmp
  if [ -s "$cache/vmlinuz" ]; then say "guest kernel: present"; return; fi
  mkdir -p "$cache"
  kernel_of() { apt-cache depends --important linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: //p' | head -n 1; }
  package=$(kernel_of)
  [ -n "$package" ] && [ $updated = yes ] || { apt_update; package=$(kernel_of); }
  [ -n "$package" ] || die "apt knows no linux-image-cloud-amd64"
  say "guest kernel: downloading $package (not installed, only its vmlinuz is used)"
  tmp=$(mktemp -d "$cache/kernel.XXXXXX")
  (cd "$tmp" && quietly apt-get -qq download "$package") || { rm -rf "$tmp"; die "could not download $package"; }
  dpkg-deb --fsys-tarfile "$tmp"/*.deb | tar -x -C "$tmp" --wildcards './boot/vmlinuz-*'
  mv "$tmp"/boot/vmlinuz-* "$cache/vmlinuz"
  printf '%s\n' "$package" >"$cache/vmlinuz.package"
  rm -rf "$tmp"
}

# ---- benchmark peers from PyPI ----------------------------------------------------------------
get_pypi_peers() {
  local venv=$deps/pyvenv
  if ! compgen -G "$venv/lib/python*/site-packages/numpy" >/dev/null || ! compgen -G "$venv/lib/libmkl_rt.so*" >/dev/null; then
    command -v python3 >/dev/null || { say "PyPI peers: skipped, no python3"; return; }
    say "PyPI peers: numpy and mkl into .deps/pyvenv"
    { { [ -x "$venv/bin/pip" ] || quietly python3 -m venv "$venv"; } &&
      quietly "$venv/bin/pip" install -q --disable-pip-version-check numpy mkl; } ||
      say "PyPI peers: not to be had; benchmarks run without NumPy or MKL (optional)"
  fi
  say "MKL: $(find "$venv" -name 'libmkl_rt.so*' 2>/dev/null | head -n 1 | grep . || echo none)"
}

if [ ${#entries[@]} -gt 0 ]; then install_packages; fi
if wants core; then get_highway; fi
if wants emulate; then get_kernel; fi
if wants bench; then get_pypi_peers; fi
say "done"
