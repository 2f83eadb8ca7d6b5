"""Reductions of Dask arrays with the bits of one machine, whatever the cluster.

    import lanewise.dask
    lanewise.dask.sum(x).compute()      # == lanewise.sum(the whole array), bit for bit

Blocks are cut where the library's reduction tree has its joints, reduced by lanewise wherever
Dask runs them, and joined in the order of the tree.
"""

import math

import numpy as np

import lanewise

from . import _blocks, _reductions
from ._errors import is_unsupported, unsupported

try:
    import dask.array as _da
except ImportError as error:
    raise ImportError("lanewise.dask needs Dask's arrays: pip install 'dask[array]'") from error

__all__ = ["astype", "cumsum", "cumulative_sum", "dot", "max", "mean", "min", "prod", "rechunk",
           "sum", "var"]

_JOINED_AT_ONCE = 64  # partial results in one task: a power of two


def sum(x, axis=None):
    """Sum over all axes, one or several. See rechunk() for the blocks."""
    return _by_tree("sum", x, axis)


def prod(x, axis=None):
    """Product over all axes, one or several. See rechunk() for the blocks."""
    return _by_tree("prod", x, axis)


def mean(x, axis=None):
    """Mean over all axes, one or several: the sum, divided and rounded once."""
    x = _checked("mean", x)
    result_dtype = _reductions._result_dtype("mean", x.dtype)
    x, axis = _one_axis(x, axis)
    total = _reduce("sum", x, axis, _partial_dtype(result_dtype))
    means = total.map_blocks(_blocks.mean_of, x.shape[axis], dtype=total.dtype)
    return astype(means, result_dtype)


def var(x, axis=None, ddof=0):
    """Variance over all axes, one or several, with divisor n - ddof: two passes over the array, and a third
    for its ends, since equal elements have the variance +0."""
    x = _checked("var", x)
    result_dtype = _reductions._result_dtype("var", x.dtype)
    x, axis = _one_axis(astype(x, _partial_dtype(result_dtype)), axis)
    x, n = rechunk(x, axis), x.shape[axis]
    if n == 0:
        low = high = means = _reduce("sum", x, axis, x.dtype)
    else:
        low, high = (_reduce(end, x, axis, x.dtype) for end in ("min", "max"))
        means = _reduce("sum", x, axis, x.dtype).map_blocks(_blocks.mean_of, n, dtype=x.dtype)
    deviations = lanewise.subtract(x, _da.expand_dims(means, axis))
    total = _reduce("sum", lanewise.multiply(deviations, deviations), axis, x.dtype)
    variances = _da.map_blocks(_blocks.var_of, total, n - ddof, low, high, dtype=x.dtype)
    return astype(variances, result_dtype)


def min(x, axis=None):
    """Smallest element; NaN if any is NaN, -0 below +0."""
    return _extreme("min", x, axis)


def max(x, axis=None):
    """Largest element; NaN if any is NaN, +0 above -0."""
    return _extreme("max", x, axis)


def dot(x, y):
    """Sum of the rounded products of two one-dimensional arrays."""
    x, y = _checked("dot", x), _checked("dot", y)
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError("lanewise.dask.dot takes one-dimensional arrays; dask.array.dot takes "
                         "others")
    if x.shape != y.shape:
        raise ValueError(f"lanewise.dask.dot: shapes {x.shape} and {y.shape} are not aligned")
    result_dtype = np.result_type(x, y)
    partial_dtype = _partial_dtype(result_dtype)
    x, y = (rechunk(astype(a, partial_dtype)) for a in (x, y))
    if x.chunks != y.chunks:
        y = y.rechunk(x.chunks)
    partials = _da.map_blocks(_dot_block, x, y, dtype=partial_dtype,
                              chunks=((1,) * x.numblocks[0],))
    return astype(_join(partials, 0, "dot"), result_dtype)


def astype(x, dtype):
    """x in another dtype, block by block."""
    x, dtype = _checked("astype", x), np.dtype(dtype)
    if is_unsupported(dtype):
        raise unsupported("astype", dtype)
    return x if x.dtype == dtype else x.map_blocks(lanewise.astype, dtype, dtype=dtype)


