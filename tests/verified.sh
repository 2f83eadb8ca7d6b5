#!/usr/bin/env bash
# Names the targets that passed their golden hashes in the given ctest logs, and how: natively or
# under which emulator. With "yes" as last argument also records them, dated, in tests/verified.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

record=${*: -1}
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
if [ ! -x build/release/out/lanewise-probe ]; then
  echo "build/release is not built: no word on native targets"
  exit 0
fi
native=$(build/release/out/lanewise-probe --selftest | sed -n 's/^\([A-Z0-9_]*\) .*, 0 failures,.*/\1/p' | tr '\n' ' ')
lines=()
for target in $native; do lines+=("$target	native, ${cpu:-unknown CPU}"); done

# A test "selftest-NAME" that passed has run its target under an emulator.
passed() { grep -sqE "Test +#[0-9]+: selftest-$1 \.+ +Passed" "${logs[@]}"; }
logs=("${@:1:$#-1}")
add() { if passed "$1"; then lines+=("$2	$3"); else printf 'not run: %s (%s)\n' "$2" "$3"; fi; }
add nehalem SSE4 "qemu-x86_64 Nehalem"
add haswell AVX2 "qemu-x86_64 Haswell"
add avx512 AVX3 "Bochs corei7_skylake_x"
add neon NEON "qemu-aarch64 Cortex-A72"
add sve-512 SVE "qemu-aarch64 A64FX, 512 bits"
add sve-128 SVE "qemu-aarch64 A64FX, 128 bits"
add sve256 SVE_256 "qemu-aarch64 max, 256 bits"
add sve2-128 SVE2_128 "qemu-aarch64 max, 128 bits"

printf 'ran: %s\n' "${lines[@]}"
if [ "$record" = yes ]; then
  {
    echo "# Last pass of every target's golden hashes: target, how, date, commit. Written by make test-long."
    for line in "${lines[@]}"; do
      printf '%s\t%s\t%s\n' "$line" "$(date -u +%F)" "$(git rev-parse --short HEAD)"
    done
  } >tests/verified.txt
fi
