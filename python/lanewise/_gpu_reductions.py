"""Reductions of arrays on a device: arrays on that device, 0-d ones too. Nothing waits."""

import numpy as np

from . import _core
from ._errors import is_unsupported, unsupported
from ._gpu import LOOPS, Call, elementwise
from ._reductions import (
    _EXACT,
    _JOIN,
    _NO_VALUE,
    _RESULTS,
    _accumulator,
    _axes,
    _axes_or_scalar,
    _has_no_identity,
    _result_dtype,
    _start,
    _warn_if_empty,
    _work_dtype,
)


def _elements(call, array, accumulator):
    """The array in the dtype that the kernel reduces."""
    if accumulator is None or accumulator not in _RESULTS[call.name]:
        raise TypeError(f"lanewise.{call.name} has no GPU kernel for {array.dtype}")
    if array.dtype == accumulator:
        return array
    if array.dtype.kind == "b" and accumulator.itemsize == 1:
        true = call.temporary(array.shape, np.bool_)  # every byte but 0 is true
        call.run("not_equal", [_core.device_reinterpret(array, accumulator), np.uint8(0)], true)
        return _core.device_reinterpret(true, accumulator)
    if array.dtype == np.uint64 and accumulator == np.int64:
        return _core.device_reinterpret(array, accumulator)
    return call.cast(array, accumulator)


def _check_dtype(name, dtype):
    if is_unsupported(dtype):
        raise unsupported(name, dtype)


def _reduce(call, array, axes, keepdims, result_dtype, given_out, ddof=0.0, start=None):
    """The library's reduction, or `start` where it has no elements, into `given_out` or a new array."""
    kept = [1 if i in axes else n for i, n in enumerate(array.shape)]
    shape = tuple(n for i, n in enumerate(kept) if keepdims or i not in axes)
    if given_out is None:
        made, result = call.new(shape, result_dtype)
    else:
        made, result = given_out, call.out
        if result.shape != shape:
            raise ValueError(f"output has shape {result.shape}, the result {shape}")
        if not np.can_cast(result_dtype, result.dtype, "same_kind"):
            raise TypeError(f"lanewise.{call.name}: cannot cast the result from {result_dtype} to "
                            f"{result.dtype}")
    target = result
    if keepdims:
        target = result[tuple(0 if i in axes else slice(None) for i in range(array.ndim))]
    computed = _RESULTS[call.name][array.dtype]
    if {computed.kind, target.dtype.kind} == {"i", "u"} and target.itemsize == computed.itemsize:
        target = _core.device_reinterpret(target, computed)  # integers wrap: the same bits
    into = target
    if computed != target.dtype or _core.device_overlap([array], target):
        into = call.temporary(target.shape, computed)
    if start is None:
        _core.device_reduce(call.name, array, _mask(axes), into, float(ddof), call.stream)
    else:
        call.fill(start.astype(computed)[()], into)
    if into is not target:
        call.convert(into, target)
    return made if given_out is not None else call.deliver(made, result)


def _mask(axes):
    mask = 0
    for axis in axes:
        mask |= 1 << axis
    return mask


def _no_where(name, where):
    if where is not True:
        raise TypeError(f"lanewise.{name} takes no where= on a device; lanewise.where replaces "
                        "elements")


def fold(name, a, axis=None, dtype=None, out=None, keepdims=False, initial=_NO_VALUE, where=True):
    """sum, min, max and kernels like them."""
    _no_where(name, where)
    call = Call(name, [a], out)
    (array,) = call.arrays
    _check_dtype(name, array.dtype)
    if dtype is None and call.out is not None and name in ("sum", "prod") and (
            call.out.dtype.kind == "f"):
        dtype = np.promote_types(array.dtype, call.out.dtype)  # as in NumPy
    if dtype is not None:
        dtype = np.dtype(dtype)
        _check_dtype(name, dtype)
        if array.dtype.kind == "f" and dtype.kind in "biu":
            raise TypeError(f"lanewise.{name}: cannot reduce {array.dtype} in dtype {dtype}")
        array = call.cast(array, dtype)
    axes = _axes_or_scalar(axis, array.ndim)
    empty = 0 in [array.shape[i] for i in axes]
    if empty and _has_no_identity(name, initial):
        raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    result_dtype = dtype or _result_dtype(name, array.dtype)
    elements = _elements(call, array, _accumulator(name, array.dtype))
    if initial is _NO_VALUE or initial is None:
        return _reduce(call, elements, axes, keepdims, result_dtype, out)
    start = _start(name, initial, result_dtype)
    if empty and name in _EXACT:
        return _reduce(call, elements, axes, keepdims, result_dtype, out, start=start)
    result = _reduce(call, elements, axes, keepdims, result_dtype, None)
    return elementwise(_JOIN[name], result, start, out=result if out is None else out)


