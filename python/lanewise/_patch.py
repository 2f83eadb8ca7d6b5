"""lanewise's loops under NumPy's own ufuncs."""

import threading

import numpy as np

from . import _core, ufuncs
from ._names import numpy_ufunc
from ._report import Report

_lock = threading.Lock()
_changed: dict[str, list[str]] = {}  # NumPy's ufunc name -> type characters with a new loop
_patched = False


def _candidates():
    for name, _, shape, inputs, *_ in _core.kernels():
        yield name, shape, numpy_ufunc(np, name, inputs) if shape == "elementwise" else None


def is_patched():
    return _patched


def patch_numpy():
    """Puts lanewise's loops under NumPy's ufuncs, for the whole process.

    Calls such as ``np.exp(a)`` and ``a + b`` on float16, float32 and float64 arrays then compute
    what ``lanewise.exp(a)`` does, with its bits and its speed. Reductions and running sums
    (``np.sum``, ``np.cumsum``, ``ufunc.reduce``, ``accumulate``, ``reduceat``) and integers stay
    NumPy's. Patching twice is patching once. See patch_status().

    Patch before starting threads that use NumPy: NumPy looks its loops up without a lock.
    """
    global _patched
    with _lock:
        if _patched:
            return
        for name, _, ufunc in _candidates():
            if ufunc is not None:
                _changed[ufunc.__name__] = _core.patch(ufunc, name)
        _patched = True


def unpatch_numpy():
    """Gives NumPy its own loops back."""
    global _patched
    with _lock:
        _core.unpatch()
        _changed.clear()
        _patched = False


class patched_numpy:
    """``with lanewise.patched_numpy():`` patches, and at the end restores what was before."""

    def __enter__(self):
        self._was_patched = _patched
        patch_numpy()
        return self

    def __exit__(self, *_):
        if not self._was_patched:
            unpatch_numpy()


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
    for name, shape, ufunc in _candidates():
        if ufunc is None:
            what = "a function, not a ufunc: call lanewise's" if shape != "elementwise" else (
                "NumPy has no ufunc of this meaning")
            yield {"numpy": name, "dtypes": "", "patched": False, "why": what}
            continue
        by_reason = {}
        for char in dict.fromkeys(types[ufunc.nin - 1] for types in ufunc.types):
            if char in _changed.get(ufunc.__name__, ()):
                reason = "elementwise calls; " + (
                    "reduce, accumulate and reduceat keep NumPy's order" if ufunc.nin == 2
                    else "all forms")
                by_reason.setdefault((True, reason), []).append(char)
                continue
            reason = _WHY_NOT[_dtype_class(char)]
            if reason == "patched":
                reason = "not patched now" if not _patched else "no lanewise loop for this dtype"
            by_reason.setdefault((False, reason), []).append(char)
        for (done, reason), chars in by_reason.items():
            dtypes = " ".join(dict.fromkeys(np.dtype(c).name for c in chars))
            yield {"numpy": ufunc.__name__, "dtypes": dtypes, "patched": done, "why": reason}


def patch_status():
    """For each of NumPy's functions that lanewise knows: what is replaced, what is not, and why."""
    rows = list(_rows())
    lines = [f"NumPy {np.__version__} is {'' if _patched else 'not '}patched"]
    for row in rows:
        mark = "yes" if row["patched"] else "no "
        lines.append(f"{row['numpy']:<15} {mark} {row['dtypes']:<40} {row['why']}")
    return Report("\n".join(lines), {"numpy": np.__version__, "patched": _patched, "functions": rows})
