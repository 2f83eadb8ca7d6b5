"""Which function takes a call with arrays on a device."""

from . import _core, _gpu, _gpu_libraries, _gpu_reductions
from ._reductions import _RESULTS

_SHAPES = {name: shape for name, _, shape, *_ in _core.kernels()}
_OWN = {"where": _gpu.where, "clip": _gpu.clip, "astype": _gpu.astype,
        "mean": _gpu_reductions.mean, "var": _gpu_reductions.var, "dot": _gpu_reductions.dot,
        "cumsum": _gpu_reductions.cumsum}


def call(name, args, keywords):
    """lanewise.name(*args, **keywords), where an argument is an array on a device."""
    own = _OWN.get(name)
    if own is not None:
        return own(*args, **keywords)
    shape = _SHAPES.get(name)
    if shape == "elementwise":
        return _gpu.elementwise(name, *args, **keywords)
    if shape == "arg":
        return _gpu_reductions.arg(name, *args, **keywords)
    if shape != "reduce" or name not in _RESULTS:
        raise TypeError(f"lanewise.{name} does not take arrays on a device; use lanewise.to_host(x)")
    if name in ("min", "max") and len(args) > 2:  # their third parameter is out, not dtype
        args = (*args[:2], None, *args[2:])
    return _gpu_reductions.fold(name, *args, **keywords)


_core.set_device_hooks(call, _gpu_libraries.kind, _gpu_libraries.stream, _gpu_libraries.torch_dtype,
                       _gpu_libraries.empty, _gpu_libraries.wrap)
