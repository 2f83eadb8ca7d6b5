"""Kernels that give arrays but are not elementwise: cumulative_sum, compress, searchsorted."""

import numpy as np

from . import _core
from ._errors import is_bfloat16, is_unsupported, unsupported
from ._reductions import (
    _accumulator,
    _as_elements,
    _check_array,
    _check_out,
    _is_masked,
    _kernel_result,
    _result_dtype,
    normalize_axis,
)


def cumsum(a, axis=None, dtype=None, out=None):
    """Running sum along an axis (of the flattened array by default), in a fixed blocked order.

    float16 is summed in float32 and rounded at the end. Integers and bool give 64-bit integers, exact
    but for wrapping, as NumPy's.
    """
    if _is_masked(a):
        return _scan_masked(a, out, cumsum(a.filled(0), axis, dtype, _data(out)))
    a = _check_array("cumsum", a)
    _check_out(out)
    counts = a.dtype.kind in "biu"
    if dtype is None and out is not None:
        whole = counts and out.dtype.kind in "biu"
        dtype = out.dtype if whole else np.promote_types(a.dtype, out.dtype)
    dtype = np.dtype(dtype).newbyteorder("=") if dtype is not None else None
    result_dtype = dtype or _result_dtype("sum", a.dtype)
    # Sums wrap around in 64 bits as they do in fewer.
    whole = counts and result_dtype.kind in "iu"
    accumulator = _accumulator("cumulative_sum", a.dtype if whole else result_dtype)
    if accumulator is None or result_dtype.kind in "biu" and not whole:
        return np.cumsum(a, axis=axis, dtype=dtype, out=out)
    if axis is None:
        a, axis = a.reshape(-1), 0
    elif a.ndim == 0:  # as NumPy: one element, whose axis is 0
        a = a.reshape(1)
    axis = normalize_axis("cumsum", axis, a.ndim)
    a = _as_elements(a if whole else a.astype(result_dtype, copy=False), accumulator)
    result = np.empty(a.shape, _kernel_result("cumulative_sum", a.dtype))
    _core.scan("cumulative_sum", a, result, axis)
    result = result.astype(result_dtype, copy=False)
    return _given(out, result)


def _given(out, result):
    """The result, in the caller's array if there is one."""
    if out is None:
        return result
    if out.shape != result.shape:
        raise ValueError(f"output has shape {out.shape}, the result {result.shape}")
    np.copyto(out, result, casting="same_kind")
    return out


def _data(out):
    return out.data if _is_masked(out) else out


def _scan_masked(a, out, result, first_axis=None):
    """As numpy.ma: masked elements add nothing, and stay masked in the result."""
    mask = np.ma.getmaskarray(a)
    if first_axis is not None:  # the initial 0, which is never masked
        mask = np.insert(mask, 0, False, axis=first_axis)
    mask = mask.reshape(result.shape)
    if out is None:
        return np.ma.array(result, mask=mask)
    if _is_masked(out):
        out.mask = mask
    return out


def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Running sum along an axis, in a fixed blocked order; the array API's name of cumsum."""
    masked = np.atleast_1d(x) if _is_masked(x) else None
    x = np.atleast_1d(_check_array("cumulative_sum", x))
    if axis is None:
        if x.ndim != 1:
            raise ValueError(
                "For arrays which have more than one dimension ``axis`` argument is required."
            )
        axis = 0
    if not include_initial:
        return cumsum(x, axis, dtype, out)
    if masked is not None:
        result = cumulative_sum(masked.filled(0), axis=axis, dtype=dtype, out=_data(out),
                                include_initial=True)
        return _scan_masked(masked, out, result, axis)
    axis = normalize_axis("cumulative_sum", axis, x.ndim)
    shape = list(x.shape)
    shape[axis] += 1
    if out is None:
        out = np.empty(shape, dtype or np.cumsum(np.empty(0, x.dtype)).dtype)
    elif out.shape != tuple(shape):
        raise ValueError(f"output has shape {out.shape}, the result {tuple(shape)}")
    first, rest = [slice(None)] * x.ndim, [slice(None)] * x.ndim
    first[axis], rest[axis] = slice(0, 1), slice(1, None)
    out[tuple(first)] = 0
    cumsum(x, axis, dtype, out[tuple(rest)])
    return out


# Dtypes by size, for moving bits.
_MOVERS = {1: "u1", 2: "u2", 4: "u4", 8: "u8"}


def compress(condition, a, axis=None, out=None):
    """The elements of a where the condition is true, in order."""
    a = np.asanyarray(a)
    if is_unsupported(a.dtype):
        raise unsupported("compress", a.dtype)
    if _is_masked(a):
        return _compress_masked(condition, a, axis, out)
    condition = np.asarray(condition)
    if axis is None or a.ndim == 0:
        a, axis = a.reshape(-1), axis or 0
    mover = _MOVERS.get(a.dtype.itemsize)
    if a.ndim != 1 or axis not in (0, -1) or condition.shape != a.shape or mover is None:
        return np.compress(condition, a, axis=axis, out=out)
    mask = np.require(condition, bool, "A")
    elements = np.require(a, requirements="A")
    result = np.empty(np.count_nonzero(mask), a.dtype)
    _core.call("compress", elements.view(mover), mask, result.view(mover))
    return _given(out, result)


def _compress_masked(condition, a, axis, out):
    """As numpy.ma: the mask goes through the sieve with the elements."""
    condition = np.asarray(condition)  # missing values of the condition are forgotten
    mask = compress(condition, np.ma.getmaskarray(a), axis)
    data = compress(condition, a.data, axis, _data(out))
    if out is None:
        return np.ma.array(data, mask=mask)
    if _is_masked(out):
        out.mask = mask
    return out


def searchsorted(a, v, side="left", sorter=None):
    """The indices at which elements of v belong in the sorted array a.

    side="left": in front of elements that are equal; "right": behind them. NaN is equal to NaN and
    larger than any number. sorter: indices that put a into order.
    """
    if _is_masked(a) or _is_masked(v):
        raise TypeError("lanewise.searchsorted does not take masked arrays: masked elements have no "
                        "place in an order")
    a, v = np.asarray(a), np.asarray(v)
    dtypes = []
    for dtype in (a.dtype, v.dtype):
        if is_unsupported(dtype):
            raise unsupported("searchsorted", dtype)
        dtypes.append(np.dtype("f4") if is_bfloat16(dtype) else dtype)  # which holds its numbers
    if side not in ("left", "right"):
        raise ValueError(f"lanewise.searchsorted: side must be 'left' or 'right', not {side!r}")
    if a.ndim != 1:
        raise ValueError(f"lanewise.searchsorted: a must have one dimension, not {a.ndim}")
    if sorter is not None:
        a = _in_order(a, sorter)
    dtype = np.promote_types(*dtypes)
    result = np.empty(v.shape, np.int64)
    _core.search(np.asarray(a, dtype), np.asarray(v, dtype), side == "right", result)
    return result if result.ndim else result[()]


def _in_order(a, sorter):
    sorter = np.asarray(sorter)
    if sorter.ndim != 1 or sorter.dtype.kind not in "iu":
        raise TypeError("lanewise.searchsorted: sorter must be a one-dimensional array of integers")
    if sorter.size != a.size:
        raise ValueError(f"lanewise.searchsorted: sorter has {sorter.size} elements, a {a.size}")
    if a.size and (sorter.min() < 0 or sorter.max() >= a.size):
        raise ValueError("lanewise.searchsorted: sorter has an index out of range")
    return a[sorter]
