"""Arrays on a GPU: to_device, to_host, gpu(); and elementwise calls that are not the plain one.

``lanewise.exp(x)`` with x on a device comes here when the extension cannot queue it at once: it has
keywords, other dtypes than one loop's, NumPy scalars; or it is an error, to be named.
"""

import functools

import numpy as np

from . import _core, _gpu_libraries, ufuncs
from ._errors import is_unsupported, unsupported
from ._report import Report

_COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
_NUMPY = {name: np.dtype("V2") if dtype is None else dtype
          for name, (_, dtype) in _core.dtypes().items()}
# Kernel -> the dtypes of its loops (inputs, then outputs).
LOOPS = {name: {tuple(_NUMPY[t] for t in record) for record in records}
         for name, *_, records in _core.kernels()}


def to_device(x, device=0, stream=None):
    """A copy of an array in the memory of a GPU, as a DeviceArray.

    `device` is CUDA's number of the GPU. `stream` is the CUDA stream of the copy and of what is
    computed from it: None or 1 for the default stream, 2 for the thread's, an address, or a stream
    object of CuPy or PyTorch. Waits until the copy is made, so that x may be changed. An array that
    is on this device already becomes a DeviceArray of the same memory.
    """
    _, (array,) = _core.device_arrays([x])
    if array is not None:
        if array.device != device:
            raise ValueError(f"lanewise.to_device: the array lies on device {array.device}; "
                             f"go through to_host() to bring it to device {device}")
        if stream is not None:
            raise ValueError("lanewise.to_device: an array that is on a device keeps its stream")
        return array
    x = np.require(x, requirements="CA")
    if x.dtype.kind not in "biufc" or x.dtype.char in "gG":
        raise unsupported("to_device", x.dtype)
    if not x.dtype.isnative:
        x = x.astype(x.dtype.newbyteorder("="))
    return _core.to_device(np.asarray(x), device, stream)


def to_host(x):
    """A copy of an array on a device as a numpy.ndarray, whatever library it is of.

    Waits until the array is computed. A numpy.ndarray is given back as it is.
    """
    if isinstance(x, np.ndarray):
        return x
    _, (array,) = _core.device_arrays([x])
    if array is None:
        raise TypeError(f"lanewise.to_host takes arrays on a device, not {type(x).__name__}")
    return _core.to_host(array)


def gpu():
    """The GPUs that lanewise can use, or the reason why there is none. Initialises CUDA."""
    import json

    return Report(_core.gpu_explain(True, False), json.loads(_core.gpu_explain(True, True)))


class Call:
    """One call with arrays on a device: what they are, their stream, and where results go."""

    def __init__(self, name, args, out=None):
        self.name = name
        objects = [*args, out]
        self.stream, arrays = _core.device_arrays(objects)
        *self.arrays, self.out = arrays
        self._first, model = next(
            pair for pair in zip(objects, arrays, strict=True) if pair[1] is not None)
        self.device = model.device
        if out is None:
            del objects[-1], arrays[-1]
        for given, array in zip(objects, arrays, strict=True):
            if array is None:
                self.check_host(given)
            elif array.device != self.device:
                raise ValueError(
                    f"lanewise.{name}: arrays lie on devices {self.device} and {array.device}, and "
                    "nothing is copied between devices by itself: bring them to one first")

    def check_host(self, given):
        """That this is a number, which goes with the call by value."""
        if isinstance(given, (bool, int, float, complex, np.generic)):
            return
        raise TypeError(
            f"lanewise.{self.name}: {type(given).__name__} beside an array on device "
            f"{self.device}: nothing is copied between host and device by itself; use "
            "lanewise.to_device(x) or lanewise.to_host(x)")

    def temporary(self, shape, dtype):
        """Memory of lanewise's own: in the order of the stream, free when it is not used more."""
        return _core.device_empty(shape, np.dtype(dtype), self.device, self.stream)

    def new(self, shape, dtype):
        """An array for the result: as the caller will see it, or None; and as a DeviceArray."""
        dtype = np.dtype(dtype)
        made = _gpu_libraries.empty(self._first, shape, dtype)
        if made is None:
            return None, self.temporary(shape, dtype)
        return made, _core.device_arrays([made])[1][0]

    def deliver(self, made, array):
        """The result as the caller gets it."""
        if made is not None or isinstance(self._first, _core.DeviceArray):
            return array if made is None else made
        return _gpu_libraries.wrap(self._first, array)

    def run(self, kernel, inputs, *outs):
        _core.device_apply(kernel, tuple(inputs), outs, self.stream)

    def cast(self, array, dtype):
        """The array in another dtype."""
        if array.dtype == dtype:
            return array
        made = self.temporary(array.shape, dtype)
        self.convert(array, made)
        return made

    def convert(self, array, out):
        """Copies into an array of any dtype and of the shape to which this one broadcasts."""
        if array.dtype == out.dtype:
            self.copy(array, out)
            return
        if (array.dtype, out.dtype) not in LOOPS["convert"]:
            raise TypeError(f"lanewise.{self.name}: no GPU kernel converts {array.dtype} to "
                            f"{out.dtype}")
        self.run("convert", [array], out)

    def fill(self, value, out):
        """Gives every element this value, a scalar of their dtype: where(True, x, x)."""
        self.run("where", [np.True_, value, value], out)

    def copy(self, array, out):
        """Copies elements: where(True, x, x) moves their bits."""
        try:
            bits = {4: np.dtype("i4"), 8: np.dtype("i8")}[array.itemsize]
        except KeyError:
            raise TypeError(f"lanewise.{self.name}: no GPU kernel copies {array.dtype}") from None
        array, out = (_core.device_reinterpret(a, bits) for a in (array, out))
        self.run("where", [np.True_, array, array], out)


