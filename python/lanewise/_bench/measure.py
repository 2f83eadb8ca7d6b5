"""Timing: the contestants of a row run in turn, round after round, so that noise hits them all."""

import contextlib
import statistics
import time
import timeit


class Contestant:
    """Something to be timed. `kind` is "target", "ceiling" or "peer"."""

    def __init__(self, name, kind, call, *, target="", around=contextlib.nullcontext):
        self.name, self.kind, self.target = name, kind, target
        self._timer = call
        self._around = around  # what holds during a batch: a cap, patched NumPy
        self.best = self.median = 0.0  # seconds per call
        self.rounds = 0

    def batch(self, calls):
        """Seconds of this many calls."""
        with self._around():
            return self._timer.timeit(calls)


def timer(function, arguments, out=None):
    """A timeit.Timer of a call: no closure and no argument unpacking between clock and call."""
    names = {f"a{i}": argument for i, argument in enumerate(arguments)}
    text = ", ".join([*names, "out=out"] if out is not None else names)
    return timeit.Timer(f"f({text})", globals={"f": function, "out": out, **names})


class Effort:
    def __init__(self, batch=200e-6, rounds=15, row=1.5, min_rounds=2):
        self.batch, self.rounds, self.row, self.min_rounds = batch, rounds, row, min_rounds


def _calibrate(contestant, batch):
    """Calls per batch; the first call (page faults, lazy binding) is not counted."""
    contestant.batch(1)
    calls = 1
    while True:
        seconds = max(contestant.batch(calls), 1e-9)
        if batch / 2 <= seconds < 0.05:
            # Once more: a batch that another program interrupted would make all rounds too short.
            seconds = min(seconds, *(max(contestant.batch(calls), 1e-9) for _ in range(2)))
        if seconds >= batch / 2:
            return max(1, round(calls * batch / seconds))
        calls *= 8 if seconds < batch / 16 else 2


def race(contestants, effort):
    """Fills in best and median."""
    start = time.perf_counter()
    calls = [_calibrate(c, effort.batch) for c in contestants]
    times = [[] for _ in contestants]
    count = len(contestants)
    for number in range(effort.rounds):
        if number >= effort.min_rounds and time.perf_counter() - start > effort.row:
            break
        # Each round starts with another one: nobody always follows the same neighbour's caches.
        for k in range(count):
            i = (k + number) % count
            times[i].append(contestants[i].batch(calls[i]) / calls[i])
    for contestant, seconds in zip(contestants, times):
        contestant.best = min(seconds)
        contestant.median = statistics.median(seconds)
        contestant.rounds = len(seconds)
