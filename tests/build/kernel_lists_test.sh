#!/usr/bin/env bash
# What repeats the kernel list is as dev/write_kernel_lists.py writes it, and a stale line is seen.
#   tests/build/kernel_lists_test.sh PROBE SOURCE_DIR
set -euo pipefail
probe=$1 source=$2
write=$source/dev/write_kernel_lists.py
files="include/lanewise/kernels.h python/lanewise/__init__.pxd python/lanewise/__init__.pyi docs/kernels.md"

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
"$write" "$probe" --check

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for file in $files python/lanewise/_names.py; do
  mkdir -p "$tmp/$(dirname "$file")"
  cp "$source/$file" "$tmp/$file"
done
"$write" "$probe" --check --root "$tmp" || fail "the copy differs"
for file in $files; do
  # The first line that speaks of exp.
  sed -i '0,/\bexp\b\|lw_exp_f32/{/\bexp\b\|lw_exp_f32/d}' "$tmp/$file"
  if said=$("$write" "$probe" --check --root "$tmp"); then fail "a line taken out of $file is not missed"; fi
  grep -qF -- "--- $file" <<<"$said" || fail "$file is not named: $said"
  "$write" "$probe" --root "$tmp" | grep -qxF "$file written" || fail "$file is not written"
  cmp "$source/$file" "$tmp/$file"
done
echo passed
