#!/usr/bin/env bash
# Runs a program under qemu's user-mode emulation: x86-64 up to AVX2, and AArch64 with or without SVE.
#
#   tests/emulated/run-qemu.sh [--cpu NAME] [--env NAME=VALUE]... -- PROGRAM ARGS...
#   tests/emulated/run-qemu.sh --arch aarch64 [--sve 128|256|512|...|off] [--cpu NAME] -- PROGRAM ARGS...
#
#   --arch x86_64|aarch64   what PROGRAM is made for (default x86_64)
#   --cpu NAME              a qemu CPU model with its options ("Haswell", "max,-avx2"), or v1 v2 v3:
#                           exactly the features of that psABI level or little more. Default v3;
#                           for AArch64 max.
#   --sve BITS|off          vector length of SVE/SVE2, this one exactly; off: Cortex-A72, NEON only.
#                           a64fx as --cpu has SVE without SVE2.
#   --env NAME=VALUE        for the program only (LD_LIBRARY_PATH, say)
#   --sysroot DIR           target's loader and libraries (default /usr/ARCH-linux-gnu where needed)
#
# Stdout, stderr and exit status are the program's own; a signal ends it as it would natively.
# 125: could not be started. Environment, where the option is not given (so for ctest with the
# cross toolchain): LANEWISE_EMU_CPU, LANEWISE_EMU_SVE.
set -euo pipefail

die() { printf 'run-qemu: %s\n' "$*" >&2; exit 125; }
need() { [ $# -ge 2 ] || die "$1 needs a value"; }

arch=x86_64 cpu=${LANEWISE_EMU_CPU:-} sve=${LANEWISE_EMU_SVE:-} sysroot= options=()
while [ $# -gt 0 ]; do
  case $1 in
    --arch) need "$@"; arch=$2; shift 2 ;;
    --cpu) need "$@"; cpu=$2; shift 2 ;;
    --sve) need "$@"; sve=$2; shift 2 ;;
    --env) need "$@"; options+=(-E "$2"); shift 2 ;;
    --sysroot) need "$@"; sysroot=$2; shift 2 ;;
    -h|--help) sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    --) shift; break ;;
    -*) die "unknown option $1 (see --help)" ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || die "no program given (see --help)"

case $arch in
  x86_64)
    case $cpu in
      # No model is the bare baseline: qemu64 without what v2 adds.
      v1) cpu=qemu64,-pni,-cx16,-lahf-lm ;;
      v2) cpu=Nehalem ;;
      v3|'') cpu=Haswell ;;
    esac ;;
  aarch64)
    case $sve in
      '') cpu=${cpu:-max} ;;
      off) cpu=${cpu:-cortex-a72} ;;
      *[!0-9]*) die "--sve wants a number of bits or off, got: $sve" ;;
      *)
        [ "$sve" -ge 128 ] && [ "$sve" -le 2048 ] && [ $((sve % 128)) = 0 ] ||
          die "--sve: vector lengths are multiples of 128 up to 2048, got: $sve"
        # sveN=on leaves N as the largest length; the default length is what a process starts with.
        cpu=${cpu:-max},sve$sve=on,sve-default-vector-length=$((sve / 8)) ;;
    esac
    # The architected pointer-authentication hash costs much of the emulation's time.
    case $cpu in max|max,*) cpu=$cpu,pauth-impdef=on ;; esac ;;
  *) die "--arch is x86_64 or aarch64, got: $arch" ;;
esac

qemu=qemu-$arch
command -v "$qemu" >/dev/null || qemu=qemu-$arch-static
command -v "$qemu" >/dev/null || die "qemu-$arch is missing: run dev/setup.sh emulate"
if [ -z "$sysroot" ] && [ "$(uname -m)" != "$arch" ]; then sysroot=/usr/$arch-linux-gnu; fi
if [ -n "$sysroot" ]; then
  [ -d "$sysroot" ] || die "no libraries for $arch in $sysroot: run dev/setup.sh $arch"
  options+=(-L "$sysroot")
fi

# qemu warns on stderr of each feature of the model that it does not emulate. Rather than filter
# the program's stderr, learn the names from a run that starts nothing and ask for the model
# without them: the guest sees the same CPU.
if [ "$arch" = x86_64 ]; then
  said=$("$qemu" -cpu "$cpu" / 2>&1 || true)
  case $said in *"unable to find CPU model"*) die "$said" ;; esac
  for feature in $(sed -n "s/.*doesn't support requested feature: [^ ]*\.\([a-z0-9_.-]*\) \[bit.*/\1/p" <<<"$said"); do
    cpu=$cpu,-$feature
  done
fi
exec "$qemu" -cpu "$cpu" "${options[@]}" "$@"
