"""Compile time within its budget: compile_time_test.py PROBE COMPILE_COMMANDS

Compiles the library's sources and the tests of the operations anew, one after the other and past any
cache, and adds up the processor's seconds, which other programs disturb less than the clock. Budgets
are for one core of a machine of 2023 (Zen 4, GCC 12): a clean build of all four x86 targets takes
720 s when the list has 1,100 loops, kernels growing with the list; a family 60 s, a file of ops_test
40 s. Machines differ, so only twice as much fails.
"""

import json
import os
import resource
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

LOOPS, TARGETS, WHOLE = 1100, 4, 720
A_FILE = {"kernels": 60, "tests": 40}
FAILS_AT = 2


def seconds(command, folder, scratch):
    """Processor seconds of a compiler's run, whose files go to a scratch folder."""
    words = shlex.split(command)
    for option, name in (("-o", "object.o"), ("-MF", "object.d")):
        if option in words:
            words[words.index(option) + 1] = f"{scratch}/{name}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, cwd=folder, check=True, env={**os.environ, "CCACHE_DISABLE": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(probe, commands):
    def run(option):
        return subprocess.run([probe, option], check=True, capture_output=True, text=True).stdout

    loops = len(run("--list").splitlines())
    targets = sum(target["compiled"] for target in json.loads(run("--json"))["targets"])
    root = Path(__file__).resolve().parents[2]
    sums = {"kernels": 0.0, "tests": 0.0, "rest": 0.0}
    slow = []
    with tempfile.TemporaryDirectory() as scratch:
        for entry in json.loads(Path(commands).read_text()):
            name = Path(entry["file"]).resolve().relative_to(root)
            floor = name.parts[0] if name.parts[0] in A_FILE else "rest"
            took = seconds(entry["command"], entry["directory"], scratch)
            sums[floor] += took
            if floor in A_FILE:
                print(f"{took:6.1f} s  {name}", flush=True)
                if took > FAILS_AT * A_FILE[floor]:
                    slow.append(f"{name}: {took:.0f} s, of {A_FILE[floor]}")
    assert sums["kernels"] > 0 and sums["tests"] > 0 and sums["rest"] > 0, "what was compiled?"
    whole = sums["kernels"] * LOOPS * TARGETS / loops / targets + sums["rest"]
    print(f"{loops} loops x {targets} targets: {sums['kernels']:.0f} s, the rest {sums['rest']:.0f} s;"
          f" {LOOPS} loops x {TARGETS} targets would take {whole:.0f} s, of {WHOLE}")
    assert whole <= FAILS_AT * WHOLE, "the whole build takes more than twice its budget"
    assert not slow, "more than twice their budget: " + "; ".join(slow)


main(*sys.argv[1:])
