"""Reductions, running sums and sieves of pandas and xarray objects: the labels stay."""

import numpy as np

from ._reductions import normalize_axis_tuple

_SAME_SHAPE = {"astype", "cumsum", "cumulative_sum"}


_FOLD = ("a", "axis", "dtype", "out", "keepdims", "initial", "where")
_NAMES = {
    "compress": ("condition", "a", "axis", "out"),
    "astype": ("a", "dtype"),
    "dot": ("a", "b", "out"),
    "var": ("a", "axis", "dtype", "out", "ddof", "keepdims"),
    "argmax": ("a", "axis", "out"),
    "min": ("a", "axis", "out", "keepdims", "initial", "where"),
    "max": ("a", "axis", "out", "keepdims", "initial", "where"),
}


def bind(name, args, kwargs):
    """The array operand, and the other arguments by their names."""
    names = _NAMES.get(name, _FOLD)
    if len(args) > len(names):
        raise TypeError(f"lanewise.{name} takes {len(names)} positional arguments, not {len(args)}")
    given = dict(zip(names, args))
    for key, value in kwargs.items():
        if key in given:
            raise TypeError(f"lanewise.{name}: two values for {key!r}")
        given[key] = value
    return given.pop("a"), given


def call(name, a, given):
    """lanewise's function of what bind() has taken apart: what was inside may be a container."""
    import lanewise

    function, given = getattr(lanewise, name), dict(given)
    if name == "compress":
        return function(given.pop("condition"), a, **given)
    second = {"astype": "dtype", "dot": "b"}.get(name)
    return function(a, given.pop(second), **given) if second else function(a, **given)


def _refuse(name, a, what):
    raise TypeError(f"lanewise.{name} of a {type(a).__name__} {what} would lose its labels; give it "
                    "numpy.asarray(...)")


def _positions(name, condition):
    condition = np.asarray(condition)
    if condition.ndim != 1:
        raise ValueError(f"lanewise.{name}: condition must be one-dimensional")
    return np.flatnonzero(condition)


def _has_no_labels(name, a, given, types):
    """A scalar of two vectors, an `out` that is given, an object that is but the condition."""
    return name == "dot" or given.get("out") is not None or not isinstance(a, types)


def _call_on_arrays(name, a, given, types):
    """The function of the elements alone."""
    given = {key: np.asarray(value) if isinstance(value, types) and key != "out" else value
             for key, value in given.items()}
    return call(name, np.asarray(a) if isinstance(a, types) else a, given)


def _axis_of(name, a, given):
    """The axis of a running sum or a sieve, which has to be named where there are several."""
    axis = given.get("axis")
    if given.get("include_initial"):
        _refuse(name, a, "with include_initial=True")
    if axis is None:
        if a.ndim != 1:
            _refuse(name, a, "without an axis")
        axis = 0
    return normalize_axis_tuple(axis, a.ndim)[0]


# ---- pandas

def of_pandas(name, function, operand, args, kwargs):
    import pandas

    types = (pandas.Series, pandas.DataFrame)
    a, given = bind(name, args, kwargs)
    if _has_no_labels(name, a, given, types):
        return _call_on_arrays(name, a, given, types)
    if name == "astype":
        return _pandas_astype(pandas, a, given)
    if name == "compress":
        axis = _axis_of(name, a, given)
        positions = _positions(name, given["condition"])
        return a.iloc[positions] if axis == 0 else a.iloc[:, positions]
    if name in _SAME_SHAPE:
        given["axis"] = _axis_of(name, a, given)
        return _relabelled(a, _call_on_arrays(name, a, given, types))
    if given.get("keepdims"):
        _refuse(name, a, "with keepdims=True")
    result = _call_on_arrays(name, a, given, types)
    if np.ndim(result) == 0 or a.ndim == 1:
        return result
    kept = [labels for i, labels in enumerate(a.axes)
            if i not in normalize_axis_tuple(given["axis"], 2)]
    return a._constructor_sliced(result, index=kept[0]) if len(kept) == 1 else _relabelled(a, result)


def _relabelled(a, values):
    if a.ndim == 1:
        return a._constructor(values, index=a.index, name=a.name)
    return a._constructor(values, index=a.index, columns=a.columns)


def _pandas_astype(pandas, a, given):
    if a.ndim == 1:
        return _relabelled(a, call("astype", np.asarray(a), given))
    # Column by column: a common dtype would round once more.
    columns = [_pandas_astype(pandas, a.iloc[:, i], given) for i in range(a.shape[1])]
    if not columns:
        return a.copy()
    result = pandas.concat(columns, axis=1)
    result.columns = a.columns
    return result


# ---- xarray

def of_xarray(name, function, operand, args, kwargs):
    import xarray

    types = (xarray.DataArray, xarray.Variable)
    a, given = bind(name, args, kwargs)
    if _has_no_labels(name, a, given, types):
        return _call_on_arrays(name, a, given, types)
    if name == "compress":
        return a.isel({a.dims[_axis_of(name, a, given)]: _positions(name, given["condition"])})
    if name in _SAME_SHAPE:
        if name != "astype":
            given["axis"] = _axis_of(name, a, given)
        return a.copy(data=call(name, a.data, given))
    axis, keepdims = given.pop("axis", None), given.pop("keepdims", False)
    given = {key: np.asarray(value) if isinstance(value, types) else value
             for key, value in given.items()}
    return a.reduce(lambda data, **more: call(name, data, {**given, **more}), axis=axis,
                    keepdims=keepdims)
