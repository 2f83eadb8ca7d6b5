#!/usr/bin/env bash
# Installs what lanewise needs on Debian 12 or newer, and nothing that is already there.
#
#   dev/setup.sh [core] [demo] [test] [emulate] [aarch64] [bench] [python] [packages] [bare]
#                [format] [clang]
#   (default: core)
#
#   core     compiler and its cache, CMake, Ninja, oneTBB; Highway in .deps/highway (cmake/highway.pin)
#   demo     Google Benchmark
#   test     GoogleTest, Python, MPFR, cpuinfo, binutils
#   emulate  qemu-user; Bochs, boot-disk tools and a guest kernel (AVX-512 without such a CPU)
#   aarch64  cross compiler
#   python   Python 3 with headers and virtual environments, where the machine's lacks them
#   packages Python as above, swig (libsolv's bindings), binutils; qemu-user for the tests
#   bench    Google Benchmark, SLEEF, Eigen, OpenBLAS; NumPy and MKL in .deps/pyvenv if to be had
#   bare     debootstrap, for the tests on a bare machine
#   format   clang-format
#   clang    the compiler beside g++, its sanitizers, and clang-tidy
#
# LANEWISE_HIGHWAY=DIR     a Highway source tree to use instead of .deps/highway
# LANEWISE_EMU_CACHE=DIR   where the guest kernel goes (default: build/emulated)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps
log=$deps/setup.log
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
    core|demo|test|emulate|aarch64|bench|python|packages|bare|format|clang) ;;
    -h|--help) sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown set '$s' (there are: core demo test emulate aarch64 bench python packages bare format clang)" ;;
  esac
done
wants() { case " ${sets[*]} " in *" $1 "*) return 0 ;; esac; return 1; }
command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
  die "needs a Debian-like system with apt. Elsewhere install a C++20 compiler, CMake, Ninja, oneTBB, CLI11
and nlohmann/json yourself, unpack Highway $(sed -n 's/^version //p' "$root/cmake/highway.pin"), set LANEWISE_HIGHWAY to it, and call cmake."

# ---- Debian packages --------------------------------------------------------------------------
# An entry is PACKAGE, or PACKAGE:COMMAND where a command from anywhere on PATH will do as well.
entries=()
wants core && entries+=(g++:g++ ccache:ccache cmake:cmake ninja-build:ninja make:make pkg-config:pkg-config libtbb-dev libcli11-dev nlohmann-json3-dev dpkg-dev)
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
{ wants demo || wants bench; } && entries+=(libbenchmark-dev)
wants bare && entries+=(debootstrap:debootstrap util-linux:unshare)
wants format && entries+=(clang-format:clang-format)
wants clang && entries+=(clang:clang++ clang-tidy:clang-tidy libclang-rt-dev)
wants bench && entries+=(libsleef-dev libeigen3-dev libopenblas-dev)

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
    die "not root and no sudo. Have these packages installed, then run this again:
  apt-get install ${missing[*]}"
  fi
  apt_update
  say "installing: ${missing[*]}"
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq -y --no-install-recommends \
    install "${missing[@]}" || die "could not install: ${missing[*]}"
}

# ---- Highway ----------------------------------------------------------------------------------
pin() { sed -n "s/^$1 //p" "$root/cmake/highway.pin"; }

# The version of the Highway headers in DIR; empty if there are none.
highway_version() {
  [ -f "$1/hwy/base.h" ] || return 0
  sed -n 's/^#define HWY_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' "$1/hwy/base.h" | paste -sd.
}

# download URL FILE: by whatever is there. apt's own helper knows its proxies; no date is checked
# on this way, only the hash afterwards.
download() {
  local helper=/usr/lib/apt/apt-helper
  rm -f "$2"
  printf '\n$ download %s\n' "$1" >>"$log"
  if [ -x $helper ] && $helper -o Acquire::Retries=2 download-file "$1" "$2" >>"$log" 2>&1; then return; fi
  if command -v curl >/dev/null && curl -fsSL --retry 2 -o "$2" "$1" >>"$log" 2>&1; then return; fi
  command -v wget >/dev/null && wget -q -O "$2" "$1" >>"$log" 2>&1
}

# Where the archive may lie: in the pool of each configured source of packages (all suites of a
# mirror share one), and at the project's own address.
highway_addresses() {
  { ! command -v apt-get >/dev/null || apt-get --print-uris update 2>>"$log"; } |
    sed -n "s|^'\([^']*\)/dists/.*|\1/$(pin pool)|p" | awk '!seen[$0]++' || true
  pin url
}

# Debian 12 has Highway 1.0.3, so the sources of the version in highway.pin are fetched: only
# unpacked, never installed, and checked by their hash whatever the place they come from.
get_highway() {
  local want given archive=$deps/highway.tar.gz fresh=$deps/highway.new address
  want=$(pin version)
  if [ -n "${LANEWISE_HIGHWAY:-}" ]; then
    given=$(highway_version "$LANEWISE_HIGHWAY")
    [ -n "$given" ] || die "LANEWISE_HIGHWAY=$LANEWISE_HIGHWAY holds no Highway (looked at hwy/base.h)"
    say "Highway: $given in $LANEWISE_HIGHWAY (LANEWISE_HIGHWAY)"
    [ "$given" = "$want" ] || say "Highway: the bits are proven with $want; CMake refuses another without -DLANEWISE_HIGHWAY_UNPROVEN=ON"
    return
  fi
  if [ "$(highway_version "$deps/highway")" = "$want" ]; then say "Highway: $want in .deps/highway"; return; fi
  mkdir -p "$deps"
  while read -r address; do
    say "Highway: fetching $want from ${address%%/pool/*}"
    download "$address" "$archive" || continue
    if ! echo "$(pin sha256)  $archive" | sha256sum --check --status; then
      say "Highway: what came has another hash than cmake/highway.pin, and is thrown away"
      rm -f "$archive"; continue
    fi
    rm -rf "$fresh"; mkdir "$fresh"
    quietly tar -xzf "$archive" -C "$fresh" --strip-components=1 || die "could not unpack $archive"
    rm -rf "$deps/highway" "$archive"; mv "$fresh" "$deps/highway"
    say "Highway: $want in .deps/highway"; return
  done < <(highway_addresses)
  die "no place that is configured here has Highway $want. Fetch
$(pin url)
unpack it and set LANEWISE_HIGHWAY to that folder; what was tried stands in $log"
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
