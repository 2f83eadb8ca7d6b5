#!/usr/bin/env bash
# Runs every benchmark once on tiny arrays, so that the benchmarks cannot rot: each kernel of the
# list has a row with a time for every supported target, the special cases run, the result file is
# well-formed and check.py reads it. Times mean nothing here. The demo is quick and compares with what
# people have: never with fused multiply-adds in software.
#
#   tests/build/bench_smoke_test.sh BENCH_PROGRAM
set -euo pipefail

bench=${1:?usage: bench_smoke_test.sh BENCH_PROGRAM}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

timeout 120 "$bench" --smoke --json "$folder/result.json" >"$folder/table.txt" ||
  { tail -n 20 "$folder/table.txt" >&2; exit 1; }

timeout 60 "$bench" --demo >"$folder/demo.txt" || { cat "$folder/demo.txt" >&2; exit 1; }
! grep AVX3 "$folder/demo.txt" >&2 || { echo "AVX3 is AVX-512 to people" >&2; exit 1; }
awk '$NF == "yes" && $(NF-1) ~ /x$/ {
       ++rows; theirs = $3 == "-" ? $4 : $3; ratio = theirs / $5
       if (theirs ~ /\*/ || $(NF-1) + 0 < 0.8 * ratio - 0.1 || $(NF-1) + 0 > 1.25 * ratio + 0.1) {
         print "not a ratio to what people have: " $0; bad = 1
       }
     }
     END { if (rows < 10) { print "only " rows + 0 " rows in the demo"; bad = 1 } exit bad }' \
  "$folder/demo.txt" >&2

if ! command -v python3 >/dev/null; then
  echo "no python3: the result file was not looked into"
  exit 0
fi
python3 - "$folder/result.json" <<'PYTHON'
import json
import sys

result = json.load(open(sys.argv[1], encoding="utf-8"))
targets = result["targets"]
assert targets, "no targets"
assert len(result["rows"]) > 100, f"only {len(result['rows'])} rows"
for row in result["rows"]:
    times = {r["name"]: r["ns"] for r in row["results"]}
    for target in targets:
        assert times.get(target, 0) > 0, f"{row['kernel']} {row['types']}: no time for {target}"
    assert any(r["kind"] == "ceiling" for r in row["results"]), f"{row['kernel']}: no ceiling"
assert len(result["special"]) > 10, "special cases are missing"
print(f"{len(result['rows'])} rows, {len(result['special'])} special cases, targets {targets}")
PYTHON
python3 "$here/../../benchmarks/check.py" "$folder/result.json" >"$folder/check.txt"
tail -n 1 "$folder/check.txt" | grep -q ' not met, '
