#!/usr/bin/env bash
# Runs every benchmark once on tiny arrays, so that the benchmarks cannot rot: each kernel of the
# list has a row with a time for every supported target, the special cases run, the result file is
# well-formed and check.py reads it. Times mean nothing here.
#
#   tests/bench_smoke_test.sh BENCH_PROGRAM
set -euo pipefail

bench=${1:?usage: bench_smoke_test.sh BENCH_PROGRAM}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

timeout 120 "$bench" --smoke --json "$folder/result.json" >"$folder/table.txt" ||
  { tail -n 20 "$folder/table.txt" >&2; exit 1; }

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
python3 "$here/../benchmarks/check.py" "$folder/result.json" >"$folder/check.txt"
tail -n 1 "$folder/check.txt" | grep -q ' not met, '
