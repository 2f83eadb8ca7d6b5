"""Errors that name the dtype."""

import numpy as np

# Kinds of dtype that no kernel takes: complex, object, dates, text, records.
_UNSUPPORTED_KINDS = "cOmMSUV"


def is_unsupported(dtype):
    return dtype.kind in _UNSUPPORTED_KINDS or dtype.char == "g"


def unsupported(name, dtype):
    return TypeError(
        f"lanewise.{name} does not support dtype {dtype}; it takes bool, integers, float16, "
        "float32 and float64"
    )


def improve(name, target, args):
    """Called with the arguments of an elementwise call that failed. True: call again."""
    for arg in args:
        dtype = getattr(arg, "dtype", None)
        if dtype is None:
            try:
                dtype = np.asarray(arg).dtype
            except Exception:
                return False
        if isinstance(dtype, np.dtype) and is_unsupported(dtype):
            if dtype.type.__name__ == "bfloat16":
                from ._bfloat16 import register

                return register(dtype)
            raise unsupported(name, dtype)
    return False
