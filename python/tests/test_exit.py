"""The end of Python while daemon threads are in the middle of calls."""

import subprocess
import sys

import pytest

PROGRAM = """
import threading, time
import numpy as np, lanewise as lw
x = np.ones({size})
def work():
    while True:
        {call}
for _ in range(2):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.05)
"""


@pytest.mark.parametrize("size", [9_000, 1_000_000])
@pytest.mark.parametrize("call", ["lw.exp(x)", "lw.sum(x)", "lw.cumulative_sum(x)",
                                  "lw.compress(x > 0, x)", "lw.add(x[::2], x[1::2])",
                                  "lw.explain('exp')", "lw.patch_numpy(bits=True); np.sin(x)"])
def test_daemon_threads(call, size):
    for _ in range(3):
        result = subprocess.run([sys.executable, "-c", PROGRAM.format(call=call, size=size)],
                                capture_output=True, text=True, timeout=120)
        assert (result.returncode, result.stderr) == (0, "")