def moments(name, a, axis, dtype, out, ddof, keepdims, where):
    """mean and var."""
    _no_where(name, where)
    call = Call(name, [a], out)
    (array,) = call.arrays
    _check_dtype(name, array.dtype)
    if dtype is not None:
        dtype = np.dtype(dtype)
        _check_dtype(name, dtype)
        if dtype.kind != "f":
            raise TypeError(f"lanewise.{name}: dtype must be a float, not {dtype}")
    result_dtype = dtype or _result_dtype(name, array.dtype)
    axes = _axes(axis, array.ndim)
    work = _work_dtype(name, array.dtype, result_dtype)
    count = int(np.prod([array.shape[i] for i in axes], dtype=np.intp))
    _warn_if_empty(name, count <= ddof if name == "var" else count == 0)
    array = _elements(call, call.cast(array, work), work)
    return _reduce(call, array, axes, keepdims, result_dtype, out, ddof)


def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    return moments("mean", a, axis, dtype, out, 0, keepdims, where)


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True,
        correction=_NO_VALUE):
    if correction is not _NO_VALUE:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    return moments("var", a, axis, dtype, out, ddof, keepdims, where)


def arg(name, a, axis=None, out=None, *, keepdims=False):
    """argmax and argmin."""
    call = Call(name, [a], out)
    (array,) = call.arrays
    _check_dtype(name, array.dtype)
    if axis is not None and not hasattr(axis, "__index__"):
        raise TypeError(f"lanewise.{name}: axis must be an integer or None, not {axis!r}")
    axes = _axes_or_scalar(axis, array.ndim)
    if array.size == 0 and 0 in [array.shape[i] for i in axes]:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    elements = _elements(call, array, _accumulator(name, array.dtype))
    return _reduce(call, elements, axes, keepdims, np.dtype(np.intp), out)


def dot(a, b, out=None):
    call = Call("dot", [a, b], out)
    if any(v is None for v in call.arrays):
        raise TypeError("lanewise.dot takes two arrays on a device")
    x, y = call.arrays
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError("lanewise.dot takes one-dimensional arrays")
    if x.shape != y.shape:
        raise ValueError(f"lanewise.dot: shapes {x.shape} and {y.shape} are not aligned")
    dtype = np.result_type(x.dtype, y.dtype)
    _check_dtype("dot", dtype)
    if (dtype, dtype, dtype) not in LOOPS["dot"]:
        raise TypeError(f"lanewise.dot has no GPU kernel for {dtype}")
    inputs = [call.cast(v, dtype) for v in (x, y)]
    made, result = (out, call.out) if out is not None else call.new((), dtype)
    if result.shape != () or not np.can_cast(dtype, result.dtype, "same_kind"):
        raise ValueError(f"lanewise.dot: out must be a 0-d array that takes {dtype}")
    into = result if result.dtype == dtype else call.temporary((), dtype)
    call.run("dot", inputs, into)
    if into is not result:
        call.convert(into, result)
    return out if out is not None else call.deliver(made, result)


def cumsum(a, axis=None, dtype=None, out=None):
    call = Call("cumsum", [a], out)
    (array,) = call.arrays
    if array.ndim != 1 or axis not in (None, 0, -1):
        raise ValueError("lanewise.cumsum takes one-dimensional arrays on a device")
    dtype = np.dtype(dtype or _result_dtype("sum", array.dtype))
    if (dtype, dtype) not in LOOPS["cumulative_sum"]:
        raise TypeError(f"lanewise.cumsum has no GPU kernel for {dtype}")
    array = call.cast(array, dtype)
    made, result = (out, call.out) if out is not None else call.new(array.shape, dtype)
    if result.shape != array.shape or result.dtype != dtype:
        raise ValueError(f"lanewise.cumsum: out must have shape {array.shape} and dtype {dtype}")
    call.run("cumulative_sum", [array], result)
    return out if out is not None else call.deliver(made, result)
