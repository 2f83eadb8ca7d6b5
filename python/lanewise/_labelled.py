"""Reductions, running sums and sieves of pandas and xarray objects: the labels stay."""

import functools

import numpy as np

from ._reductions import normalize_axis, normalize_axis_tuple

_SAME_SHAPE = {"astype", "cumsum", "cumulative_sum"}

_FOLD = ("a", "axis", "dtype", "out", "keepdims", "initial", "where")
_NAMES = {
    "compress": ("condition", "a", "axis", "out"),
    "astype": ("a", "dtype"),
    "cumsum": ("a", "axis", "dtype", "out"),
    "searchsorted": ("a", "v", "side", "sorter"),
    "cumulative_sum": ("a",),
    "dot": ("a", "b", "out"),
    "mean": ("a", "axis", "dtype", "out", "keepdims"),
    "var": ("a", "axis", "dtype", "out", "ddof", "keepdims"),
    "argmax": ("a", "axis", "out"),
    "min": ("a", "axis", "out", "keepdims", "initial", "where"),
    "max": ("a", "axis", "out", "keepdims", "initial", "where"),
}
# What has no default besides the array.
_NEEDED = {"compress": ("condition",), "astype": ("dtype",), "dot": ("b",),
           "searchsorted": ("v",)}


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
    for needed in ("a", *_NEEDED.get(name, ())):
        if needed not in given:
            raise TypeError(f"lanewise.{name}: the argument {needed!r} is missing")
    return given.pop("a"), given


def call(name, a, given, function=None):
    """lanewise's function of what bind() has taken apart: what was inside may be a container."""
    import lanewise

    function, given = function or getattr(lanewise, name), dict(given)
    needed = [given.pop(key) for key in _NEEDED.get(name, ())]
    return function(*needed, a, **given) if name == "compress" else function(a, *needed, **given)


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
    if isinstance(given.get("out"), types):
        raise TypeError(f"out must be an array, not {type(given['out']).__name__}")
    return name == "dot" or given.get("out") is not None or not isinstance(a, types)


def _call_on_arrays(name, a, given, types):
    """The function of the elements alone."""
    given = {key: np.asarray(value) if isinstance(value, types) else value
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
    return normalize_axis(name, axis, a.ndim)


def search(name, function, operand, args, kwargs):
    """Indices into a labelled array are but numbers; those of labelled values would need the labels."""
    a, given = bind(name, args, kwargs)
    if operand is not a:
        _refuse(name, operand, "of values")
    return call(name, np.asarray(a), given)


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
    if len(kept) != 1:
        return _relabelled(a, result)
    return a._constructor_sliced(result, index=kept[0]).__finalize__(a)


def _relabelled(a, values):
    if a.ndim == 1:
        return a._constructor(values, index=a.index, name=a.name).__finalize__(a)
    return a._constructor(values, index=a.index, columns=a.columns).__finalize__(a)


@functools.lru_cache(64)
def is_pandas(kind):
    """Whether this is a type of pandas' Series, frames, Index and arrays; it may not be loaded."""
    return (hasattr(kind, "__array_ufunc__") and hasattr(kind, "ndim") and
            any(base.__module__.partition(".")[0] == "pandas" for base in kind.__mro__))


def has_missing(a):
    """Whether elements of a pandas object's nullable dtypes are missing; NaN is an element."""
    dtypes = a.dtypes if a.ndim == 2 else [a.dtype]
    return any(map(_numpy_dtype, dtypes)) and bool(np.any(np.asarray(a.isna())))


def _numpy_dtype(dtype):
    """The dtype below a nullable one (Int64, boolean, double[pyarrow]), or None."""
    below = getattr(dtype, "numpy_dtype", None)
    return below if isinstance(below, np.dtype) and below.kind in "biuf" else None


def _pandas_astype(pandas, a, given):
    if a.ndim == 1:
        return _relabelled(a, _astype_column(a, given))
    # Column by column: a common dtype would round once more.
    return _frame_like(pandas, a, [_pandas_astype(pandas, a.iloc[:, i], given)
                                   for i in range(a.shape[1])])


def _frame_like(pandas, a, columns):
    """The frame of these columns, with the labels of another."""
    if not columns:
        return a.copy()
    result = pandas.concat(columns, axis=1)
    result.columns = a.columns
    return result.__finalize__(a)


def by_columns(function, x, y):
    """The elementwise function where x or y is a frame: each column in its own dtype."""
    import pandas

    frame = pandas.DataFrame
    if isinstance(x, frame) and isinstance(y, (frame, pandas.Series)):  # as pandas' operators do
        x, y = x.align(y, join="outer", axis=None if isinstance(y, frame) else 1)
    elif isinstance(x, pandas.Series):
        y, x = y.align(x, join="outer", axis=1)
    a = x if isinstance(x, frame) else y

    def column(operand, i):
        if isinstance(operand, frame):
            return operand.iloc[:, i]
        return operand if np.ndim(operand) == 0 else np.broadcast_to(operand, a.shape)[:, i]

    return _frame_like(pandas, a, [function(column(x, i), column(y, i)) for i in range(a.shape[1])])


def _astype_column(a, given):
    if not has_missing(a):
        return call("astype", np.asarray(a), given)
    if np.dtype(given["dtype"]).kind in "biu":
        raise ValueError(f"lanewise.astype: missing values have no {np.dtype(given['dtype'])}")
    below = _numpy_dtype(a.dtype)
    # Not by way of np.asarray, which makes float64 of integers: they would be rounded twice.
    values = call("astype", a.array.to_numpy(below, na_value=below.type(0).item()), given)
    values[np.asarray(a.isna())] = np.nan
    return values


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