def cumsum(x, axis=None, dtype=None):
    """Running sum along an axis, which becomes one block: its order is that of the whole."""
    x = _checked("cumsum", x)
    if axis is None:
        if x.ndim != 1:
            raise TypeError("lanewise.cumsum: which axis of the Dask array? All axes at once would "
                            "have to become one block")
        axis = 0
    axis = _reductions.normalize_axis("cumsum", axis, x.ndim)
    result_dtype = lanewise.cumsum(np.empty(0, x.dtype), dtype=dtype).dtype
    return x.rechunk({axis: -1}).map_blocks(_cumsum_block, axis, result_dtype, dtype=result_dtype)


def cumulative_sum(x, /, *, axis=None, dtype=None):
    """The array API's name of cumsum."""
    return cumsum(x, axis, dtype)


def rechunk(x, axis=0):
    """x cut along an axis where the reduction tree has its joints.

    Blocks get chunk_elements(x.dtype) * 2**k elements, the most that fit into the largest block
    there is; the last may be shorter. Arrays cut so stay as they are; choose such chunks when you
    make an array, and nothing moves.
    """
    _check_known(x)
    sizes = x.chunks[axis]
    if _blocks.are_subtrees(sizes, x.dtype):
        return x
    chunk = _blocks.chunk_elements(x.dtype)
    return x.rechunk({axis: _blocks.block_elements(np.max(sizes), chunk)})


def _checked(name, x):
    if not isinstance(x, _da.Array):
        raise TypeError(f"lanewise.dask.{name} takes Dask arrays, not {type(x).__name__}; "
                        f"lanewise.{name} takes others")
    if is_unsupported(x.dtype):
        raise unsupported(name, x.dtype)
    return x


def _check_known(x):
    if np.isnan(x.shape).any():
        raise ValueError("lanewise.dask: the chunks have unknown sizes; call "
                         "x.compute_chunk_sizes() first")


def _partial_dtype(dtype):
    """In which partial results wait unrounded."""
    return dtype if dtype.kind != "f" or dtype.itemsize >= 4 else np.dtype("f4")


def _one_axis(x, axis):
    """The one axis to reduce: several become one sequence, in C order."""
    _check_known(x)
    axes = _reductions._axes_or_scalar(axis, x.ndim)
    if len(axes) == 1:
        return x, axes[0]
    if x.ndim and not axes:
        raise TypeError("lanewise.dask: axis=() reduces nothing")
    kept = tuple(i for i in range(x.ndim) if i not in axes)
    shape = (*(x.shape[i] for i in kept), math.prod(x.shape[i] for i in axes))
    if x.size == 0:
        return _da.empty(shape, dtype=x.dtype), len(kept)
    return x.transpose(kept + axes).reshape(shape), len(kept)


def _extreme(name, x, axis):
    x = _checked(name, x)
    x, axis = _one_axis(x, axis)
    if x.shape[axis] == 0 and 0 not in (*x.shape[:axis], *x.shape[axis + 1:]):
        raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    return _reduce(name, x, axis, x.dtype)


def _by_tree(name, x, axis):
    x = _checked(name, x)
    result_dtype = _reductions._result_dtype(name, x.dtype)
    return astype(_reduce(name, x, axis, _partial_dtype(result_dtype)), result_dtype)


def _reduce(name, x, axis, dtype):
    x, axis = _one_axis(x, axis)
    x = rechunk(astype(x, dtype), axis)
    chunks = (*x.chunks[:axis], (1,) * x.numblocks[axis], *x.chunks[axis + 1:])
    partials = x.map_blocks(_reduce_block, name, axis, dtype=dtype, chunks=chunks)
    return _join(partials, axis, name)


def _join(partials, axis, name):
    """Partial results along an axis, joined in groups that are subtrees themselves."""
    while True:
        groups = partials.rechunk({axis: _JOINED_AT_ONCE})
        is_last = groups.numblocks[axis] == 1
        chunks = (*groups.chunks[:axis], (1,) * groups.numblocks[axis], *groups.chunks[axis + 1:])
        if is_last:
            return groups.map_blocks(_join_block, name, axis, False, dtype=partials.dtype,
                                     drop_axis=axis)
        partials = groups.map_blocks(_join_block, name, axis, True, dtype=partials.dtype,
                                     chunks=chunks)


def _reduce_block(block, name, axis):
    return np.asarray(getattr(lanewise, name)(block, axis=axis, keepdims=True))


def _cumsum_block(block, axis, to):
    return lanewise.cumsum(block, axis, to)


def _dot_block(x, y):
    return np.reshape(lanewise.dot(x, y), 1)


def _join_block(block, name, axis, keepdims):
    result = _blocks.join(list(np.moveaxis(block, axis, 0)), name)
    return np.expand_dims(result, axis) if keepdims else result
