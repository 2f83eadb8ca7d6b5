"""Reductions over any axes, with the same bits whatever the memory order.

The library adds in a fixed tree (docs/numerics.md). Here NumPy's signatures are put around it:
dtypes, axes, keepdims, initial, where, masked arrays.
"""

import sys
import warnings

import numpy as np

from . import _core, ufuncs
from ._errors import is_bfloat16, is_unsupported, unsupported

try:
    from numpy.lib.array_utils import normalize_axis_tuple
except ImportError:  # NumPy 1
    from numpy.core.numeric import normalize_axis_tuple  # type: ignore[no-redef]

_NO_VALUE = getattr(np, "_NoValue", None)

# Elements that `where` leaves out are replaced by what changes no bit.
_IDENTITIES = {"sum": -0.0, "prod": 1, "min": np.inf, "max": -np.inf}
_JOIN = {"sum": "add", "prod": "multiply", "min": "minimum", "max": "maximum"}
# Kernels whose result for integers is exact in any order, so that NumPy's is the same.
_EXACT = {"min": np.min, "max": np.max, "argmax": np.argmax, "argmin": np.argmin}

# Kernel -> {dtype of the elements: dtype of the result}, from the library's list; bfloat16, which is
# a dtype of another package, by its name.
_RESULTS = {
    name: {dtypes[record[0]][1] or "bfloat16": dtypes[record[-1]][1] or "bfloat16"
           for record in records}
    for dtypes in [_core.dtypes()]
    for name, _, shape, _, _, _, records in _core.kernels()
    if shape in ("reduce", "reduce_two", "arg", "scan")
}


def _takes(name, dtype):
    return ("bfloat16" if is_bfloat16(dtype) else dtype) in _RESULTS[name]


def _kernel_result(name, dtype):
    """The dtype of the kernel's result, of elements that it takes."""
    if not is_bfloat16(dtype):
        return _RESULTS[name][dtype]
    result = _RESULTS[name]["bfloat16"]
    return dtype if result == "bfloat16" else result


def _is_narrow(dtype):
    """Whether elements are computed with as float32, and results rounded once more."""
    return dtype == np.float16 or is_bfloat16(dtype)


def _accumulator(name, dtype):
    """The dtype of elements that the kernel takes for those of a dtype; None: it takes none."""
    takes = _RESULTS[name]
    if _takes(name, dtype):
        return dtype
    if dtype.kind not in "biu":
        return None
    if np.dtype("i8") not in takes:
        return np.dtype("f8") if name not in _EXACT else None
    if dtype.kind == "b":
        return np.dtype("u1")
    if dtype.itemsize < 4:
        return np.dtype("i4")
    # Sums of u64 wrap around as those of i64 do, with the same bits.
    return np.dtype("i8") if dtype.itemsize == 4 or name == "sum" else None


def _result_dtype(name, dtype):
    """The dtype of the result, as NumPy has it."""
    if name in ("argmax", "argmin"):
        return np.dtype(np.intp)
    if name in ("sum", "prod") and dtype.kind in "bi":
        return np.promote_types(dtype, np.int_)
    if name in ("sum", "prod") and dtype.kind == "u":
        return np.promote_types(dtype, np.uint)
    if name in ("mean", "var", "std") and dtype.kind in "biu":
        return np.dtype("f8")
    return dtype


def _as_counted(name, a):
    """Every byte but 0 is true, and counts as 1; kernels that take bool see to it."""
    if a.dtype.kind == "b" and a.dtype not in _RESULTS[name] and name not in ("min", "max"):
        a = np.not_equal(a.view("u1"), 0)
    return a


def _as_elements(a, accumulator):
    """The array in this dtype, native and aligned."""
    if a.dtype == accumulator:
        return np.require(a, requirements="A")
    if a.dtype.kind == "b" and accumulator.itemsize == 1:
        a = a.view("u1")
    if a.dtype == "u8" and accumulator == "i8":
        a = a.view("i8")
    return np.require(a, accumulator, "A")


def _reduce_tree(name, a, axes, ddof=0.0):
    """The library's reduction of an array over axes, in the kernel's own result dtype."""
    shape = tuple(n for i, n in enumerate(a.shape) if i not in axes)
    result = np.empty(shape, _kernel_result(name, a.dtype))
    mask = 0  # (this module's own sum hides the built-in one)
    for axis in axes:
        mask |= 1 << axis
    _core.reduce(name, a, mask, result, ddof)
    return result


