"""lanewise.astype inside Numba's @njit: the library's conversions, and Numba's where they are
exact."""

import numpy as np
from numba.core import types
from numba.extending import overload, register_jitable
from numba.np import numpy_support

import lanewise

from . import _numba_calls

_symbols: dict[tuple[str, str], str] = {}  # (from, to): loop


def register(symbols, refuse):
    _symbols.update(symbols)

    @overload(lanewise.astype, prefer_literal=True)
    def astype(x, dtype):
        to = _dtype_of(dtype)
        if not all(isinstance(kind, (types.Float, types.Integer, types.Boolean))
                   for kind in (getattr(x, "dtype", x), to)):
            refuse("astype", [x, dtype], "an array of numbers and a dtype")
        if isinstance(x, types.Array):
            cast = _on_arrays(x, to)
        else:
            cast = _on_number(x, to)
        if cast is None:
            refuse("astype", [x, dtype], "dtypes that Numba has on the CPU")
        return lambda x, dtype: cast(x)


def _dtype_of(kind):
    """The element type that an argument of the compiled call stands for; None if none."""
    if isinstance(kind, types.DTypeSpec):  # numpy.dtype("f4"), numpy.float32
        return kind.dtype
    if isinstance(kind, types.TypeRef):
        return kind.instance_type
    if isinstance(kind, types.StringLiteral):
        return numpy_support.from_dtype(np.dtype(kind.literal_value))
    if isinstance(kind, types.Function):  # bool, int, float
        return {bool: types.boolean, int: types.int64, float: types.float64}.get(kind.typing_key)
    return None


def _symbol(kind, to):
    try:
        pair = (numpy_support.as_dtype(kind).char, numpy_support.as_dtype(to).char)
    except NotImplementedError:
        return None
    return _symbols.get(pair)


def find(kind, to):
    """A compiled function from an array of one dtype to a new one, by a loop of the library."""
    symbol = _symbol(kind, to)
    if symbol is None:
        return None
    dtype = numpy_support.as_dtype(to)

    @register_jitable
    def cast(x):
        result = np.empty(x.shape, dtype)
        _numba_calls.run(symbol, (x, result))
        return result

    return cast


def find_on_numbers(kind, to):
    symbol = _symbol(kind, to)
    if symbol is None:
        return None
    result = to
    return register_jitable(lambda x: _numba_calls.run_on_numbers(symbol, (x,), result))


def _on_number(x, to):
    cast, elements = find_on_numbers(x, to), _on_elements(x, to)
    if cast is not None or elements is None:
        return cast
    dtype = numpy_support.as_dtype(x)

    @register_jitable
    def one(x):
        array = np.empty(1, dtype)
        array[0] = x
        return elements(array)[0]

    return one


def _on_arrays(x, to):
    cast = _on_elements(x.dtype, to)
    if cast is not None and x.layout == "F" and x.ndim > 1:
        return register_jitable(lambda x: cast(x.T).T)
    return cast


def _on_elements(kind, to):
    dtype = numpy_support.as_dtype(to)
    if kind == to:
        return register_jitable(lambda x: x.copy())
    cast = find(kind, to)
    if cast is not None:
        return cast
    if types.float16 in (kind, to) and not (kind == types.float16 and isinstance(to, types.Integer)):
        return None
    if not isinstance(kind, types.Float) or not isinstance(to, types.Integer):
        return register_jitable(lambda x: x.astype(dtype))
    if to == types.uint64:
        return _to_uint64(kind)
    limits = np.iinfo(dtype)
    wide = find(kind, types.int64 if to.bitwidth == 32 else types.int32)
    low, high = limits.min, limits.max
    if wide is None:
        return None
    return register_jitable(
        lambda x: np.minimum(np.maximum(wide(x), low), high).astype(dtype))


def _to_uint64(kind):
    wide = register_jitable(lambda x: x) if kind == types.float64 else find(kind, types.float64)
    if wide is None:
        return None

    @register_jitable
    def cast(x):
        result = np.zeros(x.shape, np.uint64)
        for index, element in np.ndenumerate(wide(x)):
            if element >= 2.0**64:
                result[index] = np.uint64(0xFFFFFFFFFFFFFFFF)
            elif element >= 2.0**63:
                result[index] = np.uint64(np.int64(element - 2.0**63)) | np.uint64(1 << 63)
            elif element >= 1.0:
                result[index] = np.uint64(np.int64(element))
        return result

    return cast