def _python_dtype(value, strong):
    """The dtype that a Python number takes beside arrays of this dtype, as in NumPy 2."""
    if isinstance(value, bool):
        return np.dtype(bool)
    if isinstance(value, int):
        return strong if strong.kind in "iufc" else np.dtype(np.int_)
    if isinstance(value, float):
        return strong if strong.kind in "fc" else np.dtype(float)
    return np.dtype(complex)


def _number(name, value, dtype):
    """A Python number as a scalar of a dtype; the dtype may widen for a comparison."""
    if isinstance(value, int) and not isinstance(value, bool) and dtype.kind in "iu":
        info = np.iinfo(dtype)
        if not info.min <= value <= info.max:
            if name not in _COMPARISONS or not -(2**63) <= value < 2**63:
                raise OverflowError(f"Python integer {value} out of bounds for {dtype}")
            dtype = np.dtype(np.int64)
    with np.errstate(over="ignore"):
        return np.asarray(value).astype(dtype)[()]


@functools.lru_cache(maxsize=1000)
def _loop(name, given, dtype):
    """The dtypes in which a ufunc computes: NumPy's choice, if the GPU has that loop."""
    ufunc = ufuncs.BY_NAME[name]
    for t in given:
        if is_unsupported(t):
            raise unsupported(name, t)
    names = ", ".join(str(t) for t in given)
    signature = {}
    if dtype is not None:
        signature = {"signature": (None,) * ufunc.nin + (dtype,) * ufunc.nout}
    try:
        loop = ufunc.resolve_dtypes((*given, *[None] * ufunc.nout), casting="same_kind", **signature)
    except TypeError:
        raise TypeError(f"lanewise.{name} does not support {names}"
                        f"{'' if dtype is None else f' with dtype={dtype}'}") from None
    if tuple(loop) not in LOOPS[name]:
        wanted = ", ".join(dict.fromkeys(str(t) for t in loop[: ufunc.nin]))
        raise TypeError(f"lanewise.{name} has no GPU kernel for {wanted}; dtypes given: {names}")
    return loop


def elementwise(name, *args, out=None, where=True, casting="same_kind", order="K", dtype=None,
                subok=True, signature=None):
    """A ufunc's call with arrays on a device."""
    ufunc = ufuncs.BY_NAME[name]
    if len(args) == ufunc.nin + ufunc.nout and out is None:
        args, out = args[:ufunc.nin], args[ufunc.nin:]
    if len(args) != ufunc.nin:
        raise TypeError(f"lanewise.{name} takes {ufunc.nin} arrays, not {len(args)}")
    if where is not True or signature is not None:
        raise TypeError(f"lanewise.{name} takes neither where= nor signature= on a device")
    outs = out if isinstance(out, tuple) else (out,) * (ufunc.nout if out is None else 1)
    if len(outs) != ufunc.nout:
        raise TypeError(f"lanewise.{name}: out must be a tuple of {ufunc.nout} arrays")
    if ufunc.nout > 1:
        return _several(name, args, outs, casting, dtype)
    (out,) = outs
    call = Call(name, args, out)
    if out is not None and call.out is None:
        raise TypeError(f"lanewise.{name}: out must be an array, not {type(out).__name__}")
    inputs, loop = _inputs(call, name, args, dtype)
    return _give(call, name, inputs, loop[-1], out, casting)