def _is_masked(a):
    masked = sys.modules.get("numpy.ma")
    return masked is not None and isinstance(a, masked.MaskedArray)


def _check_out(out):
    if out is not None and not isinstance(out, np.ndarray):
        raise TypeError(f"out must be an array, not {type(out).__name__}")


def _deliver(result, out, keepdims, shape, axes):
    if keepdims:
        result = result.reshape([1 if i in axes else n for i, n in enumerate(shape)])
    if out is None:
        return result if result.ndim or keepdims and len(shape) else result[()]
    _check_out(out)
    if out.shape != result.shape:
        raise ValueError(f"output has shape {out.shape}, the result {result.shape}")
    np.copyto(out, result, casting="same_kind")
    return out


def _check_array(name, a):
    a = np.asanyarray(a)
    if is_unsupported(a.dtype):
        raise unsupported(name, a.dtype)
    return a if a.dtype.isnative else a.astype(a.dtype.newbyteorder("="))


def normalize_axis(name, axis, ndim):
    """The one axis, which may count from the end."""
    if not hasattr(axis, "__index__"):
        raise TypeError(f"lanewise.{name}: axis must be an integer or None, not {axis!r}")
    return normalize_axis_tuple(axis, ndim)[0]


def _axes(axis, ndim):
    if axis is None:
        return tuple(range(ndim))
    return tuple(sorted(normalize_axis_tuple(axis, ndim)))


def _axes_or_scalar(axis, ndim):
    """As NumPy's ufuncs and argmax: a scalar has an axis 0, which is also its last."""
    if ndim == 0 and hasattr(axis, "__index__") and not isinstance(axis, bool):
        normalize_axis_tuple(axis, 1)
        return ()
    return _axes(axis, ndim)


def _fold(name, a, axis, dtype, out, keepdims, initial, where):
    """sum, min, max and kernels like them."""
    if _is_masked(a):
        return _fold_masked(name, a, axis, dtype, out, keepdims, initial, where)
    a = _check_array(name, a)
    _check_out(out)
    if dtype is None and out is not None and name in ("sum", "prod") and out.dtype.kind == "f":
        dtype = np.promote_types(a.dtype, out.dtype)  # as in NumPy
    if dtype is not None:
        dtype = np.dtype(dtype).newbyteorder("=")
        if is_unsupported(dtype):
            raise unsupported(name, dtype)
        if (a.dtype.kind == "f" or is_bfloat16(a.dtype)) and dtype.kind in "biu":
            raise TypeError(f"lanewise.{name}: cannot reduce {a.dtype} in dtype {dtype}")
        a = a.astype(dtype, copy=False)
    result_dtype = dtype or _result_dtype(name, a.dtype)
    axes = _axes_or_scalar(axis, a.ndim)
    empty = any(a.shape[i] == 0 for i in axes)
    if _has_no_identity(name, initial):
        if where is not True:
            raise ValueError(f"lanewise.{name} has no identity: where= needs initial=")
        if empty:
            raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    if initial is not _NO_VALUE and initial is not None:
        initial = _start(name, initial, result_dtype)
    accumulator = _accumulator(name, a.dtype)
    if accumulator is None or result_dtype.kind == "b" and name not in _EXACT:
        return _by_numpy(name, a, axis, dtype, out, keepdims, initial, where)
    counts = None
    if where is not True:
        mask = np.broadcast_to(np.asarray(where, bool), a.shape)
        counts = np.count_nonzero(mask, axis=axes)
        a = np.where(mask, a, _identity(name, a.dtype))
    if empty and name in _EXACT:
        kept = tuple(n for i, n in enumerate(a.shape) if i not in axes)
        result = np.full(kept, initial, result_dtype)
    else:
        if name == "sum" and a.dtype.kind == "b" and len(axes) == a.ndim:
            result = np.asarray(np.count_nonzero(a))
        else:
            result = _reduce_tree(name, _as_elements(_as_counted(name, a), accumulator), axes)
        if accumulator.kind not in "biu" and counts is not None and name == "sum":
            result = np.where(counts == 0, result.dtype.type(0), result)
        result = result.astype(result_dtype, copy=False)
        if initial is not _NO_VALUE and initial is not None:
            result = np.asarray(getattr(ufuncs, _JOIN[name])(result, initial))
    return _deliver(result, out, keepdims, a.shape, axes)


def _has_no_identity(name, initial):
    """initial=None takes the identity away from those that have one, as in NumPy."""
    return initial is None or name in _EXACT and initial is _NO_VALUE


