"""What the extension asks back: about errors, and about dtypes of other packages."""

import numpy as np

from . import _core, ufuncs

# Kinds of dtype that kernels take. Not complex, object, dates, text of any kind, records.
_SUPPORTED_KINDS = "biuf"


def is_bfloat16(dtype):
    """Whether this is ml_dtypes' bfloat16; that package need not be installed."""
    return dtype.type.__name__ == "bfloat16"


def is_unsupported(dtype):
    return (dtype.kind not in _SUPPORTED_KINDS or dtype.char == "g") and not is_bfloat16(dtype)


def unsupported(name, dtype):
    return TypeError(
        f"lanewise.{name} does not support dtype {dtype}; it takes bool, integers, float16, "
        "float32 and float64"
    )


_COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


def answer(name, error, args):
    """Called with the arguments of an elementwise call that failed for its types."""
    if name in _COMPARISONS and any(type(arg) is int for arg in args):
        # Python integers beyond the array's dtype: NumPy compares them all the same.
        if not any(is_unsupported(arg.dtype) for arg in args if isinstance(arg, np.ndarray)):
            return getattr(np, name)(*args)
    if issubclass(error, OverflowError):
        return None
    for arg in args:
        dtype = getattr(arg, "dtype", None)
        if dtype is None:
            try:
                dtype = np.asarray(arg).dtype
            except Exception:  # whatever an array-like raises, NumPy's error is the better one
                return None
        if isinstance(dtype, np.dtype) and is_unsupported(dtype):
            raise unsupported(name, dtype)
    return None


_registered: set[int] = set()


def meet(dtype):
    """Called with dtypes that are not NumPy's own: gives the ufuncs loops for bfloat16."""
    if dtype.num in _registered or not is_bfloat16(dtype):
        return
    _registered.add(dtype.num)
    for name, ufunc in ufuncs.BY_NAME.items():
        _core.register_bfloat16(ufunc, name, dtype.num)
