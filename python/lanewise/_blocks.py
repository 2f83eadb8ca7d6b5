"""Reductions of an array that lies in blocks: the bits of one machine from parts of many.

The library's tree (docs/numerics.md) splits at powers of two of chunks. A block of C * 2**k
elements is therefore a whole subtree, and joining the blocks in the same way gives the same
additions in the same order, wherever each block was reduced.
"""

import numpy as np

from . import _core, _reductions, ufuncs
from ._errors import is_bfloat16, is_unsupported, unsupported

_CHUNK_BYTES = 8192  # of accumulator type
_JOINS = {"sum": "add", "mean": "add", "dot": "add", "prod": "multiply", "min": "minimum",
          "max": "maximum"}


def chunk_elements(dtype):
    """Elements of one chunk of the reduction tree: blocks for combine() have this times 2**k.

    2048 for float32, and for float16 and bfloat16, which are summed in float32; 1024 for others.
    """
    dtype = np.dtype(dtype)
    if is_unsupported(dtype):
        raise unsupported("chunk_elements", dtype)
    narrow = dtype.kind == "f" and dtype.itemsize <= 4 or is_bfloat16(dtype)
    return _CHUNK_BYTES // (4 if narrow else 8)


def combine(partials, sizes=None, *, function="sum", dtype=None):
    """The reduction of a whole array from those of its consecutive blocks, bit for bit.

    partials: what lanewise gave for each block, in order: ``sum`` (also for the mean), ``dot``,
        ``prod``, ``min`` or ``max``; numbers, or arrays of one shape.
    sizes: the number of elements of each block along the reduced axis. All but the last must have
        chunk_elements(dtype) * 2**k elements, for one k; the last may be shorter. Without sizes
        the caller answers for that. "mean" needs them.
    function: "sum", "mean", "dot", "prod", "min" or "max".
    dtype: of the result, which is rounded once; by default that of the partials. float16 and
        bfloat16 blocks are summed with dtype=numpy.float32, and integers for a mean with float64.
    """
    if function not in _JOINS:
        raise ValueError(f"combine: function is one of {', '.join(_JOINS)}, not {function!r}")
    partials = [np.asarray(partial) for partial in partials]
    if not partials:
        raise ValueError("combine needs at least one partial result")
    _check_partials(partials, function)
    if sizes is None and function == "mean":
        raise ValueError("combine: the mean needs sizes, the number of elements of each block")
    total = 0
    if sizes is not None:
        total = _check_sizes(list(sizes), partials, function)
    return _core.with_default_floats(_combined, partials, total, function, dtype)


def _combined(partials, total, function, dtype):
    result = join(partials, function)
    if function == "mean":
        result = mean_of(result, total)
    return result.astype(dtype, copy=False)[()] if dtype is not None else result[()]


def _check_partials(partials, function):
    first = partials[0]
    for partial in partials:
        if partial.dtype != first.dtype or partial.shape != first.shape:
            raise ValueError(
                f"combine: partials have different dtypes or shapes: {first.dtype} {first.shape}, "
                f"{partial.dtype} {partial.shape}")
    if is_unsupported(first.dtype):
        raise unsupported("combine", first.dtype)
    if function in ("min", "max"):
        return
    if first.dtype == np.float16 or is_bfloat16(first.dtype):
        raise TypeError(f"combine: partials in {first.dtype} are rounded already; reduce the "
                        "blocks in float32 and give combine the dtype of the result")
    if function == "mean" and first.dtype.kind != "f":
        raise TypeError("combine: a mean of integers is made of sums with dtype=numpy.float64, not "
                        f"of {first.dtype}")


def _check_sizes(sizes, partials, function):
    """The number of elements in all blocks."""
    if len(sizes) != len(partials):
        raise ValueError(f"combine: {len(partials)} partials, but {len(sizes)} sizes")
    for size in sizes:
        if not hasattr(size, "__index__"):
            raise TypeError(f"combine: sizes are integers, not {size!r}")
    is_ordered = partials[0].dtype.kind == "f" and function not in ("min", "max")
    if is_ordered and not are_subtrees(sizes, partials[0].dtype):
        chunk = chunk_elements(partials[0].dtype)
        raise ValueError(
            f"combine: blocks of {sizes[0]} elements are not subtrees of the whole: all blocks but "
            f"the last must have {chunk} * 2**k elements, for one k, and the last no more and at "
            f"least one; cut the array so, e.g. into blocks of {block_elements(sizes[0], chunk)}")
    total = 0
    for size in sizes:
        if size < 0:
            raise ValueError(f"combine: a block cannot have {size} elements")
        total += int(size)
    return total


def are_subtrees(sizes, dtype):
    """Whether blocks of these sizes are whole subtrees, and join in the order of the whole."""
    if len(sizes) == 1:
        return sizes[0] >= 0
    chunks, rest = divmod(sizes[0], chunk_elements(dtype))
    return (rest == 0 and chunks > 0 and chunks & (chunks - 1) == 0
            and all(size == sizes[0] for size in sizes[:-1]) and 0 < sizes[-1] <= sizes[0])


def block_elements(wanted, chunk):
    """The largest block of chunk * 2**k elements that is not larger than wanted, or one chunk."""
    return chunk << ((int(wanted) // chunk) or 1).bit_length() - 1


def join(partials, function):
    """Partial results of subtrees as an array, by the tree: halves at the largest power of two.

    A binary counter: after each block, subtrees of equal size are joined; what is left over at
    the end is joined from the right.
    """
    add = ufuncs.BY_NAME[_JOINS[function]]
    subtrees = []
    for count, partial in enumerate(partials, 1):
        while count % 2 == 0:
            partial, count = add(subtrees.pop(), partial), count // 2
        subtrees.append(partial)
    result = subtrees.pop()
    while subtrees:
        result = add(subtrees.pop(), result)
    return np.asarray(result)


def mean_of(total, count):
    """The sum divided by the number of elements, as lanewise.mean divides."""
    return _core.with_default_floats(_mean_of, total, count)


def var_of(total, divisor, low, high):
    """The variance from the sum of squares, its divisor and the ends, as lanewise.var has it."""
    return _core.with_default_floats(_var_of, total, divisor, low, high)


def _mean_of(total, count):
    _reductions._warn_if_empty("mean", count == 0)
    return _quotient(total, count)


def _var_of(total, divisor, low, high):
    _reductions._warn_if_empty("var", divisor <= 0)
    if divisor <= 0:
        return np.full_like(total, np.nan)
    # No NaN, and nothing infinite.
    are_equal = (low == high) & (np.abs(low) < np.inf)
    return np.where(are_equal, total.dtype.type(0), _quotient(total, divisor))


def _quotient(total, divisor):
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.asarray(total.astype("f8") / np.float64(divisor))
    return quotient.astype(total.dtype)