def _start(name, initial, dtype):
    """The initial value in this dtype, or an error: no integer is infinite, NaN or too large.

    NumPy makes some number of such floats, and of arrays and its own scalars that do not fit, and
    compares with that. Sums with integers wrap, as its do.
    """
    given = np.asarray(initial)
    if dtype.kind in "iu" and given.ndim == 0 and given.dtype.kind in "fOViu":
        whole, info = int(given[()]), np.iinfo(dtype)
        if given.dtype.kind not in "iu" or name in _EXACT:
            if not info.min <= whole <= info.max:
                raise OverflowError(f"lanewise.{name}: initial={initial} does not fit into {dtype}")
            initial = whole
    start = np.empty((), dtype)
    start[()] = initial
    return start[()]


def _identity(name, dtype):
    value = _IDENTITIES[name]
    if dtype.kind not in "biu" or name in ("sum", "prod"):
        return dtype.type(value)
    if dtype.kind == "b":
        return np.bool_(name == "min")
    return dtype.type(np.iinfo(dtype).max if name == "min" else np.iinfo(dtype).min)


def _by_numpy(name, a, axis, dtype, out, keepdims, initial, where):
    """Integer reductions that the library lacks: exact, hence NumPy's bits are the ones."""
    kwargs = {} if initial is _NO_VALUE else {"initial": initial}
    if where is not True:
        kwargs["where"] = where
    if dtype is not None and name not in _EXACT:
        kwargs["dtype"] = dtype
    function = getattr(np, name, None)
    if function is None:
        raise unsupported(name, a.dtype)
    return function(np.asarray(a), axis=axis, out=out, keepdims=keepdims, **kwargs)


def _fold_masked(name, a, axis, dtype, out, keepdims, initial, where):
    mask = np.ma.getmaskarray(a)
    present = ~mask if where is True else ~mask & where
    if _has_no_identity(name, initial):
        initial = _identity(name, a.dtype)
    result = _fold(name, a.data, axis, dtype, out, keepdims, initial, present)
    return _mask_empty(result, present, axis, keepdims)


def _mask_empty(result, present, axis, keepdims):
    absent = ~np.any(present, axis=axis, keepdims=keepdims)
    if np.ndim(result) == 0:
        return np.ma.masked if absent else result
    return np.ma.array(result, mask=absent)


def _work_dtype(name, dtype, result_dtype, where=True):
    """In which dtype the elements of a mean or variance are reduced."""
    work = _accumulator(name, result_dtype)
    # Of others the elements must not be rounded, and step by step nothing may be.
    return np.dtype("f4") if _is_narrow(work) and (dtype != work or where is not True) else work


def _moments(name, a, axis, dtype, out, ddof, keepdims, where):
    """mean and var: prepared elements, axes, result dtype."""
    present = None
    if _is_masked(a):
        present = ~np.ma.getmaskarray(a)
        if where is not True:
            present = present & where
        where, a = present, a.data
    a = _check_array(name, a)
    if dtype is not None:
        dtype = np.dtype(dtype)
        if is_unsupported(dtype):
            raise unsupported(name, dtype)
        if dtype.kind != "f" and not is_bfloat16(dtype):
            raise TypeError(f"lanewise.{name}: dtype must be a float, not {dtype}")
    result_dtype = dtype or _result_dtype(name, a.dtype)
    axes = _axes(axis, a.ndim)
    work = _work_dtype(name, a.dtype, result_dtype, where)
    if where is not True or not _takes(name, a.dtype) or _kernel_result(name, a.dtype) != work:
        a = a.astype(work, copy=False)
    a = _as_elements(a, a.dtype)
    if where is True:
        count = int(np.prod([a.shape[i] for i in axes], dtype=np.intp))
        _warn_if_empty(name, count <= ddof if name == "var" else count == 0)
        result = _reduce_tree(name, a, axes, float(ddof))
    else:
        result = _moment_where(name, a, axes, ddof, where)
    result = result.astype(result_dtype, copy=False)
    result = _deliver(result, out, keepdims, a.shape, axes)
    return result if present is None else _mask_empty(result, present, axis, keepdims)


def _warn_if_empty(name, is_empty):
    if is_empty:
        text = "Mean of empty slice" if name == "mean" else "Degrees of freedom <= 0 for slice"
        warnings.warn(text, RuntimeWarning, stacklevel=4)


