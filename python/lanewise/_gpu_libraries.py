"""Whose arrays on a device these are: CuPy's, PyTorch's, or of any library with a protocol.

The extension reads the arrays; here is what it asks for beside that: the library's current stream,
new arrays, and how results become the library's own.
"""

import sys

import numpy as np

# As DeviceKind in device_import.h.
NONE, OWN, CUPY, TORCH, DLPACK, INTERFACE = range(6)


_kinds: dict[type, int] = {}  # of CuPy's and PyTorch's classes
_torch_dtypes: dict[np.dtype, object] = {}


def kind(cls):
    """How arrays of a class are read; the extension asks once for each class."""
    found = _find_kind(cls)
    if found in (CUPY, TORCH):
        _kinds[cls] = found
    return found


def _find_kind(cls):
    for base in cls.__mro__:
        library = base.__module__.partition(".")[0]
        if (library, base.__name__) == ("cupy", "ndarray"):
            return CUPY
        if (library, base.__name__) == ("torch", "Tensor"):
            return TORCH
    if issubclass(cls, (np.ndarray, np.generic)):
        return NONE
    if hasattr(cls, "__dlpack__") and hasattr(cls, "__dlpack_device__"):
        return DLPACK
    return INTERFACE if hasattr(cls, "__cuda_array_interface__") else NONE


def stream(array):
    """The current stream of CuPy or PyTorch, as CUDA's handle."""
    if _kinds[type(array)] == CUPY:
        return sys.modules["cupy"].cuda.get_current_stream().ptr
    return sys.modules["torch"].cuda.current_stream(array.device).cuda_stream


def torch_dtype(dtype):
    """NumPy's dtype for one of PyTorch's."""
    name = str(dtype).removeprefix("torch.")
    try:
        return np.dtype(name)
    except TypeError:
        raise TypeError(f"lanewise does not support dtype {name} on a device") from None


def empty(array, shape, dtype):
    """A new array of the same library on the same device, in its library's own memory; or None."""
    which = _kinds.get(type(array))
    if which == CUPY:
        cupy = sys.modules["cupy"]
        if cupy.cuda.runtime.getDevice() == array.data.device_id:
            return cupy.ndarray(shape, dtype)
        with cupy.cuda.Device(array.data.device_id):
            return cupy.ndarray(shape, dtype)
    if which == TORCH:
        torch = sys.modules["torch"]
        if dtype not in _torch_dtypes:
            _torch_dtypes[dtype] = getattr(torch, dtype.name, None)
            if _torch_dtypes[dtype] is None:
                raise TypeError(f"PyTorch has no dtype {dtype} for the result")
        return torch.empty(shape, dtype=_torch_dtypes[dtype], device=array.device)
    return None


def wrap(array, result):
    """A DeviceArray as an array of the library of `array`; itself, where that takes none."""
    cls = type(array)
    library = sys.modules.get(cls.__module__.partition(".")[0])
    if library is not None and library.__name__ == "numba":
        from numba import cuda

        return cuda.as_cuda_array(result, sync=False)  # on the stream of the call
    if hasattr(cls, "__array_namespace__"):
        library = array.__array_namespace__()
    from_dlpack = getattr(library, "from_dlpack", None) or getattr(cls, "from_dlpack", None)
    if from_dlpack is None:
        return result
    made = from_dlpack(result)
    return made if isinstance(made, cls) else result
