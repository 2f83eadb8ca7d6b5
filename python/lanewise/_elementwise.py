"""Elementwise functions that do more than their ufunc: where, clip, astype."""

import numpy as np

from . import _core, ufuncs
from ._errors import is_unsupported, unsupported


def where(condition, x=None, y=None, /, **kwargs):
    """x where the condition is true, else y. With the condition alone: its nonzero indices."""
    if x is None and y is None and not kwargs:
        return np.nonzero(condition)
    if x is None or y is None:
        raise ValueError("lanewise.where: give both x and y, or neither")
    if getattr(condition, "dtype", None) != np.bool_:
        if not hasattr(condition, "__array_ufunc__") or isinstance(condition, np.ndarray):
            condition = np.asanyarray(condition).astype(bool)
        else:
            condition = condition != 0
    return ufuncs.where(condition, x, y, **kwargs)


def clip(x, a_min=None, a_max=None, out=None, *, min=None, max=None, **kwargs):
    """minimum(maximum(x, low), high). A bound of None does not limit."""
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    if out is not None:
        kwargs["out"] = out
    if low is None and high is None:
        return ufuncs.maximum(x, x, **kwargs)
    if low is None:
        return ufuncs.minimum(x, high, **kwargs)
    if high is None:
        return ufuncs.maximum(x, low, **kwargs)
    return ufuncs.clip(x, low, high, **kwargs)


_converters: dict[int, np.ufunc | None] = {}


def _converter(dtype):
    if dtype.num not in _converters:
        _converters[dtype.num] = _core.make_converter(dtype.num)
    return _converters[dtype.num]


def astype(x, dtype, /, *, copy=True):
    """x in another dtype, rounded once.

    Float to integer truncates and saturates, and NaN gives 0 (NumPy's result depends on the
    CPU). Pairs of dtypes that lanewise does not convert are converted by NumPy.
    """
    x = np.asanyarray(x)
    dtype = np.dtype(dtype)
    if is_unsupported(dtype):
        raise unsupported("astype", dtype)
    if is_unsupported(x.dtype):
        raise unsupported("astype", x.dtype)
    if x.dtype == dtype:
        return x.astype(dtype, copy=copy)
    converter = _converter(dtype)
    types = converter.types if converter is not None else ()
    if f"{x.dtype.char}->{dtype.char}" not in types:
        return x.astype(dtype)
    result = converter(x)
    return result.astype(dtype, copy=False) if dtype.byteorder == ">" else result