def _moment_where(name, a, axes, ddof, where):
    """The kernel's arithmetic, step by step, on the elements that count."""
    mask = np.broadcast_to(np.asarray(where, bool), a.shape)
    kept = tuple(1 if i in axes else n for i, n in enumerate(a.shape))
    count = np.count_nonzero(mask, axis=axes, keepdims=True).astype("f8")
    _warn_if_empty(name, np.any(count <= (ddof if name == "var" else 0)))
    zero = a.dtype.type(-0.0)

    def quotient(elements, divisor):
        total = _reduce_tree("sum", np.where(mask, elements, zero), axes).reshape(kept)
        with np.errstate(divide="ignore", invalid="ignore"):
            result = total.astype("f8") / divisor
        return np.where(divisor > 0, result, np.nan).astype(a.dtype)

    result = quotient(a, count)
    if name == "var":
        with np.errstate(invalid="ignore"):
            deviations = a - result
            result = quotient(deviations * deviations, count - ddof)
        if 0 not in a.shape:  # equal elements have the variance +0, though their mean is rounded
            low, high = (
                _reduce_tree(end, np.where(mask, a, _identity(end, a.dtype)), axes).reshape(kept)
                for end in ("min", "max"))
            result = np.where((low == high) & (result == result), a.dtype.type(0), result)
    return result.reshape([n for i, n in enumerate(a.shape) if i not in axes])


def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    """Mean over axes: the sum by the fixed tree, divided and rounded once; NaN if empty."""
    return _moments("mean", a, axis, dtype, out, 0, keepdims, where)


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True,
        correction=_NO_VALUE):
    """Variance over axes in two passes, with divisor n - ddof; NaN if n <= ddof."""
    if correction is not _NO_VALUE:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    return _moments("var", a, axis, dtype, out, ddof, keepdims, where)


def _arg(name, a, axis, out, keepdims):
    a = _check_array(name, a)
    accumulator = _accumulator(name, a.dtype)
    if accumulator is None or _is_masked(a):
        function = getattr(np, name)
        return function(a, axis=axis, out=out, keepdims=keepdims)
    if axis is not None and not hasattr(axis, "__index__"):
        raise TypeError(f"lanewise.{name}: axis must be an integer or None, not {axis!r}")
    axes = _axes_or_scalar(axis, a.ndim)
    if a.size == 0 and 0 in [a.shape[i] for i in axes]:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    result = _reduce_tree(name, _as_elements(_as_counted(name, a), accumulator), axes)
    return _deliver(result, out, keepdims, a.shape, axes)


def dot(a, b, out=None):
    """Sum of the rounded products of two one-dimensional arrays, by the fixed tree.

    Integers wrap around in their own dtype; of bool it is whether any pair is true. As NumPy's.
    """
    if _is_masked(a) or _is_masked(b):  # as numpy.ma.dot: what is masked counts as 0
        result = dot(np.ma.filled(a, 0), np.ma.filled(b, 0), out)
        present = ~(np.ma.getmaskarray(a) | np.ma.getmaskarray(b))
        return result if present.any() else np.ma.masked
    a, b = _check_array("dot", a), _check_array("dot", b)
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError("lanewise.dot takes one-dimensional arrays; numpy.dot and @ take others")
    if a.shape != b.shape:
        raise ValueError(f"lanewise.dot: shapes {a.shape} and {b.shape} are not aligned")
    dtype = np.result_type(a, b)
    accumulator = _accumulator("dot", dtype)
    if accumulator is None:
        raise unsupported("dot", dtype)
    result = np.empty(1, accumulator)
    _core.call("dot", _as_elements(a, accumulator), _as_elements(b, accumulator), result)
    return _deliver(result.astype(dtype, copy=False).reshape(()), out, False, (), ())


# Reductions that are more than a fold of the elements.
_OWN = {"mean": mean, "var": var}


def make(name, shape, doc):
    """The function of a kernel of the list that reduces, with NumPy's signature."""
    if name in _OWN:
        return _OWN[name]

    def arg(a, axis=None, out=None, *, keepdims=False):
        return _arg(name, a, axis, out, keepdims)

    def extreme(a, axis=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
        return _fold(name, a, axis, None, out, keepdims, initial, where)

    def fold(a, axis=None, dtype=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
        if name not in _JOIN and (initial is not _NO_VALUE or where is not True):
            raise TypeError(f"lanewise.{name} takes neither initial= nor where=")
        return _fold(name, a, axis, dtype, out, keepdims, initial, where)

    function = arg if shape == "arg" else extreme if name in _EXACT else fold
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc[:1].upper()}{doc[1:]}."
    return function
