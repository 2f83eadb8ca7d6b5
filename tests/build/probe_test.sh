#!/usr/bin/env bash
# lanewise-probe --explain (and an unknown --target): one dtype, all dtypes, as text and JSON, what is
# refused.
#   tests/build/probe_test.sh PROBE
set -euo pipefail
probe=$1

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
# The dtypes of all kernels in a JSON text.
dtypes() { python3 -c 'import json,sys; v = json.load(sys.stdin)
print(*["->".join(d["dtypes"]) for d in (v if isinstance(v, list) else [v])])'; }
# refused STATUS SENTENCE ARGUMENT...
refused() {
  local rc=0 said
  said=$("$probe" --explain "${@:3}" 2>&1) || rc=$?
  [ "$rc" = "$1" ] || fail "--explain ${*:3}: status $rc, not $1"
  grep -qF "$2" <<<"$said" || fail "--explain ${*:3}: no \"$2\" in: $said"
}

[ "$("$probe" --explain exp | grep '^exp')" = \
  $'exp(f32) -> f32\nexp(f64) -> f64\nexp(f16) -> f16\nexp(bf16) -> bf16' ] ||
  fail "--explain exp does not show all dtypes"
[ "$("$probe" --explain exp --json | dtypes)" = "f32->f32 f64->f64 f16->f16 bf16->bf16" ] ||
  fail "all dtypes as JSON"
[ "$("$probe" --json --explain exp f64 | dtypes)" = "f64->f64" ] || fail "one dtype as JSON"
[ "$("$probe" --explain where f64 | head -n 1)" = "where(bool, f64, f64) -> f64" ] || fail "where"
[ "$("$probe" --explain convert | grep -c '^convert(')" = 156 ] || fail "conversions"
refused 2 "exp takes f32->f32, f64->f64, f16->f16, bf16->bf16, not i32->i32" exp i32
refused 2 '"what" is not a dtype' exp what
refused 2 'no kernel is named "nope"' nope
refused 2 'no kernel is named "nope"' nope f32
rc=0
said=$("$probe" --selftest --target nope 2>&1) || rc=$?
[ "$rc" = 2 ] && grep -qF 'no target "nope"' <<<"$said" || fail "--target nope: $rc, $said"

# What the environment says wrongly is named, by the report and by LANEWISE_VERBOSE, and is text.
warnings() { python3 -c 'import json,sys; print(json.loads(sys.stdin.buffer.read().decode())["warnings"])'; }
said=$(LANEWISE_THREADS=two OMP_NUM_THREADS=none LANEWISE_MAX_TARGET=$'\xff' "$probe" --json | warnings)
for part in 'LANEWISE_THREADS="two" ignored' 'OMP_NUM_THREADS="none" ignored' 'LANEWISE_MAX_TARGET=\ufffd is not'; do
  grep -qF "$(printf "$part")" <<<"$said" || fail "no $part in: $said"
done
said=$(LANEWISE_THREADS=two TBB_NUM_THREADS=1 LANEWISE_VERBOSE=1 "$probe" 2>&1)
grep -qE '^lanewise .* 1 thread: .*LANEWISE_THREADS="two" ignored' <<<"$said" || fail "verbose: $said"
[ "$(nproc)" = 1 ] || grep -qF '1 thread: TBB_NUM_THREADS' <<<"$said" || fail "verbose: $said"
echo passed
