"""Which of NumPy's loops patch_numpy() leaves alone, because lanewise's would be slower.

Measured by benchmarks/no_fma.py (one thread, 1000 and 65536 elements; NumPy 2.4.6 at its baseline
and glibc 2.36 without FMA, beside lanewise at SSE2 and SSE4): time of lanewise / time of NumPy, the
worst of the four, by type character. A loop that is not named is at most 1.15.
"""

import threading

from . import _core

# Targets without an FMA instruction (below x86-64-v3): the math functions compute it in software,
# for the same bits; the others are Highway's substitutes for instructions that are missing there.
_WITHOUT_FMA = {
    "exp": {"e": 3.3, "f": 9.0, "d": 23},
    "log": {"e": 4.3, "f": 9.5, "d": 17},
    "sin": {"e": 5.1, "f": 11, "d": 15},
    "cos": {"e": 4.8, "f": 11, "d": 14},
    "tanh": {"e": 2.6, "f": 3.8, "d": 12},
    "pow": {"e": 4.8, "f": 8.4, "d": 14},
    "floor": {"f": 3.5, "d": 6.8},
    "rint": {"f": 2.9, "d": 2.9},
    "isnan": {"f": 1.3, "d": 6.6},
    "equal": {"d": 4.1}, "not_equal": {"d": 4.3}, "less": {"d": 4.1}, "less_equal": {"d": 3.9},
    "greater": {"d": 4.0}, "greater_equal": {"d": 3.7},
    "minimum": {"f": 1.7, "d": 1.4}, "maximum": {"f": 1.7, "d": 1.4},
    "ceil": {"f": 3.7, "d": 10}, "trunc": {"f": 3.7, "d": 7.8},
    "fmin": {"f": 6.2, "d": 4.6}, "fmax": {"f": 4.9, "d": 4.6},
    "isinf": {"f": 1.2, "d": 7.9}, "isfinite": {"d": 7.2}, "signbit": {"f": 1.3, "d": 9.6},
    "sign": {"d": 1.3}, "square": {"f": 1.3, "d": 1.4},
    "logical_and": {"d": 1.2}, "logical_xor": {"d": 1.3}, "logical_not": {"d": 1.9},
}

# On every target: as fast in memory, and slower in short arrays, where a call of lanewise's takes
# longer. Of 1000 and 2^20 elements on AVX3, the worse.
_ANYWHERE = {
    "ceil": {"f": 1.2, "d": 1.2}, "trunc": {"f": 1.15, "d": 1.15},
    "reciprocal": {"f": 1.2, "d": 1.3}, "square": {"f": 1.2, "d": 1.25},
    "fmin": {"f": 1.3, "d": 1.7}, "fmax": {"f": 1.3, "d": 1.6},
    "isinf": {"f": 1.2, "d": 1.1}, "isfinite": {"f": 1.1, "d": 1.1},
    "signbit": {"f": 1.15, "d": 1.05},
}

# Results do not depend on who computes them (every NaN being one value).
_EXACT = {"floor", "rint", "isnan", "equal", "not_equal", "less", "less_equal", "greater",
          "greater_equal", "ceil", "trunc", "isinf", "isfinite", "signbit", "sign", "square",
          "reciprocal", "logical_and", "logical_xor", "logical_not"}


_with_fma = set()  # filled at the first question: asking the machine takes milliseconds


def has_fma(target):
    """Whether a target has a fused multiply-add instruction."""
    if not _with_fma:
        from ._machine import machine

        _with_fma.update(entry["name"] for entry in machine()["targets"] if entry["fma"])
    return target in _with_fma


def process_target():
    """The target of the process: a new thread has no scoped cap (lanewise.target)."""
    found = []
    thread = threading.Thread(target=lambda: found.append(_core.current_target()))
    try:
        thread.start()
    except RuntimeError:  # no more threads are to be had
        return _core.current_target()
    thread.join()
    return found[0]


def why_left(name, char, max_ulp, target):
    """Why this kernel stays out of NumPy's loop for a type at a target; "" where it goes in."""
    factor, why = None, ""
    if not has_fma(target):
        factor = _WITHOUT_FMA.get(name, {}).get(char)
        if factor or max_ulp >= 1:  # a math function that has not been measured is no exception
            why = f"{target} has no FMA instruction; "
    if factor is None:
        factor = _ANYWHERE.get(name, {}).get(char)
        why = "" if factor else why
    if factor is None:
        return why and f"left to NumPy: {why}lanewise takes longer"
    same = "; the same bits" if name in _EXACT else ""
    return f"left to NumPy: {why}lanewise takes up to {factor:g} times as long{same}"