def _inputs(call, name, args, dtype):
    """The inputs in the dtypes of the loop that takes them, and these and its outputs'."""
    arrays = call.arrays[:len(args)]
    strong = [x.dtype for given, array in zip(args, arrays, strict=True)
              for x in [given if array is None else array] if isinstance(x, (np.generic,
                                                                             _core.DeviceArray))]
    common = np.result_type(*strong) if strong else np.dtype(float)
    inputs = [array if array is not None else given if isinstance(given, np.generic)
              else _number(name, given, _python_dtype(given, common))
              for given, array in zip(args, arrays, strict=True)]
    loop = _loop(name, tuple(x.dtype for x in inputs), None if dtype is None else np.dtype(dtype))
    inputs = [call.cast(x, t) if isinstance(x, _core.DeviceArray) else x.astype(t)
              for x, t in zip(inputs, loop, strict=False)]
    return inputs, loop


def _several(name, args, outs, casting, dtype):
    """A ufunc of several outputs: into new arrays, and from there into `outs` where they are given."""
    given = [out for out in outs if out is not None]
    call = Call(name, [*args, *given])
    inputs, loop = _inputs(call, name, args, dtype)
    targets = iter(call.arrays[len(args):])
    shape = np.broadcast_shapes(*(x.shape for x in inputs))
    made = [call.new(shape, t) if out is None else (out, call.temporary(shape, t))
            for out, t in zip(outs, loop[len(args):], strict=True)]
    pairs = [(array, next(targets)) for out, (_, array) in zip(outs, made, strict=True)
             if out is not None]
    for array, target in pairs:
        if target is None or target.shape != shape:
            raise ValueError(f"lanewise.{name}: an out must be an array of shape {shape}")
        if not np.can_cast(array.dtype, target.dtype, casting):
            raise TypeError(f"lanewise.{name}: cannot cast a result from {array.dtype} to "
                            f"{target.dtype} with casting rule {casting!r}")
    call.run(name, inputs, *(array for _, array in made))
    for array, target in pairs:
        call.convert(array, target)
    return tuple(call.deliver(new, array) if out is None else out
                 for out, (new, array) in zip(outs, made, strict=True))


def _give(call, kernel, inputs, dtype, out, casting="same_kind"):
    """Runs an elementwise kernel into `out`, or into a new array."""
    shape = np.broadcast_shapes(*(x.shape for x in inputs))
    if out is None:
        made, array = call.new(shape, dtype)
        call.run(kernel, inputs, array)
        return call.deliver(made, array)
    if call.out.shape != np.broadcast_shapes(shape, call.out.shape):
        raise ValueError(f"lanewise.{call.name}: output has shape {call.out.shape}, the result "
                         f"{shape}")
    if not np.can_cast(dtype, call.out.dtype, casting):
        raise TypeError(f"lanewise.{call.name}: cannot cast the result from {dtype} to "
                        f"{call.out.dtype} with casting rule {casting!r}")
    if dtype == call.out.dtype and not _core.device_overlap(inputs, call.out):
        call.run(kernel, inputs, call.out)
        return out
    result = call.temporary(call.out.shape, dtype)
    call.run(kernel, inputs, result)
    call.convert(result, call.out)
    return out


def where(condition, x=None, y=None, /, **keywords):
    if x is None or y is None:
        raise TypeError("lanewise.where with a condition alone gives no array on a device")
    _, (array,) = _core.device_arrays([condition])
    if array is not None and array.dtype != np.bool_:
        condition = elementwise("not_equal", condition, 0)
    elif array is None and isinstance(condition, (bool, int, float, np.generic)):
        condition = bool(condition)
    return elementwise("where", condition, x, y, **keywords)


def clip(x, a_min=None, a_max=None, out=None, *, min=None, max=None, **keywords):
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    if low is None and high is None:
        return elementwise("maximum", x, x, out=out, **keywords)
    if low is None:
        return elementwise("minimum", x, high, out=out, **keywords)
    if high is None:
        return elementwise("maximum", x, low, out=out, **keywords)
    return elementwise("clip", x, low, high, out=out, **keywords)


def astype(x, dtype, /, *, copy=True):
    call = Call("astype", [x])
    (array,) = call.arrays
    dtype = np.dtype(dtype)
    if array.dtype == dtype and not copy:
        return x
    made, result = call.new(array.shape, dtype)
    call.convert(array, result)
    return call.deliver(made, result)
