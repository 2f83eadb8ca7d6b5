"""Elementwise functions that do more than their ufunc: where, clip, astype."""

import numpy as np

from . import _core, ufuncs
from ._errors import is_bfloat16, is_unsupported, unsupported
from ._reductions import _is_masked


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
    if (_is_masked(condition) or _is_masked(x) or _is_masked(y)) and not kwargs:
        return _where_masked(condition, x, y)
    return ufuncs.where(condition, x, y, **kwargs)


def _where_masked(condition, x, y):
    """As numpy.ma.where: masked where what is chosen is masked, or the choice itself."""
    data = ufuncs.where(*map(np.ma.getdata, (condition, x, y)))
    mask = np.where(np.ma.getdata(condition), np.ma.getmaskarray(x), np.ma.getmaskarray(y))
    return np.ma.array(data, mask=mask | np.ma.getmaskarray(condition))


def clip(x, a_min=None, a_max=None, out=None, *, min=None, max=None, **kwargs):
    """minimum(maximum(x, low), high). A bound of None does not limit."""
    low, high = a_min, a_max
    if min is not None or max is not None:
        if low is not None or high is not None:
            raise ValueError("lanewise.clip: give a_min and a_max, or min and max, not both")
        low, high = min, max
    if out is not None:
        kwargs["out"] = out
    if type(low) is int or type(high) is int:
        low, high = _bounds_within(x, low, high)
    if low is None and high is None:
        return ufuncs.maximum(x, x, **kwargs)
    if low is None:
        return ufuncs.minimum(x, high, **kwargs)
    if high is None:
        return ufuncs.maximum(x, low, **kwargs)
    return ufuncs.clip(x, low, high, **kwargs)


def _bounds_within(x, low, high):
    """Python's integers at or beyond the ends of x's dtype limit nothing, as in NumPy 2."""
    dtype = getattr(x, "dtype", None) or np.asarray(x).dtype
    if getattr(dtype, "kind", "") in ("i", "u"):
        limits = np.iinfo(dtype)
        low = None if type(low) is int and low <= limits.min else low
        high = None if type(high) is int and high >= limits.max else high
    return low, high


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
    if is_bfloat16(x.dtype) and dtype.kind in "iu":
        x = x.astype("f4")  # holds every bfloat16
    converter = _converter(dtype)
    types = converter.types if converter is not None else ()
    if f"{x.dtype.char}->{dtype.char}" not in types:
        return x.astype(dtype)
    result = converter(x)
    return result.astype(dtype, copy=False) if dtype.byteorder == ">" else result
