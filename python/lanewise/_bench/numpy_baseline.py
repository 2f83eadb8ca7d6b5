"""NumPy at its baseline: in a process of its own, since NumPy chooses its loops when it is loaded.

The other end of the pipe sends a line of JSON and gets one: a case to prepare (``true``), or a
number of calls to make (their seconds). Both ends make the same inputs.
"""

import contextlib
import json
import subprocess
import sys

from . import one_thread


def features_in_use():
    """What NumPy uses on this machine beyond its baseline, by its own names."""
    try:
        from numpy._core import _multiarray_umath as umath
    except ImportError:  # NumPy 1
        from numpy.core import _multiarray_umath as umath
    return [name for name in umath.__cpu_dispatch__ if umath.__cpu_features__.get(name)]


class Process:
    """The other process."""

    def __init__(self):
        environment = one_thread.environment()
        environment.pop("NPY_ENABLE_CPU_FEATURES", None)  # NumPy takes only one of the two
        disabled = [environment.get("NPY_DISABLE_CPU_FEATURES", ""), *features_in_use()]
        environment["NPY_DISABLE_CPU_FEATURES"] = " ".join(disabled).strip()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], env=environment, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def ask(self, question):
        self._process.stdin.write(json.dumps(question) + "\n")
        return json.loads(self._process.stdout.readline())

    def timeit(self, calls):
        """As timeit.Timer's."""
        return self.ask(calls)

    def close(self):
        with contextlib.suppress(OSError):  # it has ended already
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def _prepare(name, types, n):
    from lanewise import _core

    from .cases import Case
    from .measure import timer

    case = Case(next(k for k in _core.kernels() if k[0] == name), types, n)
    case.prepare()
    return timer(case.numpy(), case.arrays, case.out)


def main():
    import numpy as np

    np.seterr(all="ignore")
    timed = None
    for line in sys.stdin:
        question = json.loads(line)
        if isinstance(question, int):
            answer = timed.timeit(question)
        else:
            timed, answer = None, True  # the former operands go first
            timed = _prepare(*question)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
