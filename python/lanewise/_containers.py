"""Operands that are more than an array: what they carry is kept or refused, never dropped.

Elementwise functions are NumPy ufuncs, and __array_ufunc__ asks such operands. Here is the same
for functions that reduce, scan and move: labels (pandas, xarray), units (astropy), lazy blocks
(Dask). What else answers __array_function__ gets NumPy's function of the same name.
"""

import functools
import inspect
import sys

import numpy as np

from . import _labelled
from ._imports import when_imported
from ._names import numpy_ufunc
from ._reductions import _NO_VALUE
from .ufuncs import BY_NAME

# Types of arguments that are no containers of anything.
_PLAIN = {np.ndarray, int, float, bool, complex, str, tuple, list, type, type(None), np.dtype,
          np.float64, np.float32, np.int64, np.bool_}

def answering(name, function):
    """`function`, for containers too."""

    @functools.wraps(function)
    def asked(*args, **kwargs):
        for operand in (*args, *kwargs.values()) if kwargs else args:
            if type(operand) in _PLAIN:
                continue
            answer = _answer_of(operand)
            if answer is not None:
                if name == "searchsorted":
                    answer = _SEARCHED.get(answer, _by_protocol)
                return answer(name, function, operand, args, kwargs)
        return function(*args, **kwargs)

    return asked


def _answer_of(operand):
    """The function that answers for operands of this type; None for arrays and what becomes one."""
    for module, types, answer in _ANSWERS:
        loaded = sys.modules.get(module)
        # A module may be half imported.
        if loaded is not None and isinstance(
                operand, tuple(getattr(loaded, kind, ()) or () for kind in types)):
            return answer
    own = getattr(type(operand), "__array_function__", np.ndarray.__array_function__)
    return None if own is np.ndarray.__array_function__ else _by_protocol


def _by_protocol(name, function, operand, args, kwargs):
    """The operand's own answer to NumPy's function."""
    numpys = getattr(np, name, None)
    if numpys is not None:
        operands = [a for a in (*args, *kwargs.values()) if hasattr(type(a), "__array_function__")]
        types, refused = tuple(dict.fromkeys(map(type, operands))), ()
        for each in _in_turn(operands):
            if any(issubclass(kind, type(each)) for kind in refused):
                continue  # the base would lose what the derived class adds
            result = each.__array_function__(numpys, types, args, kwargs)
            if result is not NotImplemented:
                return result
            refused += (type(each),)
    raise TypeError(f"lanewise.{name} does not take {type(operand).__name__}, which would lose what "
                    "it has beside its elements; give it a plain array")


def _in_turn(operands):
    """As NumPy asks them: from left to right, but derived classes before their bases."""
    turn = []
    for operand in operands:
        behind = (i for i, other in enumerate(turn) if isinstance(operand, type(other)))
        turn.insert(next(behind, len(turn)), operand)
    return turn


# ---- units

def _with_units(name, function, operand, args, kwargs):
    """A quantity of the unit that follows; the elements are lanewise's."""
    units = sys.modules["astropy.units"]
    quantity = units.Quantity
    a, given = _labelled.bind(name, args, kwargs)
    quantities = [arg for arg in (a, *given.values()) if isinstance(arg, quantity)]
    # Logarithmic units; elements that have a mask.
    if isinstance(getattr(a, "unit", None), units.function.FunctionUnitBase) or any(
            _answer_of(arg.value) is not None for arg in quantities):
        return _by_protocol(name, function, operand, args, kwargs)
    out = given.pop("out", None)
    initial = given.get("initial", _NO_VALUE)
    if name == "dot":
        a, b = quantity(a), quantity(given["b"])
        unit, given["b"] = a.unit * b.unit, b.value
    elif isinstance(a, quantity):
        unit = a.unit
        if initial is not None and initial is not _NO_VALUE:
            given["initial"] = quantity(initial).to_value(unit)
    if not isinstance(a, quantity) or any(isinstance(arg, quantity) for arg in given.values()):
        raise TypeError(f"lanewise.{name}: of these arguments none but the array, out and initial "
                        "may have a unit")
    result = _labelled.call(name, a.value, given)
    if name != "argmax":
        unit = unit**2 if name == "var" else unit
        result = np.asarray(result)
        result = quantity(result, unit, dtype=result.dtype, copy=False)
    if out is None:
        return result
    if isinstance(out, quantity) != isinstance(result, quantity):
        raise TypeError(f"lanewise.{name}: out has to be a {type(result).__name__}")
    out[...] = result
    return out


# ---- lazy blocks

# Arguments that change nothing; copy= neither, since Dask arrays do not change.
_DEFAULTS = {"axis": None, "dtype": None, "out": None, "initial": _NO_VALUE, "where": True}


def _changes_nothing(key, value):
    if key in ("keepdims", "include_initial"):
        return not value
    return key == "copy" or key in _DEFAULTS and value is _DEFAULTS[key]


def _of_dask(name, function, operand, args, kwargs):
    if name in ("compress", "argmax"):  # exact: Dask's answer has the same bits
        return _by_protocol(name, function, operand, args, kwargs)
    import lanewise.dask

    a, given = _labelled.bind(name, args, kwargs)
    given = {key: value for key, value in given.items()
             if (name, key) == ("astype", "dtype") or not _changes_nothing(key, value)}
    lazy = getattr(lanewise.dask, name, None)
    takes = () if lazy is None else ("b", *inspect.signature(lazy).parameters)
    unknown = [key for key in given if key not in takes]
    if lazy is None or unknown:
        what = " with " + ", ".join(f"{key}=" for key in unknown) if lazy is not None else ""
        raise TypeError(f"lanewise.{name}{what} does not take Dask arrays; lanewise.dask has what "
                        "stays lazy, compute() gives an array")
    return _labelled.call(name, a, given, lazy)


_ANSWERS = [
    ("pandas", ("Series", "DataFrame"), _labelled.of_pandas),
    ("xarray", ("DataArray", "Variable"), _labelled.of_xarray),
    ("dask.array", ("Array",), _of_dask),
    ("astropy.units", ("Quantity",), _with_units),
]


# Who answers for searchsorted, where indices come out: those of Dask and of units are exact, too.
_SEARCHED = {_labelled.of_pandas: _labelled.search, _labelled.of_xarray: _labelled.search}


# ---- tables that other packages look ufuncs up in

def _pairs():
    """lanewise's ufuncs with NumPy's of the same meaning."""
    for name, ufunc in BY_NAME.items():
        numpys = numpy_ufunc(np, name, ufunc.nin)
        if numpys is not None:
            yield ufunc, numpys


def _register_masked(ma):
    """Domains: numpy.ma masks the results of arguments outside, e.g. the logarithm of 0."""
    for ours, numpys in _pairs():
        for table in (ma.core.ufunc_domain, ma.core.ufunc_fills):
            if numpys in table:
                table[ours] = table[numpys]


def _register_quantities(units):
    """Which units a function takes and gives."""
    helpers = getattr(getattr(units, "quantity_helper", None), "UFUNC_HELPERS", None)
    if helpers is None:
        return
    for ours, numpys in _pairs():
        if numpys in helpers:
            helpers[ours] = helpers[numpys]


def register():
    when_imported("numpy.ma", _register_masked)
    when_imported("astropy.units", _register_quantities)
