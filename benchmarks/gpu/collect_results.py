#!/usr/bin/env python3
"""Puts what check.sh found into one JSON file, and prints the speed against the peers."""

import datetime
import json
import os
import pathlib
import sys


def main():
    build, result = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    checks = {}
    for line in (build / "checks.tsv").read_text().splitlines():
        name, code, last = line.split("\t", 2)
        checks[name] = {"exit": code, "result": last}
    rows = json.loads((build / "bench.json").read_text())
    rows += json.loads((build / "peers.json").read_text())
    registers = json.loads((build / "gpu" / "registers.json").read_text())
    facts = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "gpu": os.environ["GPU"], "driver": os.environ["DRIVER"], "commit": os.environ["COMMIT"],
        "checks": checks, "speed": rows, **registers,
    }
    result.write_text(json.dumps(facts, indent=1) + "\n")
    copies = {row["what"].split()[1]: row["GBps"] for row in rows if row["what"].startswith("copy ")}
    for what in dict.fromkeys(row["what"] for row in rows):
        dtype = next((d for d in copies if f" {d}" in what), None)
        cells = []
        for row in rows:
            if row["what"] == what:
                share = f" {row['GBps'] / copies[dtype]:.2f}" if dtype else ""
                cells.append(f"{row['who']} {row['ms']:.3f} ms{share}")
        print(f"{what:32} " + ", ".join(cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
