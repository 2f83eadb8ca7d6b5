"""The numpy.ufunc behind every elementwise function of lanewise.

These are what NumPy's protocols (``__array_ufunc__``) hand to pandas, xarray and Dask, and where
pickle finds them again. Call ``lanewise.exp``, not ``lanewise.ufuncs.exp``: it is faster.
"""

import numpy as _np

from . import _core
from ._names import numpy_ufunc as _numpy_ufunc


def _make():
    made = {}
    for name, _, shape, inputs, *_, records in _core.kernels():
        if shape != "elementwise" or name == "convert":
            continue
        outputs = len(records[0]) - inputs
        ufunc = _core.make_ufunc(name, _numpy_ufunc(_np, name, inputs, outputs))
        if ufunc is None:
            continue
        try:
            ufunc.__module__ = __name__  # NumPy before 2.2 finds the module by searching
        except AttributeError:
            pass
        made[name] = ufunc
    return made


BY_NAME = _make()
globals().update(BY_NAME)
__all__ = sorted(BY_NAME)
