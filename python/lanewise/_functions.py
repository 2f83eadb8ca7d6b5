"""The functions of the package, made from the library's kernel list."""

import inspect

from . import _containers, _core, _elementwise, _reductions, _scans, ufuncs
from ._errors import answer, meet
from ._names import NUMPY_NAMES

# Kernels whose function does more than its ufunc.
_SPECIAL = {"where": _elementwise.where, "clip": _elementwise.clip, "pow": _elementwise.pow}
# ufunc.reduce of these is a reduction of the library, with its order and bits.
_REDUCTIONS = {"add": "sum", "multiply": "prod", "minimum": "min", "maximum": "max"}
# Functions that are neither elementwise nor reductions over axes, with their kernels.
_OTHERS = [
    (_reductions.dot, "dot"),
    (_scans.cumsum, "cumulative_sum"),
    (_scans.cumulative_sum, "cumulative_sum"),
    (_scans.compress, "compress"),
    (_scans.searchsorted, "searchsorted"),
    (_elementwise.astype, "convert"),
]


def _function(fallback, kernel):
    """A function whose common calls are fast, and whose other calls are `fallback`'s."""
    name = fallback.__name__
    function = _core.Function(name, fallback.__doc__, None, _containers.answering(name, fallback),
                              kernel)
    function.__wrapped__ = fallback  # its signature
    function.__module__ = "lanewise"
    return function


def _make():
    made = {}
    for name, doc, shape, *_ in _core.kernels():
        ufunc = ufuncs.BY_NAME.get(name)
        if ufunc is not None:
            fallback = _SPECIAL.get(name, ufunc)
            made[name] = _core.Function(name, _elementwise_doc(name, doc, ufunc), ufunc, fallback)
            made[name].__module__ = "lanewise"
            if name in _SPECIAL:
                made[name].__signature__ = inspect.signature(fallback)
        elif shape in ("reduce", "arg"):
            made[name] = _function(_reductions.make(name, shape, doc), name)
    for elementwise, reduction in _REDUCTIONS.items():
        if elementwise in made and reduction in made:
            made[elementwise].reduce = _reduce_method(reduction, made[reduction])
    for name, other in NUMPY_NAMES.items():
        if name in made:
            made[other] = made[name]
    for function, kernel in _OTHERS:
        made[function.__name__] = _function(function, kernel)
    _containers.register()
    _core.set_error_hook(answer)
    _core.set_dtype_hook(meet)
    return made


def _elementwise_doc(name, doc, ufunc):
    operands = ", ".join("xyz"[: ufunc.nin]) if name != "where" else "condition, x, y"
    return (f"{name}({operands}, /, out=None, *, where=True, casting='same_kind', order='K', "
            f"dtype=None, subok=True)\n\n{doc[:1].upper()}{doc[1:]}.\n\n"
            "The same bits on every machine. A NumPy ufunc in everything but its address: "
            "attributes and methods are those of ``.ufunc``.")


def _reduce_method(name, function):
    def reduce(array, axis=0, dtype=None, out=None, keepdims=False,
               initial=_reductions._NO_VALUE, where=True):
        if isinstance(out, tuple):
            (out,) = out
        keywords = {"dtype": dtype} if name in ("sum", "prod") else {}
        if dtype is not None and not keywords:
            array = FUNCTIONS["astype"](array, dtype)
        return function(array, axis=axis, out=out, keepdims=keepdims, initial=initial,
                        where=where, **keywords)

    reduce.__doc__ = f"lanewise.{name}, over the first axis by default."
    return reduce


FUNCTIONS = _make()
