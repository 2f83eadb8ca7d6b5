"""NumPy's names for kernels that the array API standard names otherwise."""

NUMPY_NAMES = {
    "abs": "absolute",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "bitwise_invert": "bitwise_not",
    "bitwise_left_shift": "left_shift",
    "bitwise_right_shift": "right_shift",
    "pow": "power",
}


def numpy_ufunc(np, name, inputs, outputs=1):
    """NumPy's ufunc of the same meaning as a kernel, or None."""
    core = np.core if np.__version__.startswith("1.") else np._core
    for place in (np, core.umath):
        for spelling in (NUMPY_NAMES.get(name, name), name):
            found = getattr(place, spelling, None)
            if isinstance(found, np.ufunc) and (found.nin, found.nout) == (inputs, outputs):
                return found
    return None
