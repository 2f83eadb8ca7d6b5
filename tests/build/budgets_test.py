"""Code size within its budget: budgets_test.py PROBE LIBRARY OBJECT...

Kernels: at most 5 KiB of code a loop on average, all of four targets together; what is around them
(engine, detection, reports): 1 MiB. Loops and targets are counted by the probe. Room for 1,100
loops in 8 MiB follows. Also: that the sum is of something.
"""

import json
import subprocess
import sys
from pathlib import Path

BYTES_A_LOOP = 5 * 1024 / 4  # and target
REST = 1024 * 1024


def text_bytes(objects):
    lines = subprocess.run(["size", *objects], check=True, capture_output=True, text=True).stdout
    return sum(int(line.split()[0]) for line in lines.splitlines()[1:])


def main(probe, library, *objects):
    listed = subprocess.run([probe, "--list"], check=True, capture_output=True, text=True).stdout
    loops = len(listed.splitlines())
    machine = json.loads(subprocess.run([probe, "--json"], check=True, capture_output=True,
                                        text=True).stdout)
    targets = sum(target["compiled"] for target in machine["targets"])
    kernels = [o for o in objects if "/kernels/" in o]
    code = text_bytes(kernels)
    rest = text_bytes([library]) - code
    a_loop = code / loops / targets
    print(f"{loops} loops x {targets} targets: {code} bytes, {a_loop:.0f} each; the rest {rest}")
    assert kernels and code > 100 * loops, "these are not the kernels' objects"
    assert a_loop <= BYTES_A_LOOP, f"more than {BYTES_A_LOOP:.0f} bytes a loop and target"
    assert rest <= REST, f"more than {REST} bytes beside the kernels"
    largest = max(kernels, key=lambda o: text_bytes([o]))
    print(f"largest family: {Path(largest).name}, {text_bytes([largest])} bytes")


main(*sys.argv[1:])
