"""Elementwise functions that do more than their ufunc: where, clip, pow, astype."""

import numpy as np

from . import _core, _labelled, ufuncs
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
    if any(map(_is_masked, (condition, x, y))):
        return _where_masked(condition, x, y, **kwargs)
    if any(_labelled.is_pandas(type(a)) and _labelled.has_missing(a) for a in (x, y)):
        raise TypeError("lanewise.where: what is missing in x or y would be missing in the result, "
                        "also where it is not chosen; use Series.where")
    return ufuncs.where(condition, x, y, **kwargs)


def _where_masked(condition, x, y, out=None, **kwargs):
    """As numpy.ma.where: masked where what is chosen is masked, or the choice itself."""
    if isinstance(out, tuple):
        (out,) = out
    if out is not None and not _is_masked(out):
        raise TypeError("lanewise.where: out must be a masked array, as the operands are")
    if kwargs.get("where", True) is not True:
        raise TypeError("lanewise.where of masked arrays does not take where=")
    data = [_unmasked(condition, condition), _unmasked(x, y), _unmasked(y, x)]
    mask = np.where(data[0], np.ma.getmaskarray(x), np.ma.getmaskarray(y))
    mask = mask | np.ma.getmaskarray(condition)
    if out is None:
        return np.ma.array(ufuncs.where(*data, **kwargs), mask=mask)
    ufuncs.where(*data, out=out.data, **kwargs)
    out.mask = mask
    return out


def _unmasked(a, other):
    """The elements. Scalars stay as they are; numpy.ma.masked has its neighbour's dtype."""
    if a is np.ma.masked and other is not a:
        return np.zeros((), np.asarray(other).dtype)
    return a.data if _is_masked(a) else a


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
    dtype = getattr(dtype, "numpy_dtype", dtype)  # of pandas' nullable integers
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        limits = np.iinfo(dtype)
        low = None if type(low) is int and low <= limits.min else low
        high = None if type(high) is int and high >= limits.max else high
    return low, high


def pow(x, y, /, out=None, **kwargs):
    """x to the power y."""
    if out is not None:
        kwargs["out"] = out
    # For a ufunc of this name without keywords pandas takes its own operator: NumPy's bits.
    elif not kwargs and (_labelled.is_pandas(type(x)) or _labelled.is_pandas(type(y))):
        if hasattr(x, "columns") or hasattr(y, "columns"):
            return _labelled.by_columns(pow, x, y)
        kwargs["casting"] = "same_kind"
    return ufuncs.pow(x, y, **kwargs)


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
