"""lanewise's loops under NumPy's own ufuncs."""

import threading

import numpy as np

from . import _core
from ._loops import process_target, why_left
from ._names import numpy_ufunc
from ._report import Report

_lock = threading.Lock()


class _State:
    """What was decided when NumPy was patched, by NumPy's ufunc names."""

    def __init__(self, bits):
        self.bits = bits
        self.target = process_target()
        self.changed = {}  # name -> type characters with a new loop, maybe below another's
        self.left = {}  # name -> {type character: why lanewise's loop stays out}

    def decide(self, name, max_ulp, ufunc):
        """The type characters to patch."""
        own = {types[ufunc.nin - 1] for types in ufunc.types}
        why = {} if self.bits else {
            char: why_left(name, char, max_ulp, self.target) for char in _FLOATS if char in own}
        self.left[ufunc.__name__] = {char: reason for char, reason in why.items() if reason}
        return "".join(char for char in _FLOATS if not why.get(char))


_FLOATS = "efd"
_state = None  # a _State while NumPy is patched


def _candidates():
    for name, _, shape, inputs, max_ulp, *_, records in _core.kernels():
        outputs = len(records[0]) - inputs
        ufunc = numpy_ufunc(np, name, inputs, outputs) if shape == "elementwise" else None
        yield name, shape, max_ulp, ufunc
        if name == "pow":  # of float64 alone
            yield name, shape, max_ulp, np.float_power


def is_patched():
    return _state is not None


def count_left():
    """How many loops patch_numpy() left to NumPy because lanewise's are slower here."""
    return sum(map(len, _state.left.values())) if _state else 0


def patch_numpy(bits=False):
    """Puts lanewise's loops under NumPy's ufuncs, for the whole process.

    Calls such as ``np.exp(a)`` and ``a + b`` on float16, float32 and float64 arrays then compute
    what ``lanewise.exp(a)`` does, with its bits and its speed. Reductions and running sums
    (``np.sum``, ``np.cumsum``, ``ufunc.reduce``, ``accumulate``, ``reduceat``) and integers stay
    NumPy's. Patching twice is patching once. See patch_status().

    A loop that would get slower is left to NumPy: ``ceil``, ``square``, ``isfinite`` and others of
    float32 and float64, for which NumPy's are as fast, and on CPUs without an FMA instruction (below
    x86-64-v3) the math functions and a few more. ``bits=True`` patches these too, for the same
    bits on every machine; also after a patch_numpy() without it. The decision follows the target
    of the process at this moment: its caps count, a thread's ``with lanewise.target(...)`` does not.

    Patch before starting threads that use NumPy: NumPy looks its loops up without a lock.
    """
    global _state
    with _lock:
        if _state and (_state.bits or not bits):
            return
        state = _State(bool(bits))
        for name, _, max_ulp, ufunc in _candidates():
            if ufunc is None:
                continue
            done = _core.patch(ufunc, name, state.decide(name, max_ulp, ufunc))
            before = _state.changed.get(ufunc.__name__, []) if _state else []
            state.changed[ufunc.__name__] = before + done
        _state = state


def unpatch_numpy():
    """Gives NumPy its own loops back."""
    _restore(None)


def _restore(state):
    global _state
    with _lock:
        _core.unpatch()
        if state:
            for name, _, _, ufunc in _candidates():
                if ufunc is not None:
                    _core.patch(ufunc, name, "".join(state.changed[ufunc.__name__]))
        _state = state


class patched_numpy:
    """``with lanewise.patched_numpy():`` patches, and at the end restores what was before.

    ``bits=True`` as in patch_numpy().
    """

    def __init__(self, bits=False):
        self.bits = bits

    def __enter__(self):
        self._before = _state
        patch_numpy(self.bits)
        return self

    def __exit__(self, *_):
        if _state is not self._before:
            _restore(self._before)


_WHY_NOT = {
    "f16f32f64": "patched",
    "integer": "NumPy's loop is exact too: the same bits",
    "longdouble": "lanewise has no extended precision",
    "complex": "lanewise has no complex numbers",
    "other": "not a number type of lanewise",
}


def _dtype_class(char):
    kind = np.dtype(char).kind
    if char in "efd":
        return "f16f32f64"
    if char == "g":
        return "longdouble"
    return {"b": "integer", "i": "integer", "u": "integer", "c": "complex"}.get(kind, "other")


def _rows():
    left = _state.left if _state else {}
    for name, shape, _, ufunc in _candidates():
        if ufunc is None:
            what = "a function, not a ufunc: call lanewise's" if shape != "elementwise" else (
                "NumPy has no ufunc of this meaning")
            yield {"numpy": name, "dtypes": "", "patched": False, "why": what}
            continue
        by_reason, running = {}, _core.patched(ufunc) if _state else ()
        changed = _state.changed[ufunc.__name__] if _state else ()
        for char in dict.fromkeys(types[ufunc.nin - 1] for types in ufunc.types):
            if char in running:
                reason = "elementwise calls; " + (
                    "reduce, accumulate and reduceat keep NumPy's order" if ufunc.nin == 2
                    else "all forms")
                by_reason.setdefault((True, reason), []).append(char)
                continue
            reason = _WHY_NOT[_dtype_class(char)]
            if char in changed:
                reason = "another package has put its own loop in the place of lanewise's"
            elif reason == "patched":
                reason = "not patched now" if not _state else left.get(ufunc.__name__, {}).get(
                    char, "no lanewise loop for this dtype")
            by_reason.setdefault((False, reason), []).append(char)
        for (done, reason), chars in by_reason.items():
            dtypes = " ".join(dict.fromkeys(np.dtype(c).name for c in chars))
            yield {"numpy": ufunc.__name__, "dtypes": dtypes, "patched": done, "why": reason}


def patch_status():
    """For each of NumPy's functions that lanewise knows: what is replaced, what is not, and why."""
    rows, patched, left = list(_rows()), is_patched(), count_left()
    lines = [f"NumPy {np.__version__} is {'' if patched else 'not '}patched"]
    if left:
        lines[0] += (f"; {left} loops that lanewise would slow down on {_state.target} are left to "
                     "NumPy (patch_numpy(bits=True) patches them too)")
    for row in rows:
        mark = "yes" if row["patched"] else "no "
        lines.append(f"{row['numpy']:<15} {mark} {row['dtypes']:<40} {row['why']}")
    data = {"numpy": np.__version__, "patched": patched, "bits": patched and _state.bits,
            "target": _state.target if patched else "", "left": left, "functions": rows}
    return Report("\n".join(lines), data)
