"""The C library called without the extension: what bits should a function give?"""

import ctypes
import os

import numpy as np

import lanewise
from lanewise import _core

_lib = ctypes.CDLL(os.path.join(lanewise.get_library_dir(), "liblanewise.so.0.1"))
_lib.lw_last_error.restype = ctypes.c_char_p

DTYPES = {dtype.char: number for number, dtype in _core.dtypes().values() if dtype is not None}
NAMES = {name: dtype.char for name, (_, dtype) in _core.dtypes().items() if dtype is not None}

# name -> [(input characters, output characters), ...]
KERNELS = {entry[0]: [("".join(NAMES[t] for t in record[:entry[3]]),
                       "".join(NAMES[t] for t in record[entry[3]:]))
                      for record in entry[6] if NAMES.keys() >= set(record)]
           for entry in _core.kernels()}
SHAPES = {entry[0]: entry[2] for entry in _core.kernels()}
BOUNDS = {entry[0]: entry[4] for entry in _core.kernels()}
ELEMENTWISE = [name for name in KERNELS if SHAPES[name] == "elementwise" and name != "convert"]


class _Operand(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("stride", ctypes.c_int64)]


def results(value):
    """What a function gives, as a tuple."""
    return value if isinstance(value, tuple) else (value,)


def call(name, *arrays, out_char, size=None):
    """lw_call on contiguous one-dimensional copies; the result as a new array, or as two."""
    kernel = ctypes.c_int()
    assert _lib.lw_find_kernel(name.encode(), ctypes.byref(kernel)) == 0
    arrays = [np.ascontiguousarray(a) for a in arrays]
    n = arrays[0].size
    outs = tuple(np.empty(n if size is None else size, char) for char in out_char)
    operands = [*arrays, *outs]
    dtypes = (ctypes.c_int * 8)(*(DTYPES[a.dtype.char] for a in operands))
    table = (_Operand * 8)(*(_Operand(a.ctypes.data, a.itemsize) for a in operands))
    status = _lib.lw_call(kernel, dtypes, table, ctypes.c_int64(n), None)
    assert status == 0, _lib.lw_last_error()
    return outs[0] if len(outs) == 1 else outs


def same_bits(a, b):
    """Whether two arrays have equal shapes, dtypes and bits; NaNs count as one value. Or tuples."""
    if isinstance(b, tuple):
        return isinstance(a, tuple) and len(a) == len(b) and all(map(same_bits, a, b))
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype.kind == "f":
        nan = np.isnan(a)
        if (nan != np.isnan(b)).any():
            return False
        a, b = np.where(nan, a.dtype.type(0), a), np.where(nan, b.dtype.type(0), b)
    return np.ascontiguousarray(a).tobytes() == np.ascontiguousarray(b).tobytes()
